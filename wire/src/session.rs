//! A session: what a client that has signed in asks, one message after the other.

use crate::{
    backend::{SignedIn, Vault},
    catalog::{Catalog, Contents, Procedure},
    error::{SqlState, WireError},
    extended::{Portal, Prepared},
    frontend::Message,
    plan::Ledger,
    reply::{self, Severity, Status},
    server::{Shared, over},
    settings::Settings,
    stream::{Received, Stream},
    transaction::{State, Transaction},
};
use counterfoil_types::{Refusal, limits};
use std::{
    collections::HashMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    task,
    time::timeout,
};

/// One client.
pub(crate) struct Session<S> {
    pub stream: Stream<S>,
    pub shared: Arc<Shared>,
    pub who: SignedIn,
    pub database: String,
    pub settings: Settings,
    pub statements: HashMap<String, Arc<Prepared>>,
    pub portals: HashMap<String, Portal>,
    pub transaction: Transaction,
    pub catalog: Option<Arc<Catalog>>,
    /// Becomes true when the running statement shall end.
    pub stop: Arc<AtomicBool>,
    /// Becomes true when the endpoint ends.
    pub ending: watch::Receiver<bool>,
}

/// Why a session ends, or a statement.
pub(crate) enum Stopped {
    /// The connection is gone.
    Io(io::Error),
    /// The statement went wrong.
    Error(WireError),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<WireError> for Stopped {
    fn from(error: WireError) -> Self {
        Self::Error(error)
    }
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Error(refusal.into())
    }
}

/// What comes of a part of a statement.
pub(crate) type Step<T = ()> = Result<T, Stopped>;

/// Whether the session goes on.
#[derive(PartialEq, Eq)]
enum Next {
    Message,
    End,
}

