//! What a device said, checked as Web Authentication Level 3 demands of who relies on it: §7.1 for a new passkey, with attestation `none`,
//! and §7.2 for signing in. What is not asked for (other algorithms, statements about the device, extensions) is not read.

use super::Site;
use base64ct::{Base64UrlUnpadded as Base64, Encoding as _};
use counterfoil_types::{Check, PublicKey, verify};
use minicbor::{Decoder, data::Type};
use p256::ecdsa::{Signature, VerifyingKey};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// COSE algorithms (RFC 9053) that passkeys may have: ES256 and EdDSA.
pub const ALGORITHMS: [i64; 2] = [ES256, EDDSA];
const ES256: i64 = -7;
const EDDSA: i64 = -8;

/// Bits of the flags in authenticator data (§6.1).
mod flag {
    pub const USER_PRESENT: u8 = 1;
    pub const USER_VERIFIED: u8 = 1 << 2;
    pub const BACKUP_ELIGIBLE: u8 = 1 << 3;
    pub const BACKED_UP: u8 = 1 << 4;
    pub const ATTESTED: u8 = 1 << 6;
    pub const EXTENSIONS: u8 = 1 << 7;
}

/// Bytes of an id of a passkey at most (§7.1, step 25).
const ID_BYTES_MAX: usize = 1023;
/// Entries of a key's map at most: keys of both algorithms have five.
const KEY_ENTRIES_MAX: u64 = 16;

/// Why what a device said does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Not what browsers send.
    #[error("this is not what a browser says of a passkey")]
    ClientData,
    /// Made on a page of somebody else, or inside one.
    #[error("this was made for another page")]
    Origin,
    /// Not as long as it has to be, or longer.
    #[error("this is not what a device says of a passkey")]
    AuthenticatorData,
    /// Made for another name.
    #[error("this was made for another site")]
    Site,
    /// Nobody has shown the device that it is him.
    #[error("the device has not checked who uses it")]
    NotVerified,
    /// A key of another kind.
    #[error("the device has made a key that is neither ES256 nor EdDSA")]
    Key,
    /// Somebody else's signature, or over something else.
    #[error("the signature is wrong")]
    Signature,
}

/// What a browser says of what a device signs (§5.8.1). Further members may come: they are to be ignored.
#[derive(Deserialize)]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

/// The challenge of a browser's words, if they are for this and from our pages.
fn challenge(client_data: &[u8], kind: &str, site: &Site) -> Result<Vec<u8>, Wrong> {
    let said: ClientData = serde_json::from_slice(client_data).map_err(|_| Wrong::ClientData)?;
    if said.r#type != kind {
        return Err(Wrong::ClientData);
    }
    if said.origin != site.origin || said.cross_origin {
        return Err(Wrong::Origin);
    }
    Base64::decode_vec(&said.challenge).map_err(|_| Wrong::ClientData)
}

/// The head of authenticator data (§6.1): flags, counter, and what comes after them.
fn head<'a>(data: &'a [u8], site: &Site) -> Result<(u8, u32, &'a [u8]), Wrong> {
    let (hash, rest) = data.split_first_chunk::<32>().ok_or(Wrong::AuthenticatorData)?;
    let (&[flags, a, b, c, d], rest) = rest.split_first_chunk().ok_or(Wrong::AuthenticatorData)?;
    if *hash != site.hash() {
        return Err(Wrong::Site);
    }
    let needed = flag::USER_PRESENT | flag::USER_VERIFIED;
    if flags & needed != needed {
        return Err(Wrong::NotVerified);
    }
    if flags & flag::BACKED_UP != 0 && flags & flag::BACKUP_ELIGIBLE == 0 {
        return Err(Wrong::AuthenticatorData);
    }
    Ok((flags, u32::from_be_bytes([a, b, c, d]), rest))
}

/// Nothing, or the one map of extensions that the flags announce.
fn end(flags: u8, rest: &[u8]) -> Result<(), Wrong> {
    if flags & flag::EXTENSIONS == 0 {
        return if rest.is_empty() { Ok(()) } else { Err(Wrong::AuthenticatorData) };
    }
    let mut decoder = Decoder::new(rest);
    let is_map = decoder.datatype().is_ok_and(|found| found == Type::Map);
    let whole = is_map && decoder.skip().is_ok() && decoder.position() == rest.len();
    if whole { Ok(()) } else { Err(Wrong::AuthenticatorData) }
}

/// A new passkey, as a browser hands it over.
pub struct Registration<'a> {
    /// What the browser says, JSON.
    pub client_data: &'a [u8],
    /// What the device says.
    pub authenticator_data: &'a [u8],
}

