use crate::Consortium;
use anyhow::Context as _;
use bytes::Bytes;
use counterfoil_engine_sim::Submission;
use counterfoil_state::Reader;
use counterfoil_types::{Call, Hash, Kid, Outcome, PayloadDraft, Receipt, SigningKey, Transaction};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, sync::Arc};

/// How long a transaction is valid.
const VALID_MS: u64 = 20 * 60 * 60 * 1_000;
/// After how many ticks without a receipt a transaction is handed in again, to whichever validator.
const AGAIN_TICKS: u64 = 100;
/// How often a transaction is handed in before its workload is told that nobody takes it.
const TRIES_MAX: u32 = 12;

/// Where members hand in what they sign: again and again until there is a receipt, as a careful client does, so that a crash loses nothing
/// and nothing is done twice. It also reads the receipts.
pub struct Desk {
    consortium: Arc<Consortium>,
    /// Decides everything that a workload leaves to chance.
    pub chance: StdRng,
    validators: usize,
    tick: u64,
    height: u64,
    now_ms: u64,
    signed: u64,
    open: BTreeMap<Hash, Errand>,
    receipts: BTreeMap<Hash, Receipt>,
    outbox: Vec<Submission>,
}

/// A transaction without a receipt.
struct Errand {
    wire: Bytes,
    next_tick: u64,
    tries: u32,
}

impl Desk {
    pub(crate) fn new(consortium: Arc<Consortium>, validators: usize, seed: u64) -> Self {
        Self {
            consortium,
            chance: StdRng::seed_from_u64(seed ^ 0x1d_0c5),
            validators,
            tick: 0,
            height: 0,
            now_ms: crate::consortium::GENESIS_MS,
            signed: 0,
            open: BTreeMap::new(),
            receipts: BTreeMap::new(),
            outbox: Vec::new(),
        }
    }

    /// Reads what was executed since, and hands in again what is due.
    pub(crate) fn begin(&mut self, tick: u64) -> anyhow::Result<()> {
        self.tick = tick;
        let (height, reader) = self.consortium.newest().context("nobody is up")?;
        for height in self.height + 1..=height {
            for receipt in reader.receipts(height)? {
                self.open.remove(&receipt.transaction);
                self.receipts.entry(receipt.transaction).or_insert(receipt);
            }
        }
        if height > self.height {
            self.height = height;
            self.now_ms = reader.header(height)?.context("an executed block has a header")?.time_ms;
        }
        for (identity, errand) in self.open.iter_mut().filter(|(_, errand)| errand.next_tick <= tick) {
            anyhow::ensure!(errand.tries < TRIES_MAX, "{identity} was handed in {TRIES_MAX} times, and nobody took it");
            errand.tries += 1;
            errand.next_tick = tick + AGAIN_TICKS;
            let validator = self.chance.random_range(0..self.validators);
            self.outbox.push(Submission { validator, transactions: vec![errand.wire.clone()] });
        }
        Ok(())
    }

    /// What is handed in at this tick.
    pub(crate) fn end(&mut self) -> Vec<Submission> {
        std::mem::take(&mut self.outbox)
    }

    /// Whether everything that was to be ordered has a receipt.
    pub fn is_clear(&self) -> bool {
        self.open.is_empty()
    }

    /// How often this was asked.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// The newest height that anybody has executed.
    pub fn height(&self) -> u64 {
        self.height
    }

    /// Time of that block.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// The ledger's members and their states.
    pub fn consortium(&self) -> &Consortium {
        &self.consortium
    }

    /// The state of whoever is furthest.
    pub fn reader(&self) -> anyhow::Result<Reader> {
        Ok(self.consortium.newest().context("nobody is up")?.1)
    }

