//! A shop and a payment provider for trying out, under `dev` alone: the two ends of the phone's story that real ledgers have of their
//! own. The provider does what a real one does, by HTTP and signed messages; nothing in the node knows it.

mod clerk;
mod pay;
mod sale;
mod till;

use crate::{incoming, member::Member, webhook::Secret};
use axum::Router;
use counterfoil_types::{Fault, Kid};
use pay::Provider;
use std::{path::Path, sync::Arc};
use till::Till;
use tokio::task::JoinHandle;

/// Whose till it is.
const SHOP: &str = "shop-1";
/// The key that signs for it.
const SHOP_KEY: &str = "shop-1/dev";
/// The key that signs for the payment provider.
const PROVIDER_KEY: &str = "cloud-provider/dev";

/// Both of them.
pub struct Sample {
    shop: Arc<Member>,
    till: Arc<Till>,
    host: Arc<Member>,
    provider: Arc<Provider>,
}

impl Sample {
    /// The shop and the provider of a consortium whose nodes have these directories; nothing where nobody hosts their keys.
    pub fn new(members: &[Arc<Member>], layouts: &[crate::config::Layout]) -> Result<Option<Self>, Fault> {
        let hosting = |kid: &str| {
            let kid: Kid = kid.parse().ok()?;
            let place = members.iter().position(|member| member.keys.get(&kid).is_some())?;
            Some((members[place].clone(), layouts[place].incoming(), kid))
        };
        let (Some((shop, ..)), Some((host, hooks, kid))) = (hosting(SHOP_KEY), hosting(PROVIDER_KEY)) else {
            return Ok(None);
        };
        let merchant = Secret::random();
        let hook = |name: &str, command: &str| notify(&host, &hooks, name, &kid, command);
        let provider = Provider {
            merchant: merchant.clone(),
            people: hook("sample-people", "member.register_person")?,
            payments: hook("sample-payments", "invoice.register_payment")?,
        };
        let till = Till { merchant, provider: format!("{}/sample-pay", host.public_url) };
        Ok(Some(Self { shop, till: Arc::new(till), host, provider: Arc::new(provider) }))
    }

    /// The pages that are served by the node of `member`.
    pub fn router(&self, member: &Arc<Member>) -> Router<Arc<Member>> {
        let mut router = Router::new();
        if Arc::ptr_eq(member, &self.shop) {
            router = router.merge(till::router(self.till.clone()));
        }
        if Arc::ptr_eq(member, &self.host) {
            router = router.merge(pay::router(self.provider.clone()));
        }
        router
    }

    /// Where the till is.
    pub fn till(&self) -> String {
        format!("{}/till/{SHOP}", self.shop.public_url)
    }

    /// Where a phone's pages are.
    pub fn phone(&self) -> String {
        format!("{}/phone", self.host.public_url)
    }

    /// Has the shop answer applications as long as the task runs.
    pub fn open_shop(&self) -> JoinHandle<()> {
        tokio::spawn(clerk::run(self.shop.clone()))
    }
}

/// An incoming webhook of a node, made at the first start, as its sender has it.
fn notify(host: &Member, hooks: &Path, name: &str, kid: &Kid, command: &str) -> Result<pay::Notice, Fault> {
    incoming::create(hooks, name, kid.clone(), command)?;
    let gone = || Fault::failed(format!("the incoming webhook {name} is not there"));
    let secret = host.incoming.get(name)?.ok_or_else(gone)?.secret()?;
    Ok(pay::Notice { url: format!("{}/v1/incoming/{name}", host.public_url), secret })
}
