//! Chinese VAT: what a seller gives to its node, and what of it is sealed.

use super::{Arrived, Wrong, read};
use crate::invoice::{
    Issue, Kind, Paid, Refused, Regime, TaxTotal, cn_vat, date::day_in_china, decimal::Fixed, rules,
    taxpayer::Registered, text,
};
use counterfoil_platform::{
    Clear, Draft, Drafting,
    seal::{Field, Hex},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An invoice under Chinese value-added tax, in the clear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearInvoice {
    /// Taxpayer id of the seller.
    pub seller: String,
    /// The seller's own reference, such as the number of a bill: 1 to 63 of `a-z 0-9 - . _`, used once by its member. Everybody sees it.
    /// Left out: a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Which of the two kinds of invoices it is; left out: an ordinary one.
    #[serde(default, skip_serializing_if = "Kind::is_ordinary")]
    pub kind: Kind,
    /// Channel of issuing, the fifth digit of the number; left out: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u8>,
    /// The seller's address and bank, as they stand on the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_contact: Option<Contact>,
    /// Who buys.
    pub buyer: Buyer,
    /// What is sold, a line each.
    pub items: Vec<Item>,
    /// Sum of the items' amounts without tax, in yuan.
    pub net: Fixed<2>,
    /// Sum of the items' taxes.
    pub tax: Fixed<2>,
    /// Sum of both: what the buyer pays.
    pub total: Fixed<2>,
    /// Who received the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
    /// Who checked the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// Who drew the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawer: Option<String>,
    /// Remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// What the invoice is paid by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Paid>,
    /// Public key (Ed25519) whose owner may claim the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_key: Option<Hex<32>>,
}

/// The buyer of an invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Buyer {
    /// A person or an organisation.
    pub kind: BuyerKind,
    /// Name.
    pub name: String,
    /// Taxpayer id; an organisation must have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxpayer: Option<String>,
    /// The buyer as a member of this ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Address, bank, telephone and electronic mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

/// What sort of buyer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BuyerKind {
    /// A natural person.
    Individual,
    /// A company or another organisation.
    Organisation,
}

/// Address and bank as they stand on an invoice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// Electronic mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// Account at the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Classification of goods and services for tax: 19 digits.
    pub tax_code: String,
    /// Name.
    pub name: String,
    /// Short name of the class, printed before the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Specification or model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specification: Option<String>,
    /// Unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Quantity, up to eight places; with a price or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Fixed<8>>,
    /// Price of a unit without tax, up to six places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Fixed<6>>,
    /// Discount without tax that is taken off quantity times price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Fixed<2>>,
    /// Amount without tax.
    pub amount: Fixed<2>,
    /// Tax.
    pub tax: Fixed<2>,
    /// Amount with tax.
    pub total: Fixed<2>,
    /// Tax rate, such as `0.13`.
    pub rate: Fixed<4>,
    /// Why the rate is not the standard one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
}

/// Mark of a preferential tax treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preference {
    /// Exempt (免税), rate 0.
    Exempt,
    /// Not taxed (不征税), rate 0.
    Untaxed,
    /// Zero rated, such as exports, rate 0.
    ZeroRated,
    /// Simplified levy (简易征收).
    Simplified,
}

impl Item {
    /// The category of its rate, as in `invoice_rate`.
    pub(in crate::invoice) fn rate_category(&self) -> &'static str {
        cn_vat::category(self.preference)
    }
}

impl ClearInvoice {
    /// What all see of the lines: tax by mark and rate.
    pub fn taxes(&self) -> Vec<TaxTotal> {
        cn_vat::taxes(&self.items)
    }

    /// What the member of its seller signs and seals under a reference, for readers that are still to be named. An invoice is split
    /// without being checked.
    pub fn split(self, member: &str, reference: String) -> Draft {
        let (fields, taxes) = (self.fields(), self.taxes());
        let Self { seller, kind, channel, net, tax, total, paid, claim_key, buyer, .. } = self;
        let holder = buyer.member;
        let subject = rules::subject(member, &reference);
        let command = move |sealed| Issue {
            seller,
            reference,
            kind,
            channel,
            taxes,
            net,
            tax,
            total,
            paid,
            claim_key,
            holder,
            sealed,
        };
        Draft { fields, ..Draft::new(subject, member, command) }
    }

    /// What only readers see, as JSON whose members stand in the order of their structs.
    fn fields(&self) -> Vec<Field> {
        let json = |name: &str, text: serde_json::Result<String>| Field::text(name, text.expect("plain data"));
        let mut fields =
            vec![json("buyer", serde_json::to_string(&self.buyer)), json("items", serde_json::to_string(&self.items))];
        fields.extend(self.seller_contact.iter().map(|contact| json("seller_contact", serde_json::to_string(contact))));
        for (name, text) in
            [("payee", &self.payee), ("reviewer", &self.reviewer), ("drawer", &self.drawer), ("remark", &self.remark)]
        {
            fields.extend(text.iter().map(|text| Field::text(name, text)));
        }
        fields
    }
}

impl Clear for ClearInvoice {
    type Command = Issue;
    type Refused = Refused;

    fn draft(self, at: &Drafting<'_>) -> Result<Draft, Refused> {
        cn_vat::check(&self)?;
        let seller = Registered::find(at.reader, Regime::CnVat, &[&self.seller])?;
        let unknown = || Refused::UnknownSeller { field: "/seller".into(), regime: "cn-vat", ids: self.seller.clone() };
        let seller = seller.ok_or_else(unknown)?;
        if let Some(member) = &self.buyer.member {
            read::require_member(at.reader, "/buyer/member", member)?;
        }
        rules::require_tax_codes(at.reader, &day_in_china(read::time_ms(at.reader)?), &self.items)?;
        let reference = self.reference.clone().unwrap_or_else(|| at.unique.to_owned());
        text::check_reference("/reference", &reference)?;
        let readers = read::readers(at.reader, &seller.member, self.buyer.member.clone())?;
        Ok(Draft { readers, ..self.split(&seller.member, reference) })
    }
}

/// Makes the invoice again from what was opened and what the ledger has, and checks it by all rules: what the tax authority's node does
/// when it arrives.
pub(super) fn arrived(of: &Arrived<'_>) -> Result<ClearInvoice, Wrong> {
    let row = &of.row;
    let clear = ClearInvoice {
        seller: row.seller.clone(),
        reference: of.reference().map(str::to_owned),
        kind: row.kind.unwrap_or_default(),
        channel: row.number.as_bytes().get(4).map(|digit| digit.wrapping_sub(b'0')),
        seller_contact: of.optional("seller_contact")?,
        buyer: of.json("buyer")?,
        items: of.json("items")?,
        net: Fixed(row.net),
        tax: Fixed(row.tax),
        total: Fixed(row.total),
        payee: of.text("payee"),
        reviewer: of.text("reviewer"),
        drawer: of.text("drawer"),
        remark: of.text("remark"),
        paid: None,
        claim_key: row.claim_key,
    };
    cn_vat::check(&clear).map_err(|refused| Wrong::refused(refused.into()))?;
    let stated: Vec<_> = clear.taxes().iter().map(TaxTotal::key).collect();
    if stated != row.taxes {
        return Err(Wrong::new("CN-11", "/items"));
    }
    if clear.buyer.member != row.holder {
        return Err(Wrong::new("as-sealed", "/buyer/member"));
    }
    rules::require_tax_codes(of.reader, &row.issue_date, &clear.items)
        .map_err(|refused| Wrong::refused(refused.into()))?;
    Ok(clear)
}
