use super::*;
use counterfoil_platform::types::{Hash, PublicKey};
use counterfoil_seal::Hex;

#[test]
fn a_buyer_claims_an_invoice_with_the_secret_that_came_with_it() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, None);
    assert_eq!(stands(&ledger, &id, "claimable"), true);
    let of_alice = claim(&ledger, &id, "alice");
    let done = ledger.run("alice/dev", &of_alice);
    let (name, event) = done.events().remove(0);
    let told = json!({"id": id, "number": "26441000000000000001", "state": "issued", "seller": SUPPLIER});
    assert_eq!((name.as_str(), event), ("invoice.claimed", told));
    assert_eq!(stands(&ledger, &id, "holder"), "alice");
    assert_eq!(stands(&ledger, &id, "claimed"), true);
    assert_eq!(stands(&ledger, &id, "claimable"), false);
    for (kid, member) in [("alice/dev", "alice"), ("bob/dev", "bob")] {
        let again = claim(&ledger, &id, member);
        refused_at(&ledger.run(kid, &again), "invoice/52", "/invoice");
    }
    assert_eq!(steps(&ledger, &id), ["issued", "claimed"]);
}

#[test]
fn a_claim_that_was_seen_on_its_way_is_nobody_elses() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, None);
    let of_alice = claim(&ledger, &id, "alice");
    let sign = |ledger: &mut Ledger, kid| ledger.sign(&[kid], &[call(&of_alice)]);
    // Bob sees it in the network and is in the block before her.
    let block = vec![sign(&mut ledger, "bob/dev"), sign(&mut ledger, "alice/dev")];
    let done = ledger.block(block);
    refused_at(&done[0], "invoice/53", "/signature");
    done[1].applied();
    assert_eq!(stands(&ledger, &id, "holder"), "alice");
}

#[test]
fn of_two_who_have_the_secret_the_first_is_the_holder() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, None);
    let calls = ["alice", "bob"].map(|member| call(&claim(&ledger, &id, member)));
    let block = vec![ledger.sign(&["alice/dev"], &calls[..1]), ledger.sign(&["bob/dev"], &calls[1..])];
    let done = ledger.block(block);
    done[0].applied();
    refused_at(&done[1], "invoice/52", "/invoice");
}

#[test]
fn a_member_that_is_named_at_issue_holds_the_invoice() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    assert_eq!(stands(&ledger, &id, "holder"), "core-corp");
    assert_eq!(stands(&ledger, &id, "claimed"), false);
    let of_alice = claim(&ledger, &id, "alice");
    refused_at(&ledger.run("alice/dev", &of_alice), "invoice/52", "/invoice");
}

#[test]
fn a_claim_that_breaks_a_rule_leaves_no_trace() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, None);
    let mut without = unissued(None);
    set(&mut without, "/claim_key", None);
    let without = issue(&mut ledger, &without).applied();
    let without = without["id"].as_str().unwrap();
    let ours = ledger.state().ledger();
    let by = |secret, ledger: &Hash, invoice: &str| Claim {
        invoice: id.clone(),
        signature: claim::sign(secret, ledger, invoice, "alice"),
    };
    let before = everything(&ledger);
    for wrong in [
        by([6; 32], &ours, &id),
        by(SECRET, &Hash([0; 32]), &id),
        by(SECRET, &ours, without),
        Claim { invoice: id.clone(), signature: Hex([0; 64]) },
    ] {
        refused_at(&ledger.run("alice/dev", &wrong), "invoice/53", "/signature");
    }
    let of_alice = claim(&ledger, without, "alice");
    refused_at(&ledger.run("alice/dev", &of_alice), "invoice/51", "/invoice");
    let of_alice = claim(&ledger, "nothing", "alice");
    refused_at(&ledger.run("alice/dev", &of_alice), "invoice/50", "/invoice");
    let short = json!({"invoice": id, "signature": "00"});
    refused_at(&ledger.run_json("alice/dev", "invoice.claim", &short), "platform/2", "/signature");
    assert_eq!(everything(&ledger), before);
}

#[test]
fn a_claim_key_is_a_point_of_the_curve() {
    let mut ledger = ledger();
    let bytes = (0..=255_u8).map(|first| [[first; 1].as_slice(), &[0; 31]].concat());
    let texts = bytes.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let (mut points, mut others) = (0, 0);
    for text in texts {
        let mut invoice = unissued(None);
        set(&mut invoice, "/claim_key", Some(text.clone().into()));
        let done = issue(&mut ledger, &invoice);
        if format!("ed25519:{text}").parse::<PublicKey>().is_ok() {
            done.applied();
            points += 1;
        } else {
            refused_at(&done, "invoice/79", "/claim_key");
            others += 1;
        }
        if points > 2 && others > 2 {
            return;
        }
    }
    panic!("{points} points, {others} others");
}

#[test]
fn a_european_invoice_is_claimed_and_reimbursed_like_a_chinese_one() {
    let mut ledger = ledger();
    let mut issue = json!({"ubl": EXAMPLE_XML, "claim_key": claim_key(SECRET)});
    let output = give_json(&mut ledger, "supplier-1/dev", "invoice.issue_en16931", &issue).unwrap();
    let id = output["id"].as_str().unwrap().to_owned();
    let of_alice = claim(&ledger, &id, "alice");
    ledger.run("alice/dev", &of_alice).applied();
    ledger.run("alice/dev", &pass_on(&id, "core-corp")).applied();
    ledger.run("core-corp/dev", &lock("core-corp", &[&id])).applied();
    ledger.run("core-corp/dev", &close("core-corp", &[&id])).applied();
    // It was issued in November, by its own date.
    refused_at(&ledger.run("core-corp/dev", &book("core-corp", &[&id])), "invoice/70", "/invoices/0");
    refused_at(&ledger.run("supplier-1/dev", &ask(&id, Reason::Allowance, &[])), "invoice/71", "/invoice");
    issue["claim_key"] = json!("02".to_owned() + &"00".repeat(31));
    let answer = give_json(&mut ledger, "supplier-1/dev", "invoice.issue_en16931", &issue);
    refused(answer, "invoice/79", "/claim_key");
}
