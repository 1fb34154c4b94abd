use super::{Buyer, read};
use crate::invoice::{Apply, Kind, Refused, cn_vat, date::day_in_china, decimal::Fixed, payment, rules, text};
use counterfoil_platform::{
    Clear, Draft, Drafting,
    seal::{Field, Hex},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An application for invoices on a payment, in the clear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearApplication {
    /// The payment.
    pub payment: String,
    /// The applicant's own reference: 1 to 63 of `a-z 0-9 - . _`, used once by its member. Everybody sees it. Left out: a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Which of the two kinds of invoices is asked for; left out: ordinary ones. Everybody sees it, as of the invoices.
    #[serde(default, skip_serializing_if = "Kind::is_ordinary")]
    pub kind: Kind,
    /// Amounts of one to five invoices, together at most what is left of the payment.
    pub amounts: Vec<Fixed<2>>,
    /// Whom the invoices are for. Only the applicant, the seller and the tax authority see it.
    pub buyer: Buyer,
    /// Public key (Ed25519) whose owner may claim the invoices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_key: Option<Hex<32>>,
}

impl Clear for ClearApplication {
    type Command = Apply;
    type Refused = Refused;

    fn draft(self, at: &Drafting<'_>) -> Result<Draft, Refused> {
        cn_vat::buyer(&self.buyer)?;
        cn_vat::special_buyer(self.kind, &self.buyer)?;
        payment::check_parts(&self.amounts)?;
        let sql =
            "SELECT t.member, t.id FROM invoice_payment p JOIN invoice_taxpayer t ON t.id = p.payee WHERE p.id = ?1";
        let found = read::rows(at.reader, sql, &[json!(self.payment)])?;
        let text = |at: usize| found.first().and_then(|row| row.get(at)?.as_str()).map(str::to_owned);
        let (Some(seller), Some(taxpayer)) = (text(0), text(1)) else {
            return Err(Refused::NoPayment { field: "/payment".to_owned(), payment: self.payment });
        };
        if self.kind == Kind::Special {
            let day = day_in_china(read::time_ms(at.reader)?);
            if !rules::issues_special(at.reader, &taxpayer, &day)? {
                return Err(Refused::NoSpecial { seller: taxpayer, day });
            }
        }
        let applicant = at.signer.member();
        let reference = self.reference.unwrap_or_else(|| at.unique.to_owned());
        text::check_reference("/reference", &reference)?;
        let subject = rules::subject(applicant, &reference);
        let buyer = serde_json::to_string(&self.buyer).expect("plain data");
        let Self { payment, kind, amounts, claim_key, .. } = self;
        let command = move |sealed| Apply { payment, reference, kind, amounts, claim_key, sealed };
        let mut draft = Draft::new(subject, applicant, command);
        draft.fields = vec![Field::text("buyer", buyer)];
        draft.readers = read::readers(at.reader, applicant, Some(seller))?;
        Ok(draft)
    }
}
