//! Sums and the digits they are written with: BR-CO-10 to 17 and BR-DEC.

use super::{Breakdown, Findings, Invoice, Totals, finding::computed};
use crate::invoice::decimal::{Amount, Decimal};

/// Sums over the whole invoice, each computed as the standard says and compared exactly. A sum of what is not there is not met.
pub fn check(invoice: &Invoice, findings: &mut Findings) {
    decimals(invoice, findings);
    breakdown_tax(invoice, findings);
    let given = invoice.totals.as_ref();
    if invoice.currency.is_some() {
        total(given, findings);
    }
    let Some(totals) = given else { return };
    let lines = sum(invoice.lines.iter().map(|line| &line.net));
    findings.sum("BR-CO-10", "/BG-22/BT-106", rounded(lines), totals.lines.as_ref());
    for (rule, field, of, total) in [
        ("BR-CO-11", "/BG-22/BT-107", &invoice.allowances, &totals.allowances),
        ("BR-CO-12", "/BG-22/BT-108", &invoice.charges, &totals.charges),
    ] {
        // The total of none need not be written.
        if total.is_some() || !of.is_empty() {
            let sum = sum(of.iter().map(|allowance| &allowance.amount));
            findings.sum(rule, field, rounded(sum), total.as_ref());
        }
    }
    let lines = totals.lines.as_ref().map(Amount::value);
    let net = match (&totals.allowances, &totals.charges) {
        (None, None) => lines,
        (less, more) => rounded(lines.and_then(|lines| lines.minus(value(less))?.plus(value(more)))),
    };
    findings.sum("BR-CO-13", "/BG-22/BT-109", net, totals.net.as_ref());
    if totals.tax.is_some() && !invoice.breakdown.is_empty() {
        breakdown_sum(&invoice.breakdown, totals.tax.as_ref(), findings);
    }
    due(totals, findings);
}

/// BR-CO-14: the total of VAT is the sum of the breakdown.
pub fn breakdown_sum(groups: &[Breakdown], total: Option<&Amount>, findings: &mut Findings) {
    let tax = sum(groups.iter().map(|group| &group.tax));
    findings.sum("BR-CO-14", "/BG-22/BT-110", rounded(tax), total);
}

/// BR-CO-16: what is due is the total less what was paid, and rounded by BT-114.
fn due(totals: &Totals, findings: &mut Findings) {
    let total = totals.total.as_ref().map(Amount::value);
    let due = match &totals.prepaid {
        Some(prepaid) => rounded(total.and_then(|total| total.minus(prepaid.value()))),
        None => total,
    };
    let Some(rounding) = totals.rounding.as_ref().map(Amount::value) else {
        return findings.sum("BR-CO-16", "/BG-22/BT-115", due, totals.payable.as_ref());
    };
    // What the rounding has beyond hundredths does not count.
    let found = totals.payable.as_ref().and_then(|payable| rounded(payable.value().minus(rounding)));
    if due.is_none() || due != found {
        let found = totals.payable.as_ref().map_or("none", Amount::text);
        findings.note("BR-CO-16", "/BG-22/BT-115", computed(due.and_then(|due| due.plus(rounding))), found);
    }
}

fn total(totals: Option<&Totals>, findings: &mut Findings) {
    let Some(totals) = totals else {
        findings.need("BR-CO-15", "/BG-22", "the totals of the invoice (BG-22)", false);
        return;
    };
    let Some(tax) = &totals.tax else {
        findings.need("BR-CO-15", "/BG-22/BT-110", "one total of VAT in the invoice's currency (BT-110)", false);
        return;
    };
    let total = totals.net.as_ref().and_then(|net| net.value().plus(tax.value()));
    findings.sum("BR-CO-15", "/BG-22/BT-112", rounded(total), totals.total.as_ref());
}

/// BR-CO-17: the tax of each group is its net times its rate, to within a unit.
fn breakdown_tax(invoice: &Invoice, findings: &mut Findings) {
    for (at, group) in invoice.breakdown.iter().enumerate() {
        let field = format!("/BG-23/{at}/BT-117");
        let rate = group.rate.as_ref().map_or(Decimal::ZERO, Amount::value);
        if !rate.round(0).is_zero() {
            near(findings, "BR-CO-17", &field, group, rate);
        } else if !group.tax.as_ref().is_some_and(|tax| tax.value().round(0).is_zero()) {
            findings.note("BR-CO-17", field, "0.00", group.tax.as_ref().map_or("none", Amount::text));
        }
    }
}

/// Notes the tax of a group that is a unit or more away from its net times a rate, both rounded to hundredths.
pub fn near(findings: &mut Findings, rule: &str, field: &str, group: &Breakdown, rate: Decimal) {
    let net = group.net.as_ref().map(Amount::value);
    let expected = net.and_then(|net| net.abs().times(rate.percent())).map(|product| product.round(2));
    let tax = group.tax.as_ref().map(|tax| tax.value().abs());
    let distance = expected.zip(tax).and_then(|(expected, tax)| expected.minus(tax));
    if distance.is_none_or(|distance| distance.abs() >= Decimal::ONE) {
        let negative = net.is_some_and(Decimal::is_negative);
        let expected = expected.map(|number| if negative { number.negated() } else { number });
        let found = group.tax.as_ref().map_or("none", Amount::text);
        findings.note(rule, field, computed(expected), found);
    }
}

/// The rule of the binding to UBL that every amount but a price breaks which has more than two digits after the point.
const DIGITS: &str = "UBL-DT-01";

/// BR-DEC: at most two digits after the point. Each breaks the rule of the binding too.
fn decimals(invoice: &Invoice, findings: &mut Findings) {
    let mut look = |rule: &str, field: String, amount: &Option<Amount>| {
        if let Some(amount) = amount.as_ref().filter(|amount| amount.places() > 2) {
            for rule in [rule, DIGITS].into_iter().take(if rule == DIGITS { 1 } else { 2 }) {
                findings.note(rule, field.clone(), "at most two digits after the point", amount.text());
            }
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
            // BR-DEC-13 and 15 are never found by the official rules.
            (DIGITS, "BT-110", &totals.tax),
            (DIGITS, "BT-111", &totals.tax_accounting),
            ("BR-DEC-14", "BT-112", &totals.total),
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
