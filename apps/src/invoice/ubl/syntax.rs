//! What EN 16931-3-2 says of an invoice as UBL, beyond what UBL itself lets stand: mostly that a term stands once (rules UBL-SR), and what
//! only the document shows of the rules of EN 16931-1, such as the currency of each amount (BR-CL-03).

use super::{
    Root,
    read::{OBJECT, PROJECT},
    tree::{Element, Space},
};
use crate::invoice::{
    decimal::Decimal,
    en16931::{
        Findings, category,
        codes::{CREDIT_NOTE_TYPE, CURRENCY, INVOICE_TYPE, SEPA},
    },
};
use std::collections::BTreeSet;

/// Rule, term and the path of names that leads to at most one element.
type Once = (&'static str, &'static str, &'static [&'static str]);

const HEAD: [Once; 12] = [
    ("UBL-SR-01", "/BT-12", &["ContractDocumentReference", "ID"]),
    ("UBL-SR-02", "/BT-15", &["ReceiptDocumentReference", "ID"]),
    ("UBL-SR-03", "/BT-16", &["DespatchDocumentReference", "ID"]),
    ("UBL-SR-05", "/BT-20", &["PaymentTerms", "Note"]),
    ("UBL-SR-08", "/BG-14", &["InvoicePeriod"]),
    ("UBL-SR-24", "/BG-13", &["Delivery"]),
    ("UBL-SR-39", "/BT-11", &["ProjectReference", "ID"]),
    ("UBL-SR-45", "/BT-9", &["PaymentMeans", "PaymentDueDate"]),
    ("UBL-SR-49", "/BT-8", &["InvoicePeriod", "DescriptionCode"]),
    ("UBL-SR-54", "/BG-16/BG-18", &["PaymentMeans", "CardAccount"]),
    ("UBL-SR-55", "/BG-16/BG-19", &["PaymentMeans", "PaymentMandate"]),
    ("UBL-SR-56", "/BT-17", &["OriginatorDocumentReference", "ID"]),
];

const SELLER: [Once; 4] = [
    ("UBL-SR-09", "/BG-4/BT-27", &["PartyLegalEntity", "RegistrationName"]),
    ("UBL-SR-10", "/BG-4/BT-28", &["PartyName", "Name"]),
    ("UBL-SR-11", "/BG-4/BT-30", &["PartyLegalEntity", "CompanyID"]),
    ("UBL-SR-14", "/BG-4/BT-33", &["PartyLegalEntity", "CompanyLegalForm"]),
];

const BUYER: [Once; 4] = [
    ("UBL-SR-15", "/BG-7/BT-44", &["PartyLegalEntity", "RegistrationName"]),
    ("UBL-SR-16", "/BG-7/BT-46", &["PartyIdentification", "ID"]),
    ("UBL-SR-17", "/BG-7/BT-47", &["PartyLegalEntity", "CompanyID"]),
    ("UBL-SR-40", "/BG-7/BT-45", &["PartyName", "Name"]),
];

const REPRESENTATIVE: [Once; 2] = [
    ("UBL-SR-22", "/BG-11/BT-62", &["PartyName", "Name"]),
    ("UBL-SR-23", "/BG-11/BT-63", &["PartyTaxScheme", "CompanyID"]),
];

const LINE: [Once; 6] = [
    ("UBL-SR-34", "BT-127", &["Note"]),
    ("UBL-SR-35", "BT-132", &["OrderLineReference", "LineID"]),
    ("UBL-SR-36", "BG-26", &["InvoicePeriod"]),
    ("UBL-SR-37", "BG-29/BT-147", &["Price", "AllowanceCharge", "Amount"]),
    ("UBL-SR-50", "BG-31/BT-154", &["Item", "Description"]),
    ("UBL-SR-52", "BT-128", &["DocumentReference"]),
];

