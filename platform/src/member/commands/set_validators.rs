use crate::{
    Command, Event as _,
    member::{ChangedValidators, Refused, committee, text},
};
use counterfoil_state::Context;
use counterfoil_types::{PublicKey, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Says which of the nodes of genesis order the ledger from the epoch after the next on; decided by the governing organisations.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetValidators {
    /// All validators from then on.
    pub validators: Vec<Validator>,
    /// The epoch from which the change before this one counts, 0 if there was none: so nobody undoes a change that he has not seen.
    pub follows_epoch: i64,
}

/// A member that runs a validator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validator {
    /// The organisation.
    pub member: String,
    /// The key with which its node votes, one of those of genesis: `ed25519:` and 64 hexadecimal digits.
    pub public_key: String,
}

/// From when on they order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ValidatorsSet {
    /// The first epoch.
    pub from_epoch: i64,
}

impl SetValidators {
    fn require_organisations(&self, ctx: &Context<'_>) -> Result<(), Refused> {
        for (index, Validator { member, .. }) in self.validators.iter().enumerate() {
            let field = format!("/validators/{index}/member");
            let found =
                ctx.query_opt("SELECT kind FROM member WHERE id = ?1 AND state = 'active'", [member], |row| {
                    row.get::<_, String>(0)
                })?;
            match found.as_deref() {
                Some("organisation") => {}
                Some(_) => return Err(Refused::NotAnOrganisation { field, member: member.clone() }),
                None => return Err(Refused::NotActive { field, member: member.clone() }),
            }
        }
        Ok(())
    }

    fn require_nodes(&self, ctx: &Context<'_>) -> Result<(), Refused> {
        for (index, Validator { public_key, .. }) in self.validators.iter().enumerate() {
            if !committee::is_node(ctx, public_key)? {
                let field = format!("/validators/{index}/public_key");
                return Err(Refused::NotANode { field, public_key: public_key.clone() });
            }
        }
        Ok(())
    }

    /// The first epoch that the change can count from: the validators of this epoch and the next are settled, and each change has an epoch
    /// of its own.
    fn first_epoch(&self, ctx: &Context<'_>) -> Result<i64, Refused> {
        let newest = committee::newest_epoch(ctx)?;
        if newest != self.follows_epoch {
            return Err(Refused::OtherValidators { given: self.follows_epoch, newest });
        }
        let epoch = ctx.epoch() as i64;
        let from = (epoch + 2).max(newest + 1);
        if from > epoch + 2 + committee::AHEAD_MAX {
            return Err(Refused::TooFarAhead { newest, epoch });
        }
        Ok(from)
    }
}

impl Command for SetValidators {
    const NAME: &'static str = "member.set_validators";
    type Output = ValidatorsSet;
    type Refused = Refused;
    const BY_VOTE: bool = true;

    fn weight(&self) -> u32 {
        2 + 3 * self.validators.len() as u32
    }

    fn check(&self) -> Result<(), Refused> {
        if self.validators.is_empty() {
            return Err(Refused::NoValidators);
        }
        text::check_count("/validators", self.validators.len(), limits::VALIDATORS_MAX)?;
        for (index, Validator { member, public_key }) in self.validators.iter().enumerate() {
            let at = format!("/validators/{index}");
            text::check_name(format!("{at}/member"), member)?;
            if !matches!(public_key.parse(), Ok(PublicKey::Ed25519(_))) {
                return Err(Refused::NotAValidatorKey { field: format!("{at}/public_key") });
            }
            let before = &self.validators[..index];
            if before.iter().any(|other| other.member == *member) {
                return Err(Refused::ValidatorTwice { field: format!("{at}/member"), what: member.clone() });
            }
            if before.iter().any(|other| other.public_key == *public_key) {
                return Err(Refused::ValidatorTwice { field: format!("{at}/public_key"), what: public_key.clone() });
            }
        }
        Ok(())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ValidatorsSet, Refused> {
        let from_epoch = self.first_epoch(ctx)?;
        self.require_organisations(ctx)?;
        self.require_nodes(ctx)?;
        let before = committee::newest(ctx)?;
        let stays =
            |member: &str, key: &str| self.validators.iter().any(|one| one.member == member && one.public_key == key);
        let was = |one: &Validator| before.iter().any(|(member, key)| *member == one.member && *key == one.public_key);
        if before.len() == self.validators.len() && self.validators.iter().all(was) {
            return Err(Refused::SameValidators);
        }
        for (member, _) in before.iter().filter(|(member, key)| !stays(member, key)) {
            ctx.run("DELETE FROM member_validator WHERE member = ?1", [member])?;
        }
        for one in self.validators.iter().filter(|one| !was(one)) {
            committee::insert(ctx, &one.member, &one.public_key, from_epoch)?;
        }
        let mut sorted: Vec<_> = self.validators.iter().collect();
        sorted.sort_unstable_by_key(|one| &one.public_key);
        let lines: Vec<_> = sorted.iter().map(|one| format!("{} {}", one.member, one.public_key)).collect();
        ctx.run(
            "INSERT INTO member_committee (from_epoch, validators, decided_height) VALUES (?1, ?2, ?3)",
            (from_epoch, lines.join("\n"), ctx.height() as i64),
        )?;
        let members = self.validators.iter().map(|one| one.member.clone()).collect();
        ChangedValidators { from_epoch, members }.emit(ctx);
        Ok(ValidatorsSet { from_epoch })
    }
}
