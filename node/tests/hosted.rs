use crate::support::{Dev, add_key};
use serde_json::json;

#[test]
fn a_hosted_key_does_what_it_is_asked_and_answers_when_it_is_final() {
    let dev = Dev::start(&[]);
    let reply = dev.add_key("supplier-1", "phone").expect(200);
    let answer = reply.json();
    assert_eq!(answer["receipt"]["state"], "final");
    let identity = answer["receipt"]["transaction"].as_str().unwrap();
    assert_eq!(reply.header("content-location"), Some(format!("/v1/transactions/{identity}").as_str()));
    let shown = dev.http.get(&format!("/v1/transactions/{identity}")).expect(200).json();
    assert_eq!(shown["outcome"], "applied");
    assert_eq!(shown["height"], answer["receipt"]["height"]);
    assert!(["executed", "certified"].contains(&shown["state"].as_str().unwrap()));
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE name = 'phone'"), 1);

    let created = dev.http.post(
        "/v1/members/supplier-1/keys",
        &[("content-type", "application/json"), ("counterfoil-key", "supplier-1/dev")],
        {
            let mut with = add_key("supplier-1", "laptop");
            with.as_object_mut().unwrap().remove("member");
            with.to_string()
        },
    );
    assert_eq!(created.expect(201).header("location"), Some("/v1/members/supplier-1"));
}

#[test]
fn a_refusal_names_code_and_field_and_leaves_a_receipt() {
    let dev = Dev::alone();
    dev.add_key("supplier-1", "phone").expect(200);
    let again = dev.add_key("supplier-1", "phone");
    assert_eq!(again.status, 409, "{}", again.text());
    let document = again.json();
    assert!(document["code"].as_str().unwrap().starts_with("member/"), "{document}");
    assert!(document["receipt"]["height"].as_u64() > Some(0), "{document}");
    // A key acts for its own member alone.
    let other = dev.http.command("member.add_key", "shop-1/dev", &add_key("supplier-1", "theirs"), &[]);
    assert_eq!(other.status, 403, "{}", other.text());
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE name = 'theirs'"), 0);
}

#[test]
fn the_key_must_be_named_known_and_valid() {
    let dev = Dev::alone();
    let with = add_key("supplier-1", "phone");
    let post = |headers: &[(&str, &str)]| {
        let headers = [&[("content-type", "application/json")], headers].concat();
        dev.http.post("/v1/commands/member.add_key", &headers, with.to_string())
    };
    post(&[]).problem(400, "http/malformed");
    post(&[("counterfoil-key", "supplier-1")]).problem(400, "http/malformed");
    post(&[("counterfoil-key", "supplier-1/none")]).problem(403, "http/forbidden");
    dev.http.command("member.nothing", "supplier-1/dev", &json!({}), &[]).problem(404, "http/not-found");

    dev.add_key("supplier-1", "second").expect(200);
    let revoked =
        dev.command("member.revoke_key", "supplier-1/dev", &json!({"member": "supplier-1", "name": "second"}));
    assert_eq!(revoked["receipt"]["state"], "final");
}

#[test]
fn an_idempotency_key_does_a_thing_once() {
    let mut dev = Dev::alone();
    let with = add_key("supplier-1", "phone");
    let ask = |dev: &Dev, with: &serde_json::Value| {
        dev.http.command("member.add_key", "supplier-1/dev", with, &[("idempotency-key", "first")])
    };
    let first = ask(&dev, &with).expect(200).json();
    assert_eq!(first["receipt"]["id"], "first");
    assert_eq!(ask(&dev, &with).expect(200).json(), first);
    let mut reordered = json!({"roles": [], "public_key": with["public_key"], "name": "phone", "member": "supplier-1"});
    assert_eq!(ask(&dev, &reordered).expect(200).json(), first);
    reordered["name"] = "tablet".into();
    ask(&dev, &reordered).problem(422, "http/idempotency-key-reused");

    // The same after a crash, of the ledger's own memory.
    dev.kill();
    dev.again();
    assert_eq!(ask(&dev, &with).expect(200).json(), first);
    ask(&dev, &reordered).problem(422, "http/idempotency-key-reused");

    // A refusal is remembered too, and another key of the sender is another name space.
    let refused =
        |dev: &Dev| dev.http.command("member.add_key", "supplier-1/dev", &with, &[("idempotency-key", "second")]);
    let document = refused(&dev).expect(409).json();
    assert_eq!(refused(&dev).expect(409).json(), document);
    let quoted = dev.http.command(
        "member.add_key",
        "shop-1/dev",
        &add_key("shop-1", "phone"),
        &[("idempotency-key", "\"first\"")],
    );
    assert_eq!(quoted.expect(200).json()["receipt"]["id"], "first");
    let wrong = dev.http.command("member.add_key", "shop-1/dev", &with, &[("idempotency-key", "with space")]);
    wrong.problem(400, "http/malformed");
}

