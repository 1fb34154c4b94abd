//! The semantic model out as a UBL 2.1 document.

use super::{
    Root,
    node::Node,
    read::{OBJECT, PROJECT},
};
use crate::invoice::en16931::{
    Address, Allowance, Attachment, Breakdown, Buyer, Contact, Delivery, Identifier, Invoice, Item, Line, Payee,
    PaymentInstructions, Period, Price, Representative, Seller, SupportingDocument, Totals, Vat, codes::SEPA,
};

/// Writes an invoice as UBL 2.1: UTF-8, elements in the order of the schema. What [`super::read`] reads of it is the invoice again.
///
/// UBL demands what EN 16931 leaves open; where the invoice has none, this is written: `NA` for the purchase order (BT-13) beside a sales
/// order (BT-14) and for the network of a card, the gross price less the net price for the discount (BT-147), and in a credit note
/// means of payment 1 (not defined) to hold the due date (BT-9). Characters that XML 1.0 cannot hold become U+FFFD.
pub fn write(invoice: &Invoice, root: Root) -> String {
    Writer { invoice, root, currency: invoice.currency.as_deref() }.document()
}

struct Writer<'a> {
    invoice: &'a Invoice,
    root: Root,
    currency: Option<&'a str>,
}

impl Writer<'_> {
    fn document(&self) -> String {
        let invoice = self.invoice;
        let payment = self.payment();
        let node = self
            .references(self.head())
            .with(invoice.seller.as_ref().map(|seller| self.seller(seller)))
            .with(invoice.buyer.as_ref().map(buyer))
            .with(invoice.payee.as_ref().map(|payee| self.payee(payee)))
            .with(invoice.representative.as_ref().map(representative))
            .with(invoice.delivery.as_ref().map(delivery))
            .with(payment)
            .text_in(&["PaymentTerms", "Note"], invoice.payment_terms.as_ref())
            .with(self.allowances(&invoice.allowances, &invoice.charges))
            .with(self.tax_totals())
            .with(invoice.totals.as_ref().map(|totals| self.totals(totals)))
            .with(invoice.lines.iter().map(|line| self.line(line)));
        node.document(self.root)
    }

    fn head(&self) -> Node {
        let invoice = self.invoice;
        let process = invoice.process.as_ref();
        let due = invoice.due_date.as_ref().filter(|_| self.root == Root::Invoice);
        let notes = invoice.notes.iter().map(|note| {
            let text = note.text.as_deref().unwrap_or_default();
            Node::new("Note").value(match &note.subject {
                Some(subject) => format!("#{subject}#{text}"),
                None => text.to_owned(),
            })
        });
        Node::new(self.root.name())
            .text("CustomizationID", process.and_then(|process| process.specification.as_ref()))
            .text("ProfileID", process.and_then(|process| process.process.as_ref()))
            .text("ID", invoice.number.as_ref())
            .text("IssueDate", invoice.issue_date.as_ref())
            .text("DueDate", due)
            .text(self.root.type_code(), invoice.type_code.as_ref())
            .with(notes)
            .text("TaxPointDate", invoice.tax_point_date.as_ref())
            .text("DocumentCurrencyCode", invoice.currency.as_ref())
            .text("TaxCurrencyCode", invoice.tax_currency.as_ref())
            .text("AccountingCost", invoice.accounting_reference.as_ref())
            .text("BuyerReference", invoice.buyer_reference.as_ref())
    }

    fn references(&self, node: Node) -> Node {
        let invoice = self.invoice;
        let tax_point = invoice.tax_point_code.as_ref();
        let period = invoice.period.as_ref().map(period).or_else(|| tax_point.map(|_| Node::new("InvoicePeriod")));
        let order = [&invoice.purchase_order, &invoice.sales_order].into_iter().any(Option::is_some).then(|| {
            let none = "NA".to_owned();
            Node::new("OrderReference")
                .text("ID", Some(invoice.purchase_order.as_ref().unwrap_or(&none)))
                .text("SalesOrderID", invoice.sales_order.as_ref())
        });
        let preceding = invoice.preceding.iter().map(|preceding| {
            let named = preceding.number.is_some() || preceding.issue_date.is_some();
            Node::new("BillingReference").with(named.then(|| {
                Node::new("InvoiceDocumentReference")
                    .text("ID", preceding.number.as_ref())
                    .text("IssueDate", preceding.issue_date.as_ref())
            }))
        });
        let credit = self.root == Root::CreditNote;
        let project = invoice.project.as_ref();
        let project_document = project
            .filter(|_| credit)
            .map(|project| typed("AdditionalDocumentReference", PROJECT).text("ID", Some(project)));
        let object = invoice.object.as_ref();
        node.with(period.map(|period| period.text("DescriptionCode", tax_point)))
            .with(order)
            .with(preceding)
            .text_in(&["DespatchDocumentReference", "ID"], invoice.despatch_advice.as_ref())
            .text_in(&["ReceiptDocumentReference", "ID"], invoice.receiving_advice.as_ref())
            .text_in(&["OriginatorDocumentReference", "ID"], invoice.tender.as_ref())
            .text_in(&["ContractDocumentReference", "ID"], invoice.contract.as_ref())
            .with(object.map(|_| typed("AdditionalDocumentReference", OBJECT).identifier("ID", object)))
            .with(invoice.documents.iter().map(document))
            .with(project_document)
            .text_in(&["ProjectReference", "ID"], project.filter(|_| !credit))
    }

    /// The creditor's identifier (BT-90), as an identifier of the party that is paid.
    fn creditor(&self) -> Option<Identifier> {
        let mut debits = self.invoice.payment.iter().filter_map(|payment| payment.direct_debit.as_ref());
        let value = debits.find_map(|debit| debit.creditor.clone())?;
        Some(Identifier { value: Some(value), scheme: Some(SEPA.to_owned()) })
    }

    fn seller(&self, seller: &Seller) -> Node {
        let creditor = self.creditor().filter(|_| self.invoice.payee.is_none());
        let legal = Node::new("PartyLegalEntity")
            .text("RegistrationName", seller.name.as_ref())
            .identifier("CompanyID", seller.legal_id.as_ref())
            .text("CompanyLegalForm", seller.legal_information.as_ref());
        let party = Node::new("Party")
            .identifier("EndpointID", seller.electronic_address.as_ref())
            .with(seller.ids.iter().chain(&creditor).map(identification))
            .text_in(&["PartyName", "Name"], seller.trading_name.as_ref())
            .with(seller.address.as_ref().map(|own| address("PostalAddress", own)))
            .with(seller.vat_id.as_ref().map(|id| registration(id, "VAT")))
            // Which other tax it is registered for is no term of the standard.
            .with(seller.tax_id.as_ref().map(|id| registration(id, "FC")))
            .with([legal])
            .with(seller.contact.as_ref().map(contact));
        Node::new("AccountingSupplierParty").with([party])
    }

    fn payee(&self, payee: &Payee) -> Node {
        Node::new("PayeeParty")
            .with(payee.id.iter().chain(&self.creditor()).map(identification))
            .text_in(&["PartyName", "Name"], payee.name.as_ref())
            .with(payee.legal_id.as_ref().map(|id| Node::new("PartyLegalEntity").identifier("CompanyID", Some(id))))
    }

    fn payment(&self) -> Vec<Node> {
        let due = self.invoice.due_date.as_ref().filter(|_| self.root == Root::CreditNote);
        let undefined = PaymentInstructions { means: Some("1".to_owned()), ..Default::default() };
        let alone = due.filter(|_| self.invoice.payment.is_empty()).map(|_| undefined);
        let mut nodes: Vec<Node> = self.invoice.payment.iter().chain(&alone).flat_map(instructions).collect();
        if let Some(first) = nodes.first_mut() {
            *first = std::mem::replace(first, Node::new("PaymentMeans")).text("PaymentDueDate", due);
        }
        nodes
    }

    fn allowances(&self, allowances: &[Allowance], charges: &[Allowance]) -> Vec<Node> {
        let allowances = allowances.iter().map(|own| (own, "false"));
        let all = allowances.chain(charges.iter().map(|own| (own, "true")));
        all.map(|(own, charge)| {
            Node::new("AllowanceCharge")
                .with([Node::new("ChargeIndicator").value(charge)])
                .text("AllowanceChargeReasonCode", own.reason_code.as_ref())
                .text("AllowanceChargeReason", own.reason.as_ref())
                .number("MultiplierFactorNumeric", own.percent.as_ref(), "", None)
                .number("Amount", own.amount.as_ref(), "currencyID", self.currency)
                .number("BaseAmount", own.base.as_ref(), "currencyID", self.currency)
                .with(own.vat.as_ref().map(|vat| category("TaxCategory", vat)))
        })
        .collect()
    }

    /// The total of VAT with the breakdown, and the total in the accounting currency.
    fn tax_totals(&self) -> Vec<Node> {
        let (totals, groups) = (self.invoice.totals.as_ref(), &self.invoice.breakdown);
        let total = |amount, currency| Node::new("TaxTotal").number("TaxAmount", amount, "currencyID", currency);
        let tax = totals.and_then(|totals| totals.tax.as_ref());
        let mut nodes = Vec::new();
        if tax.is_some() || !groups.is_empty() {
            nodes.push(total(tax, self.currency).with(groups.iter().map(|group| self.breakdown(group))));
        }
        let accounting = self.invoice.tax_currency.as_deref();
        // In one and the same currency it is the total above.
        let other = totals.and_then(|totals| totals.tax_accounting.as_ref()).filter(|_| accounting != self.currency);
        nodes.extend(other.map(|amount| total(Some(amount), accounting)));
        nodes
    }

    fn breakdown(&self, group: &Breakdown) -> Node {
        let vat = Vat { category: group.category.clone(), rate: group.rate.clone() };
        let category = category("TaxCategory", &vat)
            .text("TaxExemptionReasonCode", group.reason_code.as_ref())
            .text("TaxExemptionReason", group.reason.as_ref());
        Node::new("TaxSubtotal")
            .number("TaxableAmount", group.net.as_ref(), "currencyID", self.currency)
            .number("TaxAmount", group.tax.as_ref(), "currencyID", self.currency)
            .with([category])
    }

    fn totals(&self, totals: &Totals) -> Node {
        [
            ("LineExtensionAmount", &totals.lines),
            ("TaxExclusiveAmount", &totals.net),
            ("TaxInclusiveAmount", &totals.total),
            ("AllowanceTotalAmount", &totals.allowances),
            ("ChargeTotalAmount", &totals.charges),
            ("PrepaidAmount", &totals.prepaid),
            ("PayableRoundingAmount", &totals.rounding),
            ("PayableAmount", &totals.payable),
        ]
        .into_iter()
        .fold(Node::new("LegalMonetaryTotal"), |node, (name, amount)| {
            node.number(name, amount.as_ref(), "currencyID", self.currency)
        })
    }

    fn line(&self, line: &Line) -> Node {
        let object = line.object.as_ref();
        let item = line.item.as_ref().map(item).or_else(|| line.vat.as_ref().map(|_| Node::new("Item")));
        let vat = line.vat.as_ref().map(|vat| category("ClassifiedTaxCategory", vat));
        Node::new(self.root.line())
            .text("ID", line.id.as_ref())
            .text("Note", line.note.as_ref())
            .number(self.root.quantity(), line.quantity.as_ref(), "unitCode", line.unit.as_deref())
            .number("LineExtensionAmount", line.net.as_ref(), "currencyID", self.currency)
            .text("AccountingCost", line.accounting_reference.as_ref())
            .with(line.period.as_ref().map(period))
            .text_in(&["OrderLineReference", "LineID"], line.order_line.as_ref())
            .with(object.map(|_| typed("DocumentReference", OBJECT).identifier("ID", object)))
            .with(self.allowances(&line.allowances, &line.charges))
            .with(item.map(|item| item.with(vat)))
            .with(line.price.as_ref().map(|price| self.price(price)))
    }

    fn price(&self, price: &Price) -> Node {
        let gross = price.gross.as_ref();
        let discount = price.discount.as_ref().map(|own| own.text().to_owned()).or_else(|| {
            let difference = gross?.value().minus(price.net.as_ref()?.value())?;
            Some(difference.to_string())
        });
        let discount = discount.map(|discount| {
            Node::new("AllowanceCharge")
                .with([Node::new("ChargeIndicator").value("false")])
                .with([Node::new("Amount").attribute("currencyID", self.currency).value(discount)])
                .number("BaseAmount", gross, "currencyID", self.currency)
        });
        Node::new("Price")
            .number("PriceAmount", price.net.as_ref(), "currencyID", self.currency)
            .number("BaseQuantity", price.base_quantity.as_ref(), "unitCode", price.base_unit.as_deref())
            .with(discount)
    }
}

