use super::REGIME;
use counterfoil_platform::{Answer, Column, ColumnKind, Parameter, ParameterKind, Query};
use schemars::JsonSchema;

/// What a taxpayer is on some days, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct TaxpayerDays {
    /// `active`, `suspended` or `deregistered`.
    state: String,
    /// `general` or `small`.
    scale: String,
    /// Digits 3 and 4 of its Chinese numbers.
    region: String,
    /// The first day.
    from: String,
    /// The last day, if there is one.
    until: Option<String>,
    /// The tax authority that set it.
    set_by: String,
    /// When, milliseconds since 1970-01-01 UTC.
    set_ms: i64,
}

/// A taxpayer, and what it is, the newest rule first.
macro_rules! taxpayer {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.name, t.member, t.regime,
                (SELECT json_group_array(json_object('state', s.state, 'scale', s.scale, 'region', s.region, 'from', s.from_day,
                    'until', s.until_day, 'set_by', s.set_by, 'set_ms', s.set_ms) ORDER BY s.number DESC)
                 FROM invoice_taxpayer_status s WHERE s.taxpayer = t.id)",
            $rest
        )
    };
}

const TAXPAYER_COLUMNS: &[Column] = &[
    Column::text("id", "The taxpayer's id."),
    Column::text("name", "Its name."),
    Column::text("member", "The member whose keys sign for it."),
    REGIME,
    Column::json::<Vec<TaxpayerDays>>("status", "What it is: for a day, the first that covers it counts."),
];

pub(super) const TAXPAYER: Query = Query {
    name: "invoice.taxpayer",
    summary: "One registered taxpayer.",
    sql: taxpayer!(" FROM invoice_taxpayer t WHERE t.id = :id"),
    parameters: &[Parameter::text("id", "The taxpayer's id.")],
    columns: TAXPAYER_COLUMNS,
    answer: Answer::One,
};

pub(super) const TAXPAYERS: Query = Query {
    name: "invoice.taxpayers",
    summary: "Registered taxpayers, by id.",
    sql: taxpayer!(
        ", t.id AS cursor FROM invoice_taxpayer t
         WHERE (:member IS NULL OR t.member = :member) AND (:cursor IS NULL OR t.id > :cursor) ORDER BY t.id LIMIT :limit"
    ),
    parameters: &[Parameter::text("member", "Only taxpayers of this member.").optional()],
    columns: TAXPAYER_COLUMNS,
    answer: Answer::Page,
};

pub(super) const RATES: Query = Query {
    name: "invoice.rates",
    summary: "Rates that the tax authority allows on a day.",
    sql: "SELECT regime, category, nullif(rate, -1), nullif(scale, ''), from_day, until_day,
             printf('%s/%s/%05d/%s', regime, category, rate, scale) AS cursor
          FROM invoice_rate r
          WHERE (:regime IS NULL OR regime = :regime) AND allowed = 1 AND from_day <= :day AND coalesce(until_day, :day) >= :day
            AND NOT EXISTS (SELECT 1 FROM invoice_rate n WHERE n.regime = r.regime AND n.category = r.category AND n.rate = r.rate
                AND n.scale = r.scale AND n.number > r.number AND n.from_day <= :day AND coalesce(n.until_day, :day) >= :day)
            AND (:cursor IS NULL OR printf('%s/%s/%05d/%s', regime, category, rate, scale) > :cursor)
          ORDER BY cursor LIMIT :limit",
    parameters: &[
        Parameter::text("day", "The day.").of(ParameterKind::Day),
        Parameter::text("regime", "Only this regime.").optional(),
    ],
    columns: &[
        REGIME,
        Column::text("category", "Category, or preference mark."),
        Column::of("rate", "Rate; null for any that the category allows.", ColumnKind::Decimal(4)),
        Column::text("scale", "Only for taxpayers of this scale."),
        Column::text("from", "Since this day."),
        Column::text("until", "Until this day."),
    ],
    answer: Answer::Page,
};

pub(super) const RULES: Query = Query {
    name: "invoice.rules",
    summary: "All rules that the tax authority ever set, the newest first: who set what, when, and for which days.",
    sql: "SELECT kind, about, says, from_day, until_day, set_by, set_ms, printf('%019d %s %s', number, kind, about) AS cursor
          FROM invoice_rule
          WHERE (:kind IS NULL OR kind = :kind) AND (:day IS NULL OR (from_day <= :day AND coalesce(until_day, :day) >= :day))
            AND (:cursor IS NULL OR printf('%019d %s %s', number, kind, about) < :cursor)
          ORDER BY cursor DESC LIMIT :limit",
    parameters: &[
        Parameter::text("kind", "Only rules of this table, such as `invoice_quota`.").optional(),
        Parameter::text("day", "Only rules whose days cover this one.").of(ParameterKind::Day).optional(),
    ],
    columns: &[
        Column::text("kind", "The table that has it."),
        Column::text("about", "What it is about."),
        Column::text("says", "What it says."),
        Column::text("from", "Since this day."),
        Column::text("until", "Until this day."),
        Column::text("set_by", "The tax authority that set it; empty for genesis."),
        Column::integer("set_ms", "When, milliseconds since 1970-01-01 UTC."),
    ],
    answer: Answer::Page,
};
