use crate::{
    Command, Event as _,
    document::{
        AddedReader, Refused,
        sealed::{self, Wrap},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lets one more member, or one more key of a member, read a sealed version; signed by a member who can read it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddReader {
    /// The document, or `module:id` for what another module sealed.
    pub subject: String,
    /// The version.
    pub version: i64,
    /// The content's key, wrapped for the new reader by one who opened the content.
    pub wrap: Wrap,
}

/// Who can read now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReaderAdded {
    /// What it can read.
    pub subject: String,
    /// The version.
    pub version: i64,
    /// The member.
    pub reader: String,
}

impl Command for AddReader {
    const NAME: &'static str = "document.add_reader";
    type Output = ReaderAdded;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        sealed::check_subject(&self.subject)?;
        if self.wrap.kid().is_some() {
            return Ok(());
        }
        let reason = format!("{}/{} is not the name of a reading key", self.wrap.reader, self.wrap.key);
        Err(Refused::Sealed { field: "/wrap".to_owned(), reason })
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ReaderAdded, Refused> {
        let Self { subject, version, wrap } = self;
        let by = sealed::signer_who_reads(ctx, subject, *version, None)?;
        let added_by = ctx.signers()[by].member();
        sealed::require_key(ctx, "/wrap", wrap)?;
        sealed::require_not_removed(ctx, "/wrap/reader", subject, *version, &wrap.reader)?;
        let before = ctx.query_opt(
            "SELECT 1 FROM document_reader WHERE subject = ?1 AND version = ?2 AND reader = ?3 AND key = ?4",
            (subject, version, &wrap.reader, &wrap.key),
            |_| Ok(()),
        )?;
        let (reader, key) = (wrap.reader.clone(), wrap.key.clone());
        if before.is_some() {
            return Err(Refused::ReaderBefore { reader, key, version: *version });
        }
        sealed::insert_reader(ctx, subject, *version, wrap, false, added_by)?;
        let (subject, version) = (subject.clone(), *version);
        AddedReader { subject: subject.clone(), version, reader: reader.clone(), key }.emit(ctx);
        Ok(ReaderAdded { subject, version, reader })
    }
}