    /// Hands in a transaction until it has a receipt; its identity.
    pub fn submit(&mut self, signers: &[&str], calls: &[Call]) -> Hash {
        let transaction = self.sign(signers, calls);
        let (identity, wire) = (transaction.identity(), transaction.wire().clone());
        let validator = self.chance.random_range(0..self.validators);
        self.outbox.push(Submission { validator, transactions: vec![wire.clone()] });
        self.open.insert(identity, Errand { wire, next_tick: self.tick + AGAIN_TICKS, tries: 1 });
        identity
    }

    /// Hands in a transaction once, at every validator, that none of them needs to take: its signer may no longer, or not yet, sign.
    pub fn attempt(&mut self, signers: &[&str], calls: &[Call]) -> Hash {
        let transaction = self.sign(signers, calls);
        let wire = transaction.wire();
        let all = (0..self.validators).map(|validator| Submission { validator, transactions: vec![wire.clone()] });
        self.outbox.extend(all);
        transaction.identity()
    }

    fn sign(&mut self, signers: &[&str], calls: &[Call]) -> Transaction {
        self.signed += 1;
        let id = format!("sim-{}", self.signed);
        let signers: Vec<Kid> = signers.iter().map(|kid| kid.parse().expect("member/key")).collect();
        let (ledger, expires_ms) = (self.consortium.ledger, self.now_ms + VALID_MS);
        let payload = PayloadDraft { ledger, id: &id, expires_ms, signers: &signers, calls }.to_bytes();
        let parts: Vec<_> = signers.iter().map(|kid| key(kid.as_str()).sign_compact(kid, &payload)).collect();
        Transaction::from_json(general(&parts).as_bytes()).expect("well formed")
    }

    /// What became of a transaction, once it was ordered.
    pub fn receipt(&self, identity: &Hash) -> Option<&Receipt> {
        self.receipts.get(identity)
    }

    /// What a transaction's first call gave, if it took effect.
    pub fn output(&self, identity: &Hash) -> Option<Json> {
        match &self.receipt(identity)?.outcome {
            Outcome::Applied { outputs, .. } => serde_json::from_str(outputs.first()?).ok(),
            Outcome::Refused(_) => None,
        }
    }

    /// The code with which a transaction was refused; nothing if it took effect, or is not ordered yet.
    pub fn code(&self, identity: &Hash) -> Option<&str> {
        match &self.receipt(identity)?.outcome {
            Outcome::Applied { .. } => None,
            Outcome::Refused(refusal) => Some(&refusal.code),
        }
    }

    /// Whether a transaction took effect.
    pub fn applied(&self, identity: &Hash) -> bool {
        self.receipt(identity).is_some_and(|receipt| matches!(receipt.outcome, Outcome::Applied { .. }))
    }

    /// Refuses a transaction that has no receipt, or another than it must have: `code` if it has to be refused.
    pub fn require(&self, identity: &Hash, code: Option<&str>) -> anyhow::Result<()> {
        let receipt = self.receipt(identity).with_context(|| format!("{identity} was never ordered"))?;
        anyhow::ensure!(self.code(identity) == code, "must be {}: {receipt:?}", code.unwrap_or("applied"));
        Ok(())
    }
}

/// The key that a name stands for in simulations.
pub fn key(kid: &str) -> SigningKey {
    SigningKey::for_tests(kid)
}

/// The public half of [`key`], as commands take it.
pub fn public_key(kid: &str) -> String {
    key(kid).public_key().to_string()
}

/// Compact JWS of one payload as one general JWS.
fn general(parts: &[String]) -> String {
    let split = |part: &String| -> (String, String, String) {
        let mut parts = part.split('.').map(str::to_owned);
        let mut next = || parts.next().expect("three parts");
        (next(), next(), next())
    };
    let all: Vec<_> = parts.iter().map(split).collect();
    let signatures: Vec<_> =
        all.iter().map(|(protected, _, signature)| json!({"protected": protected, "signature": signature})).collect();
    json!({"payload": all[0].1, "signatures": signatures}).to_string()
}
