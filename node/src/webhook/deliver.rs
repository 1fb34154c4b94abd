use super::{
    endpoint::{Endpoint, NewEndpoint, Standing},
    file::{DeadLetter, Delivery, WebhookFile},
    message::{MEDIA_TYPE, Message},
    signature::Secret,
};
use crate::{
    feed::{Feed, Happened, Place},
    gate::now_ms,
    hub::Hub,
    store::Store,
};
use counterfoil_types::{Fault, Hash};
use parking_lot::Mutex;
use std::{collections::HashMap, path::Path, sync::Arc, thread, time::Duration};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, oneshot},
    task::{AbortHandle, spawn_blocking},
};
use ureq::Agent;

/// How long an endpoint may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Every how many blocks an endpoint for which there was nothing notes how far it is.
const NOTE_EVERY: u64 = 256;
/// How long the delivery rests when this node's own disk fails.
const REST: Duration = Duration::from_secs(5);
/// Whoever answers so wants no more events (Standard Webhooks 1.0).
const GONE: u16 = 410;

/// Dead letters that are sent again at the same time.
const REVIVING: usize = 8;

/// From what events are sent.
#[derive(Clone)]
pub struct Source {
    /// The ledger.
    pub ledger: Hash,
    /// Receipts as they come.
    pub hub: Arc<Hub>,
    /// Receipts of the past.
    pub store: Store,
}

/// All endpoints of a node, each with a task that sends it what happens, one event after the other.
pub struct Webhooks {
    sender: Sender,
    runtime: Handle,
    tasks: Mutex<HashMap<i64, AbortHandle>>,
    reviving: Semaphore,
}

#[derive(Clone)]
struct Sender {
    source: Source,
    file: Arc<WebhookFile>,
    agent: Agent,
}

/// How a try ended that did not succeed.
struct Failed {
    why: String,
    gone: bool,
}

impl Webhooks {
    /// Opens the endpoints noted in the file at `path` and goes on where it was left.
    pub fn start(path: &Path, source: Source, runtime: Handle) -> Result<Self, Fault> {
        let file = Arc::new(WebhookFile::open(path, source.ledger)?);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            // What is for this machine must not go to a proxy of the environment.
            .proxy(None)
            .user_agent(concat!("counterfoil/", env!("CARGO_PKG_VERSION")));
        let sender = Sender { source, file, agent: config.build().new_agent() };
        let webhooks = Self { sender, runtime, tasks: Mutex::default(), reviving: Semaphore::new(REVIVING) };
        for (endpoint, standing) in webhooks.sender.file.list(None)? {
            if standing.active {
                webhooks.follow(endpoint, standing);
            }
        }
        Ok(webhooks)
    }

    fn follow(&self, endpoint: Endpoint, standing: Standing) {
        let (id, sender) = (endpoint.id, self.sender.clone());
        let task = self.runtime.spawn(async move { sender.run(endpoint, standing).await }).abort_handle();
        if let Some(before) = self.tasks.lock().insert(id, task) {
            before.abort();
        }
    }

    fn leave(&self, id: i64) {
        if let Some(task) = self.tasks.lock().remove(&id) {
            task.abort();
        }
    }

    async fn note<T: Send + 'static>(
        &self,
        run: impl FnOnce(&WebhookFile) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.sender.note(run).await
    }

    /// Adds an endpoint of `member`; nothing where there are as many as there may be.
    pub async fn add(&self, member: String, new: NewEndpoint) -> Result<Option<Endpoint>, Fault> {
        let newest = self.sender.source.hub.executed().borrow().height;
        let done = Place::end_of(new.from.map_or(newest, |from| from.saturating_sub(1)));
        let added = self.note(move |file| match file.add(&member, &new, done)? {
            Some(endpoint) => file.get(endpoint.id),
            None => Ok(None),
        });
        let Some((endpoint, standing)) = added.await? else { return Ok(None) };
        self.follow(endpoint.clone(), standing);
        Ok(Some(endpoint))
    }

    /// The endpoints of a member and how far they are.
    pub async fn list(&self, member: String) -> Result<Vec<(Endpoint, Standing)>, Fault> {
        self.note(move |file| file.list(Some(&member))).await
    }

    /// An endpoint and how far it is.
    pub async fn get(&self, id: i64) -> Result<Option<(Endpoint, Standing)>, Fault> {
        self.note(move |file| file.get(id)).await
    }

    /// Ends an endpoint.
    pub async fn remove(&self, id: i64) -> Result<(), Fault> {
        self.leave(id);
        self.note(move |file| file.remove(id)).await
    }

    /// Sends everything from a block on, again where it was taken before; what is waiting for its retry goes now.
    pub async fn replay(&self, id: i64, from: Option<u64>) -> Result<Option<(Endpoint, Standing)>, Fault> {
        self.leave(id);
        let found = self.note(move |file| {
            file.set(id, true, from.map(|from| Place::end_of(from.saturating_sub(1))))?;
            file.get(id)
        });
        let found = found.await?;
        if let Some((endpoint, standing)) = &found {
            self.follow(endpoint.clone(), standing.clone());
        }
        Ok(found)
    }

    /// The first dead letters of an endpoint, oldest first.
    pub async fn dead_letters(&self, id: i64) -> Result<Vec<DeadLetter>, Fault> {
        self.note(move |file| file.dead_letters(id)).await
    }

    /// Sends a dead letter once more; whether there is such a one, and how it ended: nothing where it was taken.
    pub async fn revive(&self, endpoint: Endpoint, event: String) -> Result<Option<Option<String>>, Fault> {
        let (id, wanted) = (endpoint.id, event.clone());
        let Some(body) = self.note(move |file| file.dead_letter(id, &wanted)).await? else { return Ok(None) };
        let message = Message { id: format!("evt_{event}"), body };
        let _place = self.reviving.acquire().await;
        if let Err(failed) = self.sender.post(&endpoint.url, &endpoint.secret, message).await {
            return Ok(Some(Some(failed.why)));
        }
        self.note(move |file| file.revived(id, &event)).await?;
        Ok(Some(None))
    }
}

