//! What PostgreSQL cannot hold as it is.

use counterfoil_types::Value;

/// Stands before what stands for a NUL, and before itself.
const ESCAPE: char = '\u{2400}';
/// Bytes of the texts and blobs of a primary key from which on a row is kept aside: an entry of an index has at most a third of a page.
const KEY_BYTES_MAX: usize = 2_000;

/// The value as PostgreSQL can hold it: its texts have no character U+0000, so that one is written `␀0` (and `␀` is written `␀␀`).
/// Different texts stay different.
pub fn escaped(value: Value) -> Value {
    match value {
        Value::Text(text) if text.contains(['\0', ESCAPE]) => {
            let mut out = String::with_capacity(text.len() + 16);
            for c in text.chars() {
                match c {
                    '\0' => out.extend([ESCAPE, '0']),
                    ESCAPE => out.extend([ESCAPE, ESCAPE]),
                    other => out.push(other),
                }
            }
            Value::Text(out)
        }
        other => other,
    }
}

/// Whether a value was, or might have been, written otherwise.
pub fn is_escaped(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.contains(ESCAPE))
}

/// Whether an index of PostgreSQL holds this primary key.
pub fn fits_an_index(key: &[Value]) -> bool {
    let bytes = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Null | Value::Integer(_) => 0,
    };
    key.iter().map(bytes).sum::<usize>() <= KEY_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escape(text: &str) -> String {
        match escaped(Value::Text(text.to_owned())) {
            Value::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_nul_is_shown() {
        for (text, shown) in [("", ""), ("a\0b", "a␀0b"), ("a␀0b", "a␀␀0b"), ("\0\0", "␀0␀0"), ("餐 0", "餐 0")]
        {
            assert_eq!(escape(text), shown);
        }
    }

    proptest! {
        #[test]
        fn texts_stay_different(one in "[\0␀0a]{0,6}", other in "[\0␀0a]{0,6}") {
            prop_assert!(!escape(&one).contains('\0'));
            prop_assert_eq!(one == other, escape(&one) == escape(&other));
        }
    }

    #[test]
    fn long_keys_are_told() {
        assert!(fits_an_index(&[Value::Integer(7), Value::Text("x".repeat(2_000))]));
        assert!(!fits_an_index(&[Value::Blob(vec![0; 1_999]), Value::Text("xy".into())]));
    }
}
