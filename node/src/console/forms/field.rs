use super::{choices, texts::Texts};
use crate::console::language::Language;
use askama::Template;

/// What stands for a row's number in the pattern of rows.
pub const ROW: &str = "__row__";

/// One member of an input, as a form asks for it.
#[derive(Template)]
#[template(path = "forms/field.html")]
pub struct Field {
    /// The reader's language.
    pub language: Language,
    /// Of the input in the page.
    pub id: String,
    /// JSON Pointer of the value.
    pub pointer: String,
    /// What people call it.
    pub name: String,
    /// Its name in the JSON.
    pub member: String,
    /// What it is, in the reader's language where that is known.
    pub description: String,
    /// Whether that is English.
    pub is_english: bool,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is part of every input, so that an empty list is sent as one.
    pub always: bool,
    /// What is filled in already.
    pub value: String,
    /// How it is asked for.
    pub control: Control,
}

/// How a member is asked for.
pub enum Control {
    /// A text of a line.
    Text,
    /// A text of several lines.
    Long,
    /// A whole number.
    Integer,
    /// Yes, or else no.
    Boolean,
    /// Yes, no, or nothing.
    Trilean,
    /// One of several texts.
    Choice(Vec<String>),
    /// A list of texts, a line each.
    Lines,
    /// Anything else, as JSON.
    Json,
    /// An object.
    Group(Vec<Field>),
    /// A list of objects: what a row is made from, and those that are there.
    Rows {
        /// A row with [`ROW`] for its number.
        pattern: Vec<Field>,
        /// The rows at first.
        rows: Vec<Vec<Field>>,
    },
}

impl Field {
    fn t(&self) -> &'static Texts {
        Texts::of(self.language)
    }

    fn meaning(&self, choice: &str) -> Option<&'static str> {
        choices::meaning(choice, self.language)
    }

    /// What it is, where that says more than its name does.
    fn hint(&self) -> &str {
        let said = self.description.trim_end_matches(['.', '。']);
        let said = ["The ", "Its "].iter().find_map(|article| said.strip_prefix(article)).unwrap_or(said);
        if said.to_lowercase() == self.name.to_lowercase() { "" } else { &self.description }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_says_more_than_the_name() {
        let hint = |name: &str, description: &str| {
            let field = Field {
                language: Language::English,
                id: String::new(),
                pointer: String::new(),
                name: name.to_owned(),
                member: String::new(),
                description: description.to_owned(),
                is_english: true,
                required: false,
                always: false,
                value: String::new(),
                control: Control::Text,
            };
            field.hint().to_owned()
        };
        assert_eq!((hint("Asset", "The asset."), hint("资产", "资产。")), (String::new(), String::new()));
        assert_eq!(hint("Amount", "The amount, such as 198.00."), "The amount, such as 198.00.");
    }
}
