use super::{ACCOUNT_ID, ASSET_COLUMN, DAY_COLUMN, END_TO_END_COLUMN, REFERENCE_COLUMN, day, decimal, given_day};
use crate::{Answer, Column, Parameter, Query};

/// The columns of a transfer `t` of an asset `s`.
macro_rules! transfer {
    () => {
        concat!(
            "CAST(t.number AS TEXT), t.kind, t.asset, t.from_account, t.to_account, ",
            decimal!("t.amount_minor", "s.decimals"),
            ", ",
            decimal!("t.from_balance_minor", "s.decimals"),
            ", ",
            decimal!("t.to_balance_minor", "s.decimals"),
            ", ",
            day!("t.day"),
            ", t.time_ms, t.number >> 32, (t.number >> 16) & 65535, CAST(t.claim AS TEXT), t.reference, t.end_to_end_id"
        )
    };
}

const NUMBER: Column = Column::text("number", "Its number: the key of its row in `asset_transfer`.");
const KIND: Column =
    Column::text("kind", "`issue`, `redeem`, `transfer`, `capture` of a hold, or `offer` that was accepted.");
const CLAIM: Column = Column::text("claim", "Number of the hold or offer that it fulfils.");
const TIME: Column = super::time("time_ms", "Time of the block, milliseconds since 1970-01-01 UTC.");
const COLUMNS: &[Column] = &[
    NUMBER,
    KIND,
    ASSET_COLUMN,
    Column::text("from", "The account that paid; at an issue the issuer's side."),
    Column::text("to", "The account that was paid; at a redemption the issuer's side."),
    Column::text("amount", "How much."),
    Column::text("from_balance", "The payer's balance after it."),
    Column::text("to_balance", "The payee's balance after it."),
    DAY_COLUMN,
    TIME,
    Column::integer("height", "Height of the block."),
    Column::integer("index", "The transaction's place in the block."),
    CLAIM,
    REFERENCE_COLUMN,
    END_TO_END_COLUMN,
];

pub(super) const TRANSFER_DETAILS: Query = Query {
    name: "asset.transfer_details",
    summary: "One transfer.",
    sql: concat!(
        "SELECT ",
        transfer!(),
        " FROM asset_transfer t JOIN asset s ON s.id = t.asset WHERE t.number = CAST(:number AS INTEGER)"
    ),
    parameters: &[Parameter::text("number", "Its number.")],
    columns: COLUMNS,
    answer: Answer::One,
};

pub(super) const TRANSFERS: Query = Query {
    name: "asset.transfers",
    summary: "All transfers, the newest first.",
    sql: concat!(
        "SELECT ",
        transfer!(),
        ", CAST(t.number AS TEXT) AS cursor FROM asset_transfer t JOIN asset s ON s.id = t.asset
             WHERE t.number < coalesce(CAST(:cursor AS INTEGER), 9223372036854775807)
             ORDER BY t.number DESC LIMIT :limit"
    ),
    parameters: &[],
    columns: COLUMNS,
    answer: Answer::Page,
};

pub(super) const ENTRIES: Query = Query {
    name: "asset.entries",
    summary: "The transfers of an account with its balance after each, the newest first; of one business day if one is given.",
    // From the newest one, or the one before the cursor, each leads to the one before it.
    sql: concat!(
        "WITH RECURSIVE walk (number) AS (
               SELECT CASE
                 WHEN :cursor IS NOT NULL THEN
                   (SELECT previous FROM asset_entry WHERE number = CAST(:cursor AS INTEGER) AND account = :account)
                 WHEN :day IS NOT NULL THEN
                   (SELECT newest FROM asset_statement WHERE account = :account AND day = ",
        given_day!(),
        ")
                 ELSE (SELECT newest FROM asset_account WHERE id = :account) END
               UNION ALL
               SELECT iif(t.from_account = :account, t.from_previous, t.to_previous)
               FROM walk w CROSS JOIN asset_transfer t ON t.number = w.number
               WHERE :day IS NULL OR t.day = ",
        given_day!(),
        "  LIMIT :limit),
             entry (number, kind, asset, counterparty, amount_minor, balance_minor, day, time_ms, claim, reference,
                    end_to_end_id) AS (
               SELECT t.number, t.kind, t.asset, iif(t.from_account = :account, t.to_account, t.from_account),
                      iif(t.from_account = :account, -t.amount_minor, t.amount_minor),
                      iif(t.from_account = :account, t.from_balance_minor, t.to_balance_minor),
                      t.day, t.time_ms, t.claim, t.reference, t.end_to_end_id
               FROM walk w CROSS JOIN asset_transfer t ON t.number = w.number)
             SELECT CAST(t.number AS TEXT), t.kind, t.asset, t.counterparty, ",
        decimal!("t.amount_minor", "s.decimals"),
        ", ",
        decimal!("t.balance_minor", "s.decimals"),
        ", ",
        day!("t.day"),
        ", t.time_ms, CAST(t.claim AS TEXT), t.reference, t.end_to_end_id, CAST(t.number AS TEXT) AS cursor
             FROM entry t JOIN asset s ON s.id = t.asset WHERE :day IS NULL OR t.day = ",
        given_day!(),
        " ORDER BY t.number DESC LIMIT :limit"
    ),
    parameters: &[ACCOUNT_ID, super::DAY.optional()],
    columns: &[
        NUMBER,
        KIND,
        ASSET_COLUMN,
        Column::text("counterparty", "The other account."),
        Column::text("amount", "How much: negative if it left."),
        Column::text("balance", "The account's balance after it."),
        DAY_COLUMN,
        TIME,
        CLAIM,
        REFERENCE_COLUMN,
        END_TO_END_COLUMN,
    ],
    answer: Answer::Page,
};
