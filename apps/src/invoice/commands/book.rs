use crate::invoice::{Booked, BookingRevoked, Refused, batch, history, holder, period, standing::Standing};
use counterfoil_platform::{Command, member};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an invoice is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deduction {
    /// Its tax is deducted as input tax; under Chinese VAT that of special invoices alone.
    Deductible,
    /// Its tax is part of the cost.
    NotDeductible,
}

/// Books invoices in a tax period, so that their tax is deducted or not; all or none. Signed by the organisation, which holds them or to
/// which they were passed on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// The organisation.
    pub organisation: String,
    /// The tax period, `2026-01`: this month or the one before it.
    pub period: String,
    /// How they are booked.
    pub r#as: Deduction,
    /// Ids of the invoices, up to 1,000.
    pub invoices: Vec<String>,
}

/// Revokes bookings in periods that are not over; all or none. Signed by the organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeBooking {
    /// The organisation that has booked them.
    pub organisation: String,
    /// Ids of the invoices, up to 1,000.
    pub invoices: Vec<String>,
}

impl Deduction {
    /// Its name in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deductible => "deductible",
            Self::NotDeductible => "not_deductible",
        }
    }
}

impl Command for Book {
    const NAME: &'static str = "invoice.book";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        batch::weight(&self.invoices, 2)
    }

    fn check(&self) -> Result<(), Refused> {
        period::check(&self.period)?;
        batch::check(&self.invoices)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let organisation = self.organisation.as_str();
        holder::require_user(ctx, organisation)?;
        let invoices = batch::read(ctx, &self.invoices, |invoice, field| {
            invoice.require_blue(field)?;
            invoice.require_access(ctx, field, organisation)?;
            invoice.require_no_other_user(field, organisation)?;
            if let Some(booked) = invoice.booked() {
                let (invoice, state) = (invoice.id.clone(), booked.state.clone());
                return Err(Refused::IsBooked { field: field.to_owned(), invoice, state });
            }
            invoice.require_whole(field)?;
            if self.r#as == Deduction::Deductible {
                invoice.require_deductible(field)?;
            }
            period::require_open(ctx, invoice, field, &self.period)
        })?;
        let time_ms = ctx.time_ms() as i64;
        for invoice in &invoices {
            let sql = if invoice.booking.is_some() {
                "UPDATE invoice_booking SET organisation = ?2, state = ?3, period = ?4, tax_minor = ?5, booked_ms = ?6,
                    revoked_ms = NULL
                 WHERE invoice = ?1"
            } else {
                "INSERT INTO invoice_booking (invoice, organisation, state, period, tax_minor, booked_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
            };
            let state = self.r#as.as_str();
            ctx.run(sql, (&invoice.id, organisation, state, &self.period, invoice.tax_left, time_ms))?;
            let step = format!("booked_{state}");
            history::write(ctx, &invoice.id, &step, Some(organisation), None, Some(&self.period))?;
            Booked::tell(ctx, invoice);
        }
        Ok(())
    }
}

impl Command for RevokeBooking {
    const NAME: &'static str = "invoice.revoke_booking";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        batch::weight(&self.invoices, 2)
    }

    fn check(&self) -> Result<(), Refused> {
        batch::check(&self.invoices)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let organisation = self.organisation.as_str();
        member::require_signature(ctx, organisation).map_err(|refusal| refusal.at("/organisation"))?;
        let invoices = batch::read(ctx, &self.invoices, |invoice, field| match (invoice.booked(), &invoice.period) {
            (Some(booked), Some(period)) if booked.organisation == organisation => {
                period::require_open(ctx, invoice, field, period)
            }
            _ => Err(not_booked(invoice, field, organisation)),
        })?;
        let time_ms = ctx.time_ms() as i64;
        for invoice in &invoices {
            ctx.run(
                "UPDATE invoice_booking SET state = 'revoked', revoked_ms = ?2 WHERE invoice = ?1",
                (&invoice.id, time_ms),
            )?;
            history::write(ctx, &invoice.id, "booking_revoked", Some(organisation), None, invoice.period.as_deref())?;
            BookingRevoked::tell(ctx, invoice);
        }
        Ok(())
    }
}

fn not_booked(invoice: &Standing, field: &str, organisation: &str) -> Refused {
    let (field, organisation) = (field.to_owned(), organisation.to_owned());
    Refused::NotBooked { field, invoice: invoice.id.clone(), organisation }
}
