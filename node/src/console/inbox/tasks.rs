use super::kind::{Group, Kind, List, Look, lists, together};
use crate::{
    console::{
        Row,
        desk::{Desk, Moment},
        encoded,
    },
    problem::Answer,
};

/// Red letters that the member has to confirm, as buyer or seller.
const RED_TO_CONFIRM: &str = "SELECT 'red-confirm', r.id, r.id, i.number, r.requested_by, r.net_minor + r.tax_minor, i.currency,
        r.open_until_ms, i.id, r.reason, '', ''
    FROM (SELECT * FROM invoice_red WHERE buyer = ?1 AND state = 'awaiting_buyer' AND id > ?2
        UNION ALL SELECT * FROM invoice_red WHERE seller_member = ?1 AND state = 'awaiting_seller' AND open_until_ms IS NOT NULL AND id > ?2
        ORDER BY id LIMIT ?3) r
    CROSS JOIN invoice i ON i.id = r.invoice ORDER BY r.id";

/// Red letters that can be issued: until their forms lapse.
const RED_TO_ISSUE: &str = "SELECT 'red-issue', r.id, r.id, i.number, r.requested_by, r.net_minor + r.tax_minor, i.currency,
        r.open_until_ms, i.id, r.reason, '', ''
    FROM (SELECT * FROM invoice_red WHERE seller_member = ?1 AND state = 'confirmed' AND open_until_ms IS NOT NULL AND id > ?2
        UNION ALL SELECT * FROM invoice_red WHERE seller_member = ?1 AND state = 'no_confirmation_needed' AND open_until_ms IS NOT NULL
            AND id > ?2
        ORDER BY id LIMIT ?3) r
    CROSS JOIN invoice i ON i.id = r.invoice ORDER BY r.id";

/// Applications for invoices on payments to taxpayers of the member.
const APPLICATIONS: &str = "SELECT 'application', CAST(a.number AS TEXT), CAST(a.number AS TEXT), a.payment, a.applicant, a.amount_minor,
        p.currency, a.created_ms, p.payee, a.subject, (SELECT CAST(min(t.position) AS TEXT) FROM invoice_application_part t
            WHERE t.application = a.number AND t.state = 'open'),
        coalesce((SELECT a.kind FROM invoice_taxpayer s WHERE s.id = p.payee AND s.regime = 'cn-vat'), '')
    FROM invoice_application a CROSS JOIN invoice_payment p ON p.id = a.payment
    WHERE a.seller_member = ?1 AND a.state = 'open' AND a.number > CAST(?2 AS INTEGER) ORDER BY a.number LIMIT ?3";

/// Invoices that were passed on to the member for reimbursement, and that nobody has locked.
const PASSED: &str = "SELECT 'passed', w.invoice, w.invoice, i.number, h.member, i.total_minor, i.currency, w.passed_ms, i.id, '', '', ''
    FROM invoice_pass w CROSS JOIN invoice i ON i.id = w.invoice LEFT JOIN invoice_holder h ON h.invoice = w.invoice
    WHERE w.organisation = ?1 AND w.state = 'open' AND w.invoice > ?2 AND i.state <> 'reversed' ORDER BY w.invoice LIMIT ?3";

/// Invoices that the member has locked, and neither reimbursed nor let go.
const LOCKED: &str = "SELECT 'locked', u.invoice, u.invoice, i.number, h.member, i.total_minor, i.currency, u.locked_ms, i.id, u.reference, '', ''
    FROM invoice_reimbursement u CROSS JOIN invoice i ON i.id = u.invoice LEFT JOIN invoice_holder h ON h.invoice = u.invoice
    WHERE u.organisation = ?1 AND u.state = 'locked' AND u.invoice > ?2 ORDER BY u.invoice LIMIT ?3";

/// Questions about invoices of the member.
const QUESTIONS: &str = "SELECT 'question', CAST(q.number AS TEXT), CAST(q.number AS TEXT), i.number, q.asked_by, i.total_minor, i.currency,
        q.asked_ms, i.id, q.rule, q.reason, ''
    FROM invoice_question q CROSS JOIN invoice i ON i.id = q.invoice
    WHERE q.seller_member = ?1 AND q.state = 'open' AND q.number > CAST(?2 AS INTEGER) ORDER BY q.number LIMIT ?3";

/// Answers of sellers, for a tax authority or an auditor to judge: for others there is no number after the last.
const ANSWERS: &str = "SELECT 'answer', CAST(q.number AS TEXT), CAST(q.number AS TEXT), i.number, q.seller_member, i.total_minor, i.currency,
        q.answered_ms, i.id, q.rule || ' ' || q.reason, q.answer, ''
    FROM invoice_question q CROSS JOIN invoice i ON i.id = q.invoice
    WHERE q.state = 'answered' AND q.number > CASE
            WHEN EXISTS (SELECT 1 FROM member_role WHERE member = ?1 AND role IN ('auditor', 'tax-authority')) THEN CAST(?2 AS INTEGER)
            ELSE 9223372036854775807 END
    ORDER BY q.number LIMIT ?3";

pub(super) static TASKS: Group = Group::new(KINDS, || together(KINDS, "*"));

const KINDS: &[Kind] = &[
    Kind::own("red-confirm", RED_TO_CONFIRM),
    Kind::own("red-issue", RED_TO_ISSUE),
    Kind::own("question", QUESTIONS),
    Kind::own("answer", ANSWERS),
    Kind::own("application", APPLICATIONS),
    Kind::own("passed", PASSED),
    Kind::own("locked", LOCKED),
];

/// Something about an invoice that waits for the member.
pub(super) struct Task {
    pub(super) id: String,
    /// The invoice's number, or the payment that is asked for.
    pub(super) of: String,
    /// Who asks: a member, or in red letters the seller or the buyer.
    pub(super) who: String,
    pub(super) amount: String,
    pub(super) currency: String,
    pub(super) at: Moment,
    /// The invoice, or the taxpayer that is to issue one.
    pub(super) about: String,
    /// A red letter's reason, a reimbursement's reference, the rule in doubt (of an answer with its question), or what is sealed of an application.
    pub(super) note: String,
    /// A question or its answer; of an application the part that is next.
    pub(super) text: String,
    /// The kind of invoices that an application asks for under Chinese VAT.
    pub(super) kind: String,
}

impl Task {
    /// Where an application is answered by an invoice.
    pub(super) fn issue(&self) -> String {
        format!("/invoices/new?seller={}&application={}&part={}", encoded(&self.about), self.id, self.text)
    }

    /// Where what is sealed of an application is opened.
    pub(super) fn sealed(&self) -> String {
        format!("/documents/{}", encoded(&self.note))
    }
}

/// What the member has to do about invoices; one SELECT.
pub(super) async fn waiting(desk: &Desk, look: &Look) -> Answer<Vec<List<Task>>> {
    lists(desk, &TASKS, look, &[], task).await
}

fn task(row: &Row) -> Task {
    Task {
        id: row.text(2),
        of: row.text(3),
        who: row.text(4),
        amount: row.amount(5),
        currency: row.text(6),
        at: Moment(row.number(7)),
        about: row.text(8),
        note: row.text(9),
        text: row.text(10),
        kind: row.text(11),
    }
}
