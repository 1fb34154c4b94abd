use crate::{Hash, limits};
use bytes::Bytes;
use minicbor::{Decoder, Encoder};

/// What validators agree on and sign: a block without its transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The ledger.
    pub ledger: Hash,
    /// The epoch it was ordered in.
    pub epoch: u64,
    /// Its place in the chain; 0 is genesis.
    pub height: u64,
    /// Digest of the header before it.
    pub parent: Hash,
    /// Milliseconds since 1970-01-01 UTC; more than the parent's.
    pub time_ms: u64,
    /// The proposer's place among the epoch's validators, sorted by public key.
    pub proposer: u32,
    /// Root (RFC 9162) over the transactions' wire forms.
    pub transactions_root: Hash,
    /// How many transactions.
    pub transactions: u32,
    /// The newest height that the proposer had executed.
    pub executed_height: u64,
    /// The result of that height, see [`Execution::result`].
    pub executed_result: Hash,
}

/// A header and the transactions that it commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The header.
    pub header: Header,
    /// Opaque to order: wire forms of transactions, or anything a lying leader put there.
    pub transactions: Vec<Bytes>,
}

/// What the execution of a block came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execution {
    /// Height of the block.
    pub height: u64,
    /// Digest of its header; of genesis, the ledger's id.
    pub block: Hash,
    /// Root of the index of current values after it.
    pub state_root: Hash,
    /// Root over the rows it wrote.
    pub changes_root: Hash,
    /// Root over its receipts.
    pub receipts_root: Hash,
}

const BUFFER: &str = "writing to a Vec cannot fail";

impl Header {
    /// CBOR array: version, ledger, epoch, height, parent, time_ms, proposer, transactions_root, transactions, executed_height,
    /// executed_result.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(192);
        let mut encoder = Encoder::new(&mut out);
        encoder
            .array(11)
            .and_then(|e| e.u64(limits::PROTOCOL_VERSION))
            .and_then(|e| e.bytes(&self.ledger.0))
            .and_then(|e| e.u64(self.epoch))
            .and_then(|e| e.u64(self.height))
            .and_then(|e| e.bytes(&self.parent.0))
            .and_then(|e| e.u64(self.time_ms))
            .and_then(|e| e.u32(self.proposer))
            .and_then(|e| e.bytes(&self.transactions_root.0))
            .and_then(|e| e.u32(self.transactions))
            .and_then(|e| e.u64(self.executed_height))
            .and_then(|e| e.bytes(&self.executed_result.0))
            .expect(BUFFER);
        out
    }

    /// Reads what [`Self::encode`] wrote and nothing else; `None` also for another protocol version.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut d = Decoder::new(bytes);
        if d.array().ok()?? != 11 || d.u64().ok()? != limits::PROTOCOL_VERSION {
            return None;
        }
        let header = Self {
            ledger: hash(&mut d)?,
            epoch: d.u64().ok()?,
            height: d.u64().ok()?,
            parent: hash(&mut d)?,
            time_ms: d.u64().ok()?,
            proposer: d.u32().ok()?,
            transactions_root: hash(&mut d)?,
            transactions: d.u32().ok()?,
            executed_height: d.u64().ok()?,
            executed_result: hash(&mut d)?,
        };
        (header.encode() == bytes).then_some(header)
    }

    /// SHA-256 of the encoded header: the block's digest.
    pub fn digest(&self) -> Hash {
        Hash::of(&[&self.encode()])
    }
}

fn hash(decoder: &mut Decoder<'_>) -> Option<Hash> {
    Hash::from_slice(decoder.bytes().ok()?)
}

impl Execution {
    /// A chain over all executions up to this one: SHA-256 of CBOR `[prior, height, block, state_root, changes_root, receipts_root]`,
    /// where `prior` is the result of the height before (zeros before genesis). A header that carries one height's result so certifies
    /// every height up to it, also those that no header named.
    pub fn result(&self, prior: &Hash) -> Hash {
        let mut out = Vec::with_capacity(192);
        Encoder::new(&mut out)
            .array(6)
            .and_then(|e| e.bytes(&prior.0))
            .and_then(|e| e.u64(self.height))
            .and_then(|e| e.bytes(&self.block.0))
            .and_then(|e| e.bytes(&self.state_root.0))
            .and_then(|e| e.bytes(&self.changes_root.0))
            .and_then(|e| e.bytes(&self.receipts_root.0))
            .expect(BUFFER);
        Hash::of(&[&out])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            ledger: Hash([1; 32]),
            epoch: 2,
            height: 300,
            parent: Hash([3; 32]),
            time_ms: 1_790_000_000_000,
            proposer: 3,
            transactions_root: Hash([4; 32]),
            transactions: 1,
            executed_height: 299,
            executed_result: Hash([5; 32]),
        }
    }

    #[test]
    fn a_header_has_one_encoding_and_every_byte_counts() {
        let bytes = header().encode();
        assert_eq!(Header::decode(&bytes), Some(header()));
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                assert_ne!(Header::decode(&other), Some(header()), "byte {at} bit {bit}");
            }
        }
        assert_eq!(Header::decode(&[bytes.as_slice(), &[0]].concat()), None);
    }

    #[test]
    fn the_bytes_of_a_header_are_frozen() {
        assert_eq!(
            header().digest().to_string(),
            "4fa36617089982738fd05cd411681080e4d92bb10e6525e80b02eeeb5099fde5",
            "a header's bytes are for life"
        );
    }
}
