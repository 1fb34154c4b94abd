use super::Reason;
use crate::invoice::{Refused, decimal::Fixed};
use counterfoil_platform::types::{Refusal, money::format_decimal};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rates of one form at most.
const AMOUNTS_MAX: usize = 64;

/// How far the tax of a part may be from net x rate, in hundredths: 1.27, what tax platforms allow for the roundings of an invoice's lines.
const TOLERANCE_MINOR: i128 = 127;

/// What a red letter takes back at one rate. Amounts are positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedAmount {
    /// Category of the rate: `standard` or the preference mark.
    pub category: String,
    /// Tax rate, such as `0.13`.
    pub rate: Fixed<4>,
    /// Amount without tax.
    pub net: Fixed<2>,
    /// Tax.
    pub tax: Fixed<2>,
}

/// A rate of a blue invoice, with what forms and red letters have taken of it; hundredths.
pub(in crate::invoice) struct Rate {
    category: String,
    rate: i64,
    net: i64,
    tax: i64,
    reserved_net: i64,
    reserved_tax: i64,
    reversed_net: i64,
    reversed_tax: i64,
    /// Whether it has a row in `invoice_reversal`.
    written: bool,
}

/// What a form takes of a rate; hundredths.
pub(in crate::invoice) struct Part {
    pub category: String,
    pub rate: i64,
    pub net: i64,
    pub tax: i64,
}

/// The form of the amounts that a caller gives.
pub(in crate::invoice) fn check(amounts: &[RedAmount]) -> Result<(), Refused> {
    if !(1..=AMOUNTS_MAX).contains(&amounts.len()) {
        let expected = format!("1 to {AMOUNTS_MAX} rates, or none given for all that is left");
        return Err(rule("RL-2", "/amounts", expected, amounts.len().to_string()));
    }
    for (at, amount) in amounts.iter().enumerate() {
        let field = |name: &str| format!("/amounts/{at}/{name}");
        if amount.net.0 <= 0 {
            return Err(rule("RL-2", field("net"), "more than 0", amount.net.to_string()));
        }
        if amount.tax.0 < 0 {
            return Err(rule("RL-2", field("tax"), "0 or more", amount.tax.to_string()));
        }
        let same = |other: &RedAmount| other.category == amount.category && other.rate == amount.rate;
        if amounts[..at].iter().any(same) {
            return Err(rule("RL-2", field("rate"), "each category and rate once", amount.rate.to_string()));
        }
    }
    Ok(())
}

/// What a form takes of an invoice with these rates: what is asked, else all that is left.
pub(in crate::invoice) fn take(
    rates: &[Rate],
    reason: Reason,
    asked: Option<&[RedAmount]>,
) -> Result<Vec<Part>, Refused> {
    let parts = match asked {
        Some(asked) => asked.iter().enumerate().map(|(at, asked)| part(rates, at, asked)).collect::<Result<_, _>>()?,
        None => rates.iter().filter(|rate| rate.left().0 > 0).map(Rate::rest).collect::<Vec<_>>(),
    };
    let total = parts.iter().map(|part| part.net + part.tax).sum::<i64>();
    if parts.is_empty() {
        let what = "the invoice".to_owned();
        let (left, asked) = (minor(0), "something".to_owned());
        return Err(Refused::BeyondBlue { field: "/invoice".to_owned(), what, left, asked });
    }
    let standing = rates.iter().map(|rate| rate.net - rate.reversed_net + rate.tax - rate.reversed_tax).sum();
    if reason == Reason::WrongIssue && total != standing {
        let expected = format!("all of the {} that no red letter has taken back", minor(standing));
        return Err(rule("RL-6", "/amounts", expected, minor(total)));
    }
    Ok(parts)
}

