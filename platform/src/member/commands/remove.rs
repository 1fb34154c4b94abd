use crate::{
    Command, Event as _,
    member::{
        MemberNamed, Refused, Reinstated, Removed, Suspended, committee, governance, roles, signers, standing, text,
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Suspends a member: from the next transaction on its keys do not sign until it is reinstated; it still reads. Decided by the governing
/// organisations.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspend {
    /// The member.
    pub member: String,
    /// Why, for all to see.
    pub reason: String,
}

/// Lets a suspended member's keys sign again; decided by the governing organisations.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reinstate {
    /// The member.
    pub member: String,
    /// Why, for all to see.
    pub reason: String,
}

/// Removes a member for good: its keys never sign again and its id is never used again; what it signed stays. Decided by the governing
/// organisations.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// The member.
    pub member: String,
    /// Why, for all to see.
    pub reason: String,
}

/// Brings a member from one of some states into another.
fn change(
    ctx: &mut Context<'_>,
    (member, reason): (&str, &str),
    from: &[&str],
    to: &str,
) -> Result<MemberNamed, Refused> {
    let now = standing::of(ctx, member)?;
    if !from.contains(&now.state.as_str()) {
        return Err(Refused::OtherState { member: member.to_owned(), state: now.state, height: now.height });
    }
    if to != "active" {
        require_dispensable(ctx, member)?;
    }
    ctx.run(
        "UPDATE member SET state = ?2, state_height = ?3, state_reason = ?4 WHERE id = ?1",
        (member, to, ctx.height() as i64, reason),
    )?;
    Ok(MemberNamed { member: member.to_owned() })
}

/// Refuses to do without a member that others rely on to order or to decide.
fn require_dispensable(ctx: &Context<'_>, member: &str) -> Result<(), Refused> {
    if committee::runs_validator(ctx, member)? {
        return Err(Refused::RunsValidator { member: member.to_owned() });
    }
    if signers::has_role(ctx, member, roles::GOVERNOR)? && !governance::others_govern(ctx, member)? {
        return Err(Refused::LastGovernor { member: member.to_owned() });
    }
    Ok(())
}

fn check(member: &str, reason: &str) -> Result<(), Refused> {
    text::check_name("/member", member)?;
    text::check_text("/reason", reason, text::REASON_MAX)
}

impl Command for Suspend {
    const NAME: &'static str = "member.suspend";
    type Output = MemberNamed;
    type Refused = Refused;
    const BY_VOTE: bool = true;

    fn check(&self) -> Result<(), Refused> {
        check(&self.member, &self.reason)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<MemberNamed, Refused> {
        let changed = change(ctx, (&self.member, &self.reason), &["active"], "suspended")?;
        Suspended { member: self.member.clone(), reason: self.reason.clone() }.emit(ctx);
        Ok(changed)
    }
}

impl Command for Reinstate {
    const NAME: &'static str = "member.reinstate";
    type Output = MemberNamed;
    type Refused = Refused;
    const BY_VOTE: bool = true;

    fn check(&self) -> Result<(), Refused> {
        check(&self.member, &self.reason)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<MemberNamed, Refused> {
        let changed = change(ctx, (&self.member, &self.reason), &["suspended"], "active")?;
        Reinstated { member: self.member.clone(), reason: self.reason.clone() }.emit(ctx);
        Ok(changed)
    }
}

impl Command for Remove {
    const NAME: &'static str = "member.remove";
    type Output = MemberNamed;
    type Refused = Refused;
    const BY_VOTE: bool = true;

    fn check(&self) -> Result<(), Refused> {
        check(&self.member, &self.reason)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<MemberNamed, Refused> {
        let changed = change(ctx, (&self.member, &self.reason), &["active", "suspended"], "removed")?;
        Removed { member: self.member.clone(), reason: self.reason.clone() }.emit(ctx);
        Ok(changed)
    }
}
