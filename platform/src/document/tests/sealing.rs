//! Who opens what is sealed, who does not, and what opening leaves behind.

use super::{
    LEASE, create_lease, kid, lease, ledger, open_lease, price, readers_of, reading_key, record, seal_at, seal_lease,
    try_open,
};
use crate::{
    call,
    document::{Create, Open, Sealed},
};
use counterfoil_seal::{Hex, OpenedField, verify_field};
use counterfoil_types::{Hash, Value};
use serde_json::json;

#[test]
fn the_mandatory_reader_and_all_who_are_named_open_and_nobody_else_does() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "bank-a", "tax-bureau"]);
    assert_eq!(readers_of(&ledger, 1), ["bank-a/main", "shop-1/main", "tax-bureau/main"]);
    for kid in ["shop-1/main", "bank-a/main", "tax-bureau/main"] {
        assert_eq!(price(&ledger, 1, kid), Ok("188000.50".to_owned()), "{kid}");
    }
    assert_eq!(price(&ledger, 1, "core-corp/main"), Err("seal/1"));
    let record = record(&ledger, LEASE, 1);
    let ledger_id = ledger.state().ledger();
    let wrong = record.open(ledger_id, &kid("bank-a/main"), &reading_key("core-corp/main"));
    assert_eq!(wrong.unwrap_err().code(), "seal/2");
    let mandatory = "SELECT reader FROM document_reader WHERE mandatory = 1";
    assert_eq!(ledger.sql(mandatory), [[Value::Text("tax-bureau".into())]]);
}

#[test]
fn no_table_holds_a_sealed_value() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "tax-bureau"]);
    let all = ledger.sql("SELECT wire, receipt FROM ledger_transaction ORDER BY position");
    let all = format!("{:?}{all:?}", super::trace(&ledger));
    // Bytes are written as numbers there.
    let numbers = |text: &str| format!("{:?}", text.as_bytes()).replace(['[', ']'], "");
    let found = |text: &str| all.contains(text) || all.contains(&numbers(text));
    assert!(!found("188000.50") && !found("请勿外传"));
    assert!(found("lease") && all.contains(&numbers("document.create")), "the search finds what is there");
}

#[test]
fn a_seal_copied_into_another_document_or_version_is_useless() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "bank-a", "tax-bureau"]);
    let sealed = Some(record(&ledger, LEASE, 1).sealed());
    let copy = Create { document: "shop-2/stolen".into(), sealed, ..lease(&ledger, &["tax-bureau"]) };
    ledger.run("shop-2/dev", &copy).applied();
    for kid in ["shop-1/main", "bank-a/main", "tax-bureau/main"] {
        assert_eq!(try_open(&ledger, "shop-2/stolen", 1, kid).unwrap_err().code(), "seal/2", "{kid}");
    }
}

/// Changes what was sealed rightly.
type Cheat = fn(&mut Sealed);

#[test]
fn a_sealer_who_cheats_is_found_out_by_each_reader() {
    let mut ledger = ledger();
    let cases: [(&str, Cheat); 4] = [
        ("seal/4", |sealed| sealed.fields[0].commitment.0[5] ^= 1),
        ("seal/4", |sealed| sealed.fields.swap(0, 1)),
        ("seal/4", |sealed| sealed.ciphertext.0[77] ^= 1),
        ("seal/2", |sealed| sealed.readers[1].wrapped.0[3] ^= 1),
    ];
    for (at, (code, cheat)) in cases.into_iter().enumerate() {
        let (document, readers) = (format!("shop-1/cheat-{at}"), ["shop-1", "bank-a", "tax-bureau"]);
        let mut sealed = seal_at(&ledger, &document, 1, "shop-1", &readers, &[("price", "1"), ("note", "2")]);
        cheat(&mut sealed);
        let create = Create { document: document.clone(), sealed: Some(sealed), ..lease(&ledger, &["tax-bureau"]) };
        ledger.run("shop-1/dev", &create).applied();
        assert_eq!(try_open(&ledger, &document, 1, "bank-a/main").unwrap_err().code(), code, "{at}");
    }
}

