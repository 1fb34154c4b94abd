use crate::{Algorithm, Check, Hash, Kid, Payload, Refusal, RefusalKind, jws, limits, merkle};
use bytes::Bytes;
use minicbor::{Decoder, Encoder};
use serde::Deserialize;
use std::borrow::Cow;

/// A signed transaction, strictly parsed. Its signatures are *not* checked yet: whose keys are valid is a matter of state.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// What is asked.
    pub payload: Payload,
    /// One for each of `payload.signers`, in that order.
    pub signatures: Vec<Signature>,
    wire: Bytes,
    identity: Hash,
    leaf: Hash,
}

/// One signature of a transaction.
#[derive(Debug, Clone)]
pub struct Signature {
    /// The algorithm that the protected header names.
    pub algorithm: Algorithm,
    /// The key that the protected header names.
    pub kid: Kid,
    /// The bytes that were signed.
    pub input: String,
    /// The signature's bytes, of any length until checked.
    pub bytes: Vec<u8>,
}

/// Why a transaction as a whole is refused. Codes `transaction/N` are for life: never reuse a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionCode {
    /// Not a JWS of the demanded form, or its payload is not.
    Malformed = 1,
    /// Beyond a limit of size or number.
    TooLarge = 2,
    /// Meant for another ledger.
    WrongLedger = 3,
    /// Its `expires` has passed.
    Expired = 4,
    /// Its `expires` lies more than 24 hours ahead.
    ExpiresTooFar = 5,
    /// A signer is not a key of a member.
    UnknownSigner = 6,
    /// A signer's key is revoked, or not valid now.
    KeyNotValid = 7,
    /// A signature does not verify.
    BadSignature = 8,
    /// A signer named in the payload did not sign.
    MissingSignature = 9,
    /// A signature of a key that `signers` does not name, or twice.
    ExtraSignature = 10,
    /// An algorithm other than EdDSA or ES256, or not the key's own.
    Algorithm = 11,
    /// This very transaction is on the ledger already.
    Replayed = 12,
    /// The sender used this id for another transaction.
    IdReused = 13,
    /// A statement of a command failed in the database.
    StatementFailed = 14,
    /// More work than one transaction may cause.
    TooMuchWork = 15,
}

impl TransactionCode {
    /// Whether a refusal has this code.
    pub fn is(self, refusal: &Refusal) -> bool {
        refusal.code.strip_prefix("transaction/").and_then(|number| number.parse().ok()) == Some(self as u8)
    }

    /// The refusal with this code.
    pub fn refusal(self, detail: impl Into<String>) -> Refusal {
        use RefusalKind as Kind;
        let kind = match self {
            Self::TooLarge => Kind::TooLarge,
            Self::Expired => Kind::Expired,
            Self::UnknownSigner | Self::KeyNotValid | Self::BadSignature | Self::Algorithm => Kind::Unauthenticated,
            Self::MissingSignature | Self::ExtraSignature => Kind::Unauthenticated,
            Self::Replayed | Self::IdReused => Kind::Conflict,
            Self::Malformed | Self::WrongLedger | Self::ExpiresTooFar => Kind::Invalid,
            Self::StatementFailed | Self::TooMuchWork => Kind::Invalid,
        };
        Refusal::new(format!("transaction/{}", self as u8), kind, detail)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Protected<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    kid: Kid,
    #[serde(borrow, default)]
    typ: Option<Cow<'a, str>>,
}

const BUFFER: &str = "writing to a Vec cannot fail";

impl Transaction {
    /// Reads a compact JWS (RFC 7515 §7.1).
    pub fn from_compact(text: &[u8]) -> Result<Self, Refusal> {
        bounded(text.len())?;
        Self::from_parts(jws::compact(text).map_err(|why| TransactionCode::Malformed.refusal(why))?)
    }

    /// Reads a general JSON JWS (RFC 7515 §7.2.1), its signatures in any order.
    pub fn from_json(text: &[u8]) -> Result<Self, Refusal> {
        bounded(text.len())?;
        Self::from_parts(jws::general(text).map_err(|why| TransactionCode::Malformed.refusal(why))?)
    }

