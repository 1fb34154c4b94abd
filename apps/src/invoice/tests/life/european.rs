//! What happens to a document of EN 16931 after its issue: the same as to an invoice under Chinese VAT.

use super::*;
use rand::{SeedableRng as _, rngs::StdRng};

const SELLER: &str = "supplier-1/dev";
const DAY: &str = "2026-01-01";

/// Issues a document, perhaps to a member, with the claim key of [`bill`]s.
#[track_caller]
fn issued(ledger: &mut Ledger, document: &Json, member: Option<&str>) -> String {
    let asked = json!({"invoice": document, "buyer": member, "claim_key": claim_key(SECRET)});
    let output = give_json(ledger, SELLER, "invoice.issue_en16931", &asked).unwrap();
    output["id"].as_str().unwrap().to_owned()
}

fn invoice(number: &str) -> Json {
    document(number, "380", DAY, &[(1_900, 10_000), (700, 501)])
}

/// A credit note, and an invoice whose total is below zero.
fn taking_back(ledger: &mut Ledger, member: &str) -> [String; 2] {
    let credit = document("C-1", "381", DAY, &[(1_900, 10_000)]);
    let below = document("N-1", "380", DAY, &[(1_900, -10_000), (700, 100)]);
    [issued(ledger, &credit, Some(member)), issued(ledger, &below, Some(member))]
}

fn subject(ledger: &Ledger, invoice: &str) -> String {
    let shown = ledger.query("invoice.get", &[("id", invoice)]).unwrap();
    shown["subject"].as_str().unwrap().to_owned()
}

/// Whether a member's node opens an invoice and finds it right.
fn reads(ledger: &Ledger, member: &str, invoice: &str) -> bool {
    let (record, opened) = ledger.open(member, &subject(ledger, invoice));
    opened.is_ok_and(|opened| content(&ledger.state().reader(), &record.subject, opened.fields()).unwrap().is_ok())
}

/// The call by which a reader lets another member read an invoice.
fn share(ledger: &Ledger, from: &str, to: &str, invoice: &str) -> Call {
    let kid = format!("{to}/main");
    let public_key = counterfoil_platform::testing::reading_key(&kid).public_key();
    let reader = counterfoil_platform::seal::Reader { kid: kid.parse().unwrap(), public_key };
    let (record, opened) = ledger.open(from, &subject(ledger, invoice));
    let wrap = opened.unwrap().wrap_for(&reader, &mut StdRng::seed_from_u64(7)).unwrap();
    Call::new("document.add_reader", &json!({"subject": record.subject, "version": 1, "wrap": wrap}))
}

#[test]
fn an_invoice_of_either_regime_is_claimed_shared_passed_on_and_reimbursed() {
    let mut ledger = ledger();
    ledger.publish_reading_keys(&["alice"]);
    let chinese = bill(&mut ledger, None);
    let european = issued(&mut ledger, &invoice("E-1"), None);
    for id in [&chinese, &european] {
        let of_alice = claim(&ledger, id, "alice");
        ledger.run("alice/dev", &of_alice).applied();
        // Who claims holds the invoice, and reads it once a reader shares it.
        assert!(!reads(&ledger, "alice", id));
        let shared = share(&ledger, "supplier-1", "alice", id);
        ledger.run_calls(&[SELLER], &[shared]).applied();
        assert!(reads(&ledger, "alice", id) && !reads(&ledger, "core-corp", id));
        let passed = [call(&pass_on(id, "core-corp")), share(&ledger, "alice", "core-corp", id)];
        ledger.run_calls(&["alice/dev"], &passed).outputs();
        assert!(reads(&ledger, "core-corp", id) && !reads(&ledger, "shop-1", id));
        ledger.run("core-corp/dev", &lock("core-corp", &[id])).applied();
        ledger.run("core-corp/dev", &close("core-corp", &[id])).applied();
        ledger.run("core-corp/dev", &book("core-corp", &[id])).applied();
        let (record, opened) = ledger.open("tax-bureau", &subject(&ledger, id));
        let asked = (MODULE.examine.unwrap())(&ledger.state().reader(), &record, opened.as_ref(), "tax-bureau");
        assert!(asked.unwrap().is_empty());
    }
    assert_eq!(steps(&ledger, &chinese), steps(&ledger, &european));
    assert_eq!(stands(&ledger, &european, "reimbursed_by"), "core-corp");
    refused_at(&ledger.run(SELLER, &ask(&european, Reason::GoodsReturned, &[])), "invoice/71", "/invoice");
}

