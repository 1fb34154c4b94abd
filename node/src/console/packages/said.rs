//! What the comments of a package's source say, as pages show it.

use crate::console::explorer::visible;

/// A comment whose lines flow on: where its file broke a sentence since the line was full, a page does not. Other breaks were meant.
pub fn flowing(comment: &str) -> String {
    let lines: Vec<&str> = comment.lines().map(str::trim).collect();
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    let mut text = String::with_capacity(comment.len());
    for (at, line) in lines.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| lines[before]);
        let word = line.split(' ').next().unwrap_or_default();
        let had_room = before.chars().count() + 1 + word.chars().count() <= width;
        if line.is_empty() || before.is_empty() || had_room {
            text.push('\n');
        } else if !(before.ends_with(is_chinese) && line.starts_with(is_chinese)) {
            text.push(' ');
        }
        text += line;
    }
    visible(text.trim())
}

/// Its first paragraph.
pub fn summary(comment: &str) -> String {
    let whole = flowing(comment);
    whole.split_once("\n\n").map_or(whole.as_str(), |(first, _)| first).to_owned()
}

/// Whether lines that end and begin so are written without a space between them.
fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_flow_on_and_paragraphs_stand() {
        for (comment, expected) in [
            ("One\nsentence.\n\nAnother\none.", "One sentence.\n\nAnother one."),
            ("说明文字说明文字\n说明文字。", "说明文字说明文字说明文字。"),
            ("见 SQL\n说明文字说明", "见 SQL 说明文字说明"),
            (
                "A list of three:\none\ntwo\nand a line that is full to the\nend",
                "A list of three:\none\ntwo\nand a line that is full to the end",
            ),
            ("\n a\u{202e}b \n", "a⟨U+202E⟩b"),
            ("", ""),
        ] {
            assert_eq!(flowing(comment), expected);
        }
        assert_eq!(summary("One\nsentence.\n\nAnother."), "One sentence.");
    }
}
