use bytes::{BufMut, Bytes, BytesMut};
use commonware_codec::{Buf, BufsMut, EncodeSize, Error, RangeCfg, Read, Write};
use commonware_consensus::{Block as ConsensusBlock, BoundedBlock, Heightable, types::Height};
use commonware_cryptography::{Digestible, sha256};
use counterfoil_types::{self as types, Hash, Header, limits, merkle};
use std::sync::Arc;

/// Digest of a block: SHA-256 of its header.
pub(crate) type Digest = sha256::Digest;

/// Bytes of an encoded header.
const HEADER_BYTES_MAX: usize = 256;
/// Bytes of a length in front of one transaction.
const LENGTH_BYTES: usize = 4;
/// Bytes of all transactions with their lengths.
const BODY_BYTES_MAX: usize = limits::BLOCK_BYTES_MAX + LENGTH_BYTES * limits::BLOCK_TRANSACTIONS_MAX;
/// Widest encoding of a length by the codec.
const VARINT_BYTES_MAX: usize = 5;

/// A block on its way through consensus. Whoever holds one knows that its transactions are those its header commits to and within the
/// limits: both ways to get one, [`Block::build`] and decoding, see to it.
///
/// Encoded: length and bytes of the header; length and bytes of the body, which is each transaction behind its length in four bytes,
/// big-endian. The transactions are views of the one body.
#[derive(Clone)]
pub(crate) struct Block {
    inner: types::Block,
    header: Bytes,
    body: Bytes,
    leaves: Arc<Vec<Hash>>,
    digest: Digest,
}

impl Block {
    /// A new block of these transactions, whose leaf hashes are known; completes the header.
    pub(crate) fn build(mut header: Header, transactions: &[Bytes], leaves: Vec<Hash>) -> Self {
        let size: usize = transactions.iter().map(|wire| LENGTH_BYTES + wire.len()).sum();
        let mut body = BytesMut::with_capacity(size);
        for wire in transactions {
            body.put_u32(wire.len() as u32);
            body.put_slice(wire);
        }
        header.transactions = transactions.len() as u32;
        header.transactions_root = merkle::root(&leaves);
        let body = body.freeze();
        let transactions = split(&body).expect("just written");
        let bytes = header.encode();
        Self::assemble(types::Block { header, transactions }, bytes.into(), body, leaves)
    }

    /// The block that everything starts from.
    pub(crate) fn genesis(header: Header) -> Self {
        Self::build(header, &[], Vec::new())
    }

    fn assemble(inner: types::Block, header: Bytes, body: Bytes, leaves: Vec<Hash>) -> Self {
        let digest = to_digest(&Hash::of(&[&header]));
        Self { inner, header, body, leaves: Arc::new(leaves), digest }
    }

    fn decode_parts(header_bytes: Bytes, body: Bytes) -> Result<Self, Error> {
        let invalid = |why| Error::Invalid("Block", why);
        let header = Header::decode(&header_bytes).ok_or(invalid("header"))?;
        let transactions = split(&body).ok_or(invalid("body"))?;
        if transactions.len() != header.transactions as usize {
            return Err(invalid("number of transactions"));
        }
        if body.len() - LENGTH_BYTES * transactions.len() > limits::BLOCK_BYTES_MAX {
            return Err(invalid("too many bytes"));
        }
        let leaves: Vec<_> = transactions.iter().map(|wire| merkle::leaf(wire)).collect();
        if merkle::root(&leaves) != header.transactions_root {
            return Err(invalid("transactions are not those of the header"));
        }
        // Cheap to make and dear to keep: what a lying leader would fill disks with.
        let mut different: Vec<_> = leaves.iter().collect();
        different.sort_unstable();
        different.dedup();
        if different.len() != leaves.len() || transactions.iter().any(Bytes::is_empty) {
            return Err(invalid("a transaction twice, or an empty one"));
        }
        Ok(Self::assemble(types::Block { header, transactions }, header_bytes, body, leaves))
    }

    pub(crate) fn inner(&self) -> &types::Block {
        &self.inner
    }

