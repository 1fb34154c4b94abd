use crate::invoice::{AnsweredQuestion, Refused, text};
use counterfoil_platform::{Command, Event as _, asset::Number, member};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Answers a question about an invoice; the question stays until who may ask closes it. Signed by the seller.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerQuestion {
    /// The question.
    pub question: Number,
    /// The answer. Everybody sees it, so nothing that is sealed belongs here.
    pub answer: String,
}

/// A question as it is now.
pub(super) struct Asked {
    pub invoice: String,
    pub member: String,
    pub state: String,
}

impl Asked {
    pub fn find(ctx: &Context<'_>, question: Number) -> Result<Self, Refused> {
        let found = ctx.query_opt(
            "SELECT invoice, seller_member, state FROM invoice_question WHERE number = ?1",
            [question.0],
            |row| Ok(Self { invoice: row.get(0)?, member: row.get(1)?, state: row.get(2)? }),
        )?;
        found.ok_or(Refused::NoQuestion { question })
    }
}

impl Command for AnswerQuestion {
    const NAME: &'static str = "invoice.answer_question";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check("/answer", &self.answer, text::REMARK_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let asked = Asked::find(ctx, self.question)?;
        member::require_signature(ctx, &asked.member)?;
        if asked.state != "open" {
            return Err(Refused::QuestionState { question: self.question, state: asked.state });
        }
        ctx.run(
            "UPDATE invoice_question SET state = 'answered', answer = ?2, answered_ms = ?3 WHERE number = ?1",
            (self.question.0, &self.answer, ctx.time_ms() as i64),
        )?;
        AnsweredQuestion { question: self.question.to_string(), invoice: asked.invoice }.emit(ctx);
        Ok(())
    }
}
