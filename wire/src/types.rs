//! Types of PostgreSQL, and values in their text and binary forms.

use crate::error::{SqlState, WireError};
use bytes::{BufMut as _, BytesMut};
use rusqlite::types::{Value, ValueRef};
use std::io::Write as _;

macro_rules! types {
    ($($name:ident = $oid:literal $short:literal $long:literal $size:literal $category:literal $array:literal $element:literal,)*) => {
        /// A type of PostgreSQL that a client may meet here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub(crate) enum PgType { $($name,)* }

        impl PgType {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its number.
            pub(crate) fn oid(self) -> u32 {
                match self { $(Self::$name => $oid,)* }
            }

            /// Its name in `pg_type`.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => $short,)* }
            }

            /// Its name in SQL.
            pub(crate) fn sql_name(self) -> &'static str {
                match self { $(Self::$name => $long,)* }
            }

            /// Bytes of a value; -1 where they vary.
            pub(crate) fn size(self) -> i16 {
                match self { $(Self::$name => $size,)* }
            }

            /// `typcategory`.
            pub(crate) fn category(self) -> char {
                match self { $(Self::$name => $category,)* }
            }

            /// The number of the type of its arrays; 0 where there is none.
            pub(crate) fn array_oid(self) -> u32 {
                match self { $(Self::$name => $array,)* }
            }

            /// The number of the type of its elements; 0 where it is no array.
            pub(crate) fn element_oid(self) -> u32 {
                match self { $(Self::$name => $element,)* }
            }
        }
    };
}

types! {
    Bool = 16 "bool" "boolean" 1 'B' 1000 0,
    Bytea = 17 "bytea" "bytea" -1 'U' 1001 0,
    Char = 18 "char" "\"char\"" 1 'Z' 1002 0,
    Name = 19 "name" "name" 64 'S' 1003 0,
    Int8 = 20 "int8" "bigint" 8 'N' 1016 0,
    Int2 = 21 "int2" "smallint" 2 'N' 1005 0,
    Int2Vector = 22 "int2vector" "int2vector" -1 'A' 0 21,
    Int4 = 23 "int4" "integer" 4 'N' 1007 0,
    Text = 25 "text" "text" -1 'S' 1009 0,
    Oid = 26 "oid" "oid" 4 'N' 1028 0,
    OidVector = 30 "oidvector" "oidvector" -1 'A' 0 26,
    Json = 114 "json" "json" -1 'U' 199 0,
    JsonArray = 199 "_json" "json[]" -1 'A' 0 114,
    Float4 = 700 "float4" "real" 4 'N' 1021 0,
    Float8 = 701 "float8" "double precision" 8 'N' 1022 0,
    Unknown = 705 "unknown" "unknown" -2 'X' 0 0,
    BoolArray = 1000 "_bool" "boolean[]" -1 'A' 0 16,
    ByteaArray = 1001 "_bytea" "bytea[]" -1 'A' 0 17,
    CharArray = 1002 "_char" "\"char\"[]" -1 'A' 0 18,
    NameArray = 1003 "_name" "name[]" -1 'A' 0 19,
    Int2Array = 1005 "_int2" "smallint[]" -1 'A' 0 21,
    Int4Array = 1007 "_int4" "integer[]" -1 'A' 0 23,
    TextArray = 1009 "_text" "text[]" -1 'A' 0 25,
    VarcharArray = 1015 "_varchar" "character varying[]" -1 'A' 0 1043,
    Int8Array = 1016 "_int8" "bigint[]" -1 'A' 0 20,
    OidArray = 1028 "_oid" "oid[]" -1 'A' 0 26,
    Bpchar = 1042 "bpchar" "character" -1 'S' 0 0,
    Varchar = 1043 "varchar" "character varying" -1 'S' 1015 0,
    Date = 1082 "date" "date" 4 'D' 0 0,
    Timestamp = 1114 "timestamp" "timestamp without time zone" 8 'D' 0 0,
    Timestamptz = 1184 "timestamptz" "timestamp with time zone" 8 'D' 0 0,
    Numeric = 1700 "numeric" "numeric" -1 'N' 0 0,
    Regclass = 2205 "regclass" "regclass" 4 'N' 0 0,
    Regtype = 2206 "regtype" "regtype" 4 'N' 0 0,
    Uuid = 2950 "uuid" "uuid" 16 'U' 0 0,
    Jsonb = 3802 "jsonb" "jsonb" -1 'U' 0 0,
}

