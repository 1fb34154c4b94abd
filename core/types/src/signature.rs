use crate::PublicKey;
use p256::ecdsa::signature::Verifier as _;
use rayon::prelude::*;

/// A signature to check: `signature` by `key` over `message`.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// The key that is said to have signed.
    pub key: &'a PublicKey,
    /// What was signed.
    pub message: &'a [u8],
    /// 64 bytes; any other length is a wrong signature.
    pub signature: &'a [u8],
}

/// Signatures in one batch equation: below the least a batch saves little, above the most it saves no more.
const BATCH: std::ops::RangeInclusive<usize> = 256..=1_024;

/// Whether one signature is right. Ed25519 by ZIP-215, so that the verdict is the same alone and in a batch.
pub fn verify(check: Check<'_>) -> bool {
    let Ok(signature) = <[u8; 64]>::try_from(check.signature) else { return false };
    match check.key {
        PublicKey::Ed25519(key) => ed25519_zebra::VerificationKey::try_from(*key)
            .is_ok_and(|key| key.verify(&signature.into(), check.message).is_ok()),
        PublicKey::P256(key) => {
            match (p256::ecdsa::VerifyingKey::from_sec1_bytes(key), p256::ecdsa::Signature::from_slice(&signature)) {
                (Ok(key), Ok(signature)) => key.verify(check.message, &signature).is_ok(),
                _ => false,
            }
        }
    }
}

/// The verdict of [`verify`] on each, in order; Ed25519 in batches, all of it on all cores.
pub fn verify_batch(checks: &[Check<'_>]) -> Vec<bool> {
    let share = checks.len().div_ceil(rayon::current_num_threads());
    checks.par_chunks(share.clamp(*BATCH.start(), *BATCH.end())).flat_map_iter(verify_chunk).collect()
}

fn verify_chunk(checks: &[Check<'_>]) -> Vec<bool> {
    let mut batch = ed25519_zebra::batch::Verifier::new();
    let mut whole = true;
    for check in checks {
        match (check.key, <[u8; 64]>::try_from(check.signature)) {
            (PublicKey::Ed25519(key), Ok(signature)) => {
                batch.queue(((*key).into(), signature.into(), &check.message));
            }
            _ => whole &= verify(*check),
        }
    }
    if whole && batch.verify(rand::rng()).is_ok() {
        return vec![true; checks.len()];
    }
    checks.iter().map(|check| verify(*check)).collect()
}
