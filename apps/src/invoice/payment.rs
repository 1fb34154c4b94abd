//! What is left of payments: never less than nothing, whoever asks at the same time.

use super::{Kind, Paid, Refused, decimal::Fixed, rules, taxpayer::Taxpayer};
use counterfoil_platform::{
    asset::Number,
    seal::Hex,
    types::{Refusal, money::format_decimal},
};
use counterfoil_state::Context;

/// Invoices of one application at most.
pub const PARTS_MAX: usize = 5;

/// A payment as it is now.
pub(super) struct Payment {
    pub id: String,
    pub payee: String,
    pub currency: String,
    pub left: i64,
    pub payer_member: Option<String>,
    pub registered_by: String,
}

impl Payment {
    /// The payment, which a command names in `field`.
    pub fn find(ctx: &Context<'_>, field: &str, id: &str) -> Result<Self, Refused> {
        let found = ctx.query_opt(
            "SELECT payee, currency, left_minor, payer_member, registered_by FROM invoice_payment WHERE id = ?1",
            [id],
            |row| {
                Ok(Self {
                    id: id.to_owned(),
                    payee: row.get(0)?,
                    currency: row.get(1)?,
                    left: row.get(2)?,
                    payer_member: row.get(3)?,
                    registered_by: row.get(4)?,
                })
            },
        )?;
        found.ok_or_else(|| Refused::NoPayment { field: field.to_owned(), payment: id.to_owned() })
    }

    /// Refuses more than is left.
    pub fn require_left(&self, field: &str, asked: i64) -> Result<(), Refused> {
        if asked <= self.left {
            return Ok(());
        }
        let (left, asked) = (format_decimal(self.left, 2), format_decimal(asked, 2));
        Err(Refused::BeyondPayment { field: field.to_owned(), payment: self.id.clone(), left, asked })
    }
}

/// Checks how an application splits a payment.
pub(super) fn check_parts(amounts: &[Fixed<2>]) -> Result<(), Refused> {
    if !(1..=PARTS_MAX).contains(&amounts.len()) {
        return Err(Refused::Parts { found: amounts.len(), most: PARTS_MAX });
    }
    match amounts.iter().position(|amount| amount.0 <= 0) {
        Some(at) => Err(Refused::Sign {
            field: format!("/amounts/{at}"),
            expected: "more than 0",
            found: amounts[at].to_string(),
        }),
        None => super::sealing::check_amounts(amounts),
    }
}

/// Changes what is left of a payment: takes it where `minor` is negative.
pub(super) fn change_left(ctx: &mut Context<'_>, payment: &str, minor: i64) -> Result<(), Refusal> {
    ctx.run("UPDATE invoice_payment SET left_minor = left_minor + ?2 WHERE id = ?1", (payment, minor)).map(drop)
}

/// What an invoice takes of a payment; see [`take`].
pub(super) struct Use {
    pub payment: String,
    pub claim_key: Option<Hex<32>>,
    application: Option<(i64, i64)>,
    amount: i64,
    /// What comes back to the payment from a part of an application that is larger than the invoice; negative where the invoice takes
    /// directly of what is left.
    back: i64,
    /// Whether it is the last open part.
    last: bool,
}

/// Decides what an invoice of `total` is paid by, and refuses one without payment where the rules of the day do not allow it. What takes
/// back, with a total below zero, needs none.
pub(super) fn take(
    ctx: &Context<'_>,
    seller: &Taxpayer,
    paid: Option<&Paid>,
    kind: Option<Kind>,
    currency: &str,
    total: i64,
    day: &str,
) -> Result<Option<Use>, Refused> {
    let (payment, part) = match paid {
        None if total < 0 => return Ok(None),
        None => return rules::require_unpaid(ctx, seller, day).map(|()| None),
        Some(Paid::Payment { id }) => (Payment::find(ctx, "/paid/payment/id", id)?, None),
        Some(Paid::Application { number, part }) => {
            let part = Part::find(ctx, *number, *part)?;
            part.require_kind(*number, kind)?;
            (Payment::find(ctx, "/paid/application/number", &part.payment)?, Some(part))
        }
    };
    if payment.payee != seller.id || payment.currency != currency {
        let (payee, expected) = (payment.payee.clone(), payment.currency.clone());
        return Err(Refused::OtherPayment { payment: payment.id, payee, currency: expected });
    }
    if total <= 0 {
        return Err(Refused::Sign {
            field: "/total".to_owned(),
            expected: "more than 0",
            found: format_decimal(total, 2),
        });
    }
    let (application, back, last, claim_key) = match part {
        None => {
            payment.require_left("/total", total)?;
            (None, -total, false, None)
        }
        Some(part) if total <= part.amount => {
            (Some((part.application, part.position)), part.amount - total, part.open == 1, part.claim_key)
        }
        Some(part) => {
            let (left, asked) = (format_decimal(part.amount, 2), format_decimal(total, 2));
            return Err(Refused::BeyondPayment { field: "/total".to_owned(), payment: payment.id, left, asked });
        }
    };
    Ok(Some(Use { payment: payment.id, claim_key, application, amount: total, back, last }))
}

