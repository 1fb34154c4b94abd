use counterfoil_types::Hash;
use serde::{Deserialize, Serialize};

/// Bits of activity in one chunk of the index.
const CHUNK_BITS: u64 = 256;
/// Height of the subtree that one chunk of activity covers: 2^8 operations.
const GRAFTING_HEIGHT: u32 = 8;
/// Most operations an index can hold: 2^62.
const OPERATIONS_MAX: u64 = 1 << 62;
/// Bytes of one operation in the log of the index.
const OPERATION_BYTES: usize = 97;
/// First byte of an operation that gives a key a value.
const UPDATE: u8 = 0xD2;
/// First byte of an operation that ends a batch.
const COMMIT: u8 = 0xD3;
/// A mountain range whose peaks are folded from the newest to the oldest.
const ROOT_DOMAIN: [u8; 2] = [0, 1];

/// Proves that the current-value index holds a key with a value, or does not hold a key, under a root.
///
/// The index is a log of operations under a Merkle mountain range, into which a bit per operation is grafted: set where the operation
/// still is its key's current one. `docs/formats.md` says how the root follows from these parts, to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexProof {
    /// Operations in the log.
    pub operations: u64,
    /// Place of the proved operation in the log.
    pub location: u64,
    /// Leading peaks that the root folds first, because no operation under them is current any more.
    pub inactive_peaks: u64,
    /// Root over the operations without their activity.
    pub ops_root: Hash,
    /// SHA-256 of the last chunk of activity where it is incomplete.
    pub partial_chunk: Option<Hash>,
    /// The 256 bits of activity around the operation, lowest bit of the first byte first.
    pub chunk: Hash,
    /// Siblings from the operation up to its peak.
    pub siblings: Vec<Hash>,
    /// Peaks before the operation's peak: the inactive ones folded into one, then each of the others.
    pub before: Vec<Hash>,
    /// Peaks after it: each inactive one, then the others folded into one.
    pub after: Vec<Hash>,
    /// The operation, and so what it shows.
    pub shows: Shows,
}

/// What the proved operation of an [`IndexProof`] is, beyond the key and value that the verifier knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub enum Shows {
    /// The key has the value.
    Present {
        /// The key that follows in the order of keys; the first one after the last.
        next: Hash,
    },
    /// The key is absent: it lies between two neighbouring keys.
    Between {
        /// The key before the absent one.
        key: Hash,
        /// Its value.
        value: Hash,
        /// The key that follows it; the first one after the last.
        next: Hash,
    },
    /// The key is absent: the index holds no key at all.
    Empty {
        /// What the last batch recorded beside its end; nothing before the first batch.
        metadata: Option<Hash>,
    },
}

/// Why an [`IndexProof`] shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexMismatch {
    /// The proof is of another kind than the claim.
    #[error("the index proof is of another kind than the claim: presence for absence, or the reverse")]
    Kind,
    /// The neighbours do not enclose the key.
    #[error("the neighbouring keys do not enclose the key")]
    Span,
    /// A number is out of range, or a list has another length than the place in the index demands.
    #[error("the shape of the index proof does not fit its place in the index")]
    Shape,
    /// The operation has been superseded.
    #[error("the operation is not the current one of its key")]
    Inactive,
    /// The chunk is not the one that the partial digest names.
    #[error("the chunk of activity has another hash")]
    Chunk,
}

impl IndexProof {
    /// The root that the proof leads to for `key` with `value`, or for the absence of `key` where there is no value.
    ///
    /// The claim holds if this is the root of the index, and only then.
    ///
    /// # Errors
    /// [`IndexMismatch`] where the proof leads to no root for this claim.
    pub fn root(&self, key: &Hash, value: Option<&Hash>) -> Result<Hash, IndexMismatch> {
        let operation = self.operation(key, value)?;
        let place = Place::of(self.operations, self.location, self.inactive_peaks).ok_or(IndexMismatch::Shape)?;
        let fits = self.siblings.len() == place.height as usize
            && self.before.len() == place.before()
            && self.after.len() == place.after();
        if !fits {
            return Err(IndexMismatch::Shape);
        }
        let bit = (self.location % CHUNK_BITS) as usize;
        if self.chunk.0[bit / 8] & (1 << (bit % 8)) == 0 {
            return Err(IndexMismatch::Inactive);
        }
        let next_bit = self.operations % CHUNK_BITS;
        if self.partial_chunk.is_some() != (next_bit != 0) {
            return Err(IndexMismatch::Shape);
        }
        let in_partial = self.location / CHUNK_BITS == self.operations / CHUNK_BITS;
        if in_partial && self.partial_chunk != Some(Hash::of(&[&self.chunk.0])) {
            return Err(IndexMismatch::Chunk);
        }

        let grafted = place.root(self.before.iter(), self.peak(&operation), self.after.iter());
        Ok(match &self.partial_chunk {
            None => Hash::of(&[&self.ops_root.0, &grafted.0]),
            Some(partial) => Hash::of(&[&self.ops_root.0, &grafted.0, &next_bit.to_be_bytes(), &partial.0]),
        })
    }

