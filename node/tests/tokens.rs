use crate::support::{Network, add_key, run};
use std::fs;

#[test]
fn a_started_node_serves_its_keys_to_holders_of_tokens_only() {
    let network = Network::start(&["a"], &["shop:enterprise@a"]);
    let node = &network.validators[0];
    let token = node.token("shop/main");
    let bearer = format!("Bearer {token}");
    let ask = |headers: &[(&str, &str)], name: &str| {
        let headers = [&[("content-type", "application/json")], headers].concat();
        node.http.post("/v1/commands/member.add_key", &headers, add_key("shop", name).to_string())
    };
    let refused = ask(&[("counterfoil-key", "shop/main")], "x").expect(401);
    assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer"));
    refused.problem(401, "http/unauthenticated");
    ask(&[("authorization", "Bearer cft_00")], "x").problem(401, "http/unauthenticated");
    ask(&[("authorization", &token)], "x").problem(401, "http/unauthenticated");
    ask(&[("authorization", &bearer), ("counterfoil-key", "a/main")], "x").problem(403, "http/forbidden");
    ask(&[("authorization", &bearer), ("counterfoil-key", "shop/main")], "x").expect(200);
    ask(&[("authorization", &bearer)], "y").expect(200);

    // What is public, and what is not.
    for path in [
        "/v1/status",
        "/v1/genesis",
        "/v1/members",
        "/v1/rows/member/shop/proof",
        "/healthz",
        "/openapi.json",
        "/docs",
        "/metrics",
    ] {
        node.http.get(path).expect(200);
    }
    for path in ["/v1/blocks", "/v1/blocks/1", "/v1/events"] {
        node.http.get(path).problem(401, "http/unauthenticated");
    }
    node.http.sql("SELECT 1").problem(401, "http/unauthenticated");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    node.http.post("/v1/sql", &headers, "{\"sql\":\"SELECT 1\"}").expect(200);
    let sql =
        run(&["sql", "SELECT id FROM member ORDER BY id", "--url", node.http.url(), "--token", &token, "-o", "csv"]);
    assert_eq!(String::from_utf8(sql.stdout).unwrap(), "id\na\nshop\n");

    let stored = fs::read_to_string(node.folder.join("tokens.json")).unwrap();
    assert!(!stored.contains(&token) && stored.contains("shop/main"));
    let folder = node.folder.to_str().unwrap();
    assert_eq!(run(&["token", "new", "--key", "other/main", "--dir", folder]).status.code(), Some(1));
    use std::os::unix::fs::PermissionsExt as _;
    for file in ["tokens.json", "validator.key", "keys/shop/main.key"] {
        assert_eq!(fs::metadata(node.folder.join(file)).unwrap().permissions().mode() & 0o077, 0, "{file}");
    }
}

#[test]
fn a_revoked_token_is_refused_without_a_restart() {
    let network = Network::start(&["a"], &["shop:enterprise@a"]);
    let node = &network.validators[0];
    let folder = node.folder.to_str().unwrap();
    let (lost, kept) = (node.token("shop/main"), node.token("shop/main"));
    let ask = |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        node.http.post("/v1/sql", &headers, "{\"sql\":\"SELECT 1\"}")
    };
    ask(&lost).expect(200);
    let listed = run(&["token", "list", "--dir", folder, "-o", "json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["key"]), (2, &"shop/main".into()), "{listed}");
    let id = listed[0]["id"].as_str().unwrap();
    let revoked = run(&["token", "revoke", "--id", id, "--dir", folder]);
    assert_eq!(revoked.status.code(), Some(0), "{}", String::from_utf8_lossy(&revoked.stderr));
    ask(&lost).problem(401, "http/unauthenticated");
    ask(&kept).expect(200);
    assert_eq!(run(&["token", "revoke", "--id", id, "--dir", folder]).status.code(), Some(1));
    assert_eq!(run(&["token", "revoke", "--dir", folder]).status.code(), Some(2));
    assert_eq!(run(&["token", "revoke", "--key", "shop/main", "--dir", folder]).status.code(), Some(0));
    ask(&kept).problem(401, "http/unauthenticated");
}

#[test]
fn each_validator_has_its_own_keys_only_and_four_make_a_network() {
    let mut network = Network::start(&["a", "b", "c", "d"], &["shop:enterprise@b"]);
    let [a, b, ..] = network.validators.as_slice() else { panic!("four") };
    assert!(!a.folder.join("keys/shop").exists() && b.folder.join("keys/shop/main.key").exists());
    let token = b.token("shop/main");
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let reply = b.http.post("/v1/commands/member.add_key", &headers, add_key("shop", "till").to_string()).expect(200);
    let identity = reply.json()["receipt"]["transaction"].as_str().unwrap().to_owned();
    for validator in &network.validators {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while validator.http.get(&format!("/v1/transactions/{identity}")).status != 200 {
            assert!(std::time::Instant::now() < until, "{} has not executed it", validator.id);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
    for validator in &mut network.validators {
        let (output, code) = validator.stop();
        assert_eq!(code, Some(0), "{output}");
    }
}
