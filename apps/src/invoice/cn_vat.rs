//! The rules of Chinese VAT that need no state: form, amounts and sums.

use super::{
    Kind, Refused,
    clear::{Buyer, BuyerKind, ClearInvoice, Contact, Item, Preference},
    commands::{Issue, TaxTotal},
    decimal::Fixed,
    sealing, taxpayer_id, text,
};
use std::collections::BTreeMap;

/// The last number of a series.
pub(super) const SEQUENCE_MAX: i64 = 999_999_999_999_999;
/// Items of one invoice, as the tax platform takes them.
pub const ITEMS_MAX: usize = 2_000;
/// The largest amount of money that an invoice or a line may have, in hundredths: sums of all lines stay far from 64 bits.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000_000;
/// One, as a rate of 10,000.
const WHOLE: i128 = 10_000;

/// Net amount of a gross one at a rate of 10,000, rounded half up: 4,299.00 at 13 % is 3,804.42. For amounts not below zero.
pub fn net_of_gross(gross_minor: i64, rate: i64) -> i64 {
    let whole = WHOLE + i128::from(rate);
    rounded(i128::from(gross_minor) * WHOLE, whole)
}

/// Tax on a net amount at a rate of 10,000, rounded half up. For amounts not below zero.
pub fn tax_of_net(net_minor: i64, rate: i64) -> i64 {
    rounded(i128::from(net_minor) * i128::from(rate), WHOLE)
}

/// A quotient of numbers not below zero that is known to fit, rounded half up.
fn rounded(number: i128, by: i128) -> i64 {
    i64::try_from((number * 2 + by) / (by * 2)).unwrap_or(i64::MAX)
}

/// Checks an invoice in the clear as far as it can be done without state.
pub(super) fn check(issue: &ClearInvoice) -> Result<(), Refused> {
    parties(issue)?;
    if !(1..=ITEMS_MAX).contains(&issue.items.len()) {
        return Err(Refused::Items { found: issue.items.len(), most: ITEMS_MAX });
    }
    for (at, item) in issue.items.iter().enumerate() {
        item_texts(at, item)?;
        item_signs(at, item)?;
        item_sums(at, item)?;
        taxed(issue.kind, item.rate, || format!("/items/{at}/rate"))?;
    }
    totals(issue)
}

fn parties(issue: &ClearInvoice) -> Result<(), Refused> {
    taxpayer("/seller", &issue.seller)?;
    buyer(&issue.buyer)?;
    special_buyer(issue.kind, &issue.buyer)?;
    issue.seller_contact.as_ref().map_or(Ok(()), |contact| contact_texts("/seller_contact", contact))?;
    for (field, name) in [("/payee", &issue.payee), ("/reviewer", &issue.reviewer), ("/drawer", &issue.drawer)] {
        text::check_optional(field, name.as_ref(), text::NAME_MAX)?;
    }
    text::check_optional("/remark", issue.remark.as_ref(), text::REMARK_MAX)
}

/// A special invoice is for an organisation.
pub(super) fn special_buyer(kind: Kind, buyer: &Buyer) -> Result<(), Refused> {
    if kind == Kind::Special && buyer.kind == BuyerKind::Individual {
        let what = "a special invoice is for an organisation";
        return Err(rule("CN-14", "/buyer/kind", what, "organisation", "individual"));
    }
    Ok(())
}

/// Checks whom an invoice is for.
pub(super) fn buyer(buyer: &Buyer) -> Result<(), Refused> {
    text::check("/buyer/name", &buyer.name, text::NAME_MAX)?;
    match (&buyer.taxpayer, buyer.kind) {
        (Some(id), _) => taxpayer("/buyer/taxpayer", id)?,
        (None, BuyerKind::Individual) => {}
        (None, BuyerKind::Organisation) => {
            let what = "an organisation has a taxpayer id";
            return Err(rule("CN-1", "/buyer/taxpayer", what, "a taxpayer id", "none"));
        }
    }
    buyer.contact.as_ref().map_or(Ok(()), |contact| contact_texts("/buyer/contact", contact))
}

