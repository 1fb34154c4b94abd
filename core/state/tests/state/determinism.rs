use crate::ledger::{Ledger, START_MS, code, fast, open};
use bytes::Bytes;
use counterfoil_state::{Options, rusqlite};
use counterfoil_types::{
    Block, Call, Hash, Outcome, Receipt,
    machine::{IndexUpdate, Machine as _},
};
use serde_json::{Value, json};

/// What must be the same everywhere.
type Trace = Vec<(Hash, Hash, Hash, Vec<IndexUpdate>)>;

/// Blocks with statements that write several rows in an order that SQL leaves open.
fn blocks() -> (Vec<u8>, Vec<Block>, Trace) {
    let mut ledger = Ledger::new();
    let mut blocks = Vec::new();
    let mut trace = Vec::new();
    for round in 0..12_i64 {
        let words: Vec<_> = (0..20)
            .map(|at| format!("({}, 'w{}', {})", round * 100 + (at * 7) % 20, round * 100 + at, "NULL"))
            .collect();
        let insert = format!("INSERT INTO note (id, text, parent) VALUES {}", words.join(", "));
        let wires = vec![
            ledger.sql(&[&insert, "UPDATE note SET text = text || 'x' WHERE id % 3 = 0"]),
            ledger.transfer("m0", "m1", round),
            ledger.sql(&["UPDATE account SET balance = balance + 2 WHERE owner > 'm1'", "UPDATE account SET balance = balance - 2 WHERE owner > 'm1'"]),
            ledger.sql(&["INSERT INTO note (id, text) SELECT id + 10000, text || 'copy' FROM note WHERE id < 10000 AND id % 5 = 0 ON CONFLICT DO NOTHING"]),
            ledger.sql(&["DELETE FROM note WHERE id % 7 = 1", "UPDATE note SET id = -id WHERE id > 0 AND id % 11 = 2"]),
            ledger.sql(&["INSERT INTO note (id, text) VALUES (1, 'w0'), (2, 'w0')"]),
        ];
        let block = ledger.next(wires);
        let updates = ledger.state.execute(&block, None).expect("executes");
        let executed = ledger.state.commit(Hash::ZERO).expect("commits").execution;
        trace.push((executed.changes_root, executed.receipts_root, executed.state_root, updates));
        blocks.push(block);
    }
    (ledger.genesis.clone(), blocks, trace)
}

/// Executes the blocks, with a pause after the half.
fn replay(genesis: &[u8], blocks: &[Block], options: &Options, pause: impl Fn(&std::path::Path)) -> Trace {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().to_path_buf();
    let mut state = Some(open(&path, genesis, options).expect("opens"));
    let first = state.as_mut().expect("open");
    first.begin_genesis().expect("executes").expect("fresh");
    // The stand-in roots of the first run: the chain of headers names them.
    let ledger = Ledger::new();
    first.commit(ledger.state.state_root(0).expect("reads").expect("genesis")).expect("commits");
    let mut trace = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        if at == blocks.len() / 2 {
            drop(state.take());
            pause(&path.join("state.db"));
            state = Some(open(&path, genesis, options).expect("opens again"));
        }
        let state = state.as_mut().expect("open");
        let updates = state.execute(block, None).expect("executes");
        let executed = state.commit(Hash::ZERO).expect("commits").execution;
        trace.push((executed.changes_root, executed.receipts_root, executed.state_root, updates));
    }
    trace
}

fn nothing(_: &std::path::Path) {}

#[test]
fn the_roots_do_not_depend_on_the_order_of_rows_or_on_plans() {
    let (genesis, blocks, expected) = blocks();
    assert!(expected.iter().any(|(_, _, _, updates)| updates.len() > 20));
    assert_eq!(replay(&genesis, &blocks, &fast(), nothing), expected, "again");
    let reversed = Options { reverse_unordered_selects: true, ..fast() };
    assert_eq!(replay(&genesis, &blocks, &reversed, nothing), expected, "reversed");
    let bare = Options { drop_secondary_indexes: true, ..fast() };
    assert_eq!(replay(&genesis, &blocks, &bare, nothing), expected, "without secondary indexes");
    let small = Options { cache_kib: 16, ..reversed };
    assert_eq!(replay(&genesis, &blocks, &small, nothing), expected, "with a small cache");
    let vacuum = |path: &std::path::Path| {
        rusqlite::Connection::open(path).expect("opens").execute_batch("VACUUM").expect("vacuums");
    };
    assert_eq!(replay(&genesis, &blocks, &fast(), vacuum), expected, "after VACUUM");
}

#[test]
fn the_index_does_not_depend_on_the_order_of_insertion() {
    let rows: Vec<_> = (0..50).map(|at| format!("({at}, 'n{at}')")).collect();
    let updates = |order: &[usize]| {
        let mut ledger = Ledger::new();
        ledger.time_ms = START_MS + 1_000;
        let values: Vec<_> = order.iter().map(|at| rows[*at].as_str()).collect();
        let wires = vec![ledger.sql(&[&format!("INSERT INTO note (id, text) VALUES {}", values.join(", "))])];
        let executed = ledger.block(wires);
        (executed.execution.changes_root, ledger.updates.last().expect("updates").clone())
    };
    let forward: Vec<_> = (0..50).collect();
    let shuffled: Vec<_> = (0..50).map(|at| (at * 37 + 11) % 50).collect();
    assert_eq!(updates(&forward), updates(&shuffled));
}

