//! Who uses invoices and how.

use super::{CURRENCY, ID, ISSUE_DATE, KIND, NUMBER, REGIME, SELLER, SELLER_NAME, STATE, TOTAL, amount};
use counterfoil_platform::{Answer, Column, ColumnKind, Parameter, Query};
use schemars::JsonSchema;

/// An organisation that has an invoice, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct InvoicePass {
    /// The organisation.
    organisation: String,
    /// `open`, or `taken` while one of them has locked or closed it.
    state: String,
    /// When it was passed on, milliseconds since 1970-01-01 UTC.
    passed_ms: i64,
}

/// What is left of a rate, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct InvoiceRateLeft {
    /// Category.
    category: String,
    /// Rate of 10,000.
    rate: i64,
    /// Amount without tax that is neither reversed nor asked for by an open form.
    net: String,
    /// The same of its tax.
    tax: String,
}

/// The columns of an invoice `i` in lists.
macro_rules! invoice {
    () => {
        "i.id, i.number, i.regime, i.state, i.seller, i.seller_name, i.issue_date, i.currency, i.total_minor,
         i.total_minor - coalesce((SELECT sum(v.reversed_net_minor + v.reversed_tax_minor) FROM invoice_reversal v
                                   WHERE v.invoice = i.id), 0)"
    };
}

/// What is left of the tax of an invoice `i`.
macro_rules! tax_left {
    () => {
        "i.tax_minor - coalesce((SELECT sum(v.reversed_tax_minor) FROM invoice_reversal v WHERE v.invoice = i.id), 0)"
    };
}

const LEFT: Column = amount("left", "Total that no red letter has taken back.");
const HOLDER: Column = Column::text("holder", "The member that may use it: the buyer.");
const SINCE: Column = Column::integer("since_ms", "Since when, milliseconds since 1970-01-01 UTC.");
const REIMBURSEMENT: Column = Column::text("reimbursement", "`open`, `locked` or `closed`.");
const REFERENCE: Column = Column::text("reference", "The organisation's own reference.");
const BOOKING: Column = Column::text("booking", "`not_booked`, `deductible`, `not_deductible` or `revoked`.");
const PERIOD: Column = Column::text("period", "Tax period in which it is booked.");
const TIME: Column = Column::integer("time_ms", "When, milliseconds since 1970-01-01 UTC.");
const INVOICE: Parameter = Parameter::text("invoice", "The invoice's id.");
const ORGANISATION: Parameter = Parameter::text("organisation", "The organisation.");

