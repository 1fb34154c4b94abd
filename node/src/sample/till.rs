use super::{SHOP, sale, sale::Sale};
use crate::{
    console::{self, Moment, Page, Visit, encoded, select, svg_path},
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
    webhook::Secret,
};
use askama::Template;
use axum::{
    Extension, Router,
    extract::{Query, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// How long a code is valid, seconds.
const VALID_S: u64 = 15 * 60;

/// The till of the sample shop.
pub struct Till {
    /// What it shares with the provider.
    pub merchant: Secret,
    /// Where the provider takes payments.
    pub provider: String,
}

/// Its page.
pub fn router(till: Arc<Till>) -> Router<Arc<Member>> {
    console::pages(Router::new().route(&format!("/till/{SHOP}"), get(page)).layer(Extension(till)))
}

#[derive(Deserialize)]
struct Asked {
    amount: Option<String>,
    order: Option<String>,
}

#[derive(Template)]
#[template(path = "till.html")]
struct Shown {
    page: Page,
    member: &'static str,
    shop: String,
    amount: String,
    amount_wrong: Option<&'static str>,
    order: String,
    order_wrong: Option<&'static str>,
    code: Option<Code>,
}

/// What a phone scans.
struct Code {
    amount: String,
    address: String,
    path: String,
    side: i32,
    until: Moment,
}

/// GET /till/{member}?amount=&order=
async fn page(
    State(node): State<Arc<Member>>,
    Extension(till): Extension<Arc<Till>>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Response {
    let made = shown(&node, &till, asked, visit.page(&node)).await;
    visit.answer(&node, made)
}

async fn shown(node: &Member, till: &Till, asked: Asked, page: Page) -> Answer<Shown> {
    let sql = "SELECT id, name FROM invoice_taxpayer WHERE member = ?1 AND regime = 'cn-vat' ORDER BY id LIMIT 1";
    let found = select(node, sql, vec![json!(SHOP)]).await?;
    let unknown = || Problem::not_found(format!("{SHOP} is not registered as a taxpayer yet"));
    let taxpayer = found.first().ok_or_else(unknown)?;
    let is_asked = asked.amount.is_some() || asked.order.is_some();
    let (amount, order) = (asked.amount.unwrap_or_default(), asked.order.unwrap_or_default());
    let (valued, named) = (sale::amount(&amount), sale::is_order(&order));
    let code = valued.filter(|_| named).and_then(|amount| {
        let until_s = now_ms() / 1000 + VALID_S;
        let sale = Sale { payee: taxpayer.text(0), amount: amount.to_string(), order: order.clone(), until_s };
        till.code(sale)
    });
    let wrong = |is_right: bool, text| (is_asked && !is_right).then_some(text);
    Ok(Shown {
        member: SHOP,
        shop: taxpayer.text(1),
        amount_wrong: wrong(valued.is_some(), page.t.till_amount_wrong),
        order_wrong: wrong(named, page.t.till_order_wrong),
        page,
        amount,
        order,
        code,
    })
}

impl Till {
    fn code(&self, sale: Sale) -> Option<Code> {
        let signature = sale.sign(&self.merchant);
        let shown = sale.shown();
        let Sale { payee, amount, order, until_s } = sale;
        let address = format!(
            "{}?payee={}&amount={amount}&order={}&until_s={until_s}&signature={}",
            self.provider,
            encoded(&payee),
            encoded(&order),
            encoded(&signature)
        );
        let (path, side) = svg_path(&address)?;
        Some(Code { amount: shown, address, path, side, until: Moment(until_s * 1000) })
    }
}
