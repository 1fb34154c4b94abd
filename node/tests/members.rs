//! Members over HTTP: people with their own keys, organisations that others vote in, and what somebody without a token reads.

use crate::support::{Dev, Draft, Http, Network, now_ms, run};
use counterfoil_types::{Call, Hash, Kid, SigningKey};
use serde_json::{Value, json};
use std::fs;

fn public(key: &SigningKey) -> String {
    key.public_key().to_string()
}

/// A transaction that a client signs with a key of its own.
fn own(http: &Http, kid: &str, key: &SigningKey, id: &str, command: &str, with: &Value) -> String {
    let genesis = http.get("/v1/genesis").expect(200).body;
    let kid: Kid = kid.parse().unwrap();
    let calls = vec![Call::new(command, with)];
    Draft {
        ledger: Hash::of(&[&genesis]),
        id: id.to_owned(),
        expires_ms: now_ms() + 60_000,
        kid,
        key: key.clone(),
        calls,
    }
    .compact()
}

#[test]
fn a_person_registered_by_a_provider_signs_with_its_own_key_and_rotates_it() {
    let dev = Dev::alone();
    let (phone, next) = (SigningKey::for_tests("phone"), SigningKey::for_tests("next phone"));
    let headers = |key: &'static str| [("content-type", "application/json"), ("counterfoil-key", key)];
    let register = |key: &'static str, person: &str, phone: &SigningKey| {
        let with = json!({"member": person, "key": {"name": "phone", "public_key": public(phone)}});
        dev.http.post("/v1/people", &headers(key), with.to_string())
    };
    register("shop-1/dev", "p-zhang", &phone).problem(403, "member/25");
    register("accounting-1/dev", "zhang", &phone).expect(422);
    let registered = register("accounting-1/dev", "p-zhang", &phone).expect(201);
    assert_eq!(registered.header("location"), Some("/v1/members/p-zhang"));
    let shown = dev.http.get("/v1/members/p-zhang").expect(200).json();
    assert_eq!((&shown["sponsor"], &shown["keys"][0]["public_key"]), (&json!("accounting-1"), &json!(public(&phone))));
    register("accounting-1/dev", "p-zhang", &next).expect(409);

    // No node hosts the key, and the sponsor signs nothing for the person.
    let with = json!({"member": "p-zhang", "name": "theirs", "public_key": public(&next)});
    dev.http.command("member.add_key", "accounting-1/dev", &with, &[]).expect(403);
    dev.http.command("member.add_key", "p-zhang/phone", &with, &[]).problem(403, "http/forbidden");
    let rotate = json!({"member": "p-zhang", "name": "phone", "new_name": "phone-2", "public_key": public(&next)});
    dev.http.submit(&own(&dev.http, "p-zhang/phone", &next, "forged", "member.rotate_key", &rotate)).expect(401);
    dev.http.submit(&own(&dev.http, "p-zhang/phone", &phone, "rotate", "member.rotate_key", &rotate)).expect(200);
    let add =
        |name: &str| json!({"member": "p-zhang", "name": name, "public_key": public(&SigningKey::for_tests(name))});
    let late = dev.http.submit(&own(&dev.http, "p-zhang/phone", &phone, "late", "member.add_key", &add("late")));
    assert_eq!(late.json()["code"], "transaction/7", "{}", late.text());
    dev.http.submit(&own(&dev.http, "p-zhang/phone-2", &next, "add", "member.add_key", &add("tablet"))).expect(200);
    let names =
        "SELECT group_concat(name || ' ' || state, ', ' ORDER BY name) FROM member_key WHERE member = 'p-zhang'";
    assert_eq!(dev.http.value(names), "phone revoked, phone-2 active, tablet active");
}

