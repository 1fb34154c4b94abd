use counterfoil_state::{Options, Program, State};
use counterfoil_types::{
    Block, Call, Fault, Genesis, Hash, Header, Kid, PayloadDraft, SigningKey, Transaction,
    machine::{Executed, IndexUpdate, Machine as _},
    merkle,
};
use std::sync::Arc;
use tempfile::TempDir;

/// How long a transaction is valid.
const EXPIRES_MS: u64 = 60_000;

/// A ledger of one process in a temporary folder: real blocks and transactions, without order and network.
pub(crate) struct Scratch {
    state: State,
    root: Hash,
    epoch_length: u64,
    #[cfg_attr(not(any(test, feature = "testing")), expect(dead_code, reason = "it is removed when this is dropped"))]
    folder: TempDir,
}

impl Scratch {
    /// A ledger with its genesis executed.
    pub fn open(genesis: &[u8], program: Arc<dyn Program>, options: &Options) -> Result<Self, Fault> {
        let folder = tempfile::tempdir().map_err(|error| Fault::new("making a temporary folder", error))?;
        let state = State::open_with(folder.path(), genesis, program, options)?;
        let (genesis, _) = Genesis::parse(genesis).map_err(Fault::failed)?;
        let mut scratch = Self { state, root: Hash::ZERO, epoch_length: genesis.epoch_length, folder };
        let updates = scratch.state.begin_genesis()?;
        scratch.commit(&updates.expect("a fresh ledger"))?;
        Ok(scratch)
    }

    /// The state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Closes the ledger and opens it again, as a member that restarts.
    #[cfg(any(test, feature = "testing"))]
    pub fn again(self, genesis: &[u8], program: Arc<dyn Program>, options: &Options) -> Result<Self, Fault> {
        let Self { state, root, epoch_length, folder } = self;
        drop(state);
        let state = State::open_with(folder.path(), genesis, program, options)?;
        Ok(Self { state, root, epoch_length, folder })
    }

    /// The file of the database.
    #[cfg(any(test, feature = "testing"))]
    pub fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("state.db")
    }

    /// A transaction of these calls, signed with these keys; `id` is its own.
    pub fn sign(&self, id: &str, time_ms: u64, signers: &[(Kid, SigningKey)], calls: &[Call]) -> Transaction {
        let kids: Vec<Kid> = signers.iter().map(|(kid, _)| kid.clone()).collect();
        let expires_ms = time_ms + EXPIRES_MS;
        let draft = PayloadDraft { ledger: self.state.ledger(), id, expires_ms, signers: &kids, calls };
        let payload = draft.to_bytes();
        let parts: Vec<_> = signers.iter().map(|(kid, key)| key.sign_compact(kid, &payload)).collect();
        Transaction::from_json(general(&parts).as_bytes()).expect("a signed transaction parses")
    }

    /// Executes a block.
    pub fn block(&mut self, transactions: &[Transaction], time_ms: u64) -> Result<Executed, Fault> {
        let tip = self.state.tip();
        let leaves: Vec<_> = transactions.iter().map(Transaction::leaf).collect();
        let header = Header {
            ledger: self.state.ledger(),
            epoch: (tip.height + 1) / self.epoch_length,
            height: tip.height + 1,
            parent: tip.digest,
            time_ms,
            proposer: 0,
            transactions_root: merkle::root(&leaves),
            transactions: transactions.len() as u32,
            executed_height: tip.height,
            executed_result: tip.result,
        };
        let wires = transactions.iter().map(|transaction| transaction.wire().clone()).collect();
        let updates = self.state.execute(&Block { header, transactions: wires }, None)?;
        self.commit(&updates)
    }

    /// Commits with a root that depends on all updates so far, as the real index's does.
    fn commit(&mut self, updates: &[IndexUpdate]) -> Result<Executed, Fault> {
        for update in updates {
            let value = update.value.unwrap_or(Hash::ZERO);
            self.root = Hash::of(&[&self.root.0, &update.key.0, &value.0]);
        }
        self.state.commit(self.root)
    }
}

/// A general JWS (RFC 7515 §7.2.1) of compact ones over the same payload.
fn general(compact: &[String]) -> String {
    let parts: Vec<Vec<&str>> = compact.iter().map(|text| text.split('.').collect()).collect();
    let signatures: Vec<_> =
        parts.iter().map(|part| serde_json::json!({"protected": part[0], "signature": part[2]})).collect();
    serde_json::json!({"payload": parts[0][1], "signatures": signatures}).to_string()
}
