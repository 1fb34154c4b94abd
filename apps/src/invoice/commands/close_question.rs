use super::{answer_question::Asked, question::examiner};
use crate::invoice::{ClosedQuestion, Refused};
use counterfoil_platform::{Command, Event as _, asset::Number};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Closes a question: the invoice no longer shows as questioned. Signed by a tax authority or an auditor.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseQuestion {
    /// The question.
    pub question: Number,
    /// Whether the invoice breaks the rule: it is then for the seller to reverse it.
    pub upheld: bool,
}

impl Command for CloseQuestion {
    const NAME: &'static str = "invoice.close_question";

    type Output = ();
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let by = examiner(ctx)?;
        let asked = Asked::find(ctx, self.question)?;
        if asked.state == "upheld" || asked.state == "dropped" {
            return Err(Refused::QuestionState { question: self.question, state: asked.state });
        }
        let state = if self.upheld { "upheld" } else { "dropped" };
        ctx.run(
            "UPDATE invoice_question SET state = ?2, closed_by = ?3, closed_ms = ?4 WHERE number = ?1",
            (self.question.0, state, by, ctx.time_ms() as i64),
        )?;
        let (question, upheld) = (self.question.to_string(), self.upheld);
        ClosedQuestion { question, invoice: asked.invoice, upheld }.emit(ctx);
        Ok(())
    }
}
