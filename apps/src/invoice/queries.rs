use counterfoil_platform::{Answer, Column, ColumnKind, Parameter, ParameterKind, Query};
use schemars::JsonSchema;

/// SQL that writes an integer of hundredths as a decimal.
macro_rules! hundredths {
    ($column:literal) => {
        concat!(
            "printf('%s%d.%02d', iif(",
            $column,
            " < 0, '-', ''), abs(",
            $column,
            ") / 100, abs(",
            $column,
            ") % 100)"
        )
    };
}

/// A line in the answer of `invoice.get`; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Line {
    /// Position, from 1.
    position: i64,
    /// EN 16931: the line's identifier (BT-126).
    line_id: Option<String>,
    /// Classification: 19 digits in Chinese VAT.
    tax_code: Option<String>,
    /// Name.
    name: String,
    /// Specification or description.
    specification: Option<String>,
    /// Unit.
    unit: Option<String>,
    /// Quantity.
    quantity: Option<String>,
    /// Price without tax.
    price: Option<String>,
    /// Category of its rate.
    category: String,
    /// Rate of 10,000.
    rate: i64,
    /// Amount without tax.
    net: String,
    /// Tax, in Chinese VAT.
    tax: Option<String>,
}

/// Tax by rate in the answer of `invoice.get`; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Tax {
    /// Category.
    category: String,
    /// Rate of 10,000.
    rate: i64,
    /// Taxable amount.
    net: String,
    /// Tax.
    tax: String,
    /// Why no tax is charged.
    reason: Option<String>,
}

const fn amount(name: &'static str, summary: &'static str) -> Column {
    Column::of(name, summary, ColumnKind::Decimal(2))
}

const ID: Column = Column::text("id", "Id on this ledger.");
const NUMBER: Column = Column::text("number", "Number.");
const REGIME: Column = Column::text("regime", "`cn-vat` or `en16931`.");
const STATE: Column = Column::text("state", "`issued` or `reversed`.");
const SELLER: Column = Column::text("seller", "The seller's taxpayer id.");
const SELLER_NAME: Column = Column::text("seller_name", "The seller's name.");
const BUYER: Column = Column::text("buyer", "The buyer's taxpayer id or registration, if it has one.");
const BUYER_NAME: Column = Column::text("buyer_name", "The buyer's name.");
const ISSUE_DATE: Column = Column::text("issue_date", "Day of issue.");
const CURRENCY: Column = Column::text("currency", "Currency of all amounts.");
const NET: Column = amount("net", "Total without tax.");
const TAX: Column = amount("tax", "Tax.");
const TOTAL: Column = amount("total", "Total with tax.");

