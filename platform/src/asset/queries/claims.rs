use super::{ASSET_COLUMN, END_TO_END_COLUMN, REFERENCE_COLUMN, decimal};
use crate::{Answer, Column, Parameter, Query};

/// The columns of a hold `h` of an account `a` of an asset `s`.
macro_rules! hold {
    () => {
        concat!(
            "CAST(h.number AS TEXT), h.account, h.beneficiary, a.asset, ",
            decimal!("h.amount_minor", "s.decimals"),
            ", ",
            decimal!("h.captured_minor", "s.decimals"),
            ", ",
            decimal!("iif(h.state = 'open', h.amount_minor - h.captured_minor, 0)", "s.decimals"),
            ", h.state, h.expires_ms, h.reference, h.created_ms, h.ended_ms"
        )
    };
}

/// The columns of an offer `o` from an account `a` of an asset `s`.
macro_rules! offer {
    () => {
        concat!(
            "CAST(o.number AS TEXT), o.from_account, o.receiver, o.to_account, a.asset, ",
            decimal!("o.amount_minor", "s.decimals"),
            ", o.state, o.expires_ms, o.reference, o.end_to_end_id, o.reason, o.created_ms, o.ended_ms"
        )
    };
}

/// A page of the rows of a table for which `$which` holds, the newest first. Lists are joined from such parts, so that each part finds
/// its rows by an index and those that do not apply cost nothing.
macro_rules! part {
    ($table:literal, $which:literal) => {
        concat!(
            "SELECT * FROM (SELECT * FROM ",
            $table,
            " WHERE ",
            $which,
            " AND (:state IS NULL OR state = :state)
                AND number < coalesce(CAST(:cursor AS INTEGER), 9223372036854775807)
              ORDER BY number DESC LIMIT :limit)"
        )
    };
}

const EXPIRES: Column = super::time("expires_ms", "When it lapses, milliseconds since 1970-01-01 UTC.");
const CREATED: Column = super::time("created_ms", "When it began, milliseconds since 1970-01-01 UTC.");
const ENDED: Column = super::time("ended_ms", "When it ended, milliseconds since 1970-01-01 UTC.");
const HOLD: &[Column] = &[
    Column::text("hold", "Its number."),
    Column::text("account", "The account in which it is set aside."),
    Column::text("beneficiary", "The member that can take it."),
    ASSET_COLUMN,
    Column::text("amount", "How much was set aside."),
    Column::text("captured", "How much of it was taken."),
    Column::text("left", "How much of it is still set aside."),
    Column::text("state", "`open`, `captured`, `voided` or `lapsed`."),
    EXPIRES,
    REFERENCE_COLUMN,
    CREATED,
    ENDED,
];
const OFFER: &[Column] = &[
    Column::text("offer", "Its number."),
    Column::text("from", "The account that pays."),
    Column::text("receiver", "The member that is asked."),
    Column::text("to", "The account that is paid; nothing until the receiver says which."),
    ASSET_COLUMN,
    Column::text("amount", "How much."),
    Column::text("state", "`open`, `accepted`, `refused`, `withdrawn` or `lapsed`."),
    EXPIRES,
    REFERENCE_COLUMN,
    END_TO_END_COLUMN,
    Column::text("reason", "Why it was refused."),
    CREATED,
    ENDED,
];
const STATE: Parameter = Parameter::text("state", "Only those in this state.").optional();

pub(super) const HOLD_DETAILS: Query = Query {
    name: "asset.hold_details",
    summary: "One hold.",
    sql: concat!(
        "SELECT ",
        hold!(),
        " FROM asset_hold h JOIN asset_account a ON a.id = h.account JOIN asset s ON s.id = a.asset
              WHERE h.number = CAST(:hold AS INTEGER)"
    ),
    parameters: &[Parameter::text("hold", "Its number.")],
    columns: HOLD,
    answer: Answer::One,
};

pub(super) const HOLDS: Query = Query {
    name: "asset.holds",
    summary: "The holds of an account, of a beneficiary, or all, the newest first.",
    sql: concat!(
        "SELECT ",
        hold!(),
        ", CAST(h.number AS TEXT) AS cursor FROM (",
        part!("asset_hold", "account = :account AND (:beneficiary IS NULL OR beneficiary = :beneficiary)"),
        " UNION ALL ",
        part!("asset_hold", ":account IS NULL AND beneficiary = :beneficiary"),
        " UNION ALL ",
        part!("asset_hold", ":account IS NULL AND :beneficiary IS NULL"),
        ") h JOIN asset_account a ON a.id = h.account JOIN asset s ON s.id = a.asset
         ORDER BY h.number DESC LIMIT :limit"
    ),
    parameters: &[
        Parameter::text("account", "Only those in this account.").optional(),
        Parameter::text("beneficiary", "Only those for this member.").optional(),
        STATE,
    ],
    columns: HOLD,
    answer: Answer::Page,
};

pub(super) const OFFER_DETAILS: Query = Query {
    name: "asset.offer_details",
    summary: "One offer.",
    sql: concat!(
        "SELECT ",
        offer!(),
        " FROM asset_offer o JOIN asset_account a ON a.id = o.from_account JOIN asset s ON s.id = a.asset
              WHERE o.number = CAST(:offer AS INTEGER)"
    ),
    parameters: &[Parameter::text("offer", "Its number.")],
    columns: OFFER,
    answer: Answer::One,
};

pub(super) const OFFERS: Query = Query {
    name: "asset.offers",
    summary: "The offers from an account, to a receiver, or all, the newest first.",
    sql: concat!(
        "SELECT ",
        offer!(),
        ", CAST(o.number AS TEXT) AS cursor FROM (",
        part!("asset_offer", "from_account = :from AND (:receiver IS NULL OR receiver = :receiver)"),
        " UNION ALL ",
        part!("asset_offer", ":from IS NULL AND receiver = :receiver"),
        " UNION ALL ",
        part!("asset_offer", ":from IS NULL AND :receiver IS NULL"),
        ") o JOIN asset_account a ON a.id = o.from_account JOIN asset s ON s.id = a.asset
         ORDER BY o.number DESC LIMIT :limit"
    ),
    parameters: &[
        Parameter::text("from", "Only those from this account.").optional(),
        Parameter::text("receiver", "Only those to this member.").optional(),
        STATE,
    ],
    columns: OFFER,
    answer: Answer::Page,
};