/// A reference to a document of a type.
fn typed(name: &'static str, code: &str) -> Node {
    Node::new(name).with([Node::new("DocumentTypeCode").value(code)])
}

fn scheme(id: &str) -> Node {
    Node::new("TaxScheme").with([Node::new("ID").value(id)])
}

fn category(name: &'static str, vat: &Vat) -> Node {
    Node::new(name)
        .text("ID", vat.category.as_ref())
        .number("Percent", vat.rate.as_ref(), "", None)
        .with([scheme("VAT")])
}

fn period(period: &Period) -> Node {
    Node::new("InvoicePeriod").text("StartDate", period.start.as_ref()).text("EndDate", period.end.as_ref())
}

fn document(document: &SupportingDocument) -> Node {
    let file = document.attachment.as_ref().map(|Attachment { content, media_type, file }| {
        Node::new("EmbeddedDocumentBinaryObject")
            .attribute("mimeCode", media_type.as_deref())
            .attribute("filename", file.as_deref())
            .value(content.clone().unwrap_or_default())
    });
    let location = document.location.as_ref();
    let attachment = (file.is_some() || location.is_some())
        .then(|| Node::new("Attachment").with(file).text_in(&["ExternalReference", "URI"], location));
    Node::new("AdditionalDocumentReference")
        .text("ID", document.reference.as_ref())
        .text("DocumentDescription", document.description.as_ref())
        .with(attachment)
}

