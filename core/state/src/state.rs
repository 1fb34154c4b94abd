use crate::{
    Program, Reader,
    admission::Door,
    before::Before,
    changes::with_markers,
    directory::{self, Recent},
    execute::Pending,
    keys::{Keys, SharedKeys},
    open::{Ledger, opening},
    sandbox::Sandbox,
    store::{self, StoredBlock},
    verify::VerifiedCache,
};
use counterfoil_types::{
    Block, Execution, Fault, Hash, Header, Refusal,
    machine::{Admission, Executed, IndexUpdate, Located, Machine, Tip, Validators},
    merkle,
};
use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;
use std::{fs::File, sync::Arc};

/// The state of one member: its copy of the ledger's tables, and all that was ordered.
///
/// One writer, driven as a [`Machine`]; others read through [`Reader`] and check transactions through [`Admission`].
pub struct State {
    pub(crate) connection: Connection,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) program: Arc<dyn Program>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) keys: Keys,
    pub(crate) cache: Arc<VerifiedCache>,
    pub(crate) shared_keys: Arc<SharedKeys>,
    pub(crate) reader: Reader,
    pub(crate) recent: Arc<RwLock<Recent>>,
    pub(crate) before: Mutex<Before>,
    pub(crate) tip: Option<Tip>,
    pub(crate) total: u64,
    pub(crate) pending: Option<Pending>,
    pub(crate) late: Vec<(u64, Vec<u8>)>,
    /// Released when all else is closed.
    #[allow(dead_code)]
    pub(crate) lock: File,
}

impl State {
    /// A way to read what is committed, for any thread.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The check of transactions before they are ordered, for any thread.
    pub fn admission(&self) -> Arc<dyn Admission> {
        Arc::new(Door {
            reader: self.reader.clone(),
            program: Arc::clone(&self.program),
            ledger: self.ledger.id,
            cache: Arc::clone(&self.cache),
            keys: Arc::clone(&self.shared_keys),
        })
    }

    /// The ledger's id.
    pub fn ledger(&self) -> Hash {
        self.ledger.id
    }

    /// Virtual-machine steps of the newest transaction that was executed, as its limit counts them: the same on every member.
    pub fn steps(&self) -> u64 {
        self.sandbox.meter.finished()
    }

    pub(crate) fn fault(&self, error: rusqlite::Error) -> Fault {
        opening(self.reader.path(), error)
    }

    /// Gives up a block that was executed and not committed.
    pub(crate) fn abandon(&mut self) -> Result<(), Fault> {
        self.pending = None;
        self.keys.clear();
        self.sandbox.capture.lock().clear();
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(|error| self.fault(error))?;
        }
        Ok(())
    }

    /// Writes what is known only now, in the block's transaction, and ends it.
    fn store(&self, pending: &Pending, header: &Header, execution: &Execution, result: Hash) -> rusqlite::Result<bool> {
        let connection = &self.connection;
        let (height, total) = (header.height, self.total + u64::from(header.transactions));
        let changed_rows = pending.list.changes().len();
        store::keep_block(connection, &StoredBlock { header, execution, result, changed_rows, total })?;
        if changed_rows > 0 {
            store::keep_changes(connection, height, &pending.list.encode(&pending.catalog.tables))?;
        }
        for (at, certificate) in self.late.iter().filter(|(at, _)| *at <= height) {
            store::keep_certificate(connection, *at, certificate)?;
        }
        let full = self.recent.read().is_full(height);
        if full {
            self.recent.read().write(connection, height, &pending.identities, &pending.row_pairs())?;
        }
        // Before the block can be seen: whoever reads it knows its tables.
        self.reader.publish(&pending.catalog);
        connection.execute_batch("COMMIT")?;
        self.sandbox.capture.lock().commit_catalog();
        Ok(full)
    }
}

impl Machine for State {
    fn begin_genesis(&mut self) -> Result<Option<Vec<IndexUpdate>>, Fault> {
        if self.tip.is_some() {
            return Ok(None);
        }
        self.abandon()?;
        let ledger = Arc::clone(&self.ledger);
        let pending = self.run_genesis(&ledger)?;
        let updates = pending.index_updates();
        self.pending = Some(pending);
        Ok(Some(updates))
    }

    fn genesis_header(&self) -> Header {
        self.reader.header(0).expect("genesis is readable").expect("genesis is committed")
    }

    fn tip(&self) -> Tip {
        self.tip.clone().expect("genesis is committed")
    }

