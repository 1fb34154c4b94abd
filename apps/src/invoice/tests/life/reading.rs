use super::*;

/// The items of all pages of a query, so many a page.
fn pages(ledger: &Ledger, name: &str, given: &[(&str, &str)], limit: usize) -> Vec<Json> {
    let limit = limit.to_string();
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut given = given.to_vec();
        given.push(("limit", &limit));
        given.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = ledger.query(name, &given).unwrap();
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match &page["next"] {
            Json::String(next) => cursor = Some(next.clone()),
            _ => return all,
        }
    }
}

/// The same whatever the size of a page; a member of each.
fn column(ledger: &Ledger, name: &str, given: &[(&str, &str)], column: &str) -> Vec<Json> {
    let whole = pages(ledger, name, given, 500);
    for limit in [1, 2, 3] {
        assert_eq!(pages(ledger, name, given, limit), whole, "{name} by {limit}");
    }
    whole.into_iter().map(|item| item[column].clone()).collect()
}

#[test]
fn a_holder_sees_its_invoices_and_how_they_stand() {
    let mut ledger = ledger();
    let invoices: Vec<_> = (0..5).map(|_| bill(&mut ledger, Some("alice"))).collect();
    bill(&mut ledger, Some("bob"));
    ledger.run("alice/dev", &pass_on(&invoices[3], "core-corp")).applied();
    ledger.run("core-corp/dev", &lock("core-corp", &[&invoices[3]])).applied();
    let mut newest = invoices.clone();
    newest.reverse();
    assert_eq!(column(&ledger, "invoice.held", &[("member", "alice")], "id"), newest);
    let states = column(&ledger, "invoice.held", &[("member", "alice")], "reimbursement");
    assert_eq!(states, ["open", "locked", "open", "open", "open"]);
    assert_eq!(column(&ledger, "invoice.held", &[("member", "core-corp")], "id"), [] as [Json; 0]);
}

#[test]
fn what_waits_for_a_member_is_one_list() {
    let mut ledger = ledger();
    let passed: Vec<_> = (0..3).map(|_| bill(&mut ledger, Some("alice"))).collect();
    for id in &passed {
        ledger.run("alice/dev", &pass_on(id, "core-corp")).applied();
    }
    let own: Vec<_> = (0..4).map(|_| bill(&mut ledger, Some("core-corp"))).collect();
    ledger.run("core-corp/dev", &lock("core-corp", &[&own[0], &own[1]])).applied();
    let part = |id: &str| ask(id, Reason::Allowance, &[(GOODS, "1000.00", "130.00")]);
    let [first, second] = [&own[0], &own[1]].map(|id| form(&mut ledger, "supplier-1/dev", &part(id)));
    let third = form(&mut ledger, "core-corp/dev", &part(&own[2]));
    let fourth = form(&mut ledger, "supplier-1/dev", &part(&own[3]));
    let waiting = |ledger: &Ledger, member, name| column(ledger, "invoice.waiting", &[("member", member)], name);
    let expected = ["reimburse", "reimburse", "reimburse", "confirm_red", "confirm_red"];
    assert_eq!(waiting(&ledger, "core-corp", "what"), expected);
    assert_eq!(waiting(&ledger, "core-corp", "id")[..3], passed);
    assert_eq!(waiting(&ledger, "supplier-1", "what"), ["confirm_red", "issue_red"]);
    assert_eq!(waiting(&ledger, "supplier-1", "form"), [third.clone(), fourth]);
    ledger.run("core-corp/dev", &ConfirmRed { form: first.clone() }).applied();
    ledger.run("core-corp/dev", &RefuseRed { form: second }).applied();
    ledger.run("core-corp/dev", &lock("core-corp", &[&passed[0], &passed[1]])).applied();
    assert_eq!(waiting(&ledger, "core-corp", "what"), ["reimburse"]);
    assert_eq!(waiting(&ledger, "supplier-1", "what"), ["confirm_red", "issue_red", "issue_red"]);
    assert_eq!(waiting(&ledger, "supplier-1", "form")[..2], [third, first]);
    assert_eq!(waiting(&ledger, "alice", "what"), [] as [Json; 0]);
    // Nobody waits for what is reversed.
    let all = form(&mut ledger, "supplier-1/dev", &ask(&passed[2], Reason::WrongIssue, &[]));
    ledger.run("supplier-1/dev", &IssueRed { form: all }).applied();
    assert_eq!(waiting(&ledger, "core-corp", "what"), [] as [Json; 0]);
}

