use super::{
    consortium::{Consortium, PRIVATE, Person},
    streams::Listener,
};
use crate::support::{Reply, add_key};
use serde_json::json;
use std::process::Output;

const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");

fn with(consortium: &Consortium, cookie: &str, path: &str) -> Reply {
    consortium.http().get_with(path, &[("cookie", cookie), OWN])
}

/// Whether a session is one: of pages, files, streams, and the API.
fn is_over(consortium: &Consortium, cookie: &str) -> bool {
    let page = with(consortium, cookie, "/accounts");
    let over = page.status == 303;
    assert_eq!(page.status, if over { 303 } else { 200 }, "{}", page.text());
    let file = format!("/accounts/buyer/{}/statement.csv", PRIVATE[0]);
    for path in [&file, "/v1/blocks", "/v1/accounts", "/v1/tables"] {
        assert_eq!(with(consortium, cookie, path).status, if over { 401 } else { 200 }, "{path}");
    }
    if over {
        assert_eq!(with(consortium, cookie, "/live").status, 401);
        assert_eq!(with(consortium, cookie, "/v1/events").status, 401);
        // What is for everybody is so for those too who were signed in; and they can sign in.
        for path in ["/check", "/verify", "/sign-in"] {
            assert_eq!(with(consortium, cookie, path).status, 200, "{path}");
        }
        assert_eq!(with(consortium, cookie, "/seat").json()["key"], serde_json::Value::Null);
    }
    over
}

#[test]
fn who_signs_out_is_signed_out_at_the_node_too_and_after_its_restart() {
    let mut consortium = Consortium::start();
    let mut person = Person::register(&consortium, "p-ann");
    let first = consortium.cookie("buyer/main").to_owned();
    let second = consortium.devices["buyer/main"].sign_in(consortium.http());
    assert_ne!(first, second);
    assert!(!is_over(&consortium, &first) && !is_over(&consortium, &second));
    let session = [("cookie", first.as_str()), OWN];
    let streams = ["/live", "/v1/events", "/v1/changes"].map(|path| Listener::start(&consortium, path, &session));

    let out = |path: &str, cookie: &str| {
        consortium.http().post(path, &[("cookie", cookie), ("origin", consortium.http().url())], "").expect(303)
    };
    for forged in [first.replace("buyer", "seller"), "seat-a=".to_owned(), "seat-a=x~y~9~00".to_owned()] {
        out("/sign-out", &forged);
    }
    assert!(!is_over(&consortium, &first) && !is_over(&consortium, consortium.cookie("seller/main")));
    let answered = out("/sign-out", &first);
    assert!(answered.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(answered.header("location"), Some("/sign-in"));
    out("/phone/session/end", &person.cookie);
    consortium.command("other/main", "member.add_key", &add_key("other", "next-block"));
    for stream in &streams {
        let came = stream.until_end();
        assert!(!String::from_utf8_lossy(&came).contains("next-block"), "it has ended before");
    }

    for restarted in [false, true] {
        if restarted {
            let node = &mut consortium.network.validators[0];
            assert_eq!(node.stop().1, Some(0));
            node.start();
        }
        assert!(is_over(&consortium, &first));
        assert!(!is_over(&consortium, &second), "a session that was begun later goes on");
        assert!(!is_over(&consortium, consortium.cookie("seller/main")), "and those of others");
        person.get(&consortium, "/phone/reading-key").problem(401, "http/session");
    }
    let third = consortium.devices["buyer/main"].sign_in(consortium.http());
    assert!(!is_over(&consortium, &third));
    person.cookie = person.sign_in(&consortium);
    person.get(&consortium, "/phone/reading-key").expect(200);
}

/// The member revokes the key on the ledger; who runs the node, and could remove passkey and token there, need not know.
#[test]
fn sessions_and_tokens_end_with_a_key_that_is_revoked_or_rotated() {
    let consortium = Consortium::start();
    let rotated = json!({"member": "other", "name": "main", "new_name": "next", "public_key": add_key("other", "next")["public_key"]});
    let keeper = json!({"member": "bank", "name": "keeper", "public_key": add_key("bank", "keeper")["public_key"], "roles": ["admin"]});
    consortium.command("bank/main", "member.add_key", &keeper);
    let revoked = json!({"member": "bank", "name": "main"});
    for (kid, name, given) in
        [("bank/main", "member.revoke_key", &revoked), ("other/main", "member.rotate_key", &rotated)]
    {
        let (cookie, bearer) = (consortium.cookie(kid), consortium.bearer(kid));
        let token = [("authorization", bearer.as_str())];
        let streams = ["/v1/events", "/v1/changes"].map(|path| Listener::start(&consortium, path, &token));
        assert!(!is_over(&consortium, cookie));
        consortium.get(kid, "/v1/blocks").expect(200);
        let psql = || consortium.psql(kid, "SELECT 1");
        let before = psql();
        assert!(before.as_ref().is_none_or(|done| done.status.success()), "{before:?}");
        consortium.command(kid, name, given);
        let after = psql();
        assert_eq!(after.is_some(), before.is_some());
        let is_refused = |done: &Output| {
            !done.status.success() && String::from_utf8_lossy(&done.stderr).contains("password authentication failed")
        };
        assert!(after.as_ref().is_none_or(is_refused), "{after:?}");
        assert!(is_over(&consortium, cookie), "{kid}");
        for path in ["/v1/blocks", "/v1/accounts", "/v1/events", "/v1/webhooks"] {
            consortium.get(kid, path).problem(401, "http/unauthenticated");
        }
        consortium.sql(kid, "SELECT 1").problem(401, "http/unauthenticated");
        consortium.post(kid, "/v1/commands/member.add_key", &add_key("bank", "x")).problem(401, "http/unauthenticated");
        streams.iter().for_each(|stream| drop(stream.until_end()));
    }
    assert!(!is_over(&consortium, consortium.cookie("buyer/main")));
    consortium.get("buyer/main", "/v1/blocks").expect(200);
}

/// Whoever had a browser keep a session before its holder signs in has nothing of the one that then begins.
#[test]
fn each_signing_in_begins_a_session_of_its_own() {
    let consortium = Consortium::start();
    let planted = consortium.cookie("seller/main").to_owned();
    let asked = consortium.http().get_with("/sign-in/challenge", &[("cookie", &planted)]).expect(200);
    assert_eq!(asked.header("set-cookie"), None, "nothing is kept before");
    let begun = consortium.devices["buyer/main"].sign_in(consortium.http());
    assert_ne!(begun, planted);
    let seat = |cookie: &str| with(&consortium, cookie, "/seat").json()["key"].clone();
    assert_eq!((seat(&planted), seat(&begun)), (json!("seller/main"), json!("buyer/main")));
}
