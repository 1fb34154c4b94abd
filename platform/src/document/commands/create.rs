use crate::{
    Command, Event as _,
    document::{
        Created, Refused, Sealed,
        record::{self, Content},
        text,
    },
    member,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Creates a document with its first version; signed by its owner, the member in its id.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// Its id, never used before: `owner/name`, each of 1 to 64 of `a-z 0-9 - . _`.
    pub document: String,
    /// Its type.
    pub r#type: String,
    /// Fields in the clear: everybody sees and finds them.
    #[serde(default)]
    pub fields: Vec<FieldText>,
    /// Fields that only named readers see, encrypted before signing for this document and its version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
}

/// A field in the clear.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldText {
    /// Its name: 1 to 64 of `a-z 0-9 - . _`.
    pub name: String,
    /// Its value, up to 4,096 bytes.
    pub value: String,
}

/// A version of a document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VersionWritten {
    /// The document.
    pub document: String,
    /// The version.
    pub version: i64,
}

impl Command for Create {
    const NAME: &'static str = "document.create";
    type Output = VersionWritten;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        record::weight(&self.fields, self.sealed.as_ref())
    }

    fn check(&self) -> Result<(), Refused> {
        text::owner("/document", &self.document)?;
        text::owner("/type", &self.r#type)?;
        record::check(&self.fields, self.sealed.as_ref())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<VersionWritten, Refused> {
        let owner = text::owner("/document", &self.document)?;
        member::require_signature(ctx, owner)?;
        let taken =
            ctx.query_opt("SELECT created_height FROM document WHERE id = ?1", [&self.document], |row| row.get(0))?;
        if let Some(height) = taken {
            return Err(Refused::DocumentTaken { id: self.document.clone(), height });
        }
        let known = ctx.query_opt("SELECT 1 FROM document_type WHERE id = ?1", [&self.r#type], |_| Ok(()))?;
        known.ok_or_else(|| Refused::NoType { id: self.r#type.clone() })?;
        let content = Content {
            document: &self.document,
            owner,
            version: 1,
            r#type: &self.r#type,
            fields: &self.fields,
            sealed: self.sealed.as_ref(),
        };
        let accepted = content.accept(ctx)?;
        ctx.run(
            "INSERT INTO document (id, owner, type, version, created_height, created_ms, changed_height, changed_ms)
             VALUES (?1, ?2, ?3, 1, ?4, ?5, ?4, ?5)",
            (&self.document, owner, &self.r#type, text::height(ctx), text::time_ms(ctx)),
        )?;
        accepted.write(ctx)?;
        Created { document: self.document.clone(), r#type: self.r#type.clone() }.emit(ctx);
        Ok(VersionWritten { document: self.document.clone(), version: 1 })
    }
}