#[test]
fn a_truncated_ciphertext_is_refused_at_the_door() {
    let mut ledger = ledger();
    let whole = seal_lease(&ledger, 1, &["shop-1", "tax-bureau"]);
    for bytes in [0, 15, 16, 100, whole.ciphertext.0.len() - 1] {
        let mut sealed = whole.clone();
        sealed.ciphertext.0.truncate(bytes);
        let create = Create { sealed: Some(sealed), ..lease(&ledger, &["tax-bureau"]) };
        let refusal = ledger.run("shop-1/dev", &create).refused("document/22");
        assert_eq!(refusal.field.as_deref(), Some("/sealed/ciphertext"), "{bytes}");
    }
}

#[test]
fn every_opening_leaves_a_row_that_names_who_by_which_key_when_and_why() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "bank-a", "tax-bureau"]);
    let open = Open { reason: Some("audit of 2026".into()), ..open_lease(1) };
    let done = ledger.run("tax-bureau/dev", &open);
    let number = done.applied()["number"].clone();
    assert_eq!(
        done.applied(),
        json!({
            "number": number, "subject": LEASE, "version": 1, "reader": "tax-bureau", "time_ms": ledger.time_ms(),
        })
    );
    let opened = json!({"number": number, "subject": LEASE, "version": 1, "reader": "tax-bureau"});
    assert_eq!(done.events(), [("document.opened".to_owned(), opened)]);
    let shown = ledger.query("document.openings", &[("subject", LEASE)]).unwrap();
    assert_eq!(
        shown["items"],
        json!([{
            "number": number, "version": 1, "reader": "tax-bureau", "signer": "tax-bureau/dev", "reason": "audit of 2026",
            "height": ledger.height(), "time_ms": ledger.time_ms(),
        }])
    );
    // Each time anew, also by the same reader in the same transaction.
    ledger.run_calls(&["bank-a/dev"], &[call(&open_lease(1)), call(&open_lease(1))]).outputs();
    let all = ledger.query("document.openings", &[("subject", LEASE)]).unwrap();
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
    let of_bank = ledger.query("document.openings", &[("subject", LEASE), ("reader", "bank-a")]).unwrap();
    assert_eq!(of_bank["items"].as_array().unwrap().len(), 2);
}

#[test]
fn of_several_signers_the_one_who_reads_opens_or_the_one_who_is_named() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "bank-a", "tax-bureau"]);
    let reader = |done: crate::testing::Done| done.applied()["reader"].clone();
    let both = ["core-corp/dev", "bank-a/dev", "shop-1/dev"];
    assert_eq!(reader(ledger.run_calls(&both, &[call(&open_lease(1))])), "bank-a");
    let named = Open { reader: Some("shop-1".into()), ..open_lease(1) };
    assert_eq!(reader(ledger.run_calls(&both, &[call(&named)])), "shop-1");
    let stranger = Open { reader: Some("core-corp".into()), ..open_lease(1) };
    ledger.run_calls(&both, &[call(&stranger)]).refused("document/29");
    let absent = Open { reader: Some("tax-bureau".into()), ..open_lease(1) };
    ledger.run_calls(&both, &[call(&absent)]).refused("member/12");
}

#[test]
fn one_field_is_shown_against_its_row_without_the_others() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "bank-a", "tax-bureau"]);
    let opened = try_open(&ledger, LEASE, 1, "bank-a/main").unwrap();
    let shown = serde_json::to_string(opened.field("price").unwrap()).unwrap();
    assert!(!shown.contains("请勿外传"), "{shown}");
    let field: OpenedField = serde_json::from_str(&shown).unwrap();
    let row = ledger.sql("SELECT commitment FROM document_field WHERE name = 'price'");
    let [Value::Blob(commitment)] = &row[0][..] else { panic!("{row:?}") };
    let commitment = Hash::from_slice(commitment).unwrap();
    verify_field(&field, "price", &commitment).unwrap();
    let other: OpenedField = serde_json::from_str(&shown.replace("188000.50", "188000.51")).unwrap();
    assert_eq!(verify_field(&other, "price", &commitment).unwrap_err().code(), "seal/13");
    let salted = OpenedField { salt: Hex([0; 32]), ..field };
    assert_eq!(verify_field(&salted, "price", &commitment).unwrap_err().code(), "seal/13");
}
