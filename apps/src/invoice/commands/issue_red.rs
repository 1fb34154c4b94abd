use super::{
    issue::next_number,
    rows::{self, Head, InvoiceIssued, TaxRow},
};
use crate::invoice::{
    FormState, Kind, RedIssued, Refused, Regime,
    date::day_in_china,
    payment,
    red::{Form, Part},
    rules,
    standing::Standing,
    taxpayer::Taxpayer,
};
use counterfoil_platform::{Command, Event as _};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Issues the red letter of a form that is confirmed or needs no confirmation: an invoice with negative amounts and a number of its own.
/// Signed by the seller.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueRed {
    /// The form.
    pub form: String,
}

impl Command for IssueRed {
    const NAME: &'static str = "invoice.issue_red";

    type Output = InvoiceIssued;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        8
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<InvoiceIssued, Refused> {
        let form = Form::read(ctx, &self.form)?;
        let mut blue = Standing::read(ctx, "/form", &form.invoice)?;
        let seller = Taxpayer::find(ctx, Regime::CnVat, std::iter::once(blue.seller.as_str()))?;
        let unknown = || Refused::UnknownSeller { field: "/form".into(), regime: "cn-vat", ids: blue.seller.clone() };
        let seller = seller.ok_or_else(unknown)?;
        seller.require_signature(ctx, "/form")?;
        form.require_state(ctx, &[FormState::NoConfirmationNeeded, FormState::Confirmed])?;
        // The rates are the blue invoice's, whether or not they are still allowed.
        let parts = form.parts(ctx)?;
        let red = write(ctx, &seller, (&blue.number, blue.kind), &parts)?;
        let taken = parts.iter().map(|part| part.net + part.tax).sum();
        payment::give_back(ctx, &blue.id, taken)?;
        let state = form.issue(ctx, &blue.seller_member, &red.id)?;
        blue.set_state(ctx, state)?;
        let Standing { id, number, state, seller, .. } = blue;
        let (form, red_number) = (form.id, red.number.clone());
        RedIssued { id, number, state, seller, form, red: red.id.clone(), red_number }.emit(ctx);
        Ok(red)
    }
}

/// Writes an invoice with the parts' amounts, negative, by the rules of the day but for rates, kind and quota. It keeps channel and kind of
/// the blue one, whose number it is given.
fn write(
    ctx: &mut Context<'_>,
    seller: &Taxpayer,
    (blue, kind): (&str, Option<Kind>),
    parts: &[Part],
) -> Result<InvoiceIssued, Refused> {
    let sum = |of: fn(&Part) -> i64| -parts.iter().map(of).sum::<i64>();
    let (net, tax) = (sum(|part| part.net), sum(|part| part.tax));
    let issue_date = day_in_china(ctx.time_ms());
    let status = seller.require_active(ctx, "/form", &issue_date)?;
    let channel = blue.get(4..5).unwrap_or("1");
    rules::require_numbering(ctx, "region", &status.region, "/form", &issue_date)?;
    rules::require_numbering(ctx, "channel", channel, "/form", &issue_date)?;
    let head = Head {
        number: next_number(ctx, &issue_date, &status.region, channel)?,
        kind,
        issue_date,
        currency: "CNY",
        net,
        tax,
        total: net + tax,
        payable: net + tax,
        ..Head::default()
    };
    let taxes = parts.iter().map(|part| TaxRow {
        category: &part.category,
        rate: part.rate,
        items: 0,
        net: -part.net,
        tax: -part.tax,
        reason: None,
    });
    rows::write(ctx, Regime::CnVat, seller, &head, &taxes.collect::<Vec<_>>())
}
