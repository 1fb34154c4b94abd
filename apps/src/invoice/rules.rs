//! Rules that the tax authority sets, with the days on which they hold.
//!
//! Each rule is a row that says what holds from a day until a day; rows are never changed. For a day the newest row that covers it
//! decides, so a later row corrects an earlier one, and all that ever held can still be read.

use super::{
    Refused, Regime, RuleSet,
    date::{day_in_china, is_date},
    decimal::Fixed,
    taxpayer::{Status, Taxpayer},
};
use crate::invoice::{Item, clear::read};
use counterfoil_platform::{
    Event as _, document,
    member::{self, roles},
    types::{Refusal, money::format_decimal},
};
use counterfoil_state::{Context, Reader};
use serde_json::json;
use std::collections::BTreeMap;

/// The first of all days: since ever.
pub(super) const EVER: &str = "0001-01-01";

/// Members who must be readers of every invoice.
pub(super) const AUTHORITIES: &str = "SELECT r.member FROM member_role r JOIN member m ON m.id = r.member
     WHERE r.role = 'tax-authority' AND m.state = 'active' ORDER BY r.member";

/// A condition of SQL: the row's days cover the day that is the named parameter.
macro_rules! covers {
    ($day:literal) => {
        concat!("from_day <= ", $day, " AND coalesce(until_day, ", $day, ") >= ", $day)
    };
}
pub(super) use covers;

/// The subject under which something of a member is sealed.
pub(super) fn subject(member: &str, reference: &str) -> String {
    document::sealed::subject("invoice", &format!("{member}/{reference}"))
}

/// Who sets a rule, when, and on which days it holds.
pub(super) struct Statement {
    /// Later ones are greater.
    pub number: i64,
    /// First day.
    pub from: String,
    /// Last day, if there is one.
    pub until: Option<String>,
    /// The tax authority that signs.
    pub by: String,
    /// Time of the block.
    pub time_ms: i64,
}

impl Statement {
    /// Tells that a rule was set.
    pub fn tell(&self, ctx: &mut Context<'_>, table: &str, about: String) {
        let (from, until) = (self.from.clone(), self.until.clone());
        RuleSet { table: table.to_owned(), about, from, until }.emit(ctx);
    }
}

/// Checks the days of a rule.
pub(super) fn check_days(from: Option<&String>, until: Option<&String>) -> Result<(), Refused> {
    for (field, day) in [("/from", from), ("/until", until)] {
        if let Some(day) = day.filter(|day| !is_date(day)) {
            return Err(Refused::Days { field: field.to_owned(), reason: format!("{day:?} is not a day YYYY-MM-DD") });
        }
    }
    match (from, until) {
        (Some(from), Some(until)) if until < from => {
            Err(Refused::Days { field: "/until".to_owned(), reason: format!("{until} is before {from}") })
        }
        _ => Ok(()),
    }
}

/// Begins a rule: a tax authority has signed. It holds from today on, unless told otherwise.
pub(super) fn state(
    ctx: &mut Context<'_>,
    from: Option<&String>,
    until: Option<&String>,
) -> Result<Statement, Refused> {
    let by = member::require_role(ctx, roles::TAX_AUTHORITY)?.to_owned();
    let from = from.cloned().unwrap_or_else(|| day_in_china(ctx.time_ms()));
    check_days(Some(&from), until)?;
    let time_ms = ctx.time_ms() as i64;
    Ok(Statement { number: ctx.new_number(), from, until: until.cloned(), by, time_ms })
}

/// Refuses a region or channel that no number may have on a day.
pub(super) fn require_numbering(
    ctx: &Context<'_>,
    kind: &'static str,
    code: &str,
    field: &str,
    day: &str,
) -> Result<(), Refused> {
    let sql = concat!(
        "SELECT allowed FROM invoice_numbering WHERE kind = ?1 AND code = ?2 AND ",
        covers!("?3"),
        " ORDER BY number DESC LIMIT 1"
    );
    match ctx.query_opt(sql, (kind, code, day), |row| row.get::<_, bool>(0))? {
        Some(true) => Ok(()),
        _ => Err(Refused::Numbering { field: field.to_owned(), kind, code: code.to_owned(), day: day.to_owned() }),
    }
}

