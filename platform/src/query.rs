use crate::refusals::PlatformRefused;
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use counterfoil_types::{
    Hash, Refusal,
    money::{format_decimal, parse_decimal},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

/// Items on a page when the caller does not say.
pub const PAGE_DEFAULT: i64 = 50;
/// Items on a page at most.
pub const PAGE_MAX: i64 = 500;

/// A named read: one SELECT with named parameters, and how its rows become JSON.
#[derive(Clone, Copy)]
pub struct Query {
    /// `module.noun`, such as `invoice.list`.
    pub name: &'static str,
    /// One sentence for API and CLI.
    pub summary: &'static str,
    /// A SELECT with `:parameters`. For a page it also takes `:cursor` (NULL at first) and `:limit`, and selects a last column
    /// `cursor`, which is not shown: `… WHERE (:cursor IS NULL OR id > :cursor) ORDER BY id LIMIT :limit`.
    pub sql: &'static str,
    /// What the caller gives.
    pub parameters: &'static [Parameter],
    /// What the SELECT gives, in its order.
    pub columns: &'static [Column],
    /// How many rows make the answer.
    pub answer: Answer,
}

/// How the rows of a query become the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// One row, an object; none is refused as not found.
    One,
    /// `{"items": […], "next": cursor or null}`.
    Page,
}

/// What the caller of a query gives, as text.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Name, as in the SQL without the colon.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Its form.
    pub kind: ParameterKind,
    /// Whether it must be given; else NULL stands for it.
    pub required: bool,
}

/// The form of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal with up to so many places, which the SQL sees as an integer of the last place.
    Decimal(u32),
    /// A hash of 64 hexadecimal digits, which the SQL sees as 32 bytes.
    Hash,
    /// A day of the calendar: `2026-01-31`.
    Day,
}

impl Parameter {
    /// A text that must be given.
    pub const fn text(name: &'static str, summary: &'static str) -> Self {
        Self { name, summary, kind: ParameterKind::Text, required: true }
    }

