use crate::invoice::{
    Refused,
    rules::{self, Statement},
};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Allows a region or a channel in Chinese numbers, or no longer, on some days. Signed by the tax authority.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetNumbering {
    /// Digits 3 and 4 of a number, or digit 5.
    pub kind: NumberPart,
    /// Two digits of a region, or one of a channel.
    pub code: String,
    /// Whether numbers of these days may have it.
    pub allowed: bool,
    /// The first day; left out: today in China.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day; left out: until it is set anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A part of a Chinese number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberPart {
    /// Digits 3 and 4: where the seller is registered.
    Region,
    /// Digit 5: the way of issuing.
    Channel,
}

impl NumberPart {
    fn name(self) -> (&'static str, usize) {
        match self {
            Self::Region => ("region", 2),
            Self::Channel => ("channel", 1),
        }
    }
}

impl Command for SetNumbering {
    const NAME: &'static str = "invoice.set_numbering";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        rules::check_days(self.from.as_ref(), self.until.as_ref())?;
        let (_, digits) = self.kind.name();
        if self.code.len() == digits && self.code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(());
        }
        let reason = format!("{:?} is not {digits} digits", self.code);
        Err(Refused::Text { field: "/code".to_owned(), reason })
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let statement = rules::state(ctx, self.from.as_ref(), self.until.as_ref())?;
        let Statement { number, from, until, by, time_ms } = &statement;
        let (kind, _) = self.kind.name();
        ctx.run(
            "INSERT INTO invoice_numbering (kind, code, number, allowed, from_day, until_day, set_by, set_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (kind, &self.code, number, self.allowed, from, until, by, time_ms),
        )?;
        statement.tell(ctx, "invoice_numbering", format!("{kind} {}", self.code));
        Ok(())
    }
}
