use super::{
    NotUbl, Problem, children,
    tree::{self, Element, Space},
};
use crate::invoice::{
    date::is_date,
    decimal::Amount,
    en16931::{
        Address, Allowance, Attribute, Breakdown, Buyer, Card, Contact, CreditTransfer, Delivery, DirectDebit, Finding,
        Findings, Identifier, Invoice, Item, Line, Note, Payee, PaymentInstructions, Period, Preceding, Price, Process,
        Representative, Seller, SupportingDocument, Totals, Vat,
    },
};

/// What was read from a UBL document.
#[derive(Debug)]
pub struct Read {
    /// The invoice in the terms of EN 16931.
    pub invoice: Invoice,
    /// Rules that it breaks in a way that the terms cannot show, such as two totals of VAT in one currency.
    pub findings: Vec<Finding>,
}

/// Reads a UBL 2.1 Invoice.
pub fn read(bytes: &[u8]) -> Result<Read, NotUbl> {
    let root = tree::parse(bytes)?;
    match (root.space, root.name.as_str()) {
        (Space::Invoice, "Invoice") => {}
        (Space::CreditNote, "CreditNote") => {
            return Err(NotUbl::new(Problem::Root, "", "a CreditNote is not taken here, only an Invoice"));
        }
        _ => {
            let detail = format!(
                "the root element is {}, not Invoice of namespace urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
                root.label()
            );
            return Err(NotUbl::new(Problem::Root, "", detail));
        }
    }
    children::check(&root)?;
    limits(&root)?;
    invoice(&root).map_err(|wrong| {
        let place = children::place_of(&root, wrong.element);
        NotUbl::new(Problem::Value, place, wrong.detail)
    })
}

/// Lines of an invoice, and groups of its VAT breakdown: more than any invoice of business has, few enough to compare each with each.
const LINES_MAX: usize = 10_000;
const GROUPS_MAX: usize = 500;

fn limits(root: &Element) -> Result<(), NotUbl> {
    let lines = root.all("InvoiceLine").count();
    let groups = root.all("TaxTotal").flat_map(|total| total.all("TaxSubtotal")).count();
    for (name, found, most) in [("cac:InvoiceLine", lines, LINES_MAX), ("cac:TaxSubtotal", groups, GROUPS_MAX)] {
        if found > most {
            let detail = format!("{found} elements {name}, at most {most} are taken");
            return Err(NotUbl::new(Problem::Limit, "/Invoice", detail));
        }
    }
    Ok(())
}

/// A value that does not have the form of its type.
struct Wrong<'a> {
    element: &'a Element,
    detail: String,
}

type Or<'a, T> = Result<T, Wrong<'a>>;

impl Element {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn first(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.first(name))
    }

    fn own_text(&self) -> String {
        self.text.trim().to_owned()
    }

    fn text_at(&self, path: &[&str]) -> Option<String> {
        self.at(path).map(Element::own_text)
    }

    fn identifier_at(&self, path: &[&str]) -> Option<Identifier> {
        self.at(path).map(Element::identifier)
    }

    fn identifier(&self) -> Identifier {
        Identifier { value: Some(self.own_text()), scheme: self.attribute("schemeID").map(str::to_owned) }
    }

    fn amount(&self, name: &str) -> Or<'_, Option<Amount>> {
        let Some(element) = self.first(name) else { return Ok(None) };
        let wrong = |error| Wrong { element, detail: format!("{:?}: {error}", element.own_text()) };
        Amount::parse(&element.text).map(Some).map_err(wrong)
    }

    fn date(&self, name: &str) -> Or<'_, Option<String>> {
        let Some(element) = self.first(name) else { return Ok(None) };
        let text = element.own_text();
        let (date, zone) = text.split_at_checked(10).unwrap_or((&text, ""));
        if is_date(date) && is_zone(zone) {
            return Ok(Some(date.to_owned()));
        }
        Err(Wrong { element, detail: format!("{text:?} is not a date YYYY-MM-DD") })
    }

    fn flag(&self, name: &str) -> Or<'_, bool> {
        let Some(element) = self.first(name) else {
            return Err(Wrong { element: self, detail: format!("cbc:{name} is missing") });
        };
        match element.text.trim() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            text => Err(Wrong { element, detail: format!("{text:?} is neither true nor false") }),
        }
    }

    /// Whether a category or registration is one of VAT.
    fn is_vat(&self) -> bool {
        self.at(&["TaxScheme", "ID"]).is_some_and(|id| id.text.trim().eq_ignore_ascii_case("VAT"))
    }
}

