use super::{
    CURRENCY, ID, ISSUE_DATE, KIND, NET, NUMBER, REGIME, SELLER, SELLER_NAME, STATE, TAX, TOTAL, Tax, amount,
    hundredths,
};
use counterfoil_platform::{Answer, Column, ColumnKind, Parameter, ParameterKind, Query};

const QUESTIONED: Column = Column::of("questioned", "Whether a question about it is not closed.", ColumnKind::Boolean);

pub(super) const GET: Query = Query {
    name: "invoice.get",
    summary: "One invoice as far as all see it, with its tax by rate. What is sealed is read by its subject.",
    sql: concat!(
        "SELECT i.id, i.number, i.regime, i.kind, i.state, EXISTS (SELECT 1 FROM invoice_questioned q WHERE q.invoice = i.id), i.seller,
            i.seller_name, i.subject, i.type_code, i.issued_ms, i.issue_date, i.currency, i.net_minor, i.tax_minor, i.total_minor,
            i.allowance_minor, i.charge_minor, i.prepaid_minor, i.rounding_minor, i.payable_minor, i.payment, i.claim_key,
            i.source_sha256, r.id, b.id, b.number,
            (SELECT json_group_array(json_object('category', t.category, 'rate', t.rate, 'items', t.items, 'net', ",
        hundredths!("t.net_minor"),
        ", 'tax', ",
        hundredths!("t.tax_minor"),
        ", 'reason', t.reason) ORDER BY t.position) FROM invoice_tax t WHERE t.invoice = i.id)
         FROM invoice i LEFT JOIN invoice_red r ON r.red = i.id LEFT JOIN invoice b ON b.id = r.invoice WHERE i.id = :id"
    ),
    parameters: &[Parameter::text("id", "The invoice's id.")],
    columns: &[
        ID,
        NUMBER,
        REGIME,
        KIND,
        STATE,
        QUESTIONED,
        SELLER,
        SELLER_NAME,
        Column::text("subject", "What is sealed of it: `GET /v1/sealed/{subject}/1`."),
        Column::text("type_code", "EN 16931: type code (BT-3)."),
        Column::integer("issued_ms", "Time of the block, milliseconds since 1970-01-01 UTC."),
        ISSUE_DATE,
        CURRENCY,
        NET,
        TAX,
        TOTAL,
        amount("allowance", "Allowances on the whole."),
        amount("charge", "Charges on the whole."),
        amount("prepaid", "Paid before."),
        amount("rounding", "Rounding of what is due."),
        amount("payable", "Due for payment."),
        Column::text("payment", "The payment that it is issued for."),
        Column::of("claim_key", "Key whose owner may claim it.", ColumnKind::Hex),
        Column::of("source_sha256", "EN 16931: SHA-256 of the sealed document.", ColumnKind::Hex),
        Column::text("red_form", "Of a red letter: its confirmation form."),
        Column::text("blue", "Of a red letter: the invoice that it takes back, whole or in part."),
        Column::text("blue_number", "Of a red letter: the number of that one."),
        Column::json::<Vec<Tax>>("taxes", "Tax by category and rate."),
    ],
    answer: Answer::One,
};

// Two branches, of which one is empty, so that each follows an index from the cursor on.
pub(super) const LIST: Query = Query {
    name: "invoice.list",
    summary: "Invoices, the newest first.",
    sql: "SELECT id, number, regime, kind, state, seller, seller_name, issue_date, currency, net_minor, tax_minor, total_minor, id AS cursor
          FROM invoice WHERE id IN (
            SELECT id FROM (SELECT id FROM invoice WHERE seller = :seller AND id < coalesce(:cursor, 'z')
                            ORDER BY id DESC LIMIT :limit)
            UNION ALL
            SELECT id FROM (SELECT id FROM invoice WHERE :seller IS NULL AND id < coalesce(:cursor, 'z')
                            ORDER BY id DESC LIMIT :limit))
          ORDER BY id DESC",
    parameters: &[Parameter::text("seller", "Only invoices of this taxpayer.").of(ParameterKind::Text).optional()],
    columns: &[ID, NUMBER, REGIME, KIND, STATE, SELLER, SELLER_NAME, ISSUE_DATE, CURRENCY, NET, TAX, TOTAL],
    answer: Answer::Page,
};

// A wrong total is answered as an unknown number is, so that nobody learns a total by asking for the number.
pub(super) const CHECK: Query = Query {
    name: "invoice.check",
    summary: "What an invoice of this number and total is: valid, partly reversed, reversed, questioned, a red letter, or unknown. Tells nothing else.",
    sql: "SELECT coalesce(
            (SELECT CASE WHEN EXISTS (SELECT 1 FROM invoice_red r WHERE r.red = invoice.id) THEN 'red_letter'
                         WHEN state <> 'issued' THEN state
                         WHEN EXISTS (SELECT 1 FROM invoice_questioned q WHERE q.invoice = invoice.id) THEN 'questioned'
                         ELSE 'valid' END
             FROM invoice
             WHERE number = :number AND total_minor = :total AND (:seller IS NULL OR seller = :seller)
               AND (:proof IS NULL OR id = :proof)
             ORDER BY regime, seller LIMIT 1),
            'unknown')",
    parameters: &[
        Parameter::text("number", "The invoice's number."),
        Parameter::text("total", "Its total with tax, such as 198.00.").of(ParameterKind::Decimal(2)),
        Parameter::text("seller", "The seller's taxpayer id, where sellers give their own numbers.").optional(),
        Parameter::text("proof", "The invoice's id, as its QR code has it.").optional(),
    ],
    columns: &[Column::text(
        "state",
        "`valid`, `partly_reversed`, `reversed`, `questioned`, `red_letter` or `unknown`.",
    )],
    answer: Answer::One,
};

pub(super) const QUESTIONS: Query = Query {
    name: "invoice.questions",
    summary: "Questions about invoices, the newest first.",
    sql: "SELECT CAST(q.number AS TEXT), q.invoice, i.number, i.seller, q.rule, q.reason, q.asked_by, q.state, q.answer, q.closed_by,
             q.asked_ms, q.answered_ms, q.closed_ms, CAST(q.number AS TEXT) AS cursor
          FROM invoice_question q JOIN invoice i ON i.id = q.invoice
          WHERE (:invoice IS NULL OR q.invoice = :invoice) AND (:seller IS NULL OR i.seller = :seller)
            AND (:state IS NULL OR q.state = :state) AND (:cursor IS NULL OR q.number < CAST(:cursor AS INTEGER))
          ORDER BY q.number DESC LIMIT :limit",
    parameters: &[
        Parameter::text("invoice", "Only about this invoice.").optional(),
        Parameter::text("seller", "Only about invoices of this taxpayer.").optional(),
        Parameter::text("state", "Only those that are `open`, `answered`, `upheld` or `dropped`.").optional(),
    ],
    columns: &[
        Column::text("question", "Its number."),
        Column::text("invoice", "The invoice."),
        NUMBER,
        SELLER,
        Column::text("rule", "The rule that the invoice seems to break."),
        Column::text("reason", "What is doubted."),
        Column::text("asked_by", "The member who asks."),
        Column::text("state", "`open`, `answered`, `upheld` or `dropped`."),
        Column::text("answer", "The seller's answer."),
        Column::text("closed_by", "The member who closed it."),
        Column::integer("asked_ms", "When it was asked, milliseconds since 1970-01-01 UTC."),
        Column::integer("answered_ms", "When it was answered."),
        Column::integer("closed_ms", "When it was closed."),
    ],
    answer: Answer::Page,
};
