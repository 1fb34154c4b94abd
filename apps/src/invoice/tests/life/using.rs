use super::*;

/// An invoice of a person that is passed on to an organisation.
fn passed(ledger: &mut Ledger, to: &str) -> String {
    let id = bill(ledger, Some("alice"));
    ledger.run("alice/dev", &pass_on(&id, to)).applied();
    id
}

fn take_back(invoice: &str, from: &str) -> TakeBack {
    TakeBack { invoice: invoice.to_owned(), from: from.to_owned() }
}

fn give_back(invoice: &str, organisation: &str) -> Return {
    Return { invoice: invoice.to_owned(), organisation: organisation.to_owned() }
}

#[test]
fn an_employee_passes_an_invoice_on_and_the_employer_reimburses_it() {
    let mut ledger = ledger();
    let id = passed(&mut ledger, "core-corp");
    for (done, event) in [
        (ledger.run("core-corp/dev", &lock("core-corp", &[&id])), "invoice.locked"),
        (ledger.run("core-corp/dev", &unlock("core-corp", &[&id])), "invoice.unlocked"),
        (ledger.run("core-corp/dev", &lock("core-corp", &[&id])), "invoice.locked"),
        (ledger.run("core-corp/dev", &close("core-corp", &[&id])), "invoice.closed"),
    ] {
        let (name, data) = done.events().remove(0);
        let told = json!({"id": id, "number": "26441000000000000001", "state": "issued", "seller": SUPPLIER});
        assert_eq!((name.as_str(), data), (event, told));
    }
    assert_eq!(stands(&ledger, &id, "reimbursement"), "closed");
    assert_eq!(stands(&ledger, &id, "reference"), "trip 7");
    assert_eq!(steps(&ledger, &id), ["issued", "passed_on", "locked", "unlocked", "locked", "closed"]);
    refused_at(&ledger.run("core-corp/dev", &unlock("core-corp", &[&id])), "invoice/62", "/invoices/0");
    refused_at(&ledger.run("core-corp/dev", &close("core-corp", &[&id])), "invoice/62", "/invoices/0");
}

#[test]
fn of_two_companies_that_race_for_an_invoice_one_wins() {
    let mut ledger = ledger();
    let id = passed(&mut ledger, "core-corp");
    ledger.run("alice/dev", &pass_on(&id, "shop-1")).applied();
    let first = ledger.sign(&["shop-1/dev"], &[call(&lock("shop-1", &[&id]))]);
    let second = ledger.sign(&["core-corp/dev"], &[call(&lock("core-corp", &[&id]))]);
    let done = ledger.block(vec![first, second]);
    done[0].applied();
    let refusal = done[1].refused("invoice/60");
    assert_eq!(refusal.field.as_deref(), Some("/invoices/0"));
    assert!(refusal.detail.contains("locked by shop-1"), "{refusal}");
    // The winner lets go, and the other can have it.
    ledger.run("shop-1/dev", &unlock("shop-1", &[&id])).applied();
    ledger.run("shop-1/dev", &give_back(&id, "shop-1")).applied();
    ledger.run("core-corp/dev", &lock("core-corp", &[&id])).applied();
    ledger.run("core-corp/dev", &close("core-corp", &[&id])).applied();
    assert_eq!(stands(&ledger, &id, "reimbursed_by"), "core-corp");
}

#[test]
fn a_batch_is_locked_as_a_whole_or_not_at_all() {
    let mut ledger = ledger();
    let own: Vec<_> = (0..3).map(|_| bill(&mut ledger, Some("core-corp"))).collect();
    let strange = bill(&mut ledger, Some("alice"));
    let with = |last: &str| lock("core-corp", &[&own[0], &own[1], last]);
    let before = everything(&ledger);
    refused_at(&ledger.run("core-corp/dev", &with(&strange)), "invoice/57", "/invoices/2");
    refused_at(&ledger.run("core-corp/dev", &with("nothing")), "invoice/50", "/invoices/2");
    refused_at(&ledger.run("core-corp/dev", &with(&own[1])), "invoice/67", "/invoices/2");
    refused_at(&ledger.run("core-corp/dev", &lock("core-corp", &[])), "invoice/66", "/invoices");
    let many: Vec<_> = (0..=BATCH_MAX).map(|at| at.to_string()).collect();
    let many = Lock { invoices: many, ..lock("core-corp", &[]) };
    refused_at(&ledger.run("core-corp/dev", &many), "invoice/66", "/invoices");
    refused_at(
        &ledger.run("core-corp/dev", &Close { invoices: many.invoices, ..close("core-corp", &[]) }),
        "invoice/66",
        "/invoices",
    );
    let unnamed = Lock { reference: String::new(), ..with(&own[2]) };
    refused_at(&ledger.run("core-corp/dev", &unnamed), "invoice/6", "/reference");
    assert_eq!(everything(&ledger), before);
    ledger.run("core-corp/dev", &with(&own[2])).applied();
    let some = unlock("core-corp", &[&own[1], &strange]);
    refused_at(&ledger.run("core-corp/dev", &some), "invoice/61", "/invoices/1");
    let some = close("core-corp", &[&own[1], &strange]);
    refused_at(&ledger.run("core-corp/dev", &some), "invoice/61", "/invoices/1");
    ledger.run("core-corp/dev", &close("core-corp", &[&own[0], &own[1], &own[2]])).applied();
    let closed = ledger.sql("SELECT count(*) FROM invoice_reimbursement WHERE state = 'closed'");
    assert_eq!(closed, [[Value::Integer(3)]]);
}

