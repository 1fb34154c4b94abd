use super::sale::Sale;
use crate::{
    body,
    console::{
        self, Moment, Page, Visit, confidential,
        phone::{KEY, member_id},
        select,
    },
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
    webhook::Secret,
};
use askama::Template;
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use counterfoil_types::PublicKey;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// How long a node may take to answer a notice.
const PATIENCE: Duration = Duration::from_secs(40);
/// Bytes of a payment at most.
const BODY_BYTES_MAX: usize = 4096;

/// A payment provider that takes no money. Of the ledger it knows two addresses with their secrets, as a real one would.
pub struct Provider {
    /// What it shares with the merchant.
    pub merchant: Secret,
    /// Where it says who a payer is: `member.register_person`.
    pub people: Notice,
    /// Where it says what was paid: `invoice.register_payment`.
    pub payments: Notice,
}

/// An incoming webhook of a node.
pub struct Notice {
    /// Its address.
    pub url: String,
    /// What signs messages to it.
    pub secret: Secret,
}

/// Its pages.
pub fn router(provider: Arc<Provider>) -> Router<Arc<Member>> {
    let router = Router::new().route("/sample-pay", get(page)).route("/sample-pay/pay", post(pay));
    console::pages(router.layer(Extension(provider)))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(flatten)]
    sale: AskedSale,
    signature: String,
}

/// A sale as a query gives it: all text.
#[derive(Deserialize)]
struct AskedSale {
    payee: String,
    amount: String,
    order: String,
    until_s: String,
}

#[derive(Template)]
#[template(path = "pay.html")]
struct Shown {
    page: Page,
    shop: String,
    sale: Sale,
    until: Moment,
    signature: String,
}

/// GET /sample-pay?payee=&amount=&order=&until_s=&signature=
async fn page(
    State(node): State<Arc<Member>>,
    Extension(provider): Extension<Arc<Provider>>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Response {
    let made = shown(&node, &provider, asked, visit.page(&node)).await;
    visit.answer(&node, made)
}

async fn shown(node: &Member, provider: &Provider, asked: Asked, page: Page) -> Answer<Shown> {
    let AskedSale { payee, amount, order, until_s } = asked.sale;
    let until_s = until_s.parse().map_err(|_| Problem::malformed("until_s is a number of seconds"))?;
    let sale = Sale { payee, amount, order, until_s };
    sale.verify(&provider.merchant, &asked.signature, now_ms() / 1000)?;
    let found = select(node, "SELECT name FROM invoice_taxpayer WHERE id = ?1", vec![json!(sale.payee)]).await?;
    let shop = found.first().map(|row| row.text(0)).unwrap_or_else(|| sale.payee.clone());
    Ok(Shown { page, shop, until: Moment(until_s * 1000), sale, signature: asked.signature })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paid {
    sale: Sale,
    signature: String,
    /// The key of the phone that pays.
    public_key: String,
}

/// POST /sample-pay/pay
///
/// Makes the phone's owner a member, if that is not done, and tells of the payment.
async fn pay(Extension(provider): Extension<Arc<Provider>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    body::expect_media_type(&headers, &["application/json"])?;
    let Paid { sale, signature, public_key } = body::json(&body::read(&headers, body, BODY_BYTES_MAX).await?)?;
    sale.verify(&provider.merchant, &signature, now_ms() / 1000)?;
    let not_a_key = || Problem::malformed("public_key is no Ed25519 key");
    let member = public_key.parse::<PublicKey>().ok().and_then(|key| member_id(&key)).ok_or_else(not_a_key)?;
    let person = json!({"member": member, "key": {"name": KEY, "public_key": public_key}});
    let (status, answer) = provider.people.send(format!("person-{member}"), person).await?;
    // 409: the same key has paid here before.
    if status != StatusCode::OK && status != StatusCode::CONFLICT {
        return Ok(failed(status, &answer));
    }
    let payment = json!({
        "reference": sale.reference(), "payer": member, "payer_member": member, "payee": sale.payee,
        "currency": "CNY", "amount": sale.amount, "paid_ms": now_ms(),
    });
    let id = format!("payment-{}-{:016x}", &member[2..], rand::random::<u64>());
    let (status, answer) = provider.payments.send(id, payment).await?;
    if status != StatusCode::OK {
        return Ok(failed(status, &answer));
    }
    Ok(confidential(Json(json!({"payment": answer["output"]["payment"], "member": member})).into_response()))
}

/// What the ledger said, for the payer.
fn failed(status: StatusCode, answer: &Value) -> Response {
    let code = answer["code"].as_str().unwrap_or("sample/notice");
    let status = if status.is_success() { StatusCode::BAD_GATEWAY } else { status };
    Problem::new(status, code, answer["detail"].as_str().unwrap_or("the ledger did not take the notice"))
        .into_response()
}

impl Notice {
    /// Sends a message as Standard Webhooks 1.0 say; the status and what was answered.
    async fn send(&self, id: String, message: Value) -> Answer<(StatusCode, Value)> {
        let (url, body, time_s) = (self.url.clone(), message.to_string(), now_ms() / 1000);
        let signature = self.secret.sign(&id, time_s, body.as_bytes());
        let sent = tokio::task::spawn_blocking(move || {
            let config = ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(PATIENCE))
                .max_redirects(0)
                // What is for this machine must not go to a proxy of the environment.
                .proxy(None);
            let request = config
                .build()
                .new_agent()
                .post(&url)
                .header("content-type", "application/json")
                .header("webhook-id", id)
                .header("webhook-timestamp", time_s.to_string())
                .header("webhook-signature", signature);
            let mut response = request.send(body.as_bytes())?;
            let text = response.body_mut().read_to_string()?;
            Ok::<_, ureq::Error>((response.status().as_u16(), text))
        });
        let unreached = |why: String| Problem::new(StatusCode::BAD_GATEWAY, "sample/notice", why);
        let (status, text) =
            sent.await.map_err(|error| unreached(error.to_string()))?.map_err(|error| unreached(error.to_string()))?;
        let status = StatusCode::from_u16(status).map_err(|error| unreached(error.to_string()))?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }
}
