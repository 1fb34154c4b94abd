use counterfoil_types::Hash;
use ed25519_zebra::{Signature, VerificationKey};

/// What members sign a finalisation under, after the namespace of the ledger.
const FINALIZE: &[u8] = b"_FINALIZE";

/// The namespace under which the members of a ledger vote: `counterfoil/` and the ledger's id.
pub fn namespace(ledger: &Hash) -> Vec<u8> {
    [b"counterfoil/".as_slice(), &ledger.0].concat()
}

/// How many of `validators` make a decision final: more than two thirds, `n - (n - 1) / 3`.
pub fn quorum(validators: usize) -> usize {
    validators - validators.saturating_sub(1) / 3
}

/// A finalisation: validators' signatures that a block is final, as the engine of consensus encodes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The epoch it was voted in.
    pub epoch: u64,
    /// The view of that epoch.
    pub view: u64,
    /// The view of the block before it.
    pub parent: u64,
    /// Digest of the block's header.
    pub block: Hash,
    /// How many validators there were.
    pub validators: usize,
    /// Which of them signed, ascending, with the signature.
    pub signatures: Vec<(usize, [u8; 64])>,
    /// The bytes that were signed, without their namespace.
    signed: Vec<u8>,
}

/// Why a certificate certifies nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCertified {
    /// The bytes are no certificate.
    #[error("the bytes are no certificate")]
    Form,
    /// It is of another number of validators.
    #[error("it is of {found} validators, the epoch has {expected}")]
    Validators {
        /// The epoch's.
        expected: usize,
        /// The certificate's.
        found: usize,
    },
    /// Too few signed.
    #[error("{signed} signatures, {needed} needed")]
    Quorum {
        /// How many signed.
        signed: usize,
        /// How many must.
        needed: usize,
    },
    /// A signature is not the validator's.
    #[error("the signature of validator {0} is not valid")]
    Signature(usize),
}

impl Certificate {
    /// Reads the encoding of a finalisation, to the last byte.
    ///
    /// # Errors
    /// [`NotCertified::Form`] for any other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotCertified> {
        let mut reader = Reader(bytes);
        let certificate = reader.certificate(bytes).ok_or(NotCertified::Form)?;
        if reader.0.is_empty() { Ok(certificate) } else { Err(NotCertified::Form) }
    }

    /// Checks that more than two thirds of `validators` signed: their keys, sorted, as the epoch of the certificate has them.
    ///
    /// # Errors
    /// [`NotCertified`] with what is missing.
    pub fn verify(&self, ledger: &Hash, validators: &[[u8; 32]]) -> Result<(), NotCertified> {
        if self.validators != validators.len() {
            return Err(NotCertified::Validators { expected: validators.len(), found: self.validators });
        }
        let (signed, needed) = (self.signatures.len(), quorum(validators.len()));
        if signed < needed || signed == 0 {
            return Err(NotCertified::Quorum { signed, needed });
        }
        let message = self.message(ledger);
        for (signer, signature) in &self.signatures {
            VerificationKey::try_from(validators[*signer])
                .and_then(|key| key.verify(&Signature::from(*signature), &message))
                .map_err(|_| NotCertified::Signature(*signer))?;
        }
        Ok(())
    }

    /// The bytes under each signature: length of the namespace, namespace, round, parent's view, digest.
    fn message(&self, ledger: &Hash) -> Vec<u8> {
        let namespace = [namespace(ledger).as_slice(), FINALIZE].concat();
        let mut message = Vec::with_capacity(128);
        write_varint(namespace.len() as u64, &mut message);
        message.extend_from_slice(&namespace);
        message.extend_from_slice(&self.signed);
        message
    }
}

/// Appends a number, seven bits a byte, the lowest first.
pub(crate) fn write_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// What is left of the bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn certificate(&mut self, all: &[u8]) -> Option<Certificate> {
        let (epoch, view, parent) = (self.varint()?, self.varint()?, self.varint()?);
        let block = Hash(*self.array()?);
        let signed = all[..all.len() - self.0.len()].to_vec();
        let validators = usize::try_from(u64::from_be_bytes(*self.array()?)).ok()?;
        let bits = self.take(validators.div_ceil(8))?;
        let bit = |at: usize| bits[at / 8] >> (at % 8) & 1 == 1;
        let signers: Vec<_> = (0..validators).filter(|at| bit(*at)).collect();
        let unused = 8 * bits.len() - validators;
        if unused > 0 && bits[bits.len() - 1].leading_zeros() < unused as u32 {
            return None;
        }
        if self.varint()? != signers.len() as u64 {
            return None;
        }
        let signatures = signers.into_iter().map(|signer| Some((signer, *self.array()?))).collect::<Option<_>>()?;
        Some(Certificate { epoch, view, parent, block, validators, signatures, signed })
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// A number in its shortest form.
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for at in 0..10 {
            let byte = self.take(1)?[0];
            let part = u64::from(byte & 0x7f);
            if at == 9 && part > 1 || at > 0 && byte == 0 {
                return None;
            }
            number |= part << (7 * at);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quorum_is_more_than_two_thirds() {
        for validators in 1..=64 {
            assert!(3 * quorum(validators) > 2 * validators);
            assert!(quorum(validators) <= validators);
        }
        assert_eq!([1, 2, 3, 4, 5, 7, 10].map(quorum), [1, 2, 3, 3, 4, 5, 7]);
    }

    #[test]
    fn numbers_have_one_form() {
        for number in [0, 1, 127, 128, 300, 1 << 35, u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            write_varint(number, &mut bytes);
            assert_eq!(Reader(&bytes).varint(), Some(number));
        }
        for other in [&[0x80, 0][..], &[0xff, 0x80, 0], &[0xff; 10], &[0x80]] {
            assert_eq!(Reader(other).varint(), None, "{other:?}");
        }
        assert_eq!(Reader(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).varint(), None);
    }

    #[test]
    fn a_huge_count_of_validators_is_refused_without_reserving_memory() {
        let mut bytes = vec![0, 1, 0];
        bytes.extend([7; 32]);
        bytes.extend(u64::MAX.to_be_bytes());
        assert_eq!(Certificate::decode(&bytes), Err(NotCertified::Form));
    }
}
