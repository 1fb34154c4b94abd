//! Forms of red letters.

use super::{CURRENCY, NUMBER, SELLER, amount};
use counterfoil_platform::{Answer, Column, ColumnKind, Parameter, Query};
use schemars::JsonSchema;

/// What a form takes back at a rate, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct InvoiceRedTax {
    /// Category.
    category: String,
    /// Rate of 10,000.
    rate: i64,
    /// Amount without tax.
    net: String,
    /// Tax.
    tax: String,
}

/// The columns of a form `r` of an invoice `i`.
macro_rules! form {
    () => {
        "r.id, r.invoice, i.number, r.seller, r.seller_member, r.buyer, r.requested_by, r.reason, r.used, r.state, i.currency,
         r.net_minor, r.tax_minor, r.net_minor + r.tax_minor, r.requested_ms, r.open_until_ms, r.ended_ms, r.red,
         (SELECT x.number FROM invoice x WHERE x.id = r.red)"
    };
}

/// A page of the forms for which `$which` holds, the newest first. The list is joined from such parts, so that each finds its rows by an
/// index and those that do not apply cost nothing.
macro_rules! part {
    ($which:literal) => {
        concat!(
            "SELECT * FROM (SELECT * FROM invoice_red WHERE ",
            $which,
            " AND id < coalesce(:cursor, 'z') ORDER BY id DESC LIMIT :limit)"
        )
    };
}

const STATES: &str = "`no_confirmation_needed`, `awaiting_buyer`, `awaiting_seller`, `confirmed`, `refused_by_buyer`, \
     `refused_by_seller`, `lapsed`, `withdrawn` or `issued`.";

const FORM_ID: Column = Column::text("form", "The form's id.");
const INVOICE: Column = Column::text("invoice", "The blue invoice.");
const SELLER_MEMBER: Column = Column::text("seller_member", "The member that signs for the seller.");
const BUYER: Column = Column::text("buyer", "The member that signs for the buyer.");
const REQUESTED_BY: Column = Column::text("requested_by", "`seller` or `buyer`.");
const REASON: Column =
    Column::text("reason", "`01`: issued wrongly, `02`: goods returned, `03`: service ended, `04`: allowance.");
const USED: Column = Column::of(
    "used",
    "Whether the buyer had booked, locked or closed the invoice when it was asked for.",
    ColumnKind::Boolean,
);
const FORM_STATE: Column = Column::text("state", STATES);
const NET: Column = amount("net", "What it takes back, without tax.");
const TAX: Column = amount("tax", "Tax that it takes back.");
const TOTAL: Column = amount("total", "Both together.");
const REQUESTED: Column = Column::integer("requested_ms", "When it was asked for, milliseconds since 1970-01-01 UTC.");
const OPEN_UNTIL: Column =
    Column::integer("open_until_ms", "When it lapses, milliseconds since 1970-01-01 UTC; nothing if it has ended.");
const ENDED: Column = Column::integer("ended_ms", "When it ended, milliseconds since 1970-01-01 UTC.");
const RED: Column = Column::text("red", "The red letter.");
const RED_NUMBER: Column = Column::text("red_number", "Its number.");

pub(super) const FORM: Query = Query {
    name: "invoice.red_form",
    summary: "One form of a red letter with its amounts by rate.",
    sql: concat!(
        "SELECT ",
        form!(),
        ", (SELECT json_group_array(json_object('category', t.category, 'rate', t.rate, 'net', ",
        hundredths!("t.net_minor"),
        ", 'tax', ",
        hundredths!("t.tax_minor"),
        ") ORDER BY t.position) FROM invoice_red_tax t WHERE t.form = r.id)
         FROM invoice_red r JOIN invoice i ON i.id = r.invoice WHERE r.id = :form"
    ),
    parameters: &[Parameter::text("form", "The form's id.")],
    columns: &[
        FORM_ID,
        INVOICE,
        NUMBER,
        SELLER,
        SELLER_MEMBER,
        BUYER,
        REQUESTED_BY,
        REASON,
        USED,
        FORM_STATE,
        CURRENCY,
        NET,
        TAX,
        TOTAL,
        REQUESTED,
        OPEN_UNTIL,
        ENDED,
        RED,
        RED_NUMBER,
        Column::json::<Vec<InvoiceRedTax>>("amounts", "What it takes back, by rate."),
    ],
    answer: Answer::One,
};

pub(super) const FORMS: Query = Query {
    name: "invoice.red_forms",
    summary: "The forms of red letters of an invoice, a seller, a buyer, or all, the newest first.",
    sql: concat!(
        "SELECT ",
        form!(),
        ", r.id AS cursor FROM (",
        part!(
            ":invoice IS NOT NULL AND invoice = :invoice AND (:seller IS NULL OR seller = :seller)
             AND (:buyer IS NULL OR buyer = :buyer) AND (:state IS NULL OR state = :state)"
        ),
        " UNION ALL ",
        part!(
            ":invoice IS NULL AND :seller IS NOT NULL AND :state IS NOT NULL AND seller = :seller AND state = :state
             AND (:buyer IS NULL OR buyer = :buyer)"
        ),
        " UNION ALL ",
        part!(
            ":invoice IS NULL AND :seller IS NOT NULL AND :state IS NULL AND seller = :seller
             AND (:buyer IS NULL OR buyer = :buyer)"
        ),
        " UNION ALL ",
        part!(":invoice IS NULL AND :seller IS NULL AND :state IS NOT NULL AND buyer = :buyer AND state = :state"),
        " UNION ALL ",
        part!(":invoice IS NULL AND :seller IS NULL AND :state IS NULL AND buyer = :buyer"),
        " UNION ALL ",
        part!(":invoice IS NULL AND :seller IS NULL AND :buyer IS NULL AND :state IS NOT NULL AND state = :state"),
        " UNION ALL ",
        part!(":invoice IS NULL AND :seller IS NULL AND :buyer IS NULL AND :state IS NULL"),
        ") r JOIN invoice i ON i.id = r.invoice ORDER BY r.id DESC LIMIT :limit"
    ),
    parameters: &[
        Parameter::text("invoice", "Only those of this blue invoice.").optional(),
        Parameter::text("seller", "Only those of this seller: its taxpayer id.").optional(),
        Parameter::text("buyer", "Only those that this member signs for the buyer.").optional(),
        Parameter::text("state", "Only those in this state.").optional(),
    ],
    columns: &[
        FORM_ID,
        INVOICE,
        NUMBER,
        SELLER,
        SELLER_MEMBER,
        BUYER,
        REQUESTED_BY,
        REASON,
        USED,
        FORM_STATE,
        CURRENCY,
        NET,
        TAX,
        TOTAL,
        REQUESTED,
        OPEN_UNTIL,
        ENDED,
        RED,
        RED_NUMBER,
    ],
    answer: Answer::Page,
};
