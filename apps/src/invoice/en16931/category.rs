//! VAT categories: BR-S, Z, E, AE, IC, G, O, AF (IGIC), AG (IPSI) and B.

use super::{Breakdown, Findings, Invoice, Vat, finding::computed, totals::near};
use crate::invoice::decimal::{Amount, Decimal};

/// What a category demands.
struct Category {
    /// Code of UNTDID 5305.
    code: &'static str,
    /// Beginning of its rules' ids.
    family: &'static str,
    /// The category in words.
    title: &'static str,
    rate: Rate,
    seller: Seller,
    buyer: Buyer,
    /// Whether a group of the breakdown says why no tax is charged.
    reason: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rate {
    Positive,
    NotNegative,
    Zero,
    Absent,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seller {
    /// Known by BT-31, BT-32 or BT-63.
    Registered,
    /// Known by BT-31 or BT-63.
    Vat,
    /// Neither seller nor buyer may give a VAT identifier.
    NoVat,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Buyer {
    Anyone,
    /// Known by BT-48 or BT-47.
    VatOrLegal,
    /// Known by BT-48.
    Vat,
}

impl Category {
    /// Taxed by rate: a group of the breakdown for each rate.
    fn by_rate(&self) -> bool {
        matches!(self.rate, Rate::Positive | Rate::NotNegative)
    }

    fn rule(&self, number: u32) -> String {
        format!("{}-{number:02}", self.family)
    }
}

const fn category(
    code: &'static str,
    family: &'static str,
    title: &'static str,
    rate: Rate,
    seller: Seller,
    buyer: Buyer,
    reason: bool,
) -> Category {
    Category { code, family, title, rate, seller, buyer, reason }
}

const CATEGORIES: [Category; 9] = [
    category("S", "BR-S", "standard rated", Rate::Positive, Seller::Registered, Buyer::Anyone, false),
    category("Z", "BR-Z", "zero rated", Rate::Zero, Seller::Registered, Buyer::Anyone, false),
    category("E", "BR-E", "exempt from VAT", Rate::Zero, Seller::Registered, Buyer::Anyone, true),
    category("AE", "BR-AE", "reverse charge", Rate::Zero, Seller::Registered, Buyer::VatOrLegal, true),
    category("K", "BR-IC", "intra-community supply", Rate::Zero, Seller::Vat, Buyer::Vat, true),
    category("G", "BR-G", "export outside the EU", Rate::Zero, Seller::Vat, Buyer::Anyone, true),
    category("O", "BR-O", "not subject to VAT", Rate::Absent, Seller::NoVat, Buyer::Anyone, true),
    category("L", "BR-AF", "IGIC", Rate::NotNegative, Seller::Registered, Buyer::Anyone, false),
    category("M", "BR-AG", "IPSI", Rate::NotNegative, Seller::Registered, Buyer::Anyone, false),
];

/// A line, allowance or charge as far as VAT is concerned.
struct Part<'a> {
    kind: Kind,
    field: String,
    code: &'a str,
    rate: Option<&'a Amount>,
    /// Its share of the taxable amount; allowances count as negative.
    net: Decimal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Allowance,
    Charge,
}

/// Checks the categories of lines, allowances, charges and breakdown against each other.
pub fn check(invoice: &Invoice, findings: &mut Findings) {
    let parts = parts(invoice);
    for category in &CATEGORIES {
        let own: Vec<&Part> = parts.iter().filter(|part| part.code == category.code).collect();
        presence(category, invoice, &own, findings);
        parties(category, invoice, &own, findings);
        rates(category, &own, findings);
        for (at, group) in groups(invoice, category.code) {
            breakdown(category, at, group, &own, findings);
        }
    }
    not_subject_to_vat(invoice, &parts, findings);
    intra_community(invoice, findings);
    split_payment(invoice, &parts, findings);
}

fn parts(invoice: &Invoice) -> Vec<Part<'_>> {
    fn code(vat: &Vat) -> &str {
        vat.category.as_deref().unwrap_or_default().trim()
    }
    let mut parts = Vec::new();
    for (at, line) in invoice.lines.iter().enumerate() {
        if let Some(vat) = &line.vat {
            let net = line.net.as_ref().map_or(Decimal::ZERO, Amount::value);
            let field = format!("/BG-25/{at}/BG-30");
            parts.push(Part { kind: Kind::Line, field, code: code(vat), rate: vat.rate.as_ref(), net });
        }
    }
    for (kind, group, of) in
        [(Kind::Allowance, "BG-20", &invoice.allowances), (Kind::Charge, "BG-21", &invoice.charges)]
    {
        for (at, allowance) in of.iter().enumerate() {
            if let Some(vat) = &allowance.vat {
                let net = allowance.amount.as_ref().map_or(Decimal::ZERO, Amount::value);
                let net = if kind == Kind::Allowance { net.negated() } else { net };
                let field = format!("/{group}/{at}/vat");
                parts.push(Part { kind, field, code: code(vat), rate: vat.rate.as_ref(), net });
            }
        }
    }
    parts
}

fn groups<'a>(invoice: &'a Invoice, code: &'a str) -> impl Iterator<Item = (usize, &'a Breakdown)> {
    let own = move |group: &&Breakdown| group.category.as_deref().map(str::trim) == Some(code);
    invoice.breakdown.iter().enumerate().filter(move |(_, group)| own(group))
}

