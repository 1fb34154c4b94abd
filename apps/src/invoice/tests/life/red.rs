use super::*;

fn confirm(form: &str) -> ConfirmRed {
    ConfirmRed { form: form.to_owned() }
}

fn refuse(form: &str) -> RefuseRed {
    RefuseRed { form: form.to_owned() }
}

fn withdraw(form: &str) -> WithdrawRed {
    WithdrawRed { form: form.to_owned() }
}

fn issue(form: &str) -> IssueRed {
    IssueRed { form: form.to_owned() }
}

const PART: Amounts<'_> = &[(GOODS, "1000.00", "130.00")];

#[test]
fn what_the_buyer_has_not_used_the_seller_takes_back_alone() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, None);
    let done = ledger.run("supplier-1/dev", &ask(&id, Reason::WrongIssue, &[]));
    let output = done.applied();
    assert_eq!(output["state"], "no_confirmation_needed");
    let form = output["form"].as_str().unwrap();
    let (name, event) = done.events().remove(0);
    assert_eq!(name, "invoice.red_requested");
    assert_eq!((&event["id"], &event["form_state"]), (&json!(id), &json!("no_confirmation_needed")));
    refused_at(&ledger.run("supplier-1/dev", &confirm(form)), "invoice/78", "/form");
    refused_at(&ledger.run("shop-1/dev", &issue(form)), "invoice/5", "/form");
    let done = ledger.run("supplier-1/dev", &issue(form));
    let red = done.applied();
    assert_eq!(red["number"], "26441000000000000002");
    let names: Vec<_> = done.events().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["invoice.issued", "invoice.red_issued"]);
    let event = &done.events()[1].1;
    assert_eq!((&event["state"], &event["red_number"]), (&json!("reversed"), &red["number"]));
    let red = red["id"].as_str().unwrap();
    assert_eq!(
        ledger.sql(&format!("SELECT net_minor, tax_minor, total_minor, state FROM invoice WHERE id = '{red}'")),
        [[Value::Integer(-410_442), Value::Integer(-51_258), Value::Integer(-461_700), Value::Text("issued".into())]]
    );
    let taxes = ledger
        .sql(&format!("SELECT rate, net_minor, tax_minor FROM invoice_tax WHERE invoice = '{red}' ORDER BY rate"));
    let row = |rate, net, tax| vec![Value::Integer(rate), Value::Integer(net), Value::Integer(tax)];
    assert_eq!(taxes, [row(600, -30_000, -1_800), row(1_300, -380_442, -49_458)]);
    assert_eq!(stands(&ledger, red, "red_of"), json!(id));
    let check = |number, total| ledger.query("invoice.check", &[("number", number), ("total", total)]).unwrap();
    assert_eq!(check("26441000000000000001", "4617.00")["state"], "reversed");
    assert_eq!(check("26441000000000000002", "-4617.00")["state"], "red_letter");
    assert_eq!(steps(&ledger, &id), ["issued", "red_requested", "red_issued"]);
    // A later invoice goes on in the same series.
    let next = super::issue(&mut ledger, &unissued(None)).applied();
    assert_eq!(next["number"], "26441000000000000003");
}

