use crate::invoice::{
    Applied, Kind, Refused, claim,
    date::day_in_china,
    decimal::Fixed,
    payment::{self, Payment, change_left},
    rules, sealing,
    taxpayer::Taxpayer,
    text,
};
use counterfoil_platform::{
    Command, Event as _,
    asset::Number,
    document::{Sealed, sealed},
    seal::Hex,
    types::{Kid, money::format_decimal},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks the seller for one to five invoices on a payment, and sets their amounts aside. Signed by the buyer, the seller, or the provider
/// that registered the payment.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// The payment.
    pub payment: String,
    /// The applicant's own reference, used once by its member.
    pub reference: String,
    /// Which of the two kinds of invoices is asked for; left out: ordinary ones.
    #[serde(default, skip_serializing_if = "Kind::is_ordinary")]
    pub kind: Kind,
    /// Amounts of the invoices, together at most what is left of the payment.
    pub amounts: Vec<Fixed<2>>,
    /// Public key (Ed25519) whose owner may claim the invoices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_key: Option<Hex<32>>,
    /// Whom the invoices are for; for the applicant, the seller and the tax authority.
    pub sealed: Sealed,
}

/// The application waits for the seller.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationMade {
    /// Its number.
    pub application: Number,
}

impl Apply {
    /// Of all invoices that are asked for.
    fn amount(&self) -> i64 {
        self.amounts.iter().map(|amount| amount.0).sum()
    }

    /// The first signer who has something to do with the payment.
    fn applicant<'a>(ctx: &Context<'a>, payment: &Payment, seller: &str) -> Result<&'a str, Refused> {
        let party = |member: &&str| {
            *member == seller
                || *member == payment.registered_by
                || payment.payer_member.as_deref().is_some_and(|payer| payer == *member)
        };
        let found = ctx.signers().iter().map(Kid::member).find(party);
        found.ok_or_else(|| {
            let signers: Vec<_> = ctx.signers().iter().map(Kid::as_str).collect();
            Refused::NotOfPayment { payment: payment.id.clone(), signers: signers.join(", ") }
        })
    }

    fn write(
        &self,
        ctx: &mut Context<'_>,
        (applicant, seller): (&str, &str),
        subject: &str,
    ) -> Result<Number, Refused> {
        let amount = self.amount();
        let number = ctx.new_number();
        ctx.run(
            "INSERT INTO invoice_application (number, payment, applicant, seller_member, subject, kind, claim_key, amount_minor, state,
                                              created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open', ?9)",
            (
                number,
                &self.payment,
                applicant,
                seller,
                subject,
                self.kind.as_str(),
                self.claim_key.map(|key| key.0),
                amount,
                ctx.time_ms() as i64,
            ),
        )?;
        for (position, amount) in (1_i64..).zip(&self.amounts) {
            ctx.run(
                "INSERT INTO invoice_application_part (application, position, amount_minor, state) VALUES (?1, ?2, ?3, 'open')",
                (number, position, amount.0),
            )?;
        }
        change_left(ctx, &self.payment, -amount)?;
        Ok(Number(number))
    }
}

impl Command for Apply {
    const NAME: &'static str = "invoice.apply";

    type Output = ApplicationMade;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        let rows = 2 + self.amounts.len();
        u32::try_from(rows).unwrap_or(u32::MAX).saturating_add(sealed::weight(&self.sealed))
    }

    fn check(&self) -> Result<(), Refused> {
        claim::check_key(self.claim_key.as_ref())?;
        text::check_reference("/reference", &self.reference)?;
        sealing::check(&self.sealed, &[&["buyer"]])?;
        payment::check_parts(&self.amounts)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ApplicationMade, Refused> {
        let payment = Payment::find(ctx, "/payment", &self.payment)?;
        // A payment is told of registered taxpayers only.
        let seller = Taxpayer::of_any_regime(ctx, "/payment", &payment.payee)?;
        let applicant = Self::applicant(ctx, &payment, &seller.member)?;
        if self.kind == Kind::Special {
            let day = day_in_china(ctx.time_ms());
            let status = seller.require_active(ctx, "/payment", &day)?;
            rules::require_special(ctx, &seller, &status, &day)?;
        }
        let amount = self.amount();
        payment.require_left("/amounts", amount)?;
        let seal = sealing::require(ctx, applicant, &self.reference, &self.sealed)?;
        let application = self.write(ctx, (applicant, &seller.member), &seal.subject)?;
        seal.write(ctx)?;
        let event = Applied {
            application: application.to_string(),
            payment: payment.id,
            seller: payment.payee,
            applicant: applicant.to_owned(),
            amount: format_decimal(amount, 2),
            subject: seal.subject,
        };
        event.emit(ctx);
        Ok(ApplicationMade { application })
    }
}
