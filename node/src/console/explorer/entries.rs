use super::{
    cell::visible,
    links,
    texts::{Texts, filled},
};
use crate::{
    console::{Page, Visit, address::Query, desk::Moment},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_state::ListedEntry;
use counterfoil_types::{Call, Transaction};
use serde::Deserialize;
use std::sync::Arc;

/// Transactions on a page.
const SHOWN: usize = 50;

/// A transaction in a list.
pub struct EntryLine {
    /// Where it is shown.
    pub href: String,
    /// The block.
    pub height: u64,
    /// Its place there.
    pub index: u32,
    /// Its identity.
    pub identity: String,
    /// Its first signer; empty for what is no transaction.
    pub sender: String,
    /// The member who signed.
    pub sender_href: String,
    /// Its first command; empty where it is not known.
    pub command: String,
    /// The action of a package that the command calls.
    pub action: String,
    /// How many more commands it has.
    pub more: usize,
    /// The code of its refusal; none where it took effect.
    pub code: Option<String>,
    /// When its block was made.
    pub time: Moment,
}

impl EntryLine {
    /// The beginning of its identity.
    pub fn short(&self) -> &str {
        &self.identity[..12]
    }

    /// That there are more commands.
    pub fn and_more(&self, t: &Texts) -> String {
        filled(t.and_more, &[&self.more.to_string()])
    }
}

/// The line of an entry.
pub fn line(entry: &ListedEntry) -> EntryLine {
    let transaction = entry.wire.clone().and_then(|wire| Transaction::from_wire(wire).ok());
    let calls = transaction.map(|transaction| transaction.payload.calls).unwrap_or_default();
    EntryLine {
        href: links::entry(entry.height, entry.index),
        height: entry.height,
        index: entry.index,
        identity: entry.identity.to_string(),
        sender: entry.sender.clone(),
        sender_href: links::member(entry.sender.split('/').next().unwrap_or_default()),
        command: calls.first().map(|call| call.r#do.clone()).unwrap_or_default(),
        action: calls.first().and_then(called).unwrap_or_default(),
        more: calls.len().saturating_sub(1),
        code: entry.code.clone(),
        time: Moment(entry.time_ms),
    }
}

/// The action that a call of a package's calls: what is done says its name, not the command's.
fn called(call: &Call) -> Option<String> {
    #[derive(Deserialize)]
    struct With {
        action: String,
    }
    let with = (call.r#do == "package.call").then(|| serde_json::from_str::<With>(call.with.get()).ok()).flatten();
    with.map(|with| visible(&with.action))
}

/// Which transactions are asked for.
#[derive(Deserialize)]
pub struct Before {
    /// Those before this place.
    before: Option<Place>,
}

/// Height and index, written `height-index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Place(u64, u32);

impl TryFrom<String> for Place {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = |text: &str| {
            let (height, index) = text.split_once('-')?;
            // What a position has room for.
            let height = height.parse().ok().filter(|height| *height < 1 << 47)?;
            Some(Self(height, u32::from(index.parse::<u16>().ok()?)))
        };
        read(&text).ok_or_else(|| format!("{text:?} is no place of a transaction, as 7-3 is"))
    }
}

#[derive(Template)]
#[template(path = "explorer/entries.html")]
struct Entries {
    page: Page,
    t: &'static Texts,
    entries: Vec<EntryLine>,
    older: Option<String>,
    newest: bool,
}

/// GET /transactions?before=
pub async fn page(State(node): State<Arc<Member>>, Query(Before { before }): Query<Before>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let before = before.map(|Place(height, index)| (height, index));
            let entries = desk.look(move |reader| reader.entries_before(before, SHOWN)).await?;
            let last = entries.last().filter(|_| entries.len() == SHOWN);
            Ok(Entries {
                page: desk.page(),
                t: Texts::of(desk.language()),
                older: last.map(|last| format!("/transactions?before={}-{}", last.height, last.index)),
                entries: entries.iter().map(line).collect(),
                newest: before.is_none(),
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_is_read_or_refused() {
        for (text, expected) in [
            ("7-3", Some(Place(7, 3))),
            ("0-65535", Some(Place(0, 65_535))),
            ("7-65536", None),
            ("18446744073709551615-1", None),
            ("7", None),
            ("-", None),
            ("' OR 1=1", None),
        ] {
            assert_eq!(Place::try_from(text.to_owned()).ok(), expected, "{text}");
        }
    }
}
