//! Evidence, versions and seals on a real ledger.

mod anchors;
mod clear;
mod keys;
mod modules;
mod readers;
mod refused;
mod sealing;
mod versions;

use super::{
    AddReader, Create, DefineType, FieldText, MODULE, Open, PublishReadingKey, Sealed, TypeField, Wrap, sealed::subject,
};
use crate::{Module, call, member, testing::Ledger};
use counterfoil_seal::{Field, Opened, Place, Reader, ReadingKey, Record, SealError, seal};
use counterfoil_types::{Call, Hash, Kid, Value};
use rand::{SeedableRng as _, rngs::StdRng};

/// A type with `matter` (clear, required), `party` (clear), `price` (sealed, required) and `note` (sealed); the tax bureau reads.
const CONTRACT: &str = "tax-bureau/contract";
/// A type with nothing but `text`, in the clear.
const NOTE: &str = "tax-bureau/note";
const LEASE: &str = "shop-1/lease";

/// A ledger on which the members of `readers` have published their reading key `main` and both types are defined.
fn ledger() -> Ledger {
    ledger_with(&[])
}

fn ledger_with(more: &[Module]) -> Ledger {
    let mut ledger = Ledger::new([&[member::MODULE, MODULE], more].concat());
    let mut block = Vec::new();
    for member in ["tax-bureau", "shop-1", "bank-a", "core-corp"] {
        block.push(ledger.sign(&[&format!("{member}/dev")], &[call(&publish(member, "main"))]));
    }
    let types = [call(&contract_type()), call(&note_type())];
    block.push(ledger.sign(&["tax-bureau/dev"], &types));
    ledger.block(block).iter().for_each(|done| drop(done.outputs()));
    ledger
}

fn contract_type() -> DefineType {
    DefineType {
        r#type: CONTRACT.into(),
        title: "Contracts".into(),
        fields: vec![
            type_field("matter", false, true),
            type_field("party", false, false),
            type_field("price", true, true),
            type_field("note", true, false),
        ],
        mandatory_readers: vec!["tax-bureau".into()],
    }
}

fn note_type() -> DefineType {
    let fields = vec![type_field("text", false, false)];
    DefineType { r#type: NOTE.into(), title: "Notes".into(), fields, mandatory_readers: vec![] }
}

fn type_field(name: &str, sealed: bool, required: bool) -> TypeField {
    TypeField { name: name.into(), sealed, required }
}

fn kid(text: &str) -> Kid {
    text.parse().unwrap()
}

/// The secret of the reading key `kid`.
fn reading_key(kid: &str) -> ReadingKey {
    ReadingKey::from_bytes(Hash::of(&[kid.as_bytes()]).0)
}

fn publish(member: &str, name: &str) -> PublishReadingKey {
    let public_key = reading_key(&format!("{member}/{name}")).public_key().to_string();
    PublishReadingKey { member: member.into(), name: name.into(), public_key }
}

fn reader(text: &str) -> Reader {
    Reader { kid: kid(text), public_key: reading_key(text).public_key() }
}

fn clear(fields: &[(&str, &str)]) -> Vec<FieldText> {
    fields.iter().map(|(name, value)| FieldText { name: (*name).into(), value: (*value).into() }).collect()
}

/// Seals for the keys `main` of members.
fn seal_at(
    ledger: &Ledger,
    subject: &str,
    version: u64,
    sealer: &str,
    readers: &[&str],
    fields: &[(&str, &str)],
) -> Sealed {
    let place = Place { ledger: ledger.state().ledger(), subject: subject.into(), version, sealer: sealer.into() };
    let fields: Vec<_> = fields.iter().map(|(name, value)| Field::text(*name, *value)).collect();
    let readers: Vec<_> = readers.iter().map(|member| reader(&format!("{member}/main"))).collect();
    seal(&place, &fields, &readers, &mut StdRng::seed_from_u64(version)).unwrap()
}

/// A version of the lease, sealed by shop-1.
fn seal_lease(ledger: &Ledger, version: u64, readers: &[&str]) -> Sealed {
    let price = format!("{version}88000.50");
    seal_at(ledger, LEASE, version, "shop-1", readers, &[("price", &price), ("note", "请勿外传")])
}

/// The lease with its first version, for these members.
fn lease(ledger: &Ledger, readers: &[&str]) -> Create {
    Create {
        document: LEASE.into(),
        r#type: CONTRACT.into(),
        fields: clear(&[("matter", "lease")]),
        sealed: Some(seal_lease(ledger, 1, readers)),
    }
}

fn create_lease(ledger: &mut Ledger, readers: &[&str]) {
    let create = lease(ledger, readers);
    ledger.run("shop-1/dev", &create).applied();
}

/// What the ledger has sealed.
fn record(ledger: &Ledger, subject: &str, version: u64) -> Record {
    let shown = ledger.query("document.sealed", &[("subject", subject), ("version", &version.to_string())]).unwrap();
    serde_json::from_value(shown).unwrap()
}

/// Opens what the ledger has sealed, with the reading key `kid`.
fn try_open(ledger: &Ledger, subject: &str, version: u64, with: &str) -> Result<Opened, SealError> {
    record(ledger, subject, version).open(ledger.state().ledger(), &kid(with), &reading_key(with))
}

fn price(ledger: &Ledger, version: u64, kid: &str) -> Result<String, &'static str> {
    let opened = try_open(ledger, LEASE, version, kid).map_err(|error| error.code())?;
    Ok(opened.field("price").unwrap().value.as_text().unwrap().to_owned())
}

