use super::{FieldText, VersionWritten};
use crate::{
    Command, Event as _,
    document::{
        Refused, Revised, Sealed,
        record::{self, Content},
        text,
    },
    member,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Gives a document its next version, which stands for itself: what it does not repeat it does not have; signed by the owner.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revise {
    /// The document.
    pub document: String,
    /// The new version: the newest one and 1. So nobody overwrites what it has not seen.
    pub version: i64,
    /// Fields in the clear: everybody sees and finds them.
    #[serde(default)]
    pub fields: Vec<FieldText>,
    /// Fields that only named readers see, encrypted before signing for this document and this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
}

impl Command for Revise {
    const NAME: &'static str = "document.revise";
    type Output = VersionWritten;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        record::weight(&self.fields, self.sealed.as_ref())
    }

    fn check(&self) -> Result<(), Refused> {
        text::owner("/document", &self.document)?;
        record::check(&self.fields, self.sealed.as_ref())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<VersionWritten, Refused> {
        let found =
            ctx.query_opt("SELECT owner, type, version FROM document WHERE id = ?1", [&self.document], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
            })?;
        let Some((owner, r#type, newest)) = found else {
            return Err(Refused::NoDocument { id: self.document.clone() });
        };
        member::require_signature(ctx, &owner)?;
        if self.version != newest + 1 {
            return Err(Refused::NotTheNextVersion { newest, next: newest + 1, given: self.version });
        }
        let content = Content {
            document: &self.document,
            owner: &owner,
            version: self.version,
            r#type: &r#type,
            fields: &self.fields,
            sealed: self.sealed.as_ref(),
        };
        let accepted = content.accept(ctx)?;
        ctx.run(
            "UPDATE document SET version = ?2, changed_height = ?3, changed_ms = ?4 WHERE id = ?1",
            (&self.document, self.version, text::height(ctx), text::time_ms(ctx)),
        )?;
        accepted.write(ctx)?;
        Revised { document: self.document.clone(), version: self.version }.emit(ctx);
        Ok(VersionWritten { document: self.document.clone(), version: self.version })
    }
}
