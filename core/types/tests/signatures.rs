//! Verdicts on signatures: alone and in a batch the same, also on the edge of the curve.

use counterfoil_types::{Check, PublicKey, SigningKey, verify, verify_batch};

/// The eight points of small order of edwards25519, in all encodings of ZIP-215 (canonical and not).
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).expect("hex");
    bytes
}

#[test]
fn zip_215_edge_vectors_get_the_same_verdict_single_and_batched() {
    // ZIP-215, test vectors: every pair (A, R) of small order with s = 0 is a valid signature of any message.
    let message = b"Zcash";
    let (mut keys, mut signatures) = (Vec::new(), Vec::new());
    for a in SMALL_ORDER {
        for r in SMALL_ORDER {
            keys.push(PublicKey::Ed25519(bytes(a)));
            signatures.push([bytes::<32>(r), [0; 32]].concat());
        }
    }
    let checks: Vec<_> =
        keys.iter().zip(&signatures).map(|(key, signature)| Check { key, message, signature }).collect();
    assert_eq!(checks.len(), 196);
    assert!(checks.iter().all(|check| verify(*check)), "valid by ZIP-215, each alone");
    assert!(verify_batch(&checks).into_iter().all(|valid| valid), "and in a batch");
    // s = 1 is wrong for all of them: s·B is not of small order.
    let wrong: Vec<_> = signatures.iter().map(|signature| [&signature[..32], &[1], &[0; 31]].concat()).collect();
    let checks: Vec<_> = keys.iter().zip(&wrong).map(|(key, signature)| Check { key, message, signature }).collect();
    assert!(!checks.iter().any(|check| verify(*check)));
    assert!(!verify_batch(&checks).into_iter().any(|valid| valid));
}

#[test]
fn the_vectors_of_rfc_8032_are_met() {
    let vectors: Vec<[Vec<u8>; 4]> = include_str!("rfc8032-7.1.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(": ").expect("a name").1)
        .map(|line| line.split(", ").map(|digits| hex::decode(digits).expect("hex")).collect::<Vec<_>>())
        .map(|parts| parts.try_into().expect("four parts"))
        .collect();
    assert_eq!(vectors.len(), 5);
    let mut keys = Vec::new();
    for [secret, public, message, signature] in &vectors {
        let key = SigningKey::ed25519(secret.clone().try_into().expect("32 bytes"));
        assert_eq!(key.public_key(), PublicKey::Ed25519(public.clone().try_into().expect("32 bytes")));
        assert_eq!(key.sign(message).to_vec(), *signature);
        keys.push(key.public_key());
    }
    let checks: Vec<_> =
        keys.iter().zip(&vectors).map(|(key, [_, _, message, signature])| Check { key, message, signature }).collect();
    assert!(checks.iter().all(|check| verify(*check)));
    assert!(verify_batch(&checks).into_iter().all(|valid| valid));
}

#[test]
fn a_batch_tells_which_signature_is_wrong() {
    let message = b"message";
    let keys: Vec<_> = (0..200u8)
        .map(|n| if n % 3 == 0 { SigningKey::p256([n + 1; 32]).expect("scalar") } else { SigningKey::ed25519([n; 32]) })
        .collect();
    let publics: Vec<_> = keys.iter().map(SigningKey::public_key).collect();
    let mut signatures: Vec<_> = keys.iter().map(|key| key.sign(message).to_vec()).collect();
    for at in [0, 7, 64, 199] {
        signatures[at][20] ^= 1;
    }
    signatures[100].pop();
    let checks: Vec<_> =
        publics.iter().zip(&signatures).map(|(key, signature)| Check { key, message, signature }).collect();
    let verdicts = verify_batch(&checks);
    assert_eq!(verdicts, checks.iter().map(|check| verify(*check)).collect::<Vec<_>>());
    let wrong: Vec<_> = (0..200).filter(|at| !verdicts[*at]).collect();
    assert_eq!(wrong, [0, 7, 64, 100, 199]);
}

#[test]
fn ecdsa_accepts_both_values_of_s() {
    let key = SigningKey::p256([7; 32]).expect("scalar");
    let signature = key.sign(b"m");
    let (low, public) = (p256::ecdsa::Signature::from_slice(&signature).expect("signature"), key.public_key());
    let high = p256::ecdsa::Signature::from_scalars(low.r().to_bytes(), (-*low.s()).to_bytes()).expect("signature");
    for signature in [low, high] {
        assert!(verify(Check { key: &public, message: b"m", signature: &signature.to_bytes() }));
        assert!(!verify(Check { key: &public, message: b"n", signature: &signature.to_bytes() }));
    }
}

#[test]
fn keys_have_one_text() {
    for key in [SigningKey::ed25519([9; 32]), SigningKey::p256([9; 32]).expect("scalar")] {
        let public = key.public_key();
        assert_eq!(public.to_string().parse(), Ok(public));
        assert!(public.to_string().to_uppercase().parse::<PublicKey>().is_err());
    }
    assert!("p256:02".parse::<PublicKey>().is_err());
    assert!(format!("p256:{}", "ff".repeat(33)).parse::<PublicKey>().is_err());
}