/// The text format.
pub(crate) const TEXT: i16 = 0;
/// The binary format.
pub(crate) const BINARY: i16 = 1;

impl PgType {
    /// The type of a number.
    pub(crate) fn of_oid(oid: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.oid() == oid)
    }

    /// The type of a name in SQL, in lower case, without length or precision.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let name = name.strip_prefix("pg_catalog.").unwrap_or(name).trim_matches('"');
        Some(match name {
            "int" => Self::Int4,
            "serial" => Self::Int4,
            "bigserial" => Self::Int8,
            "string" | "blob_text" => Self::Text,
            "blob" => Self::Bytea,
            "float" => Self::Float8,
            "decimal" => Self::Numeric,
            "nvarchar" => Self::Varchar,
            _ => return Self::ALL.iter().copied().find(|kind| kind.name() == name || kind.sql_name() == name),
        })
    }

    /// The type of a column that SQLite declares so.
    pub(crate) fn of_declared(declared: &str) -> Option<Self> {
        let lower = declared.to_ascii_lowercase();
        match lower.as_str() {
            "integer" => return Some(Self::Int8),
            "any" => return None,
            _ => {}
        }
        let name = match lower.strip_suffix("_text") {
            Some(name) => name.strip_suffix("_array").map_or_else(|| name.to_owned(), |element| format!("_{element}")),
            None => lower.clone(),
        };
        Self::of_name(&name)
    }

    /// Whether its values are whole numbers.
    pub(crate) fn is_integer(self) -> bool {
        matches!(self, Self::Int8 | Self::Int4 | Self::Int2 | Self::Oid | Self::Regclass | Self::Regtype)
    }

    fn is_array(self) -> bool {
        self.element_oid() != 0
    }
}

/// Reads a parameter's value as the client sent it.
///
/// # Errors
/// `22P02`, `22P03`, `0A000`.
pub(crate) fn decode(kind: PgType, format: i16, bytes: &[u8]) -> Result<Value, WireError> {
    let value = match format {
        TEXT => {
            let text = std::str::from_utf8(bytes).map_err(|_| {
                WireError::new(SqlState::NotInRepertoire, "invalid byte sequence for encoding \"UTF8\"")
            })?;
            from_text(kind, text)
        }
        BINARY => from_binary(kind, bytes),
        other => Err(WireError::new(SqlState::ProtocolViolation, format!("unsupported format code: {other}"))),
    }?;
    match value {
        // SQLite would take NaN for NULL.
        Value::Real(number) if !number.is_finite() => {
            Err(WireError::new(SqlState::OutOfRange, format!("{number} is no number that can be kept here")))
        }
        value => Ok(value),
    }
}

fn from_text(kind: PgType, text: &str) -> Result<Value, WireError> {
    let wrong = || {
        WireError::new(
            SqlState::TextRepresentation,
            format!("invalid input syntax for type {}: {text:?}", kind.sql_name()),
        )
    };
    Ok(match kind {
        // A name is as good as its number.
        PgType::Regclass | PgType::Regtype => Value::Text(text.to_owned()),
        _ if kind.is_integer() => Value::Integer(text.trim().parse().map_err(|_| wrong())?),
        PgType::Bool => Value::Integer(i64::from(truth(text).ok_or_else(wrong)?)),
        PgType::Float4 | PgType::Float8 => Value::Real(text.trim().parse().map_err(|_| wrong())?),
        PgType::Numeric => match text.trim().parse::<i64>() {
            Ok(integer) => Value::Integer(integer),
            Err(_) => Value::Real(text.trim().parse().map_err(|_| wrong())?),
        },
        PgType::Bytea => Value::Blob(bytea(text).ok_or_else(wrong)?),
        _ => Value::Text(text.to_owned()),
    })
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Bytes in the hexadecimal form `\x…`, or in the older one with octal escapes.
pub(crate) fn bytea(text: &str) -> Option<Vec<u8>> {
    if let Some(digits) = text.strip_prefix("\\x") {
        return hex::decode(digits).ok();
    }
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, tail)) = rest.split_first() {
        if first != b'\\' {
            bytes.push(first);
            rest = tail;
        } else if tail.first() == Some(&b'\\') {
            bytes.push(b'\\');
            rest = &tail[1..];
        } else {
            let octal = tail.get(..3).and_then(|digits| std::str::from_utf8(digits).ok())?;
            bytes.push(u8::from_str_radix(octal, 8).ok()?);
            rest = &tail[3..];
        }
    }
    Some(bytes)
}