#[test]
fn what_the_buyer_has_used_needs_its_confirmation() {
    type Use = fn(&mut Ledger, &str);
    let uses: [Use; 3] = [
        |ledger, id| _ = ledger.run("core-corp/dev", &book("core-corp", &[id])).applied(),
        |ledger, id| _ = ledger.run("core-corp/dev", &lock("core-corp", &[id])).applied(),
        |ledger, id| {
            ledger.run("core-corp/dev", &lock("core-corp", &[id])).applied();
            ledger.run("core-corp/dev", &close("core-corp", &[id])).applied();
        },
    ];
    for (at, make_use) in uses.iter().enumerate() {
        let mut ledger = ledger();
        let id = bill(&mut ledger, Some("alice"));
        ledger.run("alice/dev", &pass_on(&id, "core-corp")).applied();
        make_use(&mut ledger, &id);
        let form = form(&mut ledger, "supplier-1/dev", &ask(&id, Reason::GoodsReturned, &[]));
        assert_eq!(form_state(&ledger, &form), "awaiting_buyer", "{at}");
        refused_at(&ledger.run("supplier-1/dev", &issue(&form)), "invoice/76", "/form");
        for kid in ["supplier-1/dev", "alice/dev", "shop-1/dev"] {
            refused_at(&ledger.run(kid, &confirm(&form)), "invoice/78", "/form");
            refused_at(&ledger.run(kid, &refuse(&form)), "invoice/78", "/form");
        }
        let done = ledger.run("core-corp/dev", &confirm(&form));
        assert_eq!(done.events()[0].0, "invoice.red_confirmed");
        refused_at(&ledger.run("core-corp/dev", &confirm(&form)), "invoice/76", "/form");
        refused_at(&ledger.run("core-corp/dev", &refuse(&form)), "invoice/76", "/form");
        ledger.run("supplier-1/dev", &issue(&form)).applied();
        assert_eq!(form_state(&ledger, &form), "issued");
        assert_eq!(stands(&ledger, &id, "state"), "reversed");
        refused_at(&ledger.run("supplier-1/dev", &issue(&form)), "invoice/76", "/form");
        refused_at(&ledger.run("supplier-1/dev", &withdraw(&form)), "invoice/76", "/form");
    }
}

#[test]
fn what_the_buyer_asks_for_the_seller_confirms() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("alice"));
    let first = form(&mut ledger, "alice/dev", &ask(&id, Reason::ServiceEnded, &[(SERVICE, "300.00", "18.00")]));
    assert_eq!(form_state(&ledger, &first), "awaiting_seller");
    refused_at(&ledger.run("alice/dev", &confirm(&first)), "invoice/78", "/form");
    let done = ledger.run("supplier-1/dev", &refuse(&first));
    assert_eq!(
        (done.events()[0].0.as_str(), &done.events()[0].1["form_state"]),
        ("invoice.red_refused", &json!("refused_by_seller"))
    );
    let second = form(&mut ledger, "alice/dev", &ask(&id, Reason::ServiceEnded, &[(SERVICE, "300.00", "18.00")]));
    ledger.run("supplier-1/dev", &confirm(&second)).applied();
    ledger.run("supplier-1/dev", &issue(&second)).applied();
    assert_eq!(stands(&ledger, &id, "state"), "partly_reversed");
    let left = json!([{"category": "standard", "rate": 600, "net": "0.00", "tax": "0.00"},
                      {"category": "standard", "rate": 1300, "net": "3804.42", "tax": "494.58"}]);
    assert_eq!(stands(&ledger, &id, "left"), left);
    // An organisation that has it may ask too, and once it uses it nobody else on the buyer's side.
    ledger.run("alice/dev", &pass_on(&id, "core-corp")).applied();
    let third = form(&mut ledger, "core-corp/dev", &ask(&id, Reason::Allowance, PART));
    refused_at(&ledger.run("alice/dev", &withdraw(&third)), "invoice/78", "/form");
    let done = ledger.run("core-corp/dev", &withdraw(&third));
    assert_eq!(done.events()[0].0, "invoice.red_withdrawn");
    ledger.run("core-corp/dev", &lock("core-corp", &[&id])).applied();
    refused_at(&ledger.run("alice/dev", &ask(&id, Reason::Allowance, PART)), "invoice/72", "/invoice");
    refused_at(&ledger.run("bob/dev", &ask(&id, Reason::Allowance, PART)), "invoice/72", "/invoice");
    form(&mut ledger, "core-corp/dev", &ask(&id, Reason::Allowance, PART));
}

