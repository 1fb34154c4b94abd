use super::{CURRENCY, ID, ISSUE_DATE, KIND, NET, NUMBER, SELLER, STATE, TAX, TOTAL, Tax, amount, hundredths};
use counterfoil_platform::{Answer, Column, ColumnKind, Parameter, ParameterKind, Query};

const MONTH: Column = Column::text("month", "The month of the issue dates, `YYYY-MM`.");

pub(super) const OUTPUT_TAX: Query = Query {
    name: "invoice.output_tax",
    summary: "Output tax of a taxpayer by month, kind, category and rate, with what red letters and credit notes took back taken off.",
    sql: "SELECT seller, month, currency, nullif(kind, ''), category, rate, net_minor, tax_minor,
             printf('%s/%s/%s/%s/%07d', month, currency, kind, category, rate) AS cursor
          FROM invoice_month_tax
          WHERE seller = :seller AND month BETWEEN :from AND :until
            AND (:cursor IS NULL OR printf('%s/%s/%s/%s/%07d', month, currency, kind, category, rate) > :cursor)
          ORDER BY cursor LIMIT :limit",
    parameters: &[
        Parameter::text("seller", "The taxpayer."),
        Parameter::text("from", "The first month, `YYYY-MM`."),
        Parameter::text("until", "The last month."),
    ],
    columns: &[
        SELLER,
        MONTH,
        CURRENCY,
        KIND,
        Column::text("category", "Category, or preference mark."),
        Column::of("rate", "Rate.", ColumnKind::Decimal(4)),
        NET,
        TAX,
    ],
    answer: Answer::Page,
};

pub(super) const INPUT_TAX: Query = Query {
    name: "invoice.input_tax",
    summary: "Input tax of an organisation by tax period, category and rate: what it has booked as deductible, less what red letters took back.",
    sql: "SELECT organisation, month, currency, category, rate, net_minor, tax_minor,
             printf('%s/%s/%s/%07d', month, currency, category, rate) AS cursor
          FROM invoice_input_tax
          WHERE organisation = :organisation AND month BETWEEN :from AND :until
            AND (:cursor IS NULL OR printf('%s/%s/%s/%07d', month, currency, category, rate) > :cursor)
          ORDER BY cursor LIMIT :limit",
    parameters: &[
        Parameter::text("organisation", "The organisation."),
        Parameter::text("from", "The first tax period, `YYYY-MM`."),
        Parameter::text("until", "The last one."),
    ],
    columns: &[
        Column::text("organisation", "The organisation."),
        Column::text("month", "The tax period in which it is booked."),
        CURRENCY,
        Column::text("category", "Category, or preference mark."),
        Column::of("rate", "Rate.", ColumnKind::Decimal(4)),
        NET,
        TAX,
    ],
    answer: Answer::Page,
};

pub(super) const MONTHS: Query = Query {
    name: "invoice.months",
    summary: "What a taxpayer issued and took back, month by month, and the quota for it.",
    sql: "SELECT seller, month, currency, invoices, issued_minor, red, red_minor, invoices_max, issued_max_minor,
             month || '/' || currency AS cursor
          FROM invoice_month
          WHERE seller = :seller AND (:cursor IS NULL OR month || '/' || currency < :cursor)
          ORDER BY month DESC, currency DESC LIMIT :limit",
    parameters: &[Parameter::text("seller", "The taxpayer.")],
    columns: &[
        SELLER,
        MONTH,
        CURRENCY,
        Column::integer("invoices", "Invoices."),
        amount("issued", "Their totals together."),
        Column::integer("red", "Red letters and credit notes."),
        amount("taken_back", "Their totals together, not above zero."),
        Column::integer("invoices_max", "The quota of invoices under which the last one was issued."),
        amount("issued_max", "The quota of their totals."),
    ],
    answer: Answer::Page,
};

pub(super) const SALES_BOOK: Query = Query {
    name: "invoice.sales_book",
    summary: "The sales book of a taxpayer: every invoice of some days, in their order, with its tax by rate.",
    sql: concat!(
        "SELECT i.id, i.number, i.kind, i.issue_date, i.state, i.currency, i.net_minor, i.tax_minor, i.total_minor, i.sign,
            (SELECT json_group_array(json_object('category', t.category, 'rate', t.rate, 'items', t.items, 'net', ",
        hundredths!("t.net_minor"),
        ", 'tax', ",
        hundredths!("t.tax_minor"),
        ", 'reason', t.reason) ORDER BY t.position) FROM invoice_tax t WHERE t.invoice = i.id),
            i.issue_date || i.id AS cursor
         FROM invoice i
         WHERE i.seller = :seller AND i.issue_date BETWEEN max(:from, substr(coalesce(:cursor, ''), 1, 10)) AND :until
           AND (:cursor IS NULL OR (i.issue_date, i.id) > (substr(:cursor, 1, 10), substr(:cursor, 11)))
         ORDER BY i.issue_date, i.id LIMIT :limit"
    ),
    parameters: &[
        Parameter::text("seller", "The taxpayer."),
        Parameter::text("from", "The first day.").of(ParameterKind::Day),
        Parameter::text("until", "The last day.").of(ParameterKind::Day),
    ],
    columns: &[
        ID,
        NUMBER,
        KIND,
        ISSUE_DATE,
        STATE,
        CURRENCY,
        NET,
        TAX,
        TOTAL,
        Column::integer("sign", "-1 where positive amounts take back, as in a credit note of EN 16931; else 1."),
        Column::json::<Vec<Tax>>("taxes", "Tax by category and rate."),
    ],
    answer: Answer::Page,
};

pub(super) const ALARMS: Query = Query {
    name: "invoice.alarms",
    summary: "What seems to need a look: near quota, many red letters, several buyers of one payment, money that comes back.",
    sql: "SELECT kind, who, period, what, figure, printf('%s/%s/%s/%s', kind, who, period, what) AS cursor FROM invoice_alarm
          WHERE (:kind IS NULL OR kind = :kind) AND (:who IS NULL OR who = :who) AND (:period IS NULL OR period = :period)
            AND (:cursor IS NULL OR printf('%s/%s/%s/%s', kind, who, period, what) > :cursor)
          ORDER BY cursor LIMIT :limit",
    parameters: &[
        Parameter::text("kind", "Only `near_quota`, `many_red_letters`, `several_buyers` or `round_trip`.").optional(),
        Parameter::text("who", "Only about this taxpayer; of round trips, who paid first.").optional(),
        Parameter::text("period", "Only of this month, `YYYY-MM`.").optional(),
    ],
    columns: &[
        Column::text("kind", "`near_quota`, `many_red_letters`, `several_buyers` or `round_trip`."),
        Column::text("who", "The taxpayer; of a round trip, the member who paid first."),
        Column::text("period", "The month; of several buyers, the payment; of a round trip, the member who paid back."),
        Column::text("what", "The currency; of a round trip, both payments."),
        Column::integer("figure", "Percent of the quota, of the invoices; how many buyers; hundredths that came back."),
    ],
    answer: Answer::Page,
};
