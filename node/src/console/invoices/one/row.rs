//! One invoice as far as all members see it, in one SELECT.

use crate::{
    console::{
        Row,
        desk::{Desk, Moment},
        money,
    },
    problem::{Answer, Problem},
};
use counterfoil_apps::invoice::decimal::Fixed;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

/// Steps of the history that are shown, the newest.
const STEPS: u64 = 200;

/// Amounts, parties, use and what happened. ?1 id, ?2 the member that asks, ?3 height of its block, ?4 steps.
pub const ONE: &str = "SELECT i.id, i.number, i.regime, i.state, i.seller, i.seller_name, t.member, coalesce(i.subject, l.subject), coalesce(i.type_code, i.kind),
    i.issue_date, i.currency, i.sign, i.net_minor, i.tax_minor, i.total_minor, i.payable_minor, i.payment, h.member, m.name,
    u.state, u.organisation, u.reference, b.state, b.organisation, b.period,
    (SELECT coalesce(sum(v.reversed_net_minor + v.reversed_tax_minor), 0) FROM invoice_reversal v WHERE v.invoice = i.id),
    l.id,
    EXISTS (SELECT 1 FROM document_reader d WHERE d.subject = coalesce(i.subject, l.subject) AND d.version = 1 AND d.reader = ?2),
    EXISTS (SELECT 1 FROM document_opening o WHERE o.subject = coalesce(i.subject, l.subject) AND o.version = 1 AND o.reader = ?2),
    k.height, k.digest, k.time_ms,
    (SELECT json_group_array(json_object('category', x.category, 'rate', x.rate, 'net', x.net_minor, 'tax', x.tax_minor,
        'left_net', x.net_minor - coalesce(v.reserved_net_minor + v.reversed_net_minor, 0),
        'left_tax', x.tax_minor - coalesce(v.reserved_tax_minor + v.reversed_tax_minor, 0)) ORDER BY x.position)
     FROM invoice_tax x LEFT JOIN invoice_reversal v ON v.invoice = x.invoice AND v.category = x.category AND v.rate = x.rate
     WHERE x.invoice = i.id),
    (SELECT json_group_array(json_object('id', o.id, 'name', o.name) ORDER BY o.id)
     FROM invoice_pass p JOIN member o ON o.id = p.organisation WHERE p.invoice = i.id),
    (SELECT json_group_array(json_object('id', r.id, 'state', r.state, 'requested_by', r.requested_by, 'reason', r.reason,
        'seller_member', r.seller_member, 'buyer', r.buyer, 'net', r.net_minor, 'tax', r.tax_minor, 'red', r.red,
        'requested_ms', r.requested_ms, 'open_until_ms', r.open_until_ms) ORDER BY r.id DESC)
     FROM invoice_red r WHERE r.invoice = i.id OR r.red = i.id),
    (SELECT json_group_array(json_object('number', CAST(q.number AS TEXT), 'rule', q.rule, 'reason', q.reason,
        'asked_by', q.asked_by, 'state', q.state, 'answer', q.answer, 'asked_ms', q.asked_ms) ORDER BY q.number DESC)
     FROM invoice_question q WHERE q.invoice = i.id),
    (SELECT json_group_array(json_object('step', s.step, 'who', w.name, 'other', e.name, 'reference', s.reference,
        'transaction', lower(hex(s.transaction_id)), 'height', s.height, 'time_ms', s.time_ms) ORDER BY s.position)
     FROM (SELECT * FROM invoice_step WHERE invoice = i.id ORDER BY position DESC LIMIT ?4) s
     LEFT JOIN member w ON w.id = s.member LEFT JOIN member e ON e.id = s.other)
    FROM invoice i JOIN invoice_taxpayer t ON t.id = i.seller
    LEFT JOIN invoice_holder h ON h.invoice = i.id LEFT JOIN member m ON m.id = h.member
    LEFT JOIN invoice_reimbursement u ON u.invoice = i.id LEFT JOIN invoice_booking b ON b.invoice = i.id
    LEFT JOIN invoice_red f ON f.red = i.id LEFT JOIN invoice l ON l.id = f.invoice
    LEFT JOIN block k ON k.height = ?3
    WHERE i.id = ?1";

/// What all see of an invoice.
pub struct Invoice {
    pub id: String,
    pub number: String,
    pub regime: String,
    pub state: String,
    pub seller: String,
    pub seller_name: String,
    pub seller_member: String,
    pub subject: String,
    pub type_code: String,
    pub issue_date: String,
    pub currency: String,
    pub is_credit_note: bool,
    /// Whether it takes money back, so that there is nothing to be reimbursed.
    pub takes_back: bool,
    pub net: String,
    pub tax: String,
    pub total: Fixed<2>,
    pub payable: Fixed<2>,
    pub payment: String,
    pub holder: String,
    pub holder_name: String,
    pub reimbursement: String,
    pub reimbursed_by: String,
    pub reference: String,
    pub booking: String,
    pub booked_by: String,
    pub period: String,
    pub reversed: Fixed<2>,
    /// Of a red letter: the invoice that it takes back, with which is sealed what it says.
    pub red_of: String,
    /// Whether the member that asks is named as a reader.
    pub reader: bool,
    /// Whether the ledger says that it has opened it.
    pub opened: bool,
    pub height: u64,
    pub digest: String,
    pub issued: Moment,
    pub taxes: Vec<Tax>,
    pub passes: Vec<Organisation>,
    pub forms: Vec<Form>,
    pub questions: Vec<Question>,
    pub steps: Vec<Step>,
}

