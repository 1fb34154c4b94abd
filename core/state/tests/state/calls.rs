//! Calls within calls: executed with other signers, and refused alone.

use crate::ledger::{Ledger, code};
use counterfoil_types::{Call, Event, Outcome};
use serde_json::{Value, json};

fn within(name: &str, calls: &[Call]) -> Call {
    Call::new(name, &json!({ "signer": "m1/k", "calls": calls }))
}

fn sql(statements: &[&str]) -> Call {
    Call::new("bank.sql", &json!({ "sql": statements }))
}

fn note(id: i64) -> Call {
    sql(&[&format!("INSERT INTO note (id, text) VALUES ({id}, 'note {id}')")])
}

fn refused(statements: &[&str]) -> Call {
    Call::new("bank.sql", &json!({ "sql": statements, "refuse": true }))
}

fn swallowed(statements: &[&str]) -> Call {
    Call::new("bank.sql", &json!({ "sql": statements, "swallow": true }))
}

fn paid(amount: i64) -> Call {
    Call::new("bank.transfer", &json!({ "from": "m0", "to": "m1", "amount": amount }))
}

const ENDLESS: &str = "SELECT * FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
                       SELECT x FROM n WHERE x < 0)";

fn outcome(ledger: &mut Ledger, calls: Vec<Call>) -> (Vec<Value>, Vec<Event>) {
    let transaction = ledger.sign("m0", calls);
    match ledger.one(transaction) {
        Outcome::Applied { outputs, events } => {
            (outputs.iter().map(|output| serde_json::from_str(output).expect("JSON")).collect(), events)
        }
        Outcome::Refused(refusal) => panic!("{refusal}"),
    }
}

#[test]
fn refused_calls_leave_no_trace_and_the_transaction_goes_on() {
    for (calls, says) in [
        (vec![note(5), refused(&[])], "bank/3"),
        (vec![refused(&["INSERT INTO note (id, text) VALUES (5, 'a')"])], "bank/3"),
        (vec![note(5), note(1)], "transaction/14"),
        (vec![note(5), swallowed(&["INSERT INTO note (id, text) VALUES (1, 'b')"]), note(6)], "transaction/14"),
        (vec![paid(10), note(5), paid(20_000)], "bank/2"),
        (vec![within("bank.as", &[paid(10)]), within("bank.as", &[note(1)])], "transaction/14"),
        (vec![note(5), Call::new("bank.none", &json!({}))], "bank/1"),
        (
            vec![sql(&[
                "INSERT INTO note (id, text) SELECT column1, column2 FROM (VALUES (5, 'a'), (6, 'b'), (7, 'a'))",
            ])],
            "transaction/14",
        ),
    ] {
        let mut ledger = Ledger::new();
        let (outputs, events) = outcome(&mut ledger, vec![paid(1), note(1), within("bank.try", &calls), note(2)]);
        assert_eq!(outputs[2], json!(says), "{calls:?}");
        assert_eq!(events.len(), 1, "{calls:?}");
        assert_eq!(ledger.ask("SELECT group_concat(id) FROM note"), json!("1,2"), "{calls:?}");
        assert_eq!(ledger.ask("SELECT balance FROM account WHERE id = 'm0'"), json!(9_999), "{calls:?}");
        let changed = ledger.ask("SELECT changed_rows FROM block ORDER BY height DESC LIMIT 1");
        assert_eq!(changed, json!(5), "two accounts, a transfer, two notes: {calls:?}");
        assert_eq!(ledger.updates.last().expect("updates").len(), 4, "{calls:?}");
    }
}

#[test]
fn calls_that_took_effect_stay_unless_the_transaction_is_refused() {
    let mut ledger = Ledger::new();
    let inner = within("bank.try", &[note(3), within("bank.try", &[note(4), refused(&[])]), note(5)]);
    let (outputs, _) = outcome(&mut ledger, vec![within("bank.try", &[note(1), inner]), paid(1)]);
    let first: Vec<String> = serde_json::from_value(outputs[0].clone()).expect("outputs");
    let inner: Vec<String> = serde_json::from_str(&first[1]).expect("outputs");
    assert_eq!(inner[1], "\"bank/3\"");
    assert_eq!(ledger.ask("SELECT group_concat(id) FROM note"), json!("1,3,5"));
    let transaction = ledger.sign("m0", vec![within("bank.try", &[note(7)]), refused(&[])]);
    assert_eq!(ledger.one_code(transaction), "bank/3");
    assert_eq!(ledger.ask("SELECT group_concat(id) FROM note"), json!("1,3,5"));
}

#[test]
fn what_undone_calls_got_is_not_given_again() {
    let mut ledger = Ledger::new();
    let (outputs, events) = outcome(&mut ledger, vec![within("bank.try", &[paid(1), refused(&[])]), paid(1), paid(1)]);
    assert_eq!((events.len(), ledger.ask("SELECT count(*) FROM transfer")), (2, json!(2)));
    assert_ne!(outputs[1], outputs[2]);
}

#[test]
fn calls_that_use_up_the_work_refuse_the_transaction() {
    let mut ledger = Ledger::new();
    let wide = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 200)
                INSERT INTO note (id, text) SELECT x + 100, format('%0100000d', x) FROM n";
    for calls in [vec![sql(&[ENDLESS])], vec![swallowed(&[ENDLESS])], vec![sql(&[wide])]] {
        let transaction = ledger.sign("m0", vec![note(1), within("bank.try", &calls), note(2)]);
        let after = ledger.sign("m0", vec![paid(1)]);
        let executed = ledger.block(vec![transaction, after]);
        let codes: Vec<_> = executed.receipts.iter().map(|receipt| code(&receipt.outcome)).collect();
        assert_eq!(codes, ["transaction/15", "applied"], "{calls:?}");
        assert_eq!(ledger.ask("SELECT count(*) FROM note"), json!(0));
    }
}

#[test]
fn a_transaction_that_failed_does_not_go_on_by_calls() {
    let mut ledger = Ledger::new();
    let calls = vec![note(1), swallowed(&["INSERT INTO note (id, text) VALUES (1, 'b')"]), within("bank.try", &[])];
    let transaction = ledger.sign("m0", calls);
    assert_eq!(ledger.one_code(transaction), "transaction/14");
}

#[test]
fn calls_within_calls_have_a_depth() {
    let mut ledger = Ledger::new();
    let nested = |levels: usize| (0..levels).fold(note(1), |call, _| within("bank.as", &[call]));
    let transaction = ledger.sign("m0", vec![nested(5)]);
    assert_eq!(ledger.one_code(transaction), "transaction/15");
    let (outputs, _) = outcome(&mut ledger, vec![within("bank.try", &[nested(4)]), nested(4)]);
    assert_eq!(outputs[0], json!("transaction/15"));
    assert_eq!(ledger.ask("SELECT count(*) FROM note"), json!(1));
}
