//! A ledger of four validators and seven blocks.

use crate::index::Index;
use counterfoil_proof::{COMMITTEE_TABLE, Chain, ChangePath, Proof, namespace, prove_current, prove_written};
use counterfoil_types::{
    Execution, Genesis, GenesisKey, GenesisMember, GenesisValidator, Hash, Header, PublicKey, Value, machine::Located,
    merkle, row,
};
use ed25519_zebra::SigningKey;
use std::convert::Infallible;

const NAMES: [(&str, &str); 4] =
    [("tax-bureau", "税务局"), ("core-corp", "Core Corp"), ("bank-a", "Bank A"), ("cloud-provider", "Cloud Provider")];
const TABLE: &str = "invoice";
const HANDOVER_COLUMNS: [&str; 2] = ["from_epoch", "validators"];
const COLUMNS: [&str; 4] = ["id", "number", "total_minor", "seal"];

/// All that a member holds, and the index at each height.
pub struct Ledger {
    pub genesis: Vec<u8>,
    pub keys: Vec<SigningKey>,
    pub headers: Vec<Header>,
    pub executions: Vec<Execution>,
    pub results: Vec<Hash>,
    indexes: Vec<Index>,
    changes: Vec<Vec<Hash>>,
    rows: Vec<Vec<Value>>,
    /// Epochs of three blocks, and a validator of genesis that height 1 voted out.
    voted_out: Option<usize>,
}

/// The row that block `height` writes; it replaces the one of `height - 3`.
fn values(height: u64) -> Vec<Value> {
    vec![
        Value::Text(format!("inv-{}", height % 3)),
        Value::Text(format!("2644200000000000000{height}")),
        Value::Integer(19_800 + height as i64),
        if height == 2 { Value::Null } else { Value::Blob(vec![0xab; height as usize]) },
    ]
}

pub fn located(values: &[Value], present: bool) -> Located {
    Located {
        key: row::key(TABLE, &values[..1]),
        table: TABLE.into(),
        columns: COLUMNS.map(String::from).to_vec(),
        primary_key: vec!["id".into()],
        key_values: values[..1].to_vec(),
        row: present.then(|| row::encode(values)),
    }
}

fn validator_keys() -> Vec<SigningKey> {
    let mut keys: Vec<_> = (1..=4).map(|seed| SigningKey::from([seed; 32])).collect();
    keys.sort_by_key(|key| <[u8; 32]>::from(key.verification_key()));
    keys
}

fn genesis(keys: &[SigningKey]) -> Vec<u8> {
    let public = |at: usize| PublicKey::Ed25519(keys[at].verification_key().into());
    let member = |(at, (id, name)): (usize, &(&str, &str))| GenesisMember {
        id: id.to_string(),
        name: name.to_string(),
        kind: "organisation".into(),
        roles: vec!["enterprise".into()],
        keys: vec![GenesisKey { name: "dev".into(), public_key: public(at), roles: vec![] }],
    };
    Genesis {
        format: Genesis::FORMAT.into(),
        name: "test".into(),
        time_ms: 1_790_000_000_000,
        epoch_length: 100,
        validators: (0..4).map(|at| GenesisValidator { member: NAMES[at].0.into(), public_key: public(at) }).collect(),
        members: NAMES.iter().enumerate().map(member).collect(),
    }
    .to_bytes()
}

/// The row that lets the validators without `out` vote from epoch 2 on.
fn handover(keys: &[SigningKey], out: usize) -> Vec<Value> {
    let genesis = Genesis::parse(&genesis(keys)).expect("a genesis").0;
    let left = genesis.validators_sorted().into_iter().enumerate().filter(|(at, _)| *at != out);
    let lines: Vec<_> = left.map(|(_, one)| format!("{} {}", one.member, one.public_key)).collect();
    vec![Value::Integer(2), Value::Text(lines.join("\n"))]
}

