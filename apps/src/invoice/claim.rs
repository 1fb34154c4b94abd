//! Claiming an invoice: the seller hands over a secret with it, and whoever has the secret signs for one member of one ledger.

use super::Refused;
use counterfoil_platform::types::{Check, Hash, PublicKey, SigningKey, verify};
use counterfoil_seal::Hex;

/// Begins what a claim signs, so that the signature means nothing else.
const DOMAIN: &[u8] = b"counterfoil/invoice/claim/1";

/// What the secret half of an invoice's claim key signs: that `member` of this ledger claims the invoice of this id.
///
/// `domain ‖ 0 ‖ ledger (32 bytes) ‖ invoice ‖ 0 ‖ member`. It names the member, so that nobody who sees a claim before it is in a
/// block can make it his own.
pub fn message(ledger: &Hash, invoice: &str, member: &str) -> Vec<u8> {
    [DOMAIN, &[0], ledger.as_bytes(), invoice.as_bytes(), &[0], member.as_bytes()].concat()
}

/// The signature of a claim, by the secret half (a 32-byte seed, RFC 8032 §5.1.5) of the invoice's claim key.
pub fn sign(secret: [u8; 32], ledger: &Hash, invoice: &str, member: &str) -> Hex<64> {
    Hex(SigningKey::ed25519(secret).sign(&message(ledger, invoice, member)))
}

/// Whether a signature is that of a claim; by ZIP-215, as signatures of transactions are checked.
pub(super) fn is_signed(key: [u8; 32], ledger: &Hash, invoice: &str, member: &str, signature: &Hex<64>) -> bool {
    let (key, message) = (PublicKey::Ed25519(key), message(ledger, invoice, member));
    verify(Check { key: &key, message: &message, signature: signature.as_bytes() })
}

/// Refuses a claim key that is not an Ed25519 public key: nobody could ever claim with it.
pub(super) fn check_key(key: Option<&Hex<32>>) -> Result<(), Refused> {
    match key {
        Some(key) if format!("ed25519:{key}").parse::<PublicKey>().is_err() => {
            Err(Refused::ClaimKey { found: key.to_string() })
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client in another language must come to the same bytes.
    #[test]
    fn the_message_of_a_claim_is_fixed() {
        let message = message(&Hash([7; 32]), "00000000010123456789abcdef012345", "alice");
        let expected = format!(
            "{}00{}{}00{}",
            hex_of(b"counterfoil/invoice/claim/1"),
            "07".repeat(32),
            hex_of(b"00000000010123456789abcdef012345"),
            hex_of(b"alice")
        );
        assert_eq!(hex_of(&message), expected);
    }

    #[test]
    fn a_signature_is_good_for_one_ledger_invoice_and_member() {
        let ledger = Hash([7; 32]);
        let key = SigningKey::ed25519([9; 32]).public_key().ed25519().unwrap();
        let signature = sign([9; 32], &ledger, "invoice", "alice");
        assert!(is_signed(key, &ledger, "invoice", "alice", &signature));
        assert!(!is_signed(key, &Hash([8; 32]), "invoice", "alice", &signature));
        assert!(!is_signed(key, &ledger, "invoicf", "alice", &signature));
        assert!(!is_signed(key, &ledger, "invoice", "bob", &signature));
        assert!(!is_signed(key, &ledger, "invoice", "alice", &sign([8; 32], &ledger, "invoice", "alice")));
    }

    fn hex_of(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