    pub(crate) fn header(&self) -> &Header {
        &self.inner.header
    }

    /// Leaf hashes of the transactions, in order.
    pub(crate) fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    pub(crate) fn hash(&self) -> Hash {
        to_hash(&self.digest)
    }
}

/// The transactions in a body; `None` if it is none or beyond the limits.
fn split(body: &Bytes) -> Option<Vec<Bytes>> {
    let mut transactions = Vec::new();
    let mut at = 0;
    while at < body.len() {
        let from = at + LENGTH_BYTES;
        let length = u32::from_be_bytes(body.get(at..from)?.try_into().ok()?) as usize;
        at = from.checked_add(length)?;
        if at > body.len()
            || length > limits::TRANSACTION_BYTES_MAX
            || transactions.len() == limits::BLOCK_TRANSACTIONS_MAX
        {
            return None;
        }
        transactions.push(body.slice(from..at));
    }
    Some(transactions)
}

pub(crate) fn to_digest(hash: &Hash) -> Digest {
    sha256::Digest(hash.0)
}

pub(crate) fn to_hash(digest: &Digest) -> Hash {
    Hash(digest.0)
}

impl Write for Block {
    fn write(&self, buf: &mut impl BufMut) {
        self.header.write(buf);
        self.body.write(buf);
    }

    fn write_bufs(&self, buf: &mut impl BufsMut) {
        self.header.write(buf);
        self.body.write_bufs(buf);
    }
}

impl EncodeSize for Block {
    fn encode_size(&self) -> usize {
        self.header.encode_size() + self.body.encode_size()
    }

    fn encode_inline_size(&self) -> usize {
        self.header.encode_size() + self.body.encode_inline_size()
    }
}

impl Read for Block {
    type Cfg = ();

    fn read_cfg(buf: &mut impl Buf, _: &()) -> Result<Self, Error> {
        let header = Bytes::read_cfg(buf, &RangeCfg::new(0..=HEADER_BYTES_MAX))?;
        let body = Bytes::read_cfg(buf, &RangeCfg::new(0..=BODY_BYTES_MAX))?;
        Self::decode_parts(header, body)
    }
}

impl Digestible for Block {
    type Digest = Digest;

    fn digest(&self) -> Digest {
        self.digest
    }
}

impl Heightable for Block {
    fn height(&self) -> Height {
        Height::new(self.inner.header.height)
    }
}

impl ConsensusBlock for Block {
    fn parent(&self) -> Digest {
        to_digest(&self.inner.header.parent)
    }
}

impl BoundedBlock for Block {
    fn max_encode_size(_: &()) -> usize {
        HEADER_BYTES_MAX + BODY_BYTES_MAX + 2 * VARINT_BYTES_MAX
    }
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Block")
            .field("header", &self.inner.header)
            .field("digest", &self.hash())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use commonware_codec::{Decode, Encode};

    fn block(transactions: &[&[u8]]) -> Block {
        let transactions: Vec<_> = transactions.iter().map(|wire| Bytes::copy_from_slice(wire)).collect();
        let leaves = transactions.iter().map(|wire| merkle::leaf(wire)).collect();
        let header = Header {
            ledger: Hash([1; 32]),
            epoch: 0,
            height: 7,
            parent: Hash([2; 32]),
            time_ms: 1_790_000_000_000,
            proposer: 3,
            transactions_root: Hash::ZERO,
            transactions: 0,
            executed_height: 6,
            executed_result: Hash([3; 32]),
        };
        Block::build(header, &transactions, leaves)
    }

    fn decode(bytes: Bytes) -> Result<Block, Error> {
        Block::decode_cfg(bytes, &())
    }

    #[test]
    fn a_block_reads_back_as_it_was() {
        for transactions in [vec![], vec![b"one".as_slice()], vec![b"one".as_slice(), b"2", b"three"]] {
            let block = block(&transactions);
            let encoded = block.encode();
            assert_eq!(encoded.len(), block.encode_size());
            let read = decode(encoded.clone()).unwrap();
            assert_eq!(read.inner(), block.inner());
            assert_eq!(read.hash(), block.header().digest());
            assert_eq!(read.leaves(), block.leaves());
            assert_eq!(read.encode(), encoded);
        }
    }

