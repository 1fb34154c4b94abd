use super::{
    NotUbl, Problem, Root, children,
    party::{address, buyer, creditor, payee, representative, seller},
    syntax,
    tree::{self, Element},
};
use crate::invoice::en16931::{
    Allowance, Attachment, Attribute, Breakdown, Card, Classification, CreditTransfer, Delivery, DirectDebit, Finding,
    Findings, Invoice, Item, Line, Note, PaymentInstructions, Period, Preceding, Price, Process, SupportingDocument,
    Totals, Vat, totals,
};

/// What was read from a UBL document.
#[derive(Debug)]
pub struct Read {
    /// Which document it was.
    pub root: Root,
    /// The invoice in the terms of EN 16931.
    pub invoice: Invoice,
    /// Rules that it breaks in a way that the terms cannot show, such as two totals of VAT in one currency.
    pub findings: Vec<Finding>,
}

/// Reads a UBL 2.1 Invoice or CreditNote.
pub fn read(bytes: &[u8]) -> Result<Read, NotUbl> {
    let (read, problem) = inspect(bytes)?;
    problem.map_or(Ok(read), Err)
}

/// Reads what can be read of a document, and says beside it what UBL does not allow in it, so that its sender is told of every broken rule
/// at once. Where there is such a problem the invoice must not be used: some of it may be missing.
pub fn inspect(bytes: &[u8]) -> Result<(Read, Option<NotUbl>), NotUbl> {
    let element = tree::parse(bytes)?;
    let root = Root::of(&element).ok_or_else(|| {
        let detail = format!(
            "the root element is {}, neither Invoice of namespace {} nor CreditNote of {}",
            element.label(),
            Root::Invoice.namespace(),
            Root::CreditNote.namespace(),
        );
        NotUbl::new(Problem::Root, "", detail)
    })?;
    limits(&element, root)?;
    Ok((invoice(&element, root), children::check(&element, root).err()))
}

/// Lines of an invoice, and groups of its VAT breakdown: more than any invoice of business has, few enough to compare each with each.
const LINES_MAX: usize = 10_000;
const GROUPS_MAX: usize = 500;

fn limits(element: &Element, root: Root) -> Result<(), NotUbl> {
    let lines = element.all(root.line()).count();
    let groups = element.every(&["TaxTotal", "TaxSubtotal"]).len();
    for (name, found, most) in [(root.line(), lines, LINES_MAX), ("TaxSubtotal", groups, GROUPS_MAX)] {
        if found > most {
            let detail = format!("{found} elements cac:{name}, at most {most} are taken");
            return Err(NotUbl::new(Problem::Limit, format!("/{}", root.name()), detail));
        }
    }
    Ok(())
}

fn invoice(element: &Element, root: Root) -> Read {
    let mut findings = Findings::default();
    let mut invoice = head(element, root);
    invoice.payment = element.all("PaymentMeans").map(payment).collect();
    let debit = !invoice.payment.is_empty();
    let party = |name: &str| element.first(name).map(|role| role.first("Party"));
    invoice.seller =
        party("AccountingSupplierParty").map(|party| party.map_or_else(Default::default, |party| seller(party, debit)));
    invoice.buyer = party("AccountingCustomerParty").map(|party| party.map_or_else(Default::default, buyer));
    invoice.payee = element.first("PayeeParty").map(|party| payee(party, debit));
    invoice.representative = element.first("TaxRepresentativeParty").map(representative);
    invoice.delivery = element.first("Delivery").map(delivery);
    give_creditor(&mut invoice.payment, creditor(element));
    (invoice.allowances, invoice.charges) = allowances(element);
    invoice.totals = element.first("LegalMonetaryTotal").map(totals);
    tax_totals(element, &mut invoice, &mut findings);
    invoice.lines = element.all(root.line()).map(|element| line(element, root)).collect();
    syntax::check(element, root, &mut findings);
    Read { root, invoice, findings: findings.into() }
}

/// The creditor's identifier belongs to every direct debit, or else to the first instructions: UBL has it elsewhere.
fn give_creditor(payment: &mut [PaymentInstructions], creditor: Option<String>) {
    let Some(creditor) = creditor else { return };
    let none = payment.iter().all(|own| own.direct_debit.is_none());
    if let Some(first) = payment.first_mut().filter(|_| none) {
        first.direct_debit = Some(DirectDebit::default());
    }
    for debit in payment.iter_mut().filter_map(|own| own.direct_debit.as_mut()) {
        debit.creditor = Some(creditor.clone());
    }
}

/// Types by which UBL tells what an additional document is: the invoiced object (BT-18), and in a CreditNote the project (BT-11).
pub(super) const OBJECT: &str = "130";
pub(super) const PROJECT: &str = "50";

