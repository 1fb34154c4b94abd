use super::{ASSET_COLUMN, DAY, END_TO_END_COLUMN, REFERENCE_COLUMN, decimal, given_day};
use crate::{Answer, Column, Parameter, Query};

/// Each `entry` of a business day of all accounts of a member, found by walking back from the newest of each account.
macro_rules! walk {
    () => {
        concat!(
            "WITH RECURSIVE walk (account, number) AS (
               SELECT id, iif(day = ",
            given_day!(),
            ", newest, (SELECT d.newest FROM asset_day d WHERE d.account = id AND d.day = ",
            given_day!(),
            "))
               FROM asset_account WHERE id > :member || '/' AND id < :member || '0'
               UNION ALL
               SELECT w.account, iif(t.from_account = w.account, t.from_previous, t.to_previous)
               FROM walk w CROSS JOIN asset_transfer t ON t.number = w.number WHERE t.day = ",
            given_day!(),
            "), leg (account, number, asset, amount_minor, counterparty, reference, end_to_end_id) AS (
               SELECT w.account, t.number, t.asset, iif(t.from_account = w.account, -t.amount_minor, t.amount_minor),
                      iif(t.from_account = w.account, t.to_account, t.from_account), t.reference, t.end_to_end_id
               FROM walk w CROSS JOIN asset_transfer t ON t.number = w.number WHERE t.day = ",
            given_day!(),
            "), entry (account, number, asset, amount_minor, counterparty, member, reference, end_to_end_id) AS (
               SELECT account, number, asset, amount_minor, counterparty,
                      substr(counterparty, 1, instr(counterparty, '/') - 1), reference, end_to_end_id
               FROM leg) "
        )
    };
}

const MEMBER: Parameter = Parameter::text("member", "The member whose accounts are reconciled.");
const COUNTERPARTY: Parameter = Parameter::text("counterparty", "Only what moved to and from this member.").optional();
const ASSET: Parameter = Parameter::text("asset", "Only what moved of this asset.").optional();

pub(super) const RECONCILIATION: Query = Query {
    name: "asset.reconciliation",
    summary: "What moved on a business day between a member's accounts and each other member, summed by asset; the other side's is \
                  the same with in and out exchanged.",
    sql: concat!(
        walk!(),
        ", sums (asset, member, in_count, in_minor, out_count, out_minor) AS (
               SELECT asset, member, sum(amount_minor > 0), sum(max(amount_minor, 0)), sum(amount_minor < 0),
                      sum(max(-amount_minor, 0))
               FROM entry WHERE (:counterparty IS NULL OR member = :counterparty) AND (:asset IS NULL OR asset = :asset)
               GROUP BY asset, member)
             SELECT d.asset, d.member, d.in_count, ",
        decimal!("d.in_minor", "s.decimals"),
        ", d.out_count, ",
        decimal!("d.out_minor", "s.decimals"),
        ", d.asset || ' ' || d.member AS cursor
             FROM sums d JOIN asset s ON s.id = d.asset WHERE d.asset || ' ' || d.member > coalesce(:cursor, '')
             ORDER BY d.asset || ' ' || d.member LIMIT :limit"
    ),
    parameters: &[MEMBER, DAY, COUNTERPARTY, ASSET],
    columns: &[
        ASSET_COLUMN,
        Column::text("counterparty", "The other member; the member itself for what moved between its own accounts."),
        Column::integer("in_count", "How many transfers arrived from it."),
        Column::text("in", "What arrived from it."),
        Column::integer("out_count", "How many transfers left to it."),
        Column::text("out", "What left to it."),
    ],
    answer: Answer::Page,
};

pub(super) const RECONCILIATION_ENTRIES: Query = Query {
    name: "asset.reconciliation_entries",
    summary: "The transfers of a business day to and from a member's accounts, in their order; the other side sees the same numbers \
                  with the sign exchanged.",
    sql: concat!(
        walk!(),
        "SELECT CAST(d.number AS TEXT), d.asset, d.account, d.counterparty, ",
        decimal!("d.amount_minor", "s.decimals"),
        ", d.reference, d.end_to_end_id, printf('%019d', d.number) || ' ' || d.account AS cursor
             FROM entry d JOIN asset s ON s.id = d.asset
             WHERE (:counterparty IS NULL OR d.member = :counterparty) AND (:asset IS NULL OR d.asset = :asset)
               AND printf('%019d', d.number) || ' ' || d.account > coalesce(:cursor, '')
             ORDER BY printf('%019d', d.number) || ' ' || d.account LIMIT :limit"
    ),
    parameters: &[MEMBER, DAY, COUNTERPARTY, ASSET],
    columns: &[
        Column::text("number", "Number of the transfer, the same on both sides."),
        ASSET_COLUMN,
        Column::text("account", "The member's account."),
        Column::text("counterparty", "The other account."),
        Column::text("amount", "How much: negative if it left."),
        REFERENCE_COLUMN,
        END_TO_END_COLUMN,
    ],
    answer: Answer::Page,
};
