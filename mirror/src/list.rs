use crate::catalog::{Catalog, Table};
use counterfoil_types::{Hash, Value, merkle, row};
use minicbor::{Decoder, data::Type};
use std::sync::Arc;

/// Version of the encoding.
const VERSION: u64 = 1;

/// What a block wrote, in order, with its values.
#[derive(Debug, Default)]
pub struct ChangeList {
    /// The changes.
    pub changes: Vec<Change>,
    /// The root over them, see `docs/formats.md`.
    pub root: Hash,
}

/// A write of a row.
#[derive(Debug)]
pub struct Change {
    /// The transaction's place in the block.
    pub transaction: u32,
    /// The table.
    pub table: Arc<Table>,
    /// The primary key's values, encoded as a row is.
    pub key: Vec<u8>,
    /// The row before; none for an insert.
    pub old: Option<Vec<Value>>,
    /// The row after; none for a delete.
    pub new: Option<Vec<Value>>,
}

impl ChangeList {
    /// Reads an encoded change list whose tables are known.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8], catalog: &Catalog) -> Result<Self, String> {
        let mut decoder = Decoder::new(bytes);
        let form = |_| "the change list does not decode".to_owned();
        if decoder.array().map_err(form)? != Some(3) || decoder.u64().map_err(form)? != VERSION {
            return Err("the change list is of another version".into());
        }
        let mut tables = Vec::new();
        for _ in 0..length(&mut decoder)? {
            let name = decoder.str().map_err(form)?;
            tables.push(catalog.named(name).ok_or_else(|| format!("no block created the table {name}"))?);
        }
        let count = length(&mut decoder)?;
        let mut changes = Vec::with_capacity((count as usize).min(bytes.len() / 4));
        let mut leaves = Vec::with_capacity(changes.capacity());
        for _ in 0..count {
            let (change, leaf) = change(&mut decoder, &tables)?;
            changes.push(change);
            leaves.push(leaf);
        }
        if decoder.position() != bytes.len() {
            return Err("bytes follow the change list".into());
        }
        Ok(Self { changes, root: merkle::root(&leaves) })
    }

    /// The list of a block that wrote nothing.
    pub fn empty() -> Self {
        Self { changes: Vec::new(), root: merkle::root(&[]) }
    }
}

fn length(decoder: &mut Decoder<'_>) -> Result<u64, String> {
    decoder.array().ok().flatten().ok_or_else(|| "the change list does not decode".to_owned())
}

/// A change and its leaf in the tree of changes.
fn change(decoder: &mut Decoder<'_>, tables: &[&Arc<Table>]) -> Result<(Change, Hash), String> {
    let form = |_| "a change does not decode".to_owned();
    if length(decoder)? != 4 {
        return Err("a change has not four parts".into());
    }
    let transaction = decoder.u32().map_err(form)?;
    let at = decoder.u32().map_err(form)? as usize;
    let table = *tables.get(at).ok_or("a change is of no table of the list")?;
    let (old, new) = (encoded(decoder)?, encoded(decoder)?);
    let read = |bytes: Option<&[u8]>| bytes.map(|bytes| values(bytes, table)).transpose();
    let (old, some_new) = (read(old)?, read(new)?);
    let some = some_new.as_ref().or(old.as_ref()).ok_or("a change has neither an old nor a new row")?;
    let key: Vec<Value> = table.key.iter().map(|&at| some[at].clone()).collect();
    let hash = row::key(&table.shape.name, &key);
    let leaf = match new {
        Some(bytes) => merkle::leaf(&[hash.0, row::value(&table.hash, bytes).0].concat()),
        None => merkle::leaf(&hash.0),
    };
    let key = row::encode(&key);
    Ok((Change { transaction, table: Arc::clone(table), key, old, new: some_new }, leaf))
}

fn encoded<'b>(decoder: &mut Decoder<'b>) -> Result<Option<&'b [u8]>, String> {
    let form = |_| "a row of a change does not decode".to_owned();
    if decoder.datatype().map_err(form)? == Type::Null {
        decoder.null().map_err(form)?;
        return Ok(None);
    }
    decoder.bytes().map(Some).map_err(form)
}

