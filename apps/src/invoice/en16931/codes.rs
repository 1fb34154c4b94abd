//! Code lists: BR-CL, and the lists themselves as their publishers have them (`codes/*.txt`).

use super::{Address, Allowance, Findings, Identifier, Invoice, Line, Note};
use std::{collections::BTreeSet, sync::LazyLock};

/// A list of codes.
pub type CodeList = LazyLock<BTreeSet<&'static str>>;

macro_rules! lists {
    ($( $(#[$doc:meta])* $name:ident = $file:literal; )*) => { $(
        $(#[$doc])*
        pub static $name: CodeList = LazyLock::new(|| codes(include_str!(concat!("codes/", $file, ".txt"))).collect());
    )*
        #[cfg(test)]
        const FILES: &[(&str, &str)] = &[$( ($file, include_str!(concat!("codes/", $file, ".txt"))) ),*];
    };
}

lists! {
    /// Reasons of allowances, UNTDID 5189.
    ALLOWANCE = "allowance";
    /// Reasons of charges, UNTDID 7161.
    CHARGE = "charge";
    /// Countries, ISO 3166-1 and two of the European Union.
    COUNTRY = "country";
    /// Types of credit notes, UNTDID 1001.
    CREDIT_NOTE_TYPE = "credit_note_type";
    /// Currencies, ISO 4217.
    CURRENCY = "currency";
    /// Schemes of electronic addresses.
    EAS = "eas";
    /// Schemes of identifiers, ISO/IEC 6523.
    ICD = "icd";
    /// Types of invoices, UNTDID 1001.
    INVOICE_TYPE = "invoice_type";
    /// Schemes of item classifications, UNTDID 7143.
    ITEM_CLASS = "item_class";
    /// Subjects of notes, UNTDID 4451.
    NOTE_SUBJECT = "note_subject";
    /// Means of payment, UNTDID 4461.
    PAYMENT_MEANS = "payment_means";
    /// Schemes of invoiced objects, UNTDID 1153.
    REFERENCE = "reference";
    /// Units of UN/ECE recommendations 20 and 21.
    UNIT = "unit";
    /// Reasons of exemption from VAT.
    VATEX = "vatex";
}

fn codes(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

/// What makes VAT due (BT-8), UNTDID 2005: issue of the invoice, delivery, payment. They are the codes 5, 29 and 72 of UNTDID 2475.
pub const TAX_POINT: [&str; 3] = ["3", "35", "432"];

/// Categories of VAT, UNTDID 5305 as EN 16931 has them, and B, the split payment of Italy.
pub const VAT_CATEGORY: [&str; 10] = ["S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"];

/// Media types of attachments (BT-125-1).
pub const MEDIA_TYPE: [&str; 6] = [
    "application/pdf",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image/jpeg",
    "image/png",
    "text/csv",
];

/// The scheme by which identifiers of SEPA creditors (BT-90) are told from others.
pub const SEPA: &str = "SEPA";

/// Checks every code that the model has.
pub fn check(invoice: &Invoice, findings: &mut Findings) {
    let mut codes = Codes(findings);
    head(invoice, &mut codes);
    parties(invoice, &mut codes);
    for (at, payment) in invoice.payment.iter().enumerate() {
        let field = format!("/BG-16/{at}/BT-81");
        codes.one_of("BR-CL-16", field, payment.means.as_ref(), "a means of payment of UNTDID 4461", &PAYMENT_MEANS);
    }
    for (group, charge, of) in [("BG-20", false, &invoice.allowances), ("BG-21", true, &invoice.charges)] {
        for (at, allowance) in of.iter().enumerate() {
            let field = format!("/{group}/{at}");
            reason(&field, charge, allowance, &mut codes);
            let category = allowance.vat.as_ref().and_then(|vat| vat.category.as_ref());
            codes.category("BR-CL-17", format!("{field}/vat/category"), category);
        }
    }
    for (at, group) in invoice.breakdown.iter().enumerate() {
        let field = format!("/BG-23/{at}");
        codes.category("BR-CL-17", format!("{field}/BT-118"), group.category.as_ref());
        let found = group.reason_code.as_ref().filter(|code| !VATEX.contains(code.trim().to_uppercase().as_str()));
        codes.note("BR-CL-22", format!("{field}/BT-121"), "a reason of the VATEX list", found);
    }
    for (at, line) in invoice.lines.iter().enumerate() {
        one_line(&format!("/BG-25/{at}"), line, &mut codes);
    }
}

struct Codes<'a>(&'a mut Findings);

impl Codes<'_> {
    fn note(&mut self, rule: &str, field: String, expected: &str, found: Option<&String>) {
        if let Some(found) = found {
            self.0.note(rule, field, expected, found);
        }
    }

    fn one_of(&mut self, rule: &str, field: String, code: Option<&String>, expected: &str, list: &CodeList) {
        self.note(rule, field, expected, code.filter(|code| !list.contains(code.trim())));
    }

    fn scheme(&mut self, rule: &str, field: String, id: Option<&Identifier>, expected: &str, list: &CodeList) {
        self.one_of(rule, format!("{field}/scheme"), id.and_then(|id| id.scheme.as_ref()), expected, list);
    }

    fn category(&mut self, rule: &str, field: String, code: Option<&String>) {
        let unknown = code.filter(|code| !VAT_CATEGORY.contains(&code.trim()));
        if let Some(found) = unknown {
            self.0.note(rule, field, format!("one of {}", VAT_CATEGORY.join(", ")), found);
        }
    }
}

fn head(invoice: &Invoice, codes: &mut Codes) {
    let unknown = |code: &&String| !INVOICE_TYPE.contains(code.trim()) && !CREDIT_NOTE_TYPE.contains(code.trim());
    let type_code = invoice.type_code.as_ref().filter(unknown);
    codes.note("BR-CL-01", "/BT-3".to_owned(), "a type of invoice or credit note of UNTDID 1001", type_code);
    for (rule, field, currency) in
        [("BR-CL-04", "/BT-5", &invoice.currency), ("BR-CL-05", "/BT-6", &invoice.tax_currency)]
    {
        codes.one_of(rule, field.to_owned(), currency.as_ref(), "a currency of ISO 4217", &CURRENCY);
    }
    let tax_point = invoice.tax_point_code.as_ref().filter(|code| !TAX_POINT.contains(&code.trim()));
    codes.note("BR-CL-06", "/BT-8".to_owned(), "3, 35 or 432 of UNTDID 2005", tax_point);
    codes.scheme("BR-CL-07", "/BT-18".to_owned(), invoice.object.as_ref(), "a scheme of UNTDID 1153", &REFERENCE);
    for (at, note) in invoice.notes.iter().enumerate() {
        let subject = subject(note).filter(|code| !NOTE_SUBJECT.contains(code.as_str()));
        codes.note("BR-CL-08", format!("/BG-1/{at}/BT-21"), "a subject of UNTDID 4451", subject.as_ref());
    }
    for (at, document) in invoice.documents.iter().enumerate() {
        let media = document.attachment.as_ref().and_then(|attachment| attachment.media_type.as_ref());
        let media = media.filter(|media| !MEDIA_TYPE.contains(&media.as_str()));
        codes.note("BR-CL-24", format!("/BG-24/{at}/BT-125/mime"), "PDF, PNG, JPEG, CSV, XLSX or ODS", media);
    }
}

/// The subject of a note: its own, or what stands between the first two `#` of the text if it is as long as a code.
fn subject(note: &Note) -> Option<String> {
    if note.subject.is_some() {
        return note.subject.clone();
    }
    let (_, rest) = note.text.as_ref()?.split_once('#')?;
    let (code, _) = rest.split_once('#')?;
    (code.chars().count() == 3).then(|| code.to_owned())
}

fn parties(invoice: &Invoice, codes: &mut Codes) {
    const ICD_SCHEME: &str = "a scheme of ISO/IEC 6523";
    if let Some(seller) = &invoice.seller {
        for (at, id) in seller.ids.iter().enumerate().filter(|(_, id)| !id.is_sepa()) {
            codes.scheme("BR-CL-10", format!("/BG-4/BT-29/{at}"), Some(id), ICD_SCHEME, &ICD);
        }
        codes.scheme("BR-CL-11", "/BG-4/BT-30".to_owned(), seller.legal_id.as_ref(), ICD_SCHEME, &ICD);
        electronic("/BG-4/BT-34", seller.electronic_address.as_ref(), codes);
        country("/BG-4/BG-5", seller.address.as_ref(), codes);
    }
    if let Some(buyer) = &invoice.buyer {
        codes.scheme("BR-CL-10", "/BG-7/BT-46".to_owned(), buyer.id.as_ref(), ICD_SCHEME, &ICD);
        codes.scheme("BR-CL-11", "/BG-7/BT-47".to_owned(), buyer.legal_id.as_ref(), ICD_SCHEME, &ICD);
        electronic("/BG-7/BT-49", buyer.electronic_address.as_ref(), codes);
        country("/BG-7/BG-8", buyer.address.as_ref(), codes);
    }
    if let Some(payee) = &invoice.payee {
        let id = payee.id.as_ref().filter(|id| !id.is_sepa());
        codes.scheme("BR-CL-10", "/BG-10/BT-60".to_owned(), id, ICD_SCHEME, &ICD);
        codes.scheme("BR-CL-11", "/BG-10/BT-61".to_owned(), payee.legal_id.as_ref(), ICD_SCHEME, &ICD);
    }
    if let Some(representative) = &invoice.representative {
        country("/BG-11/BG-12", representative.address.as_ref(), codes);
    }
    if let Some(delivery) = &invoice.delivery {
        codes.scheme("BR-CL-26", "/BG-13/BT-71".to_owned(), delivery.location.as_ref(), ICD_SCHEME, &ICD);
        country("/BG-13/BG-15", delivery.address.as_ref(), codes);
    }
}

fn electronic(field: &str, id: Option<&Identifier>, codes: &mut Codes) {
    codes.scheme("BR-CL-25", field.to_owned(), id, "a scheme of the EAS list", &EAS);
}

fn country(field: &str, address: Option<&Address>, codes: &mut Codes) {
    let code = address.and_then(|address| address.country.as_ref());
    codes.one_of("BR-CL-14", format!("{field}/country"), code, "a country of ISO 3166-1", &COUNTRY);
}

fn reason(field: &str, charge: bool, allowance: &Allowance, codes: &mut Codes) {
    let (rule, expected, list) = if charge {
        ("BR-CL-20", "a reason of UNTDID 7161", &CHARGE)
    } else {
        ("BR-CL-19", "a reason of UNTDID 5189", &ALLOWANCE)
    };
    codes.one_of(rule, format!("{field}/reason_code"), allowance.reason_code.as_ref(), expected, list);
}

fn one_line(field: &str, line: &Line, codes: &mut Codes) {
    let at = |term: &str| format!("{field}/{term}");
    codes.scheme("BR-CL-07", at("BT-128"), line.object.as_ref(), "a scheme of UNTDID 1153", &REFERENCE);
    let base_unit = line.price.as_ref().and_then(|price| price.base_unit.as_ref());
    for (term, unit) in [("BT-130", line.unit.as_ref()), ("BG-29/BT-150", base_unit)] {
        codes.one_of("BR-CL-23", at(term), unit, "a unit of UN/ECE recommendation 20 or 21", &UNIT);
    }
    for (group, charge, of) in [("BG-27", false, &line.allowances), ("BG-28", true, &line.charges)] {
        for (nth, allowance) in of.iter().enumerate() {
            reason(&at(&format!("{group}/{nth}")), charge, allowance, codes);
        }
    }
    let category = line.vat.as_ref().and_then(|vat| vat.category.as_ref());
    codes.category("BR-CL-18", at("BG-30/category"), category);
    let Some(item) = &line.item else { return };
    let standard = item.standard_id.as_ref();
    codes.scheme("BR-CL-21", at("BG-31/BT-157"), standard, "a scheme of ISO/IEC 6523", &ICD);
    codes.one_of("BR-CL-15", at("BG-31/BT-159"), item.origin.as_ref(), "a country of ISO 3166-1", &COUNTRY);
    for (nth, class) in item.classifications.iter().enumerate() {
        let field = at(&format!("BG-31/BT-158/{nth}/scheme"));
        codes.one_of("BR-CL-13", field, class.scheme.as_ref(), "a scheme of UNTDID 7143", &ITEM_CLASS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_have_nothing_twice() {
        for (file, text) in FILES {
            let all: Vec<&str> = codes(text).collect();
            assert!(!all.is_empty() && all.is_sorted_by(|a, b| a < b), "{file}");
        }
    }
}
