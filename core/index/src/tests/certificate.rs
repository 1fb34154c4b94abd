//! The certificate's verifier against the engine of consensus.

use super::Random;
use commonware_codec::Encode;
use commonware_consensus::{
    simplex::{
        scheme::ed25519::Scheme,
        types::{Finalization, Finalize, Notarization, Notarize, Proposal},
    },
    types::{Epoch, Round, View},
};
use commonware_cryptography::{Signer, ed25519::PrivateKey, sha256::Digest};
use commonware_parallel::Sequential;
use commonware_utils::{iter::NonEmpty, ordered::Set};
use counterfoil_proof::{Certificate, NotCertified, namespace, quorum};
use counterfoil_types::Hash;

/// A committee of the engine: its keys sorted, and a signer each, in that order.
fn committee(ledger: &Hash, size: usize) -> (Vec<[u8; 32]>, Vec<Scheme>) {
    let mut keys: Vec<_> = (0..size as u64).map(PrivateKey::from_seed).collect();
    keys.sort_by_key(PrivateKey::public_key);
    let set: Set<_> = keys.iter().map(PrivateKey::public_key).collect::<Vec<_>>().try_into().expect("distinct keys");
    let public = set.iter().map(|key| key.as_ref().try_into().expect("32 bytes")).collect();
    let namespace = namespace(ledger);
    let signers =
        keys.into_iter().map(|key| Scheme::signer(&namespace, set.clone(), key).expect("a participant")).collect();
    (public, signers)
}

fn non_empty<T>(items: Vec<T>) -> NonEmpty<std::vec::IntoIter<T>> {
    let mut items = items.into_iter();
    let first = items.next().expect("not empty");
    NonEmpty::new(first, items)
}

#[test]
fn certificates_of_the_engine_are_read_and_verified_and_no_changed_byte_is() {
    let mut random = Random::new(1);
    let ledger = Hash([5; 32]);
    for size in [1, 2, 3, 4, 8, 9, 17] {
        let (keys, schemes) = committee(&ledger, size);
        let (epoch, view) = (random.below(300), 1 + random.below(1 << 40));
        let proposal =
            Proposal::new(Round::new(Epoch::new(epoch), View::new(view)), View::new(view - 1), Digest([9; 32]));
        let missing = random.below((size - quorum(size)) as u64 + 1) as usize;
        let absent: Vec<_> = (0..missing).map(|_| random.below(size as u64) as usize).collect();
        let signing = || schemes.iter().enumerate().filter(|(at, _)| !absent.contains(at));
        let votes = signing().map(|(_, scheme)| Finalize::sign(scheme, proposal.clone()).expect("a signer")).collect();
        let finalization =
            Finalization::from_owned_finalizes(&schemes[0], non_empty(votes), &Sequential).expect("a quorum");
        let bytes = finalization.encode().to_vec();

        let certificate = Certificate::decode(&bytes).expect("it is read");
        assert_eq!((certificate.epoch, certificate.view, certificate.parent), (epoch, view, view - 1));
        assert_eq!((certificate.block, certificate.validators), (Hash([9; 32]), size));
        let signers: Vec<_> = certificate.signatures.iter().map(|(signer, _)| *signer).collect();
        assert_eq!(signers, signing().map(|(at, _)| at).collect::<Vec<_>>());
        assert_eq!(certificate.verify(&ledger, &keys), Ok(()));
        assert!(certificate.verify(&Hash([6; 32]), &keys).is_err(), "another ledger");
        assert!(certificate.verify(&ledger, &keys[1..]).is_err(), "another committee");
        let mut swapped = keys.clone();
        swapped.rotate_left(1);
        assert_eq!(certificate.verify(&ledger, &swapped).is_err(), size > 1, "another order");

        for at in 0..bytes.len() {
            for bit in if size <= 4 { 0..8 } else { at % 8..at % 8 + 1 } {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                let verdict = Certificate::decode(&other).and_then(|certificate| certificate.verify(&ledger, &keys));
                assert!(verdict.is_err(), "{size} validators, byte {at} bit {bit}");
            }
            assert_eq!(Certificate::decode(&bytes[..at]), Err(NotCertified::Form));
        }
        assert_eq!(Certificate::decode(&[bytes.as_slice(), &[0]].concat()), Err(NotCertified::Form));
    }
}

#[test]
fn a_notarisation_is_no_finalisation() {
    let ledger = Hash([5; 32]);
    let (keys, schemes) = committee(&ledger, 4);
    let proposal = Proposal::new(Round::new(Epoch::new(0), View::new(3)), View::new(2), Digest([9; 32]));
    let votes: Vec<_> =
        schemes.iter().map(|scheme| Notarize::sign(scheme, proposal.clone()).expect("a signer")).collect();
    let notarization =
        Notarization::from_owned_notarizes(&schemes[0], non_empty(votes), &Sequential).expect("a quorum");
    let certificate = Certificate::decode(&notarization.encode()).expect("the same form");
    assert_eq!(certificate.verify(&ledger, &keys), Err(NotCertified::Signature(0)));
}
