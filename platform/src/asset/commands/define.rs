use crate::{
    Command, Event as _,
    asset::{Defined, Refused, terms::Terms, text},
    member,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Defines an asset, which never changes; signed by the issuer in its id.
///
/// Currencies are issued by organisations with the role bank, all else by any organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Define {
    /// Its id `issuer/name`, such as `bank-a/CNY`; the name is 1 to 64 of `A-Z a-z 0-9 - . _`.
    pub asset: String,
    /// What it is, for people.
    pub title: String,
    /// What sort of asset it is.
    pub kind: AssetKind,
    /// Three capitals of ISO 4217, such as `CNY`, if it is a currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Digits after the point, 0 to 9.
    pub decimals: u8,
    /// How many minutes before 00:00 UTC its business day begins: 480 in China, -300 in New York's winter; 0 if not given.
    #[serde(default)]
    pub day_offset_minutes: i16,
    /// Whether the issuer also has to sign where an account is opened; else whoever wants one opens one.
    #[serde(default)]
    pub restricted: bool,
}

/// What sort of asset it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AssetKind {
    /// Money of a currency that a bank owes.
    Currency,
    /// Shares, bonds, tranches.
    Security,
    /// Points of a loyalty scheme.
    Points,
    /// A claim to goods, services or money.
    Claim,
    /// Anything else that is counted.
    Other,
}

impl AssetKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Currency => "currency",
            Self::Security => "security",
            Self::Points => "points",
            Self::Claim => "claim",
            Self::Other => "other",
        }
    }
}

/// The asset that was defined.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AssetDefined {
    /// Its id, which is that of the issuer's side too.
    pub asset: String,
}

impl Define {
    fn check_currency(&self) -> Result<(), Refused> {
        let code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let reason = match (self.kind, &self.currency) {
            (AssetKind::Currency, Some(currency)) if code(currency) => return Ok(()),
            (AssetKind::Currency, Some(currency)) => format!("{currency:?} is not a code of ISO 4217, such as CNY"),
            (AssetKind::Currency, None) => "a currency has its code of ISO 4217, such as CNY".to_owned(),
            (_, None) => return Ok(()),
            (_, Some(_)) => "only a currency has a code of ISO 4217".to_owned(),
        };
        Err(Refused::NotACurrency { reason })
    }

    fn require_issuer(&self, ctx: &Context<'_>, issuer: &str) -> Result<(), Refused> {
        let found = ctx.query_opt(
            "SELECT kind = 'organisation', EXISTS (SELECT 1 FROM member_role WHERE member = id AND role = ?2)
             FROM member WHERE id = ?1",
            (issuer, member::roles::BANK),
            |row| Ok((row.get::<_, bool>(0)?, row.get::<_, bool>(1)?)),
        )?;
        let (organisation, bank) = found.unwrap_or_default();
        let needed = match self.kind {
            _ if !organisation => "an organisation: people issue no assets",
            AssetKind::Currency if !bank => "a member with the role bank: only those issue currencies",
            _ => return Ok(()),
        };
        Err(Refused::NotAnIssuer { member: issuer.to_owned(), needed: needed.to_owned() })
    }
}

impl Command for Define {
    const NAME: &'static str = "asset.define";
    type Output = AssetDefined;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        2
    }

    fn check(&self) -> Result<(), Refused> {
        text::asset("/asset", &self.asset)?;
        text::text(|| "/title".to_owned(), &self.title, text::TITLE_MAX)?;
        self.check_currency()?;
        if self.decimals > 9 {
            return Err(Refused::NotDecimals { decimals: self.decimals });
        }
        if !(-1_439..=1_439).contains(&self.day_offset_minutes) {
            return Err(Refused::NotADayOffset { minutes: self.day_offset_minutes });
        }
        Ok(())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<AssetDefined, Refused> {
        let issuer = text::asset("/asset", &self.asset)?;
        member::require_signature(ctx, issuer)?;
        self.require_issuer(ctx, issuer)?;
        let taken = ctx.query_opt("SELECT 1 FROM asset_account WHERE id = ?1", [&self.asset], |_| Ok(()))?;
        if taken.is_some() {
            return Err(Refused::AssetTaken { asset: self.asset.clone() });
        }
        ctx.run(
            "INSERT INTO asset (id, issuer, title, kind, currency, decimals, day_offset_minutes, restricted, height, time_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            (
                &self.asset,
                issuer,
                &self.title,
                self.kind.as_str(),
                &self.currency,
                self.decimals,
                self.day_offset_minutes,
                self.restricted,
                ctx.height() as i64,
                text::time_ms(ctx),
            ),
        )?;
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        super::open_account::insert(ctx, &terms, &self.asset, issuer)?;
        Defined { asset: self.asset.clone(), title: self.title.clone() }.emit(ctx);
        Ok(AssetDefined { asset: self.asset.clone() })
    }
}