fn contact_texts(field: &str, contact: &Contact) -> Result<(), Refused> {
    for (name, value) in [
        ("address", &contact.address),
        ("telephone", &contact.telephone),
        ("email", &contact.email),
        ("bank", &contact.bank),
        ("account", &contact.account),
    ] {
        text::check_optional(&format!("{field}/{name}"), value.as_ref(), text::NAME_MAX)?;
    }
    Ok(())
}

fn taxpayer(field: &str, id: &str) -> Result<(), Refused> {
    taxpayer_id::check(id).map_err(|reason| Refused::TaxpayerId {
        field: field.to_owned(),
        id: id.to_owned(),
        reason: reason.to_string(),
    })
}

fn item_texts(at: usize, item: &Item) -> Result<(), Refused> {
    let field = |name: &str| format!("/items/{at}/{name}");
    if item.tax_code.len() != 19 || !item.tax_code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refused::TaxCode { field: field("tax_code"), found: item.tax_code.clone() });
    }
    text::check(&field("name"), &item.name, text::NAME_MAX)?;
    text::check_optional(&field("category"), item.category.as_ref(), text::NAME_MAX)?;
    text::check_optional(&field("specification"), item.specification.as_ref(), text::NAME_MAX)?;
    text::check_optional(&field("unit"), item.unit.as_ref(), text::ID_MAX)
}

fn item_signs(at: usize, item: &Item) -> Result<(), Refused> {
    positive(at, "amount", item.amount)?;
    not_negative(at, "tax", item.tax)?;
    positive(at, "total", item.total)?;
    if item.total.0 > AMOUNT_MAX || item.amount.0 > AMOUNT_MAX {
        let reason = "amounts are at most 10,000,000,000,000.00";
        return Err(Refused::Range { field: format!("/items/{at}/total"), found: item.total.to_string(), reason });
    }
    if !(0..=10_000).contains(&item.rate.0) {
        let field = format!("/items/{at}/rate");
        return Err(Refused::Sign { field, expected: "a rate of 0 to 1", found: item.rate.to_string() });
    }
    item.quantity.map_or(Ok(()), |quantity| positive(at, "quantity", quantity))?;
    item.price.map_or(Ok(()), |price| positive(at, "price", price))?;
    item.discount.map_or(Ok(()), |discount| not_negative(at, "discount", discount))
}

fn positive<const PLACES: u32>(at: usize, name: &str, number: Fixed<PLACES>) -> Result<(), Refused> {
    if number.0 > 0 {
        return Ok(());
    }
    Err(Refused::Sign { field: format!("/items/{at}/{name}"), expected: "more than 0", found: number.to_string() })
}

fn not_negative<const PLACES: u32>(at: usize, name: &str, number: Fixed<PLACES>) -> Result<(), Refused> {
    if number.0 >= 0 {
        return Ok(());
    }
    Err(Refused::Sign { field: format!("/items/{at}/{name}"), expected: "0 or more", found: number.to_string() })
}

fn item_sums(at: usize, item: &Item) -> Result<(), Refused> {
    let field = |name: &str| format!("/items/{at}/{name}");
    quantity_and_price(at, item)?;
    mark_and_rate(item.preference, item.rate, field("rate"))?;
    let total = i128::from(item.amount.0) + i128::from(item.tax.0);
    if total != i128::from(item.total.0) {
        let what = "the item's total is its amount and tax";
        return Err(rule("CN-3", field("total"), what, yuan(total), item.total.to_string()));
    }
    let from_net = tax_of_net(item.amount.0, item.rate.0);
    let from_gross = item.total.0 - net_of_gross(item.total.0, item.rate.0);
    if item.tax.0 != from_net && item.tax.0 != from_gross {
        let what = "the item's tax is amount x rate, or its amount is total / (1 + rate), rounded to the fen";
        return Err(rule("CN-4", field("tax"), what, Fixed::<2>(from_net).to_string(), item.tax.to_string()));
    }
    Ok(())
}

fn mark_and_rate(mark: Option<Preference>, rate: Fixed<4>, field: String) -> Result<(), Refused> {
    let free = matches!(mark, Some(Preference::Exempt | Preference::Untaxed | Preference::ZeroRated));
    if free == (rate.0 == 0) {
        return Ok(());
    }
    let what = "rate 0 goes with a mark exempt, untaxed or zero-rated, and only rate 0 does";
    let (expected, found) = if free { ("0.0000", rate.to_string()) } else { ("a mark", "none".to_owned()) };
    Err(rule("CN-2", field, what, expected, found))
}