#[test]
fn a_thousand_invoices_are_locked_closed_and_booked_at_once() {
    let mut ledger = ledger();
    let mut transactions = Vec::new();
    for _ in 0..16 {
        let bill = unissued(Some("core-corp"));
        let calls: Vec<_> = (0..63).map(|_| sealed(&mut ledger, "supplier-1/dev", &bill)).collect();
        transactions.push(ledger.sign(&["supplier-1/dev"], &calls));
    }
    let done = ledger.block(transactions);
    let issued = done.iter().flat_map(Done::outputs).map(|output| output["id"].as_str().unwrap().to_owned());
    let invoices: Vec<_> = issued.take(BATCH_MAX).collect();
    assert_eq!(invoices.len(), BATCH_MAX);
    let done = ledger.run("core-corp/dev", &Lock { invoices: invoices.clone(), ..lock("core-corp", &[]) });
    assert_eq!(done.events().len(), BATCH_MAX);
    ledger.run("core-corp/dev", &Book { invoices: invoices.clone(), ..book("core-corp", &[]) }).applied();
    ledger.run("core-corp/dev", &RevokeBooking { invoices: invoices.clone(), ..revoke("core-corp", &[]) }).applied();
    ledger.run("core-corp/dev", &Unlock { invoices: invoices.clone(), ..unlock("core-corp", &[]) }).applied();
    ledger.run("core-corp/dev", &Lock { invoices: invoices.clone(), ..lock("core-corp", &[]) }).applied();
    ledger.run("core-corp/dev", &Close { invoices, ..close("core-corp", &[]) }).applied();
}

#[test]
fn what_was_passed_on_comes_back_while_it_is_not_used() {
    let mut ledger = ledger();
    let id = passed(&mut ledger, "core-corp");
    refused_at(&ledger.run("alice/dev", &pass_on(&id, "core-corp")), "invoice/56", "/to");
    refused_at(&ledger.run("bob/dev", &take_back(&id, "core-corp")), "invoice/54", "/invoice");
    refused_at(&ledger.run("alice/dev", &take_back(&id, "shop-1")), "invoice/57", "/from");
    refused_at(&ledger.run("shop-1/dev", &give_back(&id, "shop-1")), "invoice/57", "/organisation");
    refused_at(&ledger.run("shop-1/dev", &give_back(&id, "core-corp")), "member/12", "/organisation");
    ledger.run("alice/dev", &take_back(&id, "core-corp")).applied();
    refused_at(&ledger.run("core-corp/dev", &lock("core-corp", &[&id])), "invoice/57", "/invoices/0");
    ledger.run("alice/dev", &pass_on(&id, "core-corp")).applied();
    ledger.run("core-corp/dev", &give_back(&id, "core-corp")).applied();
    ledger.run("alice/dev", &pass_on(&id, "core-corp")).applied();
    ledger.run("alice/dev", &pass_on(&id, "shop-1")).applied();
    ledger.run("core-corp/dev", &lock("core-corp", &[&id])).applied();
    refused_at(&ledger.run("alice/dev", &take_back(&id, "core-corp")), "invoice/60", "/invoice");
    refused_at(&ledger.run("core-corp/dev", &give_back(&id, "core-corp")), "invoice/60", "/invoice");
    refused_at(&ledger.run("alice/dev", &pass_on(&id, "shop-2")), "invoice/60", "/invoice");
    // Who has not got it has nothing to do with it any more.
    ledger.run("alice/dev", &take_back(&id, "shop-1")).applied();
    let expected = [
        "issued",
        "passed_on",
        "taken_back",
        "passed_on",
        "returned",
        "passed_on",
        "passed_on",
        "locked",
        "taken_back",
    ];
    assert_eq!(steps(&ledger, &id), expected);
}