pub(super) const USE: Query = Query {
    name: "invoice.use",
    summary: "Who may use an invoice, who does, and what is left of it.",
    sql: concat!(
        "SELECT i.id, i.number, i.kind, i.state, i.seller, h.member, h.claimed, h.since_ms,
            (SELECT json_group_array(json_object('organisation', p.organisation, 'state', p.state, 'passed_ms', p.passed_ms)
                ORDER BY p.organisation) FROM invoice_pass p WHERE p.invoice = i.id),
            coalesce(u.state, 'open'), u.organisation, u.reference, coalesce(b.state, 'not_booked'), b.organisation, b.period,
            iif(b.state = 'deductible', b.tax_minor, NULL),
            iif(b.state = 'deductible', b.tax_minor - (",
        tax_left!(),
        "), NULL),
            i.claim_key IS NOT NULL AND h.member IS NULL,
            (SELECT r.invoice FROM invoice_red r WHERE r.red = i.id),
            (SELECT count(*) FROM invoice_red r WHERE r.invoice = i.id AND r.open_until_ms IS NOT NULL),
            (SELECT json_group_array(json_object('category', x.category, 'rate', x.rate, 'net', ",
        hundredths!("x.net"),
        ", 'tax', ",
        hundredths!("x.tax"),
        ") ORDER BY x.category, x.rate) FROM (
                SELECT t.category, t.rate,
                    sum(t.net_minor) - coalesce(max(v.reserved_net_minor + v.reversed_net_minor), 0) AS net,
                    sum(t.tax_minor) - coalesce(max(v.reserved_tax_minor + v.reversed_tax_minor), 0) AS tax
                FROM invoice_tax t
                LEFT JOIN invoice_reversal v ON v.invoice = t.invoice AND v.category = t.category AND v.rate = t.rate
                WHERE t.invoice = i.id GROUP BY t.category, t.rate) x)
         FROM invoice i LEFT JOIN invoice_holder h ON h.invoice = i.id
         LEFT JOIN invoice_reimbursement u ON u.invoice = i.id LEFT JOIN invoice_booking b ON b.invoice = i.id
         WHERE i.id = :invoice"
    ),
    parameters: &[INVOICE],
    columns: &[
        ID,
        NUMBER,
        KIND,
        STATE,
        SELLER,
        HOLDER,
        Column::of("claimed", "Whether the holder has claimed it; else it was named at issue.", ColumnKind::Boolean),
        SINCE,
        Column::json::<Vec<InvoicePass>>("passed_on", "The organisations that have it for reimbursement."),
        REIMBURSEMENT,
        Column::text("reimbursed_by", "The organisation that has locked or closed it."),
        REFERENCE,
        BOOKING,
        Column::text("booked_by", "The organisation that has booked it."),
        PERIOD,
        amount("deducted", "Tax that was left when it was booked as deductible."),
        amount("to_take_out", "Tax that red letters have taken back since: to be taken out of the input tax."),
        Column::of("claimable", "Whether it can be claimed.", ColumnKind::Boolean),
        Column::text("red_of", "The blue invoice, if it is a red letter."),
        Column::integer("open_forms", "Red letters that are asked for."),
        Column::json::<Vec<InvoiceRateLeft>>("left", "What red letters can still be asked for, by rate."),
    ],
    answer: Answer::One,
};

pub(super) const HELD: Query = Query {
    name: "invoice.held",
    summary: "The invoices that a member holds, the newest first.",
    sql: concat!(
        "SELECT ",
        invoice!(),
        ", h.since_ms, coalesce(u.state, 'open'), u.organisation, coalesce(b.state, 'not_booked'), i.id AS cursor
         FROM (SELECT invoice, since_ms FROM invoice_holder WHERE member = :member AND invoice < coalesce(:cursor, 'z')
               ORDER BY invoice DESC LIMIT :limit) h
         JOIN invoice i ON i.id = h.invoice LEFT JOIN invoice_reimbursement u ON u.invoice = i.id
         LEFT JOIN invoice_booking b ON b.invoice = i.id
         ORDER BY i.id DESC"
    ),
    parameters: &[Parameter::text("member", "The member.")],
    columns: &[
        ID,
        NUMBER,
        REGIME,
        STATE,
        SELLER,
        SELLER_NAME,
        ISSUE_DATE,
        CURRENCY,
        TOTAL,
        LEFT,
        SINCE,
        REIMBURSEMENT,
        Column::text("reimbursed_by", "The organisation that has locked or closed it."),
        BOOKING,
    ],
    answer: Answer::Page,
};

/// A part of what waits, with a letter of its own before its key: rows that come after the cursor, found by an index.
macro_rules! waits {
    ($letter:literal, $key:literal, $what:literal) => {
        concat!(
            "SELECT * FROM (",
            $what,
            " AND ",
            $key,
            " > CASE WHEN :cursor IS NULL OR substr(:cursor, 1, 1) < '",
            $letter,
            "' THEN '' WHEN substr(:cursor, 1, 1) = '",
            $letter,
            "' THEN substr(:cursor, 2) ELSE 'z' END ORDER BY ",
            $key,
            " LIMIT :limit)"
        )
    };
}

pub(super) const WAITING: Query = Query {
    name: "invoice.waiting",
    summary: "What waits for a member: invoices to reimburse, and red letters to confirm or to issue.",
    sql: concat!(
        "SELECT w.what, i.id, i.number, i.state, i.seller, i.seller_name, i.currency, i.total_minor, w.form, w.member, w.since_ms,
            w.until_ms, w.cursor
         FROM (",
        waits!(
            "a",
            "p.invoice",
            "SELECT 'reimburse' AS what, p.invoice, NULL AS form, h.member, p.passed_ms AS since_ms, NULL AS until_ms,
                'a' || p.invoice AS cursor
             FROM invoice_pass p JOIN invoice_holder h ON h.invoice = p.invoice JOIN invoice x ON x.id = p.invoice
             WHERE p.organisation = :member AND p.state = 'open' AND x.state <> 'reversed'"
        ),
        " UNION ALL ",
        waits!(
            "b",
            "id",
            "SELECT 'confirm_red', invoice, id, seller_member, requested_ms, open_until_ms, 'b' || id FROM invoice_red
             WHERE buyer = :member AND state = 'awaiting_buyer'"
        ),
        " UNION ALL ",
        waits!(
            "c",
            "id",
            "SELECT 'confirm_red', invoice, id, buyer, requested_ms, open_until_ms, 'c' || id FROM invoice_red
             WHERE seller_member = :member AND state = 'awaiting_seller' AND open_until_ms IS NOT NULL"
        ),
        " UNION ALL ",
        waits!(
            "d",
            "id",
            "SELECT 'issue_red', invoice, id, buyer, requested_ms, open_until_ms, 'd' || id FROM invoice_red
             WHERE seller_member = :member AND state = 'confirmed' AND open_until_ms IS NOT NULL"
        ),
        " UNION ALL ",
        waits!(
            "e",
            "id",
            "SELECT 'issue_red', invoice, id, buyer, requested_ms, open_until_ms, 'e' || id FROM invoice_red
             WHERE seller_member = :member AND state = 'no_confirmation_needed' AND open_until_ms IS NOT NULL"
        ),
        ") w JOIN invoice i ON i.id = w.invoice ORDER BY w.cursor LIMIT :limit"
    ),
    parameters: &[Parameter::text("member", "The member.")],
    columns: &[
        Column::text("what", "What to do: `reimburse`, `confirm_red` or `issue_red`."),
        ID,
        NUMBER,
        STATE,
        SELLER,
        SELLER_NAME,
        CURRENCY,
        TOTAL,
        Column::text("form", "The form of the red letter."),
        Column::text("member", "The member on the other side."),
        SINCE,
        Column::integer("until_ms", "When it lapses, milliseconds since 1970-01-01 UTC."),
    ],
    answer: Answer::Page,
};

pub(super) const REIMBURSEMENTS: Query = Query {
    name: "invoice.reimbursements",
    summary: "The invoices that an organisation has locked or closed, the newest first.",
    sql: concat!(
        "SELECT ",
        invoice!(),
        ", h.member, u.state, u.reference, coalesce(u.closed_ms, u.locked_ms), i.id AS cursor
         FROM (SELECT * FROM (SELECT * FROM invoice_reimbursement
                 WHERE organisation = :organisation AND state = 'locked' AND coalesce(:state, state) = state
                   AND invoice < coalesce(:cursor, 'z') ORDER BY invoice DESC LIMIT :limit)
               UNION ALL SELECT * FROM (SELECT * FROM invoice_reimbursement
                 WHERE organisation = :organisation AND state = 'closed' AND coalesce(:state, state) = state
                   AND invoice < coalesce(:cursor, 'z') ORDER BY invoice DESC LIMIT :limit)) u
         JOIN invoice i ON i.id = u.invoice LEFT JOIN invoice_holder h ON h.invoice = i.id
         ORDER BY i.id DESC LIMIT :limit"
    ),
    parameters: &[ORGANISATION, Parameter::text("state", "Only `locked` or only `closed` ones.").optional()],
    columns: &[
        ID,
        NUMBER,
        REGIME,
        STATE,
        SELLER,
        SELLER_NAME,
        ISSUE_DATE,
        CURRENCY,
        TOTAL,
        LEFT,
        HOLDER,
        REIMBURSEMENT,
        REFERENCE,
        TIME,
    ],
    answer: Answer::Page,
};

pub(super) const BOOKINGS: Query = Query {
    name: "invoice.bookings",
    summary: "The invoices that an organisation has booked in a tax period, with the tax that red letters want taken out again.",
    sql: concat!(
        "SELECT ",
        invoice!(),
        ", b.state, b.period, b.tax_minor, iif(b.state = 'deductible', b.tax_minor - (",
        tax_left!(),
        "), 0), coalesce(b.revoked_ms, b.booked_ms), i.id AS cursor
         FROM (SELECT * FROM invoice_booking
               WHERE organisation = :organisation AND period = :period AND invoice > coalesce(:cursor, '')
               ORDER BY invoice LIMIT :limit) b
         JOIN invoice i ON i.id = b.invoice ORDER BY i.id"
    ),
    parameters: &[ORGANISATION, Parameter::text("period", "The tax period, such as `2026-01`.")],
    columns: &[
        ID,
        NUMBER,
        REGIME,
        STATE,
        SELLER,
        SELLER_NAME,
        ISSUE_DATE,
        CURRENCY,
        TOTAL,
        LEFT,
        BOOKING,
        PERIOD,
        amount("tax", "Tax that was left when it was booked."),
        amount("to_take_out", "Tax that red letters have taken back since: to be taken out of the input tax."),
        TIME,
    ],
    answer: Answer::Page,
};

pub(super) const HISTORY: Query = Query {
    name: "invoice.history",
    summary: "What happened to an invoice, from its issue on.",
    sql: "SELECT position, step, member, other, reference, transaction_id, height, time_ms, CAST(position AS TEXT) AS cursor FROM (
            SELECT 0 AS position, 'issued' AS step, t.member, NULL AS other, i.number AS reference, NULL AS transaction_id,
                NULL AS height, i.issued_ms AS time_ms
            FROM invoice i JOIN invoice_taxpayer t ON t.id = i.seller WHERE i.id = :invoice AND :cursor IS NULL
            UNION ALL
            SELECT * FROM (SELECT position, step, member, other, reference, transaction_id, height, time_ms
              FROM invoice_step WHERE invoice = :invoice AND position > coalesce(CAST(:cursor AS INTEGER), 0)
              ORDER BY position LIMIT :limit))
          ORDER BY position LIMIT :limit",
    parameters: &[INVOICE],
    columns: &[
        Column::integer("position", "Its place, from 0."),
        Column::text(
            "step",
            "`issued`, `claimed`, `passed_on`, `taken_back`, `returned`, `locked`, `unlocked`, `closed`, `booked_deductible`, \
             `booked_not_deductible`, `booking_revoked`, `red_requested`, `red_confirmed`, `red_refused`, `red_withdrawn`, \
             `red_lapsed` or `red_issued`.",
        ),
        Column::text("member", "The member that did it; nothing where its time was over."),
        Column::text("other", "The member to whom, or from whom."),
        Column::text("reference", "Number, reference of the reimbursement, tax period, or form of the red letter."),
        Column::of(
            "transaction",
            "Identity of the transaction; nothing for the issue, which the proof of the invoice shows, and where its time was over.",
            ColumnKind::Hex,
        ),
        Column::integer("height", "Height of the block; nothing for the issue."),
        TIME,
    ],
    answer: Answer::Page,
};