/// Nothing of a special invoice is free of tax: there would be none to deduct.
fn taxed(kind: Kind, rate: Fixed<4>, field: impl FnOnce() -> String) -> Result<(), Refused> {
    if kind == Kind::Ordinary || rate.0 > 0 {
        return Ok(());
    }
    let what = "nothing of a special invoice is exempt, untaxed or zero-rated";
    Err(rule("CN-15", field(), what, "a rate above 0", rate.to_string()))
}

/// Quantity x price less the discount is the amount, to within what rounding price (six places) and amount (two) can move it.
fn quantity_and_price(at: usize, item: &Item) -> Result<(), Refused> {
    let field = |name: &str| format!("/items/{at}/{name}");
    let (quantity, price) = match (item.quantity, item.price) {
        (Some(quantity), Some(price)) => (i128::from(quantity.0), i128::from(price.0)),
        (None, None) => return Ok(()),
        (quantity, _) => {
            let missing = if quantity.is_some() { "price" } else { "quantity" };
            let what = "quantity and price come together";
            return Err(rule("CN-5", field(missing), what, "a number", "none"));
        }
    };
    // In units of 10^-14 yuan: the product is exact, half a fen is 5 x 10^11, half of 10^-6 yuan a unit is quantity / 2.
    let discount = item.discount.map_or(0, |discount| i128::from(discount.0));
    let amount = (i128::from(item.amount.0) + discount) * 1_000_000_000_000;
    let distance = (quantity * price - amount).abs();
    if distance * 2 <= 1_000_000_000_000 + quantity {
        return Ok(());
    }
    let expected = (quantity * price + 500_000_000_000) / 1_000_000_000_000 - discount;
    let what = "the item's amount is quantity x price less the discount";
    Err(rule("CN-6", field("amount"), what, yuan(expected), item.amount.to_string()))
}

fn totals(issue: &ClearInvoice) -> Result<(), Refused> {
    let sum = |of: fn(&Item) -> i64| issue.items.iter().map(|item| i128::from(of(item))).sum::<i128>();
    sums(sum(|item| item.amount.0), sum(|item| item.tax.0), issue.net, issue.tax, issue.total)
}

fn sums(net: i128, tax: i128, found_net: Fixed<2>, found_tax: Fixed<2>, found_total: Fixed<2>) -> Result<(), Refused> {
    for (name, field, what, expected, found) in [
        ("CN-7", "/net", "net is the sum of the items' amounts", net, found_net),
        ("CN-8", "/tax", "tax is the sum of the items' taxes", tax, found_tax),
        ("CN-9", "/total", "total is net and tax", net + tax, found_total),
    ] {
        if expected != i128::from(found.0) {
            return Err(rule(name, field, what, yuan(expected), found.to_string()));
        }
    }
    Ok(())
}

/// Checks what all see of an invoice, of whose items only readers know.
pub(super) fn check_stated(issue: &Issue) -> Result<(), Refused> {
    taxpayer("/seller", &issue.seller)?;
    sealing::check_amounts(&[issue.net, issue.tax, issue.total])?;
    if issue.channel.is_some_and(|channel| channel > 9) {
        return Err(rule(
            "CN-12",
            "/channel",
            "a channel is one digit",
            "0 to 9",
            issue.channel.unwrap_or(0).to_string(),
        ));
    }
    for (at, tax) in issue.taxes.iter().enumerate() {
        stated_tax(at, tax)?;
        taxed(issue.kind, tax.rate, || format!("/taxes/{at}/rate"))?;
        if at > 0 && tax_order(&issue.taxes[at - 1]) >= tax_order(tax) {
            let what = "taxes stand in the order of mark and rate, each once";
            return Err(rule("CN-11", format!("/taxes/{at}"), what, "a later mark or rate", tax.rate.to_string()));
        }
    }
    let sum = |of: fn(&TaxTotal) -> i64| issue.taxes.iter().map(|tax| i128::from(of(tax))).sum::<i128>();
    sums(sum(|tax| tax.net.0), sum(|tax| tax.tax.0), issue.net, issue.tax, issue.total)
}