    #[test]
    fn a_block_with_any_byte_changed_is_another_block_or_none() {
        let block = block(&[b"one", b"two"]);
        let encoded = block.encode();
        for at in 0..encoded.len() {
            let mut bytes = encoded.to_vec();
            bytes[at] ^= 1;
            if let Ok(read) = decode(bytes.into()) {
                assert_ne!(read.hash(), block.hash(), "byte {at}");
            }
        }
    }

    #[test]
    fn transactions_that_the_header_does_not_commit_to_are_rejected() {
        let honest = block(&[b"one", b"two"]);
        for other in [block(&[b"one", b"owt"]), block(&[b"two", b"one"]), block(&[b"one"]), block(&[])] {
            let forged = Block { header: honest.header.clone(), ..other };
            assert!(decode(forged.encode()).is_err());
        }
    }

    #[test]
    fn a_transaction_or_a_block_beyond_the_limits_is_rejected() {
        let large = vec![0; limits::TRANSACTION_BYTES_MAX + 1];
        let many = limits::BLOCK_BYTES_MAX / limits::TRANSACTION_BYTES_MAX;
        let full: Vec<_> = (0..=many as u8).map(|n| vec![n; limits::TRANSACTION_BYTES_MAX]).collect();
        let full: Vec<_> = full.iter().map(Vec::as_slice).collect();
        let small: Vec<_> = (0..=limits::BLOCK_TRANSACTIONS_MAX as u32).map(u32::to_be_bytes).collect();
        let small: Vec<_> = small.iter().map(|wire| wire.as_slice()).collect();
        let encode = |transactions: Vec<&[u8]>| {
            let mut body = BytesMut::new();
            for wire in &transactions {
                body.put_u32(wire.len() as u32);
                body.put_slice(wire);
            }
            let mut header = block(&[]).header().clone();
            let leaves: Vec<_> = transactions.iter().map(|wire| merkle::leaf(wire)).collect();
            header.transactions = transactions.len() as u32;
            header.transactions_root = merkle::root(&leaves);
            let mut out = BytesMut::new();
            Bytes::from(header.encode()).write(&mut out);
            body.freeze().write(&mut out);
            out.freeze()
        };
        assert!(decode(encode(full[..many].to_vec())).is_ok());
        assert!(decode(encode(full.clone())).is_err());
        assert!(decode(encode(vec![&large])).is_err());
        assert!(decode(encode(small[1..].to_vec())).is_ok());
        assert!(decode(encode(small)).is_err());
        assert!(encode(full[..many].to_vec()).len() <= Block::max_encode_size(&()));
    }

    #[test]
    fn a_block_with_an_empty_transaction_or_one_twice_is_rejected() {
        assert!(decode(block(&[b"one", b"two"]).encode()).is_ok());
        assert!(decode(block(&[b"one", b""]).encode()).is_err());
        assert!(decode(block(&[b"one", b"two", b"one"]).encode()).is_err());
    }

    #[test]
    fn the_bytes_of_a_block_are_frozen() {
        let block = block(&[b"one"]);
        let header = block.header().encode();
        // Both lengths are varints of 7 bits a byte, low ones first; 0x000000036f6e65 is the transaction behind its length.
        let expected = [&[0x98, 0x01], header.as_slice(), &[7, 0, 0, 0, 3], b"one"].concat();
        assert_eq!(header.len(), 0x98, "the length below is of this header");
        assert_eq!(block.encode(), expected);
    }

    #[test]
    fn foreign_bytes_never_panic() {
        let encoded = block(&[b"one", b"two"]).encode();
        for length in 0..encoded.len() {
            assert!(decode(encoded.slice(..length)).is_err());
        }
        assert!(decode(Bytes::from_static(&[0xff; 64])).is_err());
    }
}