/// Time zone of an `xs:date`: none, `Z` or an offset.
fn is_zone(text: &str) -> bool {
    match text.as_bytes() {
        [] | b"Z" => true,
        [b'+' | b'-', hours @ .., b':', m, n] => hours.len() == 2 && hours.iter().chain([m, n]).all(u8::is_ascii_digit),
        _ => false,
    }
}

fn invoice(root: &Element) -> Or<'_, Read> {
    let mut findings = Findings::default();
    let mut invoice = head(root)?;
    invoice.seller = root.at(&["AccountingSupplierParty", "Party"]).map(seller);
    invoice.buyer = root.at(&["AccountingCustomerParty", "Party"]).map(buyer);
    invoice.payee = root.first("PayeeParty").map(payee);
    invoice.representative = root.first("TaxRepresentativeParty").map(representative);
    invoice.delivery = root.first("Delivery").map(delivery).transpose()?;
    invoice.payment = root.all("PaymentMeans").map(payment).collect();
    let creditor = root.at(&["AccountingSupplierParty", "Party"]).and_then(creditor);
    for payment in &mut invoice.payment {
        if let Some(debit) = &mut payment.direct_debit {
            debit.creditor.clone_from(&creditor);
        }
    }
    (invoice.allowances, invoice.charges) = allowances(root)?;
    invoice.totals = root.first("LegalMonetaryTotal").map(totals).transpose()?;
    tax_totals(root, &mut invoice, &mut findings)?;
    invoice.lines = root.all("InvoiceLine").map(line).collect::<Result<_, _>>()?;
    Ok(Read { invoice, findings: findings.into() })
}

fn head(root: &Element) -> Or<'_, Invoice> {
    let text = |name: &str| root.text_at(&[name]);
    let reference = |name: &str| root.text_at(&[name, "ID"]);
    let (objects, documents): (Vec<_>, Vec<_>) = root
        .all("AdditionalDocumentReference")
        .partition(|document| document.text_at(&["DocumentTypeCode"]).as_deref() == Some("130"));
    let terms: Vec<String> =
        root.all("PaymentTerms").flat_map(|terms| terms.all("Note")).map(Element::own_text).collect();
    Ok(Invoice {
        number: text("ID"),
        issue_date: root.date("IssueDate")?,
        type_code: text("InvoiceTypeCode"),
        currency: text("DocumentCurrencyCode"),
        tax_currency: text("TaxCurrencyCode"),
        tax_point_date: root.date("TaxPointDate")?,
        tax_point_code: root.text_at(&["InvoicePeriod", "DescriptionCode"]),
        due_date: root.date("DueDate")?,
        buyer_reference: text("BuyerReference"),
        project: reference("ProjectReference"),
        contract: reference("ContractDocumentReference"),
        purchase_order: reference("OrderReference"),
        sales_order: root.text_at(&["OrderReference", "SalesOrderID"]),
        receiving_advice: reference("ReceiptDocumentReference"),
        despatch_advice: reference("DespatchDocumentReference"),
        tender: reference("OriginatorDocumentReference"),
        object: objects.first().and_then(|object| object.identifier_at(&["ID"])),
        accounting_reference: text("AccountingCost"),
        payment_terms: (!terms.is_empty()).then(|| terms.join("\n")),
        notes: root.all("Note").map(note).collect(),
        process: Some(Process { process: text("ProfileID"), specification: text("CustomizationID") })
            .filter(|process| *process != Process::default()),
        preceding: root.all("BillingReference").map(preceding).collect::<Result<_, _>>()?,
        period: root.first("InvoicePeriod").map(period).transpose()?,
        documents: documents.into_iter().map(document).collect(),
        ..Invoice::default()
    })
}

