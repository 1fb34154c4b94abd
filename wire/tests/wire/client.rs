//! A client that speaks the protocol plainly, and whatever else is to be sent.

use crate::ledger::{Served, TOKEN, USER};
use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// After this long without a byte, the server is taken to hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// A message of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub kind: u8,
    pub body: Vec<u8>,
}

impl Reply {
    /// A field of an error or notice.
    pub fn field(&self, wanted: u8) -> Option<String> {
        let fields = self.body.split(|byte| *byte == 0).filter(|field| !field.is_empty());
        let mut found = fields.filter(|field| field[0] == wanted);
        found.next().map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
    }

    /// The text of a body that is one.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body.strip_suffix(b"\0").unwrap_or(&self.body)).into_owned()
    }

    /// The columns of a row, as text.
    pub fn columns(&self) -> Vec<Option<String>> {
        let (mut rest, mut columns) = (&self.body[2..], Vec::new());
        while let Some((length, tail)) = rest.split_first_chunk::<4>() {
            let length = i32::from_be_bytes(*length);
            let value = usize::try_from(length).ok().map(|length| &tail[..length]);
            columns.push(value.map(|value| String::from_utf8_lossy(value).into_owned()));
            rest = &tail[value.map_or(0, <[u8]>::len)..];
        }
        columns
    }
}

/// A connection.
pub struct Client {
    socket: TcpStream,
    /// For cancelling: process and secret.
    pub key: [u8; 8],
}

/// A message of a client.
pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &(body.len() as u32 + 4).to_be_bytes()[..], body].concat()
}

/// The message that begins a session.
pub fn startup(parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body = vec![0, 3, 0, 0];
    for (name, value) in parameters {
        for text in [name, value] {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
    }
    body.push(0);
    [&(body.len() as u32 + 4).to_be_bytes()[..], &body].concat()
}

/// A text with its end.
pub fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}

/// Parse, without types.
pub fn parse(name: &str, sql: &str) -> Vec<u8> {
    message(b'P', &[text(name), text(sql), vec![0, 0]].concat())
}

/// Bind to the unnamed portal, of texts.
pub fn bind(statement: &str, values: &[&str]) -> Vec<u8> {
    let mut body = [text(""), text(statement), vec![0, 0], (values.len() as u16).to_be_bytes().to_vec()].concat();
    for value in values {
        body.extend_from_slice(&(value.len() as u32).to_be_bytes());
        body.extend_from_slice(value.as_bytes());
    }
    body.extend_from_slice(&[0, 0]);
    message(b'B', &body)
}

/// Bind of a statement without values to a portal of this name, and Execute of all of it.
pub fn run_as(portal: &str, statement: &str) -> Vec<u8> {
    let bind = message(b'B', &[text(portal), text(statement), vec![0; 6]].concat());
    [bind, message(b'E', &[text(portal), vec![0; 4]].concat())].concat()
}

/// Execute of the unnamed portal.
pub fn execute(rows_max: u32) -> Vec<u8> {
    message(b'E', &[text(""), rows_max.to_be_bytes().to_vec()].concat())
}

/// Sync.
pub fn sync() -> Vec<u8> {
    message(b'S', &[])
}

impl Client {
    /// A connection that has said nothing.
    pub fn open(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).expect("a connection");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        Self { socket, key: [0; 8] }
    }

    /// A session.
    pub fn start(served: &Served) -> Self {
        let mut client = Self::open(served.address);
        client.send(&startup(&[("user", USER), ("database", "ledger")]));
        assert_eq!(client.receive().expect("an answer").kind, b'R');
        client.send(&message(b'p', &text(TOKEN)));
        for reply in client.until_ready() {
            if reply.kind == b'K' {
                client.key.copy_from_slice(&reply.body);
            }
        }
        client
    }

    /// Sends bytes.
    pub fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).expect("the server takes bytes");
    }

    /// Sends bytes to a server that may have gone.
    pub fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// Says that no more bytes come.
    pub fn finish(&mut self) {
        // It is gone already if the server was first.
        let _ = self.socket.shutdown(std::net::Shutdown::Write);
    }

    /// Everything up to the end of the connection.
    ///
    /// # Panics
    /// If the server neither answers nor closes.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.socket.read_to_end(&mut rest) {
            Ok(_) => rest,
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => rest,
            Err(error) => panic!("the server neither answers nor closes: {error}"),
        }
    }

    /// The next message; none at the end.
    pub fn receive(&mut self) -> Option<Reply> {
        let mut head = [0; 5];
        match self.socket.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
            Err(error) => panic!("no answer: {error}"),
        }
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize - 4;
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body).expect("a whole message");
        Some(Reply { kind: head[0], body })
    }

    /// Messages up to ReadyForQuery, with it.
    pub fn until_ready(&mut self) -> Vec<Reply> {
        let mut replies = Vec::new();
        loop {
            replies.push(self.receive().expect("the server goes on"));
            if replies.last().is_some_and(|reply| reply.kind == b'Z') {
                return replies;
            }
        }
    }

    /// What comes of statements as one text.
    pub fn query(&mut self, sql: &str) -> Vec<Reply> {
        self.send(&message(b'Q', &text(sql)));
        self.until_ready()
    }

    /// What comes of messages that end with Sync.
    pub fn run(&mut self, messages: &[Vec<u8>]) -> Vec<Reply> {
        self.send(&messages.concat());
        self.until_ready()
    }

    /// The rows of a SELECT.
    #[track_caller]
    pub fn rows(&mut self, sql: &str) -> Vec<Vec<Option<String>>> {
        let replies = self.query(sql);
        assert_eq!(error(&replies), None, "{sql}");
        replies.iter().filter(|reply| reply.kind == b'D').map(Reply::columns).collect()
    }

    /// The only value of a SELECT.
    #[track_caller]
    pub fn value(&mut self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!((rows.len(), rows[0].len()), (1, 1), "{sql}");
        rows[0][0].clone().expect("a value")
    }
}

/// The SQLSTATE of the error among messages.
pub fn error(replies: &[Reply]) -> Option<String> {
    replies.iter().find(|reply| reply.kind == b'E').and_then(|reply| reply.field(b'C'))
}

/// The tags of finished statements.
pub fn tags(replies: &[Reply]) -> Vec<String> {
    replies.iter().filter(|reply| reply.kind == b'C').map(Reply::text).collect()
}

/// The state of the transaction at the end.
pub fn status(replies: &[Reply]) -> char {
    char::from(replies.last().expect("ReadyForQuery").body[0])
}
