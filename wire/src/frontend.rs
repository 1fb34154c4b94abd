//! What clients send: messages of the PostgreSQL protocol 3, read out of bytes that may be anything.

use crate::error::{SqlState, WireError};
use bytes::{Buf as _, Bytes};
use counterfoil_types::limits;

/// The first message of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The client asks for TLS.
    Tls,
    /// The client asks for encryption by GSSAPI.
    Gss,
    /// Another session's statement shall end.
    Cancel {
        /// The session.
        process: i32,
        /// What shows that whoever asks knows it.
        secret: i32,
    },
    /// A session begins.
    Start {
        /// The minor version of the protocol that the client speaks.
        minor: u16,
        /// Its parameters, in order.
        parameters: Vec<(String, String)>,
    },
}

const TLS_REQUEST: i32 = 80_877_103;
const GSS_REQUEST: i32 = 80_877_104;
const CANCEL_REQUEST: i32 = 80_877_102;

impl Opening {
    /// Reads it from its body, without the length.
    pub(crate) fn parse(body: Bytes) -> Result<Self, WireError> {
        let mut body = Body(body);
        match body.int()? {
            TLS_REQUEST => Ok(Self::Tls),
            GSS_REQUEST => Ok(Self::Gss),
            CANCEL_REQUEST => Ok(Self::Cancel { process: body.int()?, secret: body.int()? }),
            version if version >> 16 == 3 => {
                let mut parameters = Vec::new();
                loop {
                    let name = body.text()?;
                    if name.is_empty() {
                        return Ok(Self::Start { minor: version as u16, parameters });
                    }
                    parameters.push((name, body.text()?));
                }
            }
            version => Err(WireError::fatal(
                SqlState::FeatureNotSupported,
                format!("unsupported frontend protocol {}.{}: this speaks 3.0", version >> 16, version as u16),
            )),
        }
    }
}

/// A prepared statement, or a portal, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A prepared statement.
    Statement(String),
    /// A portal.
    Portal(String),
}

/// Values and formats for a prepared statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bind {
    /// The portal that it makes.
    pub portal: String,
    /// The prepared statement.
    pub statement: String,
    /// Formats of the values: none, one for all, or one for each.
    pub formats: Vec<i16>,
    /// The values; none is NULL.
    pub values: Vec<Option<Bytes>>,
    /// Formats of the result's columns, likewise.
    pub result_formats: Vec<i16>,
}

/// A message of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// Statements as text.
    Query(String),
    /// Prepares a statement.
    Parse {
        /// Its name.
        name: String,
        /// Its text.
        sql: String,
        /// Types of its parameters, 0 where the client does not say.
        types: Vec<u32>,
    },
    /// Makes a portal.
    Bind(Bind),
    /// Asks for types.
    Describe(Target),
    /// Runs a portal.
    Execute {
        /// Its name.
        portal: String,
        /// At most so many rows; 0 is all.
        rows_max: usize,
    },
    /// Forgets a statement or portal.
    Close(Target),
    /// Asks for what is answered so far.
    Flush,
    /// Ends a series of messages.
    Sync,
    /// Ends the session.
    Terminate,
    /// A password, or another answer to a question of sign-in.
    Password(String),
    /// A part of a COPY that the server has refused.
    Copy,
    /// A function is called the old way.
    FunctionCall,
}

impl Message {
    /// Whether errors in it are followed by silence until Sync.
    pub(crate) fn is_extended(kind: u8) -> bool {
        matches!(kind, b'P' | b'B' | b'D' | b'E' | b'C' | b'H')
    }

    /// Reads a message of this kind from its body.
    pub(crate) fn parse(kind: u8, body: Bytes) -> Result<Self, WireError> {
        let mut body = Body(body);
        let message = match kind {
            b'Q' => Self::Query(body.text()?),
            b'P' => {
                let (name, sql) = (body.text()?, body.text()?);
                let count = body.count()?;
                let types = (0..count).map(|_| body.int().map(|oid| oid as u32)).collect::<Result<_, _>>()?;
                Self::Parse { name, sql, types }
            }
            b'B' => Self::Bind(bind(&mut body)?),
            b'D' => Self::Describe(body.target()?),
            b'E' => Self::Execute { portal: body.text()?, rows_max: usize::try_from(body.int()?).unwrap_or(0) },
            b'C' => Self::Close(body.target()?),
            b'H' => Self::Flush,
            b'S' => Self::Sync,
            b'X' => Self::Terminate,
            b'p' => Self::Password(body.text()?),
            b'd' | b'c' | b'f' => return Ok(Self::Copy),
            b'F' => return Ok(Self::FunctionCall),
            other => return Err(malformed(format!("invalid frontend message type {other}"))),
        };
        if body.0.has_remaining() {
            return Err(malformed(format!("{} bytes are left over in a message", body.0.remaining())));
        }
        Ok(message)
    }
}

