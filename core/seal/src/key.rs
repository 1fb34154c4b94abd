use crate::{SealError, bytes::read_hex, suite};
use counterfoil_types::Kid;
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{borrow::Cow, fmt, str::FromStr};
use zeroize::Zeroizing;

const PUBLIC: &str = "x25519:";
const SECRET: &str = "x25519-secret:";

/// The secret key by which a member reads (X25519). Its bytes are overwritten when it is dropped.
#[derive(Clone)]
pub struct ReadingKey(Zeroizing<[u8; 32]>);

impl ReadingKey {
    /// The key of 32 bytes, which must be random.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut key = Self(Zeroizing::new([0; 32]));
        rng.fill_bytes(&mut *key.0);
        key
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    pub fn from_text(text: &str) -> Result<Self, SealError> {
        let digits = text.strip_prefix(SECRET).and_then(read_hex::<32>);
        digits
            .map(Self::from_bytes)
            .ok_or(SealError::NotAKey { reason: "expected x25519-secret: and 64 lower-case hexadecimal digits" })
    }

    /// `x25519-secret:<hex>`: for a file that nobody else reads.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{SECRET}{}", hex::encode(*self.0)))
    }

    /// Its public half.
    pub fn public_key(&self) -> ReadingPublicKey {
        ReadingPublicKey(suite::public_key(&self.0))
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ReadingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the reading key of {}", self.public_key())
    }
}

/// The public half of a [`ReadingKey`]; in text `x25519:<hex>`. A text that is not canonical, or a point of low order, with which
/// everybody could read, is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReadingPublicKey([u8; 32]);

impl ReadingPublicKey {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for ReadingPublicKey {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let Some(bytes) = text.strip_prefix(PUBLIC).and_then(read_hex::<32>) else {
            return Err(SealError::NotAKey { reason: "expected x25519: and 64 lower-case hexadecimal digits" });
        };
        // Below 2^255 - 19, least significant byte first: one point has one text.
        let canonical =
            bytes[31] < 0x7f || bytes[31] == 0x7f && (bytes[0] < 0xed || bytes[1..31].iter().any(|byte| *byte != 0xff));
        if !canonical || !suite::is_contributory(&bytes) {
            return Err(SealError::NotAKey { reason: "the point is not canonical or of low order" });
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for ReadingPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC}{}", hex::encode(self.0))
    }
}

impl fmt::Debug for ReadingPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ReadingPublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReadingPublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Who is to read: the name of a published reading key and the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// `member/name`.
    pub kid: Kid,
    /// The key that the ledger holds under this name.
    pub public_key: ReadingPublicKey,
}