impl Invoice {
    /// Whether its tax can be deducted: under Chinese VAT that of special invoices alone.
    pub fn is_deductible(&self) -> bool {
        self.regime != "cn-vat" || self.type_code == "special"
    }
}

/// Tax at a rate, in hundredths, and what is left of it.
#[derive(Deserialize)]
pub struct Tax {
    pub category: String,
    pub rate: i64,
    pub net: i64,
    pub tax: i64,
    pub left_net: i64,
    pub left_tax: i64,
}

impl Tax {
    /// `13%`.
    pub fn percent(&self) -> String {
        format!("{}%", Fixed::<2>(self.rate).trimmed())
    }

    /// The rate as commands take it: `0.13`.
    pub fn decimal(&self) -> String {
        Fixed::<4>(self.rate).trimmed()
    }
}

/// A member that has it for reimbursement.
#[derive(Deserialize)]
pub struct Organisation {
    pub id: String,
    pub name: String,
}

/// A form of a red letter.
#[derive(Deserialize)]
pub struct Form {
    pub id: String,
    pub state: String,
    pub requested_by: String,
    pub reason: String,
    pub seller_member: String,
    pub buyer: Option<String>,
    pub net: i64,
    pub tax: i64,
    pub red: Option<String>,
    requested_ms: u64,
    pub open_until_ms: Option<u64>,
}

impl Form {
    /// When it was asked for.
    pub fn requested(&self) -> Moment {
        Moment(self.requested_ms)
    }

    /// When it lapses.
    pub fn lapses(&self) -> Option<Moment> {
        self.open_until_ms.map(Moment)
    }
}

/// A question of a tax authority or an auditor.
#[derive(Deserialize)]
pub struct Question {
    pub number: String,
    pub rule: String,
    pub reason: String,
    pub asked_by: String,
    pub state: String,
    pub answer: Option<String>,
    asked_ms: u64,
}

impl Question {
    /// When it was asked.
    pub fn asked(&self) -> Moment {
        Moment(self.asked_ms)
    }
}

/// A step of its life.
#[derive(Deserialize)]
pub struct Step {
    pub step: String,
    pub who: Option<String>,
    pub other: Option<String>,
    reference: Option<String>,
    pub transaction: Option<String>,
    pub height: u64,
    time_ms: u64,
}

impl Step {
    /// What it was done under; the form of a red letter is no more than an id.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref().filter(|_| !self.step.starts_with("red_"))
    }

    /// When it was done.
    pub fn time(&self) -> Moment {
        Moment(self.time_ms)
    }
}

/// An amount of hundredths as it is written into a field.
pub fn amount(minor: &i64) -> Fixed<2> {
    Fixed(*minor)
}

/// The same as it is read.
pub fn shown(minor: &i64) -> String {
    money::shown(*minor, 2)
}

/// The invoice; what has another form than an id is none.
pub async fn find(desk: &Desk, id: &str) -> Answer<Invoice> {
    let none = || Problem::not_found(format!("there is no invoice {id:?}"));
    let height = id.get(..10).and_then(|text| u64::from_str_radix(text, 16).ok()).ok_or_else(none)?;
    let params = vec![json!(id), json!(desk.member()), json!(height), json!(STEPS)];
    let row = desk.find(ONE, params).await?.ok_or_else(none)?;
    Ok(read(&row))
}

fn list<T: DeserializeOwned>(row: &Row, at: usize) -> Vec<T> {
    serde_json::from_str(&row.text(at)).unwrap_or_default()
}

fn read(row: &Row) -> Invoice {
    Invoice {
        id: row.text(0),
        number: row.text(1),
        regime: row.text(2),
        state: row.text(3),
        seller: row.text(4),
        seller_name: row.text(5),
        seller_member: row.text(6),
        subject: row.text(7),
        type_code: row.text(8),
        issue_date: row.text(9),
        currency: row.text(10),
        is_credit_note: row.money(11).0 < 0,
        takes_back: row.money(11).0 < 0 || row.money(14).0 < 0,
        net: row.amount(12),
        tax: row.amount(13),
        total: row.money(14),
        payable: row.money(15),
        payment: row.text(16),
        holder: row.text(17),
        holder_name: row.text(18),
        reimbursement: row.text(19),
        reimbursed_by: row.text(20),
        reference: row.text(21),
        booking: row.text(22),
        booked_by: row.text(23),
        period: row.text(24),
        reversed: row.money(25),
        red_of: row.text(26),
        reader: row.number(27) == 1,
        opened: row.number(28) == 1,
        height: row.number(29),
        digest: row.text(30),
        issued: Moment(row.number(31)),
        taxes: list(row, 32),
        passes: list(row, 33),
        forms: list(row, 34),
        questions: list(row, 35),
        steps: list(row, 36),
    }
}