#[test]
fn an_organisation_is_admitted_by_votes_at_several_nodes_and_its_key_signs() {
    let dev = Dev::start(&[]);
    let node = |member: &str| {
        let ready: Value =
            serde_json::from_slice(&fs::read(dev.data().join(member).join("ready.json")).unwrap()).unwrap();
        Http::new(ready["url"].as_str().unwrap())
    };
    let key = SigningKey::for_tests("bank-c");
    let admit = json!({
        "member": "bank-c", "name": "Bank C", "roles": ["bank"],
        "keys": [{"name": "main", "public_key": public(&key), "roles": ["admin"]}],
    });
    dev.http.command("member.admit", "tax-bureau/dev", &admit, &[]).problem(403, "member/27");
    let with = json!({"title": "Bank C joins", "calls": [{"do": "member.admit", "with": admit}]});
    dev.http.command("member.propose", "shop-1/dev", &with, &[]).problem(403, "member/28");
    // The command line does not sign it either: it has to be told under which title it is put to the vote.
    let (url, admit) = (dev.http.url(), admit.to_string());
    let verb = ["member", "admit", "--with", &admit, "--key", "tax-bureau/dev", "--url", url];
    assert_eq!(run(&verb).status.code(), Some(2));
    let proposed = run(&[&verb[..], &["--propose", "Bank C joins"]].concat());
    // Nothing is done by it yet, and how the others vote is told.
    let told = String::from_utf8_lossy(&proposed.stderr);
    assert_eq!(proposed.status.code(), Some(4), "{told}");
    assert!(told.contains("1 of 3 votes") && told.contains("counterfoil member vote --proposal "), "{told}");
    let proposed: Value = serde_json::from_slice(&proposed.stdout).unwrap();
    let (id, hash) = (proposed["proposal"].as_str().unwrap(), &proposed["calls_hash"]);
    assert_eq!((&proposed["votes_for"], &proposed["needed"]), (&json!(1), &json!(3)));
    let page = dev.http.get(&format!("/governance/{id}")).expect(200).text();
    assert!(page.contains("<dt>Votes needed</dt><dd>3</dd>"), "{page}");

    let vote = |member: &str, hash: &Value| {
        let (http, headers) = (node(member), [("content-type", "application/json")]);
        let key = format!("{member}/dev");
        let headers = [&headers[..], &[("counterfoil-key", key.as_str())]].concat();
        let with = json!({"calls_hash": hash, "choice": "for"});
        http.post(&format!("/v1/proposals/{id}/votes"), &headers, with.to_string())
    };
    vote("core-corp", &json!("00".repeat(32))).problem(409, "member/33");
    assert_eq!(vote("core-corp", hash).expect(200).json()["state"], "open");
    vote("core-corp", hash).problem(409, "member/34");
    assert_eq!(vote("bank-a", hash).expect(200).json()["state"], "passed");
    vote("cloud-provider", hash).expect(409);
    let shown = node("bank-a").get(&format!("/v1/proposals/{id}")).expect(200).json();
    assert_eq!((&shown["state"], shown["votes"].as_array().unwrap().len()), (&json!("passed"), 3));

    let asset = json!({"asset": "bank-c/EUR", "title": "Euro", "kind": "currency", "currency": "EUR", "decimals": 2});
    let transaction = own(&dev.http, "bank-c/main", &key, "define", "asset.define", &asset);
    node("bank-a").submit(&transaction).expect(200);
    assert_eq!(node("bank-a").value("SELECT issuer FROM asset WHERE id = 'bank-c/EUR'"), "bank-c");
}