/// The key of a version of the lease, wrapped for one more reading key by one that opens it.
fn wrap(ledger: &Ledger, version: u64, by: &str, to: &str) -> Wrap {
    let opened = try_open(ledger, LEASE, version, by).unwrap();
    opened.wrap_for(&reader(to), &mut StdRng::seed_from_u64(7)).unwrap()
}

fn add_reader(ledger: &Ledger, version: u64, by: &str, to: &str) -> AddReader {
    AddReader { subject: LEASE.into(), version: version as i64, wrap: wrap(ledger, version, by, to) }
}

fn open_lease(version: i64) -> Open {
    Open { subject: LEASE.into(), version, reader: None, reason: None }
}

fn members(rows: Vec<Vec<Value>>) -> Vec<String> {
    let text = |row: Vec<Value>| match &row[..] {
        [Value::Text(text)] => text.clone(),
        other => panic!("{other:?}"),
    };
    rows.into_iter().map(text).collect()
}

fn readers_of(ledger: &Ledger, version: u64) -> Vec<String> {
    members(ledger.sql(&format!(
        "SELECT reader || '/' || key FROM document_reader WHERE version = {version} ORDER BY reader, key"
    )))
}

/// All rows of the module's tables.
fn trace(ledger: &Ledger) -> Vec<(String, Vec<Vec<Value>>)> {
    let tables = members(ledger.sql(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name = 'document' OR name LIKE 'document!_%' ESCAPE '!')
         ORDER BY name",
    ));
    assert_eq!(tables.len(), 13, "{tables:?}");
    let rows = |table: &String| {
        let mut rows = ledger.sql(&format!("SELECT * FROM {table}"));
        rows.sort_by_cached_key(|row| format!("{row:?}"));
        rows
    };
    tables.iter().map(|table| (table.clone(), rows(table))).collect()
}

/// A call that must be refused with this code at this field, and leave no trace.
#[track_caller]
fn assert_refused(ledger: &mut Ledger, kids: &[&str], calls: &[Call], code: &str, field: Option<&str>) {
    let before = trace(ledger);
    let refusal = ledger.run_calls(kids, calls).refused(code);
    assert_eq!(refusal.field.as_deref(), field, "{refusal}");
    assert_eq!(trace(ledger), before, "{code} leaves a trace");
}
