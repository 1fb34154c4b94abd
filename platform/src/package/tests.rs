//! Packages on a real ledger.

mod money;
mod names;
mod steps;
mod votes;

use super::{Arguments, CallAction, Freeze, MODULE, Propose, Retire, Unfreeze, Vote};
use crate::{
    Module, approval, asset, document, member, sql,
    testing::{Done, Ledger},
};
use counterfoil_types::Value;
use serde_json::json;

const COUNTER: &str = "-- Counters that their owners count up.
PACKAGE counter VERSION 1 OWNERS ('core-corp', 'bank-a', 'shop-1') APPROVALS 2;

CREATE TABLE entry (id TEXT PRIMARY KEY, owner TEXT NOT NULL, value INTEGER NOT NULL CHECK (value <= 10)) WITH (readers = packages);
CREATE INDEX entry_by_owner ON entry (owner);

-- Begins a counter at zero.
CREATE ACTION begin_one (id TEXT) AS BEGIN
    INSERT INTO entry VALUES (:id, caller(), 0);
    SELECT emit('begun', json_object('id', :id));
END;

-- Counts up by some steps.
CREATE ACTION count_up (id TEXT, steps INTEGER, note TEXT NULL) AS BEGIN
    SELECT require((SELECT owner FROM entry WHERE id = :id) = caller(), 'only the owner of ' || :id || ' counts');
    SELECT call('counter.add', json_object('id', :id, 'steps', :steps, 'note', coalesce(:note, '')));
    SELECT id, value FROM entry WHERE id = :id;
END;

CREATE PRIVATE ACTION add (id TEXT, steps INTEGER, note TEXT) AS BEGIN
    UPDATE entry SET value = value + :steps WHERE id = :id;
    SELECT emit('counted', json_object('id', :id, 'note', :note, 'by', caller(), 'at', now(), 'height', height()));
END;

CREATE INVARIANT values_are_not_negative AS SELECT id FROM entry WHERE value < 0;
";

fn modules() -> Vec<Module> {
    vec![member::MODULE, approval::MODULE, document::MODULE, asset::MODULE, sql::MODULE, MODULE]
}

fn ledger() -> Ledger {
    Ledger::new(modules())
}

fn propose(ledger: &mut Ledger, member: &str, source: &str) -> Done {
    ledger.run(&format!("{member}/dev"), &Propose { source: source.to_owned() })
}

fn vote(ledger: &mut Ledger, member: &str, package: &str, version: i64, agree: bool) -> Done {
    ledger.run(&format!("{member}/dev"), &Vote { package: package.to_owned(), version, agree })
}

fn call(ledger: &mut Ledger, member: &str, action: &str, with: &serde_json::Value) -> Done {
    let with: Arguments = serde_json::from_value(with.clone()).expect("arguments");
    ledger.run(&format!("{member}/dev"), &CallAction::new(action, with))
}

/// A ledger on which version 1 of `counter` is deployed.
fn counting() -> Ledger {
    let mut ledger = ledger();
    assert_eq!(propose(&mut ledger, "core-corp", COUNTER).applied()["missing"], 1);
    assert_eq!(vote(&mut ledger, "shop-1", "counter", 1, true).applied()["state"], "active");
    ledger
}