fn part(rates: &[Rate], at: usize, asked: &RedAmount) -> Result<Part, Refused> {
    let field = |name: &str| format!("/amounts/{at}/{name}");
    let Some(rate) = rates.iter().find(|rate| rate.category == asked.category && rate.rate == asked.rate.0) else {
        let known: Vec<_> = rates.iter().map(Rate::name).collect();
        let found = format!("{} {}", asked.category, asked.rate);
        return Err(rule("RL-3", field("rate"), known.join(" or "), found));
    };
    let (net_left, tax_left) = rate.left();
    for (name, left, asked) in [("net", net_left, asked.net.0), ("tax", tax_left, asked.tax.0)] {
        if asked > left {
            let what = format!("{name} of {}", rate.name());
            return Err(Refused::BeyondBlue { field: field(name), what, left: minor(left), asked: minor(asked) });
        }
    }
    let part = Part { category: rate.category.clone(), rate: rate.rate, net: asked.net.0, tax: asked.tax.0 };
    match rate.expected_tax(&part) {
        Some(expected) => Err(rule("RL-5", field("tax"), expected, asked.tax.to_string())),
        None => Ok(part),
    }
}

impl Rate {
    /// The rates of an invoice.
    pub(in crate::invoice) fn read(ctx: &Context<'_>, invoice: &str) -> Result<Vec<Self>, Refusal> {
        ctx.query(
            "SELECT t.category, t.rate, sum(t.net_minor), sum(t.tax_minor), coalesce(max(v.reserved_net_minor), 0),
                coalesce(max(v.reserved_tax_minor), 0), coalesce(max(v.reversed_net_minor), 0),
                coalesce(max(v.reversed_tax_minor), 0), max(v.invoice IS NOT NULL)
             FROM invoice_tax t
             LEFT JOIN invoice_reversal v ON v.invoice = t.invoice AND v.category = t.category AND v.rate = t.rate
             WHERE t.invoice = ?1 GROUP BY t.category, t.rate ORDER BY t.category, t.rate",
            [invoice],
            |row| {
                Ok(Self {
                    category: row.get(0)?,
                    rate: row.get(1)?,
                    net: row.get(2)?,
                    tax: row.get(3)?,
                    reserved_net: row.get(4)?,
                    reserved_tax: row.get(5)?,
                    reversed_net: row.get(6)?,
                    reversed_tax: row.get(7)?,
                    written: row.get(8)?,
                })
            },
        )
    }

    /// The state of an invoice with these rates.
    pub(in crate::invoice) fn state_of(rates: &[Self]) -> &'static str {
        let all = rates.iter().all(|rate| (rate.reversed_net, rate.reversed_tax) == (rate.net, rate.tax));
        let none = rates.iter().all(|rate| (rate.reversed_net, rate.reversed_tax) == (0, 0));
        match (all, none) {
            (true, false) => "reversed",
            (false, false) => "partly_reversed",
            (_, true) => "issued",
        }
    }

    /// Adds to what is reserved and reversed of it, and writes it.
    pub(in crate::invoice) fn write(
        &mut self,
        ctx: &mut Context<'_>,
        invoice: &str,
        reserve: (i64, i64),
        reverse: (i64, i64),
    ) -> Result<(), Refusal> {
        self.reserved_net += reserve.0;
        self.reserved_tax += reserve.1;
        self.reversed_net += reverse.0;
        self.reversed_tax += reverse.1;
        let sql = if self.written {
            "UPDATE invoice_reversal SET reserved_net_minor = ?4, reserved_tax_minor = ?5, reversed_net_minor = ?6,
                reversed_tax_minor = ?7
             WHERE invoice = ?1 AND category = ?2 AND rate = ?3"
        } else {
            "INSERT INTO invoice_reversal (invoice, category, rate, reserved_net_minor, reserved_tax_minor, reversed_net_minor,
                reversed_tax_minor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        };
        let (reserved, reversed) = ((self.reserved_net, self.reserved_tax), (self.reversed_net, self.reversed_tax));
        ctx.run(sql, (invoice, &self.category, self.rate, reserved.0, reserved.1, reversed.0, reversed.1))?;
        self.written = true;
        Ok(())
    }

    /// Whether a part is of this rate.
    pub(in crate::invoice) fn is_of(&self, part: &Part) -> bool {
        self.category == part.category && self.rate == part.rate
    }

    /// Net and tax that nobody has taken or reserved.
    fn left(&self) -> (i64, i64) {
        let net = self.net - self.reserved_net - self.reversed_net;
        (net, self.tax - self.reserved_tax - self.reversed_tax)
    }

    fn rest(&self) -> Part {
        let (net, tax) = self.left();
        Part { category: self.category.clone(), rate: self.rate, net, tax }
    }

    fn name(&self) -> String {
        format!("{} {}", self.category, format_decimal(self.rate, 4))
    }

    /// What the tax of a part should be, if it is wrong: what is taken and what stays must both agree with the rate, to within what
    /// rounding by lines has done to the invoice and may do to a part of it. The last part takes what is left, whatever it is.
    fn expected_tax(&self, part: &Part) -> Option<String> {
        let (net_left, tax_left) = self.left();
        if part.net == net_left {
            return (part.tax != tax_left).then(|| format!("{}, all that is left", minor(tax_left)));
        }
        // In hundredths x 10,000.
        let off = |net: i64, tax: i64| i128::from(tax) * 10_000 - i128::from(net) * i128::from(self.rate);
        let tolerance = TOLERANCE_MINOR * 10_000 + off(self.net, self.tax).abs();
        let stays = off(net_left - part.net, tax_left - part.tax);
        if off(part.net, part.tax).abs() <= tolerance && stays.abs() <= tolerance {
            return None;
        }
        let expected = (i128::from(part.net) * i128::from(self.rate) + 5_000) / 10_000;
        Some(format!("about {}", minor(i64::try_from(expected).unwrap_or(i64::MAX))))
    }
}

