use super::{
    Paid,
    rows::{self, Head, InvoiceIssued, TaxRow},
};
use crate::invoice::{
    Kind, Preference, Refused, Regime, claim,
    cn_vat::{self, SEQUENCE_MAX},
    date::day_in_china,
    decimal::Fixed,
    holder, payment, rules, sealing,
    taxpayer::{Taxpayer, require_rate},
    text,
};
use counterfoil_platform::{Command, document::Sealed, seal::Hex};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Issues an invoice under Chinese value-added tax. Signed by the seller; the ledger gives the number.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// Taxpayer id of the seller.
    pub seller: String,
    /// The seller's own reference, used once by its member.
    pub reference: String,
    /// Which of the two kinds of invoices it is; left out: an ordinary one.
    #[serde(default, skip_serializing_if = "Kind::is_ordinary")]
    pub kind: Kind,
    /// Channel of issuing, the fifth digit of the number; left out: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u8>,
    /// Tax of the items by mark and rate, in that order.
    pub taxes: Vec<TaxTotal>,
    /// Sum of the items' amounts without tax, in yuan.
    pub net: Fixed<2>,
    /// Sum of the items' taxes.
    pub tax: Fixed<2>,
    /// Sum of both: what the buyer pays.
    pub total: Fixed<2>,
    /// What the invoice is paid by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Paid>,
    /// Public key (Ed25519) whose owner may claim the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_key: Option<Hex<32>>,
    /// The buyer as a member, who may use the invoice from now on, and reads it if it has a reading key. Everybody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Buyer, items and all else, for the seller, the buyer and the tax authority.
    pub sealed: Sealed,
}

/// Tax of all items with one mark and rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxTotal {
    /// The items' mark of a preferential treatment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
    /// Their rate, such as `0.13`.
    pub rate: Fixed<4>,
    /// How many they are: each may round its tax.
    pub items: u32,
    /// Sum of their amounts without tax.
    pub net: Fixed<2>,
    /// Sum of their taxes.
    pub tax: Fixed<2>,
}

impl TaxTotal {
    /// As a row of `invoice_tax`: category, rate, items, net, tax.
    pub(in crate::invoice) fn key(&self) -> (String, i64, i64, i64, i64) {
        (self.category().to_owned(), self.rate.0, self.items.into(), self.net.0, self.tax.0)
    }

    /// The category of its rate, as in `invoice_rate`.
    pub(in crate::invoice) fn category(&self) -> &'static str {
        cn_vat::category(self.preference)
    }

    fn row(&self) -> TaxRow<'static> {
        TaxRow {
            category: self.category(),
            rate: self.rate.0,
            items: self.items.into(),
            net: self.net.0,
            tax: self.tax.0,
            reason: None,
        }
    }
}

impl Command for Issue {
    const NAME: &'static str = "invoice.issue";

    type Output = InvoiceIssued;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        sealing::weight(self.taxes.len(), &self.sealed)
    }

    fn check(&self) -> Result<(), Refused> {
        text::check_reference("/reference", &self.reference)?;
        sealing::check(&self.sealed, &[&["buyer", "items"]])?;
        sealing::check_taxes(self.taxes.len())?;
        claim::check_key(self.claim_key.as_ref())?;
        cn_vat::check_stated(self)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<InvoiceIssued, Refused> {
        let seller = Taxpayer::find(ctx, Regime::CnVat, std::iter::once(self.seller.as_str()))?;
        let unknown = || Refused::UnknownSeller { field: "/seller".into(), regime: "cn-vat", ids: self.seller.clone() };
        let seller = seller.ok_or_else(unknown)?;
        seller.require_signature(ctx, "/seller")?;
        let day = day_in_china(ctx.time_ms());
        let status = seller.require_active(ctx, "/seller", &day)?;
        for (at, tax) in self.taxes.iter().enumerate() {
            let field = || format!("/taxes/{at}/rate");
            require_rate(ctx, Regime::CnVat, &status, tax.category(), tax.rate.0, &day, field)?;
        }
        if self.kind == Kind::Special {
            rules::require_special(ctx, &seller, &status, &day)?;
        }
        let channel = self.channel.unwrap_or(1).to_string();
        rules::require_numbering(ctx, "region", &status.region, "/seller", &day)?;
        rules::require_numbering(ctx, "channel", &channel, "/channel", &day)?;
        if let Some(member) = &self.holder {
            holder::require_reader(ctx, "/holder", member, &self.sealed)?;
        }
        let paid = payment::take(ctx, &seller, self.paid.as_ref(), Some(self.kind), "CNY", self.total.0, &day)?;
        let quota = rules::require_quota(ctx, &seller, "CNY", &day, self.total.0)?;
        let seal = sealing::require(ctx, &seller.member, &self.reference, &self.sealed)?;
        let head = Head {
            number: next_number(ctx, &day, &status.region, &channel)?,
            kind: Some(self.kind),
            subject: Some(&seal.subject),
            issue_date: day,
            currency: "CNY",
            net: self.net.0,
            tax: self.tax.0,
            total: self.total.0,
            payable: self.total.0,
            payment: paid.as_ref().map(|paid| paid.payment.as_str()),
            quota,
            // Whose money it is says who claims.
            claim_key: paid.as_ref().and_then(|paid| paid.claim_key).or(self.claim_key),
            ..Head::default()
        };
        let taxes: Vec<_> = self.taxes.iter().map(TaxTotal::row).collect();
        let issued = rows::write(ctx, Regime::CnVat, &seller, &head, &taxes)?;
        paid.map_or(Ok(()), |paid| paid.write(ctx, &issued.id))?;
        seal.write(ctx)?;
        if let Some(member) = &self.holder {
            holder::set(ctx, &issued.id, member)?;
        }
        Ok(issued)
    }
}

/// The next number of a series: year and region of two digits each, channel, and fifteen digits that count without gaps.
pub(in crate::invoice) fn next_number(
    ctx: &mut Context<'_>,
    day: &str,
    region: &str,
    channel: &str,
) -> Result<String, Refused> {
    let series = format!("{}{region}{channel}", day.get(2..4).unwrap_or_default());
    let last =
        ctx.query_opt("SELECT last FROM invoice_sequence WHERE series = ?1", [&series], |row| row.get::<_, i64>(0))?;
    let next = last.unwrap_or_default() + 1;
    if next > SEQUENCE_MAX {
        return Err(Refused::SeriesFull { series });
    }
    let sql = match last {
        Some(_) => "UPDATE invoice_sequence SET last = ?2 WHERE series = ?1",
        None => "INSERT INTO invoice_sequence (series, last) VALUES (?1, ?2)",
    };
    ctx.run(sql, (&series, next))?;
    Ok(format!("{series}{next:015}"))
}
