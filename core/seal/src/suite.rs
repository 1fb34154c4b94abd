//! The ciphers: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305 (RFC 9180 §7: 0x0020, 0x0001, 0x0003) for keys, the same
//! AEAD (RFC 8439) for contents. It runs in constant time without special instructions, so also on a phone.

use crate::Hex;
use chacha20poly1305::{
    KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use hpke::{
    Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256, setup_receiver, single_shot_open, single_shot_seal_with_rng,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

type Public = <X25519HkdfSha256 as hpke::Kem>::PublicKey;
type Private = <X25519HkdfSha256 as hpke::Kem>::PrivateKey;
type Encapped = <X25519HkdfSha256 as hpke::Kem>::EncappedKey;

/// What encrypting a content adds: the tag.
pub(crate) const TAG_BYTES: usize = 16;
const SIZE: &str = "32 bytes are a key of X25519";

fn private(secret: &[u8; 32]) -> Private {
    Private::from_bytes(secret).expect(SIZE)
}

/// The public half of a secret.
pub(crate) fn public_key(secret: &[u8; 32]) -> [u8; 32] {
    X25519HkdfSha256::sk_to_pk(&private(secret)).to_bytes().into()
}

/// Whether agreeing on a key with this point depends on the other's secret.
pub(crate) fn is_contributory(point: &[u8; 32]) -> bool {
    let point = Encapped::from_bytes(point).expect(SIZE);
    setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(&OpModeR::Base, &private(&[1; 32]), &point, &[])
        .is_ok()
}

/// HPKE's single-shot `SealBase` (RFC 9180 §6.1) without associated data: the encapsulated key and the ciphertext; `None` for a point
/// of low order.
pub(crate) fn wrap(to: &[u8; 32], info: &[u8], key: &[u8], rng: &mut impl CryptoRng) -> Option<(Hex<32>, Vec<u8>)> {
    wrap_with(to, info, &[], key, rng)
}

fn wrap_with(
    to: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    key: &[u8],
    rng: &mut impl CryptoRng,
) -> Option<(Hex<32>, Vec<u8>)> {
    let to = Public::from_bytes(to).expect(SIZE);
    let (enc, wrapped) = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &to,
        info,
        key,
        aad,
        rng,
    )
    .ok()?;
    Some((Hex(enc.to_bytes().into()), wrapped))
}

/// HPKE's single-shot `OpenBase`; `None` if anything does not fit.
pub(crate) fn unwrap(secret: &[u8; 32], enc: &[u8; 32], info: &[u8], wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    unwrap_with(secret, enc, info, &[], wrapped)
}

fn unwrap_with(
    secret: &[u8; 32],
    enc: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    wrapped: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let enc = Encapped::from_bytes(enc).expect(SIZE);
    let secret = private(secret);
    single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &enc,
        info,
        wrapped,
        aad,
    )
    .ok()
    .map(Zeroizing::new)
}

/// Encrypts with a key that is used once, so the nonce is zero.
pub(crate) fn encrypt(key: &[u8; 32], aad: &[u8], content: &[u8]) -> Vec<u8> {
    let cipher = chacha20poly1305::ChaCha20Poly1305::new(&(*key).into());
    cipher.encrypt(&Nonce::default(), Payload { msg: content, aad }).expect("a content is far below the cipher's limit")
}

/// Decrypts; `None` if one bit differs.
pub(crate) fn decrypt(key: &[u8; 32], aad: &[u8], ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = chacha20poly1305::ChaCha20Poly1305::new(&(*key).into());
    cipher.decrypt(&Nonce::default(), Payload { msg: ciphertext, aad }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::{TryCryptoRng, TryRng};
    use std::{collections::BTreeMap, convert::Infallible};

    /// Gives these bytes and no more.
    struct Given(Vec<u8>);

    impl TryRng for Given {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            unreachable!("bytes are asked for")
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!("bytes are asked for")
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            bytes.copy_from_slice(&self.0.drain(..bytes.len()).collect::<Vec<_>>());
            Ok(())
        }
    }

    impl TryCryptoRng for Given {}

    #[test]
    fn the_vector_of_rfc_9180_is_met() {
        let vector: BTreeMap<_, _> = include_str!("../tests/rfc9180-a.2.1.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, digits)| (name, hex::decode(digits).unwrap()))
            .collect();
        let key = |name: &str| <[u8; 32]>::try_from(vector[name].clone()).unwrap();
        assert_eq!(public_key(&key("skRm")), key("pkRm"));
        let mut rng = Given(vector["ikmE"].clone());
        let (enc, ct) = wrap_with(&key("pkRm"), &vector["info"], &vector["aad"], &vector["pt"], &mut rng).unwrap();
        assert_eq!((enc.0, &ct), (key("enc"), &vector["ct"]));
        let opened = unwrap_with(&key("skRm"), &key("enc"), &vector["info"], &vector["aad"], &vector["ct"]).unwrap();
        assert_eq!(*opened, vector["pt"]);
    }
}