#[test]
fn a_package_is_proposed_voted_on_and_called() {
    let mut ledger = ledger();
    let proposed = propose(&mut ledger, "core-corp", COUNTER).applied();
    assert_eq!(proposed, json!({"package": "counter", "version": 1, "state": "proposed", "missing": 1}));
    assert_eq!(ledger.query("package.proposals", &[]).unwrap()["items"][0]["package"], "counter");
    let refusal = call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).refused("package/8");
    assert_eq!(refusal.field.as_deref(), Some("/action"));
    vote(&mut ledger, "alice", "counter", 1, true).refused("package/6");
    vote(&mut ledger, "core-corp", "counter", 1, true).refused("package/20");
    assert_eq!(vote(&mut ledger, "bank-a", "counter", 1, true).applied()["state"], "active");
    vote(&mut ledger, "shop-1", "counter", 1, true).refused("package/7");

    let begun = call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"}));
    let data =
        json!({"package": "counter", "version": 1, "action": "begin_one", "event": "begun", "data": {"id": "a"}});
    assert_eq!(begun.events()[1], ("package.emitted".to_owned(), data));
    let counted = call(&mut ledger, "alice", "counter.count_up", &json!({"id": "a", "steps": 3})).applied();
    assert_eq!((&counted["columns"], &counted["rows"]), (&json!(["id", "value"]), &json!([["a", 3]])));
    let refusal = call(&mut ledger, "bob", "counter.count_up", &json!({"id": "a", "steps": 3})).refused("package/13");
    assert_eq!(refusal.detail, "only the owner of a counts");
    // NULL is not true: a counter that is not there has no owner.
    call(&mut ledger, "bob", "counter.count_up", &json!({"id": "none", "steps": 3})).refused("package/13");
    call(&mut ledger, "alice", "counter.add", &json!({"id": "a", "steps": 3, "note": ""})).refused("package/9");

    let shown = ledger.query("package.get", &[("package", "counter")]).unwrap();
    assert_eq!((&shown["version"], &shown["owners"]), (&json!(1), &json!(["bank-a", "core-corp", "shop-1"])));
    assert_eq!(shown["description"], "Counters that their owners count up.");
    let actions = ledger.query("package.actions", &[("package", "counter")]).unwrap();
    assert_eq!(actions["items"][2]["action"], "counter.count_up");
    assert_eq!(actions["items"][2]["summary"], "Counts up by some steps.");
    assert_eq!(actions["items"][2]["parameters"][2], json!({"name": "note", "type": "TEXT", "nullable": true}));
    let source = ledger.query("package.source", &[("package", "counter"), ("version", "1")]).unwrap();
    assert_eq!(source["source"], COUNTER);
}

#[test]
fn an_action_takes_its_parameters_and_keeps_the_constraints() {
    let mut ledger = counting();
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    for (with, name) in [
        (json!({"id": "a"}), "steps"),
        (json!({"id": "a", "steps": null}), "steps"),
        (json!({"id": "a", "steps": "1"}), "steps"),
        (json!({"id": 1, "steps": 1}), "id"),
        (json!({"id": "a", "steps": 1, "note": 1}), "note"),
        (json!({"id": "a", "steps": 1, "more": 1}), "more"),
    ] {
        let refusal = call(&mut ledger, "alice", "counter.count_up", &with).refused("package/12");
        assert_eq!(refusal.field, Some(format!("/with/{name}")), "{with}");
    }
    let refusal = call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).refused("package/14");
    assert_eq!(refusal.detail, "counter.begin_one line 9: UNIQUE constraint failed: counter.entry.id");
    let refusal =
        call(&mut ledger, "alice", "counter.count_up", &json!({"id": "a", "steps": 11})).refused("package/17");
    assert!(refusal.detail.contains("counter.add line 21: CHECK constraint failed"), "{refusal}");
    assert_eq!(ledger.sql("SELECT value FROM \"counter.entry\""), [[Value::Integer(0)]]);
    for action in ["counter", "none.such", "counter.none", "counter."] {
        let with = CallAction::new(action, Arguments::default());
        assert!(matches!(ledger.run("alice/dev", &with).receipt.outcome, counterfoil_types::Outcome::Refused(_)));
    }
    for twice in [
        r#"{"action":"counter.begin_one","with":{"id":"b","id":"c"}}"#,
        r#"{"action":"counter.begin_one","with":{"id":1.5}}"#,
    ] {
        let value = serde_json::value::RawValue::from_string(twice.to_owned()).unwrap();
        let call = counterfoil_types::Call { r#do: "package.call".into(), with: value };
        ledger.run_calls(&["alice/dev"], &[call]).refused("platform/2");
    }
}