    /// The same of another form.
    #[must_use]
    pub const fn of(mut self, kind: ParameterKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same, but it may be left out.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Its JSON schema.
    pub fn schema(&self) -> Schema {
        match self.kind {
            ParameterKind::Text => json_schema!({"type": "string"}),
            ParameterKind::Integer => json_schema!({"type": "integer", "format": "int64"}),
            ParameterKind::Decimal(places) => decimal_schema(places),
            ParameterKind::Hash => json_schema!({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
            ParameterKind::Day => json_schema!({"type": "string", "format": "date"}),
        }
    }

    fn value(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            ParameterKind::Text => Ok(text.into()),
            ParameterKind::Integer => match text.parse::<i64>() {
                Ok(number) => Ok(number.into()),
                Err(_) => Err(format!("expected a whole number, found {text:?}")),
            },
            ParameterKind::Decimal(places) => {
                parse_decimal(text, places).map(Value::from).map_err(|error| format!("{text:?}: {error}"))
            }
            ParameterKind::Hash => {
                text.parse().map(|hash: Hash| json!({"hex": hash})).map_err(|error| format!("{text:?}: {error}"))
            }
            ParameterKind::Day if is_day(text) => Ok(text.into()),
            ParameterKind::Day => Err(format!("expected a day such as 2026-01-31, found {text:?}")),
        }
    }
}

/// A column of a query's answer.
#[derive(Clone, Copy)]
pub struct Column {
    /// Name of the member in the answer.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// How the value becomes JSON.
    pub kind: ColumnKind,
}

/// How a column's value becomes JSON; NULL is `null` always.
#[derive(Clone, Copy)]
pub enum ColumnKind {
    /// TEXT → string.
    Text,
    /// INTEGER → number.
    Integer,
    /// 0 or 1 → false or true.
    Boolean,
    /// INTEGER of the last place → decimal string with so many places.
    Decimal(u32),
    /// BLOB → lower-case hexadecimal.
    Hex,
    /// JSON text (from `json_object`, `json_group_array`) → as it is; its schema.
    Json(fn(&mut SchemaGenerator) -> Schema),
}

impl Column {
    /// A column of texts.
    pub const fn text(name: &'static str, summary: &'static str) -> Self {
        Self { name, summary, kind: ColumnKind::Text }
    }

    /// A column of whole numbers.
    pub const fn integer(name: &'static str, summary: &'static str) -> Self {
        Self { name, summary, kind: ColumnKind::Integer }
    }

    /// A column of another kind.
    pub const fn of(name: &'static str, summary: &'static str, kind: ColumnKind) -> Self {
        Self { name, summary, kind }
    }

    /// A column of JSON with the form of `T`.
    pub const fn json<T: JsonSchema>(name: &'static str, summary: &'static str) -> Self {
        Self { name, summary, kind: ColumnKind::Json(T::json_schema) }
    }

    /// Its JSON schema.
    pub fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let mut schema = match self.kind {
            ColumnKind::Text => json_schema!({"type": ["string", "null"]}),
            ColumnKind::Integer => json_schema!({"type": ["integer", "null"], "format": "int64"}),
            ColumnKind::Boolean => json_schema!({"type": ["boolean", "null"]}),
            ColumnKind::Decimal(places) => {
                let mut schema = decimal_schema(places);
                schema.insert("type".into(), json!(["string", "null"]));
                schema
            }
            ColumnKind::Hex => json_schema!({"type": ["string", "null"], "pattern": "^[0-9a-f]*$"}),
            ColumnKind::Json(schema) => schema(generator),
        };
        schema.insert("description".into(), self.summary.into());
        schema
    }

    /// The value as it is shown; `None` if the SQL does not give what is declared.
    fn show(&self, value: Value) -> Option<Value> {
        Some(match (self.kind, value) {
            (_, Value::Null) => Value::Null,
            (ColumnKind::Text, text @ Value::String(_)) => text,
            (ColumnKind::Integer, number @ Value::Number(_)) => number,
            (ColumnKind::Boolean, Value::Number(number)) => (number.as_i64()? != 0).into(),
            (ColumnKind::Decimal(places), Value::Number(number)) => format_decimal(number.as_i64()?, places).into(),
            (ColumnKind::Hex, Value::Object(mut blob)) => blob.remove("hex")?,
            (ColumnKind::Json(_), Value::String(text)) => serde_json::from_str(&text).ok()?,
            _ => return None,
        })
    }
}

impl Query {
    /// Reads it at the newest height: the height and the answer.
    pub fn read(&self, reader: &Reader, given: &[(&str, &str)]) -> Result<(u64, Value), Refusal> {
        let values = self.bind(given)?;
        let result = reader.sql_static(self.sql, SqlParams::Named(&values), SqlLimits::default())?;
        Ok((result.height, self.answer(given, result.rows)?))
    }

    /// The values of the SQL's parameters, in the form of [`Reader::sql`].
    pub fn bind(&self, given: &[(&str, &str)]) -> Result<Vec<(&'static str, Value)>, Refusal> {
        for (at, (name, _)) in given.iter().enumerate() {
            let twice = given[..at].iter().any(|(earlier, _)| earlier == name);
            if twice || !self.takes(name) {
                let reason = if twice { "given twice" } else { "unknown here" }.to_owned();
                return Err(PlatformRefused::Parameter { name: (*name).to_owned(), reason }.into());
            }
        }
        let text = |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        self.placeholders()
            .into_iter()
            .map(|name| {
                self.value(name, text(name))
                    .map(|value| (name, value))
                    .map_err(|reason| PlatformRefused::Parameter { name: name.to_owned(), reason }.into())
            })
            .collect()
    }

