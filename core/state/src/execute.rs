use crate::{
    Prepared, Program,
    catalog::Catalog,
    changes::{ChangeList, with_markers},
    context::{Context, Finished, Place, Savepoint, TRANSACTION, Undo, savepoint},
    directory::{self, Pair},
    keys::{self, SignerKeys},
    open::Ledger,
    state::State,
    store::{self, Known, StoredEntry},
    verify::{self, Entry},
};
use counterfoil_types::{
    Block, Fault, Hash, Header, Outcome, PublicKey, Receipt, Refusal, Transaction, TransactionCode as Code, limits,
    machine::IndexUpdate, merkle,
};
use rusqlite::limits::Limit;
use std::{collections::BTreeMap, sync::Arc};

/// Bytes of the detail of a refusal before the calls: it may repeat what a proposer made up, and stands in the receipt and the evidence.
const EARLY_DETAIL_BYTES_MAX: usize = 512;

/// A block that was executed and not committed; `header` is none for genesis, whose header says its own result.
pub(crate) struct Pending {
    pub height: u64,
    pub header: Option<Header>,
    pub changes_root: Hash,
    pub receipts_root: Hash,
    pub receipts: Arc<Vec<Receipt>>,
    pub list: ChangeList,
    /// The tables that its rows are of.
    pub catalog: Arc<Catalog>,
    pub identities: Vec<Pair>,
    pub leaves: Vec<Hash>,
    pub keys_changed: bool,
}

impl Pending {
    /// What the index of current values takes from the block.
    pub(crate) fn index_updates(&self) -> Vec<IndexUpdate> {
        let tables = &self.catalog.tables;
        with_markers(self.list.index_updates(tables), tables, self.height)
    }

    /// What the directory of rows takes from the block.
    pub(crate) fn row_pairs(&self) -> Vec<Pair> {
        self.list.changes().iter().map(|change| directory::pair(&change.key, self.height)).collect()
    }
}

/// Why a transaction has no effect: refused, and whether that used its id.
struct Refused {
    refusal: Refusal,
    /// The whole ledger refused it before any of its calls was looked at.
    early: Option<Code>,
    /// Whether its signatures are right, and so the receipt stands under its identity.
    signed: bool,
}

impl Refused {
    /// Refused by one of its calls: its signatures were right.
    fn late(refusal: Refusal) -> Self {
        Self { refusal, early: None, signed: true }
    }
}

/// What came of executing one transaction.
enum Attempt {
    Done(Result<(Vec<String>, Vec<counterfoil_types::Event>), Refusal>),
    /// SQLite gave up the block with it: again without this transaction.
    BlockLost(Refusal),
    /// Refused after it wrote, and what it wrote is still there: again with savepoints.
    Spoilt,
}

/// What came of executing a block.
enum Run {
    Done(Vec<Receipt>),
    Without(u32, Refusal),
    WithSavepoints,
}

/// How a block is executed. Whatever it is, what comes of it is the same.
struct Pass {
    undo: Undo,
    /// Transactions that SQLite gave up the block with, which are refused unexecuted.
    lost: BTreeMap<u32, Refusal>,
}

impl State {
    /// Executes genesis and leaves the SQLite transaction open.
    pub(crate) fn run_genesis(&mut self, ledger: &Ledger) -> Result<Pending, Fault> {
        self.begin()?;
        let place = Place {
            ledger: ledger.id,
            height: 0,
            epoch: 0,
            index: 0,
            time_ms: ledger.genesis.time_ms,
            transaction: ledger.id,
            signers: &[],
        };
        self.sandbox.meter.start(u64::MAX);
        self.sandbox.capture.lock().begin(0);
        let mut context = Context::new(&self.connection, &self.sandbox, self.program.as_ref(), place, Undo::Block);
        let outcome = self.program.genesis(&mut context, &ledger.genesis);
        let Finished { failure, .. } = context.finish();
        self.sandbox.meter.stop();
        if let Some(fault) = failure.fault {
            return Err(fault);
        }
        if let Some(refusal) = outcome.err().or(failure.refusal) {
            return Err(Fault::Unusable(format!("genesis: {refusal}")));
        }
        self.sandbox.capture.lock().keep();
        Ok(self.gather(0, None, Vec::new(), Vec::new()))
    }