/// The passkey in it.
#[derive(Debug)]
pub struct Registered {
    /// The challenge that it answers.
    pub challenge: Vec<u8>,
    /// The passkey's id.
    pub credential: Vec<u8>,
    /// Its public half.
    pub public_key: PublicKey,
    /// How often it has signed, if the device counts.
    pub counter: u32,
}

impl Registration<'_> {
    /// The passkey, if all is as it has to be but for the challenge, which the caller knows.
    pub fn verify(&self, site: &Site) -> Result<Registered, Wrong> {
        let challenge = challenge(self.client_data, "webauthn.create", site)?;
        let (flags, counter, rest) = head(self.authenticator_data, site)?;
        if flags & flag::ATTESTED == 0 {
            return Err(Wrong::AuthenticatorData);
        }
        let (_model, rest) = rest.split_first_chunk::<16>().ok_or(Wrong::AuthenticatorData)?;
        let (length, rest) = rest.split_first_chunk().ok_or(Wrong::AuthenticatorData)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if !(1..=ID_BYTES_MAX).contains(&length) || rest.len() < length {
            return Err(Wrong::AuthenticatorData);
        }
        let (credential, rest) = rest.split_at(length);
        let (public_key, rest) = cose_key(rest)?;
        end(flags, rest)?;
        Ok(Registered { challenge, credential: credential.to_vec(), public_key, counter })
    }
}

/// What a COSE_Key says (RFC 9052 §7).
#[derive(Default)]
struct CoseKey<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    x: &'a [u8],
    y: &'a [u8],
}

/// A COSE_Key and what comes after it.
fn cose_key(bytes: &[u8]) -> Result<(PublicKey, &[u8]), Wrong> {
    let mut decoder = Decoder::new(bytes);
    let key = read_key(&mut decoder).map_err(|_| Wrong::Key)?;
    let rest = &bytes[decoder.position()..];
    let public_key = match (key.kind, key.algorithm, key.curve) {
        // EC2 on P-256.
        (Some(2), Some(ES256), Some(1)) if key.x.len() == 32 && key.y.len() == 32 => {
            let point = [&[4], key.x, key.y].concat();
            let key = VerifyingKey::from_sec1_bytes(&point).map_err(|_| Wrong::Key)?;
            format!("p256:{}", hex::encode(key.to_sec1_point(true).as_bytes()))
        }
        // OKP with Ed25519.
        (Some(1), Some(EDDSA), Some(6)) => format!("ed25519:{}", hex::encode(key.x)),
        _ => return Err(Wrong::Key),
    };
    Ok((public_key.parse().map_err(|_| Wrong::Key)?, rest))
}

fn read_key<'a>(decoder: &mut Decoder<'a>) -> Result<CoseKey<'a>, minicbor::decode::Error> {
    let mut key = CoseKey::default();
    let entries = decoder.map()?.filter(|entries| *entries <= KEY_ENTRIES_MAX);
    for _ in 0..entries.ok_or_else(|| minicbor::decode::Error::message("a map of a few entries"))? {
        match decoder.i64()? {
            1 => key.kind = Some(decoder.i64()?),
            3 => key.algorithm = Some(decoder.i64()?),
            -1 => key.curve = Some(decoder.i64()?),
            -2 => key.x = decoder.bytes()?,
            -3 => key.y = decoder.bytes()?,
            _ => decoder.skip()?,
        }
    }
    Ok(key)
}

/// A signature of a passkey, as a browser hands it over.
pub struct Assertion<'a> {
    /// What the browser says, JSON.
    pub client_data: &'a [u8],
    /// What the device says.
    pub authenticator_data: &'a [u8],
    /// Its signature over both; DER for ES256.
    pub signature: &'a [u8],
}

/// What was signed.
#[derive(Debug)]
pub struct Ceremony {
    /// The challenge that it answers.
    pub challenge: Vec<u8>,
    /// How often the passkey has signed, if the device counts.
    pub counter: u32,
}

impl Assertion<'_> {
    /// What was signed, if all is as it has to be but for challenge and counter, which the caller knows.
    pub fn verify(&self, site: &Site, key: &PublicKey) -> Result<Ceremony, Wrong> {
        let challenge = challenge(self.client_data, "webauthn.get", site)?;
        let (flags, counter, rest) = head(self.authenticator_data, site)?;
        if flags & flag::ATTESTED != 0 {
            return Err(Wrong::AuthenticatorData);
        }
        end(flags, rest)?;
        let message = [self.authenticator_data, &Sha256::digest(self.client_data)[..]].concat();
        let signature = match key {
            PublicKey::P256(_) => {
                Signature::from_der(self.signature).map_err(|_| Wrong::Signature)?.to_bytes().to_vec()
            }
            PublicKey::Ed25519(_) => self.signature.to_vec(),
        };
        let right = verify(Check { key, message: &message, signature: &signature });
        if right { Ok(Ceremony { challenge, counter }) } else { Err(Wrong::Signature) }
    }
}
