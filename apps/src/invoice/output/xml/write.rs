use super::{BLUE, ORDINARY, PAYEE, RED, REVIEWER, SIMPLIFIED, SPECIAL};
use crate::invoice::{
    Kind, Preference,
    output::{
        Colour, Face, Party,
        capitals::in_capitals,
        face::{Row, full_name, without_rate},
    },
    ubl::tree::is_xml,
};
use quick_xml::escape::escape;

/// Version of the document's form.
const VERSION: &str = "0.33";

/// The XML of an invoice; the same face gives the same bytes.
pub fn write(face: &Face) -> String {
    let mut document =
        Document { text: r#"<?xml version="1.0" encoding="utf-8" standalone="yes"?>"#.to_owned(), depth: 0 };
    document.inside("EInvoice", |document| {
        document.inside("Header", |document| header(document, face));
        document.inside("EInvoiceData", |document| data(document, face));
        document.inside("TaxSupervisionInfo", |document| {
            document.leaf("InvoiceNumber", &face.number);
            document.leaf("IssueTime", &face.issue_date);
            document.leaf("TaxBureauCode", &face.bureau.code);
            document.leaf("TaxBureauName", &face.bureau.name);
        });
    });
    document.text.push('\n');
    document.text
}

fn header(document: &mut Document, face: &Face) {
    document.leaf("EIid", &face.number);
    // The region is in the bureau's code behind its first digit: 14403000000 delivers SWEI4403.
    document.leaf("EInvoiceTag", &format!("SWEI{}", face.bureau.code.get(1..5).unwrap_or_default()));
    document.leaf("Version", VERSION);
    let colour = if face.colour == Colour::Blue { BLUE } else { RED };
    let (kind, kind_name) = match face.kind {
        Kind::Special => (SPECIAL, "增值税专用发票"),
        Kind::Ordinary => (ORDINARY, "普通发票"),
    };
    document.inside("InherentLabel", |document| {
        for (label, code, name) in [
            ("InIssuType", colour, "是否蓝字发票标志"),
            ("EInvoiceType", "01", "电子发票"),
            ("GeneralOrSpecialVAT", kind, kind_name),
        ] {
            document.inside(label, |document| {
                document.leaf("LabelCode", code);
                document.leaf("LabelName", name);
            });
        }
    });
}

fn data(document: &mut Document, face: &Face) {
    party(document, "Seller", &face.seller);
    party(document, "Buyer", &face.buyer);
    document.inside("BasicInformation", |document| {
        document.leaf("TotalAmWithoutTax", &face.net.to_string());
        document.leaf("TotalTaxAm", &face.tax.to_string());
        document.leaf("TotalTax-includedAmount", &face.total.to_string());
        document.leaf("TotalTax-includedAmountInChinese", &in_capitals(face.total));
        document.optional("Drawer", face.drawer.as_deref());
        document.leaf("RequestTime", &face.requested);
    });
    for row in face.rows() {
        document.inside("IssuItemInformation", |document| item(document, &row));
    }
    if let Colour::Red { blue, confirmation } = &face.colour {
        document.inside("SpecificInformation", |document| {
            document.inside("RedEInvoice", |document| {
                document.leaf("OriginalInvoiceCode", blue);
                document.optional("CreditNoteNumber", confirmation.as_deref());
            });
        });
    }
    document.inside("AdditionalInformation", |document| {
        document.optional("Remark", face.remark.as_deref());
        let simplified = simplified(face);
        for (name, value) in
            [(PAYEE, face.payee.as_deref()), (REVIEWER, face.reviewer.as_deref()), (SIMPLIFIED, simplified.as_deref())]
        {
            if let Some(value) = value {
                document.inside("Additional", |document| {
                    document.leaf("Information", name);
                    document.leaf("InformationValue", value);
                });
            }
        }
    });
}

fn party(document: &mut Document, who: &str, party: &Party) {
    document.inside(&format!("{who}Information"), |document| {
        for (name, value) in [
            ("IdNum", party.taxpayer.as_deref()),
            ("Name", Some(party.name.as_str())),
            ("Addr", party.contact.address.as_deref()),
            ("TelNum", party.contact.telephone.as_deref()),
            ("BankName", party.contact.bank.as_deref()),
            ("BankAccNum", party.contact.account.as_deref()),
        ] {
            document.optional(&format!("{who}{name}"), value);
        }
    });
}

fn item(document: &mut Document, row: &Row<'_>) {
    document.leaf("ItemName", &full_name(row.item));
    if row.priced {
        document.optional("SpecMod", row.item.specification.as_deref());
        document.optional("MeaUnits", row.item.unit.as_deref());
        document.optional("Quantity", row.item.quantity.map(|quantity| quantity.trimmed()).as_deref());
        document.optional("UnPrice", row.item.price.map(|price| price.trimmed()).as_deref());
    }
    document.leaf("Amount", &row.amount.to_string());
    document.leaf("TaxRate", without_rate(row.item).unwrap_or(&row.item.rate.trimmed()));
    document.leaf("ComTaxAm", &row.tax.to_string());
    document.leaf("TotaltaxIncludedAmount", &row.total.to_string());
    document.leaf("TaxClassificationCode", &row.item.tax_code);
}

/// Numbers of the items under simplified levy: at the rate itself nothing shows it.
fn simplified(face: &Face) -> Option<String> {
    let marked = face.items.iter().zip(1..).filter(|(item, _)| item.preference == Some(Preference::Simplified));
    let numbers: Vec<_> = marked.map(|(_, number): (_, usize)| number.to_string()).collect();
    (!numbers.is_empty()).then(|| numbers.join(","))
}

/// A document as it is written, an element a line.
struct Document {
    text: String,
    depth: usize,
}

impl Document {
    fn line(&mut self, line: &str) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.push_str(line);
    }

    fn inside(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.line(&format!("<{name}>"));
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    fn leaf(&mut self, name: &str, value: &str) {
        // What XML cannot hold at all is shown, not dropped.
        let value: String = value.chars().map(|c| if is_xml(c) { c } else { char::REPLACEMENT_CHARACTER }).collect();
        self.line(&format!("<{name}>{}</{name}>", escape(value.as_str())));
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }
}