#[test]
fn nobody_writes_the_tables_of_a_package_but_its_actions() {
    let mut ledger = counting();
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    let write = |text: &str| sql::Execute { statements: vec![sql::SqlStatement::new(text)] };
    for owner in ["core-corp/dev", "alice/dev"] {
        for text in
            ["UPDATE counter.entry SET value = 9 WHERE id = 'a'", "INSERT INTO counter.entry VALUES ('x', 'y', 1)"]
        {
            ledger.run(owner, &write(text)).refused("sql/35");
        }
        ledger.run(owner, &write("CREATE TABLE counter.more (id TEXT PRIMARY KEY)")).refused("sql/32");
    }
    let set = sql::SetTableWriters { table: "counter.entry".into(), writers: vec!["members".into()] };
    ledger.run("core-corp/dev", &set).refused("sql/35");
    // Nobody signs for a package, which has no key.
    let named = ledger.sign(&["counter/package"], &[crate::call(&write("DELETE FROM counter.entry"))]);
    ledger.block(vec![named]).remove(0).refused("transaction/6");
}

#[test]
fn an_upgrade_migrates_and_both_versions_are_called_until_one_is_retired() {
    let mut ledger = counting();
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    call(&mut ledger, "alice", "counter.count_up", &json!({"id": "a", "steps": 4})).applied();
    let second = COUNTER.replace("VERSION 1", "VERSION 2").replace("'shop-1'", "'alice'")
        + "CREATE TABLE total (owner TEXT PRIMARY KEY, value INTEGER NOT NULL);
           MIGRATE FROM 1 AS BEGIN
             INSERT INTO total SELECT owner, sum(value) FROM entry GROUP BY owner;
           END;
           CREATE ACTION totals () AS BEGIN SELECT owner, value FROM total ORDER BY owner; END;";
    propose(&mut ledger, "alice", &second).refused("package/6");
    propose(&mut ledger, "core-corp", &second).applied();
    propose(&mut ledger, "core-corp", &second).refused("package/5");
    vote(&mut ledger, "alice", "counter", 2, true).refused("package/6");
    assert_eq!(vote(&mut ledger, "bank-a", "counter", 2, true).applied()["state"], "active");
    assert_eq!(call(&mut ledger, "bob", "counter.totals", &json!({})).applied()["rows"], json!([["alice", 4]]));
    let old = CallAction { version: Some(1), ..CallAction::new("counter.totals", Arguments::default()) };
    ledger.run("bob/dev", &old).refused("package/9");
    let first = |id: &str| CallAction {
        version: Some(1),
        ..CallAction::new("counter.begin_one", Arguments(vec![("id".into(), Value::Text(id.into()))]))
    };
    assert_eq!(ledger.run("bob/dev", &first("b")).applied()["version"], 1);
    let retire = Retire { package: "counter".into(), version: 1, agree: true };
    assert_eq!(ledger.run("core-corp/dev", &retire).applied()["missing"], 1);
    assert_eq!(
        ledger.run("alice/dev", &retire).applied()["state"],
        "retired",
        "the owners are those of the newest version"
    );
    ledger.run("bob/dev", &first("c")).refused("package/11");
    ledger.run("core-corp/dev", &retire).refused("package/11");
    call(&mut ledger, "bob", "counter.begin_one", &json!({"id": "c"})).applied();
}

