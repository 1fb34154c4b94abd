use crate::SealedField;
use counterfoil_types::{Hash, Kid};
use minicbor::Encoder;

/// Where a seal belongs. It opens nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The ledger.
    pub ledger: Hash,
    /// What is sealed: a document's id, or `module:id`.
    pub subject: String,
    /// Its version, from 1.
    pub version: u64,
    /// The member who seals.
    pub sealer: String,
}

const BUFFER: &str = "writing to a Vec cannot fail";

impl Place {
    /// Associated data of a content: CBOR `["counterfoil/seal/1", ledger, subject, version, sealer, [[name, commitment]…]]`.
    pub(crate) fn aad(&self, fields: &[SealedField]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = self.begin("counterfoil/seal/1", &mut out);
        encoder.array(fields.len() as u64).expect(BUFFER);
        for field in fields {
            encoder.array(2).and_then(|e| e.str(&field.name)).and_then(|e| e.bytes(&field.commitment.0)).expect(BUFFER);
        }
        out
    }

    /// Info of a wrapped key: CBOR `["counterfoil/wrap/1", ledger, subject, version, sealer, kid]`.
    pub(crate) fn info(&self, kid: &Kid) -> Vec<u8> {
        let mut out = Vec::new();
        self.begin("counterfoil/wrap/1", &mut out).str(kid.as_str()).expect(BUFFER);
        out
    }

    fn begin<'a>(&self, label: &str, out: &'a mut Vec<u8>) -> Encoder<&'a mut Vec<u8>> {
        let mut encoder = Encoder::new(out);
        encoder
            .array(6)
            .and_then(|e| e.str(label))
            .and_then(|e| e.bytes(&self.ledger.0))
            .and_then(|e| e.str(&self.subject))
            .and_then(|e| e.u64(self.version))
            .and_then(|e| e.str(&self.sealer))
            .expect(BUFFER);
        encoder
    }
}
