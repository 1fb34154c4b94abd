use super::Refused;
use counterfoil_sql::{Definition, Kind, OptionValue};

/// What stands in `WITH (…)` after CREATE TABLE.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// `writers = 'core-corp'` or a list; who creates the table if not given.
    pub writers: Option<Vec<String>>,
    /// `mode = update`; by default a table only grows.
    pub updates: bool,
    /// `owner_column = owner`: a column of TEXT that names the member who changes and deletes the row.
    pub owner_column: Option<String>,
    /// `readers = packages`: actions of packages may read it too.
    pub open: bool,
}

impl Options {
    /// Reads them; a refusal is of `field`.
    pub(crate) fn read(field: &str, table: &Definition) -> Result<Self, Refused> {
        let wrong = |reason: String| Refused::Option { field: field.to_owned(), reason };
        let mut options = Self::default();
        for (name, value) in &table.options {
            match (name.as_str(), value) {
                ("writers", value) => options.writers = Some(texts(value).ok_or_else(|| wrong(WRITERS.to_owned()))?),
                ("mode", OptionValue::Word(mode)) if mode == "append" => options.updates = false,
                ("mode", OptionValue::Word(mode)) if mode == "update" => options.updates = true,
                ("mode", _) => return Err(wrong("mode is append or update".to_owned())),
                ("owner_column", OptionValue::Word(column)) => options.owner_column = Some(column.clone()),
                ("owner_column", _) => return Err(wrong("owner_column is the name of a column".to_owned())),
                ("readers", OptionValue::Word(readers)) if readers == "members" => options.open = false,
                ("readers", OptionValue::Word(readers)) if readers == "packages" => options.open = true,
                ("readers", _) => return Err(wrong("readers is members or packages".to_owned())),
                (other, _) => {
                    return Err(wrong(format!("there is no option {other}: writers, mode, owner_column, readers")));
                }
            }
        }
        if let Some(column) = &options.owner_column {
            if !options.updates {
                return Err(wrong("owner_column needs mode = update: rows of other tables never change".to_owned()));
            }
            let text = |(name, kind): &(String, Kind)| name == column && *kind == Kind::Text;
            if !table.shape.columns.iter().any(text) {
                return Err(wrong(format!("owner_column is a column of TEXT, and {column} is none")));
            }
        }
        Ok(options)
    }
}

const WRITERS: &str = "writers is members, or a text or list of texts: a member, member/key or role:name each";

fn texts(value: &OptionValue) -> Option<Vec<String>> {
    match value {
        OptionValue::Text(text) | OptionValue::Word(text) => Some(vec![text.clone()]),
        OptionValue::List(values) => {
            let one = |value: &OptionValue| match value {
                OptionValue::Text(text) | OptionValue::Word(text) => Some(text.clone()),
                _ => None,
            };
            values.iter().map(one).collect()
        }
        OptionValue::Number(_) => None,
    }
}
