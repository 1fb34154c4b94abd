//! What modules say of their tables and columns, in Chinese. Schemas say it in English, in the comments beside the declarations; a test
//! compares, so that none is missing and none is left over.

/// Comments, English and Chinese.
macro_rules! said {
    ($($english:literal, $chinese:literal;)*) => {
        pub(super) const SAID: &[(&str, &str)] = &[$(($english, $chinese),)*];
    };
}

use said;

mod invoice;
mod platform;

/// The Chinese form of a comment.
pub fn of(comment: &str) -> Option<&'static str> {
    let all = platform::SAID.iter().chain(invoice::SAID);
    all.clone().find(|(english, _)| *english == comment).map(|(_, chinese)| *chinese)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::explorer::comments::{Comments, declared};
    use std::collections::BTreeSet;

    #[test]
    fn all_that_schemas_say_is_there_in_chinese_and_nothing_else() {
        let registry = crate::registry();
        let mut said = BTreeSet::new();
        for module in registry.modules() {
            for table in module.schema_sql.lines().filter_map(declared) {
                said.extend(Comments::of(module.schema_sql, table).all().map(str::to_owned));
            }
        }
        let texts: Vec<_> = platform::SAID.iter().chain(invoice::SAID).collect();
        let known: BTreeSet<String> = texts.iter().map(|(english, _)| (*english).to_owned()).collect();
        assert_eq!(known.len(), texts.len(), "a text is there twice");
        let missing: Vec<_> = said.difference(&known).collect();
        let left_over: Vec<_> = known.difference(&said).collect();
        assert!(missing.is_empty() && left_over.is_empty(), "missing {missing:#?} left over {left_over:#?}");
        for (english, chinese) in texts {
            assert!(chinese.chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one)), "{english}: {chinese}");
        }
    }
}