    /// Reads the wire form: CBOR `[payload, [[protected, signature], …]]`, signatures in the order of `signers`.
    pub fn from_wire(wire: Bytes) -> Result<Self, Refusal> {
        if wire.len() > limits::TRANSACTION_BYTES_MAX {
            return Err(too_large());
        }
        let malformed = || TransactionCode::Malformed.refusal("not a transaction in wire form");
        let parts = decode(&wire).ok_or_else(malformed)?;
        let transaction = Self::from_parts(parts)?;
        // One transaction has one wire form: no other order of signatures, no other lengths, nothing after it.
        if transaction.wire == wire { Ok(transaction) } else { Err(malformed()) }
    }

    fn from_parts(parts: jws::Parts) -> Result<Self, Refusal> {
        use TransactionCode as Code;
        let payload: Payload = serde_json::from_slice(&parts.payload)
            .map_err(|error| Code::Malformed.refusal(format!("payload: {error}")))?;
        check_form(&payload)?;
        let mut given = Vec::with_capacity(parts.signatures.len());
        for (protected, bytes) in parts.signatures {
            given.push((parse_signature(&protected, bytes, &parts.payload)?, protected));
        }
        let mut signatures = Vec::with_capacity(given.len());
        let mut protected = Vec::with_capacity(given.len());
        for signer in &payload.signers {
            let Some(at) = given.iter().position(|(signature, _)| signature.kid == *signer) else {
                return Err(Code::MissingSignature.refusal(format!("{signer} is named in signers and did not sign")));
            };
            let (signature, header) = given.swap_remove(at);
            signatures.push(signature);
            protected.push(header);
        }
        if let Some((extra, _)) = given.first() {
            let kid = &extra.kid;
            return Err(
                Code::ExtraSignature.refusal(format!("{kid} signed and is not named in signers, or signed twice"))
            );
        }
        let wire = encode(&parts.payload, &protected, &signatures);
        if wire.len() > limits::TRANSACTION_BYTES_MAX {
            return Err(too_large());
        }
        let identity = identity(&parts.payload, &protected);
        let leaf = merkle::leaf(&wire);
        Ok(Self { payload, signatures, wire, identity, leaf })
    }

    /// The wire form, as it stands in blocks.
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }

    /// SHA-256 of CBOR `[payload, [protected, …]]`: what it asks and who signs it, whatever the signatures' bytes.
    pub fn identity(&self) -> Hash {
        self.identity
    }

    /// Its leaf in a block's tree of transactions (RFC 9162), by which order knows it.
    pub fn leaf(&self) -> Hash {
        self.leaf
    }

    /// The check of each signature against the key of its signer, given in the order of `signers`.
    pub fn checks<'a>(&'a self, keys: &'a [crate::PublicKey]) -> impl Iterator<Item = Check<'a>> {
        assert_eq!(keys.len(), self.signatures.len(), "a key for each signature");
        self.signatures.iter().zip(keys).map(|(signature, key)| Check {
            key,
            message: signature.input.as_bytes(),
            signature: &signature.bytes,
        })
    }

    /// A compact JWS of the same transaction; `None` with several signatures.
    pub fn to_compact(&self) -> Option<String> {
        match self.signatures.as_slice() {
            [one] => Some(format!("{}.{}", one.input, jws::base64(&one.bytes))),
            _ => None,
        }
    }
}

fn too_large() -> Refusal {
    let max = limits::TRANSACTION_BYTES_MAX;
    TransactionCode::TooLarge.refusal(format!("a transaction has at most {max} bytes"))
}

/// Text is at most 4/3 of the wire form, and headers.
fn bounded(length: usize) -> Result<(), Refusal> {
    if length > limits::TRANSACTION_BYTES_MAX / 3 * 4 + 4096 { Err(too_large()) } else { Ok(()) }
}