fn identification(id: &Identifier) -> Node {
    Node::new("PartyIdentification").identifier("ID", Some(id))
}

fn registration(id: &str, tax: &str) -> Node {
    Node::new("PartyTaxScheme").with([Node::new("CompanyID").value(id), scheme(tax)])
}

fn contact(contact: &Contact) -> Node {
    Node::new("Contact")
        .text("Name", contact.point.as_ref())
        .text("Telephone", contact.telephone.as_ref())
        .text("ElectronicMail", contact.email.as_ref())
}

fn address(name: &'static str, address: &Address) -> Node {
    Node::new(name)
        .text("StreetName", address.line1.as_ref())
        .text("AdditionalStreetName", address.line2.as_ref())
        .text("CityName", address.city.as_ref())
        .text("PostalZone", address.postcode.as_ref())
        .text("CountrySubentity", address.subdivision.as_ref())
        .text_in(&["AddressLine", "Line"], address.line3.as_ref())
        .text_in(&["Country", "IdentificationCode"], address.country.as_ref())
}

fn buyer(buyer: &Buyer) -> Node {
    let legal = Node::new("PartyLegalEntity")
        .text("RegistrationName", buyer.name.as_ref())
        .identifier("CompanyID", buyer.legal_id.as_ref());
    let party = Node::new("Party")
        .identifier("EndpointID", buyer.electronic_address.as_ref())
        .with(buyer.id.iter().map(identification))
        .text_in(&["PartyName", "Name"], buyer.trading_name.as_ref())
        .with(buyer.address.as_ref().map(|own| address("PostalAddress", own)))
        .with(buyer.vat_id.as_ref().map(|id| registration(id, "VAT")))
        .with([legal])
        .with(buyer.contact.as_ref().map(contact));
    Node::new("AccountingCustomerParty").with([party])
}