fn from_binary(kind: PgType, bytes: &[u8]) -> Result<Value, WireError> {
    let wrong = || {
        WireError::new(
            SqlState::BinaryRepresentation,
            format!("{} bytes are no binary value of type {}", bytes.len(), kind.sql_name()),
        )
    };
    Ok(match kind {
        PgType::Int8 => Value::Integer(i64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?)),
        PgType::Int4 => Value::Integer(i32::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).into()),
        PgType::Int2 => Value::Integer(i16::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).into()),
        PgType::Oid | PgType::Regclass | PgType::Regtype => {
            Value::Integer(u32::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).into())
        }
        PgType::Bool if matches!(bytes, [0] | [1]) => Value::Integer(bytes[0].into()),
        PgType::Float8 => Value::Real(f64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?)),
        PgType::Float4 => Value::Real(f32::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).into()),
        PgType::Bytea => Value::Blob(bytes.to_vec()),
        PgType::Uuid if bytes.len() == 16 => {
            let digits = hex::encode(bytes);
            let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
            Value::Text(parts.join("-"))
        }
        PgType::Text
        | PgType::Varchar
        | PgType::Bpchar
        | PgType::Name
        | PgType::Char
        | PgType::Json
        | PgType::Unknown => Value::Text(String::from_utf8(bytes.to_vec()).map_err(|_| wrong())?),
        PgType::Bool | PgType::Uuid => return Err(wrong()),
        other => {
            let name = other.sql_name();
            return Err(WireError::new(
                SqlState::FeatureNotSupported,
                format!("binary parameters of type {name} are not supported: send text"),
            ));
        }
    })
}

/// Writes a value of a result, with its length before it.
///
/// # Errors
/// `42804` where the value is not of the column's type: SQLite has types by value.
pub(crate) fn encode(
    out: &mut BytesMut,
    value: ValueRef<'_>,
    kind: PgType,
    format: i16,
    column: &str,
) -> Result<(), WireError> {
    if value == ValueRef::Null {
        out.put_i32(-1);
        return Ok(());
    }
    let start = out.len();
    out.put_i32(0);
    let written = if format == BINARY { to_binary(out, value, kind) } else { to_text(out, value, kind) };
    if written.is_none() {
        out.truncate(start);
        return Err(mismatch(value, kind, column));
    }
    let length = (out.len() - start - 4) as i32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

fn mismatch(value: ValueRef<'_>, kind: PgType, column: &str) -> WireError {
    let found = match value {
        ValueRef::Null => "NULL",
        ValueRef::Integer(_) => "an integer",
        ValueRef::Real(_) => "a fraction",
        ValueRef::Text(_) => "text",
        ValueRef::Blob(_) => "bytes",
    };
    WireError::new(
        SqlState::DatatypeMismatch,
        format!("column {column:?} is of type {}, but a row has {found} there", kind.sql_name()),
    )
    .hint("say its type, such as CAST(… AS text)")
}

fn to_text(out: &mut BytesMut, value: ValueRef<'_>, kind: PgType) -> Option<()> {
    match (kind, value) {
        (PgType::Bool, ValueRef::Integer(truth)) => out.put_u8(if truth == 0 { b'f' } else { b't' }),
        (PgType::Bool | PgType::Bytea, ValueRef::Real(_)) | (PgType::Bool, _) => return None,
        (PgType::Bytea, ValueRef::Text(_) | ValueRef::Integer(_)) => return None,
        (kind, ValueRef::Text(_) | ValueRef::Blob(_) | ValueRef::Real(_)) if kind.is_integer() => return None,
        (PgType::Float8 | PgType::Float4 | PgType::Numeric, ValueRef::Text(_) | ValueRef::Blob(_)) => return None,
        (kind, ValueRef::Text(json)) if kind.is_array() => array_text(out, json, kind)?,
        (_, value) => plain(out, value),
    }
    Some(())
}

/// The text of a value, whatever its type.
fn plain(out: &mut BytesMut, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => {}
        ValueRef::Integer(number) => put(out, format_args!("{number}")),
        ValueRef::Real(number) => real(out, number),
        ValueRef::Text(text) => out.put_slice(String::from_utf8_lossy(text).as_bytes()),
        ValueRef::Blob(bytes) => {
            out.put_slice(b"\\x");
            bytes.iter().for_each(|byte| put(out, format_args!("{byte:02x}")));
        }
    }
}