/// A note; UBL writes its subject code in front, as in `#AAI#text`.
fn note(element: &Element) -> Note {
    let text = element.own_text();
    match text.strip_prefix('#').and_then(|rest| rest.split_once('#')) {
        Some((subject, rest)) if subject.len() == 3 => {
            Note { subject: Some(subject.to_owned()), text: Some(rest.to_owned()) }
        }
        _ => Note { subject: None, text: Some(text) },
    }
}

fn preceding(element: &Element) -> Or<'_, Preceding> {
    let Some(document) = element.first("InvoiceDocumentReference") else { return Ok(Preceding::default()) };
    Ok(Preceding { number: document.text_at(&["ID"]), issue_date: document.date("IssueDate")? })
}

fn document(element: &Element) -> SupportingDocument {
    let file = element.at(&["Attachment", "EmbeddedDocumentBinaryObject"]);
    SupportingDocument {
        reference: element.text_at(&["ID"]),
        description: element.text_at(&["DocumentDescription"]),
        location: element.text_at(&["Attachment", "ExternalReference", "URI"]),
        file: file.and_then(|file| file.attribute("filename")).map(str::to_owned),
    }
}

fn period(element: &Element) -> Or<'_, Period> {
    Ok(Period { start: element.date("StartDate")?, end: element.date("EndDate")? })
}

/// The scheme by which UBL tells a creditor's SEPA identifier (BT-90) from the others.
const SEPA: &str = "SEPA";

fn creditor(party: &Element) -> Option<String> {
    let mut ids = party.all("PartyIdentification").filter_map(|id| id.first("ID"));
    ids.find(|id| id.attribute("schemeID") == Some(SEPA)).map(Element::own_text)
}

fn party_ids(party: &Element) -> impl Iterator<Item = Identifier> {
    let ids = party.all("PartyIdentification").filter_map(|id| id.first("ID"));
    ids.filter(|id| id.attribute("schemeID") != Some(SEPA)).map(Element::identifier)
}

fn tax_registration(party: &Element, vat: bool) -> Option<String> {
    party
        .all("PartyTaxScheme")
        .filter(|scheme| scheme.is_vat() == vat)
        .find_map(|scheme| scheme.text_at(&["CompanyID"]))
}

fn contact(party: &Element) -> Option<Contact> {
    party.first("Contact").map(|contact| Contact {
        point: contact.text_at(&["Name"]),
        telephone: contact.text_at(&["Telephone"]),
        email: contact.text_at(&["ElectronicMail"]),
    })
}

fn address(element: &Element) -> Address {
    Address {
        line1: element.text_at(&["StreetName"]),
        line2: element.text_at(&["AdditionalStreetName"]),
        line3: element.text_at(&["AddressLine", "Line"]),
        city: element.text_at(&["CityName"]),
        postcode: element.text_at(&["PostalZone"]),
        subdivision: element.text_at(&["CountrySubentity"]),
        country: element.text_at(&["Country", "IdentificationCode"]),
    }
}

fn seller(party: &Element) -> Seller {
    Seller {
        name: party.text_at(&["PartyLegalEntity", "RegistrationName"]),
        trading_name: party.text_at(&["PartyName", "Name"]),
        ids: party_ids(party).collect(),
        legal_id: party.identifier_at(&["PartyLegalEntity", "CompanyID"]),
        vat_id: tax_registration(party, true),
        tax_id: tax_registration(party, false),
        legal_information: party.text_at(&["PartyLegalEntity", "CompanyLegalForm"]),
        electronic_address: party.identifier_at(&["EndpointID"]),
        address: party.first("PostalAddress").map(address),
        contact: contact(party),
    }
}

fn buyer(party: &Element) -> Buyer {
    Buyer {
        name: party.text_at(&["PartyLegalEntity", "RegistrationName"]),
        trading_name: party.text_at(&["PartyName", "Name"]),
        id: party_ids(party).next(),
        legal_id: party.identifier_at(&["PartyLegalEntity", "CompanyID"]),
        vat_id: tax_registration(party, true),
        electronic_address: party.identifier_at(&["EndpointID"]),
        address: party.first("PostalAddress").map(address),
        contact: contact(party),
    }
}

