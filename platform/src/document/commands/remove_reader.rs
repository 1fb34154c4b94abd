use crate::{
    Command, Event as _,
    document::{Refused, RemovedReader, RestoredReader, sealed, text},
    member,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps a member from reading later versions; signed by who sealed. What the member can read already stays readable for it: nobody can
/// take back what was told.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveReader {
    /// The document, or `module:id` for what another module sealed.
    pub subject: String,
    /// The member.
    pub reader: String,
}

/// Lets later versions be sealed for a removed member again; signed by who sealed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreReader {
    /// The document, or `module:id` for what another module sealed.
    pub subject: String,
    /// The member.
    pub reader: String,
}

/// Who cannot read later versions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReaderRemoved {
    /// What it is about.
    pub subject: String,
    /// The member.
    pub reader: String,
    /// The first version that it cannot read.
    pub from_version: i64,
}

/// Who can be made a reader again.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReaderRestored {
    /// What it is about.
    pub subject: String,
    /// The member.
    pub reader: String,
}

/// The newest sealed version; refuses unless its sealer signed.
fn require_sealer(ctx: &Context<'_>, subject: &str) -> Result<i64, Refused> {
    let nothing = || Refused::NothingSealed { subject: subject.to_owned(), version: 1 };
    let (newest, sealer) = sealed::newest(ctx, subject)?.ok_or_else(nothing)?;
    match member::require_signature(ctx, &sealer) {
        Ok(()) => Ok(newest),
        Err(_) => Err(Refused::NotTheSealer { subject: subject.to_owned(), sealer }),
    }
}

impl RemoveReader {
    fn require_removable(&self, ctx: &Context<'_>, newest: i64) -> Result<(), Refused> {
        let (subject, reader) = (self.subject.clone(), self.reader.clone());
        if let Some(from) = sealed::removed_from(ctx, &subject, &reader)? {
            return Err(Refused::RemovedBefore { reader, from });
        }
        let mandatory: Option<bool> = ctx.query_opt(
            "SELECT max(mandatory) FROM document_reader WHERE subject = ?1 AND version = ?2 AND reader = ?3
             GROUP BY reader",
            (&subject, newest, &reader),
            |row| row.get(0),
        )?;
        match mandatory {
            None => Err(Refused::NotReading { reader, subject, version: newest }),
            Some(true) => Err(Refused::Mandatory { reader, subject }),
            Some(false) => Ok(()),
        }
    }
}

impl Command for RemoveReader {
    const NAME: &'static str = "document.remove_reader";
    type Output = ReaderRemoved;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        sealed::check_subject(&self.subject)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ReaderRemoved, Refused> {
        let newest = require_sealer(ctx, &self.subject)?;
        self.require_removable(ctx, newest)?;
        let Self { subject, reader } = self.clone();
        let from_version = newest + 1;
        ctx.run(
            "INSERT INTO document_removed_reader (subject, reader, from_version, height) VALUES (?1, ?2, ?3, ?4)",
            (&subject, &reader, from_version, text::height(ctx)),
        )?;
        RemovedReader { subject: subject.clone(), reader: reader.clone(), from_version }.emit(ctx);
        Ok(ReaderRemoved { subject, reader, from_version })
    }
}

impl Command for RestoreReader {
    const NAME: &'static str = "document.restore_reader";
    type Output = ReaderRestored;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        sealed::check_subject(&self.subject)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ReaderRestored, Refused> {
        require_sealer(ctx, &self.subject)?;
        let Self { subject, reader } = self.clone();
        if sealed::removed_from(ctx, &subject, &reader)?.is_none() {
            return Err(Refused::NotRemoved { reader, subject });
        }
        ctx.run("DELETE FROM document_removed_reader WHERE subject = ?1 AND reader = ?2", (&subject, &reader))?;
        RestoredReader { subject: subject.clone(), reader: reader.clone() }.emit(ctx);
        Ok(ReaderRestored { subject, reader })
    }
}
