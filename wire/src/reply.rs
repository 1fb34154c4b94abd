//! What the server sends, written into the bytes that go out.

use crate::{error::WireError, types::PgType};
use bytes::{BufMut as _, BytesMut};

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: PgType,
}

/// Whether a session is in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Status {
    /// No.
    Idle = b'I',
    /// Yes.
    Open = b'T',
    /// Yes, and it has failed.
    Failed = b'E',
}

/// How a message to a person is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    /// For information.
    Notice,
    /// To be looked at.
    Warning,
}

fn message(out: &mut BytesMut, kind: u8, body: impl FnOnce(&mut BytesMut)) {
    out.put_u8(kind);
    let start = out.len();
    out.put_i32(0);
    body(out);
    let length = (out.len() - start) as i32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

fn text(out: &mut BytesMut, text: &str) {
    out.put_slice(text.split('\0').next().unwrap_or_default().as_bytes());
    out.put_u8(0);
}

/// A message without a body, such as ParseComplete.
pub(crate) fn bare(out: &mut BytesMut, kind: u8) {
    message(out, kind, |_| ());
}

pub(crate) const PARSE_COMPLETE: u8 = b'1';
pub(crate) const BIND_COMPLETE: u8 = b'2';
pub(crate) const CLOSE_COMPLETE: u8 = b'3';
pub(crate) const NO_DATA: u8 = b'n';
pub(crate) const EMPTY_QUERY: u8 = b'I';
pub(crate) const PORTAL_SUSPENDED: u8 = b's';

/// AuthenticationCleartextPassword.
pub(crate) fn ask_password(out: &mut BytesMut) {
    message(out, b'R', |out| out.put_i32(3));
}

/// AuthenticationOk.
pub(crate) fn signed_in(out: &mut BytesMut) {
    message(out, b'R', |out| out.put_i32(0));
}

/// ParameterStatus.
pub(crate) fn parameter(out: &mut BytesMut, name: &str, value: &str) {
    message(out, b'S', |out| {
        text(out, name);
        text(out, value);
    });
}

/// BackendKeyData.
pub(crate) fn cancel_key(out: &mut BytesMut, process: i32, secret: i32) {
    message(out, b'K', |out| {
        out.put_i32(process);
        out.put_i32(secret);
    });
}

/// NegotiateProtocolVersion: 3.0, and no options.
pub(crate) fn negotiate(out: &mut BytesMut, unknown: &[&str]) {
    message(out, b'v', |out| {
        out.put_i32(0);
        out.put_i32(unknown.len() as i32);
        unknown.iter().for_each(|name| text(out, name));
    });
}

/// ReadyForQuery.
pub(crate) fn ready(out: &mut BytesMut, status: Status) {
    message(out, b'Z', |out| out.put_u8(status as u8));
}

/// CommandComplete.
pub(crate) fn complete(out: &mut BytesMut, tag: &str) {
    message(out, b'C', |out| text(out, tag));
}

/// ParameterDescription.
pub(crate) fn parameters(out: &mut BytesMut, types: &[PgType]) {
    message(out, b't', |out| {
        out.put_i16(types.len() as i16);
        types.iter().for_each(|kind| out.put_u32(kind.oid()));
    });
}

/// RowDescription; `format` gives each column's.
pub(crate) fn row_description(out: &mut BytesMut, fields: &[Field], format: impl Fn(usize) -> i16) {
    message(out, b'T', |out| {
        out.put_i16(fields.len() as i16);
        for (at, field) in fields.iter().enumerate() {
            text(out, &field.name);
            out.put_i32(0);
            out.put_i16(0);
            out.put_u32(field.kind.oid());
            out.put_i16(field.kind.size());
            out.put_i32(-1);
            out.put_i16(format(at));
        }
    });
}

/// DataRow, whose columns `columns` writes.
pub(crate) fn row<E>(
    out: &mut BytesMut,
    count: usize,
    columns: impl FnOnce(&mut BytesMut) -> Result<(), E>,
) -> Result<(), E> {
    let begin = out.len();
    let mut result = Ok(());
    message(out, b'D', |out| {
        out.put_i16(count as i16);
        result = columns(out);
    });
    if result.is_err() {
        out.truncate(begin);
    }
    result
}

/// ErrorResponse.
pub(crate) fn error(out: &mut BytesMut, error: &WireError) {
    let severity = if error.fatal { "FATAL" } else { "ERROR" };
    message(out, b'E', |out| {
        let position = error.position.map(|position| position.to_string());
        let fields = [
            (b'S', Some(severity)),
            (b'V', Some(severity)),
            (b'C', Some(error.state.code())),
            (b'M', Some(error.message.as_str())),
            (b'D', error.detail.as_deref()),
            (b'H', error.hint.as_deref()),
            (b'P', position.as_deref()),
        ];
        for (kind, value) in fields {
            if let Some(value) = value {
                out.put_u8(kind);
                text(out, value);
            }
        }
        out.put_u8(0);
    });
}

/// NoticeResponse.
pub(crate) fn notice(out: &mut BytesMut, severity: Severity, code: &str, words: &str) {
    let severity = match severity {
        Severity::Notice => "NOTICE",
        Severity::Warning => "WARNING",
    };
    message(out, b'N', |out| {
        for (kind, value) in [(b'S', severity), (b'V', severity), (b'C', code), (b'M', words)] {
            out.put_u8(kind);
            text(out, value);
        }
        out.put_u8(0);
    });
}
