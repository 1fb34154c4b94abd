//! What commands and their fields say, in Chinese. Declarations say it in English: each paragraph of a command's doc comment, and the doc
//! comment of each field, has its Chinese form here. A test compares, so that none is missing and none is left over.

/// What a module says, English and Chinese: each text under the first command that says it.
macro_rules! said {
    ($($english:literal, $chinese:literal;)*) => {
        pub(super) const SAID: super::Said = &[$(($english, $chinese),)*];
    };
}

use said;

mod approval;
mod asset;
mod document;
mod invoice;
mod member;
mod package;
mod sql;

/// English, as [`plain`] has it, and Chinese.
type Said = &'static [(&'static str, &'static str)];

const MODULES: &[(&str, Said)] = &[
    ("approval", approval::SAID),
    ("asset", asset::SAID),
    ("document", document::SAID),
    ("invoice", invoice::SAID),
    ("member", member::SAID),
    ("package", package::SAID),
    ("sql", sql::SAID),
];

/// A text of a declaration in one line, without the marks of code.
pub fn plain(text: &str) -> String {
    text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The Chinese form of what a command says.
pub fn of(command: &str, plain: &str) -> Option<&'static str> {
    let module = command.split('.').next()?;
    let (_, said) = MODULES.iter().find(|(name, _)| *name == module)?;
    said.iter().find(|(english, _)| *english == plain).map(|(_, chinese)| *chinese)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::{
        forms::{
            field::{Control, Field},
            schema::Reader,
        },
        language::Language,
    };
    use std::collections::{BTreeMap, BTreeSet};

    /// All that fields and those inside them say.
    fn descriptions(fields: &[Field]) -> Vec<String> {
        let inner = |field: &Field| match &field.control {
            Control::Group(fields) | Control::Rows { pattern: fields, .. } => descriptions(fields),
            _ => Vec::new(),
        };
        fields.iter().flat_map(|field| [vec![field.description.clone()], inner(field)].concat()).collect()
    }

    #[test]
    fn all_that_commands_say_is_there_in_chinese_and_nothing_else() {
        let nothing = BTreeMap::new();
        for module in crate::registry().modules() {
            let mut said = BTreeSet::new();
            for command in module.commands {
                said.extend(command.description().split("\n\n").map(plain));
                let document = command.asked_schema_document();
                said.extend(descriptions(&Reader::new(&document, &nothing, Language::English, command.name).fields()));
            }
            let texts = MODULES.iter().find(|(name, _)| *name == module.name).map_or(&[][..], |(_, texts)| *texts);
            let known: BTreeSet<String> = texts.iter().map(|(english, _)| (*english).to_owned()).collect();
            assert_eq!(known.len(), texts.len(), "{} has a text twice", module.name);
            let missing: Vec<_> = said.difference(&known).collect();
            let left_over: Vec<_> = known.difference(&said).collect();
            assert!(missing.is_empty() && left_over.is_empty(), "{}: {missing:#?} {left_over:#?}", module.name);
            for (english, chinese) in texts {
                assert!(chinese.chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one)), "{english}: {chinese}");
            }
        }
    }
}
