use axum::serve::Listener;
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};

/// Connections at once; further ones wait in the system's queue.
const CONNECTIONS: usize = 1_024;
/// How long a connection may be without a byte in either direction: longer than any answer takes, and than the pauses of events. A request
/// gains no time by coming byte after byte: it has as long to be answered from its first one on.
const IDLE: Duration = Duration::from_secs(120);

/// A listener whose connections are bounded in number, and closed when nothing moves on them.
pub struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
    idle: Duration,
}

impl Bounded {
    /// Bounds what comes in by `listener`.
    pub fn new(listener: TcpListener) -> Self {
        Self::with(listener, CONNECTIONS, IDLE)
    }

    fn with(listener: TcpListener, connections: usize, idle: Duration) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(connections)), idle }
    }
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // The semaphore is never closed.
        let place = self.places.clone().acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Receipts are streamed in small pieces: none waits for the next.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("TCP_NODELAY: {error}");
        }
        let idle = self.idle;
        (
            Connection {
                stream,
                moved: Instant::now(),
                asks: false,
                idle,
                timer: Box::pin(sleep(idle)),
                _place: place,
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection with its place among all.
pub struct Connection {
    stream: TcpStream,
    /// When a byte went, or the first one came after that.
    moved: Instant,
    /// Whether bytes have come since one went.
    asks: bool,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connection {
    /// Passes on what reading came to.
    fn came(&mut self, context: &mut Context<'_>, progress: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        if progress.is_pending() {
            return self.wait(context);
        }
        if !self.asks {
            (self.asks, self.moved) = (true, Instant::now());
        }
        if self.moved + self.idle <= Instant::now() {
            Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
        } else {
            progress
        }
    }

    /// Passes on what writing came to.
    fn went(&mut self, context: &mut Context<'_>, progress: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if progress.is_pending() {
            return self.wait(context);
        }
        (self.asks, self.moved) = (false, Instant::now());
        progress
    }

    /// Goes on waiting, unless nothing has moved for too long.
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        loop {
            ready!(self.timer.as_mut().poll(context));
            let until = self.moved + self.idle;
            if until <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(until);
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_read(context, into);
        self.came(context, progress)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.went(context, progress)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.went(context, progress)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn one_connection_too_many_waits_for_a_place() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut bounded = Bounded::with(listener, 1, IDLE);
        let address = bounded.local_addr().unwrap();
        let (_one, _two) = (TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap());
        let (first, _) = bounded.accept().await;
        let second = tokio::time::timeout(Duration::from_millis(100), bounded.accept()).await;
        assert!(second.is_err(), "there is no place for it");
        drop(first);
        bounded.accept().await;
    }

    #[tokio::test]
    async fn a_connection_is_closed_when_nothing_moves_on_it_and_not_before() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut bounded = Bounded::with(listener, 1, Duration::from_millis(400));
        let _client = TcpStream::connect(bounded.local_addr().unwrap()).await.unwrap();
        let (connection, _) = bounded.accept().await;
        let (mut reads, mut writes) = tokio::io::split(connection);
        let begun = Instant::now();
        let writing = tokio::spawn(async move {
            for _ in 0..6 {
                sleep(Duration::from_millis(100)).await;
                writes.write_all(b"alive").await.unwrap();
            }
        });
        let error = reads.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= Duration::from_millis(900), "what goes out counts too");
        writing.await.unwrap();
    }

    #[tokio::test]
    async fn a_request_that_comes_byte_by_byte_gains_no_time() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut bounded = Bounded::with(listener, 1, Duration::from_millis(400));
        let mut client = TcpStream::connect(bounded.local_addr().unwrap()).await.unwrap();
        let (mut connection, _) = bounded.accept().await;
        let dripping = tokio::spawn(async move {
            while client.write_all(b"G").await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
        });
        let error = loop {
            if let Err(error) = connection.read_u8().await {
                break error;
            }
            connection.flush().await.unwrap();
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(connection);
        dripping.await.unwrap();
    }
}
