use krilla::text::Font;
use skrifa::{FontRef, GlyphId, MetadataProvider, instance::LocationRef, instance::Size};
use std::sync::OnceLock;

/// Length in micrometres: layout is in integers, so that it is the same everywhere.
pub type Um = i32;

static MICRO_HEI: &[u8] = include_bytes!("../../../../fonts/wqy-microhei.ttc");

/// What is printed for a character that the font lacks: 〓, as printers show a type that is missing.
const MISSING: char = '〓';

/// The font that invoices are printed in.
pub struct Typeface {
    /// As the PDF writer takes it.
    pub font: Font,
    face: FontRef<'static>,
    /// Font units of a square.
    square: i64,
}

/// A character's picture.
#[derive(Debug, Clone, Copy)]
pub struct Glyph {
    pub id: GlyphId,
    /// How far the next one stands, in 1/65536 of the size.
    pub advance: i64,
    /// Whether it is 〓 for a character that the font lacks.
    pub missing: bool,
}

impl Typeface {
    /// The font of the program.
    pub fn get() -> &'static Self {
        static TYPEFACE: OnceLock<Typeface> = OnceLock::new();
        TYPEFACE.get_or_init(|| {
            let face = FontRef::from_index(MICRO_HEI, 0).expect("the font of the program is one");
            let font = Font::new(MICRO_HEI.into(), 0).expect("the font of the program is one");
            let square = i64::from(face.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
            Self { font, face, square }
        })
    }

    /// The picture of a character.
    pub fn glyph(&self, c: char) -> Glyph {
        // Characters for private use mean something else in every font.
        let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
        let found = self.face.charmap().map(c).filter(|id| *id != GlyphId::NOTDEF && !private && !c.is_control());
        let id = found.unwrap_or_else(|| self.face.charmap().map(MISSING).unwrap_or(GlyphId::NOTDEF));
        let advance = self.face.glyph_metrics(Size::unscaled(), LocationRef::default()).advance_width(id);
        // Unscaled advances are whole numbers of font units.
        Glyph { id, advance: advance.unwrap_or_default() as i64 * 65_536 / self.square, missing: found.is_none() }
    }

    /// Width of a text in a size.
    pub fn width(&self, text: &str, size: Um) -> Um {
        let advance: i64 = text.chars().map(|c| self.glyph(c).advance).sum();
        Um::try_from(advance * i64::from(size) / 65_536).unwrap_or(Um::MAX)
    }

    /// A text in lines of at most a width: words of Latin letters and digits stay whole where they can, no line begins with a closing
    /// mark or ends with an opening one. One line at least, and a character in each.
    pub fn wrap(&self, text: &str, size: Um, width: Um) -> Vec<String> {
        text.lines().flat_map(|line| self.wrap_line(line, size, width)).collect()
    }

    fn wrap_line(&self, text: &str, size: Um, width: Um) -> Vec<String> {
        let most = i64::from(width) * 65_536 / i64::from(size);
        let chars: Vec<char> = text.trim().chars().collect();
        let (mut lines, mut start) = (Vec::new(), 0);
        while start < chars.len() {
            let end = start + self.fitting(&chars[start..], most);
            let end = if end < chars.len() { break_before(&chars, start, end) } else { end };
            lines.push(chars[start..end].iter().collect::<String>().trim_end().to_owned());
            start = end + chars[end..].iter().take_while(|c| **c == ' ').count();
        }
        lines
    }

    /// How many characters fit, one at least.
    fn fitting(&self, chars: &[char], most: i64) -> usize {
        let mut sum = 0;
        let count = chars.iter().take_while(|c| {
            sum += self.glyph(**c).advance;
            sum <= most
        });
        count.count().max(1)
    }
}

/// The last place up to `end` where a line that begins at `start` may be broken; `end` if there is none.
fn break_before(chars: &[char], start: usize, end: usize) -> usize {
    let allowed = |at: &usize| {
        let (before, after) = (chars[*at - 1], chars[*at]);
        let word = |c: char| {
            c.is_ascii_graphic() && !matches!(c, '-' | '/' | ',' | ';' | ')' | '*')
                || ('\u{c0}'..'\u{2000}').contains(&c)
        };
        let closing = "，。、；：！？）》」』”’…,.;:!?)%％";
        let opening = "（《「『“‘(¥";
        !(word(before) && word(after) || closing.contains(after) || opening.contains(before))
    };
    (start + 1..=end).rev().find(allowed).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_break_between_characters_words_and_marks() {
        let face = Typeface::get();
        // A Chinese character is as wide as the size is high.
        assert_eq!(face.width("发票号码", 1_000), 4_000);
        for (text, width, expected) in [
            ("电子发票服务", 2_500, vec!["电子", "发票", "服务"]),
            ("电子，发票", 2_500, vec!["电", "子，", "发票"]),
            ("（电子）发票", 2_500, vec!["（电", "子）", "发票"]),
            ("Qiming Electronics Co", 6_000, vec!["Qiming", "Electronics", "Co"]),
            ("ABCDEFGHIJ", 2_000, vec!["ABC", "DEF", "GHI", "J"]),
            ("行一\n行二", 9_000, vec!["行一", "行二"]),
        ] {
            assert_eq!(face.wrap(text, 1_000, width), expected, "{text}");
        }
        assert!(face.wrap("", 1_000, 1_000).is_empty());
    }

    #[test]
    fn what_the_font_lacks_is_shown_as_missing() {
        let face = Typeface::get();
        let shown = face.glyph(MISSING);
        assert!(!shown.missing && shown.id != GlyphId::NOTDEF);
        for c in ['😀', '𠮷', '䶮', '\u{e000}', '\u{7}'] {
            assert!(face.glyph(c).missing && face.glyph(c).id == shown.id, "{c:?}");
        }
        assert!(('\u{4e00}'..='\u{9fa5}').all(|c| !face.glyph(c).missing));
    }

    proptest! {
        #[test]
        fn wrapping_loses_nothing_and_keeps_the_width(text in "[a-z0-9 电子发票，（）。/-]{0,80}", width in 1_200_i32..20_000) {
            let face = Typeface::get();
            let lines = face.wrap(&text, 1_000, width);
            let plain = |text: &str| text.replace(' ', "");
            prop_assert_eq!(plain(&lines.concat()), plain(&text));
            for line in lines {
                prop_assert!(!line.is_empty() && face.width(&line, 1_000) <= width);
            }
        }
    }
}
