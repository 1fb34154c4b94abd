use crate::{
    Command, Event as _,
    document::{DefinedType, Refused, sealed, text},
    member,
};
use counterfoil_seal::{FIELDS_MAX, READERS_MAX};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Defines a type of documents, for everybody to use; signed by the member in its name. A type never changes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefineType {
    /// Its id: `member/name`, each of 1 to 64 of `a-z 0-9 - . _`.
    pub r#type: String,
    /// What it is, for people.
    pub title: String,
    /// The fields that its documents have.
    pub fields: Vec<TypeField>,
    /// Members that must be able to read whatever is sealed in its documents, such as the tax authority.
    #[serde(default)]
    pub mandatory_readers: Vec<String>,
}

/// A field of a type.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypeField {
    /// Its name: 1 to 64 of `a-z 0-9 - . _`.
    pub name: String,
    /// Whether only readers see its value; else everybody sees and finds it.
    #[serde(default)]
    pub sealed: bool,
    /// Whether every version of a document has it.
    #[serde(default)]
    pub required: bool,
}

/// The type that was defined.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TypeDefined {
    /// Its id.
    pub r#type: String,
}

impl Command for DefineType {
    const NAME: &'static str = "document.define_type";
    type Output = TypeDefined;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        let rows = 1 + self.fields.len() + self.mandatory_readers.len();
        u32::try_from(rows).unwrap_or(u32::MAX)
    }

    fn check(&self) -> Result<(), Refused> {
        text::owner("/type", &self.r#type)?;
        text::text("/title", &self.title, text::TITLE_MAX)?;
        if self.fields.is_empty() {
            return Err(Refused::NoFields);
        }
        for (field, found, most) in [
            ("/fields", self.fields.len(), FIELDS_MAX),
            ("/mandatory_readers", self.mandatory_readers.len(), READERS_MAX),
        ] {
            if found > most {
                return Err(Refused::TooMany { field: field.to_owned(), found, most });
            }
        }
        for (index, field) in self.fields.iter().enumerate() {
            let at = format!("/fields/{index}/name");
            text::name(at.as_str(), &field.name)?;
            if self.fields[..index].iter().any(|earlier| earlier.name == field.name) {
                return Err(Refused::Twice { field: at, name: field.name.clone() });
            }
        }
        for (index, reader) in self.mandatory_readers.iter().enumerate() {
            if self.mandatory_readers[..index].contains(reader) {
                return Err(Refused::Twice { field: format!("/mandatory_readers/{index}"), name: reader.clone() });
            }
        }
        Ok(())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<TypeDefined, Refused> {
        member::require_signature(ctx, text::owner("/type", &self.r#type)?)?;
        let height =
            ctx.query_opt("SELECT height FROM document_type WHERE id = ?1", [&self.r#type], |row| row.get(0))?;
        if let Some(height) = height {
            return Err(Refused::TypeTaken { id: self.r#type.clone(), height });
        }
        for (index, member) in self.mandatory_readers.iter().enumerate() {
            if !sealed::is_active(ctx, member)? {
                return Err(Refused::NoSuchMember { index, member: member.clone() });
            }
        }
        ctx.run(
            "INSERT INTO document_type (id, title, height, time_ms) VALUES (?1, ?2, ?3, ?4)",
            (&self.r#type, &self.title, text::height(ctx), text::time_ms(ctx)),
        )?;
        for field in &self.fields {
            ctx.run(
                "INSERT INTO document_type_field (type, name, sealed, required) VALUES (?1, ?2, ?3, ?4)",
                (&self.r#type, &field.name, field.sealed, field.required),
            )?;
        }
        for reader in &self.mandatory_readers {
            ctx.run("INSERT INTO document_type_reader (type, reader) VALUES (?1, ?2)", (&self.r#type, reader))?;
        }
        DefinedType { r#type: self.r#type.clone() }.emit(ctx);
        Ok(TypeDefined { r#type: self.r#type.clone() })
    }
}