fn head(element: &Element, root: Root) -> Invoice {
    let text = |name: &str| element.text_at(&[name]);
    let reference = |name: &str| element.text_at(&[name, "ID"]);
    let documents = |of: &'static str| element.all("AdditionalDocumentReference").filter(move |own| of_type(own, of));
    let credit = root == Root::CreditNote;
    let project =
        if credit { documents(PROJECT).find_map(|own| own.text_at(&["ID"])) } else { reference("ProjectReference") };
    let supporting = |own: &&Element| !(of_type(own, OBJECT) || credit && of_type(own, PROJECT));
    let terms: Vec<String> = element.every(&["PaymentTerms", "Note"]).into_iter().map(Element::own_text).collect();
    let due = element.all("PaymentMeans").find(|means| means.first("PaymentDueDate").is_some());
    Invoice {
        number: text("ID"),
        issue_date: element.date("IssueDate"),
        type_code: text(root.type_code()),
        currency: text("DocumentCurrencyCode"),
        tax_currency: text("TaxCurrencyCode"),
        tax_point_date: element.date("TaxPointDate"),
        tax_point_code: element.text_at(&["InvoicePeriod", "DescriptionCode"]),
        due_date: match due.filter(|_| credit) {
            Some(means) => means.date("PaymentDueDate"),
            None => element.date("DueDate"),
        },
        buyer_reference: text("BuyerReference"),
        project,
        contract: reference("ContractDocumentReference"),
        purchase_order: reference("OrderReference"),
        sales_order: element.text_at(&["OrderReference", "SalesOrderID"]),
        receiving_advice: reference("ReceiptDocumentReference"),
        despatch_advice: reference("DespatchDocumentReference"),
        tender: reference("OriginatorDocumentReference"),
        object: documents(OBJECT).next().and_then(|object| object.identifier_at(&["ID"])),
        accounting_reference: text("AccountingCost"),
        payment_terms: (!terms.is_empty()).then(|| terms.join("\n")),
        notes: element.all("Note").map(note).collect(),
        process: Some(Process { process: text("ProfileID"), specification: text("CustomizationID") })
            .filter(|process| *process != Process::default()),
        preceding: element.all("BillingReference").map(preceding).collect(),
        period: invoicing_period(element),
        documents: element.all("AdditionalDocumentReference").filter(supporting).map(document).collect(),
        ..Invoice::default()
    }
}

fn of_type(document: &Element, code: &str) -> bool {
    document.text_at(&["DocumentTypeCode"]).as_deref() == Some(code)
}

