use crate::Hash;
use minicbor::{Decoder, Encoder, data::Type};

/// A column's value. Ledger tables hold nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// SQL INTEGER.
    Integer(i64),
    /// SQL TEXT, UTF-8.
    Text(String),
    /// SQL BLOB.
    Blob(Vec<u8>),
}

const BUFFER: &str = "writing to a Vec cannot fail";

/// Appends one value to deterministic CBOR (RFC 8949 §4.2).
pub fn encode_value(value: &Value, out: &mut Vec<u8>) {
    let mut encoder = Encoder::new(out);
    match value {
        Value::Null => encoder.null(),
        Value::Integer(number) => encoder.i64(*number),
        Value::Text(text) => encoder.str(text),
        Value::Blob(bytes) => encoder.bytes(bytes),
    }
    .expect(BUFFER);
}

/// Appends the head of an array of `count` values.
pub fn encode_head(count: usize, out: &mut Vec<u8>) {
    Encoder::new(out).array(count as u64).expect(BUFFER);
}

/// A row: a CBOR array of its column values in declared order.
pub fn encode(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 * values.len());
    encode_head(values.len(), &mut out);
    for value in values {
        encode_value(value, &mut out);
    }
    out
}

/// Reads what [`encode`] wrote; `None` for any other bytes, also for another encoding of the same values.
pub fn decode(bytes: &[u8]) -> Option<Vec<Value>> {
    let mut decoder = Decoder::new(bytes);
    let count = decoder.array().ok()??;
    if count > bytes.len() as u64 {
        return None;
    }
    let mut values = Vec::with_capacity(count as usize);
    for _ in 0..count {
        values.push(match decoder.datatype().ok()? {
            Type::Null => {
                decoder.null().ok()?;
                Value::Null
            }
            Type::String => Value::Text(decoder.str().ok()?.to_owned()),
            Type::Bytes => Value::Blob(decoder.bytes().ok()?.to_vec()),
            _ => Value::Integer(decoder.i64().ok()?),
        });
    }
    (decoder.position() == bytes.len() && encode(&values) == bytes).then_some(values)
}

/// Hash of a table's shape, so that a row's values cannot be read under other names:
/// SHA-256(CBOR `["counterfoil/table/1", table, [column…], [primary key column…]]`).
pub fn table_hash<S: AsRef<str>>(table: &str, columns: &[S], primary_key: &[S]) -> Hash {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out);
    encoder.array(4).expect(BUFFER).str("counterfoil/table/1").expect(BUFFER).str(table).expect(BUFFER);
    for names in [columns, primary_key] {
        encoder.array(names.len() as u64).expect(BUFFER);
        for name in names {
            encoder.str(name.as_ref()).expect(BUFFER);
        }
    }
    Hash::of(&[&out])
}

/// The key of a row in the index: SHA-256(CBOR `["counterfoil/key/1", table, primary key value…]`).
pub fn key(table: &str, primary_key: &[Value]) -> Hash {
    let mut out = Vec::with_capacity(96);
    encode_key_prefix(table, primary_key.len(), &mut out);
    for value in primary_key {
        encode_value(value, &mut out);
    }
    Hash::of(&[&out])
}

/// The key of a table's marker in the index: SHA-256(CBOR `["counterfoil/index/1", table]`).
///
/// Genesis puts one there for each table whose rows are indexed, with the table's [`table_hash`] as its value. Only of a table with a
/// marker does the absence of a row's key say that there is no such row.
pub fn indexed_table_key(table: &str) -> Hash {
    let mut out = Vec::with_capacity(64);
    let mut encoder = Encoder::new(&mut out);
    encoder.array(2).expect(BUFFER).str("counterfoil/index/1").expect(BUFFER).str(table).expect(BUFFER);
    Hash::of(&[&out])
}

/// Appends what comes before the primary key's values in the bytes that [`key`] hashes.
pub fn encode_key_prefix(table: &str, columns: usize, out: &mut Vec<u8>) {
    let mut encoder = Encoder::new(out);
    encoder.array(2 + columns as u64).expect(BUFFER).str("counterfoil/key/1").expect(BUFFER).str(table).expect(BUFFER);
}

/// The value of a row in the index: SHA-256(table hash ‖ row).
pub fn value(table_hash: &Hash, row: &[u8]) -> Hash {
    Hash::of(&[&table_hash.0, row])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Vec<Value>> {
        prop::collection::vec(
            prop_oneof![
                Just(Value::Null),
                any::<i64>().prop_map(Value::Integer),
                ".*".prop_map(Value::Text),
                prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Blob),
            ],
            0..8,
        )
    }

    proptest! {
        #[test]
        fn a_row_reads_back_and_has_one_encoding(values in values(), at in any::<prop::sample::Index>(), flip in 1u8..) {
            let mut bytes = encode(&values);
            prop_assert_eq!(decode(&bytes), Some(values.clone()));
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert_ne!(decode(&bytes), Some(values));
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(values) = decode(&bytes) {
                prop_assert_eq!(encode(&values), bytes);
            }
        }
    }

    #[test]
    fn the_bytes_of_a_row_are_frozen() {
        let row = encode(&[Value::Text("a".into()), Value::Integer(-1), Value::Null, Value::Blob(vec![7])]);
        assert_eq!(hex::encode(&row), "84616120f64107");
        assert_eq!(
            table_hash("t", &["id", "n"], &["id"]).to_string(),
            Hash::of(&[&hex::decode("8473636f756e746572666f696c2f7461626c652f31617482626964616e81626964").unwrap()])
                .to_string()
        );
    }

    #[test]
    fn the_key_of_a_tables_marker_is_frozen() {
        let bytes = hex::decode("8273636f756e746572666f696c2f696e6465782f316174").unwrap();
        assert_eq!(indexed_table_key("t"), Hash::of(&[&bytes]));
    }
}
