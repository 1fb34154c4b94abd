//! A state machine for tests: transactions are `key=value`, anything else is refused. What it committed survives it.

use bytes::Bytes;
use counterfoil_types::{
    Block, Execution, Fault, Hash, Header, Outcome, Receipt, Refusal, RefusalKind, Value,
    machine::{Admission, Admitted, Executed, IndexUpdate, Located, Machine, Observer, Tip, Validators},
    merkle, row,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// The test ledger.
pub const LEDGER: Hash = Hash([7; 32]);
/// When it began: 2026-06-01.
pub const GENESIS_MS: u64 = 1_780_272_000_000;

/// What a member has on disk.
#[derive(Default)]
pub struct Disk {
    pub headers: Vec<Header>,
    pub executions: Vec<Execution>,
    pub results: Vec<Hash>,
    pub updates: Vec<Vec<IndexUpdate>>,
    pub rows: BTreeMap<String, Vec<(u64, String)>>,
    pub certificates: BTreeMap<u64, Vec<u8>>,
    pub certified: u64,
    pub refused: u64,
    pub halted: Option<String>,
}

impl Disk {
    /// The value of a key at the tip.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.rows.get(key)?.last().map(|(_, value)| value.as_str())
    }
}

pub type Member = Arc<Mutex<Disk>>;

pub struct TestMachine {
    disk: Member,
    genesis: Vec<[u8; 32]>,
    pending: Option<Pending>,
    /// From this height on it computes something else.
    wrong_from: Option<u64>,
}

struct Pending {
    header: Option<Header>,
    execution: Execution,
    updates: Vec<IndexUpdate>,
    rows: Vec<(String, String)>,
    receipts: Vec<Receipt>,
}

impl TestMachine {
    /// The machine of a member on a ledger whose genesis names these validators.
    pub fn new(disk: &Member, genesis: Vec<[u8; 32]>, wrong_from: Option<u64>) -> Self {
        Self { disk: disk.clone(), genesis, pending: None, wrong_from }
    }
}

fn index_key(key: &str) -> Hash {
    row::key("pair", &[Value::Text(key.into())])
}

fn encoded(key: &str, value: &str) -> Vec<u8> {
    row::encode(&[Value::Text(key.into()), Value::Text(value.into())])
}

pub fn index_value(key: &str, value: &str) -> Hash {
    row::value(&row::table_hash("pair", &["key", "value"], &["key"]), &encoded(key, value))
}

impl Machine for TestMachine {
    fn begin_genesis(&mut self) -> Result<Option<Vec<IndexUpdate>>, Fault> {
        if !self.disk.lock().unwrap().results.is_empty() {
            return Ok(None);
        }
        let execution = Execution {
            height: 0,
            block: LEDGER,
            state_root: Hash::ZERO,
            changes_root: merkle::root(&[]),
            receipts_root: merkle::root(&[]),
        };
        self.pending = Some(Pending { header: None, execution, updates: vec![], rows: vec![], receipts: vec![] });
        Ok(Some(vec![]))
    }

    fn genesis_header(&self) -> Header {
        self.disk.lock().unwrap().headers[0].clone()
    }

    /// `voted-out=n` removes the validator at place `n` of genesis.
    fn validators(&self) -> Result<Vec<Validators>, Fault> {
        let disk = self.disk.lock().unwrap();
        let mut keys = self.genesis.clone();
        let mut all = vec![Validators { from_epoch: 0, keys: keys.clone() }];
        for (height, place) in disk.rows.get("voted-out").into_iter().flatten() {
            let gone = self.genesis[place.parse::<usize>().unwrap()];
            keys.retain(|key| *key != gone);
            all.push(Validators { from_epoch: disk.headers[*height as usize].epoch + 2, keys: keys.clone() });
        }
        Ok(all)
    }

    fn tip(&self) -> Tip {
        let disk = self.disk.lock().unwrap();
        let header = disk.headers.last().expect("genesis is committed").clone();
        Tip { height: header.height, digest: header.digest(), header, result: *disk.results.last().unwrap() }
    }

