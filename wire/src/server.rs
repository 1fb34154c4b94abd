use crate::{
    backend::{Backend, NotSignedIn, SignedIn},
    bounds::Bounds,
    error::{SqlState, WireError},
    frontend::{Message, Opening, malformed},
    reply,
    session::Session,
    settings::Settings,
    stream::Stream,
    transaction::Transaction,
};
use counterfoil_types::limits;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// A PostgreSQL endpoint that is bound to its address.
pub struct Endpoint {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    shared: Shared,
}

/// What all sessions share.
pub(crate) struct Shared {
    pub backend: Arc<dyn Backend>,
    pub bounds: Bounds,
    sessions: Arc<Semaphore>,
    partial: Arc<Semaphore>,
    running: Mutex<HashMap<i32, Cancelling>>,
    numbers: AtomicI32,
}

/// How a session's statement is ended from outside.
struct Cancelling {
    secret: i32,
    stop: Arc<AtomicBool>,
}

impl Shared {
    fn new(backend: Arc<dyn Backend>) -> Self {
        Self {
            backend,
            bounds: Bounds::default(),
            sessions: Arc::new(Semaphore::new(limits::WIRE_CONNECTIONS_MAX)),
            partial: Arc::new(Semaphore::new(limits::WIRE_PORTALS_OPEN_MAX)),
            running: Mutex::default(),
            numbers: AtomicI32::new(1),
        }
    }

    /// A place for a portal that is read in parts.
    pub(crate) fn partial_place(&self) -> Result<OwnedSemaphorePermit, WireError> {
        Arc::clone(&self.partial).try_acquire_owned().map_err(|_| {
            WireError::new(SqlState::ConfigurationLimit, "too many portals are being read in parts: try again later")
        })
    }

    /// Ends the SELECTs of all sessions.
    fn cancel_all(&self) {
        self.running.lock().values().for_each(|known| known.stop.store(true, Ordering::Relaxed));
    }

