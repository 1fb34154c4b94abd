use crate::{
    Command, Event as _,
    document::{Opened, Refused, sealed, text},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Records that a reader opens a sealed version. A node shows clear text only after this took effect.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The document, or `module:id` for what another module sealed.
    pub subject: String,
    /// The version.
    pub version: i64,
    /// The member that reads; the first signer that can read if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// What for, in the reader's words, which everybody sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The audit row of an opening.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Opening {
    /// Its number.
    pub number: i64,
    /// What was opened.
    pub subject: String,
    /// The version.
    pub version: i64,
    /// Who opened it.
    pub reader: String,
    /// Time of the block, milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
}

impl Command for Open {
    const NAME: &'static str = "document.open";
    type Output = Opening;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        sealed::check_subject(&self.subject)?;
        self.reason.as_deref().map_or(Ok(()), |reason| text::text("/reason", reason, text::REASON_MAX))
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<Opening, Refused> {
        let index = sealed::signer_who_reads(ctx, &self.subject, self.version, self.reader.as_deref())?;
        let signer = &ctx.signers()[index];
        let (number, time_ms) = (ctx.new_number(), text::time_ms(ctx));
        ctx.run(
            "INSERT INTO document_opening (number, subject, version, reader, signer, reason, height, time_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                number,
                &self.subject,
                self.version,
                signer.member(),
                signer.as_str(),
                &self.reason,
                text::height(ctx),
                time_ms,
            ),
        )?;
        let (subject, version, reader) = (self.subject.clone(), self.version, signer.member().to_owned());
        Opened { number, subject: subject.clone(), version, reader: reader.clone() }.emit(ctx);
        Ok(Opening { number, subject, version, reader, time_ms })
    }
}