/// Checks a document that stands as UBL lets it.
pub(super) fn check(element: &Element, root: Root, findings: &mut Findings) {
    once(findings, "", element, &HEAD);
    type_code(element, root, findings);
    parties(element, findings);
    payment(element, findings);
    documents(element, root, findings);
    for (at, delivery) in element.all("Delivery").enumerate() {
        once(findings, "", delivery, &[("UBL-SR-25", "/BG-13/BT-70", &["DeliveryParty", "PartyName", "Name"])]);
        // The terms have the first alone.
        if at > 0
            && let Some(address) = delivery.at(&["DeliveryLocation", "Address"])
        {
            let country = address.at(&["Country", "IdentificationCode"]).is_some();
            findings.need("BR-57", "/BG-13/BG-15/country", "the country of delivery (BT-80)", country);
        }
    }
    for (at, reference) in element.all("BillingReference").enumerate() {
        let number = reference.at(&["InvoiceDocumentReference", "ID"]).is_some();
        let field = format!("/BG-3/{at}/BT-25");
        findings.need("UBL-SR-07", &field, "the number of the preceding invoice", number);
    }
    for (at, group) in element.every(&["TaxTotal", "TaxSubtotal"]).into_iter().enumerate() {
        breakdown(&format!("/BG-23/{at}"), group, findings);
    }
    for (rule, group, charge) in [("BR-32", "BG-20", false), ("BR-37", "BG-21", true)] {
        let own = element.all("AllowanceCharge").filter(|allowance| allowance.is_charge() == charge);
        for (at, allowance) in own.enumerate() {
            of_vat(findings, rule, &format!("/{group}/{at}/vat"), allowance, "TaxCategory");
        }
    }
    for (at, line) in element.all(root.line()).enumerate() {
        let field = format!("/BG-25/{at}/");
        once(findings, &field, line, &LINE);
        if let Some(item) = line.first("Item") {
            of_vat(findings, "BR-CO-04", &format!("{field}BG-30"), item, "ClassifiedTaxCategory");
        }
        let categories = line.every(&["Item", "ClassifiedTaxCategory"]).len();
        if categories != 1 {
            findings.note("UBL-SR-48", format!("{field}BG-30"), "exactly one category of VAT", categories.to_string());
        }
    }
    anywhere(element, false, findings);
    let ids = element.descendants().into_iter().filter(|own| own.name == "PartyIdentification");
    let schemes = ids.filter_map(|own| own.first("ID")?.attribute("schemeID"));
    let sepa = schemes.filter(|scheme| scheme.eq_ignore_ascii_case(SEPA)).count();
    at_most_one(findings, "UBL-SR-29", "/BG-16/BG-19/BT-90", "identifier of a SEPA creditor", sepa);
}

fn once(findings: &mut Findings, field: &str, scope: &Element, rules: &[Once]) {
    for (rule, term, path) in rules {
        let what = path.last().copied().unwrap_or_default();
        at_most_one(findings, rule, &format!("{field}{term}"), what, scope.every(path).len());
    }
}

fn at_most_one(findings: &mut Findings, rule: &str, field: &str, what: &str, count: usize) {
    if count > 1 {
        findings.note(rule, field, format!("at most one {what}"), count.to_string());
    }
}

/// A category that is given is one of VAT, and not of another tax.
fn of_vat(findings: &mut Findings, rule: &str, field: &str, element: &Element, name: &str) {
    let good = element.first(name).is_none() || element.all(name).any(Element::is_vat);
    findings.need(rule, field, "a category of the tax scheme VAT", good);
}

fn breakdown(field: &str, group: &Element, findings: &mut Findings) {
    once(findings, field, group, &[("UBL-SR-32", "/BT-120", &["TaxCategory", "TaxExemptionReason"])]);
    of_vat(findings, "BR-47", &format!("{field}/BT-118"), group, "TaxCategory");
    of_vat(findings, "BR-48", &format!("{field}/BT-119"), group, "TaxCategory");
    if let Some(other) = group.first("TaxCategory").filter(|category| !category.is_vat()) {
        if let Some(rule) = other.text_at(&["ID"]).and_then(|code| category::presence_rule(&code)) {
            findings.note(&rule, field, "exactly one group of VAT with its category", "one of another tax");
        }
        // Without a category of VAT there is no rate, and no rate gives no tax.
        let tax = group.text_at(&["TaxAmount"]).and_then(|text| Decimal::parse(&text).ok());
        if !tax.is_some_and(|tax| tax.round(0).is_zero()) {
            findings.note("BR-CO-17", format!("{field}/BT-117"), "0.00", "a tax without a rate of VAT");
        }
    }
}

