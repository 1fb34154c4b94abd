//! Bytes in and out, framed. What a client says of a message's length is believed only as far as the limits go.

use crate::{
    error::{SqlState, WireError},
    frontend::{Message, Opening, malformed},
};
use bytes::{Buf as _, BytesMut};
use counterfoil_types::limits;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

/// Bytes of the outgoing buffer after which it is sent.
pub(crate) const SEND_BYTES: usize = 64 * 1024;
/// PostgreSQL's own limit on a message: nobody means what is longer.
const DECLARED_MAX: usize = 0x3fff_ffff;

/// One side of a connection.
pub(crate) struct Stream<S> {
    inner: S,
    input: BytesMut,
    /// What goes out next.
    pub out: BytesMut,
}

/// A message, or what is wrong with it.
pub(crate) struct Received {
    /// The kind of the message.
    pub kind: u8,
    /// The message.
    pub message: Result<Message, WireError>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, input: BytesMut::new(), out: BytesMut::new() }
    }

    /// The connection itself; none if the client has sent more than it was asked for, which encryption must not follow.
    pub(crate) fn into_inner(self) -> Option<S> {
        self.input.is_empty().then_some(self.inner)
    }

    /// Fills the input up to `bytes`; whether that many came.
    async fn fill(&mut self, bytes: usize) -> io::Result<bool> {
        while self.input.len() < bytes {
            if self.inner.read_buf(&mut self.input).await? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first message.
    pub(crate) async fn opening(&mut self) -> io::Result<Option<Result<Opening, WireError>>> {
        if !self.fill(4).await? {
            return Ok(None);
        }
        let length = self.input.get_u32() as usize;
        if !(8..=limits::WIRE_STARTUP_BYTES_MAX).contains(&length) {
            return Ok(Some(Err(malformed("invalid length of startup packet"))));
        }
        if !self.fill(length - 4).await? {
            return Ok(None);
        }
        let body = self.input.split_to(length - 4).freeze();
        Ok(Some(Opening::parse(body)))
    }

    /// The next message; none at the end. One that is too long is read over and refused.
    pub(crate) async fn message(&mut self, bytes_max: usize) -> io::Result<Option<Received>> {
        if !self.fill(5).await? {
            return Ok(None);
        }
        let kind = self.input.get_u8();
        let length = self.input.get_u32() as usize;
        if !(4..=DECLARED_MAX).contains(&length) {
            return Ok(Some(Received { kind, message: Err(malformed("invalid message length")) }));
        }
        let length = length - 4;
        if length > bytes_max {
            if !self.skip(length).await? {
                return Ok(None);
            }
            let text = format!("a message has at most {bytes_max} bytes, not {length}");
            return Ok(Some(Received { kind, message: Err(WireError::new(SqlState::ProgramLimit, text)) }));
        }
        if !self.fill(length).await? {
            return Ok(None);
        }
        let body = self.input.split_to(length).freeze();
        Ok(Some(Received { kind, message: Message::parse(kind, body) }))
    }

    async fn skip(&mut self, mut bytes: usize) -> io::Result<bool> {
        loop {
            let here = bytes.min(self.input.len());
            self.input.advance(here);
            bytes -= here;
            if bytes == 0 {
                return Ok(true);
            }
            self.input.reserve(bytes.min(SEND_BYTES));
            if self.inner.read_buf(&mut self.input).await? == 0 {
                return Ok(false);
            }
        }
    }

    /// Sends what is written so far.
    pub(crate) async fn send(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let patience = Duration::from_millis(limits::WIRE_IDLE_MS);
        let sent = timeout(patience, self.inner.write_all(&self.out)).await;
        self.out.clear();
        sent.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        self.inner.flush().await
    }

    /// Sends what is written so far and ends.
    pub(crate) async fn close(&mut self) -> io::Result<()> {
        self.send().await?;
        self.inner.shutdown().await
    }
}
