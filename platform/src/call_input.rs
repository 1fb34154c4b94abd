use crate::refusals::PlatformRefused;
use counterfoil_state::Context;
use counterfoil_types::{Call, Hash, Refusal};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use std::borrow::Cow;

/// Marks, in a schema, the one place in an input that may have any members: the input of a command that is named beside it. Whoever
/// takes a [`CallInput`] gives it to [`AgreedCalls::check`], which reads it as strictly as that command does.
pub(crate) const MARK: &str = "x-input-of";

/// Code of [`PlatformRefused::UnknownCommand`].
const UNKNOWN_COMMAND: &str = "platform/1";

/// A call as part of an input: what others are asked to agree to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallInput {
    /// The command, `module.verb`.
    pub r#do: String,
    /// Its input.
    pub with: Box<RawValue>,
}

impl CallInput {
    /// A call for an input.
    pub fn new(call: &Call) -> Self {
        Self { r#do: call.r#do.clone(), with: call.with.clone() }
    }
}

impl JsonSchema for CallInput {
    fn schema_name() -> Cow<'static, str> {
        "CallInput".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "A call of a command.",
            "properties": {
                "do": {"type": "string", "description": "The command, such as `member.suspend`."},
                "with": {"type": "object", "description": "The input of that command.", MARK: "do"}
            },
            "required": ["do", "with"],
            "additionalProperties": false
        })
    }
}

/// Calls that several parties agree to before they are executed: each was read as its command reads it.
///
/// Their text is canonical JSON (RFC 8785), and their hash is the SHA-256 of that text. So whoever signs the hash can compute it from
/// the calls as any node shows them, with any tool, and knows what will happen.
#[derive(Debug, Clone)]
pub struct AgreedCalls {
    text: String,
    calls: Vec<Call>,
}

impl AgreedCalls {
    /// Reads the calls of an input; a refusal points below `pointer`, the place of their list, such as `/calls`.
    pub fn check(ctx: &Context<'_>, pointer: &str, inputs: &[CallInput]) -> Result<Self, Refusal> {
        let mut texts = Vec::with_capacity(inputs.len());
        for (index, input) in inputs.iter().enumerate() {
            let at = format!("{pointer}/{index}");
            let call = Call { r#do: input.r#do.clone(), with: input.with.clone() };
            ctx.prepare(std::slice::from_ref(&call)).map_err(|refusal| below(&at, refusal))?;
            let malformed = |reason| PlatformRefused::Malformed { pointer: format!("{at}/with"), reason };
            let with = serde_json::from_str(call.with.get());
            let with = with.map_err(|_| malformed("nested too deeply, or no JSON within a call".to_owned()))?;
            let mut text = String::from("{\"do\":");
            write_text(&call.r#do, &mut text);
            text.push_str(",\"with\":");
            write_canonical(&with, &mut text).map_err(malformed)?;
            text.push('}');
            texts.push(text);
        }
        Ok(Self::from_text(format!("[{}]", texts.join(","))))
    }

    /// Calls that were checked and stored as their [`text`](Self::text).
    ///
    /// # Panics
    /// If the text is not one that [`text`](Self::text) gave.
    pub fn from_text(text: String) -> Self {
        let calls = serde_json::from_str(&text).expect("checked calls are canonical JSON");
        Self { text, calls }
    }

    /// Canonical JSON: an array of `{"do":…,"with":…}`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the text.
    pub fn hash(&self) -> Hash {
        Hash::of(&[self.text.as_bytes()])
    }

    /// The calls, for [`Context::try_call_as`] and [`Context::call_as`].
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }
}

/// The refusal of a call that stands at `at` in another input.
pub(crate) fn below(at: &str, refusal: Refusal) -> Refusal {
    let pointer = match &refusal.field {
        None if refusal.code == UNKNOWN_COMMAND => format!("{at}/do"),
        field => format!("{at}/with{}", field.as_deref().unwrap_or_default()),
    };
    refusal.at(pointer)
}

/// RFC 8785 for what inputs have: members sorted, no space, and whole numbers only.
fn write_canonical(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::Number(number) if !number.is_i64() => return Err(format!("{number} is not a whole number of 64 bits")),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_cached_key(|(name, _)| name.encode_utf16().collect::<Vec<_>>());
            out.push('{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write_canonical(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).expect("a text serialises"));
}
