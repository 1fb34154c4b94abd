use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tax law that an invoice follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Regime {
    /// Chinese value-added tax.
    #[serde(rename = "cn-vat")]
    CnVat,
    /// The European standard EN 16931.
    #[serde(rename = "en16931")]
    En16931,
}

impl Regime {
    /// Its name in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CnVat => "cn-vat",
            Self::En16931 => "en16931",
        }
    }
}
