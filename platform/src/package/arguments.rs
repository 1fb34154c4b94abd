use crate::{call_input, sql::SqlValue};
use counterfoil_types::Value;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap as _};
use std::{borrow::Cow, fmt};

/// The input of an action: its parameters by name, in the order in which they are given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments(pub Vec<(String, Value)>);

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, &SqlValue(value.clone()))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Arguments;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of the action's parameters")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Arguments, A::Error> {
        let mut all: Vec<(String, Value)> = Vec::new();
        while let Some((name, SqlValue(value))) = map.next_entry::<String, SqlValue>()? {
            if all.iter().any(|(known, _)| *known == name) {
                return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
            }
            all.push((name, value));
        }
        Ok(Arguments(all))
    }
}

impl JsonSchema for Arguments {
    fn schema_name() -> Cow<'static, str> {
        "ActionArguments".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "The action's parameters by name: null, whole numbers, texts, or bytes as {\"hex\": \"…\"}.",
            call_input::MARK: "action"
        })
    }
}
