use crate::{batch::Batch, convert, store, store::Database};
use commonware_runtime::Spawner;
use commonware_storage::Context;
use counterfoil_proof::IndexProof;
use counterfoil_types::{Fault, Hash, machine::IndexUpdate};
use std::collections::VecDeque;

/// When the applied state reaches the disk and when old operations leave it. Neither touches the root.
#[derive(Debug, Clone, Copy)]
pub struct Upkeep {
    /// Applied batches after which the log is forced to disk; a batch counts once more for each 256 of its updates.
    pub commit_every: u32,
    /// Forced writes after which old operations are pruned and the point is moved from which a start recovers.
    pub prune_every: u32,
}

impl Upkeep {
    /// The state replays whatever is lost, so forcing every batch to disk would only slow the member down. Until then up to about
    /// 16,000 updates stay in memory.
    const DEFAULT: Self = Self { commit_every: 64, prune_every: 16 };
}

/// The index of current values of one ledger, in the storage of one runtime.
///
/// # Heights
/// - [`height`](Self::height) is the height of the last *applied non-empty* batch: what the disk knows. Blocks without updates leave no
///   trace in the index, so this can be well below the certified height although nothing is missing.
/// - [`certified`](Self::certified) is the highest height given to [`certify`](Self::certify) since it was opened, or
///   [`height`](Self::height) if that is higher. A proof is of this height.
/// - After a start, replay every height from [`next`](Self::next) on: [`prepare`](Self::prepare) it with the state's updates, then
///   [`certify`](Self::certify) the certified height. Heights without updates are free. A height whose batch is applied is refused, so
///   nothing can be applied twice. A crash can lose the newest applied batches; `next` is then lower, and replay is the same.
///
/// # Errors
/// Any [`Fault`] of a method that changes the index leaves it dead: every later call fails, and the member must be restarted.
///
/// # Pruning
/// Operations below the point under which nothing is current are dropped now and then. This frees disk and memory and changes neither
/// roots nor proofs.
pub struct Index<E: Context + Spawner> {
    /// `None` after a failed change: the engine's database is lost with it.
    db: Option<Database<E>>,
    pending: VecDeque<Batch>,
    applied: Option<u64>,
    prepared: Option<u64>,
    certified: Option<u64>,
    upkeep: Upkeep,
    uncommitted: u32,
    unpruned: u32,
}

impl<E: Context + Spawner> Index<E> {
    /// Opens the index in the partitions of the runtime's storage that begin with `prefix`, or makes an empty one.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] where the files are damaged, with the way to recover.
    pub async fn open(context: E, prefix: &str) -> Result<Self, Fault> {
        Self::open_with(context, prefix, Upkeep::DEFAULT).await
    }

    pub(crate) async fn open_with(context: E, prefix: &str, upkeep: Upkeep) -> Result<Self, Fault> {
        let damaged = |detail: String| Fault::Corrupt {
            what: format!("the index in the partitions {prefix}-index-*"),
            detail,
            recover: "stop the member, delete these folders and start it: it rebuilds the index from its change lists"
                .into(),
        };
        let db =
            Database::init(context, store::config(prefix), None).await.map_err(|error| damaged(error.to_string()))?;
        let metadata = db.get_metadata().await.map_err(|error| damaged(error.to_string()))?;
        let applied = match metadata {
            None => None,
            Some(metadata) => Some(
                store::height(&metadata).ok_or_else(|| damaged(format!("a batch records {metadata}, not a height")))?,
            ),
        };
        Ok(Self {
            db: Some(db),
            pending: VecDeque::new(),
            applied,
            prepared: applied,
            certified: applied,
            upkeep,
            uncommitted: 0,
            unpruned: 0,
        })
    }

    /// Height of the last applied batch; `None` while no batch was ever applied.
    pub fn height(&self) -> Option<u64> {
        self.applied
    }

    /// The height that [`prepare`](Self::prepare) expects at the earliest: after a start, where replay begins.
    pub fn next(&self) -> u64 {
        self.prepared.map_or(0, |height| height + 1)
    }

    /// The height that proofs are of; `None` before the first.
    pub fn certified(&self) -> Option<u64> {
        self.certified
    }

    /// The root after the last prepared height.
    ///
    /// # Errors
    /// After an earlier failure.
    pub fn root(&self) -> Result<Hash, Fault> {
        match self.pending.back() {
            Some(batch) => Ok(batch.root),
            None => self.certified_root(),
        }
    }