    /// Executes the block after the tip and leaves the SQLite transaction open.
    pub(crate) fn run_block(&mut self, block: &Block) -> Result<Pending, Fault> {
        let mut entries = verify::parse(&self.cache, self.program.as_ref(), &block.transactions);
        self.verify_ahead(block.header.time_ms, &mut entries)?;
        let mut pass = Pass { undo: Undo::Block, lost: BTreeMap::new() };
        let receipts = loop {
            self.begin()?;
            match self.run_entries(block, &entries, &pass)? {
                Run::Done(receipts) => break receipts,
                Run::Without(index, refusal) => drop(pass.lost.insert(index, refusal)),
                Run::WithSavepoints => pass.undo = Undo::Savepoint,
            }
            self.abandon()?;
        };
        let leaves = entries.iter().map(|entry| entry.leaf).collect();
        Ok(self.gather(block.header.height, Some(block.header.clone()), receipts, leaves))
    }

    fn begin(&mut self) -> Result<(), Fault> {
        self.keys.clear();
        self.sandbox.capture.lock().clear();
        // Not from the cache of statements: there a command's text would find it, past the authorizer.
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| self.fault(error))
    }

    /// Checks all signatures that admission has not, by the keys at the beginning of the block. A transaction whose keys have changed
    /// when its turn comes is checked again by those.
    fn verify_ahead(&mut self, time_ms: u64, entries: &mut [Entry]) -> Result<(), Fault> {
        let mut waiting = Vec::new();
        let mut batch = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let (Ok(transaction), None) = (&entry.parsed, &entry.verdict) else { continue };
            let get = |kid: &_| self.keys.get(self.program.as_ref(), &self.connection, kid);
            if let Some(keys) = keys::of_transaction(transaction, time_ms, get)?.keys {
                waiting.push(at);
                batch.push((Arc::clone(transaction), Arc::<[PublicKey]>::from(keys)));
            }
        }
        for ((at, right), (_, keys)) in waiting.into_iter().zip(verify::check(&batch)).zip(batch) {
            entries[at].verdict = Some((keys, right));
        }
        Ok(())
    }

    fn run_entries(&mut self, block: &Block, entries: &[Entry], pass: &Pass) -> Result<Run, Fault> {
        let header = &block.header;
        store::prune_ids(&self.connection, header.time_ms).map_err(|error| self.fault(error))?;
        self.begin_block(header)?;
        let mut receipts = Vec::with_capacity(entries.len());
        for (index, (entry, wire)) in entries.iter().zip(&block.transactions).enumerate() {
            let index = index as u32;
            let outcome = match self.admit(header, index, entry)? {
                Err(refused) => Err(refused),
                Ok(transaction) => match pass.lost.get(&index) {
                    Some(refusal) => Err(Refused::late(refusal.clone())),
                    None => match self.apply(header, index, transaction, entry.prepared.as_ref(), pass.undo)? {
                        Attempt::Done(outcome) => outcome.map_err(Refused::late),
                        Attempt::BlockLost(refusal) => return Ok(Run::Without(index, refusal)),
                        Attempt::Spoilt => return Ok(Run::WithSavepoints),
                    },
                },
            };
            receipts.push(self.conclude(header, index, entry, wire, outcome).map_err(|error| self.fault(error))?);
        }
        Ok(Run::Done(receipts))
    }

    /// What is checked of every entry before its calls, in the order of the codes' weight: the same on every member.
    fn admit<'a>(
        &mut self,
        header: &Header,
        index: u32,
        entry: &'a Entry,
    ) -> Result<Result<&'a Arc<Transaction>, Refused>, Fault> {
        let refused = |signed, code, mut refusal: Refusal| {
            let end = refusal.detail.floor_char_boundary(EARLY_DETAIL_BYTES_MAX);
            refusal.detail.truncate(end);
            Ok(Err(Refused { refusal, early: Some(code), signed }))
        };
        let transaction = match &entry.parsed {
            Ok(transaction) => transaction,
            Err(refusal) => return refused(false, Code::Malformed, refusal.clone()),
        };
        let payload = &transaction.payload;
        // Signatures first, for they decide under which name a refusal for another reason stands.
        let get = |kid: &_| self.keys.get(self.program.as_ref(), &self.connection, kid);
        let SignerKeys { keys, refusal: not_valid } = keys::of_transaction(transaction, header.time_ms, get)?;
        let signed = match (keys, &entry.verdict) {
            (None, _) => false,
            (Some(keys), Some((by, right))) if by[..] == keys[..] => *right,
            (Some(keys), _) => verify::check(&[(Arc::clone(transaction), keys.into())])[0],
        };
        let early = |code, refusal| refused(signed, code, refusal);
        if let Err((code, refusal)) = check_time(payload, header.time_ms, self.ledger.id) {
            return early(code, refusal);
        }
        if let Some(refusal) = not_valid {
            return early(Code::UnknownSigner, refusal);
        }
        if !signed {
            return early(Code::BadSignature, bad_signature());
        }
        // From here on it uses its id, whether it takes effect or not.
        let own = Known { identity: transaction.identity(), position: store::position(header.height, index) };
        let (sender, times) = (payload.signers[0].as_str(), (payload.expires_ms, header.time_ms));
        let known =
            store::keep_id(&self.connection, sender, &payload.id, &own, times).map_err(|error| self.fault(error))?;
        match known {
            Some(known) => {
                let (code, refusal) = id_used(&known, transaction.identity());
                early(code, refusal)
            }
            None => Ok(Ok(transaction)),
        }
    }

    /// Executes the calls of a transaction: all of them or none.
    fn apply(
        &mut self,
        header: &Header,
        index: u32,
        transaction: &Transaction,
        prepared: Option<&Result<Arc<Prepared>, Refusal>>,
        undo: Undo,
    ) -> Result<Attempt, Fault> {
        let payload = &transaction.payload;
        let prepared = match prepared.expect("a parsed transaction was prepared") {
            Ok(prepared) => prepared,
            Err(refusal) => return Ok(Attempt::Done(Err(refusal.clone()))),
        };
        let place = Place {
            ledger: self.ledger.id,
            height: header.height,
            epoch: header.epoch,
            index,
            time_ms: header.time_ms,
            transaction: transaction.identity(),
            signers: &payload.signers,
        };
        self.attempt(place, undo, |program, context| match program.gate(context, &payload.calls, prepared)? {
            Some(outputs) => Ok(outputs),
            None => program.apply(context, prepared),
        })
    }

    /// Does what is due at the block's time. What it tells is kept beside the receipts of transactions, and is no part of their root: it
    /// follows from what was written.
    fn begin_block(&mut self, header: &Header) -> Result<(), Fault> {
        let transaction = Hash::of(&[b"counterfoil/begin-block/1", &self.ledger.id.0, &header.height.to_be_bytes()]);
        let (ledger, height, time_ms) = (self.ledger.id, header.height, header.time_ms);
        // The place after all transactions that a block can have.
        let index = limits::BLOCK_TRANSACTIONS_MAX as u32;
        let place = Place { ledger, height, epoch: header.epoch, index, time_ms, transaction, signers: &[] };
        let done =
            self.attempt(place, Undo::Savepoint, |program, context| program.begin_block(context).map(|()| Vec::new()))?;
        match done {
            Attempt::Done(Ok((_, events))) if events.is_empty() => Ok(()),
            Attempt::Done(Ok((outputs, events))) => {
                let outcome = Outcome::Applied { outputs, events };
                let receipt = Receipt { transaction, id: String::new(), height, index, outcome };
                store::keep_begun(&self.connection, &receipt).map_err(|error| self.fault(error))
            }
            Attempt::Done(Err(refusal)) => {
                tracing::error!(height, %refusal, "what was due at the beginning of the block is left undone");
                Ok(())
            }
            Attempt::BlockLost(refusal) => Err(Fault::failed(format!("the beginning of block {height}: {refusal}"))),
            Attempt::Spoilt => unreachable!("it has a savepoint"),
        }
    }

    /// Sets how long a text or blob can be; how long it could be before.
    fn limit_length(&self, bytes: i32) -> Result<i32, Fault> {
        self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, bytes).map_err(|error| self.fault(error))
    }

    /// Runs `execute` so that all that it writes stays or nothing does, unless the block has to be executed again.
    fn attempt(
        &mut self,
        place: Place<'_>,
        undo: Undo,
        execute: impl FnOnce(&dyn Program, &mut Context<'_>) -> Result<Vec<String>, Refusal>,
    ) -> Result<Attempt, Fault> {
        self.sandbox.meter.start(limits::TRANSACTION_STEPS_MAX);
        // No value grows beyond what a row may take: memory is not metered otherwise.
        let length = self.limit_length(limits::TRANSACTION_ROW_BYTES_MAX as i32)?;
        let mark = self.sandbox.capture.lock().begin(place.index);
        let start = self.sandbox.capture.lock().len();
        let program = self.program.as_ref();
        let mut context = Context::new(&self.connection, &self.sandbox, program, place, undo);
        let outcome = execute(program, &mut context);
        let Finished { wrote, events, failure } = context.finish();
        self.limit_length(length)?;
        let savepoint = |what| match (wrote, undo) {
            (true, Undo::Savepoint) => {
                savepoint(&self.connection, what, TRANSACTION).map_err(|error| self.fault(error))
            }
            _ => Ok(()),
        };
        self.sandbox.meter.stop();
        if let Some(fault) = failure.fault {
            return Err(fault);
        }
        let failed = failure.refusal;
        let done = match (outcome, failed) {
            (Err(own), _) if !failure.block_lost => Err(own),
            (_, Some(failed)) => Err(failed),
            (outcome, None) => outcome,
        };
        let refusal = match done {
            Ok(outputs) => {
                savepoint(Savepoint::Keep)?;
                let mut capture = self.sandbox.capture.lock();
                capture.keep();
                if capture.touches_keys(start) {
                    self.keys.clear();
                }
                return Ok(Attempt::Done(Ok((outputs, events))));
            }
            Err(refusal) => refusal,
        };
        self.sandbox.capture.lock().truncate(mark);
        if failure.block_lost {
            return Ok(Attempt::BlockLost(refusal));
        }
        if wrote && undo == Undo::Block {
            return Ok(Attempt::Spoilt);
        }
        savepoint(Savepoint::Undo)?;
        Ok(Attempt::Done(Err(refusal)))
    }

    /// Writes the entry, its receipt, its id or the evidence.
    fn conclude(
        &self,
        header: &Header,
        index: u32,
        entry: &Entry,
        wire: &[u8],
        outcome: Result<(Vec<String>, Vec<counterfoil_types::Event>), Refused>,
    ) -> rusqlite::Result<Receipt> {
        let early = outcome.as_ref().err().and_then(|refused| refused.early);
        // Nobody has said what stands there without right signatures: it must not stand under the identity of the right one.
        let signed = outcome.as_ref().err().is_none_or(|refused| refused.signed);
        let named = entry.parsed.as_ref().ok().filter(|_| signed);
        let outcome = match outcome {
            Ok((outputs, events)) => Outcome::Applied { outputs, events },
            Err(Refused { refusal, .. }) => {
                if early.is_some_and(is_evidence) {
                    store::keep_evidence(&self.connection, header, index, &entry.leaf, &refusal.code, &refusal.detail)?;
                }
                let mut refusal = refusal;
                let end = refusal.detail.floor_char_boundary(limits::REFUSAL_BYTES_MAX);
                refusal.detail.truncate(end);
                Outcome::Refused(refusal)
            }
        };
        let (transaction, id, sender) = match named {
            Some(named) => (named.identity(), named.payload.id.clone(), named.payload.signers[0].as_str()),
            None => (entry.leaf, String::new(), ""),
        };
        let receipt = Receipt { transaction, id, height: header.height, index, outcome };
        let encoded = receipt.encode();
        store::keep_entry(&self.connection, &StoredEntry { sender, wire, receipt: &receipt, encoded: &encoded })?;
        Ok(receipt)
    }

    /// The roots over what was executed.
    fn gather(&self, height: u64, header: Option<Header>, receipts: Vec<Receipt>, leaves: Vec<Hash>) -> Pending {
        let mut capture = self.sandbox.capture.lock();
        let keys_changed = capture.touches_keys(0);
        let (changes, rows) = capture.take();
        let catalog = Arc::clone(capture.catalog());
        let list = ChangeList::new(changes, rows);
        let receipt_leaves: Vec<_> = receipts.iter().map(Receipt::leaf).collect();
        let identities = receipts
            .iter()
            .map(|receipt| directory::pair(&receipt.transaction, store::position(receipt.height, receipt.index) as u64))
            .collect();
        Pending {
            height,
            header,
            changes_root: merkle::root(&list.leaves(&catalog.tables)),
            receipts_root: merkle::root(&receipt_leaves),
            receipts: Arc::new(receipts),
            list,
            catalog,
            identities,
            leaves,
            keys_changed,
        }
    }
}

