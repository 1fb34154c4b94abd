//! Every refusal: its code, the field at fault, and that nothing stays of what was asked.

use super::{
    LEASE, NOTE, add_reader, assert_refused, clear, contract_type, create_lease, lease, ledger, open_lease, publish,
    seal_at, seal_lease, type_field,
};
use crate::{
    call,
    document::{
        Anchor, Create, DefineType, Open, Refused, RemoveReader, RestoreReader, Revise, RevokeReadingKey, Sealed,
    },
    testing::Ledger,
};
use counterfoil_seal::Hex;
use counterfoil_types::Call;
use std::collections::BTreeSet;

/// Who signs, what, and how it is refused.
type Case = (&'static str, Call, &'static str, &'static str);

/// Codes whose cases need a ledger of their own, and which test has them.
const ELSEWHERE: [&str; 2] = [
    "document/36", // modules.rs: documents cannot be sealed out of order
    "document/37", // keys.rs
];

/// A ledger with all that can stand in the way.
fn full() -> Ledger {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "bank-a", "tax-bureau"]);
    ledger.run("shop-1/dev", &anchor()).applied();
    ledger.run("bank-a/dev", &publish("bank-a", "old")).applied();
    ledger.run("bank-a/dev", &revoke("bank-a", "old")).applied();
    ledger.run("shop-1/dev", &remove("bank-a")).applied();
    ledger
}