/// Refuses an invoice without payment where the rules of the day for the taxpayer, or else for its regime, do not allow it.
pub(super) fn require_unpaid(ctx: &Context<'_>, seller: &Taxpayer, day: &str) -> Result<(), Refused> {
    let sql = concat!(
        "SELECT allowed FROM invoice_unpaid WHERE regime = ?1 AND taxpayer = ?2 AND ",
        covers!("?3"),
        " ORDER BY number DESC LIMIT 1"
    );
    // One search each: for `IN` SQLite would make a table in memory, with every invoice.
    for taxpayer in [seller.id.as_str(), ""] {
        match ctx.query_opt(sql, (seller.regime.as_str(), taxpayer, day), |row| row.get::<_, bool>(0))? {
            Some(true) => return Ok(()),
            Some(false) => break,
            None => {}
        }
    }
    Err(Refused::PaymentNeeded { seller: seller.id.clone(), day: day.to_owned() })
}

/// Whether a taxpayer, or all of a scale, issue special invoices on a day. ?1 taxpayer or scale, ?2 day. The taxpayer's own rule goes
/// before that of its scale: one search each, as for [`require_unpaid`].
const SPECIAL: &str = concat!(
    "SELECT allowed FROM invoice_special WHERE issuer = ?1 AND ",
    covers!("?2"),
    " ORDER BY number DESC LIMIT 1"
);

/// Refuses a special invoice where the rules of the day for the taxpayer, or else for its scale, do not allow it, and under a regime that
/// has none.
pub(super) fn require_special(ctx: &Context<'_>, seller: &Taxpayer, status: &Status, day: &str) -> Result<(), Refused> {
    let rule = |issuer: &str| ctx.query_opt(SPECIAL, (issuer, day), |row| row.get::<_, bool>(0));
    let allowed = match rule(&seller.id)? {
        None => rule(&status.scale)?,
        own => own,
    };
    if allowed == Some(true) && seller.regime == Regime::CnVat {
        return Ok(());
    }
    Err(Refused::NoSpecial { seller: seller.id.clone(), day: day.to_owned() })
}

/// Whether a taxpayer may issue special invoices on a day, as a node reads it: it is active, and the rules allow it.
///
/// # Errors
/// Where the ledger cannot be read.
pub fn issues_special(reader: &Reader, taxpayer: &str, day: &str) -> Result<bool, Refusal> {
    let sql = concat!(
        "SELECT s.scale, s.state FROM invoice_taxpayer t JOIN invoice_taxpayer_status s ON s.taxpayer = t.id
         WHERE t.id = ?1 AND t.regime = 'cn-vat' AND ",
        covers!("?2"),
        " ORDER BY s.number DESC LIMIT 1"
    );
    let status = read::rows(reader, sql, &[json!(taxpayer), json!(day)])?;
    let Some(status) = status.first().filter(|status| status[1] == "active") else { return Ok(false) };
    for issuer in [json!(taxpayer), status[0].clone()] {
        if let Some(rule) = read::rows(reader, SPECIAL, &[issuer, json!(day)])?.first() {
            return Ok(rule[0] == 1);
        }
    }
    Ok(false)
}

/// What a taxpayer may issue in a month; nothing stands for any.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quota {
    /// Invoices.
    pub invoices_max: Option<i64>,
    /// Their totals together, hundredths.
    pub issued_max: Option<i64>,
}