fn payee(party: &Element) -> Payee {
    Payee {
        name: party.text_at(&["PartyName", "Name"]),
        id: party_ids(party).next(),
        legal_id: party.identifier_at(&["PartyLegalEntity", "CompanyID"]),
    }
}

fn representative(party: &Element) -> Representative {
    Representative {
        name: party.text_at(&["PartyName", "Name"]),
        vat_id: tax_registration(party, true),
        address: party.first("PostalAddress").map(address),
    }
}

fn delivery(element: &Element) -> Or<'_, Delivery> {
    Ok(Delivery {
        name: element.text_at(&["DeliveryParty", "PartyName", "Name"]),
        location: element.identifier_at(&["DeliveryLocation", "ID"]),
        date: element.date("ActualDeliveryDate")?,
        address: element.at(&["DeliveryLocation", "Address"]).map(address),
    })
}

fn payment(element: &Element) -> PaymentInstructions {
    let means = element.first("PaymentMeansCode");
    let mandate = element.first("PaymentMandate");
    PaymentInstructions {
        means: means.map(Element::own_text),
        means_text: means.and_then(|means| means.attribute("name")).map(str::to_owned),
        remittance: element.text_at(&["PaymentID"]),
        credit_transfers: element
            .all("PayeeFinancialAccount")
            .map(|account| CreditTransfer {
                account: account.text_at(&["ID"]),
                name: account.text_at(&["Name"]),
                provider: account.text_at(&["FinancialInstitutionBranch", "ID"]),
            })
            .collect(),
        card: element.first("CardAccount").map(|card| Card {
            number: card.text_at(&["PrimaryAccountNumberID"]),
            holder: card.text_at(&["HolderName"]),
        }),
        direct_debit: mandate.map(|mandate| DirectDebit {
            mandate: mandate.text_at(&["ID"]),
            creditor: None,
            account: mandate.text_at(&["PayerFinancialAccount", "ID"]),
        }),
    }
}

/// Allowances and charges of the whole or of a line.
fn allowances(element: &Element) -> Or<'_, (Vec<Allowance>, Vec<Allowance>)> {
    let (mut allowances, mut charges) = (Vec::new(), Vec::new());
    for inner in element.all("AllowanceCharge") {
        let allowance = Allowance {
            amount: inner.amount("Amount")?,
            base: inner.amount("BaseAmount")?,
            percent: inner.amount("MultiplierFactorNumeric")?,
            vat: inner.all("TaxCategory").find(|category| category.is_vat()).map(vat).transpose()?,
            reason: inner.text_at(&["AllowanceChargeReason"]),
            reason_code: inner.text_at(&["AllowanceChargeReasonCode"]),
        };
        if inner.flag("ChargeIndicator")? { charges.push(allowance) } else { allowances.push(allowance) }
    }
    Ok((allowances, charges))
}

fn vat(category: &Element) -> Or<'_, Vat> {
    Ok(Vat { category: category.text_at(&["ID"]), rate: category.amount("Percent")? })
}

fn totals(element: &Element) -> Or<'_, Totals> {
    Ok(Totals {
        lines: element.amount("LineExtensionAmount")?,
        allowances: element.amount("AllowanceTotalAmount")?,
        charges: element.amount("ChargeTotalAmount")?,
        net: element.amount("TaxExclusiveAmount")?,
        tax: None,
        tax_accounting: None,
        total: element.amount("TaxInclusiveAmount")?,
        prepaid: element.amount("PrepaidAmount")?,
        rounding: element.amount("PayableRoundingAmount")?,
        payable: element.amount("PayableAmount")?,
    })
}

