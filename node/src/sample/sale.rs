use crate::{
    console,
    problem::{Answer, Problem},
    webhook::Secret,
};
use axum::http::StatusCode;
use counterfoil_apps::invoice::{
    AMOUNT_MAX,
    decimal::{Decimal, Fixed},
};
use serde::Deserialize;

/// Characters of an order's number at most: it is a part of the payment's reference.
const ORDER_MAX: usize = 40;

/// What a till asks money for. Its code carries it, signed with the secret that merchant and provider share.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sale {
    /// The shop's taxpayer id.
    pub payee: String,
    /// Amount in yuan.
    pub amount: String,
    /// The shop's number of the order: paid once.
    pub order: String,
    /// Until when it may be paid, seconds since 1970.
    pub until_s: u64,
}

/// An amount above zero, as it is written.
pub fn amount(text: &str) -> Option<Fixed<2>> {
    let minor = Decimal::parse(text).ok()?.to_fixed(2)?;
    (1..=AMOUNT_MAX).contains(&minor).then_some(Fixed(minor))
}

/// Whether a text can be an order's number.
pub fn is_order(text: &str) -> bool {
    counterfoil_types::is_name(text) && text.len() <= ORDER_MAX
}

impl Sale {
    fn text(&self) -> String {
        format!("{}\n{}\n{}", self.payee, self.amount, self.order)
    }

    /// Its amount as people read it.
    pub fn shown(&self) -> String {
        amount(&self.amount).map_or_else(|| self.amount.clone(), |amount| console::shown(amount.0, 2))
    }

    /// The merchant's signature.
    pub fn sign(&self, merchant: &Secret) -> String {
        merchant.sign("sale", self.until_s, self.text().as_bytes())
    }

    /// Refuses what the merchant has not signed, or what is over.
    pub fn verify(&self, merchant: &Secret, signature: &str, now_s: u64) -> Answer<()> {
        // The signature's own time is not that of sending but the end, which is looked at below.
        let verdict =
            merchant.verify("sale", &self.until_s.to_string(), signature, self.text().as_bytes(), self.until_s);
        if verdict.is_err() {
            return Err(Problem::new(StatusCode::FORBIDDEN, "sample/forged", "no merchant has signed this sale"));
        }
        if self.until_s < now_s {
            return Err(Problem::new(StatusCode::GONE, "sample/expired", "the time to pay this sale is over"));
        }
        Ok(())
    }

    /// The provider's reference of the payment: the same for the same order, so that it is paid once.
    pub fn reference(&self) -> String {
        format!("{}-{}", self.payee.to_ascii_lowercase(), self.order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_is_paid_as_the_merchant_signed_it_and_in_time() {
        let merchant = Secret::random();
        let sale = Sale {
            payee: "92440300MA5DL0010T".to_owned(),
            amount: "198.00".to_owned(),
            order: "a-17".to_owned(),
            until_s: 1_000,
        };
        let signature = sale.sign(&merchant);
        let code = |sale: &Sale, secret: &Secret, now_s| {
            sale.verify(secret, &signature, now_s).map_err(|problem| problem.code().to_owned())
        };
        assert_eq!(code(&sale, &merchant, 1_000), Ok(()));
        assert_eq!(code(&sale, &merchant, 1_001), Err("sample/expired".to_owned()));
        let forged = Err("sample/forged".to_owned());
        assert_eq!(code(&sale, &Secret::random(), 0), forged);
        for other in [
            Sale { amount: "1.00".to_owned(), ..sale.clone() },
            Sale { order: "a-18".to_owned(), ..sale.clone() },
            Sale { until_s: 9_000, ..sale.clone() },
            Sale { payee: "92440300MA5DL0029P".to_owned(), ..sale.clone() },
        ] {
            assert_eq!(code(&other, &merchant, 0), forged);
        }
    }

    #[test]
    fn amounts_and_orders_are_read_strictly() {
        assert_eq!(amount(" 198.00 ").map(|amount| amount.0), Some(19_800));
        for wrong in ["", "0", "-1", "1.234", "1,00", "x"] {
            assert!(amount(wrong).is_none(), "{wrong}");
        }
        assert!(is_order("a-17") && !is_order("A 17") && !is_order("") && !is_order(&"a".repeat(41)));
    }
}
