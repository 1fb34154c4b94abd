//! Files for spreadsheets (RFC 4180), which must not take a stranger's text for a formula.

/// What a spreadsheet takes as the mark of UTF-8, at the beginning of a file.
pub const MARK: &str = "\u{feff}";

/// The header by which a browser keeps a file (RFC 6266): a name of letters and digits, whatever it is made of.
pub fn kept_as(name: &str, ending: &str) -> String {
    disposition("attachment", name, ending)
}

/// The header by which a browser shows a file itself, and keeps it under such a name where that is asked for.
pub fn shown_as(name: &str, ending: &str) -> String {
    disposition("inline", name, ending)
}

fn disposition(kind: &str, name: &str, ending: &str) -> String {
    let name: String = name.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '-' }).collect();
    format!("{kind}; filename=\"{name}.{ending}\"")
}

/// A line of cells.
pub fn line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let mut line = cells.into_iter().map(|text| cell(text.as_ref())).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// A text as a cell: quoted where it has to be, and behind an apostrophe where a program would reckon with it. Numbers stay numbers.
fn cell(text: &str) -> String {
    let is_number = text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_number { "'" } else { "" };
    if text.contains([',', ';', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::{kept_as, line, shown_as};

    #[test]
    fn a_files_name_says_nothing_else() {
        assert_eq!(kept_as("a/b\"; x=\"\r\n税", "csv"), "attachment; filename=\"a-b---x-----.csv\"");
        assert_eq!(shown_as("R/7", "pdf"), "inline; filename=\"R-7.pdf\"");
    }

    #[test]
    fn cells_are_text_and_never_formulas() {
        for (text, expected) in [
            ("rent", "rent"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1+1", "'+1+1"),
            ("-1+1", "'-1+1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\t=1"),
            ("\n=1", "\"'\n=1\""),
            ("a;b", "\"a;b\""),
            ("湘味小馆", "湘味小馆"),
            ("-198.00", "-198.00"),
            ("", ""),
        ] {
            assert_eq!(line([text]), format!("{expected}\r\n"));
        }
        assert_eq!(line(["a", "b"]), "a,b\r\n");
    }
}