impl<S> Drop for Session<S> {
    fn drop(&mut self) {
        // What still runs for this client runs for nobody.
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Answers messages until the client leaves.
    pub(crate) async fn run(&mut self) -> io::Result<()> {
        reply::ready(&mut self.stream.out, Status::Idle);
        self.stream.send().await?;
        // After an error in the extended protocol, nothing is done until Sync.
        let mut skipping = false;
        loop {
            let idle = Duration::from_millis(limits::WIRE_IDLE_MS);
            // What is begun is answered first; nothing more is begun after that.
            let received = tokio::select! {
                biased;
                () = over(&mut self.ending) => {
                    let why = "terminating connection due to administrator command";
                    return self.leave(SqlState::Shutdown, why).await;
                }
                received = timeout(idle, self.stream.message(limits::WIRE_MESSAGE_BYTES_MAX)) => received,
            };
            let received = match received {
                Ok(received) => received?,
                Err(_) => return self.leave(SqlState::IdleSession, "the session was silent for too long").await,
            };
            let Some(Received { kind, message }) = received else { return Ok(()) };
            if skipping && kind != b'S' && kind != b'X' && !matches!(&message, Err(error) if error.fatal) {
                continue;
            }
            skipping = false;
            match self.message(message).await {
                Ok(Next::Message) => {}
                Ok(Next::End) => return Ok(()),
                Err(Stopped::Io(error)) => return Err(error),
                Err(Stopped::Error(error)) => {
                    let fatal = error.fatal;
                    self.fail(&error);
                    if fatal {
                        return self.stream.close().await;
                    }
                    skipping = Message::is_extended(kind);
                    if !skipping {
                        self.portals.clear();
                        self.ready();
                    }
                    self.stream.send().await?;
                }
            }
        }
    }

    /// Ends the session with a reason.
    async fn leave(&mut self, state: SqlState, why: &str) -> io::Result<()> {
        reply::error(&mut self.stream.out, &WireError::fatal(state, why));
        self.stream.close().await
    }

    async fn message(&mut self, message: Result<Message, WireError>) -> Step<Next> {
        let message = message?;
        if matches!(message, Message::Query(_) | Message::Parse { .. } | Message::Execute { .. }) {
            // A stop of the endpoint reaches what comes after it too.
            self.stop.store(*self.ending.borrow(), Ordering::Relaxed);
            self.require_valid()?;
        }
        match message {
            Message::Query(sql) => {
                self.portals.remove("");
                self.simple(&sql).await?;
                self.settle().await?;
                if self.transaction.state == State::Implicit {
                    self.portals.clear();
                }
                self.ready();
                self.stream.send().await?;
            }
            Message::Parse { name, sql, types } => self.parse(name, &sql, &types).await?,
            Message::Bind(bind) => self.bind(bind)?,
            Message::Describe(target) => self.describe(&target)?,
            Message::Execute { portal, rows_max } => self.execute(&portal, rows_max).await?,
            Message::Close(target) => self.close(target),
            Message::Flush => {
                self.settle().await?;
                self.stream.send().await?;
            }
            Message::Sync => {
                let settled = self.settle().await;
                if let Err(Stopped::Error(error)) = settled {
                    self.fail(&error);
                } else {
                    settled?;
                }
                if self.transaction.state == State::Implicit {
                    self.portals.clear();
                }
                self.ready();
                self.stream.send().await?;
            }
            Message::Terminate => return Ok(Next::End),
            // A client that had begun a COPY before it saw that it is refused goes on with it.
            Message::Copy => {}
            Message::Password(_) => {
                let text = "a password is only taken at the beginning";
                return Err(WireError::fatal(SqlState::ProtocolViolation, text).into());
            }
            Message::FunctionCall => {
                let text = "the protocol's function calls are not supported: use SELECT or CALL";
                return Err(WireError::new(SqlState::FeatureNotSupported, text).into());
            }
        }
        Ok(Next::Message)
    }

    /// Refuses who may not be signed in any more; asked before each statement.
    pub(crate) fn require_valid(&self) -> Result<(), WireError> {
        if self.shared.backend.is_valid(&self.who) {
            return Ok(());
        }
        Err(WireError::fatal(SqlState::Authorization, "this token is not known here any more"))
    }

    fn ready(&mut self) {
        if self.transaction.state == State::Implicit {
            self.settings.commit();
        }
        for (name, value) in self.settings.news() {
            reply::parameter(&mut self.stream.out, name, &value);
        }
        let status = match self.transaction.state {
            State::Implicit => Status::Idle,
            State::Open => Status::Open,
            State::Failed => Status::Failed,
        };
        reply::ready(&mut self.stream.out, status);
    }

    /// Tells an error. Answers that depended on what is now not done are taken back.
    fn fail(&mut self, error: &WireError) {
        // What a SELECT that failed asked for is not set by the next one.
        if let Some(catalog) = &self.catalog {
            drop(catalog.asked_settings());
        }
        match self.transaction.state {
            State::Implicit => {
                if let Some(first) = self.transaction.drafts.first() {
                    self.stream.out.truncate(first.place);
                }
                self.transaction.end();
                self.settings.roll_back();
            }
            State::Open | State::Failed => self.transaction.state = State::Failed,
        }
        reply::error(&mut self.stream.out, error);
    }

    pub(crate) fn notice(&mut self, severity: Severity, code: &str, words: &str) {
        reply::notice(&mut self.stream.out, severity, code, words);
    }

    /// What a statement reads; with the vault if it names that.
    pub(crate) async fn ledger(&self, vault: bool) -> Result<Ledger, WireError> {
        let vault = if vault { self.vault().await? } else { None };
        Ok(Ledger { reader: self.shared.backend.reader(), vault, as_of: self.settings.as_of() })
    }

    async fn vault(&self) -> Result<Option<Vault>, WireError> {
        Ok(self.shared.backend.vault(&self.who).await?)
    }

    /// The catalogue, as the ledger is now.
    pub(crate) async fn catalog(&mut self) -> Result<Arc<Catalog>, WireError> {
        // The catalogue is that of now.
        let ledger = Ledger { as_of: None, ..self.ledger(true).await? };
        let procedure = |action: crate::backend::Action| {
            let (schema, name) = action.name.split_once('.').unwrap_or(("public", &action.name));
            Procedure { schema: schema.to_owned(), name: name.to_owned(), parameters: action.parameters }
        };
        let procedures = self.shared.backend.actions().await?.into_iter().map(procedure).collect();
        let (user, database) = (self.who.key.as_str().to_owned(), self.database.clone());
        let settings = self.shown();
        let known = self.catalog.clone();
        let opening = task::spawn_blocking(move || {
            let contents = Contents { user, database, relations: ledger.relations(), procedures };
            match known {
                Some(known) if known.tells(&contents, &settings) => Ok(known),
                _ => Catalog::open(contents, settings).map(Arc::new),
            }
        });
        let catalog = opening.await.map_err(|error| WireError::new(SqlState::Internal, error.to_string()))??;
        self.catalog = Some(Arc::clone(&catalog));
        Ok(catalog)
    }
}
