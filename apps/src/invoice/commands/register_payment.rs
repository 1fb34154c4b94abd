use crate::invoice::{Refused, RegisteredPayment, decimal::Fixed, sealing, taxpayer::Taxpayer, text};
use counterfoil_platform::{
    Command, Event as _,
    asset::Number,
    member::{self, roles},
    types::{Refusal, money::format_decimal},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Registers a payment to a taxpayer, for which invoices can then be issued. Signed by the payment provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPayment {
    /// The provider's reference, used once by it: 1 to 63 of `a-z 0-9 - . _`.
    pub reference: String,
    /// Who paid, under a name that only the provider can resolve. Everybody sees it.
    pub payer: String,
    /// Who paid, as a member who may apply for invoices; everybody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_member: Option<String>,
    /// The taxpayer that was paid.
    pub payee: String,
    /// Currency of ISO 4217.
    pub currency: String,
    /// Amount.
    pub amount: Fixed<2>,
    /// When it was paid, milliseconds since 1970-01-01 UTC; not after the block.
    pub paid_ms: u64,
}

/// The payment is registered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PaymentRegistered {
    /// Its id: `provider/reference`, or `asset:` and the number of the transfer.
    pub payment: String,
}

/// What an invoice is paid by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Paid {
    /// What is left of a payment.
    Payment {
        /// The payment.
        id: String,
    },
    /// A part of an application.
    Application {
        /// The application.
        number: Number,
        /// Its part, from 1.
        part: u8,
    },
}

/// A row of `invoice_payment`.
pub(super) struct NewPayment<'a> {
    pub id: String,
    pub registered_by: &'a str,
    pub transfer: Option<i64>,
    pub payer: &'a str,
    pub payer_member: Option<&'a str>,
    pub payee: &'a str,
    pub currency: &'a str,
    pub amount: i64,
    pub paid_ms: i64,
}

impl NewPayment<'_> {
    /// Writes it, once, and tells it.
    pub fn write(self, ctx: &mut Context<'_>) -> Result<PaymentRegistered, Refused> {
        let known = ctx.query_opt("SELECT 1 FROM invoice_payment WHERE id = ?1", [&self.id], |_| Ok(()))?;
        if known.is_some() {
            return Err(Refused::PaymentKnown { payment: self.id });
        }
        ctx.run(
            "INSERT INTO invoice_payment (id, registered_by, transfer, payer, payer_member, payee, currency, amount_minor,
                left_minor, paid_ms, registered_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10)",
            (
                &self.id,
                self.registered_by,
                self.transfer,
                self.payer,
                self.payer_member,
                self.payee,
                self.currency,
                self.amount,
                self.paid_ms,
                ctx.time_ms() as i64,
            ),
        )?;
        let event = RegisteredPayment {
            payment: self.id.clone(),
            payee: self.payee.to_owned(),
            currency: self.currency.to_owned(),
            amount: format_decimal(self.amount, 2),
        };
        event.emit(ctx);
        Ok(PaymentRegistered { payment: self.id })
    }
}

impl Command for RegisterPayment {
    const NAME: &'static str = "invoice.register_payment";

    type Output = PaymentRegistered;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check_reference("/reference", &self.reference)?;
        text::check("/payer", &self.payer, text::ID_MAX)?;
        text::check("/payee", &self.payee, text::ID_MAX)?;
        text::check_currency("/currency", &self.currency)?;
        if self.amount.0 <= 0 {
            let (field, found) = ("/amount".to_owned(), self.amount.to_string());
            return Err(Refused::Sign { field, expected: "more than 0", found });
        }
        sealing::check_amounts(&[self.amount])
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<PaymentRegistered, Refused> {
        let provider = member::require_role(ctx, roles::PROVIDER)?;
        Taxpayer::of_any_regime(ctx, "/payee", &self.payee)?;
        if self.paid_ms > ctx.time_ms() {
            return Err(Refused::Range {
                field: "/paid_ms".to_owned(),
                found: self.paid_ms.to_string(),
                reason: "it is after the time of the block",
            });
        }
        if let Some(member) = &self.payer_member {
            require_member(ctx, "/payer_member", member)?;
        }
        let payment = NewPayment {
            id: format!("{provider}/{}", self.reference),
            registered_by: provider,
            transfer: None,
            payer: &self.payer,
            payer_member: self.payer_member.as_deref(),
            payee: &self.payee,
            currency: &self.currency,
            amount: self.amount.0,
            paid_ms: self.paid_ms as i64,
        };
        payment.write(ctx)
    }
}

fn require_member(ctx: &Context<'_>, field: &str, member: &str) -> Result<(), Refused> {
    let found: Result<Option<()>, Refusal> = ctx.query_opt("SELECT 1 FROM member WHERE id = ?1", [member], |_| Ok(()));
    found?.ok_or_else(|| Refused::NoMember { field: field.to_owned(), member: member.to_owned() })
}