/// A ledger with standing orders that are due at the next block; of two the money is missing.
fn with_orders(options: &Options) -> Ledger {
    let mut ledger = Ledger::with(options);
    let order = |(id, source, target, amount)| format!("({id}, '{source}', '{target}', {amount}, {})", START_MS + 500);
    let orders = [
        (9, "m0", "m1", 1_000),
        (2, "m1", "m2", 10_500),
        (5, "m3", "m0", 7),
        (7, "m3", "m4", 99_999),
        (4, "m2", "m3", 3),
        (3, "m1", "m2", 9_000),
    ];
    let insert = format!("INSERT INTO standing VALUES {}", orders.map(order).join(", "));
    let wires = vec![ledger.sql(&[&insert])];
    ledger.block(wires);
    ledger.time_ms = START_MS + 1_000;
    ledger
}

/// How the transactions of a block end: what it takes to take them back decides how the block is executed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    /// Nothing is taken back.
    Applied,
    /// Refused after it wrote: the block is executed a second time, with savepoints.
    Refused,
    /// Too much work: SQLite gives up the whole block, which is executed again without the transaction.
    Lost,
}

impl Ending {
    fn wires(self, ledger: &mut Ledger) -> Vec<Bytes> {
        let paid = ledger.transfer("m0", "m2", 11);
        let spoils = match self {
            Self::Applied => return vec![paid],
            Self::Refused => json!({"sql": ["UPDATE account SET balance = 0 WHERE id = 'm4'"], "refuse": true}),
            Self::Lost => json!({"sql": ["INSERT INTO note (id, text) WITH RECURSIVE n (i) AS
                (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT i, 'n' || i FROM n"]}),
        };
        vec![paid, ledger.sign("m0", vec![Call::new("bank.sql", &spoils)])]
    }
}

/// What the program told at the beginning of the newest block, and the rows that it wrote there.
fn begun(ledger: &Ledger) -> (Receipt, [Value; 3]) {
    let height = ledger.state.tip().height;
    let receipt = ledger.state.reader().begun(height).expect("reads").expect("something was due");
    let rows = ["account ORDER BY id", "transfer ORDER BY id", "standing ORDER BY id"].map(|table| {
        let reader = ledger.state.reader();
        json!(reader.sql(&format!("SELECT * FROM {table}"), &[], Default::default()).expect("a SELECT").rows)
    });
    (receipt, rows)
}

#[test]
fn what_is_due_at_the_beginning_of_a_block_is_the_same_however_often_it_is_executed() {
    let run = |ending: Ending| {
        let mut ledger = with_orders(&fast());
        let wires = ending.wires(&mut ledger);
        let executed = ledger.block(wires);
        let ends: Vec<_> = executed.receipts.iter().map(|receipt| code(&receipt.outcome)).collect();
        (begun(&ledger), ends)
    };
    let (expected, ends) = run(Ending::Applied);
    assert_eq!(ends, ["applied"]);
    let (Receipt { outcome: Outcome::Applied { events, .. }, .. }, [_, _, standing]) = &expected else {
        panic!("{expected:?}")
    };
    let told: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    // By number: 2, 3, 4, 5, 7, 9.
    let [paid, missed] = ["bank.transferred", "bank.missed"];
    assert_eq!(told, [missed, paid, paid, paid, missed, paid]);
    assert_eq!(*standing, json!([]));
    for (ending, end) in [(Ending::Refused, "bank/3"), (Ending::Lost, "transaction/15")] {
        let (found, ends) = run(ending);
        assert_eq!(ends, ["applied", end]);
        assert_eq!(found, expected, "{ending:?}");
    }
}

#[test]
fn what_is_due_at_the_beginning_of_a_block_is_the_same_on_every_member_and_after_a_restart() {
    for ending in [Ending::Applied, Ending::Refused, Ending::Lost] {
        let mut ledger = with_orders(&fast());
        let wires = ending.wires(&mut ledger);
        let block = ledger.next(wires.clone());
        let updates = ledger.state.execute(&block, None).expect("executes");
        // It stops before the block is committed, and executes it again.
        let mut ledger = ledger.reopen(&fast());
        assert_eq!(ledger.state.reader().begun(block.header.height).expect("reads"), None, "{ending:?}");
        assert_eq!(ledger.state.execute(&block, None).expect("executes again"), updates, "{ending:?}");
        let executed = ledger.state.commit(Hash::ZERO).expect("commits").execution;
        let expected = begun(&ledger);
        let ledger = ledger.reopen(&fast());
        assert_eq!(begun(&ledger), expected, "{ending:?} after a restart");

        let other = Options { reverse_unordered_selects: true, drop_secondary_indexes: true, cache_kib: 16, ..fast() };
        let mut member = with_orders(&other);
        let block = member.next(wires);
        assert_eq!(member.state.execute(&block, None).expect("executes"), updates, "{ending:?} on another member");
        assert_eq!(member.state.commit(Hash::ZERO).expect("commits").execution, executed, "{ending:?}");
        assert_eq!(begun(&member), expected, "{ending:?} on another member");
    }
}
