use super::register_payment::{NewPayment, PaymentRegistered};
use crate::invoice::{Refused, taxpayer::Taxpayer, text};
use counterfoil_platform::{Command, asset::Number, member};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes a transfer of money on this ledger as a payment to a taxpayer, once. Signed by who paid or who was paid.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseTransfer {
    /// The transfer's number.
    pub transfer: Number,
    /// The taxpayer that it was a payment to: one of the member who owns the account that received it.
    pub payee: String,
}

/// What the ledger has of a transfer.
struct Found {
    kind: String,
    from: String,
    payer: String,
    payee: String,
    currency: Option<String>,
    decimals: u32,
    amount: i64,
    time_ms: i64,
}

impl UseTransfer {
    fn refuse(&self, reason: impl Into<String>) -> Refused {
        Refused::NotAPayment { transfer: self.transfer, reason: reason.into() }
    }

    fn find(&self, ctx: &Context<'_>) -> Result<Found, Refused> {
        let found = ctx.query_opt(
            "SELECT t.kind, t.from_account, f.owner, o.owner, a.currency, a.decimals, t.amount_minor, t.time_ms
             FROM asset_transfer t JOIN asset_account f ON f.id = t.from_account JOIN asset_account o ON o.id = t.to_account
                JOIN asset a ON a.id = t.asset WHERE t.number = ?1",
            [self.transfer.0],
            |row| {
                Ok(Found {
                    kind: row.get(0)?,
                    from: row.get(1)?,
                    payer: row.get(2)?,
                    payee: row.get(3)?,
                    currency: row.get(4)?,
                    decimals: row.get(5)?,
                    amount: row.get(6)?,
                    time_ms: row.get(7)?,
                })
            },
        )?;
        found.ok_or_else(|| self.refuse("there is none"))
    }
}

impl Found {
    /// The amount in hundredths, if it has no smaller parts.
    fn hundredths(&self) -> Option<i64> {
        match self.decimals {
            0..=2 => self.amount.checked_mul(10_i64.pow(2 - self.decimals)),
            more => {
                let by = 10_i64.pow(more - 2);
                (self.amount % by == 0).then(|| self.amount / by)
            }
        }
    }
}

impl Command for UseTransfer {
    const NAME: &'static str = "invoice.use_transfer";

    type Output = PaymentRegistered;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check("/payee", &self.payee, text::ID_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<PaymentRegistered, Refused> {
        let found = self.find(ctx)?;
        let payee = Taxpayer::of_any_regime(ctx, "/payee", &self.payee)?;
        if found.payee != payee.member {
            return Err(self.refuse(format!("it went to {}, and {} is of {}", found.payee, payee.id, payee.member)));
        }
        if found.kind == "issue" || found.kind == "redeem" || found.payer == found.payee {
            return Err(self.refuse("nobody paid somebody else by it"));
        }
        if !ctx.signers().iter().any(|kid| kid.member() == found.payer) {
            member::require_signature(ctx, &found.payee)?;
        }
        let currency = found.currency.as_deref().ok_or_else(|| self.refuse("what it moved is no currency"))?;
        let amount = found.hundredths().ok_or_else(|| self.refuse("its amount has parts smaller than hundredths"))?;
        let payment = NewPayment {
            id: format!("asset:{}", self.transfer),
            registered_by: member::signer_member(ctx),
            transfer: Some(self.transfer.0),
            payer: &found.from,
            payer_member: Some(&found.payer),
            payee: &payee.id,
            currency,
            amount,
            paid_ms: found.time_ms,
        };
        payment.write(ctx)
    }
}
