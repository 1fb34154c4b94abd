use super::{
    LAPSE_MS_MAX,
    guard::Asked,
    keys::Key,
    policy,
    rule::{CHECKER, MAKER},
};
use crate::member::roles::KEY_ADMIN;
use counterfoil_state::Context;
use counterfoil_types::Refusal;
use std::collections::BTreeSet;

/// Roles of keys that may propose what they cannot sign alone, beside those that count.
const STARTS: &[&str] = &[MAKER, "system"];

/// What a transaction needs of a member.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub member: String,
    /// How many holders.
    pub signers: u32,
    /// Of keys with which roles, sorted; none: any key.
    pub roles: Vec<String>,
    pub lapse_after_ms: i64,
}

/// A member in whose name calls are signed: what is needed of it, and its keys that have signed and still sign.
#[derive(Debug)]
pub(super) struct Party {
    pub member: String,
    pub needs: Vec<Need>,
    pub keys: Vec<Key>,
}

impl Need {
    /// Whether a key's signature counts.
    pub fn counts(&self, key: &Key) -> bool {
        self.roles.is_empty() || key.roles.iter().any(|role| self.roles.contains(role))
    }

    /// The holders whose signatures count.
    pub fn holders<'k>(&self, keys: &'k [Key]) -> BTreeSet<&'k str> {
        keys.iter().filter(|key| self.counts(key)).map(|key| key.holder.as_str()).collect()
    }

    /// Whether a maker and a checker have to be among the signers.
    pub fn is_maker_checker(&self) -> bool {
        let names = |role: &str| self.roles.iter().any(|named| named == role);
        names(MAKER) && names(CHECKER)
    }

    /// Whether these keys are enough.
    pub fn is_met(&self, keys: &[Key]) -> bool {
        let holding = |role: &str| -> BTreeSet<&str> {
            let with_role = keys.iter().filter(|key| key.roles.iter().any(|one| one == role));
            with_role.map(|key| key.holder.as_str()).collect()
        };
        let apart = || {
            let (makers, checkers) = (holding(MAKER), holding(CHECKER));
            !makers.is_empty() && !checkers.is_empty() && makers.union(&checkers).count() > 1
        };
        self.holders(keys).len() >= self.signers as usize && (!self.is_maker_checker() || apart())
    }

    /// In words, for a refusal.
    pub fn describe(&self) -> String {
        let keys = match self.roles.as_slice() {
            [] => String::new(),
            roles => format!(" with keys of the roles {}", roles.join(", ")),
        };
        let apart = if self.is_maker_checker() { ", a maker and a checker among them" } else { "" };
        format!("{} holders{keys}{apart}", self.signers)
    }
}

impl Party {
    /// What a transaction needs of a member without a word in the policy: that one of its keys signs.
    pub fn signature_of(member: &str) -> Need {
        Need { member: member.to_owned(), signers: 1, roles: Vec::new(), lapse_after_ms: LAPSE_MS_MAX }
    }

    /// Whether the member has signed enough.
    pub fn is_met(&self) -> bool {
        self.needs.iter().all(|need| need.is_met(&self.keys))
    }

    /// Whether a key's signature counts for anything that is needed.
    pub fn counts(&self, key: &Key) -> bool {
        self.needs.iter().any(|need| need.counts(key))
    }

    /// Whether a key may propose.
    pub fn may_start(&self, key: &Key) -> bool {
        self.counts(key) || key.roles.iter().any(|role| STARTS.contains(&role.as_str()))
    }

    /// Whether the holder of a key has signed already wherever its signature would count.
    pub fn has_signed(&self, key: &Key) -> bool {
        let known = |need: &Need| need.holders(&self.keys).contains(key.holder.as_str());
        self.needs.iter().filter(|need| need.counts(key)).all(known)
    }
}

/// What a transaction needs of a member by its policy; nothing where the policy has no word on it.
pub(super) fn of_member(ctx: &Context<'_>, member: &str, asked: &Asked<'_>) -> Result<Vec<Need>, Refusal> {
    let rules = policy::rules(ctx, member)?;
    let mut needs: Vec<Need> = Vec::new();
    for rule in &rules {
        if asked.guarded || rule.applies(ctx, asked.calls)? {
            demand(&mut needs, rule.need(member));
        }
    }
    if asked.guarded && !rules.is_empty() {
        let admin = Need { roles: vec![KEY_ADMIN.to_owned()], ..Party::signature_of(member) };
        demand(&mut needs, admin);
    }
    Ok(needs)
}

/// Adds a need; of two on the same roles the one that demands more stays.
fn demand(needs: &mut Vec<Need>, need: Need) {
    match needs.iter_mut().find(|known| known.roles == need.roles) {
        Some(known) => {
            known.signers = known.signers.max(need.signers);
            known.lapse_after_ms = known.lapse_after_ms.min(need.lapse_after_ms);
        }
        None => needs.push(need),
    }
}