fn located_handover(values: &[Value]) -> Located {
    Located {
        key: row::key(COMMITTEE_TABLE, &values[..1]),
        table: COMMITTEE_TABLE.into(),
        columns: HANDOVER_COLUMNS.map(String::from).to_vec(),
        primary_key: vec!["from_epoch".into()],
        key_values: values[..1].to_vec(),
        row: Some(row::encode(values)),
    }
}

impl Ledger {
    pub fn new() -> Self {
        Self::with(None)
    }

    /// A ledger with epochs of three blocks, whose block 1 voted a validator out.
    pub fn with_handover(out: usize) -> Self {
        Self::with(Some(out))
    }

    fn with(voted_out: Option<usize>) -> Self {
        let keys = validator_keys();
        let genesis = genesis(&keys);
        let ledger = Hash::of(&[&genesis]);
        let mut this = Self {
            genesis,
            keys,
            headers: Vec::new(),
            executions: Vec::new(),
            results: Vec::new(),
            indexes: Vec::new(),
            changes: Vec::new(),
            rows: Vec::new(),
            voted_out,
        };
        let shape = row::table_hash(TABLE, &COLUMNS, &["id"]);
        let mut index = Index::new();
        let (mut parent, mut prior) = (Hash::ZERO, Hash::ZERO);
        index.write(0, &[(row::indexed_table_key(TABLE), Some(shape))]);
        for height in 0..7u64 {
            // Results are named late, and one header in two names none anew.
            let executed = height.saturating_sub(1) & !1;
            let header = Header {
                ledger,
                epoch: if voted_out.is_some() { height / 3 } else { 0 },
                height,
                parent,
                time_ms: 1_790_000_000_000 + 1_500 * height,
                proposer: (height % 4) as u32,
                transactions_root: merkle::root(&[]),
                transactions: 0,
                executed_height: executed,
                executed_result: this.results.get(executed as usize).copied().unwrap_or(Hash::ZERO),
            };
            parent = header.digest();
            let values = values(height);
            let (key, value) = (row::key(TABLE, &values[..1]), row::value(&shape, &row::encode(&values)));
            if height > 0 {
                index.write(height, &[(key, Some(value))]);
            }
            let other = merkle::leaf(&[7; 32]);
            let first = match voted_out {
                Some(out) if height == 1 => {
                    let shape = row::table_hash(COMMITTEE_TABLE, &HANDOVER_COLUMNS, &["from_epoch"]);
                    let values = handover(&this.keys, out);
                    let key = row::key(COMMITTEE_TABLE, &values[..1]);
                    merkle::leaf(&[key.0, row::value(&shape, &row::encode(&values)).0].concat())
                }
                _ => other,
            };
            let changes = vec![first, merkle::leaf(&[key.0, value.0].concat()), other];
            let execution = Execution {
                height,
                block: if height == 0 { ledger } else { header.digest() },
                state_root: index.root(),
                changes_root: merkle::root(&changes),
                receipts_root: Hash([height as u8; 32]),
            };
            prior = execution.result(&prior);
            this.results.push(prior);
            this.headers.push(header);
            this.executions.push(execution);
            this.indexes.push(index.clone());
            this.changes.push(changes);
            this.rows.push(values);
        }
        this
    }

    /// The row written at `written`, as it is at `height`.
    pub fn current(&self, written: usize, height: u64) -> Proof {
        let located = located(&self.rows[written], true);
        let index = self.indexes[height as usize].prove(&located.key);
        prove_current(self, height, &located, index, None).expect("a proof")
    }

    /// No row with this id at `height`.
    pub fn absent(&self, id: &str, height: u64) -> Proof {
        self.absent_of(&located(&[Value::Text(id.into())], false), height)
    }

    /// What the index shows of a row's absence, true or not.
    pub fn absent_of(&self, located: &Located, height: u64) -> Proof {
        let index = &self.indexes[height as usize];
        let marker = index.prove(&row::indexed_table_key(&located.table));
        prove_current(self, height, located, index.prove(&located.key), Some(marker)).expect("a proof")
    }

