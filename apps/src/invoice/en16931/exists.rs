//! What must be there and how terms go together: BR-01 to BR-65, BR-CO-03 to 04, 09, 18 to 26.

use super::{Address, Allowance, Findings, Identifier, Invoice, Line, PaymentInstructions, Period, codes::COUNTRY};
use crate::invoice::decimal::Amount;

/// Checks presence, from the head of the invoice to its lines.
pub fn check(invoice: &Invoice, findings: &mut Findings) {
    head(invoice, findings);
    seller(invoice, findings);
    buyer(invoice, findings);
    others(invoice, findings);
    payment(invoice, findings);
    totals(invoice, findings);
    for (rules, group, of) in [
        (["BR-31", "BR-32", "BR-33", "BR-CO-21"], "BG-20", &invoice.allowances),
        (["BR-36", "BR-37", "BR-38", "BR-CO-22"], "BG-21", &invoice.charges),
    ] {
        for (at, allowance) in of.iter().enumerate() {
            let field = format!("/{group}/{at}");
            let category = allowance.vat.as_ref().is_some_and(|vat| vat.category.is_some());
            findings.need(rules[1], &format!("{field}/vat"), "a VAT category", category);
            amount_and_reason(findings, [rules[0], rules[2], rules[3]], &field, allowance);
        }
    }
    breakdown(invoice, findings);
    findings.need("BR-16", "/BG-25", "at least one line", !invoice.lines.is_empty());
    for (at, line) in invoice.lines.iter().enumerate() {
        one_line(&format!("/BG-25/{at}"), line, findings);
    }
}

fn head(invoice: &Invoice, findings: &mut Findings) {
    let specification = invoice.process.as_ref().and_then(|process| process.specification.as_ref());
    findings.text("BR-01", "/BG-2/BT-24", "a specification identifier", specification);
    findings.text("BR-02", "/BT-1", "an invoice number", invoice.number.as_ref());
    findings.text("BR-03", "/BT-2", "an issue date", invoice.issue_date.as_ref());
    findings.text("BR-04", "/BT-3", "a type code", invoice.type_code.as_ref());
    findings.text("BR-05", "/BT-5", "a currency", invoice.currency.as_ref());
    if let (Some(_), Some(totals)) = (&invoice.tax_currency, &invoice.totals) {
        let given = totals.tax_accounting.is_some();
        findings.need("BR-53", "/BG-22/BT-111", "the total of VAT in the accounting currency BT-6", given);
    }
    if invoice.tax_point_date.is_some() && invoice.tax_point_code.is_some() {
        findings.note("BR-CO-03", "/BT-7", "a tax point date (BT-7) or its code (BT-8)", "both");
    }
    for (at, preceding) in invoice.preceding.iter().enumerate() {
        findings.need(
            "BR-55",
            &format!("/BG-3/{at}/BT-25"),
            "the number of the preceding invoice",
            preceding.number.is_some(),
        );
    }
    if let Some(object) = &invoice.object {
        findings.text("BR-52", "/BT-18", "a reference of the object", object.value.as_ref());
    }
    for (at, document) in invoice.documents.iter().enumerate() {
        findings.text(
            "BR-52",
            &format!("/BG-24/{at}/BT-122"),
            "a reference of the document",
            document.reference.as_ref(),
        );
    }
    if let Some(period) = &invoice.period {
        let code = invoice.tax_point_code.is_some();
        in_order(findings, "BR-29", "/BG-14/end", period);
        let given = period.start.is_some() || period.end.is_some() || code;
        findings.need("BR-CO-19", "/BG-14", "the first or the last day of the invoicing period", given);
    }
}

fn in_order(findings: &mut Findings, rule: &str, field: &str, period: &Period) {
    if let (Some(start), Some(end)) = (&period.start, &period.end)
        && end < start
    {
        findings.note(rule, field, format!("{start} or later"), end.clone());
    }
}

fn seller(invoice: &Invoice, findings: &mut Findings) {
    let seller = invoice.seller.as_ref();
    findings.text("BR-06", "/BG-4/BT-27", "the seller's name", seller.and_then(|seller| seller.name.as_ref()));
    let address = seller.and_then(|seller| seller.address.as_ref());
    address_rules(findings, ["BR-08", "BR-09"], "/BG-4/BG-5", "the seller", address);
    let Some(seller) = seller else { return };
    let known = seller.ids.iter().any(|id| !id.is_sepa()) || seller.legal_id.is_some() || seller.vat_id.is_some();
    findings.need("BR-CO-26", "/BG-4", "an identifier of the seller (BT-29, BT-30 or BT-31)", known);
    vat_prefix(findings, "/BG-4/BT-31", seller.vat_id.as_ref());
    scheme(findings, "BR-62", "/BG-4/BT-34/scheme", seller.electronic_address.as_ref());
}

