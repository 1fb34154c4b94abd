//! Sums and the digits they are written with: BR-CO-10 to 17 and BR-DEC.

use super::{Allowance, Findings, Invoice, Totals};
use crate::invoice::decimal::{Amount, Decimal};

/// Sums over the whole invoice, each computed as the standard says and compared exactly.
pub fn check(invoice: &Invoice, findings: &mut Findings) {
    decimals(invoice, findings);
    breakdown_tax(invoice, findings);
    let Some(totals) = &invoice.totals else { return };
    let allowances = sum(invoice.allowances.iter().map(|allowance| &allowance.amount));
    let charges = sum(invoice.charges.iter().map(|charge| &charge.amount));
    if let Some(found) = &totals.lines {
        let lines = sum(invoice.lines.iter().map(|line| &line.net));
        findings.equal("BR-CO-10", "/BG-22/BT-106", rounded(lines), found.value());
    }
    part(findings, "BR-CO-11", "/BG-22/BT-107", &invoice.allowances, allowances, totals.allowances.as_ref());
    part(findings, "BR-CO-12", "/BG-22/BT-108", &invoice.charges, charges, totals.charges.as_ref());
    if let (Some(lines), Some(found)) = (&totals.lines, &totals.net) {
        let net = lines.value().minus(value(&totals.allowances));
        let net = net.and_then(|net| net.plus(value(&totals.charges)));
        findings.equal("BR-CO-13", "/BG-22/BT-109", rounded(net), found.value());
    }
    if let Some(found) = totals.tax.as_ref().filter(|_| !invoice.breakdown.is_empty()) {
        let tax = sum(invoice.breakdown.iter().map(|group| &group.tax));
        findings.equal("BR-CO-14", "/BG-22/BT-110", rounded(tax), found.value());
    }
    total(invoice, totals, findings);
    if let (Some(total), Some(found)) = (&totals.total, &totals.payable) {
        let due = total.value().minus(value(&totals.prepaid));
        let due = due.and_then(|due| due.plus(value(&totals.rounding)));
        findings.equal("BR-CO-16", "/BG-22/BT-115", rounded(due), found.value());
    }
}

fn total(invoice: &Invoice, totals: &Totals, findings: &mut Findings) {
    if invoice.currency.is_none() {
        return;
    }
    let Some(tax) = &totals.tax else {
        findings.need("BR-CO-15", "/BG-22/BT-110", "one total of VAT in the invoice's currency (BT-110)", false);
        return;
    };
    if let (Some(net), Some(found)) = (&totals.net, &totals.total) {
        findings.equal("BR-CO-15", "/BG-22/BT-112", rounded(net.value().plus(tax.value())), found.value());
    }
}

/// A total of allowances or charges: there when there are any, and their sum.
fn part(
    findings: &mut Findings,
    rule: &str,
    field: &str,
    of: &[Allowance],
    sum: Option<Decimal>,
    total: Option<&Amount>,
) {
    match total {
        Some(total) => findings.equal(rule, field, rounded(sum), total.value()),
        None if of.is_empty() => {}
        None => {
            let expected = sum.map_or("a sum".to_owned(), |sum| sum.round(2).to_string());
            findings.note(rule, field, expected, "none");
        }
    }
}

/// BR-CO-17: the tax of each group is its net times its rate, to within a unit.
fn breakdown_tax(invoice: &Invoice, findings: &mut Findings) {
    for (at, group) in invoice.breakdown.iter().enumerate() {
        let Some(tax) = &group.tax else { continue };
        let field = format!("/BG-23/{at}/BT-117");
        let rate = group.rate.as_ref().map_or(Decimal::ZERO, Amount::value);
        if rate.round(0).is_zero() {
            if !tax.value().round(0).is_zero() {
                findings.note("BR-CO-17", field, "0.00", tax.value().to_string());
            }
        } else if let Some(net) = &group.net {
            near(findings, "BR-CO-17", &field, net.value(), rate, tax.value());
        }
    }
}

