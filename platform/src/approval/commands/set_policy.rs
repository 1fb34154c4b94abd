use crate::{
    Command, Event as _,
    approval::{ChangedPolicy, RULES_MAX, Refused, Rule, keys, policy},
    member::{self, roles},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Says which keys of a member have to sign what; signed by an admin key of that member, and by whoever the policy before demands at most.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPolicy {
    /// The member.
    pub member: String,
    /// The new version: the one in force and 1; the first is 1. So nobody replaces what it has not seen.
    pub version: i64,
    /// All rules that hold from now on. Every rule that is about a transaction has to be met; none: each key signs alone.
    pub rules: Vec<Rule>,
}

/// The policy that is in force.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PolicyVersion {
    /// The member.
    pub member: String,
    /// The version.
    pub version: i64,
}

impl SetPolicy {
    /// Refuses a rule about no command, and one that nobody could ever meet with the member's keys.
    fn require_possible(&self, ctx: &Context<'_>) -> Result<(), Refused> {
        let commands = ctx.command_names();
        let keys = keys::all(ctx, &self.member)?;
        for (index, rule) in self.rules.iter().enumerate() {
            if !rule.names_a_command(&commands) {
                return Err(Refused::NoCommand { index, command: rule.command.clone() });
            }
            let need = rule.need(&self.member);
            if !need.is_met(&keys) {
                let holders = need.holders(&keys).len();
                let (member, needs) = (self.member.clone(), need.describe());
                return Err(Refused::NeverMet { index, member, needs, holders });
            }
        }
        Ok(())
    }
}

impl Command for SetPolicy {
    const NAME: &'static str = "approval.set_policy";
    type Output = PolicyVersion;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        u32::try_from(4 + self.rules.len()).unwrap_or(u32::MAX)
    }

    fn check(&self) -> Result<(), Refused> {
        if self.rules.len() > RULES_MAX {
            return Err(Refused::TooManyRules { found: self.rules.len(), max: RULES_MAX });
        }
        for (index, rule) in self.rules.iter().enumerate() {
            rule.check(index)?;
        }
        for (index, rule) in self.rules.iter().enumerate() {
            // Of two equal rules the second is the one too many.
            let outdone = |(at, other): &(usize, &Rule)| {
                *at != index && rule.is_pointless_beside(other) && (*at < index || !other.is_pointless_beside(rule))
            };
            if let Some((by, _)) = self.rules.iter().enumerate().find(outdone) {
                return Err(Refused::Pointless { index, by });
            }
        }
        Ok(())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<PolicyVersion, Refused> {
        let member = || self.member.clone();
        if !member::key_signed(ctx, &self.member, roles::KEY_ADMIN)? {
            let known = ctx.query_opt("SELECT 1 FROM member WHERE id = ?1", [&self.member], |_| Ok(()))?;
            return Err(
                known.map_or(Refused::NoMember { member: member() }, |()| Refused::NotAdmin { member: member() })
            );
        }
        let (newest, _) = policy::version(ctx, &self.member)?;
        if self.version != newest + 1 {
            return Err(Refused::NotTheNextVersion { next: newest + 1, given: self.version });
        }
        self.require_possible(ctx)?;
        policy::write(ctx, &self.member, self.version, &self.rules, None)?;
        ChangedPolicy { member: member(), version: self.version, rules: self.rules.len() as i64 }.emit(ctx);
        Ok(PolicyVersion { member: member(), version: self.version })
    }
}