    fn execute(&mut self, block: &Block, certificate: Option<&[u8]>) -> Result<Vec<IndexUpdate>, Fault> {
        let mut disk = self.disk.lock().unwrap();
        let height = block.header.height;
        assert_eq!(height, disk.headers.len() as u64, "blocks come in order, each once");
        if let Some(certificate) = certificate {
            disk.certificates.insert(height, certificate.to_vec());
        }
        let mut pending = Pending {
            header: Some(block.header.clone()),
            execution: Execution {
                height,
                block: block.header.digest(),
                state_root: Hash::ZERO,
                changes_root: Hash::ZERO,
                receipts_root: Hash::ZERO,
            },
            updates: vec![],
            rows: vec![],
            receipts: vec![],
        };
        let mut last = BTreeMap::new();
        for (index, wire) in block.transactions.iter().enumerate() {
            let pair = str::from_utf8(wire).ok().and_then(|text| text.split_once('='));
            let outcome = match pair {
                Some((key, value)) => {
                    pending.rows.push((key.to_owned(), value.to_owned()));
                    last.insert(index_key(key), index_value(key, value));
                    Outcome::Applied { outputs: vec![], events: vec![] }
                }
                None => Outcome::Refused(Refusal::new("test/1", RefusalKind::Invalid, "not key=value")),
            };
            let (transaction, index) = (merkle::leaf(wire), index as u32);
            pending.receipts.push(Receipt { transaction, id: String::new(), height, index, outcome });
        }
        if self.wrong_from.is_some_and(|from| height >= from) {
            pending.execution.changes_root = Hash([0xbad_u16 as u8; 32]);
        }
        let leaves: Vec<_> = pending.receipts.iter().map(|receipt| merkle::leaf(&receipt.encode())).collect();
        pending.execution.receipts_root = merkle::root(&leaves);
        pending.updates = last.into_iter().map(|(key, value)| IndexUpdate { key, value: Some(value) }).collect();
        let updates = pending.updates.clone();
        self.pending = Some(pending);
        Ok(updates)
    }

    fn commit(&mut self, state_root: Hash) -> Result<Executed, Fault> {
        let Pending { header, mut execution, updates, rows, receipts } = self.pending.take().expect("executed before");
        execution.state_root = state_root;
        let mut disk = self.disk.lock().unwrap();
        let result = execution.result(disk.results.last().unwrap_or(&Hash::ZERO));
        let header = header.unwrap_or_else(|| Header {
            ledger: LEDGER,
            epoch: 0,
            height: 0,
            parent: Hash::ZERO,
            time_ms: GENESIS_MS,
            proposer: 0,
            transactions_root: merkle::root(&[]),
            transactions: 0,
            executed_height: 0,
            executed_result: result,
        });
        let (height, time_ms) = (header.height, header.time_ms);
        disk.refused += receipts.iter().filter(|receipt| matches!(receipt.outcome, Outcome::Refused(_))).count() as u64;
        for (key, value) in rows {
            disk.rows.entry(key).or_default().push((height, value));
        }
        disk.headers.push(header);
        disk.executions.push(execution);
        disk.results.push(result);
        disk.updates.push(updates);
        Ok(Executed { execution, result, time_ms, receipts: Arc::new(receipts) })
    }

    fn result(&self, height: u64) -> Result<Option<Hash>, Fault> {
        Ok(self.disk.lock().unwrap().results.get(height as usize).copied())
    }

    fn state_root(&self, height: u64) -> Result<Option<Hash>, Fault> {
        Ok(self.disk.lock().unwrap().executions.get(height as usize).map(|execution| execution.state_root))
    }

    fn index_updates(&self, height: u64) -> Result<Vec<IndexUpdate>, Fault> {
        Ok(self.disk.lock().unwrap().updates[height as usize].clone())
    }

    fn certified(&mut self, height: u64) -> Result<(), Fault> {
        self.disk.lock().unwrap().certified = height;
        Ok(())
    }

    fn certificate(&mut self, height: u64, certificate: &[u8]) -> Result<(), Fault> {
        self.disk.lock().unwrap().certificates.insert(height, certificate.to_vec());
        Ok(())
    }

    fn locate(&self, table: &str, key: &[String], height: u64) -> Result<Located, Refusal> {
        if table != "pair" {
            return Err(Refusal::new("test/2", RefusalKind::NotFound, "no such table"));
        }
        let disk = self.disk.lock().unwrap();
        let written = disk.rows.get(&key[0]).into_iter().flatten().rev().find(|(at, _)| *at <= height);
        Ok(Located {
            key: index_key(&key[0]),
            table: table.into(),
            columns: vec!["key".into(), "value".into()],
            primary_key: vec!["key".into()],
            key_values: vec![Value::Text(key[0].clone())],
            row: written.map(|(_, value)| encoded(&key[0], value)),
        })
    }
}

/// Takes everything.
pub struct OpenDoor;

impl Admission for OpenDoor {
    fn admit(&self, transactions: Vec<Bytes>, _: u64) -> Vec<Result<Admitted, Refusal>> {
        transactions.into_iter().map(|wire| Ok(admitted(wire))).collect()
    }
}

pub fn admitted(wire: impl Into<Bytes>) -> Admitted {
    let wire = wire.into();
    Admitted { leaf: merkle::leaf(&wire), wire, weight: 1, expires_ms: u64::MAX }
}

/// Writes down that a member halted.
pub struct Witness(pub Member);

impl Observer for Witness {
    fn executed(&self, _: &Executed) {}

    fn certified(&self, _: u64) {}

    fn halted(&self, why: &str) {
        self.0.lock().unwrap().halted = Some(why.to_owned());
    }
}
