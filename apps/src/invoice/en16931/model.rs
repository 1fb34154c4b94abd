//! The business terms (BT) and groups (BG) of EN 16931-1, named by their numbers in JSON.
//!
//! Everything is optional, so that an incomplete invoice can be told which rule it breaks.

use crate::invoice::decimal::Amount;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A member that is left out of JSON.
trait Absent {
    fn absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn absent(&self) -> bool {
        self.is_empty()
    }
}

macro_rules! groups {
    ($( $(#[$doc:meta])* $name:ident { $( $(#[$field_doc:meta])* $tag:literal $field:ident: $type:ty, )* } )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $(
            $(#[$field_doc])*
            #[serde(rename = $tag, skip_serializing_if = "Absent::absent")]
            pub $field: $type,
        )* }
    )* };
}

groups! {
    /// An invoice of EN 16931-1.
    Invoice {
        /// Invoice number, unique for its seller.
        "BT-1" number: Option<String>,
        /// Issue date, `YYYY-MM-DD`.
        "BT-2" issue_date: Option<String>,
        /// Type code of UNTDID 1001, such as 380.
        "BT-3" type_code: Option<String>,
        /// Currency of all amounts but BT-111, ISO 4217.
        "BT-5" currency: Option<String>,
        /// Currency in which the seller accounts for VAT.
        "BT-6" tax_currency: Option<String>,
        /// Date when VAT becomes due.
        "BT-7" tax_point_date: Option<String>,
        /// Code of what makes VAT due: 3, 35 or 432 of UNTDID 2005.
        "BT-8" tax_point_code: Option<String>,
        /// Date when payment is due.
        "BT-9" due_date: Option<String>,
        /// What the buyer routes the invoice by.
        "BT-10" buyer_reference: Option<String>,
        /// Project.
        "BT-11" project: Option<String>,
        /// Contract.
        "BT-12" contract: Option<String>,
        /// Purchase order, by the buyer.
        "BT-13" purchase_order: Option<String>,
        /// Sales order, by the seller.
        "BT-14" sales_order: Option<String>,
        /// Receiving advice.
        "BT-15" receiving_advice: Option<String>,
        /// Despatch advice.
        "BT-16" despatch_advice: Option<String>,
        /// Call for tender or lot.
        "BT-17" tender: Option<String>,
        /// The object that the invoice is about, such as a meter.
        "BT-18" object: Option<Identifier>,
        /// Where the buyer books it.
        "BT-19" accounting_reference: Option<String>,
        /// Payment terms.
        "BT-20" payment_terms: Option<String>,
        /// Notes.
        "BG-1" notes: Vec<Note>,
        /// Business process and specification.
        "BG-2" process: Option<Process>,
        /// Invoices that this one refers to.
        "BG-3" preceding: Vec<Preceding>,
        /// Seller.
        "BG-4" seller: Option<Seller>,
        /// Buyer.
        "BG-7" buyer: Option<Buyer>,
        /// Who is paid, if not the seller.
        "BG-10" payee: Option<Payee>,
        /// The seller's tax representative.
        "BG-11" representative: Option<Representative>,
        /// Delivery.
        "BG-13" delivery: Option<Delivery>,
        /// Invoicing period.
        "BG-14" period: Option<Period>,
        /// How to pay.
        "BG-16" payment: Vec<PaymentInstructions>,
        /// Allowances on the whole.
        "BG-20" allowances: Vec<Allowance>,
        /// Charges on the whole.
        "BG-21" charges: Vec<Allowance>,
        /// Totals.
        "BG-22" totals: Option<Totals>,
        /// VAT by category and rate.
        "BG-23" breakdown: Vec<Breakdown>,
        /// Supporting documents.
        "BG-24" documents: Vec<SupportingDocument>,
        /// Lines.
        "BG-25" lines: Vec<Line>,
    }

    /// An identifier and the scheme it is of.
    Identifier {
        /// The identifier.
        "value" value: Option<String>,
        /// Scheme, such as one of ISO 6523.
        "scheme" scheme: Option<String>,
    }

    /// BG-1: a note.
    Note {
        /// Subject code.
        "BT-21" subject: Option<String>,
        /// Text.
        "BT-22" text: Option<String>,
    }

    /// BG-2: which process and specification the invoice follows.
    Process {
        /// Business process.
        "BT-23" process: Option<String>,
        /// Specification identifier.
        "BT-24" specification: Option<String>,
    }

    /// BG-3: an earlier invoice.
    Preceding {
        /// Its number.
        "BT-25" number: Option<String>,
        /// Its issue date.
        "BT-26" issue_date: Option<String>,
    }

    /// BG-4: the seller.
    Seller {
        /// Name by registration.
        "BT-27" name: Option<String>,
        /// Trading name.
        "BT-28" trading_name: Option<String>,
        /// Identifiers.
        "BT-29" ids: Vec<Identifier>,
        /// Legal registration.
        "BT-30" legal_id: Option<Identifier>,
        /// VAT identifier.
        "BT-31" vat_id: Option<String>,
        /// Other tax registration.
        "BT-32" tax_id: Option<String>,
        /// Further legal information.
        "BT-33" legal_information: Option<String>,
        /// Electronic address.
        "BT-34" electronic_address: Option<Identifier>,
        /// Postal address.
        "BG-5" address: Option<Address>,
        /// Contact.
        "BG-6" contact: Option<Contact>,
    }

    /// BG-7: the buyer.
    Buyer {
        /// Name by registration.
        "BT-44" name: Option<String>,
        /// Trading name.
        "BT-45" trading_name: Option<String>,
        /// Identifier.
        "BT-46" id: Option<Identifier>,
        /// Legal registration.
        "BT-47" legal_id: Option<Identifier>,
        /// VAT identifier.
        "BT-48" vat_id: Option<String>,
        /// Electronic address.
        "BT-49" electronic_address: Option<Identifier>,
        /// Postal address.
        "BG-8" address: Option<Address>,
        /// Contact.
        "BG-9" contact: Option<Contact>,
    }

    /// BG-5, BG-8, BG-12, BG-15: a postal address.
    Address {
        /// First line (BT-35, 50, 64, 75).
        "line1" line1: Option<String>,
        /// Second line (BT-36, 51, 65, 76).
        "line2" line2: Option<String>,
        /// Third line (BT-162 to 165).
        "line3" line3: Option<String>,
        /// City (BT-37, 52, 66, 77).
        "city" city: Option<String>,
        /// Post code (BT-38, 53, 67, 78).
        "postcode" postcode: Option<String>,
        /// Region (BT-39, 54, 68, 79).
        "subdivision" subdivision: Option<String>,
        /// Country code of ISO 3166-1 (BT-40, 55, 69, 80).
        "country" country: Option<String>,
    }

    /// BG-6, BG-9: a contact.
    Contact {
        /// Whom to ask (BT-41, 56).
        "point" point: Option<String>,
        /// Telephone (BT-42, 57).
        "telephone" telephone: Option<String>,
        /// Electronic mail (BT-43, 58).
        "email" email: Option<String>,
    }

    /// BG-10: who is paid, if not the seller.
    Payee {
        /// Name.
        "BT-59" name: Option<String>,
        /// Identifier.
        "BT-60" id: Option<Identifier>,
        /// Legal registration.
        "BT-61" legal_id: Option<Identifier>,
    }

    /// BG-11: the seller's tax representative.
    Representative {
        /// Name.
        "BT-62" name: Option<String>,
        /// VAT identifier.
        "BT-63" vat_id: Option<String>,
        /// Postal address.
        "BG-12" address: Option<Address>,
    }

    /// BG-13: where and when it was delivered.
    Delivery {
        /// Name of who received it.
        "BT-70" name: Option<String>,
        /// Location.
        "BT-71" location: Option<Identifier>,
        /// Date.
        "BT-72" date: Option<String>,
        /// Address.
        "BG-15" address: Option<Address>,
    }

    /// BG-14, BG-26: a period.
    Period {
        /// First day (BT-73, 134).
        "start" start: Option<String>,
        /// Last day (BT-74, 135).
        "end" end: Option<String>,
    }

    /// BG-16: how to pay.
    PaymentInstructions {
        /// Payment means code of UNTDID 4461.
        "BT-81" means: Option<String>,
        /// The same in words.
        "BT-82" means_text: Option<String>,
        /// What to write on the payment.
        "BT-83" remittance: Option<String>,
        /// Accounts to pay to.
        "BG-17" credit_transfers: Vec<CreditTransfer>,
        /// Card that paid.
        "BG-18" card: Option<Card>,
        /// Direct debit.
        "BG-19" direct_debit: Option<DirectDebit>,
    }

    /// BG-17: an account to pay to.
    CreditTransfer {
        /// Account, such as an IBAN.
        "BT-84" account: Option<String>,
        /// Its name.
        "BT-85" name: Option<String>,
        /// Its provider, such as a BIC.
        "BT-86" provider: Option<String>,
    }

    /// BG-18: a payment card.
    Card {
        /// First and last digits of its number.
        "BT-87" number: Option<String>,
        /// Its holder.
        "BT-88" holder: Option<String>,
    }

    /// BG-19: a direct debit.
    DirectDebit {
        /// Mandate.
        "BT-89" mandate: Option<String>,
        /// Identifier that a bank gave the creditor.
        "BT-90" creditor: Option<String>,
        /// Account that is debited.
        "BT-91" account: Option<String>,
    }

    /// BG-20, BG-21, BG-27, BG-28: an allowance or a charge.
    Allowance {
        /// Amount without VAT (BT-92, 99, 136, 141).
        "amount" amount: Option<Amount>,
        /// What the percentage is of (BT-93, 100, 137, 142).
        "base" base: Option<Amount>,
        /// Percentage (BT-94, 101, 138, 143).
        "percent" percent: Option<Amount>,
        /// VAT, on the whole invoice only (BT-95, 96, 102, 103).
        "vat" vat: Option<Vat>,
        /// Reason (BT-97, 104, 139, 144).
        "reason" reason: Option<String>,
        /// Reason code (BT-98, 105, 140, 145).
        "reason_code" reason_code: Option<String>,
    }

    /// VAT category and rate of a line, an allowance or a charge.
    Vat {
        /// Category of UNTDID 5305 (BT-95, 102, 151).
        "category" category: Option<String>,
        /// Rate in percent (BT-96, 103, 152).
        "rate" rate: Option<Amount>,
    }

    /// BG-22: totals.
    Totals {
        /// Sum of lines.
        "BT-106" lines: Option<Amount>,
        /// Sum of allowances on the whole.
        "BT-107" allowances: Option<Amount>,
        /// Sum of charges on the whole.
        "BT-108" charges: Option<Amount>,
        /// Total without VAT.
        "BT-109" net: Option<Amount>,
        /// VAT in the invoice's currency.
        "BT-110" tax: Option<Amount>,
        /// VAT in the accounting currency BT-6.
        "BT-111" tax_accounting: Option<Amount>,
        /// Total with VAT.
        "BT-112" total: Option<Amount>,
        /// Paid before.
        "BT-113" prepaid: Option<Amount>,
        /// Rounding of what is due.
        "BT-114" rounding: Option<Amount>,
        /// Due for payment.
        "BT-115" payable: Option<Amount>,
    }

    /// BG-23: VAT of one category and rate.
    Breakdown {
        /// Taxable amount.
        "BT-116" net: Option<Amount>,
        /// Tax.
        "BT-117" tax: Option<Amount>,
        /// Category of UNTDID 5305.
        "BT-118" category: Option<String>,
        /// Rate in percent.
        "BT-119" rate: Option<Amount>,
        /// Why no tax is charged.
        "BT-120" reason: Option<String>,
        /// Code of why.
        "BT-121" reason_code: Option<String>,
    }

    /// BG-24: a supporting document.
    SupportingDocument {
        /// Reference.
        "BT-122" reference: Option<String>,
        /// Description.
        "BT-123" description: Option<String>,
        /// Where it is.
        "BT-124" location: Option<String>,
        /// The document itself.
        "BT-125" attachment: Option<Attachment>,
    }

    /// BT-125: an attached document.
    Attachment {
        /// Its bytes in base64.
        "content" content: Option<String>,
        /// Media type, such as `application/pdf` (BT-125-1).
        "mime" media_type: Option<String>,
        /// Name of the file (BT-125-2).
        "file" file: Option<String>,
    }

    /// BG-25: a line.
    Line {
        /// Identifier within the invoice.
        "BT-126" id: Option<String>,
        /// Note.
        "BT-127" note: Option<String>,
        /// The object that the line is about.
        "BT-128" object: Option<Identifier>,
        /// Quantity.
        "BT-129" quantity: Option<Amount>,
        /// Unit of UN/ECE recommendation 20 or 21.
        "BT-130" unit: Option<String>,
        /// Net amount, with the line's allowances and charges.
        "BT-131" net: Option<Amount>,
        /// Line of the purchase order.
        "BT-132" order_line: Option<String>,
        /// Where the buyer books it.
        "BT-133" accounting_reference: Option<String>,
        /// Period.
        "BG-26" period: Option<Period>,
        /// Allowances.
        "BG-27" allowances: Vec<Allowance>,
        /// Charges.
        "BG-28" charges: Vec<Allowance>,
        /// Price.
        "BG-29" price: Option<Price>,
        /// VAT.
        "BG-30" vat: Option<Vat>,
        /// Item.
        "BG-31" item: Option<Item>,
    }

    /// BG-29: a price.
    Price {
        /// Net price.
        "BT-146" net: Option<Amount>,
        /// Discount from the gross price.
        "BT-147" discount: Option<Amount>,
        /// Gross price.
        "BT-148" gross: Option<Amount>,
        /// How many units the price is for.
        "BT-149" base_quantity: Option<Amount>,
        /// Unit of that.
        "BT-150" base_unit: Option<String>,
    }

    /// BG-31: an item.
    Item {
        /// Name.
        "BT-153" name: Option<String>,
        /// Description.
        "BT-154" description: Option<String>,
        /// Seller's identifier.
        "BT-155" seller_id: Option<String>,
        /// Buyer's identifier.
        "BT-156" buyer_id: Option<String>,
        /// Standard identifier, such as a GTIN.
        "BT-157" standard_id: Option<Identifier>,
        /// Classifications.
        "BT-158" classifications: Vec<Classification>,
        /// Country of origin.
        "BT-159" origin: Option<String>,
        /// Attributes.
        "BG-32" attributes: Vec<Attribute>,
    }

    /// BT-158: what sort of item it is.
    Classification {
        /// The class.
        "value" value: Option<String>,
        /// Scheme of UNTDID 7143, such as `STI` (BT-158-1).
        "scheme" scheme: Option<String>,
        /// Version of the scheme (BT-158-2).
        "version" version: Option<String>,
    }

    /// BG-32: an attribute of an item.
    Attribute {
        /// Name.
        "BT-160" name: Option<String>,
        /// Value.
        "BT-161" value: Option<String>,
    }
}

impl Identifier {
    /// Whether it is one that a bank gave a SEPA creditor (BT-90) and so none of the party itself.
    pub fn is_sepa(&self) -> bool {
        self.scheme.as_deref().is_some_and(|scheme| scheme.trim() == super::codes::SEPA)
    }
}

impl Invoice {
    /// The invoice without the bytes of its attachments (BT-125), which may be more than a transaction holds.
    pub fn without_attachments(mut self) -> Self {
        for attachment in self.documents.iter_mut().filter_map(|document| document.attachment.as_mut()) {
            attachment.content = None;
        }
        self
    }
}
