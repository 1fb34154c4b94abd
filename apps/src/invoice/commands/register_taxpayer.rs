use super::{Scale, TaxpayerState, set_taxpayer::insert};
use crate::invoice::{
    Refused, Regime, RegisteredTaxpayer,
    rules::{self, EVER},
    taxpayer_id, text,
};
use counterfoil_platform::{Command, Event};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Registers a taxpayer, who may then issue invoices. Signed by the tax authority.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterTaxpayer {
    /// In `cn-vat` the 18 characters of GB 32100; in `en16931` the VAT identifier (BT-31) or, for one without, BT-32, BT-30 or BT-29.
    pub id: String,
    /// Name as it stands on invoices.
    pub name: String,
    /// The member whose keys sign for it.
    pub member: String,
    /// The tax law that its invoices follow.
    pub regime: Regime,
    /// Two digits in its Chinese numbers; from the id if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How it is taxed; left out: `general`.
    #[serde(default)]
    pub scale: Scale,
    /// The first day on which it may issue; left out: it always could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// The taxpayer is registered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaxpayerRegistered {
    /// Its id.
    pub id: String,
}

impl RegisterTaxpayer {
    /// Digits 3 and 4 of Chinese numbers: the province in which the taxpayer is registered, unless told otherwise.
    fn region(&self) -> &str {
        match (self.regime, &self.region) {
            (Regime::En16931, _) => "",
            (Regime::CnVat, Some(region)) => region,
            (Regime::CnVat, None) => self.id.get(2..4).unwrap_or_default(),
        }
    }
}

impl Command for RegisterTaxpayer {
    const NAME: &'static str = "invoice.register_taxpayer";

    type Output = TaxpayerRegistered;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check("/name", &self.name, text::NAME_MAX)?;
        text::check("/id", &self.id, text::ID_MAX)?;
        if self.regime == Regime::CnVat {
            taxpayer_id::check(&self.id).map_err(|reason| Refused::TaxpayerId {
                field: "/id".to_owned(),
                id: self.id.clone(),
                reason: reason.to_string(),
            })?;
        }
        rules::check_days(self.from.as_ref(), None)?;
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let good = if self.regime == Regime::CnVat { digits(self.region()) } else { self.region.is_none() };
        if good {
            Ok(())
        } else {
            Err(Refused::Region { found: self.region.clone().unwrap_or_else(|| self.region().to_owned()) })
        }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<TaxpayerRegistered, Refused> {
        let from = self.from.clone().unwrap_or_else(|| EVER.to_owned());
        let statement = rules::state(ctx, Some(&from), None)?;
        let found = ctx.query_opt("SELECT 1 FROM member WHERE id = ?1", [&self.member], |_| Ok(()))?;
        found.ok_or_else(|| Refused::NoMember { field: "/member".to_owned(), member: self.member.clone() })?;
        let known = ctx.query_opt("SELECT 1 FROM invoice_taxpayer WHERE id = ?1", [&self.id], |_| Ok(()))?;
        if known.is_some() {
            return Err(Refused::TaxpayerKnown { id: self.id.clone() });
        }
        ctx.run(
            "INSERT INTO invoice_taxpayer (id, name, member, regime) VALUES (?1, ?2, ?3, ?4)",
            (&self.id, &self.name, &self.member, self.regime.as_str()),
        )?;
        insert(ctx, &self.id, TaxpayerState::Active, self.scale, self.region(), &statement)?;
        let (id, member, regime) = (self.id.clone(), self.member.clone(), self.regime.as_str().to_owned());
        RegisteredTaxpayer { id: id.clone(), member, regime }.emit(ctx);
        Ok(TaxpayerRegistered { id })
    }
}
