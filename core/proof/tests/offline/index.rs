//! A naive index of current values: the definition of `docs/formats.md`, without any of its economies.

use counterfoil_proof::{IndexProof, Shows};
use counterfoil_types::Hash;
use std::collections::BTreeMap;

const CHUNK: usize = 256;

/// A log of operations and which of them are current.
#[derive(Clone)]
pub struct Index {
    operations: Vec<[u8; 97]>,
    active: Vec<bool>,
    rows: BTreeMap<Hash, Hash>,
}

impl Index {
    /// The empty index: the end of a batch that never was.
    pub fn new() -> Self {
        let mut index = Self { operations: Vec::new(), active: Vec::new(), rows: BTreeMap::new() };
        index.end(None);
        index
    }

    /// Writes every row again and ends the batch: wasteful, and as good a history as any other.
    pub fn write(&mut self, height: u64, rows: &[(Hash, Option<Hash>)]) {
        for (key, value) in rows {
            match value {
                Some(value) => self.rows.insert(*key, *value),
                None => self.rows.remove(key),
            };
        }
        self.active.fill(false);
        for (key, value) in &self.rows {
            let next = self.next(key);
            let operation = [&[0xD2][..], &key.0, &value.0, &next.0].concat();
            self.operations.push(operation.try_into().expect("97 bytes"));
            self.active.push(true);
        }
        let mut metadata = [0; 32];
        metadata[24..].copy_from_slice(&height.to_be_bytes());
        self.end(Some(Hash(metadata)));
    }

    fn end(&mut self, metadata: Option<Hash>) {
        let floor = if self.rows.is_empty() { self.operations.len() as u64 } else { 0 };
        let mut operation = [0; 97];
        operation[0] = 0xD3;
        if let Some(metadata) = metadata {
            operation[1] = 1;
            operation[2..34].copy_from_slice(&metadata.0);
        }
        operation[34..42].copy_from_slice(&floor.to_be_bytes());
        self.operations.push(operation);
        self.active.push(true);
    }

    fn next(&self, key: &Hash) -> Hash {
        let after = self.rows.range((std::ops::Bound::Excluded(*key), std::ops::Bound::Unbounded)).next();
        *after.or_else(|| self.rows.iter().next()).expect("a row").0
    }

    fn chunk(&self, at: usize) -> Hash {
        let mut chunk = [0; 32];
        for (bit, active) in self.active.iter().skip(at * CHUNK).take(CHUNK).enumerate() {
            chunk[bit / 8] |= u8::from(*active) << (bit % 8);
        }
        Hash(chunk)
    }

    /// The node over `count` operations from `first` on, whose own position is the number of nodes before it.
    fn node(&self, first: usize, count: usize, grafted: bool, siblings: &mut Vec<Hash>, of: usize) -> Hash {
        let position = |first: usize, count: usize| {
            (2 * first as u64 - u64::from(first.count_ones()) + 2 * count as u64 - 2).to_be_bytes()
        };
        if count == 1 {
            return Hash::of(&[&position(first, 1), &self.operations[first]]);
        }
        let half = count / 2;
        let left = self.node(first, half, grafted, siblings, of);
        let right = self.node(first + half, half, grafted, siblings, of);
        if (first..first + count).contains(&of) {
            siblings.push(if of < first + half { right } else { left });
        }
        let node = Hash::of(&[&position(first, count), &left.0, &right.0]);
        let chunk = self.chunk(first / CHUNK);
        if grafted && count == CHUNK && chunk != Hash::ZERO { Hash::of(&[&chunk.0, &node.0]) } else { node }
    }

    /// Peaks, the place of the peak over `of`, and the siblings of `of`.
    fn peaks(&self, grafted: bool, of: usize) -> (Vec<Hash>, usize, Vec<Hash>) {
        let (mut peaks, mut place, mut siblings, mut first) = (Vec::new(), 0, Vec::new(), 0);
        for height in (0..usize::BITS).rev().filter(|height| self.operations.len() >> height & 1 == 1) {
            if (first..first + (1 << height)).contains(&of) {
                place = peaks.len();
            }
            peaks.push(self.node(first, 1 << height, grafted, &mut siblings, of));
            first += 1 << height;
        }
        (peaks, place, siblings)
    }