#[test]
fn a_form_lapses_after_72_hours_of_block_time() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    ledger.run("core-corp/dev", &lock("core-corp", &[&id])).applied();
    let form_id = form(&mut ledger, "supplier-1/dev", &ask(&id, Reason::GoodsReturned, PART));
    // One millisecond before its end it can still be confirmed, and then waits 30 days for the seller.
    ledger.wait_ms(ANSWER_MS as u64 - 1_001);
    ledger.run("core-corp/dev", &confirm(&form_id)).applied();
    ledger.wait_ms(ISSUE_MS as u64 - 1_001);
    ledger.run("supplier-1/dev", &issue(&form_id)).applied();
    let late = form(&mut ledger, "supplier-1/dev", &ask(&id, Reason::GoodsReturned, PART));
    ledger.wait_ms(ANSWER_MS as u64 - 1_000);
    refused_at(&ledger.run("core-corp/dev", &confirm(&late)), "invoice/76", "/form");
    assert_eq!(form_state(&ledger, &late), "lapsed");
    // Nobody signs that: the block tells it.
    let begun = ledger.state().reader().begun(ledger.height()).unwrap().unwrap();
    let Outcome::Applied { events, .. } = &begun.outcome else { panic!("{begun:?}") };
    let told: Json = serde_json::from_str(&events[0].data).unwrap();
    assert_eq!((events.len(), events[0].name.as_str()), (1, "invoice.red_lapsed"));
    assert_eq!(
        (&told["id"], &told["form"], &told["form_state"], &told["open_until_ms"]),
        (&json!(id), &json!(late), &json!("lapsed"), &Json::Null)
    );
    assert_eq!(ledger.state().reader().begun(ledger.height() - 1).unwrap(), None);
    refused_at(&ledger.run("supplier-1/dev", &withdraw(&late)), "invoice/76", "/form");
    let history = ledger.query("invoice.history", &[("invoice", &id)]).unwrap();
    let last = history["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["step"], &last["member"], &last["transaction"]),
        (&json!("red_lapsed"), &Json::Null, &Json::Null)
    );
    let idle = bill(&mut ledger, None);
    let unissued = form(&mut ledger, "supplier-1/dev", &ask(&idle, Reason::WrongIssue, &[]));
    ledger.wait_ms(ISSUE_MS as u64 - 1_000);
    refused_at(&ledger.run("supplier-1/dev", &issue(&unissued)), "invoice/76", "/form");
    assert_eq!(form_state(&ledger, &unissued), "lapsed");
    assert_eq!(stands(&ledger, &idle, "open_forms"), 0);
}

#[test]
fn more_forms_than_a_block_ends_lapse_in_the_next_ones_and_are_useless_meanwhile() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    let cent = call(&ask(&id, Reason::Allowance, &[(SERVICE, "0.01", "0.00")]));
    let transactions = (0..5).map(|_| ledger.sign(&["core-corp/dev"], &vec![cent.clone(); 50])).collect();
    ledger.block(transactions);
    let newest = form(&mut ledger, "core-corp/dev", &ask(&id, Reason::Allowance, &[(SERVICE, "0.01", "0.00")]));
    ledger.wait_ms(ANSWER_MS as u64);
    // 200 of 251 lapse with this block; the newest is not among them.
    let confirmed = ledger.sign(&["supplier-1/dev"], &[call(&confirm(&newest))]);
    let withdrawn = ledger.sign(&["core-corp/dev"], &[call(&withdraw(&newest))]);
    for done in ledger.block(vec![confirmed, withdrawn]) {
        refused_at(&done, "invoice/77", "/form");
    }
    assert_eq!(stands(&ledger, &id, "open_forms"), 51);
    ledger.block(vec![]);
    assert_eq!(stands(&ledger, &id, "open_forms"), 0);
    assert_eq!(stands(&ledger, &id, "left")[0]["net"], "300.00");
}

#[test]
fn red_letters_never_take_more_than_is_left_counting_open_forms() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    let first = form(&mut ledger, "core-corp/dev", &ask(&id, Reason::Allowance, &[(GOODS, "3000.00", "390.00")]));
    // 804.42 and 104.58 are left.
    let beyond = ask(&id, Reason::Allowance, &[(SERVICE, "1.00", "0.06"), (GOODS, "804.43", "104.58")]);
    refused_at(&ledger.run("supplier-1/dev", &beyond), "invoice/74", "/amounts/1/net");
    let beyond = ask(&id, Reason::Allowance, &[(GOODS, "804.42", "104.59")]);
    refused_at(&ledger.run("supplier-1/dev", &beyond), "invoice/74", "/amounts/0/tax");
    let rest = form(&mut ledger, "supplier-1/dev", &ask(&id, Reason::Allowance, &[]));
    let shown = ledger.query("invoice.red_form", &[("form", &rest)]).unwrap();
    assert_eq!(
        (&shown["net"], &shown["tax"], &shown["total"]),
        (&json!("1104.42"), &json!("122.58"), &json!("1227.00"))
    );
    refused_at(&ledger.run("supplier-1/dev", &ask(&id, Reason::Allowance, &[])), "invoice/74", "/invoice");
    // What is refused is free again, and what is issued stays taken.
    ledger.run("supplier-1/dev", &refuse(&first)).applied();
    ledger.run("supplier-1/dev", &issue(&rest)).applied();
    assert_eq!(stands(&ledger, &id, "state"), "partly_reversed");
    let last = form(&mut ledger, "supplier-1/dev", &ask(&id, Reason::GoodsReturned, &[]));
    ledger.run("supplier-1/dev", &issue(&last)).applied();
    assert_eq!(stands(&ledger, &id, "state"), "reversed");
    refused_at(&ledger.run("supplier-1/dev", &ask(&id, Reason::Allowance, PART)), "invoice/63", "/invoice");
    let sum = ledger.sql("SELECT sum(net_minor), sum(tax_minor), sum(total_minor) FROM invoice");
    assert_eq!(sum, [[Value::Integer(0), Value::Integer(0), Value::Integer(0)]]);
}