/// BR-CL-01: the lists of types differ between the two documents.
fn type_code(element: &Element, root: Root, findings: &mut Findings) {
    let Some(code) = element.text_at(&[root.type_code()]) else { return };
    let (own, other) = match root {
        Root::Invoice => (&INVOICE_TYPE, &CREDIT_NOTE_TYPE),
        Root::CreditNote => (&CREDIT_NOTE_TYPE, &INVOICE_TYPE),
    };
    // What is on neither list is found by the terms alone.
    if !own.contains(code.as_str()) && other.contains(code.as_str()) {
        findings.note("BR-CL-01", "/BT-3", format!("a type that UBL has as {}", root.name()), code);
    }
}

fn parties(root: &Element, findings: &mut Findings) {
    let seller = root.at(&["AccountingSupplierParty", "Party"]);
    if let Some(seller) = seller {
        once(findings, "", seller, &SELLER);
        at_most_one(findings, "UBL-SR-12", "/BG-4/BT-31", "VAT identifier", registrations(seller, true));
        at_most_one(findings, "UBL-SR-13", "/BG-4/BT-32", "other tax registration", registrations(seller, false));
        let count = seller.all("PartyTaxScheme").count();
        if count > 2 {
            findings.note("UBL-SR-42", "/BG-4", "at most two tax registrations", count.to_string());
        }
    }
    if let Some(buyer) = root.at(&["AccountingCustomerParty", "Party"]) {
        once(findings, "", buyer, &BUYER);
        at_most_one(findings, "UBL-SR-18", "/BG-7/BT-48", "VAT identifier", registrations(buyer, true));
    }
    if let Some(representative) = root.first("TaxRepresentativeParty") {
        once(findings, "", representative, &REPRESENTATIVE);
    }
    root.all("PayeeParty").for_each(|payee| one_payee(payee, seller, findings));
}

fn one_payee(payee: &Element, seller: Option<&Element>, findings: &mut Findings) {
    let sellers = seller.map(|seller| seller.every(&["PartyLegalEntity", "RegistrationName"])).unwrap_or_default();
    let names = payee.every(&["PartyName", "Name"]);
    let other = names.iter().any(|name| sellers.iter().any(|own| own.own_text() != name.own_text()));
    let ids = payee.every(&["PartyIdentification", "ID"]);
    let ids =
        ids.iter().filter(|id| id.attribute("schemeID").is_none_or(|own| !own.eq_ignore_ascii_case(SEPA))).count();
    for (rule, term, count) in [
        ("UBL-SR-19", "BT-59", names.len()),
        ("UBL-SR-20", "BT-60", ids),
        ("UBL-SR-21", "BT-61", payee.every(&["PartyLegalEntity", "CompanyID"]).len()),
    ] {
        if count > 1 || !other {
            let found = if other { count.to_string() } else { "the seller's name, or none".to_owned() };
            findings.note(
                rule,
                format!("/BG-10/{term}"),
                "at most one, of a payee whose name is not the seller's",
                found,
            );
        }
    }
}

fn registrations(party: &Element, vat: bool) -> usize {
    let own = party.all("PartyTaxScheme").filter(|scheme| scheme.first("TaxScheme").is_some());
    own.filter(|scheme| scheme.is_vat() == vat && scheme.first("CompanyID").is_some()).count()
}

fn payment(root: &Element, findings: &mut Findings) {
    let texts = |path: &[&str]| root.every(path).into_iter().map(Element::own_text).collect::<BTreeSet<_>>();
    at_most_one(
        findings,
        "UBL-SR-44",
        "/BG-16/BT-83",
        "remittance information",
        texts(&["PaymentMeans", "PaymentID"]).len(),
    );
    at_most_one(
        findings,
        "UBL-SR-47",
        "/BG-16/BT-81",
        "means of payment",
        texts(&["PaymentMeans", "PaymentMeansCode"]).len(),
    );
    let codes = root.every(&["PaymentMeans", "PaymentMeansCode"]);
    let named = codes.iter().filter(|code| code.attribute("name").is_some()).count();
    at_most_one(findings, "UBL-SR-46", "/BG-16/BT-82", "name of the means of payment", named);
    for (at, means) in root.all("PaymentMeans").enumerate() {
        once(findings, &format!("/BG-16/{at}"), means, &[("UBL-SR-26", "/BT-83", &["PaymentID"])]);
    }
}

