use crate::support::{Dev, Network, Reply};

/// Whoever has no session.
fn guarded(reply: &Reply) {
    let policy = reply.header("content-security-policy").unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
}

#[test]
fn pages_are_guarded_escaped_and_in_the_readers_language() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let till = "/till/shop-1?amount=1&order=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let page = dev.http.get_with(till, &[("accept-language", "zh")]).expect(200);
    guarded(&page);
    let text = page.text();
    assert!(text.contains("<html lang=\"zh-CN\"") && text.contains("收银台"), "{text}");
    assert!(!text.contains("<script>alert") && text.contains("alert(1)"), "{text}");
    // No script or style of its own: the policy would forbid it.
    for wrong in ["<style", " style=", " onclick=", "javascript:"] {
        assert!(!text.contains(wrong), "{wrong}");
    }

    let home = dev.http.get("/phone").expect(200);
    guarded(&home);
    assert!(home.text().contains("sign-in.js"), "without a session: {}", home.text());
    let chosen = dev.http.get("/language/zh-CN?to=%2Fphone").expect(303);
    assert_eq!(chosen.header("location"), Some("/phone"));
    let cookie = chosen.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let headers = [("cookie", cookie.as_str()), ("accept-language", "en")];
    assert!(dev.http.get_with("/phone", &headers).text().contains("<html lang=\"zh-CN\""));
    let elsewhere = dev.http.get("/language/en?to=%2F%2Fevil.example").expect(303);
    assert_eq!(elsewhere.header("location"), Some("/"));
    dev.http.get("/language/fr?to=%2F").problem(404, "http/not-found");
}

#[test]
fn a_browser_keeps_an_asset_until_it_changes() {
    let dev = Dev::alone();
    let first = dev.http.get("/assets/console.css").expect(200);
    let tag = first.header("etag").unwrap();
    assert_eq!(first.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(dev.http.get_with("/assets/console.css", &[("if-none-match", tag)]).expect(304).body.is_empty());
    dev.http.get("/assets/none.js").problem(404, "http/not-found");
}

/// `start` serves no page where hosted keys need no token, and a phone's pages only where the node is told to.
#[test]
fn a_real_node_has_no_sample_and_people_only_if_it_wants_them() {
    let mut network = Network::found(&["a:tax-authority"], &[], &[]);
    let node = &mut network.validators[0];
    node.start();
    for path in ["/phone", "/office/a", "/till/shop-1", "/sample-pay"] {
        node.http.get(path).problem(404, "http/not-found");
    }
    node.stop();
    let settings = node.folder.join("counterfoil.toml");
    // Before the table of peers.
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replacen("member =", "phone = true\nmember =", 1)).unwrap();
    node.start();
    let page = node.http.get("/phone").expect(200);
    guarded(&page);
    assert!(!page.text().contains("class=\"notice\""), "it is not for trying out");
    for path in ["/office/a", "/till/shop-1", "/sample-pay"] {
        node.http.get(path).problem(404, "http/not-found");
    }
    let secret = node.folder.join("phone.secret");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(secret).unwrap().permissions().mode() & 0o777, 0o600);
}
