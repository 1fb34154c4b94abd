use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which of the two kinds of fully digital invoices of Chinese VAT it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 电子发票（普通发票）: its tax is not deducted.
    #[default]
    Ordinary,
    /// 电子发票（增值税专用发票）: for an organisation, which may deduct its tax.
    Special,
}

impl Kind {
    /// Its name in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Special => "special",
        }
    }

    /// The kind of a name in tables.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Ordinary, Self::Special].into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it is the kind that inputs leave out.
    #[allow(clippy::trivially_copy_pass_by_ref)] // as serde asks for it
    pub(super) fn is_ordinary(&self) -> bool {
        *self == Self::Ordinary
    }
}
