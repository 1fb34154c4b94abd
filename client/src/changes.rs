use crate::{Client, Error, http::Request};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use counterfoil_types::{Execution, Hash, Header};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, ErrorKind, Read};

/// A line of a stream of changes has at most so many bytes: a change list has at most those of a value in SQLite.
const LINE_BYTES_MAX: u64 = 1536 * 1024 * 1024;
/// Bytes that are read at once.
const BUFFER: usize = 256 * 1024;

/// A line of `/v1/changes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// The next block.
    Block(Box<BlockChanges>),
    /// How far the node is, between blocks and while there are none.
    Executed(Mark),
}

/// What a block came to. Nothing of it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockChanges {
    /// Its header.
    pub header: Header,
    /// The record of its execution.
    pub execution: Execution,
    /// The chained result that the node names for it.
    pub result: Hash,
    /// The tables that it created, in order.
    pub tables: Vec<CreatedTable>,
    /// Its change list, encoded; none where it wrote no row.
    pub changes: Option<Vec<u8>>,
}

/// A table of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedTable {
    /// Its name, such as `invoice` or `warehouse.receipt`.
    pub name: String,
    /// The module it belongs to.
    pub module: String,
    /// Whether rows may change or go.
    pub mutable: bool,
    /// Its columns in declared order.
    pub columns: Vec<CreatedColumn>,
    /// The names of the primary key's columns, in the key's order.
    pub primary_key: Vec<String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ColumnKind {
    /// 64-bit integers.
    Integer,
    /// UTF-8 text.
    Text,
    /// Bytes.
    Blob,
}

/// A block that a node has executed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Mark {
    /// Its height.
    pub height: u64,
    /// Its time, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
}

/// Blocks as they are executed, without end. After an error: ask again from the height after the last one.
pub struct Changes {
    lines: Box<dyn BufRead + Send>,
    request: String,
}

impl Client {
    /// Follows the blocks of the ledger from the height `from` on, with the rows that each wrote.
    pub fn changes(&self, from: u64) -> Result<Changes, Error> {
        let path = format!("/v1/changes?from={from}");
        let request = Request { path: &path, repeatable: true, ..Request::default() };
        let lines = Box::new(BufReader::with_capacity(BUFFER, self.stream(&request)?));
        Ok(Changes { lines, request: format!("GET {}{path}", self.url) })
    }
}

impl Changes {
    fn transport(&self, error: std::io::Error) -> Error {
        Error::Transport { request: self.request.clone(), source: Box::new(error.into()) }
    }

    fn next_line(&mut self) -> Result<Option<Followed>, Error> {
        let mut line = Vec::new();
        let read = self.lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        match read.map_err(|error| self.transport(error))? {
            0 => return Ok(None),
            _ if line.ends_with(b"\n") => {}
            _ => return Err(self.transport(std::io::Error::new(ErrorKind::UnexpectedEof, "a line ends early"))),
        }
        let followed = serde_json::from_slice::<Line>(&line).map_err(|error| error.to_string()).and_then(Line::read);
        followed.map(Some).map_err(|why| Error::Answer { request: self.request.clone(), why })
    }
}

impl Iterator for Changes {
    type Item = Result<Followed, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_line().transpose()
    }
}

#[derive(Deserialize)]
struct Line<'a> {
    executed: Option<Mark>,
    header: Option<&'a str>,
    state_root: Option<Hash>,
    changes_root: Option<Hash>,
    receipts_root: Option<Hash>,
    result: Option<Hash>,
    #[serde(default)]
    tables: Vec<CreatedTable>,
    changes: Option<&'a str>,
}

impl Line<'_> {
    fn read(self) -> Result<Followed, String> {
        match self.executed {
            Some(mark) => Ok(Followed::Executed(mark)),
            None => self.block().map(|block| Followed::Block(Box::new(block))),
        }
    }

    fn block(self) -> Result<BlockChanges, String> {
        let bytes = |name: &str, text: &str| {
            Base64UrlUnpadded::decode_vec(text).map_err(|_| format!("{name} of a block is not base64url"))
        };
        let hash = |name: &str, hash: Option<Hash>| hash.ok_or_else(|| format!("a block has no {name}"));
        let header = bytes("header", self.header.ok_or("a line is neither a block nor a height")?)?;
        let header = Header::decode(&header).ok_or("the header of a block does not decode")?;
        let execution = Execution {
            height: header.height,
            block: if header.height == 0 { header.ledger } else { header.digest() },
            state_root: hash("state_root", self.state_root)?,
            changes_root: hash("changes_root", self.changes_root)?,
            receipts_root: hash("receipts_root", self.receipts_root)?,
        };
        let changes = self.changes.map(|text| bytes("changes", text)).transpose()?;
        Ok(BlockChanges { header, execution, result: hash("result", self.result)?, tables: self.tables, changes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Vec<Result<Followed, Error>> {
        Changes { lines: Box::new(text.as_bytes()), request: String::new() }.collect()
    }

    #[test]
    fn a_line_that_broke_off_is_a_broken_connection_and_another_text_is_no_answer() {
        let mark = |height| Followed::Executed(Mark { height, time_ms: 5 });
        let lines = read("{\"executed\":{\"height\":7,\"time_ms\":5}}\n{\"executed\":{\"height\":8,\"time_ms\":5}}");
        assert_eq!(lines[0].as_ref().expect("a mark"), &mark(7));
        assert!(matches!(lines[1], Err(Error::Transport { .. })), "{:?}", lines[1]);
        for wrong in ["{}\n", "[]\n", "{\"header\":\"%\"}\n", "{\"header\":\"AAAA\"}\n"] {
            let lines = read(wrong);
            assert!(matches!(&lines[..], [Err(Error::Answer { .. })]), "{wrong}: {lines:?}");
        }
        assert!(read("").is_empty());
    }
}