    /// The root that proofs lead to.
    ///
    /// # Errors
    /// After an earlier failure.
    pub fn certified_root(&self) -> Result<Hash, Fault> {
        Ok(store::hash(&self.db()?.root()))
    }

    /// Prepares the batch of a height, in memory, and gives the root after it. No updates: no batch, and the root stays.
    ///
    /// Heights ascend; they may skip. A later update of the same key in `updates` replaces an earlier one; their order is otherwise
    /// without effect.
    ///
    /// # Errors
    /// A height below [`next`](Self::next), a failing disk, or an earlier failure.
    pub async fn prepare(&mut self, height: u64, updates: &[IndexUpdate]) -> Result<Hash, Fault> {
        if height < self.next() {
            return Err(Fault::failed(format!("index: height {height} is prepared already, {} is next", self.next())));
        }
        if !updates.is_empty() {
            let batch = Batch::prepare(self.db()?, self.pending.back(), height, updates).await?;
            self.pending.push_back(batch);
        }
        self.prepared = Some(height);
        self.root()
    }

    /// Applies every prepared batch up to `height`: from now on proofs are of that height.
    ///
    /// A height at or below [`certified`](Self::certified) has no effect.
    ///
    /// # Errors
    /// A height that was not prepared, a failing disk, or an earlier failure.
    pub async fn certify(&mut self, height: u64) -> Result<(), Fault> {
        if self.certified.is_some_and(|certified| height <= certified) {
            return Ok(());
        }
        if height >= self.next() {
            return Err(Fault::failed(format!("index: height {height} is certified before it was prepared")));
        }
        while let Some(batch) = self.pending.pop_front_if(|batch| batch.height <= height) {
            let db = self.take()?;
            let applied = db.apply_batch(batch.merkleized).await;
            self.db =
                Some(applied.map_err(|error| {
                    Fault::new(format!("index: applying the batch of height {}", batch.height), error)
                })?);
            self.applied = Some(batch.height);
            self.uncommitted += 1 + batch.updates / 256;
        }
        self.certified = Some(height);
        if self.uncommitted >= self.upkeep.commit_every {
            self.commit().await?;
        }
        Ok(())
    }

    /// Forces everything applied to disk; worthwhile before an orderly stop, to spare the next start the replay.
    ///
    /// # Errors
    /// A failing disk or an earlier failure.
    pub async fn commit(&mut self) -> Result<(), Fault> {
        let failed = |error| Fault::new("index: forcing the log to disk", error);
        self.uncommitted = 0;
        self.unpruned += 1;
        let db = self.take()?;
        self.db = Some(if self.unpruned < self.upkeep.prune_every {
            db.commit().await.map_err(failed)?
        } else {
            self.unpruned = 0;
            let boundary = db.sync_boundary();
            let db = db.prune(boundary).await.map_err(failed)?;
            db.sync().await.map_err(failed)?
        });
        Ok(())
    }

    /// Proves what the index holds under `key` at [`certified`](Self::certified): the value, or that there is none.
    ///
    /// # Errors
    /// A failing disk or an earlier failure.
    pub async fn prove(&self, key: &Hash) -> Result<IndexProof, Fault> {
        let db = self.db()?;
        let failed = |error| Fault::new(format!("index: proving {key}"), error);
        let digest = store::digest(key);
        match db.get(&digest).await.map_err(failed)? {
            Some(_) => Ok(convert::present(&db.key_value_proof(digest).await.map_err(failed)?)),
            None => Ok(convert::absent(&db.exclusion_proof(&digest).await.map_err(failed)?)),
        }
    }

    /// The value under `key` at [`certified`](Self::certified).
    ///
    /// # Errors
    /// A failing disk or an earlier failure.
    pub async fn get(&self, key: &Hash) -> Result<Option<Hash>, Fault> {
        let value = self.db()?.get(&store::digest(key)).await;
        Ok(value.map_err(|error| Fault::new(format!("index: reading {key}"), error))?.as_ref().map(store::hash))
    }

    fn db(&self) -> Result<&Database<E>, Fault> {
        self.db.as_ref().ok_or_else(dead)
    }

    fn take(&mut self) -> Result<Database<E>, Fault> {
        self.db.take().ok_or_else(dead)
    }
}

fn dead() -> Fault {
    Fault::failed("index: an earlier failure left it unusable; restart the member")
}