#[test]
fn a_red_letter_that_breaks_a_rule_is_not_asked_for() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    let cases: &[(Amounts<'_>, &str, &str)] = &[
        (&[(GOODS, "0.00", "0.00")], "RL-2", "/amounts/0/net"),
        (&[(GOODS, "-1.00", "0.00")], "RL-2", "/amounts/0/net"),
        (&[(GOODS, "1.00", "-0.13")], "RL-2", "/amounts/0/tax"),
        (&[(GOODS, "1.00", "0.13"), (SERVICE, "1.00", "0.06"), (GOODS, "1.00", "0.13")], "RL-2", "/amounts/2/rate"),
        (&[(("standard", "0.09"), "1.00", "0.09")], "RL-3", "/amounts/0/rate"),
        (&[(("exempt", "0.13"), "1.00", "0.13")], "RL-3", "/amounts/0/rate"),
        // 130.00 would be right; 1.27 is what roundings may do.
        (&[(GOODS, "1000.00", "131.28")], "RL-5", "/amounts/0/tax"),
        (&[(GOODS, "1000.00", "128.72")], "RL-5", "/amounts/0/tax"),
        // Nothing of the tax may stay where nothing of the net does.
        (&[(GOODS, "3804.42", "494.57")], "RL-5", "/amounts/0/tax"),
    ];
    let before = everything(&ledger);
    for (amounts, rule, field) in cases {
        let done = ledger.run("supplier-1/dev", &ask(&id, Reason::Allowance, amounts));
        refused_at(&done, "invoice/73", field);
        assert!(done.refused("invoice/73").detail.starts_with(rule), "{amounts:?}");
    }
    let wrong = ledger.run("supplier-1/dev", &ask(&id, Reason::WrongIssue, PART));
    refused_at(&wrong, "invoice/73", "/amounts");
    assert!(wrong.refused("invoice/73").detail.starts_with("RL-6"));
    let none = RequestRed { amounts: Some(vec![]), ..ask(&id, Reason::Allowance, &[]) };
    refused_at(&ledger.run("supplier-1/dev", &none), "invoice/73", "/amounts");
    let strange = json!({"invoice": id, "reason": "05"});
    refused_at(&ledger.run_json("supplier-1/dev", "invoice.request_red", &strange), "platform/2", "/reason");
    refused_at(&ledger.run("supplier-1/dev", &ask("nothing", Reason::Allowance, &[])), "invoice/50", "/invoice");
    refused_at(&ledger.run("shop-1/dev", &ask(&id, Reason::Allowance, &[])), "invoice/72", "/invoice");
    for done in [
        ledger.run("shop-1/dev", &confirm("nothing")),
        ledger.run("shop-1/dev", &refuse("nothing")),
        ledger.run("shop-1/dev", &withdraw("nothing")),
        ledger.run("shop-1/dev", &issue("nothing")),
    ] {
        refused_at(&done, "invoice/75", "/form");
    }
    assert_eq!(everything(&ledger), before);
    // Roundings are let through, and so is what they leave.
    let rounded = ask(&id, Reason::Allowance, &[(GOODS, "1000.00", "131.27")]);
    ledger.run("supplier-1/dev", &rounded).applied();
    ledger.run("supplier-1/dev", &ask(&id, Reason::Allowance, &[])).applied();
}