fn tax_order(tax: &TaxTotal) -> (&'static str, i64) {
    (tax.category(), tax.rate.0)
}

/// A tax is what rounding each of so many items, from net or from gross, can make of its net amount.
fn stated_tax(at: usize, tax: &TaxTotal) -> Result<(), Refused> {
    let field = |name: &str| format!("/taxes/{at}/{name}");
    if !(1..=ITEMS_MAX).contains(&(tax.items as usize)) {
        return Err(Refused::Items { found: tax.items as usize, most: ITEMS_MAX });
    }
    if !(0..=WHOLE).contains(&i128::from(tax.rate.0)) {
        let found = tax.rate.to_string();
        return Err(Refused::Sign { field: field("rate"), expected: "a rate of 0 to 1", found });
    }
    for (name, amount, least) in [("net", tax.net, 1), ("tax", tax.tax, 0)] {
        if amount.0 < least {
            let expected = if least == 1 { "more than 0" } else { "0 or more" };
            return Err(Refused::Sign { field: field(name), expected, found: amount.to_string() });
        }
    }
    sealing::check_amounts(&[tax.net, tax.tax])?;
    mark_and_rate(tax.preference, tax.rate, field("rate"))?;
    let exact = i128::from(tax.net.0) * i128::from(tax.rate.0);
    let distance = (i128::from(tax.tax.0) * WHOLE - exact).abs();
    if distance * 2 > i128::from(tax.items) * (WHOLE + i128::from(tax.rate.0)) || (tax.rate.0 == 0 && tax.tax.0 != 0) {
        let what = "the tax of a rate is its net amount x rate, to within the rounding of its items";
        return Err(rule("CN-11", field("tax"), what, yuan(exact / WHOLE), tax.tax.to_string()));
    }
    Ok(())
}

fn rule(
    rule: &'static str,
    field: impl Into<String>,
    what: &'static str,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Refused {
    Refused::ChineseRule { rule, field: field.into(), what, expected: expected.into(), found: found.into() }
}

/// An amount of fen that may be beyond 64 bits.
fn yuan(fen: i128) -> String {
    i64::try_from(fen)
        .map_or_else(|_| "less than 92,233,720,368,547,758.08".to_owned(), |fen| Fixed::<2>(fen).to_string())
}

/// The category of a mark, as in `invoice_rate`.
pub(super) fn category(mark: Option<Preference>) -> &'static str {
    match mark {
        None => "standard",
        Some(Preference::Exempt) => "exempt",
        Some(Preference::Untaxed) => "untaxed",
        Some(Preference::ZeroRated) => "zero-rated",
        Some(Preference::Simplified) => "simplified",
    }
}

/// The taxes of items whose sums were checked, in the order of category and rate.
pub(super) fn taxes(items: &[Item]) -> Vec<TaxTotal> {
    let mut taxes: BTreeMap<(&'static str, i64), TaxTotal> = BTreeMap::new();
    for item in items {
        let none = TaxTotal { preference: item.preference, rate: item.rate, items: 0, net: Fixed(0), tax: Fixed(0) };
        let tax = taxes.entry((item.rate_category(), item.rate.0)).or_insert(none);
        tax.items += 1;
        tax.net.0 += item.amount.0;
        tax.tax.0 += item.tax.0;
    }
    taxes.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gross_becomes_net_and_tax() {
        for (gross, rate, net) in [(429_900, 1_300, 380_442), (19_800, 600, 18_679), (1, 1_300, 1), (10_000, 0, 10_000)]
        {
            assert_eq!(net_of_gross(gross, rate), net);
        }
        assert_eq!(429_900 - net_of_gross(429_900, 1_300), 49_458);
        assert_eq!(tax_of_net(380_442, 1_300), 49_457);
    }

    proptest! {
        #[test]
        fn net_and_tax_of_a_gross_amount_are_within_half_a_fen(gross in 0_i64..1_000_000_000_000, rate in 0_i64..=10_000) {
            let net = i128::from(net_of_gross(gross, rate));
            let (gross, rate) = (i128::from(gross), i128::from(rate));
            let distance = (net * (WHOLE + rate) - gross * WHOLE).abs();
            prop_assert!(distance * 2 <= WHOLE + rate);
        }
    }
}