fn put(out: &mut BytesMut, text: std::fmt::Arguments<'_>) {
    out.writer().write_fmt(text).expect("memory takes what is written");
}

fn real(out: &mut BytesMut, number: f64) {
    match number {
        _ if number.is_nan() => out.put_slice(b"NaN"),
        f64::INFINITY => out.put_slice(b"Infinity"),
        f64::NEG_INFINITY => out.put_slice(b"-Infinity"),
        _ => put(out, format_args!("{number}")),
    }
}

fn to_binary(out: &mut BytesMut, value: ValueRef<'_>, kind: PgType) -> Option<()> {
    match (kind, value) {
        (PgType::Int8, ValueRef::Integer(number)) => out.put_i64(number),
        (PgType::Int4, ValueRef::Integer(number)) => out.put_i32(number.try_into().ok()?),
        (PgType::Int2, ValueRef::Integer(number)) => out.put_i16(number.try_into().ok()?),
        (PgType::Oid | PgType::Regclass | PgType::Regtype, ValueRef::Integer(number)) => {
            out.put_u32(number.try_into().ok()?);
        }
        (PgType::Bool, ValueRef::Integer(truth)) => out.put_u8(u8::from(truth != 0)),
        (PgType::Float8, ValueRef::Real(number)) => out.put_f64(number),
        (PgType::Float8, ValueRef::Integer(number)) => out.put_f64(number as f64),
        (PgType::Float4, ValueRef::Real(number)) => out.put_f32(number as f32),
        (PgType::Float4, ValueRef::Integer(number)) => out.put_f32(number as f32),
        (PgType::Bytea, ValueRef::Blob(bytes)) => out.put_slice(bytes),
        (PgType::Jsonb, ValueRef::Text(json)) => {
            out.put_u8(1);
            out.put_slice(json);
        }
        (kind, ValueRef::Text(json)) if kind.is_array() => array_binary(out, json, kind)?,
        (PgType::Text | PgType::Varchar | PgType::Bpchar | PgType::Name | PgType::Char, value) => plain(out, value),
        (PgType::Json | PgType::Unknown, value) => plain(out, value),
        _ => return None,
    }
    Some(())
}