fn buyer(invoice: &Invoice, findings: &mut Findings) {
    let buyer = invoice.buyer.as_ref();
    findings.text("BR-07", "/BG-7/BT-44", "the buyer's name", buyer.and_then(|buyer| buyer.name.as_ref()));
    let address = buyer.and_then(|buyer| buyer.address.as_ref());
    address_rules(findings, ["BR-10", "BR-11"], "/BG-7/BG-8", "the buyer", address);
    let Some(buyer) = buyer else { return };
    vat_prefix(findings, "/BG-7/BT-48", buyer.vat_id.as_ref());
    scheme(findings, "BR-63", "/BG-7/BT-49/scheme", buyer.electronic_address.as_ref());
}

/// Payee, tax representative and delivery.
fn others(invoice: &Invoice, findings: &mut Findings) {
    if let Some(payee) = &invoice.payee {
        let seller = invoice.seller.as_ref();
        let same_name = seller.is_some_and(|seller| payee.name.is_some() && payee.name == seller.trading_name);
        let value = |id: &Identifier| id.value.clone();
        let same_id = payee
            .id
            .as_ref()
            .is_some_and(|id| seller.is_some_and(|seller| seller.ids.iter().any(|own| value(own) == value(id))));
        let good = payee.name.is_some() && !same_name && !same_id;
        findings.need("BR-17", "/BG-10/BT-59", "the name of a payee other than the seller", good);
    }
    if let Some(representative) = &invoice.representative {
        findings.text("BR-18", "/BG-11/BT-62", "the representative's name", representative.name.as_ref());
        let address = representative.address.as_ref();
        address_rules(findings, ["BR-19", "BR-20"], "/BG-11/BG-12", "the tax representative", address);
        findings.need("BR-56", "/BG-11/BT-63", "the representative's VAT identifier", representative.vat_id.is_some());
        vat_prefix(findings, "/BG-11/BT-63", representative.vat_id.as_ref());
    }
    if let Some(address) = invoice.delivery.as_ref().and_then(|delivery| delivery.address.as_ref()) {
        let what = "the country of delivery (BT-80)";
        findings.need("BR-57", "/BG-13/BG-15/country", what, address.country.is_some());
    }
}

fn address_rules(findings: &mut Findings, rules: [&str; 2], field: &str, whose: &str, address: Option<&Address>) {
    findings.need(rules[0], field, &format!("the address of {whose}"), address.is_some());
    if let Some(address) = address {
        let what = format!("the country in the address of {whose}");
        findings.text(rules[1], &format!("{field}/country"), &what, address.country.as_ref());
    }
}

fn scheme(findings: &mut Findings, rule: &str, field: &str, id: Option<&Identifier>) {
    if let Some(id) = id {
        findings.need(rule, field, "the scheme of the electronic address", id.scheme.is_some());
    }
}

/// BR-CO-09: a VAT identifier begins with a country of ISO 3166-1; Greece writes EL. An empty one is no identifier.
fn vat_prefix(findings: &mut Findings, field: &str, id: Option<&String>) {
    let Some(id) = id.filter(|id| !id.is_empty()) else { return };
    let prefix: String = id.chars().take(2).collect();
    if prefix != "EL" && !COUNTRY.contains(prefix.as_str()) {
        findings.note("BR-CO-09", field, "a country code in front", id);
    }
}

/// Credit transfers by UNTDID 4461: plain (30) and SEPA (58).
const TRANSFERS: [&str; 2] = ["30", "58"];

fn payment(invoice: &Invoice, findings: &mut Findings) {
    for (at, payment) in invoice.payment.iter().enumerate() {
        let field = format!("/BG-16/{at}");
        findings.need("BR-49", &format!("{field}/BT-81"), "a payment means code", payment.means.is_some());
        transfers(findings, &field, payment);
    }
}

/// BR-51: of the number of a card, the first six and the last four digits are shown at most.
pub fn advise(invoice: &Invoice, findings: &mut Findings) {
    for (at, payment) in invoice.payment.iter().enumerate() {
        let number = payment.card.as_ref().and_then(|card| card.number.as_ref());
        if number.is_some_and(|number| number.chars().count() > 10) {
            let field = format!("/BG-16/{at}/BG-18/BT-87");
            findings.note("BR-51", field, "at most ten digits of the card's number", "more");
        }
    }
}

fn transfers(findings: &mut Findings, field: &str, payment: &PaymentInstructions) {
    if !payment.means.as_deref().is_some_and(|means| TRANSFERS.contains(&means.trim())) {
        return;
    }
    for (at, transfer) in payment.credit_transfers.iter().enumerate() {
        findings.text("BR-50", &format!("{field}/BG-17/{at}/BT-84"), "an account to pay to", transfer.account.as_ref());
    }
    let account = payment.credit_transfers.iter().any(|transfer| transfer.account.is_some());
    findings.need("BR-61", &format!("{field}/BG-17"), "an account to pay to", account);
}

