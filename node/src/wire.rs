use crate::{answer, api::Access, member::Member, problem::Problem, store::DeployedAction};
use counterfoil_state::Reader;
use counterfoil_types::{Call, Fault, Kid, Outcome, Refusal, RefusalKind};
use counterfoil_wire::{
    Action, Applied, Backend, Endpoint, NotApplied, NotSignedIn, Pending, Place, ServerConfig, SignedIn, Vault,
};
use std::{net::SocketAddr, sync::Arc};
use tokio::{sync::watch, task::JoinHandle};

/// The tables of a vault that its member reads.
const VAULT_TABLES: &[&str] = &["vault_document", "vault_field"];

/// The PostgreSQL endpoint of a node, until it is dropped or stopped.
pub struct Wire {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Wire {
    /// Serves `member` at an address; without TLS on loopback only.
    pub async fn serve(
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        member: Arc<Member>,
    ) -> Result<Self, Fault> {
        let failed = |error| Fault::new(format!("serving PostgreSQL clients at {address}"), error);
        let endpoint = Endpoint::bind(address, tls, Arc::new(Node(member))).await.map_err(failed)?;
        let address = endpoint.address().map_err(failed)?;
        let (stop, stopping) = watch::channel(false);
        Ok(Self { address, stop, task: tokio::spawn(endpoint.serve(stopping)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends its sessions.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // It ends when all sessions have; one that panicked has been told of by its own task.
        let _ = self.task.await;
    }
}

/// A member's node as the endpoint sees it.
struct Node(Arc<Member>);

/// What HTTP would answer, as a refusal.
fn refusal(problem: &Problem) -> Refusal {
    let kind = match problem.status().as_u16() {
        401 => RefusalKind::Unauthenticated,
        403 => RefusalKind::Forbidden,
        404 => RefusalKind::NotFound,
        409 => RefusalKind::Conflict,
        413 => RefusalKind::TooLarge,
        429 | 503 => RefusalKind::Busy,
        _ => RefusalKind::Invalid,
    };
    let refusal = Refusal::new(problem.code(), kind, detail(problem));
    match problem.document()["field"].as_str() {
        Some(field) => refusal.at(field),
        None => refusal,
    }
}

fn detail(problem: &Problem) -> String {
    problem.document()["detail"].as_str().unwrap_or_default().to_owned()
}

impl Backend for Node {
    fn sign_in(&self, user: &str, secret: Option<&str>) -> Result<SignedIn, NotSignedIn> {
        let key: Kid = user.parse().map_err(|_| NotSignedIn::Refused)?;
        let may = match (&self.0.access, secret) {
            (Access::Open, _) => true,
            (Access::Tokens(_), None) => return Err(NotSignedIn::SecretNeeded),
            (Access::Tokens(tokens), Some(secret)) => tokens.check(secret).as_ref() == Some(&key),
        };
        if !may || self.0.keys.get(&key).is_none() || !self.0.is_served(&key) {
            return Err(NotSignedIn::Refused);
        }
        Ok(SignedIn { key, secret: secret.map(str::to_owned) })
    }

    fn reader(&self) -> Reader {
        self.0.store.reader()
    }

    fn vault<'a>(&'a self, who: &'a SignedIn) -> Pending<'a, Result<Option<Vault>, Refusal>> {
        Box::pin(async move {
            let path = self.0.vault_of(Some(&who.key)).await.map_err(|problem| refusal(&problem))?;
            Ok(path.map(|path| Vault { path, tables: VAULT_TABLES }))
        })
    }

    fn submit<'a>(&'a self, who: &'a SignedIn, calls: Vec<Call>) -> Pending<'a, Result<Applied, NotApplied>> {
        Box::pin(async move {
            let refused = |problem: Problem| NotApplied::Refused(refusal(&problem));
            let Some(key) = self.0.keys.get(&who.key) else {
                return Err(refused(Problem::forbidden(format!("this node hosts the key {} no more", who.key))));
            };
            let transaction = self.0.sign(&who.key, key, &calls, None).map_err(refused)?;
            // What fails on the node's side may have been sent to the others before.
            let receipt =
                self.0.settle(transaction).await.map_err(|problem| match problem.status().is_server_error() {
                    true => NotApplied::Unknown(detail(&problem)),
                    false => refused(problem),
                })?;
            if let Some(waiting) = answer::waiting(&receipt) {
                let place = answer::proposal(&waiting);
                return Err(NotApplied::Waits(format!("the transaction waits for more signatures: {place}")));
            }
            match &receipt.outcome {
                Outcome::Refused(refusal) => Err(NotApplied::Refused(refusal.clone())),
                Outcome::Applied { outputs, .. } => {
                    let outputs = outputs.iter().map(|output| serde_json::from_str(output).unwrap_or_default());
                    Ok(Applied { height: receipt.height, outputs: outputs.collect() })
                }
            }
        })
    }

    fn place(&self) -> Pending<'_, Result<Place, Refusal>> {
        Box::pin(self.0.store.place())
    }

    fn actions(&self) -> Pending<'_, Result<Vec<Action>, Refusal>> {
        let name = |parameter: &serde_json::Value| parameter["name"].as_str().unwrap_or_default().to_owned();
        let action = move |one: &DeployedAction| Action {
            name: format!("{}.{}", one.package, one.name),
            parameters: one.parameters.iter().map(name).collect(),
        };
        Box::pin(async move {
            let all = self.0.store.actions().await.map_err(|problem| refusal(&problem))?;
            Ok(all.iter().map(action).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_its_code_and_field_on_its_way_through_http() {
        for kind in [RefusalKind::Invalid, RefusalKind::Conflict, RefusalKind::Forbidden, RefusalKind::Busy] {
            let refused = Refusal::new("member/7", kind, "the name is taken").at("/calls/0/with/name");
            assert_eq!(refusal(&Problem::from(refused.clone())), refused);
        }
        assert_eq!(refusal(&Problem::malformed("no JSON")).field, None);
    }
}
