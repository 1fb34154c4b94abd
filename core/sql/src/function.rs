/// Aggregate of the host, `only(x)`: the one value, NULL for none, and an error from the second row on.
pub const ONLY: &str = "only";

/// Aggregate of the host that `sum(x)` becomes: an exact sum of integers. NULL for none; an error if a value is not an integer or the
/// *total* does not fit into 64 bits. SQLite's own fails when a partial sum does not fit, and so depends on the order of rows.
pub const EXACT_SUM: &str = "exact_sum";

/// What a function is to the checker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Its value depends on its arguments alone.
    Scalar,
    /// One value for many rows, whatever their order.
    Aggregate,
    /// Gives JSON: SQLite marks the value, and loses the mark at places that depend on the plan.
    Json,
    /// The host's; the same for all rows of a transaction.
    Host,
    /// Acts: only as a statement of its own in an action.
    Effect,
}

const MANY: usize = crate::limits::LIST_MAX;

/// Name, class, fewest and most arguments.
const FUNCTIONS: &[(&str, Class, usize, usize)] = &[
    ("abs", Class::Scalar, 1, 1),
    ("call", Class::Effect, 2, 2),
    ("caller", Class::Host, 0, 0),
    ("caller_has_role", Class::Host, 1, 1),
    ("caller_key", Class::Host, 0, 0),
    ("char", Class::Scalar, 1, MANY),
    ("coalesce", Class::Scalar, 2, MANY),
    ("concat", Class::Scalar, 1, MANY),
    ("concat_ws", Class::Scalar, 2, MANY),
    ("count", Class::Aggregate, 0, 1),
    ("emit", Class::Effect, 2, 2),
    ("format", Class::Scalar, 1, MANY),
    ("glob", Class::Scalar, 2, 2),
    ("height", Class::Host, 0, 0),
    ("hex", Class::Scalar, 1, 1),
    ("if", Class::Scalar, 2, MANY),
    ("ifnull", Class::Scalar, 2, 2),
    ("iif", Class::Scalar, 2, MANY),
    ("instr", Class::Scalar, 2, 2),
    ("json_array", Class::Json, 0, MANY),
    ("json_object", Class::Json, 0, MANY),
    ("json_valid", Class::Scalar, 1, 1),
    ("length", Class::Scalar, 1, 1),
    ("like", Class::Scalar, 2, 3),
    ("likely", Class::Scalar, 1, 1),
    ("lower", Class::Scalar, 1, 1),
    ("ltrim", Class::Scalar, 1, 2),
    ("max", Class::Scalar, 1, MANY),
    ("min", Class::Scalar, 1, MANY),
    ("now", Class::Host, 0, 0),
    ("nullif", Class::Scalar, 2, 2),
    ("octet_length", Class::Scalar, 1, 1),
    ("printf", Class::Scalar, 1, MANY),
    ("replace", Class::Scalar, 3, 3),
    ("require", Class::Effect, 2, 2),
    ("rtrim", Class::Scalar, 1, 2),
    ("sha256", Class::Scalar, 1, 1),
    ("sign", Class::Scalar, 1, 1),
    ("substr", Class::Scalar, 2, 3),
    ("substring", Class::Scalar, 2, 3),
    ("sum", Class::Aggregate, 1, 1),
    ("transaction_id", Class::Host, 0, 0),
    ("transfer", Class::Effect, 5, 5),
    ("trim", Class::Scalar, 1, 2),
    ("typeof", Class::Scalar, 1, 1),
    ("unhex", Class::Scalar, 1, 2),
    ("unicode", Class::Scalar, 1, 1),
    ("unlikely", Class::Scalar, 1, 1),
    ("upper", Class::Scalar, 1, 1),
    ("zeroblob", Class::Scalar, 1, 1),
];

/// The class of a function called with so many arguments; the error says what is wrong.
pub(crate) fn class(name: &str, arguments: usize) -> Result<Class, String> {
    let Some((_, class, fewest, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
        return Err(unknown(name));
    };
    if arguments < *fewest || arguments > *most {
        let wants = match (fewest, most) {
            (fewest, most) if fewest == most => format!("{fewest}"),
            (fewest, &MANY) => format!("{fewest} or more"),
            (fewest, most) => format!("{fewest} to {most}"),
        };
        return Err(format!("{name} takes {wants} arguments, {arguments} are given"));
    }
    let extreme = matches!(name, "min" | "max") && arguments == 1;
    Ok(if extreme { Class::Aggregate } else { *class })
}

fn unknown(name: &str) -> String {
    let instead = match name {
        "date" | "datetime" | "julianday" | "strftime" | "time" | "unixepoch" | "current_timestamp" => {
            "there is no clock: now() is the block's time in milliseconds"
        }
        "random" | "randomblob" => "there is no chance: pass the value as a parameter",
        "avg" | "total" | "round" => "there are no fractional numbers: use sum and count in minor units",
        "changes" | "total_changes" | "last_insert_rowid" => "it depends on other statements: read the table instead",
        "first_value" | "last_value" | "nth_value" | "lag" | "lead" | "row_number" | "rank" | "dense_rank" => {
            "window functions are not allowed"
        }
        "group_concat" | "string_agg" | "json_group_array" | "json_group_object" => {
            "its result depends on the order of rows"
        }
        _ => "it is not on the list of functions whose result is the same everywhere",
    };
    format!("{name} is not allowed: {instead}")
}

/// Whether every conversion of a literal format is one without floating point.
pub(crate) fn is_exact_format(format: &str) -> bool {
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let conversion =
            rest[at + 1..].trim_start_matches(|flag: char| flag.is_ascii_digit() || "-+ #,!*.l".contains(flag));
        match conversion.chars().next() {
            Some('e' | 'E' | 'f' | 'g' | 'G' | 'n') => return false,
            Some(character) => rest = &conversion[character.len_utf8()..],
            None => return true,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_knows_each_function_with_so_many_arguments() {
        let connection = rusqlite::Connection::open_in_memory().expect("opens");
        for (name, class, fewest, most) in FUNCTIONS {
            // The host has a sum of its own, and a hash, which SQLite has not.
            if matches!(class, Class::Host | Class::Effect) || ["sum", "sha256"].contains(name) {
                continue;
            }
            for count in [*fewest, (*most).min(7)] {
                let arguments = vec!["'a'"; count].join(", ");
                let sql = format!("SELECT {name}({arguments})");
                // An odd number of names and values is refused when the call is checked.
                if *name != "json_object" || count % 2 == 0 {
                    connection.prepare(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
                }
            }
        }
    }

    #[test]
    fn formats_are_exact_without_points() {
        for format in ["", "%d", "%05d %s%%", "%-8.3s", "100%", "%x%c%q"] {
            assert!(is_exact_format(format), "{format}");
        }
        for format in ["%f", "%.2f", "%d %e", "%+G", "%%%g", "%,10.1f"] {
            assert!(!is_exact_format(format), "{format}");
        }
    }
}