fn rule(rule: &'static str, field: impl Into<String>, expected: impl Into<String>, found: String) -> Refused {
    Refused::RedRule { rule, field: field.into(), expected: expected.into(), found }
}

fn minor(minor: i64) -> String {
    format_decimal(minor, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(net: i64, tax: i64) -> Rate {
        Rate {
            category: "standard".into(),
            rate: 1_300,
            net,
            tax,
            reserved_net: 0,
            reserved_tax: 0,
            reversed_net: 0,
            reversed_tax: 0,
            written: false,
        }
    }

    fn ask(net: i64, tax: i64) -> RedAmount {
        RedAmount { category: "standard".into(), rate: Fixed(1_300), net: Fixed(net), tax: Fixed(tax) }
    }

    proptest! {
        /// Whatever parts are taken, and whichever of them are given back, all that is left can always be taken, and nothing beyond it.
        #[test]
        fn parts_never_exceed_the_whole_and_the_rest_can_be_taken(
            net in 1_i64..1_000_000_000,
            off in -500_i64..500,
            asks in prop::collection::vec((1_u32..=1_000, -200_i64..=200, any::<bool>()), 0..20),
        ) {
            let tax = (net * 13 / 100 + off).max(0);
            let mut rate = rate(net, tax);
            for (share, off, keep) in asks {
                let (net_left, _) = rate.left();
                let part_net = (net_left * i64::from(share) / 1_000).max(1);
                let asked = ask(part_net, (part_net * 13 / 100 + off).max(0));
                if let (Ok(parts), true) = (take(std::slice::from_ref(&rate), Reason::Allowance, Some(&[asked])), keep) {
                    rate.reserved_net += parts[0].net;
                    rate.reserved_tax += parts[0].tax;
                }
                let (net_left, tax_left) = rate.left();
                prop_assert!(net_left >= 0 && tax_left >= 0 && (net_left > 0 || tax_left == 0));
            }
            let (net_left, tax_left) = rate.left();
            if net_left > 0 {
                let rest = take(std::slice::from_ref(&rate), Reason::Allowance, Some(&[ask(net_left, tax_left)]));
                prop_assert!(rest.is_ok());
                let same = take(std::slice::from_ref(&rate), Reason::Allowance, None).ok().unwrap();
                prop_assert_eq!((same[0].net, same[0].tax), (net_left, tax_left));
                let beyond = take(std::slice::from_ref(&rate), Reason::Allowance, Some(&[ask(net_left + 1, tax_left)]));
                prop_assert!(matches!(beyond, Err(Refused::BeyondBlue { .. })), "net beyond what is left");
            }
        }
    }
}
