use super::{
    entries::{self, EntryLine},
    links,
    overview::BlockLine,
    texts::{Texts, filled},
};
use crate::{
    console::{
        Page, Visit,
        address::{Path, Query},
        desk::Moment,
    },
    member::{Committees, Member},
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_proof::Certificate;
use counterfoil_state::{BlockRecord, TableChanges};
use serde::Deserialize;
use std::sync::Arc;

/// Blocks on a page.
const SHOWN: u64 = 50;
/// Transactions of a block on a page.
const ENTRIES_SHOWN: usize = 100;

/// Which blocks are asked for.
#[derive(Deserialize)]
pub struct Before {
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "explorer/blocks.html")]
struct List {
    page: Page,
    t: &'static Texts,
    blocks: Vec<BlockLine>,
    older: Option<u64>,
    newest: bool,
}

/// GET /blocks?before=
pub async fn list(State(node): State<Arc<Member>>, Query(Before { before }): Query<Before>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let newest = desk.node.hub.executed().borrow().height;
            let end = before.map_or(newest + 1, |before| before.min(newest + 1));
            let first = end.saturating_sub(SHOWN);
            let headers = desk.look(move |reader| reader.headers(first, (end - first) as usize)).await?;
            let committees = desk.committees().await?;
            Ok(List {
                page: desk.page(),
                t: Texts::of(desk.language()),
                blocks: headers.iter().rev().map(|header| BlockLine::of(header, &committees)).collect(),
                older: (first > 0).then_some(first),
                newest: end > newest,
            })
        })
        .await
}

/// Which of a block's transactions are asked for.
#[derive(Deserialize)]
pub struct From {
    from: Option<String>,
}

#[derive(Template)]
#[template(path = "explorer/block.html")]
struct Block {
    page: Page,
    t: &'static Texts,
    record: BlockRecord,
    time: Moment,
    proposer: Option<String>,
    certified: bool,
    next: Option<u64>,
    signers: Option<Signers>,
    entries: Vec<EntryLine>,
    further: Option<u32>,
    tables: Vec<TableChanges>,
}

/// Who signed that a block is final.
struct Signers {
    height: u64,
    text: String,
    members: Vec<String>,
}

impl Signers {
    /// Nothing where the certificate does not decode: it is shown, not relied on.
    fn of((height, bytes): &(u64, Vec<u8>), own: u64, committees: &Committees, t: &Texts) -> Option<Self> {
        let certificate = Certificate::decode(bytes).ok()?;
        let member = |place: usize| committees.at(certificate.epoch, place as u32).unwrap_or_default().to_owned();
        let count = [certificate.signatures.len().to_string(), certificate.validators.to_string()];
        let text = if *height == own { t.signed_text } else { t.signed_later_text };
        Some(Self {
            height: *height,
            text: filled(text, &[&count[0], &count[1]]),
            members: certificate.signatures.iter().map(|(place, _)| member(*place)).collect(),
        })
    }
}

/// GET /blocks/{height}?from=
pub async fn page(
    State(node): State<Arc<Member>>,
    Path(height): Path<String>,
    Query(From { from }): Query<From>,
    visit: Visit,
) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let height = parsed(&height)?;
            let from = from.as_deref().and_then(|from| from.parse::<u16>().ok()).unwrap_or_default().into();
            let record = desk.look(move |reader| reader.block_record(height)).await?.ok_or_else(|| none(height))?;
            let entries = desk.look(move |reader| reader.entries(height, from, ENTRIES_SHOWN)).await?;
            let tables = match record.changed_rows {
                0 => Vec::new(),
                _ => desk.look(move |reader| reader.changed_tables(height)).await?,
            };
            let committees = desk.committees().await?;
            let header = &record.header;
            let proposer = (height > 0).then(|| committees.at(header.epoch, header.proposer)).flatten();
            let last = from + entries.len() as u32;
            Ok(Block {
                page: desk.page(),
                t,
                time: Moment(header.time_ms),
                proposer: proposer.map(str::to_owned),
                certified: height <= *desk.node.hub.certified().borrow(),
                next: (height < desk.node.hub.executed().borrow().height).then_some(height + 1),
                signers: record.certificate.as_ref().and_then(|found| Signers::of(found, height, &committees, t)),
                entries: entries.iter().map(entries::line).collect(),
                further: (last < header.transactions).then_some(last),
                tables,
                record,
            })
        })
        .await
}

/// A height in an address.
pub fn parsed(height: &str) -> Answer<u64> {
    let number = height.parse().ok().filter(|height: &u64| *height < 1 << 47);
    number.ok_or_else(|| Problem::not_found(format!("{height:?} is not the height of a block")))
}

/// There is no such block here.
pub fn none(height: u64) -> Problem {
    Problem::not_found(format!("no block of height {height} is executed here"))
}
