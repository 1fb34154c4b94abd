//! The bytes that are encrypted: CBOR `["counterfoil/content/1", [[name, salt, value]…]]`, then zeros up to a padded length.

use crate::{FieldValue, Hex, OpenedField, SealError, field};
use minicbor::{Decoder, Encoder, data::Type, decode::Error};
use zeroize::Zeroizing;

const LABEL: &str = "counterfoil/content/1";
/// A content is never shorter.
const BYTES_MIN: usize = 256;

/// The length to which a content is padded: at least 256, and with so few significant bits that it tells little (Padmé, Nikitin et al.,
/// "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, §4.2).
pub(crate) fn padded(bytes: usize) -> usize {
    let bytes = bytes.max(BYTES_MIN);
    let exponent = bytes.ilog2();
    let zeros = exponent - (exponent.ilog2() + 1);
    let mask = (1 << zeros) - 1;
    (bytes + mask) & !mask
}

pub(crate) fn encode(fields: &[OpenedField]) -> Zeroizing<Vec<u8>> {
    // Room for all of it from the start, so that no copy of clear text stays behind where the buffer grew.
    let sizes = fields.iter().map(|field| {
        let value = match &field.value {
            FieldValue::Text(text) => text.len(),
            FieldValue::Bytes(bytes) => bytes.len(),
        };
        value + field.name.len() + 64
    });
    let mut out = Zeroizing::new(Vec::with_capacity(padded(sizes.sum::<usize>() + 64)));
    let mut encoder = Encoder::new(&mut *out);
    encoder
        .array(2)
        .and_then(|e| e.str(LABEL))
        .and_then(|e| e.array(fields.len() as u64))
        .expect("writing to a Vec cannot fail");
    for OpenedField { name, salt, value } in fields {
        encoder.array(3).expect("writing to a Vec cannot fail");
        field::encode(&mut encoder, name, &salt.0, value);
    }
    let length = padded(out.len());
    out.resize(length, 0);
    out
}

/// Reads what [`encode`] wrote, and nothing else.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<OpenedField>, SealError> {
    let fields = read(bytes).map_err(|error| SealError::Content { reason: error.to_string() })?;
    if *encode(&fields) == bytes {
        return Ok(fields);
    }
    Err(SealError::Content { reason: "another encoding than the one that a content has".to_owned() })
}

fn read(bytes: &[u8]) -> Result<Vec<OpenedField>, Error> {
    let expect = |what: bool, text: &'static str| if what { Ok(()) } else { Err(Error::message(text)) };
    let mut decoder = Decoder::new(bytes);
    expect(decoder.array()? == Some(2) && decoder.str()? == LABEL, "expected a content")?;
    let count = decoder.array()?.ok_or_else(|| Error::message("a list without length"))?;
    expect(count <= crate::FIELDS_MAX as u64, "too many fields")?;
    (0..count)
        .map(|_| {
            expect(decoder.array()? == Some(3), "expected name, salt and value")?;
            let name = decoder.str()?.to_owned();
            let salt = decoder.bytes()?.try_into().map_err(|_| Error::message("a salt has 32 bytes"))?;
            let value = match decoder.datatype()? {
                Type::Bytes => FieldValue::Bytes(decoder.bytes()?.to_vec()),
                _ => FieldValue::Text(decoder.str()?.to_owned()),
            };
            Ok(OpenedField { name, salt: Hex(salt), value })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::padded;

    #[test]
    fn padding_adds_little_and_leaves_few_lengths() {
        let lengths: std::collections::BTreeSet<_> = (0..=1 << 20).map(padded).collect();
        assert!(lengths.len() < 260, "{}", lengths.len());
        for bytes in 256..100_000 {
            let length = padded(bytes);
            assert!(length >= bytes && (length - bytes) * 100 <= bytes * 12, "{bytes} {length}");
            assert_eq!(padded(length), length);
        }
        assert_eq!((padded(0), padded(256), padded(257), padded(1_000)), (256, 256, 272, 1_024));
    }
}
