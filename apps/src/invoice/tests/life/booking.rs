use super::*;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn in_period(period: &str, invoice: &str) -> Book {
    Book { period: period.to_owned(), ..book("core-corp", &[invoice]) }
}

#[test]
fn an_organisation_books_an_invoice_revokes_that_and_books_it_otherwise() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    assert_eq!(stands(&ledger, &id, "booking"), "not_booked");
    let done = ledger.run("core-corp/dev", &book("core-corp", &[&id]));
    assert_eq!(done.events()[0].0, "invoice.booked");
    assert_eq!(stands(&ledger, &id, "booking"), "deductible");
    assert_eq!(stands(&ledger, &id, "deducted"), "512.58");
    for r#as in [Deduction::Deductible, Deduction::NotDeductible] {
        let again = Book { r#as, ..book("core-corp", &[&id]) };
        refused_at(&ledger.run("core-corp/dev", &again), "invoice/68", "/invoices/0");
    }
    let done = ledger.run("core-corp/dev", &revoke("core-corp", &[&id]));
    assert_eq!(done.events()[0].0, "invoice.booking_revoked");
    assert_eq!(stands(&ledger, &id, "booking"), "revoked");
    refused_at(&ledger.run("core-corp/dev", &revoke("core-corp", &[&id])), "invoice/69", "/invoices/0");
    let other = Book { r#as: Deduction::NotDeductible, ..book("core-corp", &[&id]) };
    ledger.run("core-corp/dev", &other).applied();
    assert_eq!(stands(&ledger, &id, "booking"), "not_deductible");
    assert_eq!(stands(&ledger, &id, "deducted"), Json::Null);
    let expected = ["issued", "booked_deductible", "booking_revoked", "booked_not_deductible"];
    assert_eq!(steps(&ledger, &id), expected);
}

#[test]
fn a_period_is_open_for_its_month_and_the_next() {
    let mut ledger = ledger();
    // It is the first of January; February begins in China while it is still January elsewhere.
    let early = bill(&mut ledger, Some("core-corp"));
    let booked = bill(&mut ledger, Some("core-corp"));
    ledger.run("core-corp/dev", &in_period("2026-01", &booked)).applied();
    refused_at(&ledger.run("core-corp/dev", &in_period("2025-12", &early)), "invoice/70", "/invoices/0");
    refused_at(&ledger.run("core-corp/dev", &in_period("2026-02", &early)), "invoice/70", "/invoices/0");
    for wrong in ["2026-13", "2026", "2026-1", "", "january"] {
        refused_at(&ledger.run("core-corp/dev", &in_period(wrong, &early)), "invoice/70", "/period");
    }
    ledger.wait_ms(31 * DAY_MS - 8 * 60 * 60 * 1000);
    let late = bill(&mut ledger, Some("core-corp"));
    refused_at(&ledger.run("core-corp/dev", &in_period("2026-01", &late)), "invoice/70", "/invoices/0");
    ledger.run("core-corp/dev", &in_period("2026-02", &late)).applied();
    ledger.run("core-corp/dev", &in_period("2026-01", &early)).applied();
    ledger.wait_ms(28 * DAY_MS);
    refused_at(&ledger.run("core-corp/dev", &revoke("core-corp", &[&booked])), "invoice/70", "/invoices/0");
    ledger.run("core-corp/dev", &revoke("core-corp", &[&late])).applied();
    refused_at(&ledger.run("core-corp/dev", &in_period("2026-01", &late)), "invoice/70", "/invoices/0");
    ledger.run("core-corp/dev", &in_period("2026-03", &late)).applied();
}

#[test]
fn one_organisation_books_and_reimburses_an_invoice() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("alice"));
    ledger.run("alice/dev", &pass_on(&id, "core-corp")).applied();
    ledger.run("alice/dev", &pass_on(&id, "shop-1")).applied();
    refused_at(&ledger.run("shop-2/dev", &book("shop-2", &[&id])), "invoice/57", "/invoices/0");
    refused_at(&ledger.run("shop-2/dev", &book("shop-1", &[&id])), "member/12", "/organisation");
    refused_at(&ledger.run("shop-2/dev", &revoke("shop-1", &[&id])), "member/12", "/organisation");
    ledger.run("core-corp/dev", &book("core-corp", &[&id])).applied();
    refused_at(&ledger.run("shop-1/dev", &book("shop-1", &[&id])), "invoice/60", "/invoices/0");
    refused_at(&ledger.run("shop-1/dev", &lock("shop-1", &[&id])), "invoice/60", "/invoices/0");
    refused_at(&ledger.run("shop-1/dev", &revoke("shop-1", &[&id])), "invoice/69", "/invoices/0");
    let back = TakeBack { invoice: id.clone(), from: "core-corp".to_owned() };
    refused_at(&ledger.run("alice/dev", &back), "invoice/60", "/invoice");
    ledger.run("core-corp/dev", &revoke("core-corp", &[&id])).applied();
    ledger.run("shop-1/dev", &lock("shop-1", &[&id])).applied();
    refused_at(&ledger.run("core-corp/dev", &book("core-corp", &[&id])), "invoice/60", "/invoices/0");
    ledger.run("shop-1/dev", &close("shop-1", &[&id])).applied();
    ledger.run("shop-1/dev", &book("shop-1", &[&id])).applied();
    assert_eq!(stands(&ledger, &id, "booked_by"), "shop-1");
}

#[test]
fn tax_that_a_red_letter_takes_back_must_be_taken_out_of_the_input_tax() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    ledger.run("core-corp/dev", &book("core-corp", &[&id])).applied();
    let request = ask(&id, Reason::GoodsReturned, &[(GOODS, "1000.00", "130.00")]);
    let form = form(&mut ledger, "core-corp/dev", &request);
    assert_eq!(stands(&ledger, &id, "to_take_out"), "0.00");
    ledger.run("supplier-1/dev", &ConfirmRed { form: form.clone() }).applied();
    ledger.run("supplier-1/dev", &IssueRed { form }).applied();
    assert_eq!(stands(&ledger, &id, "deducted"), "512.58");
    assert_eq!(stands(&ledger, &id, "to_take_out"), "130.00");
    let shown = ledger.query("invoice.bookings", &[("organisation", "core-corp"), ("period", "2026-01")]).unwrap();
    assert_eq!(shown["items"][0]["to_take_out"], "130.00");
    assert_eq!(shown["items"][0]["left"], "3487.00");
    // Booked anew, there is nothing to take out.
    ledger.run("core-corp/dev", &revoke("core-corp", &[&id])).applied();
    ledger.run("core-corp/dev", &book("core-corp", &[&id])).applied();
    assert_eq!(stands(&ledger, &id, "deducted"), "382.58");
    assert_eq!(stands(&ledger, &id, "to_take_out"), "0.00");
}
