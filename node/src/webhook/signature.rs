use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;

/// What a secret begins with as text.
const PREFIX: &str = "whsec_";
/// Bytes of a secret; Standard Webhooks allows 24 to 64.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// How far a message's time may be from now, seconds on either side.
const TOLERANCE_S: u64 = 300;

/// A secret that the two ends of a webhook share: `whsec_` and base64 (Standard Webhooks 1.0, symmetric signatures).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Why a message is not taken for its sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// Its time is no number, or far from now.
    #[error("webhook-timestamp is not within {TOLERANCE_S} seconds of now")]
    Time,
    /// No signature of it fits.
    #[error("no signature in webhook-signature is right")]
    Signature,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A new secret, of 256 random bits.
    pub fn random() -> Self {
        Self(rand::random::<[u8; 32]>().to_vec())
    }

    /// Reads a secret; nothing if it is not `whsec_` and base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Base64::decode_vec(text.strip_prefix(PREFIX)?).ok()?;
        SECRET_BYTES.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// The secret as text.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", Base64::encode_string(&self.0))
    }

    fn mac(&self, id: &str, time_s: u64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{time_s}.").as_bytes());
        mac.update(body);
        mac
    }

    /// The header `webhook-signature` of a message.
    pub fn sign(&self, id: &str, time_s: u64, body: &[u8]) -> String {
        format!("v1,{}", Base64::encode_string(&self.mac(id, time_s, body).finalize().into_bytes()))
    }

    /// Whether one of the space-separated signatures in `stated` is right, and `time_s` near `now_s`.
    pub fn verify(&self, id: &str, time_s: &str, stated: &str, body: &[u8], now_s: u64) -> Result<(), NotSigned> {
        let time_s: u64 = time_s.parse().map_err(|_| NotSigned::Time)?;
        if time_s.abs_diff(now_s) > TOLERANCE_S {
            return Err(NotSigned::Time);
        }
        let right = |one: &str| {
            let mac = one.strip_prefix("v1,").and_then(|text| Base64::decode_vec(text).ok());
            mac.is_some_and(|mac| self.mac(id, time_s, body).verify_slice(&mac).is_ok())
        };
        if stated.split(' ').any(right) { Ok(()) } else { Err(NotSigned::Signature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification: <https://github.com/standard-webhooks/standard-webhooks>, `spec/standard-webhooks.md`.
    #[test]
    fn the_example_of_the_standard_is_signed_and_verified() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, time_s, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(secret.sign(id, time_s, body), signature);
        let verify = |time: &str, stated: &str, body: &[u8], now_s| secret.verify(id, time, stated, body, now_s);
        let time = time_s.to_string();
        assert_eq!(verify(&time, signature, body, time_s + 300), Ok(()));
        assert_eq!(verify(&time, &format!("v1a,eA== v1,AAAA {signature}"), body, time_s), Ok(()));
        assert_eq!(verify(&time, signature, body, time_s + 301), Err(NotSigned::Time));
        assert_eq!(verify("soon", signature, body, time_s), Err(NotSigned::Time));
        assert_eq!(verify(&(time_s + 1).to_string(), signature, body, time_s), Err(NotSigned::Signature));
        assert_eq!(verify(&time, signature, b"{}", time_s), Err(NotSigned::Signature));
        assert_eq!(verify(&time, "", body, time_s), Err(NotSigned::Signature));
        assert_eq!(verify(&time, "v1,", body, time_s), Err(NotSigned::Signature));
    }

    #[test]
    fn a_secret_reads_back_and_has_enough_bits() {
        let secret = Secret::random();
        assert_eq!(Secret::parse(&secret.reveal()), Some(secret.clone()));
        assert!(!format!("{secret:?}").contains(&secret.reveal()[6..]));
        for wrong in ["", "whsec_", "whsec_AAAA", &secret.reveal()[6..], "whsec_?"] {
            assert_eq!(Secret::parse(wrong), None, "{wrong}");
        }
    }
}
