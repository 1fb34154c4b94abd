use crate::invoice::{Questioned, Refused, text};
use counterfoil_platform::{
    Command, Event as _,
    asset::Number,
    member::{self, roles},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Doubts an invoice, which shows so until the question is closed. Signed by a tax authority or an auditor.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The invoice.
    pub invoice: String,
    /// The rule that it seems to break, such as `CN-4`.
    pub rule: String,
    /// What is doubted. Everybody sees it, so nothing that is sealed belongs here.
    pub reason: String,
}

/// The question is open.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuestionAsked {
    /// Its number.
    pub question: Number,
}

/// The first signer who may ask and close questions.
pub(super) fn examiner<'a>(ctx: &Context<'a>) -> Result<&'a str, Refused> {
    match member::signer_with_role(ctx, roles::AUDITOR)? {
        Some(auditor) => Ok(auditor),
        None => Ok(member::require_role(ctx, roles::TAX_AUTHORITY)?),
    }
}

impl Command for Question {
    const NAME: &'static str = "invoice.question";

    type Output = QuestionAsked;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check("/rule", &self.rule, text::ID_MAX)?;
        text::check("/reason", &self.reason, text::REMARK_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<QuestionAsked, Refused> {
        let by = examiner(ctx)?;
        let found = ctx.query_opt(
            "SELECT i.seller, t.member FROM invoice i JOIN invoice_taxpayer t ON t.id = i.seller WHERE i.id = ?1",
            [&self.invoice],
            |row| Ok((row.get(0)?, row.get::<_, String>(1)?)),
        )?;
        let (seller, member) =
            found.ok_or_else(|| Refused::NoInvoice { field: "/invoice".into(), invoice: self.invoice.clone() })?;
        let number = ctx.new_number();
        ctx.run(
            "INSERT INTO invoice_question (number, invoice, seller_member, rule, reason, asked_by, state, asked_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7)",
            (number, &self.invoice, member, &self.rule, &self.reason, by, ctx.time_ms() as i64),
        )?;
        let (question, invoice, rule) = (number.to_string(), self.invoice.clone(), self.rule.clone());
        Questioned { question, invoice, seller, rule }.emit(ctx);
        Ok(QuestionAsked { question: Number(number) })
    }
}