fn values(bytes: &[u8], table: &Table) -> Result<Vec<Value>, String> {
    use counterfoil_client::ColumnKind::{Blob, Integer, Text};
    let name = &table.shape.name;
    let values = row::decode(bytes).ok_or_else(|| format!("a row of {name} does not decode"))?;
    let fits = |(value, column): (&Value, &counterfoil_client::CreatedColumn)| match (value, column.kind) {
        (Value::Null, _) => column.nullable,
        (Value::Integer(_), Integer) | (Value::Text(_), Text) | (Value::Blob(_), Blob) => true,
        _ => false,
    };
    if values.len() != table.shape.columns.len() || !values.iter().zip(&table.shape.columns).all(fits) {
        return Err(format!("a row of {name} does not fit its columns"));
    }
    Ok(values)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use counterfoil_client::{ColumnKind, CreatedColumn, CreatedTable};
    use minicbor::Encoder;
    use proptest::prelude::*;

    /// A catalog with the table `stock (id, name, amount)`.
    pub fn catalog() -> Catalog {
        let column = |name: &str, kind, nullable| CreatedColumn { name: name.into(), kind, nullable };
        let columns = vec![
            column("id", ColumnKind::Integer, false),
            column("name", ColumnKind::Text, false),
            column("amount", ColumnKind::Integer, true),
        ];
        let (name, module) = ("stock".to_owned(), "test".to_owned());
        let mut catalog = Catalog::new(true);
        catalog
            .add(CreatedTable { name, module, mutable: true, columns, primary_key: vec!["id".into()] })
            .expect("a table");
        catalog
    }

    /// A row of it.
    pub fn stock(id: i64, name: &str) -> Vec<Value> {
        vec![Value::Integer(id), Value::Text(name.into()), Value::Null]
    }

    /// A change: the row before and after.
    pub type Write = (Option<Vec<Value>>, Option<Vec<Value>>);

    /// The encoded list of changes of the table.
    pub fn encoded(table: &str, writes: &[Write]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out);
        encoder.array(3).unwrap().u64(VERSION).unwrap().array(1).unwrap().str(table).unwrap();
        encoder.array(writes.len() as u64).unwrap();
        for (old, new) in writes {
            encoder.array(4).unwrap().u32(0).unwrap().u32(0).unwrap();
            for row in [old, new] {
                match row {
                    Some(values) => encoder.bytes(&row::encode(values)).unwrap(),
                    None => encoder.null().unwrap(),
                };
            }
        }
        out
    }

    #[test]
    fn a_list_is_read_with_its_root() {
        let catalog = catalog();
        let (one, other) = (stock(1, "a"), stock(1, "b"));
        let bytes = encoded(
            "stock",
            &[(None, Some(one.clone())), (Some(one.clone()), Some(other.clone())), (Some(other), None)],
        );
        let list = ChangeList::read(&bytes, &catalog).expect("reads");
        let key = row::key("stock", &[Value::Integer(1)]);
        let shape = row::table_hash("stock", &["id", "name", "amount"], &["id"]);
        let write = |values: &[Value]| merkle::leaf(&[key.0, row::value(&shape, &row::encode(values)).0].concat());
        let leaves = [write(&one), write(&stock(1, "b")), merkle::leaf(&key.0)];
        assert_eq!(list.root, merkle::root(&leaves));
        assert_eq!(list.changes.len(), 3);
        assert_eq!(list.changes[2].key, row::encode(&[Value::Integer(1)]));
        assert_eq!(ChangeList::empty().root, Hash::of(&[]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let catalog = catalog();
        let good = encoded("stock", &[(None, Some(stock(1, "a")))]);
        let null_key = vec![Value::Null, Value::Text("a".into()), Value::Null];
        let wrong = [
            encoded("other", &[(None, Some(stock(1, "a")))]),
            encoded("stock", &[(None, None)]),
            encoded("stock", &[(None, Some(stock(1, "a")[..2].to_vec()))]),
            encoded("stock", &[(None, Some(null_key))]),
            encoded("stock", &[(None, Some(vec![Value::Text("1".into()), Value::Text("a".into()), Value::Null]))]),
            [good.as_slice(), &[0]].concat(),
            good[..good.len() - 1].to_vec(),
        ];
        for bytes in wrong {
            assert!(ChangeList::read(&bytes, &catalog).is_err(), "{}", hex::encode(bytes));
        }
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(at in any::<prop::sample::Index>(), byte: u8, more in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut bytes = encoded("stock", &[(None, Some(stock(1, "a"))), (Some(stock(2, "b")), None)]);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = ChangeList::read(&bytes, &catalog());
            let _ = ChangeList::read(&more, &catalog());
        }
    }
}
