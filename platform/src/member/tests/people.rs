//! People: registered by organisations that vouch for them, and signing for themselves alone.

use super::*;
use crate::member::{PersonKey, RegisterPerson};

fn person(member: Option<&str>) -> RegisterPerson {
    let public_key = SigningKey::for_tests("a phone").public_key().to_string();
    RegisterPerson {
        member: member.map(str::to_owned),
        name: None,
        key: PersonKey { name: "phone".into(), public_key },
    }
}

#[test]
fn a_person_is_registered_under_a_pseudonym_and_signs_alone() {
    let mut ledger = ledger();
    let done = ledger.run("bank-a/dev", &person(None));
    let registered = done.applied();
    let (id, kid) = (registered["member"].as_str().unwrap().to_owned(), registered["kid"].as_str().unwrap().to_owned());
    assert!(id.starts_with("p-") && id.len() == 34, "{id}");
    assert_eq!((registered["sponsor"].as_str(), kid.as_str()), (Some("bank-a"), format!("{id}/phone").as_str()));
    assert_eq!(done.events()[0].0, "member.registered_person");
    ledger.set_key(&kid, SigningKey::for_tests("a phone"));
    ledger.run(&kid, &NOTHING).applied();
    let shown = ledger.query("member.get", &[("id", &id)]).unwrap();
    assert_eq!(
        (&shown["kind"], &shown["name"], &shown["sponsor"]),
        (&"person".into(), &id.clone().into(), &"bank-a".into())
    );
    assert_eq!(shown["roles"], serde_json::json!(["person"]));
    // The sponsor neither signs for the person nor manages its keys.
    ledger.run("bank-a/dev", &Need { role: None, signature: Some(id.clone()) }).refused("member/12");
    ledger.run("bank-a/dev", &add(&id, "mine")).refused("member/2");
    ledger.run("bank-a/dev", &revoke(&id, "phone")).refused("member/2");
    ledger.run(&kid, &revoke(&id, "phone")).refused("member/10");
    ledger.run(&kid, &admin(&id, "tablet")).applied();
    ledger.run(&format!("{id}/tablet"), &revoke(&id, "phone")).applied();
    ledger.run(&kid, &NOTHING).refused("transaction/7");
}

#[test]
fn a_person_may_choose_how_it_is_called() {
    let mut ledger = ledger();
    let named = RegisterPerson { name: Some("小李".into()), ..person(Some("p-li")) };
    assert_eq!(ledger.run("tax-bureau/dev", &named).applied()["member"], "p-li");
    assert_eq!(ledger.query("member.get", &[("id", "p-li")]).unwrap()["name"], "小李");
    let page = ledger.query("member.list", &[("kind", "person"), ("state", "active")]).unwrap();
    let ids: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["alice", "bob", "p-li"]);
}

#[test]
fn a_wrong_registration_is_refused_and_leaves_no_trace() {
    let mut ledger = ledger();
    ledger.run("cloud-provider/dev", &person(Some("p-li"))).applied();
    let tables = ["member", "member_role", "member_key", "member_key_role"];
    let rows = |ledger: &Ledger| tables.map(|table| ledger.sql(&format!("SELECT * FROM {table} ORDER BY 1, 2")));
    let before = rows(&ledger);
    let key = |name: &str, public_key: &str| PersonKey { name: name.into(), public_key: public_key.into() };
    let right = person(None).key.public_key;
    for (kid, command, code, field) in [
        ("shop-1/dev", person(None), "member/25", None),
        ("alice/dev", person(None), "member/25", None),
        ("bank-a/dev", person(Some("p-li")), "member/22", Some("/member")),
        ("bank-a/dev", person(Some("consortium")), "member/23", Some("/member")),
        ("bank-a/dev", person(Some("bank-b")), "member/24", Some("/member")),
        ("bank-a/dev", person(Some("p-Li")), "member/3", Some("/member")),
        ("bank-a/dev", RegisterPerson { name: Some(String::new()), ..person(None) }, "member/19", Some("/name")),
        ("bank-a/dev", RegisterPerson { name: Some("x".repeat(257)), ..person(None) }, "member/19", Some("/name")),
        ("bank-a/dev", RegisterPerson { key: key("a b", &right), ..person(None) }, "member/3", Some("/key/name")),
        ("bank-a/dev", RegisterPerson { key: key("a", "x"), ..person(None) }, "member/16", Some("/key/public_key")),
    ] {
        assert_eq!(ledger.run(kid, &command).refused(code).field.as_deref(), field, "{command:?}");
    }
    assert_eq!(rows(&ledger), before);
}
