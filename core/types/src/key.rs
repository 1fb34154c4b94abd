use crate::{Hash, Kid, jws};
use p256::ecdsa::signature::Signer as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// A JWS signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519, verified by the rules of ZIP-215.
    EdDSA,
    /// ECDSA on P-256 with SHA-256; both values of `s` are accepted.
    ES256,
}

/// A public key; in text `ed25519:<32 bytes hex>` or `p256:<33 bytes SEC1 compressed, hex>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicKey {
    /// An Ed25519 key as RFC 8032 encodes it.
    Ed25519([u8; 32]),
    /// A point of P-256, SEC1 compressed.
    P256([u8; 33]),
}

impl PublicKey {
    /// The only algorithm that this key signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::EdDSA,
            Self::P256(_) => Algorithm::ES256,
        }
    }

    /// Its bytes, if it is an Ed25519 key.
    pub fn ed25519(&self) -> Option<[u8; 32]> {
        match self {
            Self::Ed25519(bytes) => Some(*bytes),
            Self::P256(_) => None,
        }
    }
}

/// The text is not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected ed25519:<64 hex digits> or p256:<66 hex digits> of a point on the curve")]
pub struct NotAKey;

impl FromStr for PublicKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let (kind, digits) = text.split_once(':').ok_or(NotAKey)?;
        if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(NotAKey);
        }
        match kind {
            "ed25519" => {
                let mut bytes = [0; 32];
                hex::decode_to_slice(digits, &mut bytes).map_err(|_| NotAKey)?;
                ed25519_zebra::VerificationKey::try_from(bytes).map_err(|_| NotAKey)?;
                Ok(Self::Ed25519(bytes))
            }
            "p256" => {
                let mut bytes = [0; 33];
                hex::decode_to_slice(digits, &mut bytes).map_err(|_| NotAKey)?;
                // SEC1 has other forms of a point, and a key has one text.
                if !matches!(bytes[0], 2 | 3) {
                    return Err(NotAKey);
                }
                p256::ecdsa::VerifyingKey::from_sec1_bytes(&bytes).map_err(|_| NotAKey)?;
                Ok(Self::P256(bytes))
            }
            _ => Err(NotAKey),
        }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519(bytes) => write!(f, "ed25519:{}", hex::encode(bytes)),
            Self::P256(bytes) => write!(f, "p256:{}", hex::encode(bytes)),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A private key that signs transactions.
#[derive(Clone)]
pub enum SigningKey {
    /// Ed25519.
    Ed25519(ed25519_zebra::SigningKey),
    /// ECDSA on P-256.
    P256(p256::ecdsa::SigningKey),
}

impl fmt::Debug for SigningKey {
    /// Never shows the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public_key())
    }
}

impl SigningKey {
    /// The Ed25519 key of a 32-byte seed (RFC 8032 §5.1.5).
    pub fn ed25519(seed: [u8; 32]) -> Self {
        Self::Ed25519(seed.into())
    }

    /// The P-256 key of a 32-byte scalar; `None` for zero or one beyond the group's order.
    pub fn p256(scalar: [u8; 32]) -> Option<Self> {
        p256::ecdsa::SigningKey::from_slice(&scalar).ok().map(Self::P256)
    }

    /// The secret: seed or scalar, 32 bytes.
    pub fn secret(&self) -> [u8; 32] {
        match self {
            Self::Ed25519(key) => key.to_bytes(),
            Self::P256(key) => key.to_bytes().into(),
        }
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match self {
            Self::Ed25519(key) => PublicKey::Ed25519(key.verification_key().into()),
            Self::P256(key) => {
                let point = key.verifying_key().to_sec1_point(true);
                PublicKey::P256(point.as_bytes().try_into().expect("33 bytes compressed"))
            }
        }
    }

    /// 64 bytes over `message`: R ‖ S (RFC 8032) or r ‖ s (RFC 7518 §3.4).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        match self {
            Self::Ed25519(key) => key.sign(message).to_bytes(),
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().into()
            }
        }
    }

    /// The protected header that [`Self::sign_compact`] and [`Self::sign_part`] write for `kid`.
    pub fn protected(&self, kid: &Kid) -> String {
        let algorithm = match self.public_key().algorithm() {
            Algorithm::EdDSA => "EdDSA",
            Algorithm::ES256 => "ES256",
        };
        format!(r#"{{"alg":"{algorithm}","kid":"{kid}"}}"#)
    }

    /// A compact JWS (RFC 7515 §7.1) of `payload`.
    pub fn sign_compact(&self, kid: &Kid, payload: &[u8]) -> String {
        let input = jws::signing_input(self.protected(kid).as_bytes(), payload);
        let signature = jws::base64(&self.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }

    /// The protected header and signature bytes of one signature over `payload`.
    pub fn sign_part(&self, kid: &Kid, payload: &[u8]) -> (Vec<u8>, [u8; 64]) {
        let protected = self.protected(kid).into_bytes();
        let signature = self.sign(jws::signing_input(&protected, payload).as_bytes());
        (protected, signature)
    }

    /// A key that depends only on `label`: for tests and simulations, never for a real ledger.
    pub fn for_tests(label: &str) -> Self {
        Self::ed25519(Hash::of(&[b"counterfoil/test-key/", label.as_bytes()]).0)
    }
}
