//! What a ledger for trying out begins with: taxpayers, and the first story of blockchain invoices.

use super::{ClearInvoice, Issue, Regime, RegisterPayment, RegisterTaxpayer, Scale, decimal::Fixed};
use counterfoil_platform::{Command as _, call, types::Call};

/// A call, perhaps in the clear, and the key that signs it.
#[derive(Debug, Clone)]
pub struct Sample {
    /// `member/key`.
    pub kid: &'static str,
    /// What is asked for.
    pub call: Call,
}

/// An invoice under Chinese VAT, as posted to `/v1/invoices` with the key `supplier-1/dev`.
pub const EXAMPLE_JSON: &str = include_str!("examples/invoice.json");

/// A UBL 2.1 Invoice, as posted to `/v1/invoices` with the key `supplier-1/dev`.
pub const EXAMPLE_XML: &str = include_str!("examples/invoice.xml");

/// The invoice of a restaurant's bill of 198.00 yuan, which a person has paid.
const RESTAURANT: &str = include_str!("examples/restaurant.json");

const TAXPAYERS: [(&str, &str, &str, Regime); 5] = [
    ("92440300MA5DL0010T", "深圳市福田区湘味小馆", "shop-1", Regime::CnVat),
    ("92440300MA5DL0029P", "深圳市南山区晨光停车场", "shop-2", Regime::CnVat),
    ("91440300MA5EN1680G", "深圳市启明电子有限公司", "supplier-1", Regime::CnVat),
    ("91440300MA5FC0013E", "深圳市核心制造股份有限公司", "core-corp", Regime::CnVat),
    ("DE129273398", "Qiming Electronics Europe GmbH", "supplier-1", Regime::En16931),
];

/// What to run in order on a new ledger with the members `tax-bureau`, `cloud-provider`, `core-corp`, `shop-1`, `shop-2`, `supplier-1` and `person-1`.
pub fn samples() -> Vec<Sample> {
    let register = |(id, name, member, regime): (&str, &str, &str, Regime)| Sample {
        kid: "tax-bureau/dev",
        call: call(&RegisterTaxpayer {
            id: id.to_owned(),
            name: name.to_owned(),
            member: member.to_owned(),
            regime,
            region: None,
            scale: Scale::General,
            from: None,
        }),
    };
    let restaurant: ClearInvoice = serde_json::from_str(RESTAURANT).expect("the sample is an invoice");
    let payment = RegisterPayment {
        reference: "4200001234202611240012345678".to_owned(),
        payer: "oUpF8uMuAJO1".to_owned(),
        payer_member: Some("person-1".to_owned()),
        payee: restaurant.seller.clone(),
        currency: "CNY".to_owned(),
        amount: Fixed(19_800),
        paid_ms: 1_766_966_400_000,
    };
    let mut samples: Vec<_> = TAXPAYERS.into_iter().map(register).collect();
    samples.push(Sample { kid: "cloud-provider/dev", call: call(&payment) });
    samples.push(Sample { kid: "shop-1/dev", call: Call::new(Issue::NAME, &restaurant) });
    samples
}
