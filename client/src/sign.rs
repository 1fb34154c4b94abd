use crate::{Client, Error};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use counterfoil_types::{Call, Kid, PayloadDraft, SigningKey, Transaction};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a signed transaction may wait to be ordered if nothing else is said.
const EXPIRES: Duration = Duration::from_secs(10 * 60);

impl Client {
    /// Signs `calls` with one key; valid for ten minutes.
    ///
    /// `id` is the idempotency key, unique among the transactions of `kid`: the same signed transaction can be sent any number of
    /// times and happens once.
    pub fn sign(&self, kid: &Kid, key: &SigningKey, id: &str, calls: &[Call]) -> Result<Transaction, Error> {
        self.sign_all(&[(kid, key)], id, calls, EXPIRES)
    }

    /// Signs `calls` with several keys, in this order, to be ordered within `expires` (at most 24 hours).
    pub fn sign_all(
        &self,
        signers: &[(&Kid, &SigningKey)],
        id: &str,
        calls: &[Call],
        expires: Duration,
    ) -> Result<Transaction, Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let kids: Vec<Kid> = signers.iter().map(|(kid, _)| (*kid).clone()).collect();
        let expires_ms = (now + expires).as_millis() as u64;
        let payload = PayloadDraft { ledger: self.ledger()?, id, expires_ms, signers: &kids, calls }.to_bytes();
        if let [(kid, key)] = signers {
            return Ok(Transaction::from_compact(key.sign_compact(kid, &payload).as_bytes())?);
        }
        let parts = signers.iter().map(|(kid, key)| {
            let (protected, signature) = key.sign_part(kid, &payload);
            (Base64UrlUnpadded::encode_string(&protected), Base64UrlUnpadded::encode_string(&signature))
        });
        let text = general_text(&Base64UrlUnpadded::encode_string(&payload), parts);
        Ok(Transaction::from_json(text.as_bytes())?)
    }
}

/// The general JSON form of a transaction (RFC 7515 §7.2.1), as it is sent with several signatures.
pub fn general(transaction: &Transaction) -> String {
    let split = |input: &str| {
        let (protected, payload) = input.split_once('.').expect("a signing input has a dot");
        (protected.to_owned(), payload.to_owned())
    };
    let payload = split(&transaction.signatures[0].input).1;
    let parts = transaction.signatures.iter().map(|signature| {
        let (protected, _) = split(&signature.input);
        (protected, Base64UrlUnpadded::encode_string(&signature.bytes))
    });
    general_text(&payload, parts)
}

fn general_text(payload: &str, signatures: impl Iterator<Item = (String, String)>) -> String {
    let signatures: Vec<_> = signatures
        .map(|(protected, signature)| format!(r#"{{"protected":"{protected}","signature":"{signature}"}}"#))
        .collect();
    format!(r#"{{"payload":"{payload}","signatures":[{}]}}"#, signatures.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil_types::Hash;

    #[test]
    fn one_and_several_signatures_are_read_back_as_signed() {
        let client = Client::new("http://127.0.0.1:1").with_ledger(Hash::of(&[b"ledger"]));
        let (a, b) = ("a/main".parse().unwrap(), "b/main".parse().unwrap());
        let (key_a, key_b) = (SigningKey::for_tests("a"), SigningKey::p256([7; 32]).unwrap());
        let calls = [Call::new("test.nothing", &serde_json::json!({}))];
        let one = client.sign(&a, &key_a, "1", &calls).unwrap();
        assert_eq!(Transaction::from_json(general(&one).as_bytes()).unwrap().identity(), one.identity());
        let expires = Duration::from_secs(60);
        let two = client.sign_all(&[(&b, &key_b), (&a, &key_a)], "2", &calls, expires).unwrap();
        assert!(two.to_compact().is_none());
        let read = Transaction::from_json(general(&two).as_bytes()).unwrap();
        assert_eq!((read.identity(), read.wire()), (two.identity(), two.wire()));
        let keys = [key_b.public_key(), key_a.public_key()];
        assert!(read.checks(&keys).all(counterfoil_types::verify));
    }

    #[test]
    fn what_is_no_transaction_is_not_signed() {
        let client = Client::new("http://127.0.0.1:1").with_ledger(Hash::ZERO);
        let kid = "a/main".parse().unwrap();
        let error = client.sign(&kid, &SigningKey::for_tests("a"), "two words", &[]).unwrap_err();
        assert!(error.to_string().contains("id has 1 to"), "{error}");
    }
}