    /// What the block of `height` wrote.
    pub fn written(&self, height: u64) -> Proof {
        let leaves = &self.changes[height as usize];
        let path = ChangePath { index: 1, count: leaves.len() as u64, path: merkle::path(leaves, 1) };
        prove_written(self, height, &located(&self.rows[height as usize], true), &path).expect("a proof")
    }

    /// Each kind of claim.
    pub fn proofs(&self) -> Vec<(&'static str, Proof)> {
        vec![
            ("a row", self.current(2, 4)),
            ("a row at a certified height", self.current(3, 3)),
            ("absence between rows", self.absent("inv-9", 4)),
            ("absence in an empty table", self.absent("inv-9", 0)),
            ("a written row", self.written(3)),
            ("a row written by genesis", self.written(0)),
        ]
    }

    /// A certificate of `block` by these of the validators of genesis.
    pub fn certificate(&self, epoch: u64, block: &Hash, signers: &[usize]) -> Vec<u8> {
        self.certificate_among(&[0, 1, 2, 3], epoch, block, signers)
    }

    /// A certificate of `block` by `signers`, places in the committee of these validators of genesis.
    pub fn certificate_among(&self, committee: &[usize], epoch: u64, block: &Hash, signers: &[usize]) -> Vec<u8> {
        let ledger = Hash::of(&[&self.genesis]);
        let mut certificate = vec![epoch as u8, 9, 8];
        certificate.extend(block.0);
        let namespace = [namespace(&ledger).as_slice(), b"_FINALIZE"].concat();
        let message = [&[namespace.len() as u8], namespace.as_slice(), &certificate].concat();
        certificate.extend((committee.len() as u64).to_be_bytes());
        certificate.push(signers.iter().map(|signer| 1 << signer).sum());
        certificate.push(signers.len() as u8);
        for signer in signers {
            certificate.extend(self.keys[committee[*signer]].sign(&message).to_bytes());
        }
        certificate
    }
}

impl Chain for Ledger {
    type Error = Infallible;

    fn ledger(&self) -> Hash {
        Hash::of(&[&self.genesis])
    }

    fn execution(&self, height: u64) -> Result<Option<Execution>, Infallible> {
        Ok(self.executions.get(height as usize).copied())
    }

    fn result(&self, height: u64) -> Result<Option<Hash>, Infallible> {
        Ok(self.results.get(height as usize).copied())
    }

    fn header(&self, height: u64) -> Result<Option<Header>, Infallible> {
        Ok(self.headers.get(height as usize).cloned())
    }

    fn header_executing(&self, height: u64) -> Result<Option<Header>, Infallible> {
        Ok(self.headers.iter().skip(1).find(|header| header.executed_height >= height).cloned())
    }

    fn certificate_at_or_after(&self, height: u64) -> Result<Option<(u64, Vec<u8>)>, Infallible> {
        let Some(at) = [2, 4, 6].into_iter().find(|at| *at >= height) else { return Ok(None) };
        let header = &self.headers[at as usize];
        let committee: Vec<_> = (0..4).filter(|one| header.epoch < 2 || Some(*one) != self.voted_out).collect();
        let signers: &[usize] = if committee.len() == 4 { &[0, 1, 3] } else { &[0, 1, 2] };
        Ok(Some((at, self.certificate_among(&committee, header.epoch, &header.digest(), signers))))
    }

    fn handovers(&self, epoch: u64) -> Result<Vec<(u64, Located, ChangePath)>, Infallible> {
        let Some(out) = self.voted_out.filter(|_| epoch >= 2) else { return Ok(Vec::new()) };
        let leaves = &self.changes[1];
        let path = ChangePath { index: 0, count: leaves.len() as u64, path: merkle::path(leaves, 0) };
        Ok(vec![(1, located_handover(&handover(&self.keys, out)), path)])
    }
}