    /// The bytes of the proved operation.
    fn operation(&self, key: &Hash, value: Option<&Hash>) -> Result<[u8; OPERATION_BYTES], IndexMismatch> {
        let mut bytes = [0; OPERATION_BYTES];
        match (&self.shows, value) {
            (Shows::Present { next }, Some(value)) => update(&mut bytes, key, value, next),
            (Shows::Between { key: before, value, next }, None) => {
                let enclosed = if before < next { before < key && key < next } else { key > before || key < next };
                if !enclosed {
                    return Err(IndexMismatch::Span);
                }
                update(&mut bytes, before, value, next);
            }
            (Shows::Empty { metadata }, None) => {
                // Nothing is current where the newest operation is the end of a batch that nothing current precedes.
                if self.operations.checked_sub(1) != Some(self.location) {
                    return Err(IndexMismatch::Span);
                }
                bytes[0] = COMMIT;
                if let Some(metadata) = metadata {
                    bytes[1] = 1;
                    bytes[2..34].copy_from_slice(&metadata.0);
                }
                bytes[34..42].copy_from_slice(&self.location.to_be_bytes());
            }
            _ => return Err(IndexMismatch::Kind),
        }
        Ok(bytes)
    }

    /// The peak above the operation, with its chunk of activity grafted in where the chunk is complete.
    fn peak(&self, operation: &[u8]) -> Hash {
        let mut hash = Hash::of(&[&node_position(self.location, 0).to_be_bytes(), operation]);
        for (height, sibling) in (1..).zip(&self.siblings) {
            let first = self.location >> height << height;
            let position = node_position(first, height).to_be_bytes();
            hash = if self.location >> (height - 1) & 1 == 0 {
                Hash::of(&[&position, &hash.0, &sibling.0])
            } else {
                Hash::of(&[&position, &sibling.0, &hash.0])
            };
            if height == GRAFTING_HEIGHT {
                hash = Hash::of(&[&self.chunk.0, &hash.0]);
            }
        }
        hash
    }
}

fn update(bytes: &mut [u8; OPERATION_BYTES], key: &Hash, value: &Hash, next: &Hash) {
    bytes[0] = UPDATE;
    bytes[1..33].copy_from_slice(&key.0);
    bytes[33..65].copy_from_slice(&value.0);
    bytes[65..].copy_from_slice(&next.0);
}

/// Position, in the post-order of a mountain range, of the node of `height` whose first leaf is `first`.
fn node_position(first: u64, height: u32) -> u64 {
    2 * first - u64::from(first.count_ones()) + (1 << (height + 1)) - 2
}

/// Where an operation stands among the peaks.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    operations: u64,
    inactive: u64,
    /// Peaks before that of the operation.
    peaks_before: u64,
    /// Peaks after it.
    peaks_after: u64,
    /// Height of the operation's peak.
    height: u32,
}

impl Place {
    /// `None` where the numbers are not those of any index.
    fn of(operations: u64, location: u64, inactive: u64) -> Option<Self> {
        if operations > OPERATIONS_MAX || location >= operations || inactive > u64::from(operations.count_ones()) {
            return None;
        }
        // A peak stands for each bit that is set, the highest first. Above the highest bit in which the two numbers differ they share
        // their peaks; that bit's peak holds the location.
        let height = 63 - (operations ^ location).leading_zeros();
        let peaks_before = u64::from((operations >> height >> 1).count_ones());
        let peaks_after = u64::from((operations & ((1 << height) - 1)).count_ones());
        Some(Self { operations, inactive, peaks_before, peaks_after, height })
    }

    /// Inactive peaks before the operation's peak: they come folded into one hash.
    fn folded_before(self) -> u64 {
        self.inactive.min(self.peaks_before)
    }

    /// Length of the list of peaks before.
    fn before(self) -> usize {
        let folded = self.folded_before();
        (u64::from(folded > 0) + self.peaks_before - folded) as usize
    }

    /// Length of the list of peaks after: inactive ones singly, the rest folded.
    fn after(self) -> usize {
        let single = self.inactive.saturating_sub(self.peaks_before + 1).min(self.peaks_after);
        (single + u64::from(self.peaks_after > single)) as usize
    }

    /// The root over the peaks.
    fn root<'a>(
        self,
        before: impl Iterator<Item = &'a Hash>,
        peak: Hash,
        after: impl Iterator<Item = &'a Hash>,
    ) -> Hash {
        let peaks: Vec<Hash> = before.copied().chain([peak]).chain(after.copied()).collect();
        let fold = |left: &Hash, right: &Hash| Hash::of(&[&left.0, &right.0]);
        // The inactive prefix is folded forwards; a part of it may have come folded, as one hash.
        let folded = self.folded_before();
        let prefix = (self.inactive - folded + u64::from(folded > 0)).max(1) as usize;
        let (prefix, rest) = peaks.split_at(prefix);
        let mut all = prefix[0];
        for peak in &prefix[1..] {
            all = fold(&all, peak);
        }
        if let Some((newest, rest)) = rest.split_last() {
            let bag = rest.iter().rev().fold(*newest, |bag, peak| fold(peak, &bag));
            all = fold(&all, &bag);
        }
        let operations = self.operations.to_be_bytes();
        match self.inactive {
            0 => Hash::of(&[&ROOT_DOMAIN, &operations, &all.0]),
            inactive => Hash::of(&[&ROOT_DOMAIN, &operations, &inactive.to_be_bytes(), &all.0]),
        }
    }
}
