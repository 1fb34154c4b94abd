use super::decimal;
use crate::{Answer, Column, ColumnKind, Parameter, Query};

/// The columns of an asset `s` and its issuer's side `a`.
macro_rules! asset {
    () => {
        concat!(
            "s.id, s.issuer, s.title, s.kind, s.currency, s.decimals, s.day_offset_minutes, s.restricted, ",
            decimal!("-a.available_minor", "s.decimals"),
            ", s.height, s.time_ms"
        )
    };
}

const COLUMNS: &[Column] = &[
    Column::text("asset", "Its id: `issuer/name`."),
    Column::text("issuer", "The member that issues it."),
    Column::text("title", "What it is."),
    Column::text("kind", "`currency`, `security`, `points`, `claim` or `other`."),
    Column::text("currency", "Code of ISO 4217, if it is a currency."),
    Column::integer("decimals", "Digits after the point."),
    Column::integer("day_offset_minutes", "How many minutes before 00:00 UTC its business day begins."),
    Column::of("restricted", "Whether the issuer signs the opening of accounts.", ColumnKind::Boolean),
    Column::text("outstanding", "What was issued and not redeemed."),
    Column::integer("height", "Height at which it was defined."),
    super::time("time_ms", "When it was defined, milliseconds since 1970-01-01 UTC."),
];

pub(super) const GET: Query = Query {
    name: "asset.get",
    summary: "One asset and how much of it is outstanding.",
    sql: concat!("SELECT ", asset!(), " FROM asset s JOIN asset_account a ON a.id = s.id WHERE s.id = :asset"),
    parameters: &[Parameter::text("asset", "The asset: `issuer/name`.")],
    columns: COLUMNS,
    answer: Answer::One,
};

pub(super) const LIST: Query = Query {
    name: "asset.list",
    summary: "The assets, by id.",
    sql: concat!(
        "SELECT ",
        asset!(),
        ", s.id AS cursor FROM asset s JOIN asset_account a ON a.id = s.id
             WHERE (:issuer IS NULL OR s.issuer = :issuer) AND (:kind IS NULL OR s.kind = :kind)
               AND s.id > coalesce(:cursor, '') ORDER BY s.id LIMIT :limit"
    ),
    parameters: &[
        Parameter::text("issuer", "Only assets of this member.").optional(),
        Parameter::text("kind", "Only assets of this kind.").optional(),
    ],
    columns: COLUMNS,
    answer: Answer::Page,
};