fn bind(body: &mut Body) -> Result<Bind, WireError> {
    let (portal, statement) = (body.text()?, body.text()?);
    let formats = body.formats()?;
    let count = body.count()?;
    let values = (0..count).map(|_| body.value()).collect::<Result<_, _>>()?;
    Ok(Bind { portal, statement, formats, values, result_formats: body.formats()? })
}

/// A message that is not as the protocol says: the end of the session, because nobody knows where the next one begins.
pub(crate) fn malformed(detail: impl Into<String>) -> WireError {
    WireError::fatal(SqlState::ProtocolViolation, detail)
}

/// What is left of a message's body. Nothing is read beyond it.
struct Body(Bytes);

impl Body {
    fn take(&mut self, bytes: usize) -> Result<Bytes, WireError> {
        if self.0.len() < bytes {
            return Err(malformed("a message ends early"));
        }
        Ok(self.0.split_to(bytes))
    }

    fn int(&mut self) -> Result<i32, WireError> {
        Ok(self.take(4)?.get_i32())
    }

    fn short(&mut self) -> Result<i16, WireError> {
        Ok(self.take(2)?.get_i16())
    }

    /// How many parameters follow.
    fn count(&mut self) -> Result<usize, WireError> {
        let count = usize::from(self.short()? as u16);
        if count > limits::WIRE_PARAMETERS_MAX {
            let max = limits::WIRE_PARAMETERS_MAX;
            return Err(WireError::new(
                SqlState::ProgramLimit,
                format!("a statement has at most {max} parameters, not {count}"),
            ));
        }
        Ok(count)
    }

    /// Formats of parameters or columns.
    fn formats(&mut self) -> Result<Vec<i16>, WireError> {
        let count = usize::from(self.short()? as u16);
        if self.0.len() < 2 * count {
            return Err(malformed("a message ends early"));
        }
        (0..count).map(|_| self.short()).collect()
    }

    fn value(&mut self) -> Result<Option<Bytes>, WireError> {
        match self.int()? {
            -1 => Ok(None),
            length => self.take(usize::try_from(length).map_err(|_| malformed("a value has a length"))?).map(Some),
        }
    }

    /// Text up to a zero byte.
    fn text(&mut self) -> Result<String, WireError> {
        let end = self.0.iter().position(|&byte| byte == 0).ok_or_else(|| malformed("a text has no end"))?;
        let text = self.0.split_to(end);
        self.0.advance(1);
        String::from_utf8(text.into())
            .map_err(|_| WireError::new(SqlState::NotInRepertoire, "invalid byte sequence for encoding \"UTF8\""))
    }

    fn target(&mut self) -> Result<Target, WireError> {
        match self.take(1)?[0] {
            b'S' => Ok(Target::Statement(self.text()?)),
            b'P' => Ok(Target::Portal(self.text()?)),
            other => Err(malformed(format!("neither a statement nor a portal is of the kind {other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_lies_about_its_lengths_is_refused() {
        for (kind, body) in [
            (b'P', &b"\0"[..]),
            (b'P', b"\0\0\0\x05"),
            (b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xff"),
            (b'B', b"\0\0\xff\xff"),
            (b'E', b"\0\0"),
            (b'D', b""),
            (b'D', b"X\0"),
            (b'Q', b"SELECT 1"),
            (b'Q', b"SELECT 1\0x"),
            (b'Q', b"\xff\0"),
            (b'z', b""),
        ] {
            assert!(Message::parse(kind, Bytes::from_static(body)).is_err(), "{kind} {body:?}");
        }
    }

    #[test]
    fn messages_are_read_to_their_last_byte() {
        let parse = Message::parse(b'P', Bytes::from_static(b"a\0SELECT $1\0\0\x01\0\0\0\x14")).unwrap();
        assert_eq!(parse, Message::Parse { name: "a".into(), sql: "SELECT $1".into(), types: vec![20] });
        let bind = b"\0a\0\0\x01\0\x01\0\x02\0\0\0\x01x\xff\xff\xff\xff\0\0";
        let Message::Bind(bind) = Message::parse(b'B', Bytes::from_static(bind)).unwrap() else { panic!() };
        assert_eq!((bind.formats, bind.values), (vec![1], vec![Some(Bytes::from_static(b"x")), None]));
        let start = Opening::parse(Bytes::from_static(b"\0\x03\0\0user\0a/b\0\0")).unwrap();
        assert_eq!(start, Opening::Start { minor: 0, parameters: vec![("user".into(), "a/b".into())] });
    }
}
