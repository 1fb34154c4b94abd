use crate::store::{Database, Merkleized, digest, hash, metadata};
use commonware_runtime::Spawner;
use commonware_storage::{Context, qmdb::floor::Proportional};
use counterfoil_types::{Fault, Hash, machine::IndexUpdate};

/// A block's updates, their root known, not applied yet.
pub struct Batch {
    /// The block's height.
    pub height: u64,
    /// The root after the block.
    pub root: Hash,
    /// How many updates.
    pub updates: u32,
    /// Held strongly: the next batch reads through it until it is applied.
    pub merkleized: Merkleized,
}

impl Batch {
    /// Builds the batch of `height` on `parent`, or on the applied state where every earlier batch is applied.
    pub async fn prepare<E: Context + Spawner>(
        db: &Database<E>,
        parent: Option<&Self>,
        height: u64,
        updates: &[IndexUpdate],
    ) -> Result<Self, Fault> {
        let mut batch = match parent {
            Some(parent) => parent.merkleized.new_batch(),
            None => db.new_batch(),
        };
        for update in updates {
            batch = batch.write(digest(&update.key), update.value.as_ref().map(digest));
        }
        // The floor policy is a part of the root: never change it within a ledger.
        let merkleized = batch
            .merkleize(db, Some(metadata(height)), &mut Proportional)
            .await
            .map_err(|error| Fault::new(format!("index: preparing the batch of height {height}"), error))?;
        Ok(Self { height, root: hash(&merkleized.root()), updates: updates.len() as u32, merkleized })
    }
}
