//! Model tests: the same history by many ways, and every proof checked by the verifier that outsiders use.

mod certificate;
mod history;
mod proofs;

use crate::index::{Index, Upkeep};
use commonware_runtime::{Spawner, Supervisor};
use commonware_storage::Context;
use counterfoil_types::{Hash, machine::IndexUpdate};
use std::collections::BTreeMap;

/// Never on disk before the end, never pruned.
const LAZY: Upkeep = Upkeep { commit_every: u32::MAX, prune_every: u32::MAX };
/// Everything on disk and pruned at once.
const EAGER: Upkeep = Upkeep { commit_every: 1, prune_every: 1 };

/// A generator without state outside (xorshift64*).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) % limit
    }
}

/// The `number`th key. Every third shares its first eight bytes with others, as the index's in-memory part sees no more of a key.
fn key(number: u64) -> Hash {
    let mut key = Hash::of(&[b"key", &number.to_be_bytes()]);
    if number.is_multiple_of(3) {
        key.0[..8].copy_from_slice(&[number as u8 % 4; 8]);
    }
    key
}

fn value(number: u64) -> Hash {
    Hash::of(&[b"value", &number.to_be_bytes()])
}

fn put(number: u64, to: u64) -> IndexUpdate {
    IndexUpdate { key: key(number), value: Some(value(to)) }
}

fn delete(number: u64) -> IndexUpdate {
    IndexUpdate { key: key(number), value: None }
}

/// Blocks over a small set of keys: created, changed, deleted, created again; some blocks without updates, some that empty the index.
fn history(seed: u64, blocks: u64) -> Vec<Vec<IndexUpdate>> {
    let mut random = Random::new(seed);
    let keys = [1, 2, 7, 40, 300][random.below(5) as usize];
    let size = [1, 3, 20, 90][random.below(4) as usize];
    let mut rows = BTreeMap::new();
    (0..blocks)
        .map(|height| {
            let mut block = BTreeMap::new();
            match random.below(12) {
                0 => {}
                1 if random.below(3) == 0 => block.extend(rows.keys().map(|key| (*key, None))),
                _ => {
                    for _ in 0..=random.below(size) {
                        let number = random.below(keys);
                        let gone = random.below(4) == 0;
                        if !gone || rows.contains_key(&key(number)) {
                            block.insert(key(number), (!gone).then(|| value(height << 32 | random.below(1 << 20))));
                        }
                    }
                }
            }
            for (key, value) in &block {
                match value {
                    Some(value) => rows.insert(*key, *value),
                    None => rows.remove(key),
                };
            }
            block.into_iter().map(|(key, value)| IndexUpdate { key, value }).collect()
        })
        .collect()
}

/// The rows after each block.
fn rows(history: &[Vec<IndexUpdate>]) -> Vec<BTreeMap<Hash, Hash>> {
    let mut rows = BTreeMap::new();
    history
        .iter()
        .map(|block| {
            for update in block {
                match update.value {
                    Some(value) => rows.insert(update.key, value),
                    None => rows.remove(&update.key),
                };
            }
            rows.clone()
        })
        .collect()
}

async fn open<E: Context + Spawner + Supervisor>(context: &E, upkeep: Upkeep) -> Index<E> {
    Index::open_with(context.child("index"), "test", upkeep).await.expect("the index opens")
}

/// Prepares and certifies every block at once; the roots.
async fn run<E: Context + Spawner>(index: &mut Index<E>, history: &[Vec<IndexUpdate>]) -> Vec<Hash> {
    let mut roots = Vec::new();
    for (height, block) in (0..).zip(history) {
        roots.push(index.prepare(height, block).await.expect("it prepares"));
        index.certify(height).await.expect("it certifies");
    }
    roots
}
