use crate::ledger::{Ledger, START_MS, fast, open};
use counterfoil_state::{Options, rusqlite};
use counterfoil_types::{
    Block, Hash,
    machine::{IndexUpdate, Machine as _},
};

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