#[test]
fn an_organisation_sees_what_it_reimburses_and_books() {
    let mut ledger = ledger();
    let own: Vec<_> = (0..4).map(|_| bill(&mut ledger, Some("core-corp"))).collect();
    ledger.run("core-corp/dev", &lock("core-corp", &[&own[0], &own[1], &own[2]])).applied();
    ledger.run("core-corp/dev", &close("core-corp", &[&own[1]])).applied();
    ledger.run("core-corp/dev", &book("core-corp", &[&own[0], &own[3]])).applied();
    ledger.run("core-corp/dev", &revoke("core-corp", &[&own[0]])).applied();
    let taken = |state: &[(&'static str, &'static str)]| {
        let given: Vec<_> = [("organisation", "core-corp")].iter().chain(state).copied().collect();
        column(&ledger, "invoice.reimbursements", &given, "reimbursement")
    };
    assert_eq!(taken(&[]), ["locked", "closed", "locked"]);
    assert_eq!(taken(&[("state", "closed")]), ["closed"]);
    assert_eq!(taken(&[("state", "locked")]), ["locked", "locked"]);
    let booked = [("organisation", "core-corp"), ("period", "2026-01")];
    assert_eq!(column(&ledger, "invoice.bookings", &booked, "booking"), ["revoked", "deductible"]);
    assert_eq!(column(&ledger, "invoice.bookings", &booked, "tax"), ["512.58", "512.58"]);
    let other = [("organisation", "core-corp"), ("period", "2026-02")];
    assert_eq!(column(&ledger, "invoice.bookings", &other, "id"), [] as [Json; 0]);
}

#[test]
fn forms_are_found_by_invoice_party_and_state() {
    let mut ledger = ledger();
    let part = |id: &str| ask(id, Reason::Allowance, &[(GOODS, "1000.00", "130.00")]);
    let mine = bill(&mut ledger, Some("core-corp"));
    let theirs = bill(&mut ledger, Some("bank-a"));
    let first = form(&mut ledger, "core-corp/dev", &part(&mine));
    let second = form(&mut ledger, "bank-a/dev", &part(&theirs));
    let third = form(&mut ledger, "core-corp/dev", &part(&mine));
    ledger.run("core-corp/dev", &WithdrawRed { form: first.clone() }).applied();
    let forms = |given: &[(&str, &str)]| column(&ledger, "invoice.red_forms", given, "form");
    let (seller, buyer, open) = (("seller", SUPPLIER), ("buyer", "core-corp"), ("state", "awaiting_seller"));
    let (invoice, none) = (("invoice", mine.as_str()), [] as [Json; 0]);
    let [first, second, third] = [first, second, third].map(Json::from);
    let all = [third.clone(), second.clone(), first.clone()];
    assert_eq!(forms(&[]), all);
    assert_eq!(forms(&[seller]), all);
    assert_eq!(forms(&[open]), all[..2]);
    assert_eq!(forms(&[seller, open]), all[..2]);
    assert_eq!(forms(&[buyer]), [third.clone(), first.clone()]);
    assert_eq!(forms(&[buyer, open]), all[..1]);
    assert_eq!(forms(&[seller, buyer, open]), all[..1]);
    assert_eq!(forms(&[seller, buyer]), [third.clone(), first.clone()]);
    assert_eq!(forms(&[invoice]), [third.clone(), first]);
    assert_eq!(forms(&[invoice, seller, buyer, open]), [third]);
    assert_eq!(forms(&[invoice, ("buyer", "bank-a")]), none);
    assert_eq!(forms(&[("seller", SHOP)]), none);
}

#[test]
fn the_history_says_who_did_what_when_and_by_which_transaction() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("alice"));
    let issued_ms = ledger.time_ms();
    let transaction = ledger.sign(&["alice/dev"], &[call(&pass_on(&id, "core-corp"))]);
    let identity = transaction.identity().to_string();
    ledger.block(vec![transaction]);
    ledger.run("core-corp/dev", &lock("core-corp", &[&id])).applied();
    assert_eq!(column(&ledger, "invoice.history", &[("invoice", &id)], "step"), ["issued", "passed_on", "locked"]);
    let history = ledger.query("invoice.history", &[("invoice", &id)]).unwrap();
    assert_eq!(
        history["items"],
        json!([
            {"position": 0, "step": "issued", "member": "supplier-1", "other": null, "reference": "26441000000000000001",
             "transaction": null, "height": null, "time_ms": issued_ms},
            {"position": 1, "step": "passed_on", "member": "alice", "other": "core-corp", "reference": null,
             "transaction": identity, "height": ledger.height() - 1, "time_ms": issued_ms + 1_000},
            {"position": 2, "step": "locked", "member": "core-corp", "other": null, "reference": "trip 7",
             "transaction": history["items"][2]["transaction"], "height": ledger.height(), "time_ms": issued_ms + 2_000},
        ])
    );
    assert_eq!(column(&ledger, "invoice.history", &[("invoice", "nothing")], "step"), [] as [Json; 0]);
}

#[test]
fn lists_of_the_life_follow_an_index() {
    let ledger = ledger();
    for name in [
        "invoice.use",
        "invoice.held",
        "invoice.waiting",
        "invoice.reimbursements",
        "invoice.bookings",
        "invoice.history",
        "invoice.red_form",
        "invoice.red_forms",
    ] {
        let sql = ledger.registry().query(name).unwrap().sql;
        let plan = ledger.sql(&format!("EXPLAIN QUERY PLAN {sql}"));
        for line in plan.iter().map(|row| text(&row[3])) {
            // What is scanned are parts that were found by an index.
            let scanned = line.strip_prefix("SCAN ").unwrap_or_default();
            let table = scanned.starts_with("invoice") || ["i", "p", "t", "v"].contains(&scanned);
            assert!(!table, "{name}: {line}");
        }
    }
}
