use crate::{Cell, IndexProof};
use counterfoil_types::{Execution, Hash, Header};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The value of `format`.
pub const FORMAT: &str = "counterfoil-proof/1";
/// A proof file's bytes at most.
pub const PROOF_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A proof file: everything an outsider needs besides the genesis file.
///
/// Its text is the one that [`to_bytes`](Self::to_bytes) writes: JSON without spaces, members in the order of the fields, and a line
/// feed that may be missing. Any other text is refused, so that no byte of a proof is without meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Always [`FORMAT`].
    pub format: String,
    /// The ledger: SHA-256 of its genesis file.
    pub ledger: Hash,
    /// What is proved.
    pub claim: Claim,
    /// Of which height.
    pub height: u64,
    /// How it follows from what the block of that height came to.
    pub evidence: Evidence,
    /// The header of that height, for its time; nothing for genesis, whose time is in the genesis file.
    pub block: Option<Bytes>,
    /// The result of the height before; zeros before genesis.
    pub prior: Hash,
    /// What that block and those after it came to, up to the newest that the first of `headers` certifies.
    pub executions: Vec<Record>,
    /// Headers, each the child of the one before; the first names the result of the last execution.
    pub headers: Vec<Bytes>,
    /// The members' signatures under the last header.
    pub certificate: Bytes,
    /// How the validators came to be those who signed: a proof of each row of [`COMMITTEE_TABLE`](crate::COMMITTEE_TABLE) that counts in
    /// the last header's epoch, in order, none of which has such proofs of its own. Empty as long as the validators are those of genesis.
    pub handovers: Vec<Proof>,
}

/// What a proof says about a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Claim {
    /// The table had this row, with these values.
    Current {
        /// The table.
        table: String,
        /// Its columns in declared order.
        columns: Vec<String>,
        /// The columns of the primary key.
        primary_key: Vec<String>,
        /// The row's values, one a column.
        row: Vec<Cell>,
    },
    /// The table had no row with this primary key.
    Absent {
        /// The table.
        table: String,
        /// Its columns in declared order.
        columns: Vec<String>,
        /// The columns of the primary key.
        primary_key: Vec<String>,
        /// The values of the primary key, one a column of it.
        key: Vec<Cell>,
        /// Hash of table and key, see [`counterfoil_types::row::key`]: one index proof shows the absence of many keys, and this holds it to one.
        hash: Hash,
    },
    /// The block of the height wrote this row.
    Written {
        /// The table.
        table: String,
        /// Its columns in declared order.
        columns: Vec<String>,
        /// The columns of the primary key.
        primary_key: Vec<String>,
        /// The row's values, one a column.
        row: Vec<Cell>,
    },
}

/// How a claim follows from the record of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Evidence {
    /// By the index of current values, under the record's `state_root`.
    Index(Box<IndexProof>),
    /// By the same index, of a row that is not in it.
    Absence {
        /// That it holds the table's marker, and so the rows of this table: see [`counterfoil_types::row::indexed_table_key`].
        table: Box<IndexProof>,
        /// That it does not hold the row's key.
        row: Box<IndexProof>,
    },
    /// By the list of what the block wrote, under the record's `changes_root`: the siblings from the row's leaf up.
    Changes(Vec<Sibling>),
}

/// A node beside the path from a leaf to the root of a list. The sides stand here, and not the place and the length of the list, because
/// a root does not tell the length of its list: this way no part of a proof is without meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sibling {
    /// It stands before the path.
    Left(Hash),
    /// It stands after the path.
    Right(Hash),
}

impl Sibling {
    /// The siblings of leaf `index` of `count`, whose path is as RFC 9162 §2.1.3.1 has it; `None` if they do not fit.
    pub fn of(index: u64, count: u64, path: &[Hash]) -> Option<Vec<Self>> {
        let (mut at, mut last) = (index, count.checked_sub(1)?);
        let mut siblings = Vec::with_capacity(path.len());
        for hash in path {
            if at > last || last == 0 {
                return None;
            }
            if at & 1 == 1 || at == last {
                siblings.push(Self::Left(*hash));
                while at & 1 == 0 && at != 0 {
                    at >>= 1;
                    last >>= 1;
                }
            } else {
                siblings.push(Self::Right(*hash));
            }
            at >>= 1;
            last >>= 1;
        }
        (last == 0).then_some(siblings)
    }

    /// The root that the siblings lead to from `leaf`.
    pub fn root(leaf: Hash, siblings: &[Self]) -> Hash {
        siblings.iter().fold(leaf, |hash, sibling| {
            let (left, right) = match sibling {
                Self::Left(sibling) => (sibling, &hash),
                Self::Right(sibling) => (&hash, sibling),
            };
            Hash::of(&[&[1], &left.0, &right.0])
        })
    }
}

/// What the execution of a block came to, see [`Execution`]; its height follows from its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Digest of the block's header; of genesis, the ledger's id.
    pub block: Hash,
    /// Root of the index of current values after it.
    pub state_root: Hash,
    /// Root over the rows it wrote.
    pub changes_root: Hash,
    /// Root over its receipts.
    pub receipts_root: Hash,
}

impl Record {
    /// The record of `height`.
    pub fn at(&self, height: u64) -> Execution {
        let Self { block, state_root, changes_root, receipts_root } = *self;
        Execution { height, block, state_root, changes_root, receipts_root }
    }
}

impl From<Execution> for Record {
    fn from(Execution { height: _, block, state_root, changes_root, receipts_root }: Execution) -> Self {
        Self { block, state_root, changes_root, receipts_root }
    }
}

/// Bytes as lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl From<&Header> for Bytes {
    fn from(header: &Header) -> Self {
        Self(header.encode())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        hex::decode(digits.as_ref()).map(Self).map_err(D::Error::custom)
    }
}

impl Proof {
    /// The file: JSON without spaces and a line feed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("a proof serialises to JSON");
        bytes.push(b'\n');
        bytes
    }

    /// Reads a file in the one form that [`to_bytes`](Self::to_bytes) writes; the line feed may be missing.
    ///
    /// # Errors
    /// What is wrong with the form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(format!("{} bytes, at most {PROOF_BYTES_MAX} are read", bytes.len()));
        }
        let proof: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if proof.format != FORMAT {
            return Err(format!("format is {:?}, not {FORMAT:?}", proof.format));
        }
        let written = proof.to_bytes();
        if bytes == written || Some(bytes) == written.strip_suffix(b"\n") {
            return Ok(proof);
        }
        let at = bytes.iter().zip(&written).take_while(|(read, written)| read == written).count();
        Err(format!("not the canonical text of this proof, from byte {at} on"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil_types::merkle;

    #[test]
    fn siblings_lead_where_the_path_leads() {
        for count in 1..40_usize {
            let leaves: Vec<_> = (0..count).map(|at| merkle::leaf(&[at as u8])).collect();
            for index in 0..count {
                let path = merkle::path(&leaves, index);
                let siblings = Sibling::of(index as u64, count as u64, &path).expect("it fits");
                assert_eq!(Sibling::root(leaves[index], &siblings), merkle::root(&leaves));
                assert_eq!(Sibling::of(index as u64, count as u64, &[path.as_slice(), &[Hash::ZERO]].concat()), None);
                if let Some((_, shorter)) = path.split_last() {
                    assert_eq!(Sibling::of(index as u64, count as u64, shorter), None);
                }
            }
        }
        assert_eq!(Sibling::of(0, 0, &[]), None);
    }
}