/// Additional documents: the invoiced object (BT-18), the project (BT-11), or a supporting document (BG-24).
fn documents(root: &Element, kind: Root, findings: &mut Findings) {
    let mut objects = 0;
    for document in root.all("AdditionalDocumentReference") {
        let code = document.text_at(&["DocumentTypeCode"]);
        let scheme = document.first("ID").is_some_and(|id| id.attribute("schemeID").is_some());
        let term = match code.as_deref() {
            Some(OBJECT) => {
                objects += usize::from(document.first("ID").is_some());
                let no = |rule: &str, name: &str, findings: &mut Findings| {
                    if document.first(name).is_some() {
                        findings.note(rule, "/BT-18", format!("an invoiced object without cac:{name}"), "one");
                    }
                };
                no("UBL-CR-666", "Attachment", findings);
                no("UBL-CR-673", "DocumentDescription", findings);
                "/BT-18"
            }
            Some(PROJECT) if kind == Root::CreditNote => "/BT-11",
            code => {
                if code.is_some() || scheme {
                    let expected = "a supporting document without type and scheme";
                    findings.note("UBL-SR-43", "/BG-24", expected, code.unwrap_or("a scheme"));
                }
                "/BG-24"
            }
        };
        // The terms show the blank reference of an object or a supporting document, not that of a project.
        let id = document.text_at(&["ID"]);
        if term == "/BT-11" || (term == "/BT-18" && id.is_none()) {
            findings.text("BR-52", term, "a reference", id.as_ref());
        }
        once(findings, "/BG-24", document, &[("UBL-SR-33", "/BT-123", &["DocumentDescription"])]);
    }
    at_most_one(findings, "UBL-SR-04", "/BT-18", "invoiced object", objects);
}

/// Names of the amounts that have a currency of ISO 4217.
const AMOUNTS: [&str; 13] = [
    "AllowanceTotalAmount",
    "Amount",
    "BaseAmount",
    "ChargeTotalAmount",
    "LineExtensionAmount",
    "PayableAmount",
    "PayableRoundingAmount",
    "PrepaidAmount",
    "PriceAmount",
    "TaxAmount",
    "TaxExclusiveAmount",
    "TaxInclusiveAmount",
    "TaxableAmount",
];

/// What has amounts whose digits the terms show: rules BR-DEC.
const COUNTED: [&str; 6] =
    ["AllowanceCharge", "CreditNoteLine", "InvoiceLine", "LegalMonetaryTotal", "TaxSubtotal", "TaxTotal"];

/// What holds wherever it stands. `gross`: inside the discount of a price, which may have any number of digits.
fn anywhere(element: &Element, gross: bool, findings: &mut Findings) {
    for inner in element.children.iter().filter(|inner| inner.space != Space::Extension) {
        let name = inner.name.as_str();
        if AMOUNTS.contains(&name) {
            let currency = inner.attribute("currencyID").unwrap_or_default().trim();
            if !CURRENCY.contains(currency) {
                let found = if currency.is_empty() { "none" } else { currency };
                findings.note("BR-CL-03", "/BT-5", format!("a currency of ISO 4217 at {}", inner.label()), found);
            }
        }
        let places = inner.text.trim().split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let other = name.ends_with("Amount") && !name.ends_with("PriceAmount") && !gross;
        if places > 2 && other && !COUNTED.contains(&element.name.as_str()) {
            let expected = format!("at most two digits after the point at {}", inner.label());
            findings.note("UBL-DT-01", "", expected, inner.own_text());
        }
        if name.ends_with("BinaryObject") {
            for (rule, attribute) in [("UBL-DT-06", "mimeCode"), ("UBL-DT-07", "filename")] {
                findings.need(rule, "/BG-24/BT-125", attribute, inner.attribute(attribute).is_some());
            }
        }
        match name {
            "PostalAddress" | "Address" => once(findings, "", inner, &[("UBL-SR-51", "", &["AddressLine"])]),
            "AllowanceCharge" => {
                let rule = if inner.is_charge() { "UBL-SR-31" } else { "UBL-SR-30" };
                once(findings, "", inner, &[(rule, "", &["AllowanceChargeReason"])]);
            }
            "PartyTaxScheme" => {
                let whole = inner.at(&["TaxScheme", "ID"]).is_some() && inner.first("CompanyID").is_some();
                findings.need("UBL-SR-53", "", "a tax registration with its scheme and identifier", whole);
            }
            _ => {}
        }
        anywhere(inner, gross || (element.name == "Price" && name == "AllowanceCharge"), findings);
    }
}