/// The rule that a group of the breakdown does not meet which has the category in another tax than VAT. S and L are content with it.
pub fn presence_rule(code: &str) -> Option<String> {
    let strict = |category: &&Category| category.code == code && !["S", "L"].contains(&code);
    CATEGORIES.iter().find(strict).map(|category| category.rule(1))
}

/// Rule 01: what is in the lines is in the breakdown.
fn presence(category: &Category, invoice: &Invoice, own: &[&Part], findings: &mut Findings) {
    let count = groups(invoice, category.code).count();
    let (wrong, expected) = if category.by_rate() {
        (own.is_empty() != (count == 0), if own.is_empty() { "no group" } else { "at least one group" })
    } else {
        (count > 1 || (count == 0 && !own.is_empty()), "exactly one group")
    };
    if wrong {
        let expected = format!("{expected} of the VAT breakdown with category {} ({})", category.code, category.title);
        findings.note(&category.rule(1), "/BG-23", expected, count.to_string());
    }
}

/// Rules 02 to 04: who must be known by which identifier.
fn parties(category: &Category, invoice: &Invoice, own: &[&Part], findings: &mut Findings) {
    let seller = invoice.seller.as_ref();
    let vat = seller.is_some_and(|seller| seller.vat_id.is_some());
    let registered = seller.is_some_and(|seller| seller.tax_id.is_some());
    let represented = invoice.representative.as_ref().is_some_and(|other| other.vat_id.is_some());
    let buyer_vat = invoice.buyer.as_ref().is_some_and(|buyer| buyer.vat_id.is_some());
    let buyer_legal = invoice.buyer.as_ref().is_some_and(|buyer| buyer.legal_id.is_some());
    let (seller_good, seller_wanted) = match category.seller {
        Seller::Registered => (vat || registered || represented, "BT-31, BT-32 or BT-63 of the seller"),
        Seller::Vat => (vat || represented, "BT-31 or BT-63 of the seller"),
        Seller::NoVat => (!vat && !represented && !buyer_vat, "none of BT-31, BT-63 and BT-48"),
    };
    let (buyer_good, buyer_wanted) = match category.buyer {
        Buyer::Anyone => (true, ""),
        Buyer::VatOrLegal => (buyer_vat || buyer_legal, "BT-48 or BT-47 of the buyer"),
        Buyer::Vat => (buyer_vat, "BT-48 of the buyer"),
    };
    for (kind, number) in [(Kind::Line, 2), (Kind::Allowance, 3), (Kind::Charge, 4)] {
        if !own.iter().any(|part| part.kind == kind) {
            continue;
        }
        if !seller_good {
            let found = if category.seller == Seller::NoVat { "at least one of them" } else { "none" };
            findings.note(&category.rule(number), "/BG-4", seller_wanted, found);
        } else if !buyer_good {
            findings.note(&category.rule(number), "/BG-7", buyer_wanted, "none");
        }
    }
}

/// Rules 05 to 07: the rate that goes with the category.
fn rates(category: &Category, own: &[&Part], findings: &mut Findings) {
    for part in own {
        let rate = part.rate.map(Amount::value);
        let (good, expected) = match category.rate {
            Rate::Positive => (rate.is_some_and(|rate| rate > Decimal::ZERO), "a rate above 0"),
            Rate::NotNegative => (rate.is_some_and(|rate| !rate.is_negative()), "a rate of 0 or more"),
            Rate::Zero => (rate.is_some_and(Decimal::is_zero), "rate 0"),
            Rate::Absent => (rate.is_none(), "no rate"),
        };
        if !good {
            let number = match part.kind {
                Kind::Line => 5,
                Kind::Allowance => 6,
                Kind::Charge => 7,
            };
            let found = part.rate.map_or("none", Amount::text);
            findings.note(&category.rule(number), format!("{}/rate", part.field), expected, found);
        }
    }
}