    fn cancel(&self, process: i32, secret: i32) {
        if let Some(known) = self.running.lock().get(&process).filter(|known| known.secret == secret) {
            known.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Endpoint {
    /// Binds the endpoint. Without TLS it only listens on loopback.
    ///
    /// # Errors
    /// If the address cannot be bound, or is reached from elsewhere and there is no TLS.
    pub async fn bind(
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        backend: Arc<dyn Backend>,
    ) -> io::Result<Self> {
        if tls.is_none() && !address.ip().is_loopback() {
            let text = format!("{address}: without TLS the PostgreSQL endpoint only listens on loopback");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener, tls: tls.map(TlsAcceptor::from), shared: Shared::new(backend) })
    }

    /// With other bounds than a node's.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.shared.bounds = bounds;
        self
    }

    /// The address that it listens on.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves clients until `ending` becomes true or its sender is gone. Then nothing new is begun, what is in flight is answered, and
    /// sessions end; those that take too long are broken off.
    pub async fn serve(self, ending: watch::Receiver<bool>) {
        let Self { listener, tls, shared } = self;
        let shared = Arc::new(shared);
        let waiting = Arc::new(Semaphore::new(limits::WIRE_WAITING_MAX));
        let (mut clients, mut ended) = (JoinSet::new(), ending.clone());
        loop {
            let place = Arc::clone(&waiting).acquire_owned();
            let accepted = async {
                let place = place.await;
                (listener.accept().await, place)
            };
            tokio::select! {
                (accepted, Ok(place)) = accepted => match accepted {
                    Ok((socket, peer)) => {
                        let until = Instant::now() + shared.bounds.sign_in;
                        let waiting = Waiting { _place: place, until, ending: ending.clone() };
                        let (shared, tls) = (Arc::clone(&shared), tls.clone());
                        clients.spawn(async move {
                            if let Err(error) = client(socket, peer, shared, tls, waiting).await {
                                tracing::debug!("PostgreSQL client {peer}: {error}");
                            }
                        });
                    }
                    Err(error) => {
                        tracing::warn!("accepting a PostgreSQL client: {error}");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(_) = clients.join_next(), if !clients.is_empty() => {}
                () = over(&mut ended) => break,
            }
        }
        drop(listener);
        shared.cancel_all();
        let all = async { while clients.join_next().await.is_some() {} };
        if timeout(shared.bounds.ending, all).await.is_err() {
            tracing::warn!("PostgreSQL clients are broken off: what they had sent may still take effect");
        }
        clients.shutdown().await;
    }
}

/// Waits until the endpoint ends.
pub(crate) async fn over(ending: &mut watch::Receiver<bool>) {
    // Its sender is gone if the endpoint is.
    drop(ending.wait_for(|ending| *ending).await);
}

/// A connection that has not signed in: one of not too many, and not for long.
struct Waiting {
    _place: OwnedSemaphorePermit,
    until: Instant,
    ending: watch::Receiver<bool>,
}

impl Waiting {
    /// Does a part of signing in, as long as there is time.
    async fn during<T>(&mut self, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        tokio::select! {
            done = timeout_at(self.until, step) => done.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?,
            () = over(&mut self.ending) => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
        }
    }

    /// Gives the place to the next; what tells that the endpoint ends.
    fn signed_in(self) -> watch::Receiver<bool> {
        self.ending
    }
}

/// One connection, from its first byte.
async fn client(
    socket: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared>,
    tls: Option<TlsAcceptor>,
    mut waiting: Waiting,
) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let loopback = peer.ip().to_canonical().is_loopback();
    let mut stream = Stream::new(socket);
    let opened = waiting.during(open(&mut stream, tls.is_some())).await?;
    let Some(opened) = opened else { return Ok(()) };
    match opened {
        Opened::Tls => {
            let (Some(tls), Some(socket)) = (tls, stream.into_inner()) else {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes came before encryption"));
            };
            let mut stream = Stream::new(waiting.during(async { tls.accept(socket).await }).await?);
            match waiting.during(open(&mut stream, false)).await? {
                Some(Opened::Start { minor, parameters }) => start(stream, shared, minor, parameters, waiting).await,
                Some(Opened::Cancel { process, secret }) => {
                    shared.cancel(process, secret);
                    Ok(())
                }
                Some(Opened::Tls) | None => Ok(()),
            }
            .or_else(|error| if error.kind() == io::ErrorKind::UnexpectedEof { Ok(()) } else { Err(error) })
        }
        Opened::Cancel { process, secret } => {
            shared.cancel(process, secret);
            Ok(())
        }
        Opened::Start { .. } if !loopback => {
            let text = "connections without TLS are only taken from loopback";
            refuse(&mut stream, &WireError::fatal(SqlState::Authorization, text)).await
        }
        Opened::Start { minor, parameters } => start(stream, shared, minor, parameters, waiting).await,
    }
}

/// What a connection is for.
enum Opened {
    Tls,
    Cancel { process: i32, secret: i32 },
    Start { minor: u16, parameters: Vec<(String, String)> },
}

async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut Stream<S>, error: &WireError) -> io::Result<()> {
    reply::error(&mut stream.out, error);
    stream.close().await
}

/// Reads messages until it is clear what a connection is for.
async fn open<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut Stream<S>, tls: bool) -> io::Result<Option<Opened>> {
    // A client asks for each kind of encryption once.
    for _ in 0..3 {
        let opening = match stream.opening().await? {
            None => return Ok(None),
            Some(Ok(opening)) => opening,
            Some(Err(error)) => {
                refuse(stream, &error).await?;
                return Ok(None);
            }
        };
        match opening {
            Opening::Tls if tls => {
                stream.out.extend_from_slice(b"S");
                stream.send().await?;
                return Ok(Some(Opened::Tls));
            }
            Opening::Tls | Opening::Gss => {
                stream.out.extend_from_slice(b"N");
                stream.send().await?;
            }
            Opening::Cancel { process, secret } => return Ok(Some(Opened::Cancel { process, secret })),
            Opening::Start { minor, parameters } => return Ok(Some(Opened::Start { minor, parameters })),
        }
    }
    refuse(stream, &malformed("the startup packet is expected")).await?;
    Ok(None)
}