fn totals(invoice: &Invoice, findings: &mut Findings) {
    // Without the group, BR-CO-15 demands it.
    let Some(totals) = &invoice.totals else { return };
    let given = [&totals.lines, &totals.net, &totals.total, &totals.payable];
    for ((rule, what), amount) in TOTALS.into_iter().zip(given) {
        findings.need(rule, "/BG-22", what, amount.is_some());
    }
}

const TOTALS: [(&str, &str); 4] = [
    ("BR-12", "the sum of lines (BT-106)"),
    ("BR-13", "the total without VAT (BT-109)"),
    ("BR-14", "the total with VAT (BT-112)"),
    ("BR-15", "the amount due for payment (BT-115)"),
];

fn breakdown(invoice: &Invoice, findings: &mut Findings) {
    findings.need("BR-CO-18", "/BG-23", "at least one group of the VAT breakdown", !invoice.breakdown.is_empty());
    for (at, group) in invoice.breakdown.iter().enumerate() {
        let field = format!("/BG-23/{at}");
        findings.need("BR-45", &format!("{field}/BT-116"), "a taxable amount", group.net.is_some());
        findings.need("BR-46", &format!("{field}/BT-117"), "a tax amount", group.tax.is_some());
        findings.need("BR-47", &format!("{field}/BT-118"), "a VAT category", group.category.is_some());
        let rated = group.rate.is_some() || group.category.as_deref().map(str::trim) == Some("O");
        findings.need("BR-48", &format!("{field}/BT-119"), "a VAT rate", rated);
    }
}

fn amount_and_reason(findings: &mut Findings, rules: [&str; 3], field: &str, allowance: &Allowance) {
    findings.need(rules[0], &format!("{field}/amount"), "an amount", allowance.amount.is_some());
    let reason = allowance.reason.is_some() || allowance.reason_code.is_some();
    for rule in &rules[1..] {
        findings.need(rule, &format!("{field}/reason"), "a reason or its code", reason);
    }
}

fn one_line(field: &str, line: &Line, findings: &mut Findings) {
    let at = |term: &str| format!("{field}/{term}");
    findings.text("BR-21", &at("BT-126"), "an identifier of the line", line.id.as_ref());
    findings.need("BR-22", &at("BT-129"), "a quantity", line.quantity.is_some());
    findings.need("BR-23", &at("BT-130"), "a unit", line.unit.is_some());
    findings.need("BR-24", &at("BT-131"), "a net amount", line.net.is_some());
    let item = line.item.as_ref();
    findings.text("BR-25", &at("BG-31/BT-153"), "the item's name", item.and_then(|item| item.name.as_ref()));
    let price = line.price.as_ref();
    let net = price.and_then(|price| price.net.as_ref());
    findings.need("BR-26", &at("BG-29/BT-146"), "a net price", net.is_some());
    let negative = |amount: &Amount| amount.value().is_negative();
    if net.is_none_or(negative) {
        findings.note("BR-27", at("BG-29/BT-146"), "0 or more", net.map_or("none", Amount::text));
    }
    if let Some(gross) = price.and_then(|price| price.gross.as_ref()).filter(|gross| negative(gross)) {
        findings.note("BR-28", at("BG-29/BT-148"), "0 or more", gross.text());
    }
    if let Some(period) = &line.period {
        in_order(findings, "BR-30", &at("BG-26/end"), period);
        let given = period.start.is_some() || period.end.is_some();
        findings.need("BR-CO-20", &at("BG-26"), "the first or the last day of the line's period", given);
    }
    for (rules, group, of) in [
        (["BR-41", "BR-42", "BR-CO-23"], "BG-27", &line.allowances),
        (["BR-43", "BR-44", "BR-CO-24"], "BG-28", &line.charges),
    ] {
        for (nth, allowance) in of.iter().enumerate() {
            amount_and_reason(findings, rules, &at(&format!("{group}/{nth}")), allowance);
        }
    }
    let category = line.vat.as_ref().is_some_and(|vat| vat.category.is_some());
    findings.need("BR-CO-04", &at("BG-30"), "a VAT category", category);
    let Some(item) = item else { return };
    for (nth, attribute) in item.attributes.iter().enumerate() {
        let whole = attribute.name.is_some() && attribute.value.is_some();
        findings.need("BR-54", &at(&format!("BG-31/BG-32/{nth}")), "a name and a value of the attribute", whole);
    }
    if let Some(id) = &item.standard_id {
        findings.need("BR-64", &at("BG-31/BT-157/scheme"), "the scheme of the item's identifier", id.scheme.is_some());
    }
    for (nth, id) in item.classifications.iter().enumerate() {
        let field = at(&format!("BG-31/BT-158/{nth}/scheme"));
        findings.need("BR-65", &field, "the scheme of the item's classification", id.scheme.is_some());
    }
}
