use super::{ACCOUNT_ID, ASSET_COLUMN, DAY, DAY_COLUMN, day, decimal, given_day};
use crate::{Answer, Column, Parameter, Query};

/// The columns of an account `a` of an asset `s`.
macro_rules! account {
    () => {
        concat!(
            "a.id, a.owner, a.asset, a.state, ",
            decimal!("a.available_minor", "s.decimals"),
            ", ",
            decimal!("a.held_minor", "s.decimals"),
            ", ",
            decimal!("(a.available_minor + a.held_minor)", "s.decimals"),
            ", ",
            decimal!("a.limit_minor", "s.decimals"),
            ", CAST(a.newest AS TEXT), ",
            day!("a.day"),
            ", a.opened_ms"
        )
    };
}

const COLUMNS: &[Column] = &[
    Column::text("account", "Its id: `owner/name`; that of the asset for the issuer's side."),
    Column::text("owner", "The member whose account it is."),
    ASSET_COLUMN,
    Column::text("state", "`open`, `frozen` or `closed`."),
    Column::text("available", "What the owner can use, not counting the limit."),
    Column::text("held", "What is set aside for holds and offers."),
    Column::text("balance", "Available and held together."),
    Column::text("limit", "How far the issuer lets it be overdrawn."),
    Column::text("newest", "Number of its newest transfer."),
    Column::text("day", "Business day of its newest transfer, or of its opening: `2026-01-31`."),
    super::time("opened_ms", "When it was opened, milliseconds since 1970-01-01 UTC."),
];

/// The columns of a day `d` of an account of asset `s`.
macro_rules! statement {
    () => {
        concat!(
            day!("d.day"),
            ", ",
            decimal!("d.opening_minor", "s.decimals"),
            ", d.in_count, ",
            decimal!("d.in_minor", "s.decimals"),
            ", d.out_count, ",
            decimal!("d.out_minor", "s.decimals"),
            ", ",
            decimal!("d.closing_minor", "s.decimals")
        )
    };
}

const OPENING: Column = Column::text("opening", "The balance when the day began.");
const IN_COUNT: Column = Column::integer("in_count", "How many transfers arrived.");
const IN: Column = Column::text("in", "What arrived.");
const OUT_COUNT: Column = Column::integer("out_count", "How many transfers left.");
const OUT: Column = Column::text("out", "What left.");
const CLOSING: Column = Column::text("closing", "The balance when the day ended, or now if it has not.");

pub(super) const ACCOUNT: Query = Query {
    name: "asset.account",
    summary: "One account and what is in it.",
    sql: concat!("SELECT ", account!(), " FROM asset_account a JOIN asset s ON s.id = a.asset WHERE a.id = :account"),
    parameters: &[ACCOUNT_ID],
    columns: COLUMNS,
    answer: Answer::One,
};

pub(super) const ACCOUNTS: Query = Query {
    name: "asset.accounts",
    summary: "The accounts, by id.",
    // The owner's accounts are those whose ids begin with its name and a slash, which 0 follows.
    sql: concat!(
        "SELECT ",
        account!(),
        ", a.id AS cursor FROM (
           SELECT * FROM (SELECT * FROM asset_account
             WHERE (:owner IS NOT NULL OR :asset IS NULL) AND (:asset IS NULL OR asset = :asset)
               AND id > coalesce(:cursor, :owner || '/', '') AND id < coalesce(:owner || '0', '~') ORDER BY id LIMIT :limit)
           UNION ALL
           SELECT * FROM (SELECT * FROM asset_account
             WHERE :owner IS NULL AND asset = :asset AND id > coalesce(:cursor, '') ORDER BY id LIMIT :limit)
         ) a JOIN asset s ON s.id = a.asset ORDER BY a.id LIMIT :limit"
    ),
    parameters: &[
        Parameter::text("owner", "Only accounts of this member.").optional(),
        Parameter::text("asset", "Only accounts of this asset.").optional(),
    ],
    columns: COLUMNS,
    answer: Answer::Page,
};

pub(super) const STATEMENT: Query = Query {
    name: "asset.statement",
    summary: "An account's business day: opening and closing balance and what moved.",
    sql: concat!(
        "SELECT a.id, a.asset, ",
        statement!(),
        " FROM asset_account a JOIN asset s ON s.id = a.asset JOIN (
                SELECT day, opening_minor, in_count, in_minor, out_count, out_minor, closing_minor
                FROM asset_statement WHERE account = :account AND day = ",
        given_day!(),
        "   UNION ALL
                -- A day without a movement opens and closes as the one before it closed.
                SELECT ",
        given_day!(),
        ", coalesce(b.closing_minor, 0), 0, 0, 0, 0, coalesce(b.closing_minor, 0)
                FROM (SELECT (SELECT closing_minor FROM asset_statement WHERE account = :account AND day < ",
        given_day!(),
        "                 ORDER BY day DESC LIMIT 1) AS closing_minor) b
                WHERE NOT EXISTS (SELECT 1 FROM asset_statement WHERE account = :account AND day = ",
        given_day!(),
        ")) d WHERE a.id = :account AND d.day IS NOT NULL"
    ),
    parameters: &[ACCOUNT_ID, DAY],
    columns: &[
        Column::text("account", "The account."),
        ASSET_COLUMN,
        DAY_COLUMN,
        OPENING,
        IN_COUNT,
        IN,
        OUT_COUNT,
        OUT,
        CLOSING,
    ],
    answer: Answer::One,
};

pub(super) const STATEMENTS: Query = Query {
    name: "asset.statements",
    summary: "An account's business days on which something moved, the newest first.",
    sql: concat!(
        "SELECT ",
        statement!(),
        ", ",
        day!("d.day"),
        " AS cursor FROM asset_statement d JOIN asset_account a ON a.id = d.account JOIN asset s ON s.id = a.asset
              WHERE d.account = :account AND d.day < coalesce(unixepoch(:cursor) / 86400, 9223372036854775807)
              ORDER BY d.day DESC LIMIT :limit"
    ),
    parameters: &[ACCOUNT_ID],
    columns: &[DAY_COLUMN, OPENING, IN_COUNT, IN, OUT_COUNT, OUT, CLOSING],
    answer: Answer::Page,
};

pub(super) const FREEZES: Query = Query {
    name: "asset.freezes",
    summary: "When an account was frozen and let go, by whom and why, the newest first.",
    sql: "SELECT CAST(number AS TEXT), power, frozen_by, reason, frozen_ms, lifted_by, lifted_why, lifted_ms,
                     CAST(number AS TEXT) AS cursor
              FROM asset_freeze
              WHERE account = :account AND number < coalesce(CAST(:cursor AS INTEGER), 9223372036854775807)
              ORDER BY number DESC LIMIT :limit",
    parameters: &[ACCOUNT_ID],
    columns: &[
        Column::text("number", "Number of the freeze."),
        Column::text("power", "`issuer` or `court`."),
        Column::text("frozen_by", "The member that froze it."),
        Column::text("reason", "Why."),
        super::time("frozen_ms", "When, milliseconds since 1970-01-01 UTC."),
        Column::text("lifted_by", "The member that let it go."),
        Column::text("lifted_why", "Why."),
        super::time("lifted_ms", "When, milliseconds since 1970-01-01 UTC."),
    ],
    answer: Answer::Page,
};
