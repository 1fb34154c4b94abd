use crate::{Error, Status, http::Request};
use counterfoil_types::{Hash, limits};
use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};
use ureq::Agent;

/// Connections kept open to the node.
const IDLE_CONNECTIONS: usize = 16;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one answer may take: longer than a node waits for a receipt.
const ANSWER: Duration = Duration::from_millis(limits::RECEIPT_WAIT_MS + 15_000);
/// Bytes of a connection's buffers, each way: they are cleared for each request.
const BUFFER: usize = 32 * 1024;
/// How long requests are repeated by default.
const PATIENCE: Duration = Duration::from_secs(60);

/// A node, as its clients see it. See the [crate] for an example.
#[derive(Clone)]
pub struct Client {
    pub(crate) url: String,
    pub(crate) agent: Agent,
    pub(crate) patience: Duration,
    authorization: Option<String>,
    ledger: Arc<OnceLock<Hash>>,
}

impl fmt::Debug for Client {
    /// Never shows the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.url)
    }
}

impl Client {
    /// A client of the node at `url`, such as `http://127.0.0.1:7080`. Nothing is sent yet.
    ///
    /// `https` needs the feature `tls`.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .timeout_per_read(Some(ANSWER))
            .max_redirects(0)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .user_agent(concat!("counterfoil-client/", env!("CARGO_PKG_VERSION")));
        Self {
            url: url.trim_end_matches('/').to_owned(),
            agent: config.build().new_agent(),
            patience: PATIENCE,
            authorization: None,
            ledger: Arc::default(),
        }
    }

    /// The same, showing the node this token (`counterfoil token new`).
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.authorization = Some(format!("Bearer {token}"));
        self
    }

    /// The same, which signs for this ledger alone, whatever the node says. The ledger's id is the SHA-256 of its genesis file.
    #[must_use]
    pub fn with_ledger(mut self, ledger: Hash) -> Self {
        self.ledger = Arc::new(OnceLock::from(ledger));
        self
    }

    /// The same, which repeats requests and waits for receipts for so long; 60 seconds if not set. Zero: each request is sent once.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The ledger's id: the one of [`with_ledger`](Self::with_ledger), else what the node says, asked once.
    pub fn ledger(&self) -> Result<Hash, Error> {
        if let Some(ledger) = self.ledger.get() {
            return Ok(*ledger);
        }
        let ledger = self.status()?.ledger;
        Ok(*self.ledger.get_or_init(|| ledger))
    }

    /// How the node and its ledger are.
    pub fn status(&self) -> Result<Status, Error> {
        self.json(&Request { path: "/v1/status", repeatable: true, ..Request::default() })
    }

    pub(crate) fn authorization(&self) -> Option<(&str, &str)> {
        self.authorization.as_deref().map(|value| ("authorization", value))
    }
}
