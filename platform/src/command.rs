use crate::{Clear, ClearDeclaration, refusals::PlatformRefused, schema};
use counterfoil_state::Context;
use counterfoil_types::Refusal;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};

/// Something that a signed transaction can ask for.
///
/// The struct is the input: derive `Serialize`, `Deserialize` with `deny_unknown_fields`, and `JsonSchema`; its doc comments
/// become the texts of API and CLI. No maps, floats or untyped JSON inside (the registry refuses such a command), so that
/// unknown and duplicated members are found at any depth.
pub trait Command: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// `module.verb`, such as `invoice.issue`.
    const NAME: &'static str;

    /// What the caller is told when the command took effect: a struct, whose members join the receipt in the answer, or `()`.
    type Output: Serialize + JsonSchema;

    /// Why the module says no.
    type Refused: Into<Refusal>;

    /// Whether only the consortium does it: the governing organisations vote on it, and nobody signs it (`member/27` for whoever does).
    const BY_VOTE: bool = false;

    /// How much work it is; 1 is about one simple row. Blocks are filled up to a weight.
    fn weight(&self) -> u32 {
        1
    }

    /// What can be checked without state: form, sums, check digits. Whatever reaches [`apply`](Self::apply) has stood it.
    fn check(&self) -> Result<(), Self::Refused> {
        Ok(())
    }

    /// What it moves, one entry an asset, for the limits that members set on what their keys may do alone
    /// ([`approval`](crate::approval)). Nothing by default. Asked before the first call of the transaction is executed, and again
    /// with each signature that the transaction waits for.
    fn amounts(&self, _ctx: &Context<'_>) -> Result<Vec<Amount>, Self::Refused> {
        Ok(Vec::new())
    }

    /// Does it: reads first, writes last. Deterministic: no clock, no randomness, no floats, nothing but `ctx`.
    fn apply(&self, ctx: &mut Context<'_>) -> Result<Self::Output, Self::Refused>;
}

/// How much of an asset a command moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// The asset's id, such as `CNY`.
    pub asset: String,
    /// Minor units, not negative.
    pub minor: i64,
}

/// A command that was parsed and has stood its check, without its type.
pub trait Parsed: Send + Sync {
    /// See [`Command::NAME`].
    fn name(&self) -> &'static str;
    /// See [`Command::BY_VOTE`]; who applies it has looked.
    fn by_vote(&self) -> bool;
    /// See [`Command::weight`].
    fn weight(&self) -> u32;
    /// See [`Command::amounts`].
    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refusal>;
    /// See [`Command::apply`]; the output as JSON.
    fn apply(&self, ctx: &mut Context<'_>) -> Result<String, Refusal>;
}

struct Typed<C>(C);

impl<C: Command> Parsed for Typed<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn by_vote(&self) -> bool {
        C::BY_VOTE
    }

    fn weight(&self) -> u32 {
        self.0.weight()
    }

    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refusal> {
        self.0.amounts(ctx).map_err(Into::into)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<String, Refusal> {
        let output = self.0.apply(ctx).map_err(Into::into)?;
        Ok(serde_json::to_string(&output).expect("an output is plain data"))
    }
}

/// A command without its type, as the registry, the HTTP API, the CLI and OpenAPI use it.
#[derive(Clone, Copy)]
pub struct CommandDeclaration {
    /// `module.verb`.
    pub name: &'static str,
    /// JSON schema of the input.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// JSON schema of the output.
    pub output_schema: fn(&mut SchemaGenerator) -> Schema,
    /// Parses the input and checks it without state.
    pub prepare: fn(&str) -> Result<Box<dyn Parsed>, Refusal>,
    /// See [`Command::BY_VOTE`].
    pub by_vote: bool,
    /// Its form in the clear, for a node that seals.
    pub clear: Option<ClearDeclaration>,
}

impl CommandDeclaration {
    /// The declaration of a command.
    pub const fn of<C: Command>() -> Self {
        Self {
            name: C::NAME,
            schema: C::json_schema,
            output_schema: <C::Output as JsonSchema>::json_schema,
            prepare: |with| {
                let command: C = parse(with)?;
                command.check().map_err(Into::into)?;
                Ok(Box::new(Typed(command)))
            },
            by_vote: C::BY_VOTE,
            clear: None,
        }
    }

    /// The declaration of a command that callers can also give in the clear.
    pub const fn sealing<C: Clear>() -> Self {
        let mut declaration = Self::of::<C::Command>();
        declaration.clear = Some(ClearDeclaration::of::<C>());
        declaration
    }

    /// The form in the clear, if there is one and `with` has it: what has no member `sealed`.
    pub fn is_clear(&self, with: &str) -> Option<&ClearDeclaration> {
        /// Looks for one member and takes no other in.
        #[derive(serde::Deserialize)]
        struct Form {
            #[serde(default)]
            sealed: Option<serde::de::IgnoredAny>,
        }
        let sealed = serde_json::from_str::<Form>(with).is_ok_and(|form| form.sealed.is_some());
        self.clear.as_ref().filter(|_| !sealed)
    }

    /// JSON schema (2020-12) of what callers give: the form in the clear, where there is one.
    pub fn asked_schema_document(&self) -> serde_json::Value {
        self.clear.map_or_else(|| self.schema_document(), |clear| clear.schema_document())
    }

    /// The first paragraph of the command's doc comment: one sentence that says what it does.
    pub fn summary(&self) -> String {
        let text = self.description();
        text.split("\n\n").next().unwrap_or_default().replace('\n', " ")
    }

    /// The command's whole doc comment.
    pub fn description(&self) -> String {
        schema::description(&(self.schema)(&mut SchemaGenerator::default()))
    }

    /// The input's JSON schema (2020-12) as a document of its own.
    pub fn schema_document(&self) -> serde_json::Value {
        schema::document(self.schema)
    }

    /// The output's JSON schema (2020-12) as a document of its own.
    pub fn output_schema_document(&self) -> serde_json::Value {
        schema::document(self.output_schema)
    }
}

/// Reads an input strictly; the refusal `platform/2` names the member at fault.
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Refusal> {
    if !json.trim_ascii_start().starts_with('{') {
        let reason = "expected a JSON object".to_owned();
        return Err(PlatformRefused::Malformed { pointer: String::new(), reason }.into());
    }
    serde_json::from_str(json).map_err(|error| malformed::<T>(json, &error))
}

/// Parses once more, slowly, to find where the error is.
fn malformed<T: DeserializeOwned>(json: &str, error: &serde_json::Error) -> Refusal {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let pointer = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(located) => pointer(located.path()),
        Ok(_) => String::new(),
    };
    let reason = error.to_string();
    let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(text, _)| text).to_owned();
    let pointer = match named(&reason) {
        Some(name) => format!("{pointer}/{}", escape(name)),
        None => pointer,
    };
    PlatformRefused::Malformed { pointer, reason }.into()
}

/// Name of the member that the path does not lead to, since it is not there or is known only to its struct.
fn named(reason: &str) -> Option<&str> {
    let rest = reason.strip_prefix("missing field `").or_else(|| reason.strip_prefix("duplicate field `"))?;
    rest.split('`').next()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("/{index}")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                text.push_str(&format!("/{}", escape(name)))
            }
            Segment::Unknown => {}
        }
    }
    text
}

/// A member's name as a token of a JSON Pointer (RFC 6901 §3).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
