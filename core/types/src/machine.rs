use crate::{Block, Execution, Fault, Hash, Header, Receipt, Refusal, Transaction};
use bytes::Bytes;
use std::sync::Arc;

/// A change of the index of current values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexUpdate {
    /// The row's key, see [`crate::row::key`].
    pub key: Hash,
    /// The row's value after the block, see [`crate::row::value`]; `None` where the row is gone.
    pub value: Option<Hash>,
}

/// The newest block that a machine has committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Its height.
    pub height: u64,
    /// Digest of its header.
    pub digest: Hash,
    /// Its header.
    pub header: Header,
    /// The result of its execution.
    pub result: Hash,
}

/// A block's execution, committed.
#[derive(Debug, Clone)]
pub struct Executed {
    /// The record.
    pub execution: Execution,
    /// The chained result.
    pub result: Hash,
    /// The block's time, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// The receipts, in the block's order.
    pub receipts: Arc<Vec<Receipt>>,
}

/// The validators of an epoch and of those after it, up to the next change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    /// The first epoch.
    pub from_epoch: u64,
    /// Their Ed25519 keys, each once.
    pub keys: Vec<[u8; 32]>,
}

/// A row found by its primary key, at some height.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Its key in the index.
    pub key: Hash,
    /// The table.
    pub table: String,
    /// The table's columns in declared order.
    pub columns: Vec<String>,
    /// The columns of the primary key.
    pub primary_key: Vec<String>,
    /// The primary key's values.
    pub key_values: Vec<crate::Value>,
    /// The row, see [`crate::row::encode`]; `None` where there is none.
    pub row: Option<Vec<u8>>,
}

/// The state machine of one member, driven by order: one block after the other, each once.
///
/// For each final block: [`execute`](Self::execute), then the root of the index with the returned updates, then
/// [`commit`](Self::commit). Until `commit` returns, nothing of the block is durable or visible.
pub trait Machine: Send {
    /// The updates of genesis, if it is not committed yet: then `commit` must follow.
    fn begin_genesis(&mut self) -> Result<Option<Vec<IndexUpdate>>, Fault>;

    /// The header of genesis, after its commit.
    fn genesis_header(&self) -> Header;

    /// The newest committed block.
    fn tip(&self) -> Tip;

    /// Who orders, as the tip has it: in order of epochs, the first from epoch 0 on, of the validators of genesis only. A block of epoch
    /// `e` changes it from epoch `e + 2` on, so that everybody knows the validators of an epoch before it begins.
    fn validators(&self) -> Result<Vec<Validators>, Fault>;

    /// Executes the block after the tip and leaves it uncommitted. `certificate` is its encoded finalization, if at hand.
    fn execute(&mut self, block: &Block, certificate: Option<&[u8]>) -> Result<Vec<IndexUpdate>, Fault>;

    /// Commits the executed block, its changes, receipts and record in one durable step.
    fn commit(&mut self, state_root: Hash) -> Result<Executed, Fault>;

    /// The result of a committed height; `None` above the tip.
    fn result(&self, height: u64) -> Result<Option<Hash>, Fault>;

    /// The state root of a committed height; `None` above the tip.
    fn state_root(&self, height: u64) -> Result<Option<Hash>, Fault>;

    /// The updates of a committed height, for an index that is behind.
    fn index_updates(&self, height: u64) -> Result<Vec<IndexUpdate>, Fault>;

    /// The members certified everything up to `height`: rows as they were before it are no longer asked for.
    fn certified(&mut self, height: u64) -> Result<(), Fault>;

    /// Keeps a certificate that came after its block.
    fn certificate(&mut self, height: u64, certificate: &[u8]) -> Result<(), Fault>;

    /// The row of `table` with the primary key given as text, as it was at `height`, between the certified height and the tip.
    fn locate(&self, table: &str, key: &[String], height: u64) -> Result<Located, Refusal>;
}

/// A transaction fit for the mempool.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// By which order knows it.
    pub leaf: Hash,
    /// Its wire form.
    pub wire: Bytes,
    /// Execution weight as its commands declare it.
    pub weight: u32,
    /// Milliseconds since 1970-01-01 UTC after which it can be dropped.
    pub expires_ms: u64,
}

/// The check at the door: size, form, signatures, expiry, duplicates, what can be checked without order.
pub trait Admission: Send + Sync {
    /// A verdict on each wire form, in order.
    fn admit(&self, transactions: Vec<Bytes>, now_ms: u64) -> Vec<Result<Admitted, Refusal>>;

    /// The same of transactions that were parsed already.
    fn admit_parsed(&self, transactions: Vec<Transaction>, now_ms: u64) -> Vec<Result<Admitted, Refusal>> {
        self.admit(transactions.iter().map(|transaction| transaction.wire().clone()).collect(), now_ms)
    }
}

/// Whoever wants to know how far a member is.
pub trait Observer: Send + Sync {
    /// A block was executed and committed.
    fn executed(&self, executed: &Executed);
    /// The members certified everything up to `height`.
    fn certified(&self, height: u64);
    /// The member stopped and must be looked at.
    fn halted(&self, why: &str);
}