    fn bag(peaks: &[Hash]) -> Option<Hash> {
        let (last, rest) = peaks.split_last()?;
        Some(rest.iter().rev().fold(*last, |bag, peak| Hash::of(&[&peak.0, &bag.0])))
    }

    fn tree_root(&self, grafted: bool) -> Hash {
        let peaks = self.peaks(grafted, 0).0;
        let bag = Self::bag(&peaks).expect("never empty");
        Hash::of(&[&[0, 1], &(self.operations.len() as u64).to_be_bytes(), &bag.0])
    }

    fn partial(&self) -> Option<Hash> {
        let count = self.operations.len();
        (!count.is_multiple_of(CHUNK)).then(|| Hash::of(&[&self.chunk(count / CHUNK).0]))
    }

    /// The root.
    pub fn root(&self) -> Hash {
        let (ops, grafted) = (self.tree_root(false), self.tree_root(true));
        match self.partial() {
            None => Hash::of(&[&ops.0, &grafted.0]),
            Some(partial) => {
                let bits = (self.operations.len() % CHUNK) as u64;
                Hash::of(&[&ops.0, &grafted.0, &bits.to_be_bytes(), &partial.0])
            }
        }
    }

    /// The proof of what is under `key`.
    pub fn prove(&self, key: &Hash) -> IndexProof {
        let before = self.rows.range(..=*key).next_back().or_else(|| self.rows.iter().next_back());
        let (location, shows) = match before {
            None => {
                let location = self.operations.len() - 1;
                let metadata = (self.operations[location][1] == 1)
                    .then(|| Hash::from_slice(&self.operations[location][2..34]).expect("32 bytes"));
                (location, Shows::Empty { metadata })
            }
            Some((found, value)) => {
                let is = |at: &usize| {
                    self.active[*at] && self.operations[*at][0] == 0xD2 && self.operations[*at][1..33] == found.0
                };
                let location = (0..self.operations.len()).find(is).expect("an active operation");
                let next = self.next(found);
                let shows = if found == key {
                    Shows::Present { next }
                } else {
                    Shows::Between { key: *found, value: *value, next }
                };
                (location, shows)
            }
        };
        let (peaks, place, siblings) = self.peaks(true, location);
        IndexProof {
            operations: self.operations.len() as u64,
            location: location as u64,
            inactive_peaks: 0,
            ops_root: self.tree_root(false),
            partial_chunk: self.partial(),
            chunk: self.chunk(location / CHUNK),
            siblings,
            before: peaks[..place].to_vec(),
            after: Self::bag(&peaks[place + 1..]).into_iter().collect(),
            shows,
        }
    }
}

fn key(number: u64) -> Hash {
    Hash::of(&[&number.to_be_bytes()])
}

#[test]
fn the_verifier_agrees_with_the_definition() {
    let mut index = Index::new();
    for height in 0..44 {
        let gone = height == 4 || height == 30;
        let rows: Vec<_> = (0..height)
            .map(|number| (key(number), (!gone && (number + height) % 5 != 1).then(|| key(height))))
            .collect();
        index.write(height, &rows);
        for number in (0..60).step_by(7) {
            let key = key(number);
            let (proof, value) = (index.prove(&key), index.rows.get(&key));
            assert_eq!(proof.root(&key, value), Ok(index.root()), "height {height} {proof:?}");
            assert_ne!(proof.root(&key, Some(&Hash::ZERO)), Ok(index.root()));
            if value.is_some() {
                assert!(proof.root(&key, None).is_err());
            }
        }
    }
    assert!(index.operations.len() > 2 * CHUNK, "chunks are grafted");
}