#[test]
fn an_upgrade_that_fails_leaves_the_version_before() {
    let mut ledger = counting();
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    let next = |more: &str| COUNTER.replace("VERSION 1", "VERSION 2") + more;
    let failing = next("MIGRATE FROM 1 AS BEGIN UPDATE entry SET value = 11; END;");
    propose(&mut ledger, "core-corp", &failing).applied();
    let refusal = vote(&mut ledger, "bank-a", "counter", 2, true).refused("package/15");
    assert!(refusal.detail.starts_with("migration of counter, line "), "{refusal}");
    assert_eq!(call(&mut ledger, "alice", "counter.count_up", &json!({"id": "a", "steps": 1})).applied()["version"], 1);
    // Two of three against it are enough.
    vote(&mut ledger, "bank-a", "counter", 2, false).applied();
    assert_eq!(vote(&mut ledger, "shop-1", "counter", 2, false).applied()["state"], "rejected");
    for (source, code, says) in [
        (next("MIGRATE FROM 0 AS BEGIN UPDATE entry SET value = 1; END;"), "package/1", ""),
        (COUNTER.replace("VERSION 1", "VERSION 3"), "package/4", "2"),
        (next("").replace("value <= 10", "value <= 20"), "package/18", "counter.entry"),
        (next("").replace("ON entry (owner)", "ON entry (value)"), "package/18", "entry_by_owner"),
    ] {
        let done = match propose(&mut ledger, "core-corp", &source).receipt.outcome {
            counterfoil_types::Outcome::Refused(refusal) => refusal,
            _ => vote(&mut ledger, "bank-a", "counter", 2, true).refused(code),
        };
        assert!(done.code == code && done.detail.contains(says), "{done}");
        let votes = |member: &str, ledger: &mut Ledger| vote(ledger, member, "counter", 2, false);
        votes("core-corp", &mut ledger);
        votes("shop-1", &mut ledger);
    }
    // The rejected version's number is used again.
    propose(&mut ledger, "core-corp", &next("")).applied();
    assert_eq!(vote(&mut ledger, "bank-a", "counter", 2, true).applied()["state"], "active");
}

#[test]
fn an_owner_freezes_alone_and_the_owners_unfreeze_together() {
    let mut ledger = counting();
    let (freeze, unfreeze) =
        (Freeze { package: "counter".into() }, Unfreeze { package: "counter".into(), agree: true });
    ledger.run("alice/dev", &freeze).refused("package/6");
    ledger.run("core-corp/dev", &unfreeze).refused("package/21");
    ledger.run("shop-1/dev", &freeze).applied();
    ledger.run("core-corp/dev", &freeze).refused("package/21");
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).refused("package/10");
    assert_eq!(ledger.run("shop-1/dev", &unfreeze).applied()["missing"], 1);
    ledger.run("shop-1/dev", &unfreeze).refused("package/20");
    assert_eq!(ledger.run("bank-a/dev", &unfreeze).applied()["state"], "active");
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    let none = Freeze { package: "none".into() };
    ledger.run("core-corp/dev", &none).refused("package/8");
}

