//! Values as pages show them: as text whatever they are, and what cannot be seen made visible.

use super::{
    links,
    texts::{Texts, filled},
};
use crate::console::desk::Moment;
use counterfoil_types::Value;
use serde_json::Value as Json;
use std::fmt::Write as _;

/// Characters of a value that lists show.
const BRIEF: usize = 120;
/// Bytes from which on a value scrolls in itself.
const LONG: usize = 1_000;
/// Characters of a value that a page of its own shows.
const WHOLE: usize = 64 * 1024;

/// A value on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// What is shown.
    pub text: String,
    /// How it looks: `null`, `number`, `text`, `bytes`.
    pub class: &'static str,
    /// Where it leads.
    pub href: Option<String>,
    /// How many more characters it has than are shown.
    pub left: usize,
    /// The point in time that it means.
    pub moment: Option<Moment>,
}

/// How much of a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The beginning, as a list has room for.
    Brief,
    /// All, within reason.
    Whole,
}

impl Cell {
    /// A value of the column `name`.
    pub fn of(name: &str, value: &Value, extent: Extent) -> Self {
        match value {
            Value::Null => Self { text: "NULL".to_owned(), class: "null", ..Self::default() },
            Value::Integer(number) => Self::number(name, *number),
            Value::Text(text) => Self::text(name, text, extent),
            Value::Blob(bytes) => Self::bytes(&hex::encode(bytes), extent),
        }
    }

    /// A value of the member `name` of a JSON object, or of the column `name` of a SELECT.
    pub fn of_json(name: &str, value: &Json, extent: Extent) -> Self {
        match value {
            Json::Null => Self { text: "NULL".to_owned(), class: "null", ..Self::default() },
            Json::String(text) => Self::text(name, text, extent),
            Json::Number(number) => match number.as_i64() {
                Some(number) => Self::number(name, number),
                None => Self { text: number.to_string(), class: "number", ..Self::default() },
            },
            Json::Object(members) => match members.get("hex").and_then(Json::as_str) {
                Some(hex) if members.len() == 1 => Self::bytes(hex, extent),
                _ => Self::text(name, &value.to_string(), extent),
            },
            Json::Bool(_) | Json::Array(_) => Self::text(name, &value.to_string(), extent),
        }
    }

    fn number(name: &str, number: i64) -> Self {
        let text = number.to_string();
        let since_1970 = (name == "time_ms" || name.ends_with("_ms")).then(|| u64::try_from(number).ok()).flatten();
        let moment = since_1970.filter(|ms| (1..=Moment::MS_MAX).contains(ms)).map(Moment);
        Self { href: links::of_value(name, &text), text, class: "number", moment, ..Self::default() }
    }

    fn text(name: &str, text: &str, extent: Extent) -> Self {
        let (shown, left) = cut(text, extent);
        Self { text: visible(shown), class: "text", href: links::of_value(name, text), left, ..Self::default() }
    }

    fn bytes(hex: &str, extent: Extent) -> Self {
        let (shown, left) = cut(hex, extent);
        Self { text: shown.to_owned(), class: "bytes", left, ..Self::default() }
    }

    /// That there is more of it than is shown.
    pub fn and_left(&self, t: &Texts) -> String {
        filled(t.left_characters, &[&self.left.to_string()])
    }

    /// Whether it scrolls in itself, so that what comes after it can be found.
    pub fn is_long(&self) -> bool {
        self.text.len() > LONG
    }

    /// Its class, for a column of a table.
    pub fn column_class(&self) -> &'static str {
        if self.class == "number" { "count" } else { "" }
    }
}

/// As much of a text as is shown, and how many characters are left.
fn cut(text: &str, extent: Extent) -> (&str, usize) {
    let max = if extent == Extent::Brief { BRIEF } else { WHOLE };
    match text.char_indices().nth(max) {
        Some((at, _)) => (&text[..at], text[at..].chars().count()),
        None => (text, 0),
    }
}

/// A text whose characters that nobody sees, or that turn the direction of others, are named: `⟨U+202E⟩`.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn is_hidden(character: char) -> bool {
    let is_space = matches!(character, '\n' | '\t' | '\r');
    character.is_control() && !is_space
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_named() {
        for (text, expected) in [
            ("湘味小馆 café\nnew line", "湘味小馆 café\nnew line"),
            ("bank\u{200b}-a", "bank⟨U+200B⟩-a"),
            ("\u{202e}fdp.exe", "⟨U+202E⟩fdp.exe"),
            ("a\0b\u{1b}[31m", "a⟨U+0000⟩b⟨U+001B⟩[31m"),
            ("\u{feff}x\u{2066}y\u{e0041}", "⟨U+FEFF⟩x⟨U+2066⟩y⟨U+E0041⟩"),
        ] {
            assert_eq!(visible(text), expected);
        }
    }

    #[test]
    fn lists_show_the_beginning_of_long_values() {
        let long = "发".repeat(BRIEF + 5);
        let cell = Cell::of("title", &Value::Text(long.clone()), Extent::Brief);
        assert_eq!((cell.text.chars().count(), cell.left), (BRIEF, 5));
        assert_eq!(Cell::of("title", &Value::Text(long.clone()), Extent::Whole).text, long);
        assert_eq!(Cell::of("hash", &Value::Blob(vec![0xab; 2]), Extent::Brief).text, "abab");
    }

    #[test]
    fn times_are_told_beside_their_numbers() {
        let cell = Cell::of("issued_ms", &Value::Integer(1_766_966_400_000), Extent::Brief);
        assert_eq!((cell.text.as_str(), cell.moment), ("1766966400000", Some(Moment(1_766_966_400_000))));
        for (name, number) in [("total_minor", 5), ("time_ms", -1), ("time_ms", i64::MAX)] {
            assert_eq!(Cell::of(name, &Value::Integer(number), Extent::Brief).moment, None, "{name} {number}");
        }
        assert_eq!(Cell::of_json("a", &serde_json::json!({"hex": "00ff"}), Extent::Brief).class, "bytes");
    }
}