/// The invoicing period. The element that only holds the code of the tax point (BT-8) is none.
fn invoicing_period(root: &Element) -> Option<Period> {
    let element = root.first("InvoicePeriod")?;
    let period = period(element);
    let none = period == Period::default() && element.first("DescriptionCode").is_some();
    (!none).then_some(period)
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

fn preceding(element: &Element) -> Preceding {
    let Some(document) = element.first("InvoiceDocumentReference") else { return Preceding::default() };
    Preceding { number: document.text_at(&["ID"]), issue_date: document.date("IssueDate") }
}

fn document(element: &Element) -> SupportingDocument {
    SupportingDocument {
        reference: element.text_at(&["ID"]),
        description: element.text_at(&["DocumentDescription"]),
        location: element.text_at(&["Attachment", "ExternalReference", "URI"]),
        attachment: element.at(&["Attachment", "EmbeddedDocumentBinaryObject"]).map(attachment),
    }
}

fn attachment(element: &Element) -> Attachment {
    let attribute = |name| element.attribute(name).map(str::to_owned);
    // Base64 may be broken into lines.
    let content: String = element.text.split_ascii_whitespace().collect();
    Attachment {
        content: (!content.is_empty()).then_some(content),
        media_type: attribute("mimeCode"),
        file: attribute("filename"),
    }
}

fn period(element: &Element) -> Period {
    Period { start: element.date("StartDate"), end: element.date("EndDate") }
}

fn delivery(element: &Element) -> Delivery {
    Delivery {
        name: element.text_at(&["DeliveryParty", "PartyName", "Name"]),
        location: element.identifier_at(&["DeliveryLocation", "ID"]),
        date: element.date("ActualDeliveryDate"),
        address: element.at(&["DeliveryLocation", "Address"]).map(address),
    }
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
fn allowances(element: &Element) -> (Vec<Allowance>, Vec<Allowance>) {
    let (mut allowances, mut charges) = (Vec::new(), Vec::new());
    for inner in element.all("AllowanceCharge") {
        let allowance = Allowance {
            amount: inner.amount("Amount"),
            base: inner.amount("BaseAmount"),
            percent: inner.amount("MultiplierFactorNumeric"),
            vat: vat_category(inner, "TaxCategory").map(vat),
            reason: inner.text_at(&["AllowanceChargeReason"]),
            reason_code: inner.text_at(&["AllowanceChargeReasonCode"]),
        };
        if inner.is_charge() { charges.push(allowance) } else { allowances.push(allowance) }
    }
    (allowances, charges)
}

/// The category of VAT, else the first of another tax: that it is none of VAT is found of the document ([`syntax`]), and is not to be
/// found again as a sum that does not fit.
fn vat_category<'a>(element: &'a Element, name: &'a str) -> Option<&'a Element> {
    element.all(name).find(|category| category.is_vat()).or_else(|| element.first(name))
}

fn vat(category: &Element) -> Vat {
    Vat { category: category.text_at(&["ID"]), rate: category.amount("Percent") }
}

fn totals(element: &Element) -> Totals {
    Totals {
        lines: element.amount("LineExtensionAmount"),
        allowances: element.amount("AllowanceTotalAmount"),
        charges: element.amount("ChargeTotalAmount"),
        net: element.amount("TaxExclusiveAmount"),
        tax: None,
        tax_accounting: None,
        total: element.amount("TaxInclusiveAmount"),
        prepaid: element.amount("PrepaidAmount"),
        rounding: element.amount("PayableRoundingAmount"),
        payable: element.amount("PayableAmount"),
    }
}

/// The totals of VAT by their currency, and the breakdown.
fn tax_totals(root: &Element, invoice: &mut Invoice, findings: &mut Findings) {
    let currency = |element: &Element| element.first("TaxAmount")?.attribute("currencyID").map(str::to_owned);
    let is_own =
        |currency: &Option<String>, invoice: &Invoice| invoice.currency.is_none() || *currency == invoice.currency;
    let any_own = root.all("TaxTotal").any(|element| is_own(&currency(element), invoice));
    let (mut counted, mut accounted) = (0, 0);
    for element in root.all("TaxTotal") {
        let amount = element.amount("TaxAmount");
        let currency = currency(element);
        let accounting = invoice.tax_currency.is_some() && currency == invoice.tax_currency;
        let own = is_own(&currency, invoice);
        // The breakdown is in the invoice's currency, if there is a total in it.
        if own || !accounting || !any_own {
            let groups: Vec<Breakdown> = element.all("TaxSubtotal").map(breakdown).collect();
            // The terms have no total that would show it.
            let unknown = !own || amount.is_none();
            if unknown && !groups.is_empty() {
                totals::breakdown_sum(&groups, amount.as_ref(), findings);
            }
            invoice.breakdown.extend(groups);
        }
        let Some(amount) = amount else { continue };
        accounted += usize::from(accounting);
        let Some(totals) = &mut invoice.totals else { continue };
        if accounting {
            totals.tax_accounting = Some(amount.clone());
        }
        if own {
            counted += 1;
            totals.tax.get_or_insert(amount);
        }
    }
    if invoice.totals.is_none() && invoice.tax_currency.is_some() && accounted == 0 {
        // The terms have no group of totals that could lack it.
        findings.need("BR-53", "/BG-22/BT-111", "the total of VAT in the accounting currency BT-6", false);
    }
    if counted > 1 && invoice.currency.is_some() {
        let expected = "one total of VAT in the invoice's currency (BT-110)";
        findings.note("BR-CO-15", "/BG-22/BT-110", expected, counted.to_string());
    }
}

fn breakdown(element: &Element) -> Breakdown {
    let category = element.first("TaxCategory");
    Breakdown {
        net: element.amount("TaxableAmount"),
        tax: element.amount("TaxAmount"),
        category: category.and_then(|category| category.text_at(&["ID"])),
        rate: category.and_then(|category| category.amount("Percent")),
        reason: category.and_then(|category| category.text_at(&["TaxExemptionReason"])),
        reason_code: category.and_then(|category| category.text_at(&["TaxExemptionReasonCode"])),
    }
}

fn line(element: &Element, root: Root) -> Line {
    let (allowances, charges) = allowances(element);
    let quantity = element.first(root.quantity());
    let object = element.all("DocumentReference").find(|document| of_type(document, OBJECT));
    Line {
        id: element.text_at(&["ID"]),
        note: element.text_at(&["Note"]),
        object: object.and_then(|object| object.identifier_at(&["ID"])),
        quantity: element.amount(root.quantity()),
        unit: quantity.and_then(|quantity| quantity.attribute("unitCode")).map(str::to_owned),
        net: element.amount("LineExtensionAmount"),
        order_line: element.text_at(&["OrderLineReference", "LineID"]),
        accounting_reference: element.text_at(&["AccountingCost"]),
        period: element.first("InvoicePeriod").map(period),
        allowances,
        charges,
        price: element.first("Price").map(price),
        vat: element.first("Item").and_then(|item| vat_category(item, "ClassifiedTaxCategory")).map(vat),
        item: element.first("Item").map(item),
    }
}

fn price(element: &Element) -> Price {
    let discount = element.first("AllowanceCharge");
    let base = element.first("BaseQuantity");
    Price {
        net: element.amount("PriceAmount"),
        discount: discount.and_then(|discount| discount.amount("Amount")),
        gross: discount.and_then(|discount| discount.amount("BaseAmount")),
        base_quantity: element.amount("BaseQuantity"),
        base_unit: base.and_then(|base| base.attribute("unitCode")).map(str::to_owned),
    }
}

fn item(element: &Element) -> Item {
    let classification = |class: &Element| {
        let code = class.first("ItemClassificationCode")?;
        let attribute = |name| code.attribute(name).map(str::to_owned);
        let (scheme, version) = (attribute("listID"), attribute("listVersionID"));
        Some(Classification { value: Some(code.own_text()), scheme, version })
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