impl Drop for Webhooks {
    fn drop(&mut self) {
        for task in self.tasks.lock().values() {
            task.abort();
        }
    }
}

impl Sender {
    /// Sends an endpoint what happens until the node stops or the endpoint is gone.
    async fn run(self, endpoint: Endpoint, mut standing: Standing) {
        while let Err(fault) = self.follow(&endpoint, &standing).await {
            tracing::error!(webhook = endpoint.id, "{}", fault.report());
            standing = loop {
                tokio::time::sleep(REST).await;
                match self.note(move |file| file.get(endpoint.id)).await {
                    Ok(Some((_, noted))) if noted.active => break noted,
                    Ok(_) => return,
                    Err(fault) => tracing::error!(webhook = endpoint.id, "{}", fault.report()),
                }
            };
        }
    }

    async fn follow(&self, endpoint: &Endpoint, standing: &Standing) -> Result<(), Fault> {
        let Source { hub, store, .. } = self.source.clone();
        let mut feed = Feed::after(hub, store, standing.done);
        let mut tries = (standing.failed_tries, standing.retry_ms);
        let mut noted = standing.done.height;
        loop {
            let (height, happened) = feed.next_block().await?;
            let wanted: Vec<&Happened> = happened.iter().filter(|one| endpoint.wants(&one.name)).collect();
            if !wanted.is_empty() {
                let time_ms = self.source.store.time_ms(height).await?;
                for one in wanted {
                    let message = Message::of(self.source.ledger, one, time_ms);
                    if !self.deliver(endpoint, one, &message, std::mem::take(&mut tries)).await? {
                        return Ok(());
                    }
                }
                noted = height;
            } else if height >= noted + NOTE_EVERY {
                let id = endpoint.id;
                self.note(move |file| file.done(id, Place::end_of(height), Delivery::Passed)).await?;
                noted = height;
            }
        }
    }

    /// Sends an event until it is taken or given up; whether the endpoint wants more. `tries` is how often it failed before, and when
    /// it is due again.
    async fn deliver(
        &self,
        endpoint: &Endpoint,
        happened: &Happened,
        message: &Message,
        tries: (u32, Option<u64>),
    ) -> Result<bool, Fault> {
        let (id, place) = (endpoint.id, happened.place);
        let (mut failed_tries, mut due_ms) = tries;
        loop {
            if let Some(due_ms) = due_ms {
                tokio::time::sleep(Duration::from_millis(due_ms.saturating_sub(now_ms()))).await;
            }
            let again = Message { id: message.id.clone(), body: message.body.clone() };
            let Failed { why, gone } = match self.post(&endpoint.url, &endpoint.secret, again).await {
                Ok(()) => {
                    self.note(move |file| file.done(id, place, Delivery::Taken)).await?;
                    return Ok(true);
                }
                Err(failed) => failed,
            };
            failed_tries += 1;
            if gone {
                let note = why.clone();
                self.note(move |file| file.set(id, false, None).and_then(|()| file.failed(id, 0, None, &note))).await?;
                return Ok(false);
            }
            let Some(wait) = endpoint.wait_after(failed_tries) else {
                let (name, body) = (happened.name.clone(), message.body.clone());
                tracing::warn!(webhook = id, event = %place, "given up after {failed_tries} tries: {why}");
                self.note(move |file| file.done(id, place, Delivery::Dead(&name, &body, failed_tries, &why))).await?;
                return Ok(true);
            };
            let at_ms = now_ms() + wait.as_millis() as u64;
            due_ms = Some(at_ms);
            self.note(move |file| file.failed(id, failed_tries, Some(at_ms), &why)).await?;
        }
    }

    async fn post(&self, url: &str, secret: &Secret, message: Message) -> Result<(), Failed> {
        let (agent, url, secret) = (self.agent.clone(), url.to_owned(), secret.clone());
        // Not a thread of the runtime's pool: an endpoint that dawdles must not keep those who read state waiting.
        let (done, sent) = oneshot::channel();
        let call = move || {
            let mut request = agent.post(url).header("content-type", MEDIA_TYPE);
            for (name, value) in message.headers(&secret, now_ms() / 1_000) {
                request = request.header(name, value);
            }
            let answer = request.send(message.body.as_bytes()).map(|response| response.status().as_u16());
            // Who no longer waits is gone.
            let _ = done.send(answer);
        };
        let failed = |why: String, gone| Err(Failed { why, gone });
        if let Err(error) = thread::Builder::new().name("webhook".to_owned()).spawn(call) {
            return failed(format!("no thread for it: {error}"), false);
        }
        match sent.await {
            Ok(Ok(200..=299)) => Ok(()),
            Ok(Ok(status)) => failed(format!("it answered {status}"), status == GONE),
            Ok(Err(error)) => failed(error.to_string(), false),
            Err(_) => failed("it was not sent".to_owned(), false),
        }
    }

    async fn note<T: Send + 'static>(
        &self,
        run: impl FnOnce(&WebhookFile) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let file = self.file.clone();
        let run = spawn_blocking(move || run(&file)).await;
        run.map_err(|error| Fault::new("noting what became of webhooks", error))?
    }
}
