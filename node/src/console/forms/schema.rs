//! From the JSON schema of an input to the fields of a form.

use super::{
    chinese,
    field::{Control, Field, ROW},
    names,
};
use crate::console::language::Language;
use serde_json::Value;
use std::collections::BTreeMap;

/// Objects in objects beyond this are given as JSON.
const DEPTH_MAX: usize = 4;
/// Texts that go over several lines.
const LONG: [&str; 5] = ["source", "sql", "text", "remark", "ubl"];

/// Reads a schema of schemars (2020-12).
pub struct Reader<'a> {
    document: &'a Value,
    /// What is filled in already, by the pointer without its first slash.
    given: &'a BTreeMap<String, String>,
    language: Language,
    /// Whose input it is.
    command: &'a str,
}

impl<'a> Reader<'a> {
    /// A reader of one document.
    pub fn new(document: &'a Value, given: &'a BTreeMap<String, String>, language: Language, command: &'a str) -> Self {
        Self { document, given, language, command }
    }

    /// The fields of the document's own object.
    pub fn fields(&self) -> Vec<Field> {
        self.members(self.document, "", true, 0)
    }

    /// The fields of an object; `always` says that it is part of every input.
    fn members(&self, object: &Value, pointer: &str, always: bool, depth: usize) -> Vec<Field> {
        let required: Vec<&str> =
            object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = object["properties"].as_object().into_iter().flatten();
        let mut fields: Vec<_> = properties
            .map(|(name, schema)| {
                let pointer = format!("{pointer}/{}", escaped(name));
                self.field(name, schema, &pointer, required.contains(&name.as_str()), always, depth)
            })
            .collect();
        // What must be given comes first, in the order of the declaration.
        fields.sort_by_key(|field| required.iter().position(|name| *name == field.member).unwrap_or(required.len()));
        fields
    }

    fn field(&self, name: &str, schema: &Value, pointer: &str, required: bool, always: bool, depth: usize) -> Field {
        let (resolved, nullable) = self.resolved(schema);
        let description = schema["description"].as_str().or_else(|| resolved["description"].as_str());
        let english = chinese::plain(description.unwrap_or_default());
        let chinese = chinese::of(self.command, &english).filter(|_| self.language == Language::Chinese);
        let required = required && !nullable;
        let always = always && required;
        let given = self.given.get(&pointer[1..]).cloned();
        let default = schema["default"].as_str().map(str::to_owned);
        Field {
            language: self.language,
            id: format!("field{}", pointer.replace('/', "-")),
            pointer: pointer.to_owned(),
            name: names::of(self.command, name, self.language).map_or_else(|| name.to_owned(), str::to_owned),
            member: name.to_owned(),
            is_english: chinese.is_none(),
            description: chinese.map_or(english, str::to_owned),
            required,
            always,
            value: given.or(default).unwrap_or_default(),
            control: self.control(name, resolved, pointer, always, nullable, depth),
        }
    }

    fn control(
        &self,
        name: &str,
        schema: &Value,
        pointer: &str,
        always: bool,
        nullable: bool,
        depth: usize,
    ) -> Control {
        if let Some(choices) = choices(schema) {
            return Control::Choice(choices);
        }
        match kind(schema) {
            Some("string") if LONG.contains(&name) => Control::Long,
            Some("string") => Control::Text,
            Some("integer") => Control::Integer,
            Some("boolean") if nullable => Control::Trilean,
            Some("boolean") => Control::Boolean,
            Some("array") => self.list(&schema["items"], pointer, always, depth),
            Some("object") if schema["properties"].is_object() && depth < DEPTH_MAX => {
                Control::Group(self.members(schema, pointer, always, depth + 1))
            }
            _ => Control::Json,
        }
    }

    fn list(&self, items: &Value, pointer: &str, always: bool, depth: usize) -> Control {
        let (item, _) = self.resolved(items);
        // Rows in rows would be more than a form shows well.
        let is_in_row = pointer.split('/').any(|part| part == ROW || part == "0");
        match kind(item) {
            Some("string") => Control::Lines,
            Some("object") if item["properties"].is_object() && depth < DEPTH_MAX && !is_in_row => {
                let row = |at: &str| self.members(item, &format!("{pointer}/{at}"), true, depth + 1);
                Control::Rows { pattern: row(ROW), rows: if always { vec![row("0")] } else { Vec::new() } }
            }
            _ => Control::Json,
        }
    }

    /// What a schema refers to, and whether it may be null.
    fn resolved<'s>(&'s self, schema: &'s Value) -> (&'s Value, bool)
    where
        'a: 's,
    {
        if let Some(target) = schema["$ref"].as_str() {
            let pointer = target.trim_start_matches('#');
            return self.document.pointer(pointer).map_or((schema, false), |target| self.resolved(target));
        }
        for key in ["anyOf", "oneOf"] {
            if let Some([one, other]) = schema[key].as_array().map(Vec::as_slice)
                && other["type"] == "null"
            {
                return (self.resolved(one).0, true);
            }
        }
        (schema, schema["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "null")))
    }
}

/// The one type of a schema besides null.
fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::Array(several) => several.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        other => other.as_str(),
    }
}

/// The texts among which a schema lets choose.
fn choices(schema: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().filter(|value| !value.is_null()).map(text).collect();
    }
    let one = |variant: &Value| text(&variant["const"]).map(|one| vec![one]).or_else(|| choices(variant));
    let variants = schema["oneOf"].as_array()?;
    variants.iter().map(one).collect::<Option<Vec<_>>>().map(|all| all.concat())
}

/// A member's name as a token of a JSON Pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