fn representative(representative: &Representative) -> Node {
    Node::new("TaxRepresentativeParty")
        .text_in(&["PartyName", "Name"], representative.name.as_ref())
        .with(representative.address.as_ref().map(|own| address("PostalAddress", own)))
        .with(representative.vat_id.as_ref().map(|id| registration(id, "VAT")))
}

fn delivery(delivery: &Delivery) -> Node {
    let (location, place) = (delivery.location.as_ref(), delivery.address.as_ref());
    let location = (location.is_some() || place.is_some()).then(|| {
        Node::new("DeliveryLocation").identifier("ID", location).with(place.map(|own| address("Address", own)))
    });
    Node::new("Delivery")
        .text("ActualDeliveryDate", delivery.date.as_ref())
        .with(location)
        .text_in(&["DeliveryParty", "PartyName", "Name"], delivery.name.as_ref())
}

/// Payment instructions: an element for each account, since UBL has one account in each.
fn instructions(payment: &PaymentInstructions) -> Vec<Node> {
    let means = |name: Option<&str>| {
        let code = payment.means.as_ref().map(|code| Node::new("PaymentMeansCode").attribute("name", name).value(code));
        Node::new("PaymentMeans").with(code).text("PaymentID", payment.remittance.as_ref())
    };
    let mut accounts = payment.credit_transfers.iter().map(|transfer| {
        Node::new("PayeeFinancialAccount")
            .text("ID", transfer.account.as_ref())
            .text("Name", transfer.name.as_ref())
            .text_in(&["FinancialInstitutionBranch", "ID"], transfer.provider.as_ref())
    });
    let card = payment.card.as_ref().map(|card| {
        Node::new("CardAccount")
            .text("PrimaryAccountNumberID", card.number.as_ref())
            .with([Node::new("NetworkID").value("NA")])
            .text("HolderName", card.holder.as_ref())
    });
    // The creditor's identifier stands with a party, and needs no mandate.
    let debit = payment
        .direct_debit
        .as_ref()
        .filter(|debit| debit.mandate.is_some() || debit.account.is_some() || debit.creditor.is_none());
    let mandate = debit.map(|debit| {
        Node::new("PaymentMandate")
            .text("ID", debit.mandate.as_ref())
            .text_in(&["PayerFinancialAccount", "ID"], debit.account.as_ref())
    });
    let first = means(payment.means_text.as_deref()).with(accounts.next()).with(card).with(mandate);
    std::iter::once(first).chain(accounts.map(|account| means(None).with([account]))).collect()
}

fn item(item: &Item) -> Node {
    let origin = item.origin.as_ref();
    let classification = item.classifications.iter().map(|class| {
        let code = Node::new("ItemClassificationCode")
            .attribute("listID", class.scheme.as_deref())
            .attribute("listVersionID", class.version.as_deref())
            .value(class.value.clone().unwrap_or_default());
        Node::new("CommodityClassification").with([code])
    });
    let attributes = item.attributes.iter().map(|attribute| {
        Node::new("AdditionalItemProperty")
            .text("Name", attribute.name.as_ref())
            .text("Value", attribute.value.as_ref())
    });
    let standard = item.standard_id.as_ref();
    Node::new("Item")
        .text("Description", item.description.as_ref())
        .text("Name", item.name.as_ref())
        .text_in(&["BuyersItemIdentification", "ID"], item.buyer_id.as_ref())
        .text_in(&["SellersItemIdentification", "ID"], item.seller_id.as_ref())
        .with(standard.map(|_| Node::new("StandardItemIdentification").identifier("ID", standard)))
        .text_in(&["OriginCountry", "IdentificationCode"], origin)
        .with(classification)
        .with(attributes)
}
