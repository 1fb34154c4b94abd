use crate::{
    Command, Event as _,
    asset::{
        Frozen, Number, Refused, Unfrozen,
        account::Account,
        text::{self, At},
    },
    member::{self, roles},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Freezes an account: money may arrive, none may leave; signed by the asset's issuer or by a member with the role court.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// The account.
    pub account: String,
    /// Why, such as the order's number, in words that everybody sees, up to 500 characters.
    pub reason: String,
}

/// Lets a frozen account go: what the issuer froze, signed by the issuer; what a court froze, by a member with the role court.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unfreeze {
    /// The account.
    pub account: String,
    /// Why, in words that everybody sees, up to 500 characters.
    pub reason: String,
}

/// What was recorded of a freeze.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FreezeRecorded {
    /// Number of the freeze.
    pub number: Number,
    /// `issuer` or `court`.
    pub power: String,
}

/// By what right somebody freezes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    Issuer,
    Court,
}

impl Power {
    fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Court => "court",
        }
    }

    /// The right by which the signers act, and who of them has it. A court acts as a court, even if it also issued the asset.
    fn of_signers(ctx: &Context<'_>, account: &Account) -> Result<(Self, String), Refused> {
        if let Some(court) = member::signer_with_role(ctx, roles::COURT)? {
            return Ok((Self::Court, court.to_owned()));
        }
        let issuer = text::asset("/account", &account.asset)?.to_owned();
        match member::require_signature(ctx, &issuer) {
            Ok(()) => Ok((Self::Issuer, issuer)),
            Err(_) => Err(Refused::NotAPower { account: account.id.clone(), issuer }),
        }
    }
}

/// The freezes of an account that are not lifted.
fn freezes(ctx: &Context<'_>, account: &str) -> Result<Vec<(i64, String)>, Refused> {
    let freezes = ctx.query(
        "SELECT number, power FROM asset_freeze WHERE account = ?1 AND lifted_ms IS NULL ORDER BY number",
        [account],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(freezes)
}

impl Command for Freeze {
    const NAME: &'static str = "asset.freeze";
    type Output = FreezeRecorded;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        2
    }

    fn check(&self) -> Result<(), Refused> {
        text::account(At::Call, "account", &self.account)?;
        text::text(|| "/reason".to_owned(), &self.reason, text::REASON_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<FreezeRecorded, Refused> {
        let account = Account::read(ctx, At::Call, "account", &self.account)?;
        let (power, member) = Power::of_signers(ctx, &account)?;
        account.require_not_closed(At::Call, "account")?;
        if freezes(ctx, &account.id)?.iter().any(|(_, by)| by == power.as_str()) {
            return Err(Refused::FrozenAlready { account: account.id, power: power.as_str().to_owned() });
        }
        let (number, time_ms) = (ctx.new_number(), text::time_ms(ctx));
        ctx.run(
            "INSERT INTO asset_freeze (number, account, power, frozen_by, reason, frozen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (number, &account.id, power.as_str(), &member, &self.reason, time_ms),
        )?;
        ctx.run("UPDATE asset_account SET state = 'frozen' WHERE id = ?1", [&account.id])?;
        let (number, power) = (Number(number), power.as_str().to_owned());
        Frozen { account: account.id, power: power.clone(), member }.emit(ctx);
        Ok(FreezeRecorded { number, power })
    }
}

impl Command for Unfreeze {
    const NAME: &'static str = "asset.unfreeze";
    type Output = FreezeRecorded;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        2
    }

    fn check(&self) -> Result<(), Refused> {
        text::account(At::Call, "account", &self.account)?;
        text::text(|| "/reason".to_owned(), &self.reason, text::REASON_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<FreezeRecorded, Refused> {
        let account = Account::read(ctx, At::Call, "account", &self.account)?;
        let (power, member) = Power::of_signers(ctx, &account)?;
        let freezes = freezes(ctx, &account.id)?;
        let Some((number, _)) = freezes.iter().find(|(_, by)| by == power.as_str()) else {
            return Err(match freezes.is_empty() {
                false if power == Power::Issuer => Refused::FrozenByCourt { account: account.id },
                _ => Refused::NotFrozen { account: account.id, power: power.as_str().to_owned() },
            });
        };
        ctx.run(
            "UPDATE asset_freeze SET lifted_by = ?2, lifted_why = ?3, lifted_ms = ?4 WHERE number = ?1",
            (number, &member, &self.reason, text::time_ms(ctx)),
        )?;
        if freezes.len() == 1 {
            ctx.run("UPDATE asset_account SET state = 'open' WHERE id = ?1", [&account.id])?;
        }
        let (number, power) = (Number(*number), power.as_str().to_owned());
        Unfrozen { account: account.id, power: power.clone(), member }.emit(ctx);
        Ok(FreezeRecorded { number, power })
    }
}
