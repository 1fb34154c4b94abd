use crate::{
    console::{
        Row,
        calls::{self, Shown},
        desk::{Desk, Moment},
    },
    problem::Answer,
};
use serde_json::json;

/// Transactions that wait for signatures of a member, the newest first: what they need, who has signed, and with which of its keys
/// whoever asks has.
const WAITING: &str = "SELECT p.id, c.calls, p.proposed_ms, p.lapses_ms,
        (SELECT group_concat(a.member, ' ' ORDER BY a.position) FROM approval_party a WHERE a.proposal = p.id),
        (SELECT coalesce(sum(max(n.signers - n.signed, 0)), 0) FROM approval_need n WHERE n.proposal = p.id AND n.member = ?1 AND n.met = 0),
        (SELECT group_concat(s.member || '/' || s.key, ' ' ORDER BY s.number) FROM approval_signature s WHERE s.proposal = p.id),
        EXISTS (SELECT 1 FROM approval_signature s WHERE s.proposal = p.id AND s.member = ?1 AND s.holder = ?3),
        EXISTS (SELECT 1 FROM approval_signature s WHERE s.proposal = p.id AND s.member = ?1 AND s.key = ?2 AND s.started = 1),
        NOT EXISTS (SELECT 1 FROM approval_need n WHERE n.proposal = p.id AND n.member = ?1 AND n.met = 0 AND n.roles <> ''
            AND NOT EXISTS (SELECT 1 FROM member_key_role r WHERE r.member = ?1 AND r.key = ?2
                AND instr(' ' || n.roles || ' ', ' ' || r.role || ' ') > 0)),
        (SELECT group_concat(n.roles, ' ') FROM approval_need n WHERE n.proposal = p.id AND n.member = ?1 AND n.met = 0)
    FROM (SELECT proposal FROM approval_party WHERE member = ?1 AND open = 1 ORDER BY number DESC LIMIT 30) w
    JOIN approval_proposal p ON p.id = w.proposal JOIN approval_content c ON c.proposal = p.id ORDER BY p.number DESC";

/// A transaction that waits for signatures.
pub(super) struct Approval {
    pub(super) id: String,
    pub(super) calls: Vec<Shown>,
    pub(super) calls_hash: String,
    pub(super) proposed: Moment,
    pub(super) lapses: Moment,
    pub(super) members: Vec<String>,
    /// How many signatures of the member are missing.
    pub(super) missing: u64,
    /// Keys that have signed.
    pub(super) signed: Vec<String>,
    /// Roles of the keys that would count.
    pub(super) roles: Vec<String>,
    pub(super) may_sign: bool,
    pub(super) may_withdraw: bool,
}

/// Those of the member of the seat; one SELECT.
pub(super) async fn waiting(desk: &Desk) -> Answer<Vec<Approval>> {
    // A key without a holder counts for itself.
    let kid = desk.kid();
    let holder = json!(desk.holder());
    let rows = desk.select(WAITING, vec![json!(kid.member()), json!(kid.key()), holder]).await?;
    Ok(rows.iter().map(approval).collect())
}

fn approval(row: &Row) -> Approval {
    let text = row.text(1);
    let has_signed = row.number(7) == 1;
    let mut roles = row.words(10);
    roles.sort_unstable();
    roles.dedup();
    Approval {
        id: row.text(0),
        calls_hash: calls::hash(&text),
        calls: calls::read(&text),
        proposed: Moment(row.number(2)),
        lapses: Moment(row.number(3)),
        members: row.words(4),
        missing: row.number(5),
        signed: row.words(6),
        roles,
        may_sign: !has_signed && row.number(9) == 1,
        may_withdraw: row.number(8) == 1,
    }
}
