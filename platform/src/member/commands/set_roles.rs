use crate::{
    Command, Event as _,
    member::{ChangedRoles, Refused, governance, roles::GOVERNOR, signers, standing, text},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Says what a member is to the others from now on; decided by the governing organisations.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRoles {
    /// The member.
    pub member: String,
    /// All its roles from now on, such as `bank`; `governor` lets an organisation decide with the others.
    pub roles: Vec<String>,
}

/// What the member is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RolesSet {
    /// The member.
    pub member: String,
    /// Its roles.
    pub roles: Vec<String>,
}

impl Command for SetRoles {
    const NAME: &'static str = "member.set_roles";
    type Output = RolesSet;
    type Refused = Refused;
    const BY_VOTE: bool = true;

    fn weight(&self) -> u32 {
        2 + self.roles.len() as u32
    }

    fn check(&self) -> Result<(), Refused> {
        text::check_name("/member", &self.member)?;
        standing::check_roles(&self.roles)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<RolesSet, Refused> {
        let Self { member, roles } = self;
        let now = standing::of(ctx, member)?;
        if now.state == "removed" {
            return Err(Refused::OtherState { member: member.clone(), state: now.state, height: now.height });
        }
        match roles.iter().position(|role| role == GOVERNOR) {
            Some(index) if !now.is_organisation() => {
                return Err(Refused::NotAnOrganisation { field: format!("/roles/{index}"), member: member.clone() });
            }
            None if signers::has_role(ctx, member, GOVERNOR)? && !governance::others_govern(ctx, member)? => {
                return Err(Refused::LastGovernor { member: member.clone() });
            }
            _ => {}
        }
        ctx.run("DELETE FROM member_role WHERE member = ?1", [member])?;
        standing::insert_roles(ctx, member, roles)?;
        ChangedRoles { member: member.clone(), roles: roles.clone() }.emit(ctx);
        Ok(RolesSet { member: member.clone(), roles: roles.clone() })
    }
}
