use crate::{console::money::shown, member::Member, problem::Answer};
use counterfoil_apps::invoice::decimal::Fixed;
use serde_json::Value;

/// A row of a SELECT.
pub struct Row(Vec<Value>);

impl Row {
    /// A row as it was read.
    pub fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    /// A column's text; empty where it is NULL.
    pub fn text(&self, at: usize) -> String {
        self.0.get(at).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// A column's number; 0 where it is NULL.
    pub fn number(&self, at: usize) -> u64 {
        self.0.get(at).and_then(Value::as_u64).unwrap_or_default()
    }

    /// A column as text, whatever it holds; empty where it is NULL.
    pub fn shown(&self, at: usize) -> String {
        match self.0.get(at) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }

    /// A column's number with its sign; nothing where it is NULL.
    pub fn integer(&self, at: usize) -> Option<i64> {
        self.0.get(at).and_then(Value::as_i64)
    }

    /// A column's words, separated by spaces.
    pub fn words(&self, at: usize) -> Vec<String> {
        self.text(at).split_whitespace().map(str::to_owned).collect()
    }

    /// A column of hundredths as an amount for people, such as `1,198.00`.
    pub fn amount(&self, at: usize) -> String {
        shown(self.money(at).0, 2)
    }

    /// The same with its currency, which stands in a column of its own.
    pub fn money_of(&self, at: usize, currency: usize) -> String {
        with_currency(&self.text(currency), &self.amount(at))
    }

    /// The same to reckon with.
    pub fn money(&self, at: usize) -> Fixed<2> {
        Fixed(self.0.get(at).and_then(Value::as_i64).unwrap_or_default())
    }
}

/// An amount with its currency: the sign of the yuan, or the code of another.
pub fn with_currency(currency: &str, amount: &str) -> String {
    if currency == "CNY" { format!("¥ {amount}") } else { format!("{amount} {currency}") }
}

/// The rows of a SELECT.
pub async fn select(node: &Member, sql: &str, params: Vec<Value>) -> Answer<Vec<Row>> {
    let table = node.store.sql(sql.to_owned(), params).await?;
    Ok(table.rows.into_iter().map(Row::new).collect())
}