fn anchor() -> Anchor {
    Anchor { hash: Hex([7; 32]), r#type: "photo".into(), media_type: None, title: None }
}

fn revoke(member: &str, name: &str) -> RevokeReadingKey {
    RevokeReadingKey { member: member.into(), name: name.into() }
}

fn remove(reader: &str) -> RemoveReader {
    RemoveReader { subject: LEASE.into(), reader: reader.into() }
}

fn restore(reader: &str) -> RestoreReader {
    RestoreReader { subject: LEASE.into(), reader: reader.into() }
}

fn note(document: &str, fields: &[(&str, &str)]) -> Create {
    Create { document: document.into(), r#type: NOTE.into(), fields: clear(fields), sealed: None }
}

/// A type whose own form is right.
fn other_type() -> DefineType {
    DefineType { r#type: "shop-1/t".into(), mandatory_readers: vec![], ..contract_type() }
}

fn forms() -> Vec<Case> {
    let new = Anchor { hash: Hex([8; 32]), ..anchor() };
    let key = publish("shop-1", "new");
    let low = format!("x25519:{}", "00".repeat(32));
    let many = |count: usize| (0..count).map(|at| (format!("f{at}"), String::new())).collect::<Vec<_>>();
    let many = many(257);
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let long = "x".repeat(4_097);
    let with_fields = |fields| DefineType { fields, ..other_type() };
    let twice = || vec![type_field("a", false, false), type_field("a", true, false)];
    let s = "shop-1/dev";
    vec![
        (s, call(&Anchor { r#type: "A type".into(), ..new.clone() }), "document/1", "/type"),
        (s, call(&super::PublishReadingKey { name: "Main".into(), ..key.clone() }), "document/1", "/name"),
        (s, call(&super::PublishReadingKey { member: "".into(), ..key.clone() }), "document/1", "/member"),
        (s, call(&note("shop-1/n", &[("text", ""), ("a/b", "")])), "document/1", "/fields/1/name"),
        (s, call(&with_fields(vec![type_field("-a", false, false)])), "document/1", "/fields/0/name"),
        (s, call(&note("lease", &[])), "document/2", "/document"),
        (s, call(&note("shop-1/a/b", &[])), "document/2", "/document"),
        (s, call(&Create { r#type: "note".into(), ..note("shop-1/n", &[]) }), "document/2", "/type"),
        (s, call(&DefineType { r#type: "t".into(), ..other_type() }), "document/2", "/type"),
        (s, call(&Anchor { title: Some("x".repeat(257)), ..new.clone() }), "document/3", "/title"),
        (s, call(&Anchor { title: Some("a\u{7}".into()), ..new.clone() }), "document/3", "/title"),
        (s, call(&DefineType { title: "\u{0}".into(), ..other_type() }), "document/3", "/title"),
        (s, call(&note("shop-1/n", &[("text", &long)])), "document/3", "/fields/0/value"),
        (s, call(&Open { reason: Some("x".repeat(513)), ..open_lease(1) }), "document/3", "/reason"),
        (s, call(&with_fields(twice())), "document/4", "/fields/1/name"),
        (s, call(&note("shop-1/n", &[("text", "a"), ("text", "b")])), "document/4", "/fields/1/name"),
        (
            s,
            call(&DefineType { mandatory_readers: vec!["bank-a".into(), "bank-a".into()], ..other_type() }),
            "document/4",
            "/mandatory_readers/1",
        ),
        (s, call(&note("shop-1/n", &many)), "document/5", "/fields"),
        (
            s,
            call(&with_fields(many.iter().map(|(name, _)| type_field(name, false, false)).collect())),
            "document/5",
            "/fields",
        ),
        (
            s,
            call(&DefineType { mandatory_readers: (0..65).map(|at| format!("m{at}")).collect(), ..other_type() }),
            "document/5",
            "/mandatory_readers",
        ),
        (s, call(&Anchor { media_type: Some("pdf".into()), ..new.clone() }), "document/6", "/media_type"),
        (s, call(&Anchor { media_type: Some("a/b\n".into()), ..new }), "document/6", "/media_type"),
        (s, call(&super::PublishReadingKey { public_key: low, ..key.clone() }), "document/8", "/public_key"),
        (s, call(&super::PublishReadingKey { public_key: "x25519:00".into(), ..key }), "document/8", "/public_key"),
        (s, call(&with_fields(vec![])), "document/38", "/fields"),
        (s, call(&Open { subject: "lease".into(), ..open_lease(1) }), "document/23", "/subject"),
        (s, call(&RemoveReader { subject: "Probe:1".into(), ..remove("bank-a") }), "document/23", "/subject"),
        (s, call(&RestoreReader { subject: "probe:".into(), ..restore("bank-a") }), "document/23", "/subject"),
    ]
}

fn keys_types_and_anchors() -> Vec<Case> {
    let main = publish("bank-a", "main");
    vec![
        ("shop-1/dev", call(&publish("bank-a", "new")), "document/7", "/member"),
        ("shop-1/dev", call(&publish("nobody", "new")), "document/7", "/member"),
        ("shop-1/dev", call(&revoke("bank-a", "main")), "document/7", "/member"),
        (
            "bank-a/dev",
            call(&super::PublishReadingKey { name: "old".into(), ..publish("bank-a", "x") }),
            "document/9",
            "/name",
        ),
        ("bank-a/dev", call(&super::PublishReadingKey { name: "new".into(), ..main }), "document/10", "/public_key"),
        (
            "bank-a/dev",
            call(&super::PublishReadingKey { name: "new".into(), ..publish("bank-a", "old") }),
            "document/10",
            "/public_key",
        ),
        ("bank-a/dev", call(&revoke("bank-a", "none")), "document/11", "/name"),
        ("bank-a/dev", call(&revoke("bank-a", "old")), "document/12", "/name"),
        ("tax-bureau/dev", call(&contract_type()), "document/13", "/type"),
        (
            "shop-1/dev",
            call(&DefineType { mandatory_readers: vec!["bank-a".into(), "nobody".into()], ..other_type() }),
            "document/14",
            "/mandatory_readers/1",
        ),
        ("shop-1/dev", call(&anchor()), "document/15", "/hash"),
    ]
}

fn documents(ledger: &Ledger) -> Vec<Case> {
    let s = "shop-1/dev";
    let good = || Create { document: "shop-1/new".into(), ..lease(ledger, &["shop-1", "tax-bureau"]) };
    let revise = |version| Revise { document: LEASE.into(), version, fields: clear(&[("matter", "m")]), sealed: None };
    let fields = |fields: &[(&str, &str)]| Create { fields: clear(fields), ..good() };
    let sealed = |fields: &[(&str, &str)]| {
        let sealed = seal_at(ledger, "shop-1/new", 1, "shop-1", &["shop-1", "tax-bureau"], fields);
        Create { sealed: Some(sealed), ..good() }
    };
    vec![
        (s, call(&Create { r#type: "tax-bureau/none".into(), ..good() }), "document/16", "/type"),
        (s, call(&lease(ledger, &["tax-bureau"])), "document/17", "/document"),
        (s, call(&Revise { document: "shop-1/none".into(), ..revise(2) }), "document/18", "/document"),
        (s, call(&revise(1)), "document/19", "/version"),
        (s, call(&revise(3)), "document/19", "/version"),
        (s, call(&revise(i64::MAX)), "document/19", "/version"),
        (s, call(&revise(i64::MIN)), "document/19", "/version"),
        (s, call(&fields(&[("matter", "m"), ("none", "x")])), "document/20", "/fields/1/name"),
        (s, call(&fields(&[("price", "1"), ("matter", "m")])), "document/20", "/fields/0/name"),
        (s, call(&sealed(&[("price", "1"), ("matter", "m")])), "document/20", "/sealed/fields/1/name"),
        (s, call(&note("shop-1/n", &[("matter", "m")])), "document/20", "/fields/0/name"),
        (s, call(&fields(&[("party", "p")])), "document/21", "/fields"),
        (s, call(&sealed(&[("note", "n")])), "document/21", "/sealed/fields"),
        (s, call(&Create { sealed: None, ..good() }), "document/21", "/sealed"),
        (s, call(&revise(2)), "document/21", "/sealed"),
    ]
}

fn seals(ledger: &Ledger) -> Vec<Case> {
    let s = "shop-1/dev";
    let whole = || seal_lease(ledger, 2, &["shop-1", "tax-bureau"]);
    let revise = |change: &dyn Fn(&mut Sealed)| {
        let mut sealed = whole();
        change(&mut sealed);
        call(&Revise { document: LEASE.into(), version: 2, fields: clear(&[("matter", "m")]), sealed: Some(sealed) })
    };
    vec![
        (s, revise(&|sealed| sealed.ciphertext.0.truncate(100)), "document/22", "/sealed/ciphertext"),
        (s, revise(&|sealed| sealed.ciphertext.0.push(0)), "document/22", "/sealed/ciphertext"),
        (s, revise(&|sealed| sealed.ciphertext.0.resize(512 * 1024 + 1, 0)), "document/22", "/sealed/ciphertext"),
        (s, revise(&|sealed| sealed.fields.clear()), "document/22", "/sealed/fields"),
        (s, revise(&|sealed| sealed.fields[1].name = "price".into()), "document/22", "/sealed/fields/1"),
        (s, revise(&|sealed| sealed.fields[0].name = "Price".into()), "document/22", "/sealed/fields/0"),
        (s, revise(&|sealed| sealed.readers.clear()), "document/22", "/sealed/readers"),
        (s, revise(&|sealed| sealed.readers[1].key = "a/b".into()), "document/22", "/sealed/readers/1"),
        (s, revise(&|sealed| sealed.readers[1] = sealed.readers[0].clone()), "document/22", "/sealed/readers/1"),
        (s, revise(&|sealed| sealed.readers = vec![sealed.readers[0].clone(); 65]), "document/22", "/sealed/readers"),
        (s, revise(&|sealed| drop(sealed.readers.remove(1))), "document/24", "/sealed/readers"),
        (s, revise(&|sealed| sealed.readers[0].reader = "nobody".into()), "document/25", "/sealed/readers/0/reader"),
        (s, revise(&|sealed| sealed.readers[0].key = "none".into()), "document/26", "/sealed/readers/0/key"),
        (
            s,
            revise(&|sealed| {
                sealed.readers[0].reader = "bank-a".into();
                sealed.readers[0].key = "old".into();
            }),
            "document/26",
            "/sealed/readers/0/key",
        ),
        (s, revise(&|sealed| sealed.readers[0].reader = "bank-a".into()), "document/27", "/sealed/readers/0/reader"),
    ]
}

fn readers(ledger: &Ledger) -> Vec<Case> {
    let add = || add_reader(ledger, 1, "tax-bureau/main", "core-corp/main");
    let with = |change: &dyn Fn(&mut super::AddReader)| {
        let mut add = add();
        change(&mut add);
        call(&add)
    };
    let t = "tax-bureau/dev";
    vec![
        (t, with(&|add| add.wrap.key = "A".into()), "document/22", "/wrap"),
        (t, with(&|add| add.subject = "lease".into()), "document/23", "/subject"),
        (t, with(&|add| add.wrap.reader = "nobody".into()), "document/25", "/wrap/reader"),
        (t, with(&|add| add.wrap.key = "none".into()), "document/26", "/wrap/key"),
        (t, with(&|add| add.version = 2), "document/28", "/subject"),
        (t, with(&|add| add.version = -1), "document/28", "/subject"),
        (t, call(&open_lease(0)), "document/28", "/subject"),
        (t, call(&Open { subject: "shop-1/none".into(), ..open_lease(1) }), "document/28", "/subject"),
        ("shop-1/dev", call(&RemoveReader { subject: "a:b".into(), ..remove("bank-a") }), "document/28", "/subject"),
        ("core-corp/dev", call(&add()), "document/29", "/subject"),
        ("core-corp/dev", call(&open_lease(1)), "document/29", "/subject"),
        ("alice/dev", call(&open_lease(1)), "document/29", "/subject"),
        (
            t,
            with(&|add| {
                add.wrap.reader = "bank-a".into();
                add.wrap.key = "main".into();
            }),
            "document/30",
            "/wrap",
        ),
        ("bank-a/dev", call(&remove("shop-1")), "document/31", "/subject"),
        (t, call(&restore("bank-a")), "document/31", "/subject"),
        ("shop-1/dev", call(&remove("tax-bureau")), "document/32", "/reader"),
        ("shop-1/dev", call(&remove("core-corp")), "document/33", "/reader"),
        ("shop-1/dev", call(&remove("bank-a")), "document/34", "/reader"),
        ("shop-1/dev", call(&restore("core-corp")), "document/35", "/reader"),
    ]
}

#[test]
fn every_refusal_has_its_code_names_the_field_and_leaves_no_trace() {
    let mut ledger = full();
    let cases = [forms(), keys_types_and_anchors(), documents(&ledger), seals(&ledger), readers(&ledger)].concat();
    let mut met: BTreeSet<_> = ELSEWHERE.into_iter().collect();
    for (kid, call, code, field) in cases {
        assert_refused(&mut ledger, &[kid], &[call], code, Some(field));
        met.insert(code);
    }
    let declared: BTreeSet<_> = Refused::DECLARATIONS.iter().map(|refusal| refusal.code).collect();
    assert_eq!(met, declared, "each refusal is met by a case");
}

#[test]
fn what_is_refused_takes_back_what_the_same_transaction_did_before() {
    let mut ledger = full();
    let done = [
        call(&note("shop-1/n", &[("text", "t")])),
        call(&Anchor { hash: Hex([9; 32]), ..anchor() }),
        call(&open_lease(1)),
        call(&restore("bank-a")),
    ];
    let last = [call(&remove("tax-bureau"))];
    assert_refused(
        &mut ledger,
        &["shop-1/dev"],
        &[&done[..], &last].concat(),
        "document/32",
        Some("/calls/4/with/reader"),
    );
    ledger.run_calls(&["shop-1/dev"], &done).outputs();
}

#[test]
fn a_wrong_form_is_refused_by_its_place() {
    let mut ledger = full();
    let sealed = serde_json::to_value(seal_lease(&ledger, 2, &["shop-1", "tax-bureau"])).unwrap();
    let revise = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut with = serde_json::json!({"document": LEASE, "version": 2, "sealed": sealed});
        change(&mut with);
        Call::new("document.revise", &with)
    };
    let cases = [
        (revise(&|with| with["sealed"]["ciphertext"] = "AAE=".into()), "/sealed/ciphertext"),
        (revise(&|with| with["sealed"]["fields"][1]["commitment"] = "00".into()), "/sealed/fields/1/commitment"),
        (revise(&|with| with["sealed"]["readers"][0]["enc"] = "AB".repeat(32).into()), "/sealed/readers/0/enc"),
        (revise(&|with| with["sealed"]["readers"][0]["more"] = 1.into()), "/sealed/readers/0/more"),
        (revise(&|with| with["version"] = "2".into()), "/version"),
        (revise(&|with| with["plain"] = "x".into()), "/plain"),
    ];
    for (call, field) in cases {
        assert_refused(&mut ledger, &["shop-1/dev"], &[call], "platform/2", Some(field));
    }
}
