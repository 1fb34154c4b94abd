use crate::{
    Command, Event as _,
    asset::{ACCOUNTS_AT_ONCE_MAX, OpenedAccounts, Refused, terms::Terms, text},
    member,
};
use counterfoil_state::Context;
use counterfoil_types::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Opens an account of an asset; signed by the owner in its id, and by the issuer if the asset is restricted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAccount {
    /// Its id: `owner/name`, such as `supplier-1/cny`, never used before; the name is 1 to 64 of `a-z 0-9 - . _`.
    pub account: String,
    /// The asset that it holds.
    pub asset: String,
}

/// Opens many accounts of an asset at once, all or none, such as a bank's for its customers; signed by all their owners, and by the
/// issuer if the asset is restricted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAccounts {
    /// The asset that they hold.
    pub asset: String,
    /// Their ids: `owner/name`, up to 1,000.
    pub accounts: Vec<String>,
}

/// The account that was opened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AccountOpened {
    /// Its id.
    pub account: String,
}

impl Command for OpenAccount {
    const NAME: &'static str = "asset.open_account";
    type Output = AccountOpened;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::asset("/asset", &self.asset)?;
        text::new_account(|| "/account".to_owned(), &self.account).map(|_| ())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<AccountOpened, Refused> {
        open(ctx, &self.asset, std::slice::from_ref(&self.account), |_| "/account".to_owned())?;
        Ok(AccountOpened { account: self.account.clone() })
    }
}

impl Command for OpenAccounts {
    const NAME: &'static str = "asset.open_accounts";
    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        u32::try_from(self.accounts.len()).unwrap_or(u32::MAX)
    }

    fn check(&self) -> Result<(), Refused> {
        text::asset("/asset", &self.asset)?;
        let (found, most) = (self.accounts.len(), ACCOUNTS_AT_ONCE_MAX);
        if !(1..=most).contains(&found) {
            return Err(Refused::NotSoManyAccounts { found, most });
        }
        let named = |(index, account): (usize, &String)| text::new_account(|| field(index), account).map(|_| ());
        self.accounts.iter().enumerate().try_for_each(named)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        open(ctx, &self.asset, &self.accounts, field)
    }
}

fn field(index: usize) -> String {
    format!("/accounts/{index}")
}

fn open(
    ctx: &mut Context<'_>,
    asset: &str,
    accounts: &[String],
    field: impl Fn(usize) -> String,
) -> Result<(), Refused> {
    let terms = Terms::read(ctx, "/asset", asset)?;
    let restricted = ctx.query_opt("SELECT restricted FROM asset WHERE id = ?1", [asset], |row| row.get(0))?;
    if restricted == Some(true) {
        member::require_signature(ctx, &terms.issuer).map_err(|refusal| refusal.at("/asset"))?;
    }
    for (index, account) in accounts.iter().enumerate() {
        let owner = text::new_account(|| field(index), account)?;
        member::require_signature(ctx, owner).map_err(|refusal| refusal.at(field(index)))?;
        if !insert(ctx, &terms, account, owner)? {
            return Err(Refused::AccountTaken { field: field(index), account: account.clone() });
        }
    }
    OpenedAccounts { asset: asset.to_owned(), accounts: accounts.to_vec() }.emit(ctx);
    Ok(())
}

/// Writes an empty account; whether there was none of this id. One statement finds that out and writes, since a bank opens many.
pub(super) fn insert(ctx: &mut Context<'_>, terms: &Terms, account: &str, owner: &str) -> Result<bool, Refusal> {
    let time_ms = text::time_ms(ctx);
    let written = ctx.run(
        "INSERT INTO asset_account (id, asset, owner, state, available_minor, held_minor, limit_minor, day, day_opening_minor,
                                    day_in_minor, day_in_count, day_out_minor, day_out_count, opened_ms)
         VALUES (?1, ?2, ?3, 'open', 0, 0, 0, ?4, 0, 0, 0, 0, 0, ?5) ON CONFLICT (id) DO NOTHING",
        (account, &terms.asset, owner, terms.day(time_ms), time_ms),
    )?;
    Ok(written > 0)
}