/// The totals of VAT by their currency, and the breakdown.
fn tax_totals<'a>(root: &'a Element, invoice: &mut Invoice, findings: &mut Findings) -> Or<'a, ()> {
    let mut counted = 0;
    for element in root.all("TaxTotal") {
        let currency = element.first("TaxAmount").and_then(|amount| amount.attribute("currencyID"));
        // The breakdown is in the invoice's currency.
        let accounting = invoice.tax_currency.is_some()
            && currency == invoice.tax_currency.as_deref()
            && currency != invoice.currency.as_deref();
        if !accounting {
            for group in element.all("TaxSubtotal") {
                invoice.breakdown.push(breakdown(group)?);
            }
        }
        let Some(amount) = element.amount("TaxAmount")? else { continue };
        let totals = invoice.totals.get_or_insert_default();
        if invoice.tax_currency.is_some() && currency == invoice.tax_currency.as_deref() {
            totals.tax_accounting = Some(amount.clone());
        }
        if invoice.currency.is_none() || currency == invoice.currency.as_deref() {
            counted += 1;
            totals.tax.get_or_insert(amount);
        }
    }
    if counted > 1 && invoice.currency.is_some() {
        let expected = "one total of VAT in the invoice's currency (BT-110)";
        findings.note("BR-CO-15", "/BG-22/BT-110", expected, counted.to_string());
    }
    Ok(())
}

fn breakdown(element: &Element) -> Or<'_, Breakdown> {
    let category = element.first("TaxCategory").filter(|category| category.is_vat());
    Ok(Breakdown {
        net: element.amount("TaxableAmount")?,
        tax: element.amount("TaxAmount")?,
        category: category.and_then(|category| category.text_at(&["ID"])),
        rate: category.map_or(Ok(None), |category| category.amount("Percent"))?,
        reason: category.and_then(|category| category.text_at(&["TaxExemptionReason"])),
        reason_code: category.and_then(|category| category.text_at(&["TaxExemptionReasonCode"])),
    })
}

fn line(element: &Element) -> Or<'_, Line> {
    let (allowances, charges) = allowances(element)?;
    let quantity = element.first("InvoicedQuantity");
    let object = element.all("DocumentReference").next();
    Ok(Line {
        id: element.text_at(&["ID"]),
        note: element.text_at(&["Note"]),
        object: object.and_then(|object| object.identifier_at(&["ID"])),
        quantity: element.amount("InvoicedQuantity")?,
        unit: quantity.and_then(|quantity| quantity.attribute("unitCode")).map(str::to_owned),
        net: element.amount("LineExtensionAmount")?,
        order_line: element.text_at(&["OrderLineReference", "LineID"]),
        accounting_reference: element.text_at(&["AccountingCost"]),
        period: element.first("InvoicePeriod").map(period).transpose()?,
        allowances,
        charges,
        price: element.first("Price").map(price).transpose()?,
        vat: element
            .first("Item")
            .and_then(|item| item.all("ClassifiedTaxCategory").find(|category| category.is_vat()))
            .map(vat)
            .transpose()?,
        item: element.first("Item").map(item),
    })
}

fn price(element: &Element) -> Or<'_, Price> {
    let discount = element.first("AllowanceCharge");
    let base = element.first("BaseQuantity");
    Ok(Price {
        net: element.amount("PriceAmount")?,
        discount: discount.map_or(Ok(None), |discount| discount.amount("Amount"))?,
        gross: discount.map_or(Ok(None), |discount| discount.amount("BaseAmount"))?,
        base_quantity: element.amount("BaseQuantity")?,
        base_unit: base.and_then(|base| base.attribute("unitCode")).map(str::to_owned),
    })
}

fn item(element: &Element) -> Item {
    let classification = |class: &Element| {
        let code = class.first("ItemClassificationCode")?;
        let scheme = code.attribute("listID").map(str::to_owned);
        Some(Identifier { value: Some(code.own_text()), scheme })
    };
    let attribute =
        |property: &Element| Attribute { name: property.text_at(&["Name"]), value: property.text_at(&["Value"]) };
    Item {
        name: element.text_at(&["Name"]),
        description: element.text_at(&["Description"]),
        seller_id: element.text_at(&["SellersItemIdentification", "ID"]),
        buyer_id: element.text_at(&["BuyersItemIdentification", "ID"]),
        standard_id: element.identifier_at(&["StandardItemIdentification", "ID"]),
        classifications: element.all("CommodityClassification").filter_map(classification).collect(),
        origin: element.text_at(&["OriginCountry", "IdentificationCode"]),
        attributes: element.all("AdditionalItemProperty").map(attribute).collect(),
    }
}
