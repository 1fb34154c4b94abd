//! What the software of a shop does: it answers each application with an invoice for one service, at once.

use super::{SHOP, SHOP_KEY};
use crate::{
    answer,
    console::{Row, select},
    feed::Feed,
    member::Member,
    problem::{Answer, Problem},
};
use axum::http::StatusCode;
use counterfoil_apps::invoice::{
    Buyer, ClearInvoice, DeclineApplication, Issue, Item, Kind, Paid, decimal::Fixed, net_of_gross,
};
use counterfoil_platform::{Command as _, asset::Number, call};
use counterfoil_types::{Call, Kid};
use serde_json::json;
use std::sync::Arc;

/// What the shop sells: its code, name and rate of tax (of 10,000).
const TAX_CODE: &str = "3070401000000000000";
const SERVICE: &str = "餐饮服务";
const RATE: i64 = 600;
/// Parts of applications that are answered in one go.
const PAGE: u64 = 50;

/// A part of an application that waits for an invoice.
struct Waiting {
    application: Number,
    subject: String,
    part: u8,
    amount: Fixed<2>,
    seller: String,
    kind: Kind,
}

/// Answers applications as long as the node runs.
pub async fn run(node: Arc<Member>) {
    let height = node.hub.executed().borrow().height;
    let mut feed = Feed::from_height(node.hub.clone(), node.store.clone(), height + 1);
    // What came while the node did not run is found by looking.
    let mut look = true;
    loop {
        if look && let Err(problem) = answer_all(&node).await {
            tracing::warn!("the sample shop: {}", problem.document());
        } else {
            look = false;
        }
        match feed.next_block().await {
            Ok((_, happened)) => look |= happened.iter().any(|one| one.name == "invoice.applied"),
            Err(_) => return,
        }
    }
}

async fn answer_all(node: &Member) -> Answer<()> {
    let sql = "SELECT a.number, a.subject, q.position, q.amount_minor, p.payee, a.kind
               FROM invoice_application a JOIN invoice_application_part q ON q.application = a.number
               JOIN invoice_payment p ON p.id = a.payment
               WHERE a.seller_member = ?1 AND a.state = 'open' AND q.state = 'open' ORDER BY a.number, q.position LIMIT ?2";
    let read = |row: &Row| Waiting {
        application: Number(i64::try_from(row.number(0)).unwrap_or_default()),
        subject: row.text(1),
        part: u8::try_from(row.number(2)).unwrap_or_default(),
        amount: row.money(3),
        seller: row.text(4),
        kind: if row.text(5) == Kind::Special.as_str() { Kind::Special } else { Kind::Ordinary },
    };
    let found: Vec<_> = select(node, sql, vec![json!(SHOP), json!(PAGE)]).await?.iter().map(read).collect();
    let mut declined = None;
    for waiting in found {
        // With one part the whole application is declined.
        if declined != Some(waiting.application) && !waiting.answer(node).await? {
            declined = Some(waiting.application);
        }
    }
    Ok(())
}

impl Waiting {
    /// Issues the invoice; where that is refused, also because what is sealed of the application breaks a rule, which no validator can
    /// see, declines the application with the reason. Whether it is issued.
    async fn answer(&self, node: &Member) -> Answer<bool> {
        let Self { application, part, .. } = self;
        let refused = match self.issue(node).await {
            Err(problem) if problem.status().is_client_error() && problem.status() != StatusCode::TOO_MANY_REQUESTS => {
                problem
            }
            done => return done.map(|()| true),
        };
        let reason = format!("{}: {}", refused.code(), refused.document()["detail"].as_str().unwrap_or_default());
        // A reason is a text as the ledger takes it, whatever of the application it repeats.
        let reason: String = reason.chars().filter(|letter| !letter.is_control()).take(200).collect();
        let decline = DeclineApplication { application: *application, reason: Some(reason.trim_end().to_owned()) };
        sign(node, call(&decline), &format!("till-decline-{application}-{part}")).await?;
        Ok(false)
    }

    async fn issue(&self, node: &Member) -> Answer<()> {
        let Self { application, subject, part, .. } = self;
        let open = Call::new("document.open", &json!({"subject": subject, "version": 1}));
        sign(node, open, &format!("till-open-{application}")).await?;
        let (_, opened) = node.opened(SHOP, subject, 1).await?;
        let buyer = opened.as_ref().and_then(|opened| opened.field("buyer")?.value.as_text());
        let buyer = buyer.and_then(|text| serde_json::from_str(text).ok());
        let buyer = buyer.ok_or_else(|| Problem::forbidden("the application does not say who the buyer is"))?;
        let issue = Call::new(Issue::NAME, &self.invoice(buyer));
        sign(node, issue, &format!("till-issue-{application}-{part}")).await
    }

    fn invoice(&self, buyer: Buyer) -> ClearInvoice {
        let net = Fixed(net_of_gross(self.amount.0, RATE));
        let (tax, total) = (Fixed(self.amount.0 - net.0), self.amount);
        let item = Item {
            tax_code: TAX_CODE.to_owned(),
            name: SERVICE.to_owned(),
            category: Some(SERVICE.to_owned()),
            specification: None,
            unit: None,
            quantity: None,
            price: None,
            discount: None,
            amount: net,
            tax,
            total,
            rate: Fixed(RATE),
            preference: None,
        };
        ClearInvoice {
            seller: self.seller.clone(),
            reference: Some(format!("till-{}-{}", self.application, self.part)),
            kind: self.kind,
            channel: None,
            seller_contact: None,
            buyer,
            items: vec![item],
            net,
            tax,
            total,
            payee: None,
            reviewer: None,
            drawer: None,
            remark: None,
            paid: Some(Paid::Application { number: self.application, part: self.part }),
            claim_key: None,
        }
    }
}

/// Has the shop's key sign a call, once for each id.
async fn sign(node: &Member, call: Call, id: &str) -> Answer<()> {
    let gone = || Problem::unavailable(format!("the key {SHOP_KEY} is not hosted here"));
    let kid: Kid = SHOP_KEY.parse().map_err(|_| gone())?;
    let key = node.keys.get(&kid).ok_or_else(gone)?;
    let call = node.sealed_call(&kid, key, call, Some(id)).await?;
    node.check(&call)?;
    let receipt = node.perform(&kid, key, call, Some(id)).await?;
    answer::called(&receipt).map(drop)
}
