use crate::{
    Command, Event as _,
    document::{Anchored, Refused, text},
    member,
};
use counterfoil_seal::Hex;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Anchors the hash of something: evidence that it existed at this time, and who signed for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// SHA-256 of it, 64 hexadecimal digits.
    pub hash: Hex<32>,
    /// What it is: a name of free choice, such as `contract`.
    pub r#type: String,
    /// Its media type, such as `application/pdf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// A title, which everybody sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// The evidence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HashAnchored {
    /// The hash.
    pub hash: Hex<32>,
    /// Number of the evidence: the key of its row in `document_anchor`.
    pub number: i64,
    /// Time of the block, milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
}

impl Command for Anchor {
    const NAME: &'static str = "document.anchor";
    type Output = HashAnchored;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::name("/type", &self.r#type)?;
        self.media_type.as_deref().map_or(Ok(()), text::media_type)?;
        self.title.as_deref().map_or(Ok(()), |title| text::text("/title", title, text::TITLE_MAX))
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<HashAnchored, Refused> {
        let member = member::signer_member(ctx);
        let before = ctx.query_opt(
            "SELECT height FROM document_anchor WHERE hash = ?1 AND member = ?2",
            (self.hash.as_bytes().as_slice(), member),
            |row| row.get(0),
        )?;
        if let Some(height) = before {
            return Err(Refused::AnchoredBefore { member: member.to_owned(), height });
        }
        let (number, time_ms) = (ctx.new_number(), text::time_ms(ctx));
        ctx.run(
            "INSERT INTO document_anchor (number, hash, type, media_type, title, member, signers, height, time_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                number,
                self.hash.as_bytes().as_slice(),
                &self.r#type,
                &self.media_type,
                &self.title,
                member,
                text::signers(ctx),
                text::height(ctx),
                time_ms,
            ),
        )?;
        Anchored { number, hash: self.hash.to_string(), member: member.to_owned() }.emit(ctx);
        Ok(HashAnchored { hash: self.hash, number, time_ms })
    }
}