    fn validators(&self) -> Result<Vec<Validators>, Fault> {
        let genesis = self.ledger.genesis.validators.iter();
        let keys = genesis.filter_map(|validator| validator.public_key.ed25519()).collect();
        let mut all = vec![Validators { from_epoch: 0, keys }];
        all.extend(self.program.validators(&self.connection)?);
        Ok(all)
    }

    fn execute(&mut self, block: &Block, certificate: Option<&[u8]>) -> Result<Vec<IndexUpdate>, Fault> {
        self.abandon()?;
        let tip = self.tip();
        let header = &block.header;
        if header.height != tip.height + 1 || header.parent != tip.digest || header.ledger != self.ledger.id {
            return Err(Fault::failed(format!(
                "block {} with parent {} does not follow block {} ({})",
                header.height, header.parent, tip.height, tip.digest
            )));
        }
        let pending = self.run_block(block)?;
        let updates = pending.index_updates();
        self.pending = Some(pending);
        if let Some(certificate) = certificate {
            self.late.push((header.height, certificate.to_vec()));
        }
        Ok(updates)
    }

    fn commit(&mut self, state_root: Hash) -> Result<Executed, Fault> {
        let mut pending = self.pending.take().ok_or_else(|| Fault::failed("commit without an executed block"))?;
        let prior = self.tip.as_ref().map_or(Hash::ZERO, |tip| tip.result);
        let block = pending.header.as_ref().map_or(self.ledger.id, Header::digest);
        let execution = Execution {
            height: pending.height,
            block,
            state_root,
            changes_root: pending.changes_root,
            receipts_root: pending.receipts_root,
        };
        let result = execution.result(&prior);
        let header = pending.header.clone().unwrap_or_else(|| genesis_header(&self.ledger, result));
        let height = header.height;
        pending.identities.push(directory::block_pair(&header.digest(), height));
        let wrote_run = self.store(&pending, &header, &execution, result).map_err(|error| self.fault(error))?;
        self.late.retain(|(at, _)| *at > height);
        {
            let mut recent = self.recent.write();
            if wrote_run {
                *recent = Recent::default();
            } else {
                recent.add(height, &pending.identities, &pending.row_pairs());
            }
        }
        if pending.keys_changed {
            self.shared_keys.invalidate();
        }
        self.before.lock().add(height, pending.list.before(&pending.catalog.tables));
        self.cache.remove(&pending.leaves);
        self.total += u64::from(header.transactions);
        let (time_ms, digest) = (header.time_ms, header.digest());
        self.tip = Some(Tip { height, digest, header, result });
        Ok(Executed { execution, result, time_ms, receipts: pending.receipts })
    }

    fn result(&self, height: u64) -> Result<Option<Hash>, Fault> {
        match &self.tip {
            Some(tip) if tip.height == height => Ok(Some(tip.result)),
            _ => Ok(self.reader.record(height)?.map(|(_, result)| result)),
        }
    }

    fn state_root(&self, height: u64) -> Result<Option<Hash>, Fault> {
        Ok(self.reader.execution(height)?.map(|execution| execution.state_root))
    }

    fn index_updates(&self, height: u64) -> Result<Vec<IndexUpdate>, Fault> {
        let tables = &self.reader.catalog().tables;
        Ok(with_markers(self.reader.change_list(height)?.index_updates(tables), tables, height))
    }

    fn certified(&mut self, height: u64) -> Result<(), Fault> {
        self.before.lock().drop_to(height);
        Ok(())
    }

    fn certificate(&mut self, height: u64, certificate: &[u8]) -> Result<(), Fault> {
        self.late.push((height, certificate.to_vec()));
        Ok(())
    }

    fn locate(&self, table: &str, key: &[String], height: u64) -> Result<Located, Refusal> {
        self.locate_at(table, key, height)
    }
}

impl Drop for State {
    /// Leaves all in the one file: a reader that closes last could not.
    fn drop(&mut self) {
        let closed = self.abandon().and_then(|()| {
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            self.connection.query_row(checkpoint, [], |_| Ok(())).map_err(|error| self.fault(error))
        });
        if let Err(fault) = closed {
            tracing::warn!("closing the state: {}", fault.report());
        }
    }
}

/// The header of genesis; its own result stands in it, since nothing is before it.
fn genesis_header(ledger: &Ledger, result: Hash) -> Header {
    Header {
        ledger: ledger.id,
        epoch: 0,
        height: 0,
        parent: Hash::ZERO,
        time_ms: ledger.genesis.time_ms,
        proposer: 0,
        transactions_root: merkle::root(&[]),
        transactions: 0,
        executed_height: 0,
        executed_result: result,
    }
}
