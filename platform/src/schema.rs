//! JSON schemas of commands: documents, texts, and the rule that they are closed.

use crate::call_input;
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;

/// Where OpenAPI keeps schemas.
pub(crate) const COMPONENTS: &str = "/components/schemas";

/// A generator whose references lead into an OpenAPI document.
pub(crate) fn openapi_generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = COMPONENTS.into();
    settings.meta_schema = None;
    settings.into_generator()
}

/// A schema with its definitions, as a document of its own.
pub(crate) fn document(schema: fn(&mut SchemaGenerator) -> Schema) -> Value {
    let mut generator = SchemaGenerator::default();
    let mut document = schema(&mut generator).to_value();
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        document["$defs"] = Value::Object(definitions);
    }
    document
}

/// The doc comment that became a schema's description.
pub(crate) fn description(schema: &Schema) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What makes a command's schema open: a place where members could be unknown or swallowed as duplicates, or a float.
pub(crate) fn openness(document: &Value) -> Option<String> {
    find_open(document, "")
}

fn find_open(schema: &Value, at: &str) -> Option<String> {
    let Value::Object(object) = schema else {
        return (*schema != Value::Bool(false)).then(|| format!("{at}: untyped JSON"));
    };
    // The one exception: the input of another command, which is read strictly as that command.
    if object.contains_key(call_input::MARK) {
        return None;
    }
    let is = |name: &str| match object.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    };
    if is("number") {
        return Some(format!("{at}: a float"));
    }
    let closed = object.get("additionalProperties") == Some(&Value::Bool(false));
    let named = is("object") || object.contains_key("properties");
    if named && !closed || object.contains_key("patternProperties") {
        return Some(format!("{at}: a map, or a struct without deny_unknown_fields"));
    }
    if object.contains_key("uniqueItems") {
        return Some(format!("{at}: a set, which swallows duplicates; take a Vec and check it"));
    }
    let typed = ["type", "$ref", "oneOf", "anyOf", "allOf", "enum", "const"];
    if !typed.iter().any(|key| object.contains_key(*key)) {
        return Some(format!("{at}: untyped JSON"));
    }
    for key in ["properties", "$defs"] {
        for (name, inner) in object.get(key).and_then(Value::as_object).into_iter().flatten() {
            if let Some(open) = find_open(inner, &format!("{at}/{name}")) {
                return Some(open);
            }
        }
    }
    for key in ["oneOf", "anyOf", "allOf", "prefixItems"] {
        for inner in object.get(key).and_then(Value::as_array).into_iter().flatten() {
            if let Some(open) = find_open(inner, at) {
                return Some(open);
            }
        }
    }
    object.get("items").and_then(|inner| find_open(inner, &format!("{at}/*")))
}
