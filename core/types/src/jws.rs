//! JSON Web Signature (RFC 7515): the compact and the general JSON form, strictly read.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::{Deserialize, Serialize};

/// Base64url without padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Canonical base64url without padding, or nothing: unused bits must be zero, so that a text has one form.
pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    let bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
    (base64(&bytes) == text).then_some(bytes)
}

/// What a signature covers: base64url(protected) '.' base64url(payload) (RFC 7515 §5.1).
pub(crate) fn signing_input(protected: &[u8], payload: &[u8]) -> String {
    let length = |bytes: &[u8]| bytes.len().div_ceil(3) * 4;
    let mut input = vec![0; length(protected) + 1 + length(payload)];
    let head = Base64UrlUnpadded::encode(protected, &mut input).expect("room").len();
    input[head] = b'.';
    let tail = Base64UrlUnpadded::encode(payload, &mut input[head + 1..]).expect("room").len();
    input.truncate(head + 1 + tail);
    String::from_utf8(input).expect("base64url is ASCII")
}

/// A JWS taken apart: raw payload and, for each signature, raw protected header and signature.
pub(crate) struct Parts {
    pub payload: Vec<u8>,
    pub signatures: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct General<'a> {
    #[serde(borrow)]
    pub payload: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    pub signatures: Vec<GeneralSignature<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GeneralSignature<'a> {
    #[serde(borrow)]
    pub protected: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    pub signature: std::borrow::Cow<'a, str>,
}

fn part(text: &str, what: &str) -> Result<Vec<u8>, String> {
    unbase64(text).ok_or_else(|| format!("{what} is not canonical base64url without padding"))
}

/// Takes a compact JWS apart.
pub(crate) fn compact(text: &[u8]) -> Result<Parts, String> {
    let text = std::str::from_utf8(text).map_err(|_| "a compact JWS is ASCII")?;
    let mut pieces = text.split('.');
    let (Some(protected), Some(payload), Some(signature), None) =
        (pieces.next(), pieces.next(), pieces.next(), pieces.next())
    else {
        return Err("a compact JWS has three parts".into());
    };
    Ok(Parts {
        payload: part(payload, "the payload")?,
        signatures: vec![(part(protected, "the protected header")?, part(signature, "the signature")?)],
    })
}

/// Takes a general JSON JWS apart.
pub(crate) fn general(text: &[u8]) -> Result<Parts, String> {
    let general: General<'_> = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let signatures = general.signatures.iter().map(|signature| {
        Ok((part(&signature.protected, "a protected header")?, part(&signature.signature, "a signature")?))
    });
    Ok(Parts {
        payload: part(&general.payload, "the payload")?,
        signatures: signatures.collect::<Result<_, String>>()?,
    })
}