/// Signs a client in and serves it.
async fn start<S: AsyncRead + AsyncWrite + Unpin + Send>(
    mut stream: Stream<S>,
    shared: Arc<Shared>,
    minor: u16,
    parameters: Vec<(String, String)>,
    mut waiting: Waiting,
) -> io::Result<()> {
    let options: Vec<_> =
        parameters.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with("_pq_.")).collect();
    if minor > 0 || !options.is_empty() {
        reply::negotiate(&mut stream.out, &options);
    }
    let who = match waiting.during(sign_in(&mut stream, &shared, &parameters)).await? {
        Ok(who) => who,
        Err(error) => return refuse(&mut stream, &error).await,
    };
    let Ok(_place) = Arc::clone(&shared.sessions).try_acquire_owned() else {
        let error = WireError::fatal(SqlState::TooManyConnections, "sorry, too many clients already");
        return refuse(&mut stream, &error).await;
    };
    let ending = waiting.signed_in();
    let mut settings = Settings::new(who.key.as_str());
    if let Err(error) = initial(&mut settings, &parameters) {
        return refuse(&mut stream, &WireError { fatal: true, ..error }).await;
    }
    let named = |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let database = named("database").unwrap_or_else(|| who.key.as_str().to_owned());
    let place = Running::new(&shared);
    reply::signed_in(&mut stream.out);
    settings.news().iter().for_each(|(name, value)| reply::parameter(&mut stream.out, name, value));
    reply::cancel_key(&mut stream.out, place.process, place.secret);
    let mut session = Session {
        stream,
        shared: Arc::clone(&shared),
        who,
        database,
        settings,
        statements: HashMap::new(),
        portals: HashMap::new(),
        transaction: Transaction::default(),
        catalog: None,
        stop: Arc::clone(&place.stop),
        ending,
    };
    session.run().await
}

async fn sign_in<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut Stream<S>,
    shared: &Shared,
    parameters: &[(String, String)],
) -> io::Result<Result<SignedIn, WireError>> {
    let Some((_, user)) = parameters.iter().find(|(name, value)| name == "user" && !value.is_empty()) else {
        let text = "no PostgreSQL user name specified in startup packet";
        return Ok(Err(WireError::fatal(SqlState::Authorization, text)));
    };
    let refused = || {
        let text = format!("password authentication failed for user {user:?}");
        WireError::fatal(SqlState::Password, text).hint(
            "the user is a key that this node hosts, such as core-corp/dev, the password its token (under dev none): \
             counterfoil token new --key …",
        )
    };
    match shared.backend.sign_in(user, None) {
        Ok(who) => return Ok(Ok(who)),
        Err(NotSignedIn::Refused) => return Ok(Err(refused())),
        Err(NotSignedIn::SecretNeeded) => {}
    }
    reply::ask_password(&mut stream.out);
    stream.send().await?;
    let received = stream.message(limits::WIRE_STARTUP_BYTES_MAX).await?;
    Ok(match received.map(|received| received.message) {
        None => Err(malformed("the connection ended during sign-in")),
        Some(Ok(Message::Password(secret))) => shared.backend.sign_in(user, Some(&secret)).map_err(|_| refused()),
        Some(Ok(_)) => Err(malformed("a password is expected")),
        Some(Err(error)) => Err(WireError { fatal: true, ..error }),
    })
}

/// Settings that a client brings with it.
fn initial(settings: &mut Settings, parameters: &[(String, String)]) -> Result<(), WireError> {
    for (name, value) in parameters {
        let name = name.to_ascii_lowercase();
        if ["user", "database", "replication"].contains(&name.as_str()) || name.starts_with("_pq_.") {
            if name == "replication" && !["false", "off", "0", "no"].contains(&value.as_str()) {
                return Err(WireError::new(SqlState::FeatureNotSupported, "replication is not supported"));
            }
        } else if name == "options" {
            let words = value.replace("--", "-c ").replace("-c", " ");
            for word in words.split_whitespace() {
                let Some((name, value)) = word.split_once('=') else { continue };
                settings.set(&name.to_ascii_lowercase().replace('-', "_"), Some(value), false)?;
            }
        } else {
            // Some drivers put the quotes of SQL around a value.
            settings.set(&name, Some(value.trim_matches('\'')), false)?;
        }
    }
    // What a client brings with it is as if it had been set at the beginning.
    settings.commit();
    Ok(())
}

/// A session among those whose statements can be ended from outside, while it lasts.
struct Running<'a> {
    shared: &'a Shared,
    process: i32,
    secret: i32,
    stop: Arc<AtomicBool>,
}

impl<'a> Running<'a> {
    fn new(shared: &'a Shared) -> Self {
        let process = shared.numbers.fetch_add(1, Ordering::Relaxed);
        let (secret, stop) = (rand::random(), Arc::new(AtomicBool::new(false)));
        let cancelling = Cancelling { secret, stop: Arc::clone(&stop) };
        shared.running.lock().insert(process, cancelling);
        Self { shared, process, secret, stop }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.shared.running.lock().remove(&self.process);
    }
}