#[test]
fn an_idempotency_key_holds_when_the_node_is_killed_before_it_answers() {
    let mut dev = Dev::alone();
    for (at, delay_ms) in [0, 5, 15, 30, 60].into_iter().enumerate() {
        let (id, with) = (format!("cut-{at}"), add_key("shop-1", &format!("k{at}")));
        let (http, key, asked) = (dev.http.clone(), id.clone(), with.clone());
        // Killed while the request is under way: whether it was done is for the ledger to know.
        let request = std::thread::spawn(move || {
            http.command("member.add_key", "shop-1/dev", &asked, &[("idempotency-key", &key)])
        });
        std::thread::sleep(std::time::Duration::from_millis(delay_ms));
        dev.kill();
        let before = request.join().ok().filter(|reply| reply.status == 200).map(|reply| reply.json());
        dev.again();
        let ask =
            || dev.http.command("member.add_key", "shop-1/dev", &with, &[("idempotency-key", &id)]).expect(200).json();
        let after = ask();
        assert!(before.is_none_or(|before| before == after), "what was answered stands");
        assert_eq!(ask(), after);
    }
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE member = 'shop-1'"), 1 + 5);
}

#[test]
fn many_requests_with_one_idempotency_key_at_once_have_one_effect() {
    let dev = Dev::start(&[]);
    let with = add_key("shop-1", "till");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let ask = || {
            let (http, with) = (dev.http.clone(), with.clone());
            scope.spawn(move || {
                http.command("member.add_key", "shop-1/dev", &with, &[("idempotency-key", "once")]).expect(200).json()
            })
        };
        let threads: Vec<_> = (0..8).map(|_| ask()).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE member = 'shop-1'"), 2);
}

#[test]
fn an_idempotency_key_holds_while_the_first_request_is_under_way() {
    let dev = Dev::start(&[]);
    let with = add_key("shop-1", "till");
    let ask = |with: &serde_json::Value, more: &[(&str, &str)]| {
        let headers = [&[("idempotency-key", "once")], more].concat();
        dev.http.command("member.add_key", "shop-1/dev", with, &headers)
    };
    let no_wait = [("prefer", "respond-async")];
    let first = ask(&with, &no_wait).expect(202);
    let other = ask(&add_key("shop-1", "other"), &no_wait);
    let again = ask(&with, &no_wait).expect(202);
    other.problem(422, "http/idempotency-key-reused");
    ask(&add_key("shop-1", "other"), &[]).problem(422, "http/idempotency-key-reused");
    assert_eq!(again.header("location"), first.header("location"));
    // Who waits gets the receipt of the same transaction, and so does who asks once it is final.
    let done = ask(&with, &[]).expect(200).json();
    assert_eq!(done["receipt"]["transaction"], first.json()["transaction"]);
    assert_eq!(ask(&with, &no_wait).expect(202).header("location"), first.header("location"));
    let shown = dev.http.get(first.header("location").unwrap()).expect(200).json();
    assert_eq!(shown["outcome"], "applied");
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE member = 'shop-1'"), 2);
}

#[test]
fn a_call_signed_again_after_a_restart_leads_to_the_first_receipt() {
    let mut dev = Dev::alone();
    let with = add_key("shop-1", "till");
    let ask = |dev: &Dev| {
        let headers = [("idempotency-key", "once"), ("prefer", "respond-async")];
        dev.http.command("member.add_key", "shop-1/dev", &with, &headers).expect(202)
    };
    let first = ask(&dev);
    dev.kill();
    dev.again();
    let second = ask(&dev);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let shown = dev.http.get(second.header("location").unwrap()).expect(200).json();
        if shown["state"] != "accepted" {
            assert_eq!(shown["outcome"], "applied", "{shown}");
            break;
        }
        assert!(std::time::Instant::now() < until, "{shown}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    // What was signed first may be lost with the mempool; where it is not, it is the same.
    let before = dev.http.get(first.header("location").unwrap());
    assert!(before.status == 404 || before.json()["outcome"] == "applied", "{}", before.text());
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE member = 'shop-1'"), 2);
}

#[test]
fn a_caller_who_does_not_wait_is_told_where_to_look() {
    let dev = Dev::start(&[]);
    let with = add_key("shop-1", "till");
    let reply = dev.http.command("member.add_key", "shop-1/dev", &with, &[("prefer", "respond-async")]).expect(202);
    let location = reply.header("location").unwrap().to_owned();
    assert_eq!(reply.json()["state"], "accepted");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let mut seen = Vec::new();
    loop {
        let state = dev.http.get(&location).expect(200).json()["state"].as_str().unwrap().to_owned();
        if seen.last() != Some(&state) {
            seen.push(state.clone());
        }
        if state == "certified" {
            break;
        }
        assert!(std::time::Instant::now() < until, "{seen:?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let order = ["accepted", "executed", "certified"];
    let places: Vec<_> = seen.iter().map(|state| order.iter().position(|known| known == state).unwrap()).collect();
    assert!(places.is_sorted(), "{seen:?}");
    let unknown = "0".repeat(64);
    dev.http.get(&format!("/v1/transactions/{unknown}")).problem(404, "http/not-found");
    dev.http.get("/v1/transactions/xyz").problem(400, "http/malformed");
}