    /// The answer that the rows of the SELECT make, in the form of [`Reader::sql`].
    pub fn answer(&self, given: &[(&str, &str)], mut rows: Vec<Vec<Value>>) -> Result<Value, Refusal> {
        match self.answer {
            Answer::One => match rows.into_iter().next() {
                Some(row) => Ok(self.object(row)),
                None => {
                    let asked: Vec<_> = given.iter().map(|(name, value)| format!("{name} {value:?}")).collect();
                    Err(PlatformRefused::NothingFound { query: self.name, asked: asked.join(", ") }.into())
                }
            },
            Answer::Page => {
                let limit = self.limit(given)? as usize;
                let more = rows.len() > limit;
                rows.truncate(limit);
                let mut next = None;
                let mut items = Vec::with_capacity(rows.len());
                for mut row in rows {
                    next = row.pop();
                    items.push(self.object(row));
                }
                let next = match next.filter(|_| more) {
                    Some(Value::Number(number)) => Some(number.to_string()),
                    Some(Value::String(text)) => Some(text),
                    _ => None,
                };
                Ok(json!({"items": items, "next": next}))
            }
        }
    }

    /// The names of the SQL's parameters in order of first appearance.
    pub fn placeholders(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        let mut rest = self.sql;
        while let Some(at) = rest.find(['\'', ':', '-']) {
            let (mark, after) = rest[at..].split_at(1);
            rest = match mark {
                "'" => after.split_once('\'').map_or("", |(_, after)| after),
                "-" => match after.strip_prefix('-') {
                    Some(comment) => comment.split_once('\n').map_or("", |(_, after)| after),
                    None => after,
                },
                _ => {
                    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                    let (name, after) = after.split_at(end);
                    if !name.is_empty() && !names.contains(&name) {
                        names.push(name);
                    }
                    after
                }
            };
        }
        names
    }

    /// Whether the caller may give a parameter of this name.
    pub fn takes(&self, name: &str) -> bool {
        let paging = self.answer == Answer::Page && (name == "cursor" || name == "limit");
        paging || self.parameters.iter().any(|parameter| parameter.name == name)
    }

    fn value(&self, name: &str, text: Option<&str>) -> Result<Value, String> {
        match (self.parameters.iter().find(|parameter| parameter.name == name), text) {
            (Some(parameter), Some(text)) => parameter.value(text),
            (Some(parameter), None) if parameter.required => Err("missing".to_owned()),
            (Some(_), None) => Ok(Value::Null),
            (None, text) if name == "limit" => limit(text).map(|limit| (limit + 1).into()),
            (None, text) => Ok(text.map_or(Value::Null, Value::from)),
        }
    }

    fn limit(&self, given: &[(&str, &str)]) -> Result<i64, Refusal> {
        let text = given.iter().find(|(name, _)| *name == "limit").map(|(_, text)| *text);
        limit(text).map_err(|reason| PlatformRefused::Parameter { name: "limit".to_owned(), reason }.into())
    }

    /// A row as an object.
    ///
    /// # Panics
    /// If the SQL does not give the declared columns: a bug that the module's tests find (`testing::Ledger` reads every query).
    fn object(&self, row: Vec<Value>) -> Value {
        assert_eq!(row.len(), self.columns.len(), "{}: columns of the SQL and declared", self.name);
        let mut object = Map::new();
        for (column, value) in self.columns.iter().zip(row) {
            let text = format!("{}: {} is {value}, not as declared", self.name, column.name);
            let shown = column.show(value).expect(&text);
            object.insert(column.name.to_owned(), shown);
        }
        object.into()
    }
}

/// Whether a text is a day of the Gregorian calendar, `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let number = |part: &str, digits: usize| {
        let fits = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| fits)
    };
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

fn limit(text: Option<&str>) -> Result<i64, String> {
    match text.map(str::parse) {
        None => Ok(PAGE_DEFAULT),
        Some(Ok(limit)) if (1..=PAGE_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(format!("expected 1 to {PAGE_MAX}")),
    }
}

fn decimal_schema(places: u32) -> Schema {
    let pattern = if places == 0 { "^-?[0-9]+$".to_owned() } else { format!("^-?[0-9]+(\\.[0-9]{{1,{places}}})?$") };
    json_schema!({"type": "string", "pattern": pattern})
}