#[test]
fn who_is_named_as_the_holder_and_can_read_is_a_reader() {
    let mut ledger = ledger();
    let chinese = (Call::new("invoice.issue", &unissued(Some("core-corp"))), "invoice.issue");
    let asked = json!({"invoice": invoice("E-1"), "buyer": "core-corp"});
    let european = (Call::new("invoice.issue_en16931", &asked), "invoice.issue_en16931");
    for (clear, name) in [chinese, european] {
        let signed: Json = serde_json::from_str(ledger.seal(SELLER, &clear).unwrap().with.get()).unwrap();
        let mut for_another = signed.clone();
        set(&mut for_another, "/holder", Some(json!("shop-1")));
        refused(give_json(&mut ledger, SELLER, name, &for_another), "invoice/83", "/holder");
        // Nothing can be sealed for who has no reading key.
        set(&mut for_another, "/holder", Some(json!("bank-a")));
        give_json(&mut ledger, SELLER, name, &for_another).unwrap();
    }
}

#[test]
fn what_takes_money_back_is_booked_and_not_reimbursed() {
    let mut ledger = ledger();
    let good = issued(&mut ledger, &invoice("E-1"), Some("core-corp"));
    let blue = bill(&mut ledger, Some("core-corp"));
    let asked = form(&mut ledger, SELLER, &ask(&blue, Reason::Allowance, &[(GOODS, "1000.00", "130.00")]));
    let red = ledger.run(SELLER, &IssueRed { form: asked }).applied()["id"].as_str().unwrap().to_owned();
    let before = everything(&ledger);
    refused_at(&ledger.run("core-corp/dev", &lock("core-corp", &[&good, &red])), "invoice/65", "/invoices/1");
    refused_at(&ledger.run("core-corp/dev", &book("core-corp", &[&good, &red])), "invoice/65", "/invoices/1");
    refused_at(&ledger.run("core-corp/dev", &close("core-corp", &[&red])), "invoice/61", "/invoices/0");
    refused_at(&ledger.run("alice/dev", &pass_on(&red, "core-corp")), "invoice/65", "/invoice");
    let of_alice = claim(&ledger, &red, "alice");
    refused_at(&ledger.run("alice/dev", &of_alice), "invoice/65", "/invoice");
    refused_at(&ledger.run(SELLER, &ask(&red, Reason::GoodsReturned, &[])), "invoice/65", "/invoice");
    assert_eq!(everything(&ledger), before);

    for id in taking_back(&mut ledger, "core-corp") {
        refused_at(&ledger.run("core-corp/dev", &lock("core-corp", &[&good, &id])), "invoice/82", "/invoices/1");
        refused_at(&ledger.run("core-corp/dev", &unlock("core-corp", &[&id])), "invoice/61", "/invoices/0");
        refused_at(&ledger.run("core-corp/dev", &close("core-corp", &[&id])), "invoice/61", "/invoices/0");
        refused_at(&ledger.run(SELLER, &ask(&id, Reason::GoodsReturned, &[])), "invoice/71", "/invoice");
        ledger.run("core-corp/dev", &book("core-corp", &[&id])).applied();
    }
    // 100.00 at 19 % taken back twice, and 1.00 at 7 % charged.
    let given = [("organisation", "core-corp"), ("from", "2026-01"), ("until", "2026-01")];
    let input = ledger.query("invoice.input_tax", &given).unwrap();
    let taxes: Vec<_> = input["items"].as_array().unwrap().iter().map(|row| row["tax"].clone()).collect();
    assert_eq!(taxes, ["0.07", "-38.00"]);
}

#[test]
fn what_takes_money_back_is_claimed_by_its_buyer_and_not_passed_on() {
    let mut ledger = ledger();
    for id in taking_back(&mut ledger, "alice") {
        refused_at(&ledger.run("alice/dev", &pass_on(&id, "core-corp")), "invoice/82", "/invoice");
        refused_at(&ledger.run("core-corp/dev", &lock("core-corp", &[&id])), "invoice/82", "/invoices/0");
    }
    let credit = issued(&mut ledger, &document("C-2", "381", DAY, &[(1_900, 10_000)]), None);
    let of_core = claim(&ledger, &credit, "core-corp");
    ledger.run("core-corp/dev", &of_core).applied();
    ledger.run("core-corp/dev", &book("core-corp", &[&credit])).applied();
    ledger.run("core-corp/dev", &revoke("core-corp", &[&credit])).applied();
    assert_eq!(steps(&ledger, &credit), ["issued", "claimed", "booked_deductible", "booking_revoked"]);
}
