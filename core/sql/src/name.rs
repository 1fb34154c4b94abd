use crate::limits::NAME_BYTES_MAX;

/// Names with these beginnings are the ledger's own, SQLite's or PostgreSQL's.
const RESERVED_PREFIXES: [&str; 4] = ["ledger_", "sqlite_", "pg_", "pragma_"];

/// No schema or package has such a name: they are SQLite's, PostgreSQL's, and those of what is read beside shared tables.
const RESERVED_SCHEMAS: [&str; 8] =
    ["main", "temp", "information_schema", "public", "sql", "vault", "members", "counterfoil"];

/// The name as it is meant: without quotes, in lower case. One that could be taken for another is refused, with the reason.
pub(crate) fn fold(raw: &str) -> Result<String, String> {
    let bytes = raw.as_bytes();
    let inner = match bytes.first() {
        Some(b'\'') => return Err(format!("{raw} is a text, not a name")),
        Some(b'"' | b'`' | b'[') => &raw[1..raw.len() - 1],
        _ => raw,
    };
    let name = if inner.len() == raw.len() { inner.to_ascii_lowercase() } else { inner.to_owned() };
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !first || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Err(format!("{raw} is not a name: a to z, then a to z, 0 to 9 and _, in lower case if quoted"));
    }
    if name.len() > NAME_BYTES_MAX {
        return Err(format!("{name} is longer than {NAME_BYTES_MAX} bytes"));
    }
    if is_reserved(&name) {
        return Err(format!("{name} is reserved: no name begins with {}", RESERVED_PREFIXES.join(", ")));
    }
    Ok(name)
}

/// Whether a name or text begins as the ledger's own names do.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED_PREFIXES
        .iter()
        .any(|prefix| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)))
}

/// Whether no schema may be named so.
pub(crate) fn is_reserved_schema(name: &str) -> bool {
    RESERVED_SCHEMAS.contains(&name)
}

/// The name in SQL. It needs no escapes: [`fold`] lets no quote through.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        for (raw, name) in [("Deal", "deal"), ("\"deal\"", "deal"), ("[deal]", "deal"), ("`deal_2`", "deal_2")] {
            assert_eq!(fold(raw).as_deref(), Ok(name), "{raw}");
        }
        for raw in ["\"Deal\"", "'deal'", "_deal", "\"de al\"", "\"a.b\"", "dеal", "ledger_x", "PG_class", "\"\"", "a$"]
        {
            assert!(fold(raw).is_err(), "{raw}");
        }
        assert!(fold(&"a".repeat(48)).is_ok());
        assert!(fold(&"a".repeat(49)).is_err());
        assert!(["public", "vault", "members", "counterfoil"].iter().all(|name| is_reserved_schema(name)));
    }
}
