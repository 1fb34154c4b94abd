use super::{LAPSE_MS_DEFAULT, LAPSE_MS_MAX, LAPSE_MS_MIN, Refused, SIGNERS_MAX, need::Need};
use crate::{Parsed, member::roles::KEY_ROLES};
use counterfoil_state::Context;
use counterfoil_types::{Refusal, is_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The key role of who enters a call.
pub(super) const MAKER: &str = "maker";
/// The key role of who checks it.
pub(super) const CHECKER: &str = "checker";

/// What approvals themselves are made of: never held back.
pub(super) const NEVER_HELD: &[&str] = &["approval.sign", "approval.refuse", "approval.withdraw"];
/// A rule of a member's policy: how many of its people have to sign a command, from an amount on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The command, such as `asset.transfer`; `asset.*` for all of a module; `*` for all but those of `member`, which are meant only
    /// where a rule names them.
    pub command: String,
    /// Only calls that move this asset; all calls if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// Only from this amount on, in minor units of the asset; the calls of one transaction are added up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_minor: Option<i64>,
    /// How many holders of keys have to sign, 1 to 16.
    pub signers: u32,
    /// Roles of the keys that count. If makers and checkers count, one of each has to sign, and they are different holders.
    #[serde(default = "maker_and_checker")]
    pub roles: Vec<String>,
    /// How long a call waits for signatures, in milliseconds: a minute to 366 days, three days if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapse_after_ms: Option<i64>,
}

fn maker_and_checker() -> Vec<String> {
    vec![MAKER.to_owned(), CHECKER.to_owned()]
}

impl Rule {
    /// Refuses a rule that is wrong by itself.
    pub(super) fn check(&self, index: usize) -> Result<(), Refused> {
        if NEVER_HELD.contains(&self.command.as_str()) {
            return Err(Refused::NeverHeld { index, command: self.command.clone() });
        }
        let printable =
            |asset: &String| (1..=129).contains(&asset.len()) && asset.bytes().all(|b| b.is_ascii_graphic());
        if let Some(asset) = self.asset.as_ref().filter(|asset| !printable(asset)) {
            return Err(Refused::NotAnAsset { index, asset: asset.clone() });
        }
        match (self.from_minor, &self.asset) {
            (Some(_), None) => return Err(Refused::AmountWithoutAsset { index }),
            (Some(from), _) if from < 0 => return Err(Refused::NegativeAmount { index, from }),
            _ => {}
        }
        if !(1..=SIGNERS_MAX).contains(&self.signers) {
            return Err(Refused::SignersOutOfRange { index, signers: self.signers, max: SIGNERS_MAX });
        }
        self.check_roles(index)?;
        match self.lapse_after_ms {
            Some(ms) if !(LAPSE_MS_MIN..=LAPSE_MS_MAX).contains(&ms) => {
                Err(Refused::LapseOutOfRange { index, ms, min: LAPSE_MS_MIN, max: LAPSE_MS_MAX })
            }
            _ => Ok(()),
        }
    }

    fn check_roles(&self, index: usize) -> Result<(), Refused> {
        if self.roles.is_empty() {
            return Err(Refused::NoRoles { index });
        }
        for (at, role) in self.roles.iter().enumerate() {
            if !KEY_ROLES.contains(&role.as_str()) {
                return Err(Refused::NotAKeyRole { index, at, role: role.clone(), known: KEY_ROLES.join(", ") });
            }
            if self.roles[..at].contains(role) {
                return Err(Refused::RoleTwice { index, at, role: role.clone() });
            }
        }
        if self.signers < 2 && self.need("").is_maker_checker() {
            return Err(Refused::MakerIsChecker { index });
        }
        Ok(())
    }

    /// Whether there is a command that the rule can mean.
    pub(super) fn names_a_command(&self, known: &[&str]) -> bool {
        let module = self.command.strip_suffix(".*");
        self.command == "*"
            || known.iter().any(|name| *name == self.command || module.is_some_and(|of| is_of(name, of)))
    }

    /// Whether another rule demands at least as much of all that this one is about, so that this one changes nothing.
    pub(super) fn is_pointless_beside(&self, other: &Self) -> bool {
        let command = match self.command.strip_suffix(".*") {
            _ if self.command == other.command => true,
            _ if self.command == "*" => false,
            Some(module) => other.command == "*" && module != "member",
            None => other.means(&self.command),
        };
        let asset = other.asset.is_none() || self.asset == other.asset;
        let from = other.from_minor.unwrap_or(0) <= self.from_minor.unwrap_or(0);
        let roles = sorted(&self.roles) == sorted(&other.roles);
        command && asset && from && roles && other.signers >= self.signers
    }

    /// Whether the rule is about a command.
    fn means(&self, command: &str) -> bool {
        match self.command.strip_suffix(".*") {
            Some(module) => is_of(command, module),
            None if self.command == "*" => !is_of(command, "member"),
            None => self.command == command,
        }
    }

    /// Whether the rule is about what a transaction asks for.
    pub(super) fn applies(&self, ctx: &Context<'_>, asked: &[Box<dyn Parsed>]) -> Result<bool, Refusal> {
        let mut about = asked.iter().filter(|call| self.means(call.name()) && !NEVER_HELD.contains(&call.name()));
        let Some(asset) = &self.asset else { return Ok(about.next().is_some()) };
        let earlier = ctx.notes().iter().filter(|note| self.means(note.what) && note.of == *asset);
        let (mut moves, mut sum) = (false, earlier.fold(0_i64, |sum, note| sum.saturating_add(note.amount)));
        for call in about {
            for amount in call.amounts(ctx)?.into_iter().filter(|amount| amount.asset == *asset) {
                moves = true;
                // Beyond what 64 bits hold is as good as the largest amount: it is above any threshold.
                sum = sum.saturating_add(amount.minor.max(0));
            }
        }
        Ok(moves && sum >= self.from_minor.unwrap_or(0))
    }

    /// What it demands of a member.
    pub(super) fn need(&self, member: &str) -> Need {
        Need {
            member: member.to_owned(),
            signers: self.signers,
            roles: sorted(&self.roles),
            lapse_after_ms: self.lapse_after_ms.unwrap_or(LAPSE_MS_DEFAULT),
        }
    }
}

fn is_of(command: &str, module: &str) -> bool {
    is_name(module) && command.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'))
}

fn sorted(roles: &[String]) -> Vec<String> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles
}