#[test]
fn a_wrong_invoice_is_taken_back_as_a_whole_or_what_is_left_of_it() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, None);
    let part = form(&mut ledger, "supplier-1/dev", &ask(&id, Reason::Allowance, PART));
    // What another form may take is not left, and the rest is not all.
    refused_at(&ledger.run("supplier-1/dev", &ask(&id, Reason::WrongIssue, &[])), "invoice/73", "/amounts");
    ledger.run("supplier-1/dev", &issue(&part)).applied();
    let all = form(&mut ledger, "supplier-1/dev", &ask(&id, Reason::WrongIssue, &[]));
    ledger.run("supplier-1/dev", &issue(&all)).applied();
    assert_eq!(stands(&ledger, &id, "state"), "reversed");
}

#[test]
fn while_a_red_letter_is_asked_for_nobody_begins_to_use_the_invoice() {
    let mut ledger = ledger();
    let own = bill(&mut ledger, Some("core-corp"));
    let persons = bill(&mut ledger, Some("alice"));
    let locked = bill(&mut ledger, Some("core-corp"));
    ledger.run("core-corp/dev", &lock("core-corp", &[&locked])).applied();
    let forms: Vec<_> = [&own, &persons, &locked]
        .map(|id| form(&mut ledger, "supplier-1/dev", &ask(id, Reason::Allowance, PART)))
        .to_vec();
    refused_at(&ledger.run("core-corp/dev", &lock("core-corp", &[&own])), "invoice/64", "/invoices/0");
    refused_at(&ledger.run("core-corp/dev", &book("core-corp", &[&own])), "invoice/64", "/invoices/0");
    refused_at(&ledger.run("core-corp/dev", &close("core-corp", &[&locked])), "invoice/64", "/invoices/0");
    refused_at(&ledger.run("alice/dev", &pass_on(&persons, "core-corp")), "invoice/64", "/invoice");
    ledger.run("supplier-1/dev", &withdraw(&forms[0])).applied();
    ledger.run("supplier-1/dev", &withdraw(&forms[1])).applied();
    let done = ledger.run("core-corp/dev", &refuse(&forms[2]));
    assert_eq!(done.events()[0].1["form_state"], "refused_by_buyer");
    ledger.run("core-corp/dev", &lock("core-corp", &[&own])).applied();
    ledger.run("core-corp/dev", &close("core-corp", &[&own, &locked])).applied();
    ledger.run("alice/dev", &pass_on(&persons, "core-corp")).applied();
}

#[test]
fn a_reversed_invoice_and_a_red_letter_are_used_no_more() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    let locked = bill(&mut ledger, Some("core-corp"));
    ledger.run("core-corp/dev", &lock("core-corp", &[&locked])).applied();
    let mut reds = Vec::new();
    for invoice in [&id, &locked] {
        let form = form(&mut ledger, "supplier-1/dev", &ask(invoice, Reason::GoodsReturned, &[]));
        if invoice == &locked {
            ledger.run("core-corp/dev", &confirm(&form)).applied();
        }
        let red = ledger.run("supplier-1/dev", &issue(&form)).applied();
        reds.push(red["id"].as_str().unwrap().to_owned());
    }
    refused_at(&ledger.run("core-corp/dev", &lock("core-corp", &[&id])), "invoice/63", "/invoices/0");
    refused_at(&ledger.run("core-corp/dev", &book("core-corp", &[&id])), "invoice/63", "/invoices/0");
    refused_at(&ledger.run("core-corp/dev", &close("core-corp", &[&locked])), "invoice/63", "/invoices/0");
    ledger.run("core-corp/dev", &unlock("core-corp", &[&locked])).applied();
    let red = reds[0].as_str();
    refused_at(&ledger.run("supplier-1/dev", &lock("supplier-1", &[red])), "invoice/65", "/invoices/0");
    refused_at(&ledger.run("supplier-1/dev", &book("supplier-1", &[red])), "invoice/65", "/invoices/0");
    refused_at(&ledger.run("supplier-1/dev", &ask(red, Reason::Allowance, &[])), "invoice/65", "/invoice");
    let claim = claim(&ledger, red, "alice");
    refused_at(&ledger.run("alice/dev", &claim), "invoice/65", "/invoice");
}