/// The checks of a payload against ledger and time.
pub(crate) fn check_time(
    payload: &counterfoil_types::Payload,
    time_ms: u64,
    ledger: Hash,
) -> Result<(), (Code, Refusal)> {
    if payload.ledger != ledger {
        let detail = format!("meant for ledger {}, this is ledger {ledger}", payload.ledger);
        return Err((Code::WrongLedger, Code::WrongLedger.refusal(detail).at("/ledger")));
    }
    if payload.expires_ms < time_ms {
        let detail = format!("expired at {} ms, it is {time_ms} ms", payload.expires_ms);
        return Err((Code::Expired, Code::Expired.refusal(detail).at("/expires")));
    }
    if payload.expires_ms > time_ms + limits::EXPIRES_AHEAD_MS_MAX {
        let detail = format!("expires lies more than 24 hours after {time_ms} ms");
        return Err((Code::ExpiresTooFar, Code::ExpiresTooFar.refusal(detail).at("/expires")));
    }
    Ok(())
}

pub(crate) fn bad_signature() -> Refusal {
    Code::BadSignature.refusal("a signature does not verify with the signer's key")
}

/// The refusal of an id that was used before.
pub(crate) fn id_used(known: &Known, identity: Hash) -> (Code, Refusal) {
    let (height, index) = store::place(known.position);
    if known.identity == identity {
        (Code::Replayed, Code::Replayed.refusal(format!("on the ledger already, at height {height}, index {index}")))
    } else {
        let detail = format!("the sender used this id for another transaction, at height {height}, index {index}");
        (Code::IdReused, Code::IdReused.refusal(detail).at("/id"))
    }
}

/// Whether an honest proposer, who checks what it proposes, would have left the entry out. Keys and ids may change while an entry
/// waits, and clocks differ a little, so these do not count.
fn is_evidence(code: Code) -> bool {
    matches!(code, Code::Malformed | Code::WrongLedger | Code::Expired | Code::BadSignature)
}
