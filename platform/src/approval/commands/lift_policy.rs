use super::PolicyVersion;
use crate::{
    Command, Event as _,
    approval::{ChangedPolicy, Refused, commands::refuse::check_reason, policy},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes a policy away that a member can no longer meet, since it has lost keys; decided by a vote of the consortium.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftPolicy {
    /// The member.
    pub member: String,
    /// Why.
    pub reason: String,
}

impl Command for LiftPolicy {
    const NAME: &'static str = "approval.lift_policy";
    type Output = PolicyVersion;
    type Refused = Refused;
    const BY_VOTE: bool = true;

    fn check(&self) -> Result<(), Refused> {
        check_reason(&self.reason)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<PolicyVersion, Refused> {
        let (newest, rules) = policy::version(ctx, &self.member)?;
        if rules == 0 {
            return Err(Refused::NoPolicy { member: self.member.clone() });
        }
        let (member, version) = (self.member.clone(), newest + 1);
        policy::write(ctx, &member, version, &[], Some(&self.reason))?;
        ChangedPolicy { member: member.clone(), version, rules: 0 }.emit(ctx);
        Ok(PolicyVersion { member, version })
    }
}
