//! What a transaction sealed, and what of it the seat's member has opened at this node.

use super::cell::{Cell, Extent};
use crate::{
    console::{desk::Desk, desk::form_id, encoded},
    problem::Answer,
    store::Read,
};
use counterfoil_state::RowChange;
use counterfoil_types::Value;
use serde_json::{Value as Json, json};

/// Contents whose opened fields are looked up.
const LOOKED_UP: usize = 20;

/// A sealed content that a transaction put on the ledger.
pub struct Sealed {
    /// Of what it is.
    pub subject: String,
    /// Which version.
    pub version: String,
    /// The names of its fields.
    pub fields: Vec<String>,
    /// Who can read it.
    pub readers: Vec<String>,
    /// The fields that the seat's member has opened, with their values; from its own vault.
    pub opened: Vec<(String, Cell)>,
    /// Whether the seat's member can open it.
    pub may_open: bool,
    /// What opens it.
    pub action: String,
    /// What makes two clicks on it one opening.
    pub form_id: String,
}

impl Sealed {
    /// The contents among these rows.
    pub async fn among(desk: &Desk, changes: &[RowChange]) -> Answer<Vec<Self>> {
        let mut all: Vec<Self> = Vec::new();
        for row in Rows::of(changes, "document_sealed") {
            let (subject, version) = (row.text("subject"), row.text("version"));
            let named = |table: &'static str, name: &'static str| {
                let (subject, version) = (subject.clone(), version.clone());
                let mut names: Vec<String> = Rows::of(changes, table)
                    .filter(|row| row.text("subject") == subject && row.text("version") == version)
                    .map(|row| row.text(name))
                    .collect();
                names.dedup();
                names
            };
            let readers = named("document_reader", "reader");
            all.push(Self {
                fields: named("document_field", "name"),
                may_open: readers.iter().any(|reader| reader == desk.member()),
                readers,
                opened: Vec::new(),
                action: format!("/v1/sealed/{}/{version}/open", encoded(&subject)),
                form_id: form_id(),
                subject,
                version,
            });
        }
        if all.iter().any(|one| one.may_open) {
            add_opened(desk, &mut all).await?;
        }
        Ok(all)
    }
}

const OPENED: &str = "SELECT subject, version, name, value FROM vault.vault_field
    WHERE (subject, version) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) ORDER BY subject, version, name";

/// Adds what is in the vault of the seat's member, and of nobody else.
async fn add_opened(desk: &Desk, all: &mut [Sealed]) -> Answer<()> {
    let Some(vault) = desk.node.vault_of(Some(desk.kid())).await? else { return Ok(()) };
    let mine = all.iter().filter(|one| one.may_open).take(LOOKED_UP);
    let wanted: Vec<Json> = mine.map(|one| json!([one.subject, one.version.parse::<u64>().unwrap_or(0)])).collect();
    let read = Read { vault: Some(vault), as_of: None };
    let table = desk.node.store.sql_in(read, OPENED.to_owned(), vec![Json::Array(wanted).to_string().into()]).await?;
    desk.read_at(table.height);
    for row in &table.rows {
        let [subject, version, name, value] = row.as_slice() else { continue };
        let is_it = |one: &&mut Sealed| {
            subject.as_str() == Some(&one.subject) && version.as_u64() == one.version.parse().ok() && one.may_open
        };
        if let (Some(one), Some(name)) = (all.iter_mut().find(is_it), name.as_str()) {
            one.opened.push((name.to_owned(), Cell::of_json(name, value, Extent::Whole)));
        }
    }
    Ok(())
}

/// New rows of a table, whose columns are asked for by name.
struct Rows<'a> {
    change: &'a RowChange,
}

impl<'a> Rows<'a> {
    fn of(changes: &'a [RowChange], table: &'static str) -> impl Iterator<Item = Self> {
        let new = changes.iter().filter(move |change| change.table.name == table && change.new.is_some());
        new.map(|change| Self { change })
    }

    fn text(&self, column: &str) -> String {
        let place = self.change.table.columns.iter().position(|known| known.name == column);
        match place.and_then(|at| self.change.new.as_ref()?.get(at)) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Integer(number)) => number.to_string(),
            _ => String::new(),
        }
    }
}