/// Rules 08 to 10: taxable amount, tax and reason of a group of the breakdown.
fn breakdown(category: &Category, at: usize, group: &Breakdown, own: &[&Part], findings: &mut Findings) {
    let field = |term: &str| format!("/BG-23/{at}/{term}");
    let rate = group.rate.as_ref().map(Amount::value);
    if !category.by_rate() {
        let sum = sum(own.iter().copied());
        findings.sum(&category.rule(8), &field("BT-116"), sum, group.net.as_ref());
        findings.sum(&category.rule(9), &field("BT-117"), Some(Decimal::ZERO), group.tax.as_ref());
    } else if let Some(rate) = rate {
        let same = || own.iter().copied().filter(|part| part.rate.map(Amount::value) == Some(rate));
        let sum = sum(same());
        let net = group.net.as_ref().map(Amount::value);
        let distance = sum.zip(net).and_then(|(sum, net)| sum.minus(net)).map(Decimal::abs);
        let unmatched = category.rate == Rate::Positive && same().next().is_none();
        if unmatched || distance.is_none_or(|distance| distance >= Decimal::ONE) {
            let found = group.net.as_ref().map_or("none", Amount::text);
            findings.note(&category.rule(8), field("BT-116"), computed(sum), found);
        }
        near(findings, &category.rule(9), &field("BT-117"), group, rate);
    } else {
        findings.need(&category.rule(9), &field("BT-119"), "the rate that gives the tax (BT-117)", false);
    }
    let reason = group.reason.is_some() || group.reason_code.is_some();
    if reason != category.reason {
        let wanted = "an exemption reason (BT-120) or its code (BT-121)";
        let (expected, found) = if reason { ("no exemption reason", "one") } else { (wanted, "none") };
        findings.note(&category.rule(10), field("BT-120"), expected, found);
    }
}

fn sum<'a>(parts: impl Iterator<Item = &'a Part<'a>>) -> Option<Decimal> {
    let mut parts = parts;
    parts.try_fold(Decimal::ZERO, |sum, part| sum.plus(part.net))
}

/// BR-O-11 to 14: what is not subject to VAT stands alone.
fn not_subject_to_vat(invoice: &Invoice, parts: &[Part], findings: &mut Findings) {
    if groups(invoice, "O").next().is_none() {
        return;
    }
    if invoice.breakdown.len() > groups(invoice, "O").count() {
        findings.note("BR-O-11", "/BG-23", "no other category than O", "others");
    }
    for (kind, rule) in [(Kind::Line, "BR-O-12"), (Kind::Allowance, "BR-O-13"), (Kind::Charge, "BR-O-14")] {
        if let Some(part) = parts.iter().find(|part| part.kind == kind && part.code != "O") {
            findings.note(rule, format!("{}/category", part.field), "O", part.code);
        }
    }
}

/// BR-IC-11 and 12: when and where an intra-community supply was delivered.
fn intra_community(invoice: &Invoice, findings: &mut Findings) {
    if groups(invoice, "K").next().is_none() {
        return;
    }
    let delivery = invoice.delivery.as_ref();
    let period = invoice.period.as_ref().is_some_and(|period| period.start.is_some() || period.end.is_some());
    // The code of the tax point is a part of the period's element.
    let period = period || invoice.tax_point_code.is_some();
    let dated = delivery.is_some_and(|delivery| delivery.date.is_some()) || period;
    findings.need("BR-IC-11", "/BG-13/BT-72", "a delivery date (BT-72) or an invoicing period (BG-14)", dated);
    let country = delivery.and_then(|delivery| delivery.address.as_ref()).and_then(|address| address.country.as_ref());
    findings.text("BR-IC-12", "/BG-13/BG-15/country", "the country of delivery (BT-80)", country);
}

/// BR-B-01 and 02: split payment is Italian and domestic, and stands without standard rated items.
fn split_payment(invoice: &Invoice, parts: &[Part], findings: &mut Findings) {
    let any = |code: &str| parts.iter().any(|part| part.code == code) || groups(invoice, code).next().is_some();
    if !any("B") {
        return;
    }
    if let Some(country) = countries(invoice).find(|country| *country != "IT") {
        findings.note("BR-B-01", "/BG-23", "no country but Italy (IT) beside split payment", country);
    }
    if any("S") {
        findings.note("BR-B-02", "/BG-23", "no standard rated (S) beside split payment (B)", "both");
    }
}

/// Every country of an invoice: of its addresses and its items' origins.
fn countries(invoice: &Invoice) -> impl Iterator<Item = &str> {
    let addresses = [
        invoice.seller.as_ref().and_then(|seller| seller.address.as_ref()),
        invoice.buyer.as_ref().and_then(|buyer| buyer.address.as_ref()),
        invoice.representative.as_ref().and_then(|other| other.address.as_ref()),
        invoice.delivery.as_ref().and_then(|delivery| delivery.address.as_ref()),
    ];
    let origins = invoice.lines.iter().filter_map(|line| line.item.as_ref()?.origin.as_deref());
    addresses.into_iter().flatten().filter_map(|address| address.country.as_deref()).chain(origins)
}
