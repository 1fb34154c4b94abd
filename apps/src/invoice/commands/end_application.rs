use crate::invoice::{EndedApplication, Refused, payment::Application, text};
use counterfoil_platform::{Command, Event as _, asset::Number, member};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The seller declines an application: what is not yet invoiced of it is free again. Signed by the seller.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineApplication {
    /// The application.
    pub application: Number,
    /// Why; everybody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The applicant takes an application back: what is not yet invoiced of it is free again. Signed by the applicant.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawApplication {
    /// The application.
    pub application: Number,
}

impl Command for DeclineApplication {
    const NAME: &'static str = "invoice.decline_application";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check_optional("/reason", self.reason.as_ref(), text::REMARK_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let application = Application::find(ctx, self.application)?;
        member::require_signature(ctx, &application.seller_member)?;
        application.end(ctx, self.application, "declined", self.reason.as_ref())?;
        tell(ctx, self.application, "declined");
        Ok(())
    }
}

impl Command for WithdrawApplication {
    const NAME: &'static str = "invoice.withdraw_application";

    type Output = ();
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let application = Application::find(ctx, self.application)?;
        member::require_signature(ctx, &application.applicant)?;
        application.end(ctx, self.application, "withdrawn", None)?;
        tell(ctx, self.application, "withdrawn");
        Ok(())
    }
}

fn tell(ctx: &mut Context<'_>, application: Number, state: &str) {
    EndedApplication { application: application.to_string(), state: state.to_owned() }.emit(ctx);
}
