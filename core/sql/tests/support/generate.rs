//! Statements by chance: some are accepted, and those must hold what is promised.

use proptest::prelude::*;

/// An expression over the columns of `warehouse.receipt AS r`.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "r.id",
        "owner",
        "goods",
        "owner COLLATE NOCASE",
        "quantity",
        "number",
        "seal",
        "1",
        "-7",
        "'a'",
        "NULL",
        "x'00'",
        "true",
        "caller()",
        "now()",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (
                two.clone(),
                prop::sample::select(vec![
                    "+", "-", "*", "/", "%", "||", "=", "<", ">=", "<>", "AND", "OR", "IS", "&", "<<"
                ])
            )
                .prop_map(|((left, right), operator)| format!("{left} {operator} {right}")),
            two.clone().prop_map(|(left, right)| format!("({left}) BETWEEN {right} AND 3")),
            two.clone().prop_map(|(left, right)| format!("{left} IN ({right}, 1)")),
            two.clone().prop_map(|(left, right)| format!("CASE WHEN {left} THEN {right} ELSE 0 END")),
            two.clone().prop_map(|(left, right)| format!("coalesce({left}, {right})")),
            two.clone().prop_map(|(left, right)| format!("{left} NOT LIKE {right}")),
            two.clone().prop_map(|(left, right)| {
                format!("(SELECT {left} FROM warehouse.receipt AS r WHERE {right} LIMIT 1)")
            }),
            two.clone()
                .prop_map(|(left, right)| format!("(SELECT max({left}) FROM warehouse.receipt AS r WHERE {right})")),
            two.prop_map(|(left, right)| format!(
                "(SELECT m.place FROM warehouse.move m WHERE m.receipt = {left} AND {right})"
            )),
            inner.clone().prop_map(|one| format!("EXISTS (SELECT 1 FROM other.receipt o WHERE o.id = {one})")),
            inner.clone().prop_map(|one| format!("- ({one})")),
            inner.clone().prop_map(|one| format!("NOT {one}")),
            inner.clone().prop_map(|one| format!("CAST({one} AS INTEGER)")),
            inner.clone().prop_map(|one| format!("length({one})")),
            inner.clone().prop_map(|one| format!("sum({one})")),
            inner.clone().prop_map(|one| format!("json_object('a', {one})")),
            inner.prop_map(|one| format!("{one} IS NOT NULL")),
        ]
    })
}

/// A statement around two expressions.
pub fn statement() -> impl Strategy<Value = String> {
    (expression(), expression(), 0..11_u8).prop_map(|(one, two, form)| match form {
        0 => format!("SELECT {one} AS a, {two} AS b FROM warehouse.receipt AS r"),
        1 => format!("SELECT {one} AS a FROM warehouse.receipt AS r WHERE {two} ORDER BY a, r.id LIMIT 3"),
        2 => format!("SELECT {one}, count(*) FROM warehouse.receipt AS r GROUP BY {one} HAVING {two}"),
        3 => format!("SELECT DISTINCT {one} FROM warehouse.receipt AS r ORDER BY {two}"),
        4 => format!("SELECT {one} FROM warehouse.receipt AS r UNION SELECT {two} FROM warehouse.receipt AS r"),
        5 => format!("UPDATE warehouse.receipt AS r SET quantity = {one} WHERE {two}"),
        6 => format!("UPDATE warehouse.receipt AS r SET number = {one} WHERE id = 'a' AND {two}"),
        7 => format!("DELETE FROM warehouse.receipt AS r WHERE {one}"),
        8 => format!("INSERT INTO warehouse.move SELECT r.id, {one}, {two} FROM warehouse.receipt AS r"),
        9 => format!(
            "WITH c(x) AS (SELECT {one} FROM warehouse.receipt AS r) SELECT x FROM c, warehouse.receipt r WHERE {two}"
        ),
        _ => format!(
            "INSERT INTO warehouse.receipt AS r (id, owner, goods) VALUES ('a', 'b', 'c') \
             ON CONFLICT (id) DO UPDATE SET quantity = {one} WHERE {two}"
        ),
    })
}
