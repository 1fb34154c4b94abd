/// All rules, with what each is about. They are for life: documentation and tools refer to them.
pub const RULES: &[(&str, &str)] = &[
    ("action/result", "each column of an action's result has a name of its own"),
    ("action/select", "only the last statement of an action is its result"),
    ("aggregate/order", "an aggregate has no ORDER BY"),
    ("aggregate/place", "an aggregate stands in the results, HAVING or ORDER BY of its own SELECT"),
    ("column/alias", "the name of a result is not used in WHERE and ON"),
    ("column/ambiguous", "a column is of one table"),
    ("column/unknown", "a column is of a table in sight; there are no row numbers"),
    ("effect/form", "an effect is SELECT effect(…) with FROM, WHERE, ORDER BY and LIMIT only"),
    ("effect/name", "call and emit take a literal name"),
    ("effect/order", "an effect for several rows needs an order that is the same everywhere"),
    ("effect/place", "an effect is a statement of its own in an action"),
    ("expression/form", "RAISE and keywords are no expressions"),
    ("expression/json", "JSON is made where it is used, and not taken apart"),
    ("expression/like", "texts are compared by LIKE and GLOB"),
    ("expression/row", "rows of several values are compared with rows of as many"),
    ("expression/subquery", "a SELECT does not stand in CHECK"),
    ("from/alias", "each table of FROM has a name of its own"),
    ("from/function", "there are no table-valued functions"),
    ("from/indexed", "there is no INDEXED BY"),
    ("from/natural", "joins name their columns"),
    ("from/parentheses", "joins have no parentheses"),
    ("function/form", "arguments, DISTINCT, FILTER and * fit the function"),
    ("function/host", "the host's functions are known in what is executed for a caller"),
    ("function/unknown", "functions are on the list, with as many arguments as they take"),
    ("function/window", "there are no window functions"),
    ("group/bare", "in a SELECT with groups a column is grouped by or aggregated"),
    ("group/having", "HAVING needs groups"),
    ("group/term", "GROUP BY names a column, or a result by name or number"),
    ("index/form", "an index is on the columns of a table"),
    ("insert/columns", "an INSERT gives a value for each column it names"),
    ("insert/conflict", "ON CONFLICT names a key and stands after VALUES"),
    ("insert/default", "there is no DEFAULT VALUES"),
    ("limit/columns", "how many columns a table or SELECT has"),
    ("limit/compound", "how many SELECTs UNION and the like join"),
    ("limit/depth", "how deep an expression is"),
    ("limit/from", "how many tables FROM names"),
    ("limit/items", "how many tables and actions a package has"),
    ("limit/list", "how many members a list has"),
    ("limit/nesting", "how deep parentheses and CASE stand within each other"),
    ("limit/selects", "how deep SELECTs stand within each other"),
    ("limit/statements", "how many statements an action has"),
    ("limit/text", "how many bytes a text has"),
    ("limit/with", "how often common table expressions name each other"),
    ("name/form", "names are a to z, then a to z, 0 to 9 and _"),
    ("name/reserved", "some names are the ledger's own"),
    ("name/taken", "a name is given once"),
    ("number/cast", "casts are to INTEGER, TEXT and BLOB"),
    ("number/format", "formats are literal and without fractional numbers"),
    ("number/fraction", "numbers are integers of 64 bits"),
    ("number/merge", "what is merged with its equals is no calculation"),
    ("order/compound", "ORDER BY after UNION names results"),
    ("order/limit", "LIMIT needs an order that is the same everywhere"),
    ("order/offset", "LIMIT has no comma"),
    ("order/result", "the result of an action has an order that is the same everywhere"),
    ("order/term", "ORDER BY names a column, or a result by name or number"),
    ("package/action", "CREATE ACTION name (…) AS BEGIN … END"),
    ("package/header", "PACKAGE name VERSION 1 OWNERS (…)"),
    ("package/invariant", "CREATE INVARIANT name AS SELECT …"),
    ("package/item", "a package consists of tables, indexes, actions, invariants and a migration"),
    ("package/migration", "MIGRATE FROM 1 AS BEGIN … END, once, with statements that write"),
    ("package/syntax", "BEGIN … END is closed"),
    ("parameter/form", "parameters are :name, those an action declares, or ? throughout"),
    ("parameter/unused", "an action uses what it declares"),
    ("select/compound", "SELECTs joined by UNION give the same number of columns"),
    ("select/recursive", "there is no recursion"),
    ("select/star", "* stands for columns with names"),
    ("select/values", "rows of VALUES have the same number of members, and no ORDER BY"),
    ("select/with", "a common table expression is defined once, with as many names as columns"),
    ("statement/kind", "what a text may do at its place"),
    ("syntax", "a text is SQL, one statement at a time"),
    ("table/closed", "only tables that are open are read"),
    ("table/default", "a DEFAULT is a literal"),
    ("table/foreign", "only one's own tables are written"),
    ("table/form", "no temporary, derived, conditional or self-numbering tables"),
    ("table/key", "a table has one PRIMARY KEY; keys name columns, each once"),
    ("table/option", "WITH (name = value, …) ends a CREATE TABLE"),
    ("table/reference", "REFERENCES leads to a key of the same schema and changes nothing"),
    ("table/schema", "a table belongs to a schema"),
    ("table/type", "types are INTEGER, TEXT and BLOB"),
    ("table/unknown", "a table exists"),
    ("text/collate", "case is ignored in conditions only"),
    ("update/from", "there is no UPDATE … FROM"),
    ("update/key", "the primary key does not change"),
    ("update/self", "SET reads no rows that change with it"),
    ("update/twice", "a column is assigned once"),
    ("update/unique", "a UNIQUE column changes in one row at a time"),
    ("write/conflict", "there is no OR REPLACE, OR IGNORE and the like"),
    ("write/limit", "UPDATE and DELETE have no LIMIT"),
    ("write/returning", "there is no RETURNING"),
];

/// Whether it is one of [`RULES`].
pub(crate) fn is_rule(rule: &str) -> bool {
    RULES.binary_search_by(|(known, _)| (*known).cmp(rule)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_once_in_order() {
        assert!(RULES.is_sorted_by(|one, next| one.0 < next.0));
    }

    #[test]
    fn each_rule_has_a_text_that_breaks_it() {
        let tests = [
            include_str!("../tests/refused.rs"),
            include_str!("../tests/define.rs"),
            include_str!("../tests/package.rs"),
            include_str!("../tests/hostile.rs"),
        ];
        let shown = |rule: &str| tests.iter().any(|text| text.contains(&format!("\"{rule}\"")));
        let missing: Vec<&str> = RULES.iter().map(|(rule, _)| *rule).filter(|rule| !shown(rule)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