/// An array, kept as JSON, in PostgreSQL's text form.
fn array_text(out: &mut BytesMut, json: &[u8], kind: PgType) -> Option<()> {
    let elements: Vec<serde_json::Value> = serde_json::from_slice(json).ok()?;
    let vector = matches!(kind, PgType::Int2Vector | PgType::OidVector);
    let text = |element: &serde_json::Value| match element {
        serde_json::Value::Null => "NULL".to_owned(),
        serde_json::Value::Bool(truth) => if *truth { "t" } else { "f" }.to_owned(),
        serde_json::Value::String(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        other => other.to_string(),
    };
    let texts: Vec<String> = elements.iter().map(text).collect();
    if vector {
        put(out, format_args!("{}", texts.join(" ")));
    } else {
        put(out, format_args!("{{{}}}", texts.join(",")));
    }
    Some(())
}

fn array_binary(out: &mut BytesMut, json: &[u8], kind: PgType) -> Option<()> {
    let elements: Vec<serde_json::Value> = serde_json::from_slice(json).ok()?;
    let element_kind = PgType::of_oid(kind.element_oid())?;
    out.put_i32(i32::from(!elements.is_empty()));
    out.put_i32(i32::from(elements.iter().any(serde_json::Value::is_null)));
    out.put_u32(element_kind.oid());
    if !elements.is_empty() {
        out.put_i32(elements.len() as i32);
        out.put_i32(i32::from(!matches!(kind, PgType::Int2Vector | PgType::OidVector)));
    }
    for element in &elements {
        let (text, value);
        let value = match element {
            serde_json::Value::Null => ValueRef::Null,
            serde_json::Value::Bool(truth) => ValueRef::Integer((*truth).into()),
            serde_json::Value::Number(number) => ValueRef::Integer(number.as_i64()?),
            serde_json::Value::String(string) => ValueRef::Text(string.as_bytes()),
            other => {
                text = other.to_string();
                value = ValueRef::Text(text.as_bytes());
                value
            }
        };
        encode(out, value, element_kind, BINARY, "").ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(value: ValueRef<'_>, kind: PgType) -> Result<String, WireError> {
        let mut out = BytesMut::new();
        encode(&mut out, value, kind, TEXT, "c")?;
        Ok(String::from_utf8(out[4..].to_vec()).unwrap())
    }

    #[test]
    fn values_have_postgresqls_text_forms() {
        for (value, kind, text) in [
            (ValueRef::Integer(-7), PgType::Int8, "-7"),
            (ValueRef::Integer(1), PgType::Bool, "t"),
            (ValueRef::Text(b"a\xc3\xa9"), PgType::Text, "aé"),
            (ValueRef::Blob(&[0, 255]), PgType::Bytea, "\\x00ff"),
            (ValueRef::Real(0.5), PgType::Float8, "0.5"),
            (ValueRef::Integer(7), PgType::Text, "7"),
            (ValueRef::Text(br#"["a\"b",null,3]"#), PgType::TextArray, r#"{"a\"b",NULL,3}"#),
            (ValueRef::Text(b"[1,2]"), PgType::Int2Vector, "1 2"),
        ] {
            assert_eq!(text_of(value, kind).unwrap(), text);
        }
        for (value, kind) in [
            (ValueRef::Text(b"x"), PgType::Int8),
            (ValueRef::Text(b"x"), PgType::Bool),
            (ValueRef::Integer(1), PgType::Bytea),
            (ValueRef::Text(b"x"), PgType::Float8),
            (ValueRef::Real(1.5), PgType::Int8),
        ] {
            assert_eq!(text_of(value, kind).unwrap_err().state, SqlState::DatatypeMismatch, "{value:?} {kind:?}");
        }
    }

    #[test]
    fn what_goes_out_in_binary_comes_back() {
        for (value, kind) in [
            (Value::Integer(i64::MIN), PgType::Int8),
            (Value::Integer(-2), PgType::Int4),
            (Value::Integer(u32::MAX.into()), PgType::Oid),
            (Value::Integer(1), PgType::Bool),
            (Value::Real(0.1), PgType::Float8),
            (Value::Text("é".into()), PgType::Text),
            (Value::Blob(vec![0, 1]), PgType::Bytea),
        ] {
            let mut out = BytesMut::new();
            encode(&mut out, (&value).into(), kind, BINARY, "c").unwrap();
            assert_eq!(decode(kind, BINARY, &out[4..]).unwrap(), value);
        }
    }

    #[test]
    fn values_that_are_none_are_refused() {
        for (kind, format, bytes, state) in [
            (PgType::Int8, TEXT, &b"1.5"[..], SqlState::TextRepresentation),
            (PgType::Float8, TEXT, b"NaN", SqlState::OutOfRange),
            (PgType::Float8, BINARY, &f64::INFINITY.to_be_bytes(), SqlState::OutOfRange),
            (PgType::Bool, TEXT, b"2", SqlState::TextRepresentation),
            (PgType::Bytea, TEXT, b"\\xg0", SqlState::TextRepresentation),
            (PgType::Bytea, TEXT, b"\\9", SqlState::TextRepresentation),
            (PgType::Int8, BINARY, b"123", SqlState::BinaryRepresentation),
            (PgType::Bool, BINARY, b"\x02", SqlState::BinaryRepresentation),
            (PgType::Numeric, BINARY, b"", SqlState::FeatureNotSupported),
            (PgType::Text, TEXT, b"\xff", SqlState::NotInRepertoire),
            (PgType::Text, 7, b"", SqlState::ProtocolViolation),
        ] {
            assert_eq!(decode(kind, format, bytes).unwrap_err().state, state, "{kind:?} {bytes:?}");
        }
        assert_eq!(decode(PgType::Bytea, TEXT, b"a\\\\\\001").unwrap(), Value::Blob(b"a\\\x01".to_vec()));
    }
}
