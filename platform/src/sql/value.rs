use counterfoil_types::Value;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap as _};
use std::{borrow::Cow, fmt};

/// A value of SQL in JSON: null, a whole number of 64 bits, a string, or `{"hex": "…"}` for bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlValue(pub Value);

impl Serialize for SqlValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Blob(bytes) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("hex", &hex::encode(bytes))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for SqlValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor).map(Self)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("null, a whole number of 64 bits, a string or {\"hex\": \"…\"}")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        let number = i64::try_from(number);
        number.map(Value::Integer).map_err(|_| E::invalid_value(de::Unexpected::Other("a larger number"), &self))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let entry = map.next_entry::<Cow<'de, str>, String>()?.filter(|(name, _)| name == "hex");
        let (_, text) = entry.ok_or_else(|| de::Error::invalid_type(de::Unexpected::Map, &self))?;
        let bytes = hex::decode(text).map_err(|_| de::Error::custom("hex is pairs of hexadecimal digits"))?;
        match map.next_key::<de::IgnoredAny>()? {
            None => Ok(Value::Blob(bytes)),
            Some(_) => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
        }
    }
}

impl JsonSchema for SqlValue {
    fn schema_name() -> Cow<'static, str> {
        "SqlValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A value of SQL: null, a whole number, a text, or bytes as {\"hex\": \"…\"}.",
            "oneOf": [
                {"type": "null"},
                {"type": "integer", "format": "int64"},
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"hex": {"type": "string", "pattern": "^([0-9a-fA-F]{2})*$"}},
                    "required": ["hex"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
