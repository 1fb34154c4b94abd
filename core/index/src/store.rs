//! The engine's types, named once, and how they are configured.

use commonware_cryptography::{Sha256, sha256::Digest};
use commonware_parallel::Sequential;
use commonware_runtime::{
    BLOB_PAGE_SIZE,
    buffer::paged::{CacheRef, page_size},
};
use commonware_storage::{
    journal::contiguous::fixed::Config as LogConfig,
    merkle::full::Config as MerkleConfig,
    mmr,
    qmdb::{any::ordered, any::value::FixedEncoding, current},
    translator::EightCap,
};
use commonware_utils::{NZU64, NZUsize};
use counterfoil_types::Hash;
use std::sync::Arc;

/// Bytes of one chunk of activity bits; a part of the proof format.
pub const CHUNK_BYTES: usize = 32;

pub type Family = mmr::Family;
pub type Database<E> =
    current::ordered::fixed::Db<Family, E, Digest, Digest, Sha256, EightCap, CHUNK_BYTES, Sequential>;
pub type Update = ordered::Update<Digest, FixedEncoding<Digest>>;
pub type Merkleized = Arc<current::batch::MerkleizedBatch<Family, Digest, Update, CHUNK_BYTES, Sequential>>;
pub type KeyValueProof = current::ordered::proof::constant::KeyValueProof<Family, Digest, Digest, CHUNK_BYTES>;
pub type ExclusionProof =
    current::ordered::proof::constant::ExclusionProof<Family, Digest, FixedEncoding<Digest>, Digest, CHUNK_BYTES>;
pub type OperationProof = current::proof::constant::OperationProof<Family, Digest, CHUNK_BYTES>;

/// Small caches: several members can share a process, and the operating system caches the files as well.
pub fn config(prefix: &str) -> current::FixedConfig<EightCap, Sequential> {
    // 8 MiB.
    let page_cache = CacheRef::new(page_size(BLOB_PAGE_SIZE), NZUsize!(2_048));
    // Files small enough that pruning, which drops whole files, frees space soon: 6 MiB of operations, 4 MiB of nodes.
    let items_per_blob = NZU64!(65_536);
    let nodes_per_blob = NZU64!(131_072);
    current::FixedConfig {
        merkle_config: MerkleConfig {
            journal_partition: format!("{prefix}-index-nodes"),
            metadata_partition: format!("{prefix}-index-pins"),
            items_per_blob: nodes_per_blob,
            write_buffer: NZUsize!(1 << 18),
            replay_buffer: NZUsize!(1 << 18),
            strategy: Sequential,
            page_cache: page_cache.clone(),
        },
        journal_config: LogConfig {
            partition: format!("{prefix}-index-log"),
            items_per_blob,
            page_cache,
            write_buffer: NZUsize!(1 << 18),
            replay_buffer: NZUsize!(1 << 18),
        },
        grafted_metadata_partition: format!("{prefix}-index-activity"),
        translator: EightCap,
        init_cache: Some(NZUsize!(1 << 14)),
        init_buffer: NZUsize!(1 << 18),
        init_concurrency: (),
    }
}

pub fn digest(hash: &Hash) -> Digest {
    Digest(hash.0)
}

pub fn hash(digest: &Digest) -> Hash {
    Hash(digest.0)
}

/// What a batch records beside its end: its height, in the last eight bytes.
pub fn metadata(height: u64) -> Digest {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&height.to_be_bytes());
    Digest(bytes)
}

/// The height that [`metadata`] wrote; `None` for any other bytes.
pub fn height(metadata: &Digest) -> Option<u64> {
    let (zeros, height) = metadata.0.split_at(24);
    zeros.iter().all(|byte| *byte == 0).then(|| u64::from_be_bytes(height.try_into().expect("eight bytes")))
}
