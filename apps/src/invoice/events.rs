use counterfoil_platform::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A taxpayer was registered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RegisteredTaxpayer {
    /// The taxpayer.
    pub id: String,
    /// The member whose keys sign for it.
    pub member: String,
    /// `cn-vat` or `en16931`.
    pub regime: String,
}

impl Event for RegisteredTaxpayer {
    const NAME: &'static str = "invoice.registered_taxpayer";
}

/// A rate was allowed, or no longer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RateSet {
    /// `cn-vat` or `en16931`.
    pub regime: String,
    /// Category.
    pub category: String,
    /// Rate of 10,000; -1 for any.
    pub rate: i64,
    /// Whether it is allowed from now on.
    pub allowed: bool,
}

impl Event for RateSet {
    const NAME: &'static str = "invoice.rate_set";
}

/// An invoice was issued.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Issued {
    /// The invoice.
    pub id: String,
    /// Its number.
    pub number: String,
    /// `cn-vat` or `en16931`.
    pub regime: String,
    /// The seller's taxpayer id.
    pub seller: String,
    /// Currency.
    pub currency: String,
    /// Total with tax, a decimal.
    pub total: String,
}

impl Event for Issued {
    const NAME: &'static str = "invoice.issued";
}