#[test]
fn a_source_is_checked_before_anybody_votes() {
    let mut ledger = counting();
    let package = |body: &str| {
        format!("PACKAGE p VERSION 1 OWNERS ('alice');\nCREATE TABLE t (id TEXT PRIMARY KEY, n INTEGER);\n{body}")
    };
    let action = |body: &str| package(&format!("CREATE ACTION a () AS BEGIN\n{body}\nEND;"));
    for (source, code, says) in [
        ("PACKAGE alice VERSION 1 OWNERS ('alice');".to_owned(), "package/3", "a member has it"),
        ("PACKAGE asset VERSION 1 OWNERS ('alice');".to_owned(), "package/1", "asset"),
        ("PACKAGE p VERSION 2 OWNERS ('alice');".to_owned(), "package/4", "1"),
        ("PACKAGE p VERSION 1 OWNERS ('alice', 'nobody');".to_owned(), "package/2", "nobody"),
        ("PACKAGE p VERSION 1 OWNERS ('bob');".to_owned(), "package/6", "bob"),
        ("PACKAGE p VERSION 1 OWNERS ();".to_owned(), "package/1", ""),
        ("PACKAGE p VERSION 1 OWNERS ('alice', 'alice');".to_owned(), "package/2", "alice stands twice"),
        ("PACKAGE consortium VERSION 1 OWNERS ('alice');".to_owned(), "package/3", "means something else"),
        (format!("PACKAGE p VERSION 1 OWNERS ('alice'); -- {}", "x".repeat(70_000)), "package/24", "65536"),
        (action("SELECT id FROM t;"), "package/1", "line 4: the rows of the result need an order"),
        (action("SELECT id FROM t ORDER BY id LIMIT 1; DELETE FROM t;"), "package/1", "action/select"),
        (action("INSERT INTO t VALUES (random(), 1);"), "package/1", "line 4: random"),
        (action("INSERT INTO t VALUES ('a', 1.5);"), "package/1", "line 4"),
        (action("DELETE FROM sql_table;"), "package/1", "sql_table"),
        (action("DELETE FROM counter.entry;"), "package/1", "counter.entry"),
        (action("SELECT call('member.suspend', json_object('member', 'bob'));"), "package/1", "who can do what"),
        (action("SELECT call('sql.execute', json_object());"), "package/1", "who can do what"),
        (action("SELECT call('p.none', json_object());"), "package/1", "p.none"),
        (action("SELECT call('none.such', json_object());"), "package/1", "none.such"),
        (action("SELECT call('counter.add', json_object());"), "package/1", "counter.add"),
        (action("SELECT call('p.a', json_object());"), "package/19", "p.a → p.a"),
        (
            package(
                "CREATE ACTION a () AS BEGIN SELECT call('p.b', json_object()); END;
                 CREATE ACTION b () AS BEGIN SELECT call('p.a', json_object()); END;",
            ),
            "package/19",
            "p.a → p.b → p.a",
        ),
        (package("CREATE TABLE u (id TEXT PRIMARY KEY) WITH (writers = members);"), "package/1", "actions alone"),
        (package("DROP TABLE t;"), "package/1", "package/item"),
    ] {
        let refusal = propose(&mut ledger, "alice", &source).refused(code);
        assert!(refusal.detail.contains(says), "{source}\n{refusal}");
    }
    // What others opened for packages can be read.
    let reading = action("INSERT INTO t SELECT id, value FROM counter.entry;");
    propose(&mut ledger, "alice", &reading).applied();
    call(&mut ledger, "bob", "counter.begin_one", &json!({"id": "b"})).applied();
    call(&mut ledger, "alice", "p.a", &json!({})).applied();
    assert_eq!(ledger.sql("SELECT id FROM \"p.t\""), [[Value::Text("b".into())]]);
}

#[test]
fn a_package_does_not_build_on_a_version_that_is_retired() {
    let mut ledger = counting();
    let retire = Retire { package: "counter".into(), version: 1, agree: true };
    ledger.run("core-corp/dev", &retire).applied();
    assert_eq!(ledger.run("bank-a/dev", &retire).applied()["state"], "retired");
    let caller = "PACKAGE outer_one VERSION 1 OWNERS ('alice');
        CREATE ACTION through (id TEXT) AS BEGIN SELECT call('counter.begin_one', json_object('id', :id)); END;";
    let refusal = propose(&mut ledger, "alice", caller).refused("package/1");
    assert!(refusal.detail.contains("call/unknown") && refusal.detail.contains("counter.begin_one"), "{refusal}");
}

#[test]
fn packages_call_each_other_without_lending_their_rights() {
    let mut ledger = counting();
    let caller = "PACKAGE outer_one VERSION 1 OWNERS ('alice');
        CREATE ACTION through (id TEXT) AS BEGIN
            SELECT call('counter.begin_one', json_object('id', :id));
            SELECT call('counter.count_up', json_object('id', :id, 'steps', 2));
        END;";
    propose(&mut ledger, "alice", caller).applied();
    call(&mut ledger, "bob", "outer_one.through", &json!({"id": "b"})).applied();
    let rows = ledger.sql("SELECT owner, value FROM \"counter.entry\"");
    assert_eq!(rows, [[Value::Text("bob".into()), Value::Integer(2)]], "in the name of the sender");
    let refusal = call(&mut ledger, "alice", "outer_one.through", &json!({"id": "b"})).refused("package/17");
    assert!(refusal.detail.contains("counter.begin_one was refused"), "{refusal}");
}