fn check_form(payload: &Payload) -> Result<(), Refusal> {
    let malformed = |detail: String, field: &str| Err(TransactionCode::Malformed.refusal(detail).at(field));
    let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if payload.id.is_empty() || payload.id.len() > limits::ID_BYTES_MAX || !printable(&payload.id) {
        let max = limits::ID_BYTES_MAX;
        return malformed(format!("id has 1 to {max} printable ASCII characters without spaces"), "/id");
    }
    if payload.signers.is_empty() || payload.signers.len() > limits::SIGNERS_MAX {
        return malformed(format!("signers names 1 to {} keys", limits::SIGNERS_MAX), "/signers");
    }
    if payload.calls.is_empty() || payload.calls.len() > limits::CALLS_MAX {
        return malformed(format!("calls has 1 to {} calls", limits::CALLS_MAX), "/calls");
    }
    if let Some(at) = payload.calls.iter().position(|call| !call.with.get().starts_with('{')) {
        return malformed("arguments are a JSON object".into(), &format!("/calls/{at}/with"));
    }
    let mut signers: Vec<_> = payload.signers.iter().collect();
    signers.sort_unstable();
    if signers.windows(2).any(|pair| pair[0] == pair[1]) {
        return malformed("signers names a key twice".into(), "/signers");
    }
    Ok(())
}

fn parse_signature(protected: &[u8], bytes: Vec<u8>, payload: &[u8]) -> Result<Signature, Refusal> {
    use TransactionCode as Code;
    if protected.len() > limits::PROTECTED_BYTES_MAX {
        let max = limits::PROTECTED_BYTES_MAX;
        return Err(Code::TooLarge.refusal(format!("a protected header has at most {max} bytes")));
    }
    let header: Protected<'_> = serde_json::from_slice(protected)
        .map_err(|error| Code::Malformed.refusal(format!("protected header: {error}")))?;
    if header.typ.as_deref().is_some_and(|typ| !["JOSE", "JOSE+JSON"].contains(&typ)) {
        return Err(Code::Malformed.refusal("typ in a protected header is JOSE or JOSE+JSON, if anything"));
    }
    let algorithm = match &*header.alg {
        "EdDSA" | "Ed25519" => Algorithm::EdDSA,
        "ES256" => Algorithm::ES256,
        other => return Err(Code::Algorithm.refusal(format!("alg {other:?} is not accepted: EdDSA or ES256"))),
    };
    Ok(Signature { algorithm, kid: header.kid, input: jws::signing_input(protected, payload), bytes })
}

fn encode(payload: &[u8], protected: &[Vec<u8>], signatures: &[Signature]) -> Bytes {
    let mut out = Vec::with_capacity(payload.len() + 192 * protected.len() + 16);
    let mut encoder = Encoder::new(&mut out);
    encoder.array(2).expect(BUFFER).bytes(payload).expect(BUFFER).array(protected.len() as u64).expect(BUFFER);
    for (header, signature) in protected.iter().zip(signatures) {
        encoder.array(2).expect(BUFFER).bytes(header).expect(BUFFER).bytes(&signature.bytes).expect(BUFFER);
    }
    out.into()
}

fn identity(payload: &[u8], protected: &[Vec<u8>]) -> Hash {
    let mut out = Vec::with_capacity(payload.len() + 96 * protected.len() + 16);
    let mut encoder = Encoder::new(&mut out);
    encoder.array(2).expect(BUFFER).bytes(payload).expect(BUFFER).array(protected.len() as u64).expect(BUFFER);
    for header in protected {
        encoder.bytes(header).expect(BUFFER);
    }
    Hash::of(&[&out])
}

fn decode(wire: &[u8]) -> Option<jws::Parts> {
    let mut decoder = Decoder::new(wire);
    if decoder.array().ok()?? != 2 {
        return None;
    }
    let payload = decoder.bytes().ok()?.to_vec();
    let count = decoder.array().ok()??;
    if count > limits::SIGNERS_MAX as u64 {
        return None;
    }
    let mut signatures = Vec::with_capacity(count as usize);
    for _ in 0..count {
        if decoder.array().ok()?? != 2 {
            return None;
        }
        signatures.push((decoder.bytes().ok()?.to_vec(), decoder.bytes().ok()?.to_vec()));
    }
    (decoder.position() == wire.len()).then_some(jws::Parts { payload, signatures })
}
