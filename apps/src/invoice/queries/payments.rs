use super::{CURRENCY, amount, hundredths};
use counterfoil_platform::{Answer, Column, ColumnKind, Parameter, Query};
use schemars::JsonSchema;

/// A part of an application, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct ApplicationPart {
    /// Its place, from 1.
    part: i64,
    /// What is set aside for it.
    amount: String,
    /// `open`, `issued` or `ended`.
    state: String,
    /// Its invoice.
    invoice: Option<String>,
}

macro_rules! payment {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.registered_by, CAST(p.transfer AS TEXT), p.payer, p.payer_member, p.payee, p.currency, p.amount_minor,
                p.left_minor, p.paid_ms, p.registered_ms",
            $rest
        )
    };
}

const PAYMENT_COLUMNS: &[Column] = &[
    Column::text("payment", "Its id."),
    Column::text("registered_by", "The provider, or who named the transfer."),
    Column::text("transfer", "The transfer on this ledger."),
    Column::text("payer", "Who paid: a name that only the provider can resolve, or an account."),
    Column::text("payer_member", "Who paid, as a member."),
    Column::text("payee", "The taxpayer that was paid."),
    CURRENCY,
    amount("amount", "Amount."),
    amount("left", "What is neither invoiced nor applied for."),
    Column::integer("paid_ms", "When it was paid, milliseconds since 1970-01-01 UTC."),
    Column::integer("registered_ms", "When it came onto the ledger."),
];

pub(super) const PAYMENT: Query = Query {
    name: "invoice.payment",
    summary: "One payment, and what is left of it.",
    sql: payment!(" FROM invoice_payment p WHERE p.id = :payment"),
    parameters: &[Parameter::text("payment", "The payment.")],
    columns: PAYMENT_COLUMNS,
    answer: Answer::One,
};

pub(super) const PAYMENTS: Query = Query {
    name: "invoice.payments",
    summary: "Payments to a taxpayer, by id.",
    sql: payment!(
        ", p.id AS cursor FROM invoice_payment p
         WHERE p.payee = :payee AND p.id > coalesce(:cursor, '') ORDER BY p.id LIMIT :limit"
    ),
    parameters: &[Parameter::text("payee", "The taxpayer.")],
    columns: PAYMENT_COLUMNS,
    answer: Answer::Page,
};

macro_rules! application {
    ($rest:literal) => {
        concat!(
            "SELECT CAST(a.number AS TEXT), a.payment, p.payee, a.applicant, a.subject, a.kind, a.claim_key, a.amount_minor, a.state, a.reason,
                a.created_ms, a.ended_ms,
                (SELECT json_group_array(json_object('part', t.position, 'amount', ",
            hundredths!("t.amount_minor"),
            ", 'state', t.state, 'invoice', (SELECT u.invoice FROM invoice_payment_use u
                    WHERE u.payment = a.payment AND u.application = a.number AND u.part = t.position)) ORDER BY t.position)
                 FROM invoice_application_part t WHERE t.application = a.number)",
            $rest
        )
    };
}

const APPLICATION_COLUMNS: &[Column] = &[
    Column::text("application", "Its number."),
    Column::text("payment", "The payment."),
    Column::text("seller", "The taxpayer that is to issue."),
    Column::text("applicant", "The member who asks."),
    Column::text("subject", "What is sealed of it: whom the invoices are for."),
    Column::text("kind", "Which of the two kinds of invoices is asked for: `ordinary` or `special`."),
    Column::of("claim_key", "Key whose owner may claim the invoices.", ColumnKind::Hex),
    amount("amount", "The sum of its parts."),
    Column::text("state", "`open`, `issued`, `declined` or `withdrawn`."),
    Column::text("reason", "Why it was declined."),
    Column::integer("created_ms", "When it was made, milliseconds since 1970-01-01 UTC."),
    Column::integer("ended_ms", "When it ended."),
    Column::json::<Vec<ApplicationPart>>("parts", "The invoices that are asked for."),
];

pub(super) const APPLICATION: Query = Query {
    name: "invoice.application",
    summary: "One application for invoices.",
    sql: application!(
        " FROM invoice_application a JOIN invoice_payment p ON p.id = a.payment WHERE a.number = CAST(:application AS INTEGER)"
    ),
    parameters: &[Parameter::text("application", "The application.")],
    columns: APPLICATION_COLUMNS,
    answer: Answer::One,
};

pub(super) const APPLICATIONS: Query = Query {
    name: "invoice.applications",
    summary: "Applications for invoices, the newest first.",
    sql: application!(
        ", CAST(a.number AS TEXT) AS cursor FROM invoice_application a JOIN invoice_payment p ON p.id = a.payment
         WHERE (:seller IS NULL OR p.payee = :seller) AND (:applicant IS NULL OR a.applicant = :applicant)
           AND (:payment IS NULL OR a.payment = :payment) AND (:state IS NULL OR a.state = :state)
           AND (:cursor IS NULL OR a.number < CAST(:cursor AS INTEGER))
         ORDER BY a.number DESC LIMIT :limit"
    ),
    parameters: &[
        Parameter::text("seller", "Only for this taxpayer.").optional(),
        Parameter::text("applicant", "Only of this member.").optional(),
        Parameter::text("payment", "Only on this payment.").optional(),
        Parameter::text("state", "Only those that are `open`, `issued`, `declined` or `withdrawn`.").optional(),
    ],
    columns: APPLICATION_COLUMNS,
    answer: Answer::Page,
};