/// The named reads of the module.
pub(super) const ALL: &[Query] = &[
    Query {
        name: "invoice.get",
        summary: "One invoice with its lines and its tax by rate.",
        sql: concat!(
            "SELECT i.id, i.number, i.regime, i.state, i.seller, i.seller_name, i.buyer, i.buyer_name, i.buyer_member,
                i.type_code, i.issued_ms, i.issue_date, i.currency, i.net_minor, i.tax_minor, i.total_minor, i.allowance_minor,
                i.charge_minor, i.prepaid_minor, i.rounding_minor, i.payable_minor, i.payment, i.payment_minor, i.payee,
                i.reviewer, i.drawer, i.remark, i.source_sha256,
                (SELECT json_group_array(json_object('position', l.position, 'line_id', l.line_id, 'tax_code', l.tax_code,
                    'name', l.name, 'specification', l.specification, 'unit', l.unit, 'quantity', l.quantity, 'price', l.price,
                    'category', l.category, 'rate', l.rate, 'net', ",
            hundredths!("l.net_minor"),
            ", 'tax', iif(l.tax_minor IS NULL, NULL, ",
            hundredths!("l.tax_minor"),
            ")) ORDER BY l.position) FROM invoice_line l WHERE l.invoice = i.id),
                (SELECT json_group_array(json_object('category', t.category, 'rate', t.rate, 'net', ",
            hundredths!("t.net_minor"),
            ", 'tax', ",
            hundredths!("t.tax_minor"),
            ", 'reason', t.reason) ORDER BY t.position) FROM invoice_tax t WHERE t.invoice = i.id)
             FROM invoice i WHERE i.id = :id"
        ),
        parameters: &[Parameter::text("id", "The invoice's id.")],
        columns: &[
            ID,
            NUMBER,
            REGIME,
            STATE,
            SELLER,
            SELLER_NAME,
            BUYER,
            BUYER_NAME,
            Column::text("buyer_member", "The buyer as a member of this ledger."),
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
            Column::text("payment", "Reference of the payment that it is issued for."),
            amount("payment_amount", "Amount of that payment."),
            Column::text("payee", "Who received the money."),
            Column::text("reviewer", "Who checked it."),
            Column::text("drawer", "Who drew it."),
            Column::text("remark", "Remark."),
            Column::of("source_sha256", "SHA-256 of the XML document it was made from.", ColumnKind::Hex),
            Column::json::<Vec<Line>>("lines", "Lines."),
            Column::json::<Vec<Tax>>("taxes", "Tax by category and rate."),
        ],
        answer: Answer::One,
    },
    // Two branches, of which one is empty, so that each follows an index from the cursor on.
    Query {
        name: "invoice.list",
        summary: "Invoices, the newest first.",
        sql: "SELECT id, number, regime, state, seller, seller_name, buyer, buyer_name, issue_date, currency, net_minor, tax_minor,
                total_minor, id AS cursor
              FROM invoice WHERE id IN (
                SELECT id FROM (SELECT id FROM invoice WHERE seller = :seller AND id < coalesce(:cursor, 'z')
                                ORDER BY id DESC LIMIT :limit)
                UNION ALL
                SELECT id FROM (SELECT id FROM invoice WHERE :seller IS NULL AND id < coalesce(:cursor, 'z')
                                ORDER BY id DESC LIMIT :limit))
              ORDER BY id DESC",
        parameters: &[Parameter::text("seller", "Only invoices of this taxpayer.").of(ParameterKind::Text).optional()],
        columns: &[
            ID, NUMBER, REGIME, STATE, SELLER, SELLER_NAME, BUYER, BUYER_NAME, ISSUE_DATE, CURRENCY, NET, TAX, TOTAL,
        ],
        answer: Answer::Page,
    },
    // A wrong total is answered as an unknown number is, so that nobody learns a total by asking for the number.
    Query {
        name: "invoice.check",
        summary: "Whether an invoice of this number and total is valid, reversed or unknown. Tells nothing else.",
        sql: "SELECT coalesce(
                (SELECT CASE state WHEN 'issued' THEN 'valid' ELSE state END FROM invoice
                 WHERE number = :number AND total_minor = :total AND (:seller IS NULL OR seller = :seller)
                 ORDER BY regime, seller LIMIT 1),
                'unknown')",
        parameters: &[
            Parameter::text("number", "The invoice's number."),
            Parameter::text("total", "Its total with tax, such as 198.00.").of(ParameterKind::Decimal(2)),
            Parameter::text("seller", "The seller's taxpayer id, where sellers give their own numbers.").optional(),
        ],
        columns: &[Column::text("state", "`valid`, `reversed` or `unknown`.")],
        answer: Answer::One,
    },
    Query {
        name: "invoice.taxpayer",
        summary: "One registered taxpayer.",
        sql: "SELECT id, name, member, regime, region, state FROM invoice_taxpayer WHERE id = :id",
        parameters: &[Parameter::text("id", "The taxpayer's id.")],
        columns: TAXPAYER,
        answer: Answer::One,
    },
    Query {
        name: "invoice.taxpayers",
        summary: "Registered taxpayers, by id.",
        sql: "SELECT id, name, member, regime, region, state, id AS cursor FROM invoice_taxpayer
              WHERE (:member IS NULL OR member = :member) AND (:cursor IS NULL OR id > :cursor) ORDER BY id LIMIT :limit",
        parameters: &[Parameter::text("member", "Only taxpayers of this member.").optional()],
        columns: TAXPAYER,
        answer: Answer::Page,
    },
    Query {
        name: "invoice.rates",
        summary: "Rates that the tax authority allows.",
        sql: "SELECT regime, category, nullif(rate, -1), printf('%s/%s/%05d', regime, category, rate) AS cursor FROM invoice_rate
              WHERE (:regime IS NULL OR regime = :regime)
                AND (:cursor IS NULL OR printf('%s/%s/%05d', regime, category, rate) > :cursor)
              ORDER BY cursor LIMIT :limit",
        parameters: &[Parameter::text("regime", "Only this regime.").optional()],
        columns: &[
            REGIME,
            Column::text("category", "Category, or preference mark."),
            Column::of("rate", "Rate; null for any that the category allows.", ColumnKind::Decimal(4)),
        ],
        answer: Answer::Page,
    },
];

const TAXPAYER: &[Column] = &[
    Column::text("id", "The taxpayer's id."),
    Column::text("name", "Its name."),
    Column::text("member", "The member whose keys sign for it."),
    REGIME,
    Column::text("region", "Digits 3 and 4 of its Chinese numbers."),
    Column::text("state", "`active`."),
];
