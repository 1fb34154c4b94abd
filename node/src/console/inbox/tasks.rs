use crate::{
    console::{
        Row,
        desk::{Desk, Moment},
    },
    problem::Answer,
};
use serde_json::json;

/// Decisions of the consortium and of packages' owners on which the member has not said anything.
const DECISIONS: &str = "SELECT * FROM (SELECT 'proposal', p.id, p.title, p.proposer, p.expires_ms, 0
        FROM member_proposal p WHERE p.state = 'open'
            AND EXISTS (SELECT 1 FROM member_role r WHERE r.member = ?1 AND r.role = 'governor')
            AND NOT EXISTS (SELECT 1 FROM member_vote v WHERE v.proposal = p.id AND v.member = ?1)
        ORDER BY p.expires_ms, p.id LIMIT 30)
    UNION ALL SELECT * FROM (SELECT 'package', v.package, v.description, v.proposer, v.proposed_ms, v.version
        FROM package_version v WHERE v.state = 'proposed'
            AND (EXISTS (SELECT 1 FROM package_owner o WHERE o.package = v.package AND o.member = ?1)
                OR EXISTS (SELECT 1 FROM json_each(v.owners) o WHERE o.value = ?1))
            AND NOT EXISTS (SELECT 1 FROM package_vote w WHERE w.package = v.package AND w.motion = 'deploy'
                AND w.version = v.version AND w.member = ?1)
        ORDER BY v.package LIMIT 30)";

/// Red letters that the member has to confirm, as buyer or seller; applications for invoices that it has to answer, among the newest 500
/// of the ledger; invoices that were passed on to it.
const INVOICES: &str = "SELECT * FROM (SELECT 'red', r.id, i.number, r.requested_by, r.net_minor + r.tax_minor, r.open_until_ms, i.id, i.currency
        FROM invoice_red r JOIN invoice i ON i.id = r.invoice WHERE r.buyer = ?1 AND r.state = 'awaiting_buyer' ORDER BY r.id LIMIT 30)
    UNION ALL SELECT * FROM (SELECT 'red', r.id, i.number, r.requested_by, r.net_minor + r.tax_minor, r.open_until_ms, i.id, i.currency
        FROM invoice_red r JOIN invoice i ON i.id = r.invoice
        WHERE r.seller_member = ?1 AND r.state = 'awaiting_seller' AND r.open_until_ms IS NOT NULL ORDER BY r.id LIMIT 30)
    UNION ALL SELECT 'application', CAST(a.number AS TEXT), p.id, a.applicant, a.amount_minor, a.created_ms, '', p.currency
        FROM (SELECT * FROM invoice_application ORDER BY number DESC LIMIT 500) a
        JOIN invoice_payment p ON p.id = a.payment JOIN invoice_taxpayer t ON t.id = p.payee
        WHERE a.state = 'open' AND t.member = ?1
    UNION ALL SELECT * FROM (SELECT 'passed', w.invoice, i.number, h.member, i.total_minor, w.passed_ms, i.id, i.currency
        FROM invoice_pass w JOIN invoice i ON i.id = w.invoice LEFT JOIN invoice_holder h ON h.invoice = w.invoice
        WHERE w.organisation = ?1 AND w.state = 'open' ORDER BY w.invoice LIMIT 30)";

/// A decision that waits for the member's vote.
pub(super) struct Decision {
    pub(super) is_package: bool,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) proposer: String,
    pub(super) at: Moment,
    pub(super) version: u64,
}

/// Something about an invoice that waits for the member.
pub(super) struct Task {
    /// What.
    pub(super) what: String,
    pub(super) id: String,
    /// The invoice's number, or the payment that is asked for.
    pub(super) of: String,
    pub(super) who: String,
    pub(super) amount: String,
    pub(super) currency: String,
    pub(super) at: Moment,
    pub(super) invoice: String,
}

/// What the member has to vote on; one SELECT.
pub(super) async fn decisions(desk: &Desk) -> Answer<Vec<Decision>> {
    let rows = desk.select(DECISIONS, vec![json!(desk.member())]).await?;
    let decision = |row: &Row| Decision {
        is_package: row.text(0) == "package",
        id: row.text(1),
        title: row.text(2),
        proposer: row.text(3),
        at: Moment(row.number(4)),
        version: row.number(5),
    };
    Ok(rows.iter().map(decision).collect())
}

/// What the member has to do about invoices; one SELECT.
pub(super) async fn invoices(desk: &Desk) -> Answer<Vec<Task>> {
    let rows = desk.select(INVOICES, vec![json!(desk.member())]).await?;
    let task = |row: &Row| Task {
        what: row.text(0),
        id: row.text(1),
        of: row.text(2),
        who: row.text(3),
        amount: row.amount(4),
        at: Moment(row.number(5)),
        invoice: row.text(6),
        currency: row.text(7),
    };
    Ok(rows.iter().map(task).collect())
}