#[test]
fn only_a_person_passes_on_and_only_organisations_reimburse() {
    let mut ledger = ledger();
    let own = bill(&mut ledger, Some("core-corp"));
    let id = bill(&mut ledger, Some("alice"));
    let free = bill(&mut ledger, None);
    let before = everything(&ledger);
    refused_at(&ledger.run("core-corp/dev", &pass_on(&own, "shop-1")), "invoice/58", "/invoice");
    refused_at(&ledger.run("bob/dev", &pass_on(&id, "shop-1")), "invoice/54", "/invoice");
    refused_at(&ledger.run("bob/dev", &pass_on(&free, "shop-1")), "invoice/54", "/invoice");
    for nobody in ["bob", "nobody", ""] {
        refused_at(&ledger.run("alice/dev", &pass_on(&id, nobody)), "invoice/55", "/to");
    }
    refused_at(&ledger.run("alice/dev", &pass_on("nothing", "shop-1")), "invoice/50", "/invoice");
    refused_at(&ledger.run("alice/dev", &lock("alice", &[&id])), "invoice/55", "/organisation");
    refused_at(&ledger.run("alice/dev", &book("alice", &[&id])), "invoice/55", "/organisation");
    refused_at(&ledger.run("alice/dev", &lock("core-corp", &[&own])), "member/12", "/organisation");
    refused_at(&ledger.run("alice/dev", &unlock("core-corp", &[&own])), "member/12", "/organisation");
    refused_at(&ledger.run("alice/dev", &close("core-corp", &[&own])), "member/12", "/organisation");
    refused_at(&ledger.run("shop-1/dev", &lock("shop-1", &[&free])), "invoice/57", "/invoices/0");
    assert_eq!(everything(&ledger), before);
    ledger.run("core-corp/dev", &lock("core-corp", &[&own])).applied();
}

#[test]
fn an_invoice_is_with_eight_organisations_at_most() {
    let mut genesis = sample_genesis();
    for at in 0..9 {
        let mut member = genesis.members[4].clone();
        member.id = format!("org-{at}");
        genesis.members.push(member);
    }
    let mut ledger = Ledger::with_genesis(vec![member::MODULE, document::MODULE, asset::MODULE, MODULE], &genesis);
    ledger.publish_reading_keys(&["tax-bureau"]);
    let supplier = samples().into_iter().find(|sample| sample.call.with.get().contains(SUPPLIER)).unwrap();
    ledger.run_calls(&[supplier.kid], &[supplier.call]).applied();
    let id = bill(&mut ledger, Some("alice"));
    for at in 0..8 {
        ledger.run("alice/dev", &pass_on(&id, &format!("org-{at}"))).applied();
    }
    refused_at(&ledger.run("alice/dev", &pass_on(&id, "org-8")), "invoice/59", "/to");
}

#[test]
fn every_course_of_the_workload_goes_its_way() {
    let mut genesis = sample_genesis();
    genesis.members[9].id = "person-1".to_owned();
    genesis.members[9].keys[0].public_key = SigningKey::for_tests("person-1/dev").public_key();
    let mut ledger = Ledger::with_genesis(vec![member::MODULE, document::MODULE, asset::MODULE, MODULE], &genesis);
    let shop = samples().into_iter().find(|sample| sample.call.with.get().contains(SHOP)).unwrap();
    ledger.run_calls(&[shop.kid], &[shop.call]).applied();
    ledger.publish_reading_keys(&["tax-bureau"]);
    for (number, mut issue) in workload(3, SHOP, 12).into_iter().enumerate() {
        let mut life = Life::begin(number as u64, "shop-1", &mut issue);
        let output = give(&mut ledger, "shop-1/dev", &clear(&issue)).unwrap();
        let id = output["id"].as_str().unwrap();
        life.learn(&output);
        let our = ledger.state().ledger();
        while let Some(step) = life.next(&our, ledger.time_ms()) {
            let done = ledger.run_calls(&[&format!("{}/dev", step.member)], &[step.call]);
            match step.refused {
                Some(code) => _ = done.refused(code),
                None => life.learn(&done.applied()),
            }
        }
        let states = (stands(&ledger, id, "state"), stands(&ledger, id, "reimbursement"));
        let (state, reimbursement) = life.end();
        assert_eq!(states, (json!(state), json!(reimbursement)), "{number}");
    }
}