/// Refuses an invoice beyond what the tax authority lets its seller issue in the month, by count or by amount. Whatever takes back
/// costs nothing of it and gives nothing back.
pub(super) fn require_quota(
    ctx: &Context<'_>,
    seller: &Taxpayer,
    currency: &str,
    day: &str,
    total: i64,
) -> Result<Quota, Refused> {
    if total < 0 {
        return Ok(Quota::default());
    }
    let sql = concat!(
        "SELECT invoices_max, issued_max_minor FROM invoice_quota WHERE taxpayer = ?1 AND currency = ?2 AND ",
        covers!("?3"),
        " ORDER BY number DESC LIMIT 1"
    );
    let quota = ctx.query_opt(sql, (&seller.id, currency, day), |row| {
        Ok(Quota { invoices_max: row.get(0)?, issued_max: row.get(1)? })
    })?;
    let quota = quota.unwrap_or_default();
    if quota.invoices_max.is_none() && quota.issued_max.is_none() {
        return Ok(quota);
    }
    let month = day.get(..7).unwrap_or_default();
    let sql = "SELECT invoices, issued_minor FROM invoice_month WHERE seller = ?1 AND month = ?2 AND currency = ?3";
    let used = ctx.query_opt(sql, (&seller.id, month, currency), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (count, amount): (i64, i64) = used.unwrap_or_default();
    let beyond = |what, max: String, used: String| Refused::Quota {
        seller: seller.id.clone(),
        month: month.to_owned(),
        what,
        max,
        used,
    };
    if let Some(max) = quota.invoices_max.filter(|max| count >= *max) {
        return Err(beyond("invoices", max.to_string(), count.to_string()));
    }
    if let Some(max) = quota.issued_max.filter(|max| i128::from(amount) + i128::from(total) > i128::from(*max)) {
        return Err(beyond("amount", format_decimal(max, 2), format_decimal(amount, 2)));
    }
    Ok(quota)
}

/// Refuses items whose code of goods and services is not allowed on a day, or not at their rate; of the rules whose prefix a code has, the
/// longest decides. Only who knows the items can judge them: the seller's node before it signs, and the tax authority's after.
pub(super) fn require_tax_codes(reader: &Reader, day: &str, items: &[Item]) -> Result<(), Refused> {
    let mut known = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        let code = item.tax_code.as_str();
        let rule = match known.get(code) {
            Some(rule) => rule,
            None => known.entry(code).or_insert(TaxCode::find(reader, day, code)?),
        };
        let Some(reason) = rule.forbids(item.rate.0) else { continue };
        let (code, day, prefix) = (code.to_owned(), day.to_owned(), rule.prefix.clone());
        return Err(Refused::ItemCode { field: format!("/items/{at}/tax_code"), code, prefix, day, reason });
    }
    Ok(())
}

/// What the tax authority says of the codes that begin so.
#[derive(Default)]
struct TaxCode {
    prefix: String,
    allowed: bool,
    rates: Option<Vec<i64>>,
}

impl TaxCode {
    /// The rule for a code on a day; without one it is not allowed.
    fn find(reader: &Reader, day: &str, code: &str) -> Result<Self, Refusal> {
        let sql = concat!(
            "SELECT prefix, allowed, rates FROM invoice_tax_code c
             WHERE prefix IN (SELECT substr(?2, 1, value) FROM json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]')) AND ",
            covers!("?1"),
            " ORDER BY length(prefix) DESC, number DESC LIMIT 1"
        );
        let found = read::rows(reader, sql, &[json!(day), json!(code)])?;
        let rule = found.first().map(|row| Self {
            prefix: row[0].as_str().unwrap_or_default().to_owned(),
            allowed: row[1] == 1,
            rates: row[2].as_str().map(|text| serde_json::from_str(text).unwrap_or_default()),
        });
        Ok(rule.unwrap_or_default())
    }

    /// Why a code at this rate is not taken.
    fn forbids(&self, rate: i64) -> Option<String> {
        match &self.rates {
            _ if !self.allowed => Some("not allowed".to_owned()),
            Some(rates) if !rates.contains(&rate) => Some(format!("not at rate {}", Fixed::<4>(rate))),
            _ => None,
        }
    }
}

/// Regions in Chinese numbers at genesis: the provinces of GB/T 2260.
const REGIONS: [&str; 31] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65",
];

/// Writes the rules of genesis: all codes of goods, the provinces, channel 1, that invoices need no payment, and that taxpayers of both
/// scales issue special ones.
pub(super) fn genesis(ctx: &mut Context<'_>) -> Result<(), Refusal> {
    for (kind, code) in REGIONS.iter().map(|code| ("region", *code)).chain([("channel", "1")]) {
        ctx.run(
            "INSERT INTO invoice_numbering (kind, code, number, allowed, from_day, set_by, set_ms) VALUES (?1, ?2, 0, 1, ?3, '', 0)",
            (kind, code, EVER),
        )?;
    }
    for regime in ["cn-vat", "en16931"] {
        ctx.run(
            "INSERT INTO invoice_unpaid (regime, taxpayer, number, allowed, from_day, set_by, set_ms)
             VALUES (?1, '', 0, 1, ?2, '', 0)",
            (regime, EVER),
        )?;
    }
    for scale in ["general", "small"] {
        ctx.run(
            "INSERT INTO invoice_special (issuer, number, allowed, from_day, set_by, set_ms) VALUES (?1, 0, 1, ?2, '', 0)",
            (scale, EVER),
        )?;
    }
    ctx.run(
        "INSERT INTO invoice_tax_code (prefix, number, allowed, from_day, set_by, set_ms) VALUES ('', 0, 1, ?1, '', 0)",
        [EVER],
    )?;
    Ok(())
}