#[test]
fn the_invariants_of_a_package_are_looked_at_with_all_others() {
    let mut ledger = counting();
    let wrong = COUNTER
        .replace("VERSION 1", "VERSION 2")
        .replace("WHERE value < 0", "WHERE value > 3 AND value = (SELECT sum(value) FROM entry)");
    propose(&mut ledger, "core-corp", &wrong).applied();
    vote(&mut ledger, "bank-a", "counter", 2, true).applied();
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    call(&mut ledger, "alice", "counter.count_up", &json!({"id": "a", "steps": 3})).applied();
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        call(&mut ledger, "alice", "counter.count_up", &json!({"id": "a", "steps": 1}))
    }));
    assert!(broken.is_err(), "the test ledger runs all invariants after each block");
    let broken = ledger.state().reader().invariants().unwrap();
    assert_eq!((broken[0].module.as_str(), broken[0].invariant.as_str()), ("counter", "values_are_not_negative"));
}

#[test]
fn an_old_version_calls_its_own_private_actions() {
    let mut ledger = counting();
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    let second =
        COUNTER.replace("VERSION 1", "VERSION 2").replace("value = value + :steps", "value = value + 2 * :steps");
    propose(&mut ledger, "core-corp", &second).applied();
    vote(&mut ledger, "bank-a", "counter", 2, true).applied();
    let with = Arguments(vec![("id".into(), Value::Text("a".into())), ("steps".into(), Value::Integer(1))]);
    let old = CallAction { version: Some(1), ..CallAction::new("counter.count_up", with) };
    assert_eq!(ledger.run("alice/dev", &old).applied()["rows"], json!([["a", 1]]));
    let new = call(&mut ledger, "alice", "counter.count_up", &json!({"id": "a", "steps": 1}));
    assert_eq!(new.applied()["rows"], json!([["a", 3]]));
}

#[test]
fn a_version_that_waits_too_long_gives_way_to_another() {
    let mut ledger = ledger();
    propose(&mut ledger, "core-corp", COUNTER).applied();
    let other = COUNTER.replace("'bank-a'", "'alice'").replace("'core-corp'", "'bob'");
    propose(&mut ledger, "bob", &other).refused("package/5");
    ledger.wait_ms(31 * 24 * 60 * 60 * 1_000);
    propose(&mut ledger, "bob", &other).applied();
    vote(&mut ledger, "core-corp", "counter", 1, true).refused("package/6");
    assert_eq!(vote(&mut ledger, "alice", "counter", 1, true).applied()["state"], "active");
}

#[test]
fn what_an_action_gives_and_tells_is_bounded() {
    let mut ledger = ledger();
    let source = "PACKAGE wide VERSION 1 OWNERS ('alice');
        CREATE TABLE t (id INTEGER PRIMARY KEY);
        CREATE ACTION fill () AS BEGIN INSERT INTO t VALUES (1), (2), (3), (4); END;
        CREATE ACTION give (n INTEGER) AS BEGIN SELECT id, zeroblob(:n) AS b FROM t ORDER BY id; END;
        CREATE ACTION tell (n INTEGER) AS BEGIN
            SELECT emit('x', json_object('d', hex(zeroblob(:n)))) FROM t ORDER BY id;
        END;
        CREATE ACTION say (n INTEGER) AS BEGIN SELECT require(0, printf('%d', :n) || hex(zeroblob(:n))); END;";
    propose(&mut ledger, "alice", source).applied();
    call(&mut ledger, "alice", "wide.fill", &json!({})).applied();
    for action in ["wide.give", "wide.tell"] {
        call(&mut ledger, "alice", action, &json!({"n": 1_000})).applied();
        call(&mut ledger, "alice", action, &json!({"n": 400_000})).refused("transaction/15");
    }
    let refusal = call(&mut ledger, "alice", "wide.say", &json!({"n": 100_000})).refused("package/13");
    assert!(refusal.detail.len() <= counterfoil_types::limits::REFUSAL_BYTES_MAX, "{}", refusal.detail.len());
    // All calls of a transaction share what it may give.
    let give = |n: i64| counterfoil_types::Call::new("package.call", &json!({"action": "wide.give", "with": {"n": n}}));
    ledger.run_calls(&["alice/dev"], &[give(150_000), give(150_000)]).refused("transaction/15");
    ledger.run_calls(&["alice/dev"], &[give(100_000), give(100_000)]).outputs();
}