/// Votes that are there can decide since others govern, or fewer are needed: the page offers to count them again, which does it.
#[test]
fn an_open_proposal_that_its_votes_decide_by_now_is_counted_again() {
    let dev = Dev::start(&[]);
    let node = |member: &str| {
        let ready = fs::read(dev.data().join(member).join("ready.json")).unwrap();
        Http::new(serde_json::from_slice::<Value>(&ready).unwrap()["url"].as_str().unwrap())
    };
    let propose = |member: &str, title: &str, calls: Value| {
        let with = json!({"title": title, "calls": calls});
        node(member).command("member.propose", &format!("{member}/dev"), &with, &[]).expect(200).json()
    };
    let vote = |member: &str, on: &Value| {
        let with = json!({"proposal": on["proposal"], "calls_hash": on["calls_hash"], "choice": "for"});
        node(member).command("member.vote", &format!("{member}/dev"), &with, &[]).expect(200).json()["state"].clone()
    };
    let roles = json!([{"do": "member.set_roles", "with": {"member": "shop-1", "roles": ["bank"]}}]);
    let waits = propose("tax-bureau", "Roles", roles);
    assert_eq!(vote("core-corp", &waits), "open");
    let fewer = json!([
        {"do": "member.set_roles", "with": {"member": "cloud-provider", "roles": ["provider"]}},
        {"do": "member.set_threshold", "with": {"numerator": 1, "denominator": 2}},
    ]);
    let fewer = propose("core-corp", "Fewer", fewer);
    assert_eq!(vote("bank-a", &fewer), "open");
    let count = format!("/v1/proposals/{}/count", waits["proposal"].as_str().unwrap());
    let page = || dev.http.get(&format!("/governance/{}", waits["proposal"].as_str().unwrap())).expect(200).text();
    assert!(!page().contains(&count), "two of three votes decide nothing");
    // The last vote at the node whose page is asked for: what it decides is there with the answer.
    assert_eq!(vote("tax-bureau", &fewer), "passed");
    assert!(page().contains(&count), "{}", page());
    let headers = [("content-type", "application/json"), ("counterfoil-key", "tax-bureau/dev")];
    let counted = dev.http.post(&count, &headers, json!({"calls_hash": waits["calls_hash"]}).to_string());
    assert_eq!(counted.expect(200).json()["state"], "passed");
}

#[test]
fn a_suspended_member_reads_by_its_token_and_writes_nothing() {
    let network = Network::start(&["a"], &["shop:enterprise@a"]);
    let node = &network.validators[0];
    let bearer = |kid: &str| format!("Bearer {}", node.token(kid));
    let (shop, governor) = (bearer("shop/main"), bearer("a/main"));
    let post = |path: &str, bearer: &str, with: &Value| {
        node.http.post(path, &[("content-type", "application/json"), ("authorization", bearer)], with.to_string())
    };
    let add = |name: &str| crate::support::add_key("shop", name);
    post("/v1/commands/member.add_key", &shop, &add("first")).expect(200);
    // One organisation governs here, so its proposal passes at once.
    let decide = |what: &str| {
        let calls = json!([{"do": what, "with": {"member": "shop", "reason": "audit 7"}}]);
        let decided = post("/v1/proposals", &governor, &json!({"title": what, "calls": calls})).expect(201).json();
        assert_eq!(decided["state"], "passed", "{decided}");
        decided["proposal"].as_str().unwrap().to_owned()
    };
    let proposal = decide("member.suspend");

    let refused = post("/v1/commands/member.add_key", &shop, &add("second"));
    assert_eq!(refused.json()["code"], "transaction/7", "{}", refused.text());
    let sql = json!({"sql": "SELECT state FROM member WHERE id = 'shop'"});
    assert_eq!(post("/v1/sql", &shop, &sql).expect(200).json()["rows"], json!([["suspended"]]));
    let path = format!("/v1/proposals/{proposal}");
    for path in ["/v1/accounts", "/v1/blocks", "/v1/members/shop/inbox", "/v1/proposals", &path] {
        node.http.get_with(path, &[("authorization", &shop)]).expect(200);
        node.http.get(path).problem(401, "http/unauthenticated");
    }
    // Who the members are, and with which keys they sign, is for everybody.
    for path in ["/v1/members", "/v1/members/shop", "/v1/validators", "/v1/validators/changes"] {
        node.http.get(path).expect(200);
    }
    decide("member.reinstate");
    post("/v1/commands/member.add_key", &shop, &add("second")).expect(200);
    let listed = run(&["member", "list", "--state", "active", "-o", "csv", "--url", node.http.url()]);
    assert!(String::from_utf8(listed.stdout).unwrap().contains("shop,shop,organisation,active"));
}
