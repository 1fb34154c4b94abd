use super::{en16931::Finding, ubl};

counterfoil_platform::refusals! {
    /// Why the invoice application says no. Codes are for life: never reuse a number.
    pub enum Refused in "invoice" {
        /// A Chinese taxpayer id has 18 characters of GB 32100 with both check characters right.
        #[refusal(1, Invalid, "{field}")]
        #[error("{id:?} is not a taxpayer id: {reason}")]
        TaxpayerId { field: String, id: String, reason: String },
        /// A taxpayer is registered once.
        #[refusal(2, Conflict, "/id")]
        #[error("taxpayer {id} is registered already")]
        TaxpayerKnown { id: String },
        /// The member exists.
        #[refusal(3, NotFound, "{field}")]
        #[error("there is no member {member:?}")]
        NoMember { field: String, member: String },
        /// The seller is a registered taxpayer of the regime.
        #[refusal(4, NotFound, "{field}")]
        #[error("no taxpayer of regime {regime} is registered as {ids}")]
        UnknownSeller { field: String, regime: &'static str, ids: String },
        /// An invoice is signed by a key of the member to whom its seller belongs.
        #[refusal(5, Forbidden, "{field}")]
        #[error("invoices of {seller} are issued by keys of {member}; signed by {signers}")]
        NotTheSeller { field: String, seller: String, member: String, signers: String },
        /// A text is neither empty nor too long and has no control characters.
        #[refusal(6, Invalid, "{field}")]
        #[error("{reason}")]
        Text { field: String, reason: String },
        /// An amount is positive, where the field does not allow zero, or not negative, where it does.
        #[refusal(7, Invalid, "{field}")]
        #[error("expected {expected}, found {found}")]
        Sign { field: String, expected: &'static str, found: String },
        /// An invoice follows the rules of its regime: expected and found tell the difference.
        #[refusal(8, Invalid, "{field}")]
        #[error("{rule}: {what}: expected {expected}, found {found}")]
        ChineseRule { rule: &'static str, field: String, what: &'static str, expected: String, found: String },
        /// An invoice follows the rules of EN 16931, named by their ids.
        #[refusal(9, Invalid, "{field}")]
        #[error("{rule}: expected {expected}, found {found}")]
        EuropeanRule { rule: String, field: String, expected: String, found: String },
        /// The tax authority allows the rate.
        #[refusal(10, Invalid, "{field}")]
        #[error("rate {rate} of category {category} is not allowed in regime {regime}")]
        Rate { field: String, regime: &'static str, category: String, rate: String },
        /// A number is used once by its seller.
        #[refusal(11, Conflict, "/invoice/BT-1")]
        #[error("{seller} has issued an invoice with number {number} already")]
        NumberTaken { seller: String, number: String },
        /// A series holds fifteen digits.
        #[refusal(12, Conflict)]
        #[error("series {series} has no number left")]
        SeriesFull { series: String },
        /// An invoice has one line at least and not too many.
        #[refusal(13, Invalid, "/items")]
        #[error("{found} items, 1 to {most} are taken")]
        Items { found: usize, most: usize },
        /// An amount fits the ledger: hundredths in 64 bits, rates in ten-thousandths.
        #[refusal(14, Invalid, "{field}")]
        #[error("{found} does not fit: {reason}")]
        Range { field: String, found: String, reason: &'static str },
        /// A hash of a source is 64 hexadecimal digits.
        #[refusal(15, Invalid, "/source_sha256")]
        #[error("{found:?} is not 64 hexadecimal digits in lower case")]
        Source { found: String },
        /// A tax code of an item has 19 digits.
        #[refusal(16, Invalid, "{field}")]
        #[error("{found:?} is not 19 digits")]
        TaxCode { field: String, found: String },
        /// A region is two digits.
        #[refusal(17, Invalid, "/region")]
        #[error("{found:?} is not two digits")]
        Region { found: String },
        /// The document is UTF-8.
        #[refusal(20, Invalid)]
        #[error("{what}")]
        XmlEncoding { what: String },
        /// The document is well-formed XML 1.0 with namespaces.
        #[refusal(21, Invalid)]
        #[error("{what}")]
        XmlMalformed { what: String },
        /// The document has no document type and no entities but XML's own five.
        #[refusal(22, Invalid)]
        #[error("{what}")]
        XmlEntity { what: String },
        /// The document is neither too large, nor too deep, nor has too many elements.
        #[refusal(23, TooLarge)]
        #[error("{what}")]
        XmlLimit { what: String },
        /// The document is a UBL 2.1 Invoice.
        #[refusal(24, Invalid)]
        #[error("{what}")]
        XmlRoot { what: String },
        /// Elements stand only where UBL 2.1 has them.
        #[refusal(25, Invalid)]
        #[error("{what}")]
        XmlUnexpected { what: String },
        /// Elements stand no more often than UBL 2.1 allows.
        #[refusal(26, Invalid)]
        #[error("{what}")]
        XmlRepeated { what: String },
        /// Values have the form of their type.
        #[refusal(27, Invalid)]
        #[error("{what}")]
        XmlValue { what: String },
    }
}

impl Refused {
    /// A broken rule of EN 16931 in the command's member `/invoice`.
    pub(super) fn finding(finding: Finding) -> Self {
        let Finding { rule, field, expected, found } = finding;
        Self::EuropeanRule { rule, field: format!("/invoice{field}"), expected, found }
    }
}

impl From<ubl::NotUbl> for Refused {
    fn from(error: ubl::NotUbl) -> Self {
        let what = error.to_string();
        match error.problem {
            ubl::Problem::Encoding => Self::XmlEncoding { what },
            ubl::Problem::Malformed => Self::XmlMalformed { what },
            ubl::Problem::Entity => Self::XmlEntity { what },
            ubl::Problem::Limit => Self::XmlLimit { what },
            ubl::Problem::Root => Self::XmlRoot { what },
            ubl::Problem::Unexpected => Self::XmlUnexpected { what },
            ubl::Problem::Repeated => Self::XmlRepeated { what },
            ubl::Problem::Value => Self::XmlValue { what },
        }
    }
}