/// Notes a tax that is a unit or more away from net times rate, both rounded to hundredths.
pub fn near(findings: &mut Findings, rule: &str, field: &str, net: Decimal, rate: Decimal, tax: Decimal) {
    let expected = net.abs().times(rate.percent()).map(|product| product.round(2));
    let distance = expected.and_then(|expected| expected.minus(tax.abs()));
    if distance.is_none_or(|distance| distance.abs() >= Decimal::ONE) {
        let expected = expected.map_or("a number that can be computed".to_owned(), |number| {
            if net.is_negative() { number.negated().to_string() } else { number.to_string() }
        });
        findings.note(rule, field, expected, tax.to_string());
    }
}

/// BR-DEC: at most two digits after the point.
fn decimals(invoice: &Invoice, findings: &mut Findings) {
    let mut look = |rule: &str, field: String, amount: &Option<Amount>| {
        if let Some(amount) = amount.as_ref().filter(|amount| amount.places() > 2) {
            findings.note(rule, field, "at most two digits after the point", amount.text());
        }
    };
    for (rules, group, of) in [
        (["BR-DEC-01", "BR-DEC-02"], "BG-20", &invoice.allowances),
        (["BR-DEC-05", "BR-DEC-06"], "BG-21", &invoice.charges),
    ] {
        for (at, allowance) in of.iter().enumerate() {
            look(rules[0], format!("/{group}/{at}/amount"), &allowance.amount);
            look(rules[1], format!("/{group}/{at}/base"), &allowance.base);
        }
    }
    if let Some(totals) = &invoice.totals {
        for (rule, term, amount) in [
            ("BR-DEC-09", "BT-106", &totals.lines),
            ("BR-DEC-10", "BT-107", &totals.allowances),
            ("BR-DEC-11", "BT-108", &totals.charges),
            ("BR-DEC-12", "BT-109", &totals.net),
            ("BR-DEC-13", "BT-110", &totals.tax),
            ("BR-DEC-14", "BT-112", &totals.total),
            ("BR-DEC-15", "BT-111", &totals.tax_accounting),
            ("BR-DEC-16", "BT-113", &totals.prepaid),
            ("BR-DEC-17", "BT-114", &totals.rounding),
            ("BR-DEC-18", "BT-115", &totals.payable),
        ] {
            look(rule, format!("/BG-22/{term}"), amount);
        }
    }
    for (at, group) in invoice.breakdown.iter().enumerate() {
        look("BR-DEC-19", format!("/BG-23/{at}/BT-116"), &group.net);
        look("BR-DEC-20", format!("/BG-23/{at}/BT-117"), &group.tax);
    }
    for (at, line) in invoice.lines.iter().enumerate() {
        look("BR-DEC-23", format!("/BG-25/{at}/BT-131"), &line.net);
        for (nth, allowance) in line.allowances.iter().enumerate() {
            look("BR-DEC-24", format!("/BG-25/{at}/BG-27/{nth}/amount"), &allowance.amount);
            look("BR-DEC-25", format!("/BG-25/{at}/BG-27/{nth}/base"), &allowance.base);
        }
        for (nth, charge) in line.charges.iter().enumerate() {
            look("BR-DEC-27", format!("/BG-25/{at}/BG-28/{nth}/amount"), &charge.amount);
            look("BR-DEC-28", format!("/BG-25/{at}/BG-28/{nth}/base"), &charge.base);
        }
    }
}

fn value(amount: &Option<Amount>) -> Decimal {
    amount.as_ref().map_or(Decimal::ZERO, Amount::value)
}

fn sum<'a>(amounts: impl Iterator<Item = &'a Option<Amount>>) -> Option<Decimal> {
    amounts.flatten().try_fold(Decimal::ZERO, |sum, amount| sum.plus(amount.value()))
}

fn rounded(number: Option<Decimal>) -> Option<Decimal> {
    number.map(|number| number.round(2))
}