impl Use {
    /// Writes that an invoice is for the payment.
    pub fn write(&self, ctx: &mut Context<'_>, invoice: &str) -> Result<(), Refused> {
        let (application, part) = self.application.unzip();
        ctx.run(
            "INSERT INTO invoice_payment_use (invoice, payment, application, part, amount_minor, returned_minor)
             VALUES (?1, ?2, ?3, ?4, ?5, 0)",
            (invoice, &self.payment, application, part, self.amount),
        )?;
        if self.back != 0 {
            change_left(ctx, &self.payment, self.back)?;
        }
        let Some((application, part)) = self.application else { return Ok(()) };
        ctx.run(
            "UPDATE invoice_application_part SET state = 'issued' WHERE application = ?1 AND position = ?2",
            (application, part),
        )?;
        if self.last {
            ctx.run(
                "UPDATE invoice_application SET state = 'issued', ended_ms = ?2 WHERE number = ?1",
                (application, ctx.time_ms() as i64),
            )?;
        }
        Ok(())
    }
}

/// An open part of an application.
struct Part {
    payment: String,
    kind: String,
    application: i64,
    position: i64,
    amount: i64,
    claim_key: Option<Hex<32>>,
    /// How many parts of the application are open.
    open: i64,
}

impl Part {
    fn find(ctx: &Context<'_>, number: Number, position: u8) -> Result<Self, Refused> {
        let application = Application::find(ctx, number)?;
        let found = ctx.query_opt(
            "SELECT amount_minor, state, (SELECT count(*) FROM invoice_application_part o
                WHERE o.application = ?1 AND o.state = 'open')
             FROM invoice_application_part WHERE application = ?1 AND position = ?2",
            (number.0, position),
            |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)),
        )?;
        let position = i64::from(position);
        match found {
            Some((amount, state, open)) if state == "open" => {
                let Application { payment, kind, claim_key, .. } = application;
                Ok(Self { payment, kind, application: number.0, position, amount, claim_key, open })
            }
            Some((_, state, _)) => Err(Refused::ApplicationEnded { application: number, part: position, state }),
            None => Err(Refused::NoApplication { application: number }),
        }
    }

    /// Refuses an invoice of another kind than is asked for; those of EN 16931 have none.
    fn require_kind(&self, application: Number, kind: Option<Kind>) -> Result<(), Refused> {
        match kind.map(Kind::as_str).filter(|kind| *kind != self.kind) {
            Some(found) => Err(Refused::OtherKind { application, asked: self.kind.clone(), found }),
            None => Ok(()),
        }
    }
}

/// An application.
pub(super) struct Application {
    pub payment: String,
    pub applicant: String,
    pub seller_member: String,
    pub state: String,
    pub kind: String,
    pub claim_key: Option<Hex<32>>,
}

impl Application {
    pub fn find(ctx: &Context<'_>, number: Number) -> Result<Self, Refused> {
        let found = ctx.query_opt(
            "SELECT payment, applicant, seller_member, state, claim_key, kind FROM invoice_application WHERE number = ?1",
            [number.0],
            |row| {
                Ok(Self {
                    payment: row.get(0)?,
                    applicant: row.get(1)?,
                    seller_member: row.get(2)?,
                    state: row.get(3)?,
                    claim_key: row.get::<_, Option<[u8; 32]>>(4)?.map(Hex),
                    kind: row.get(5)?,
                })
            },
        )?;
        found.ok_or(Refused::NoApplication { application: number })
    }

    /// Ends an open application: its open parts go back to the payment.
    pub fn end(
        &self,
        ctx: &mut Context<'_>,
        number: Number,
        state: &'static str,
        reason: Option<&String>,
    ) -> Result<(), Refused> {
        let left = ctx.query_opt(
            "SELECT sum(amount_minor) FROM invoice_application_part WHERE application = ?1 AND state = 'open'",
            [number.0],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        let left = match left.flatten() {
            Some(left) if self.state == "open" => left,
            _ => {
                let state = self.state.clone();
                return Err(Refused::ApplicationEnded { application: number, part: 0, state });
            }
        };
        ctx.run(
            "UPDATE invoice_application SET state = ?2, reason = ?3, ended_ms = ?4 WHERE number = ?1",
            (number.0, state, reason, ctx.time_ms() as i64),
        )?;
        ctx.run(
            "UPDATE invoice_application_part SET state = 'ended' WHERE application = ?1 AND state = 'open'",
            [number.0],
        )?;
        Ok(change_left(ctx, &self.payment, left)?)
    }
}

/// Gives back to the payment of an invoice what of it was reversed, so that it can be invoiced again: at most what the invoice took.
/// An invoice without payment gives nothing back.
pub(super) fn give_back(ctx: &mut Context<'_>, invoice: &str, amount_minor: i64) -> Result<(), Refused> {
    let found = ctx.query_opt(
        "SELECT payment, amount_minor - returned_minor FROM invoice_payment_use WHERE invoice = ?1",
        [invoice],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)),
    )?;
    let Some((payment, taken)) = found else { return Ok(()) };
    if !(0..=taken).contains(&amount_minor) {
        let (left, asked) = (format_decimal(taken, 2), format_decimal(amount_minor, 2));
        return Err(Refused::BeyondPayment { field: String::new(), payment, left, asked });
    }
    ctx.run(
        "UPDATE invoice_payment_use SET returned_minor = returned_minor + ?2 WHERE invoice = ?1",
        (invoice, amount_minor),
    )?;
    Ok(change_left(ctx, &payment, amount_minor)?)
}
