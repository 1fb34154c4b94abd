use super::kind::{Group, Kind, List, Look, lists, together};
use crate::{
    console::{
        Row,
        calls::{self, Shown},
        desk::{Desk, Moment},
    },
    problem::Answer,
};

/// Transactions in the member's name that wait for signatures, if the key ?4 of the holder ?5 can sign them, or if it cannot: it counts for
/// something that is not met, and its holder has not signed for that yet with any of its keys.
macro_rules! waiting {
    ($kind:literal, $signable:literal) => {
        concat!(
            "SELECT '",
            $kind,
            "', CAST(w.number AS TEXT), p.id, c.calls, p.proposed_ms, p.lapses_ms,
        (SELECT group_concat(a.member, ' ' ORDER BY a.position) FROM approval_party a WHERE a.proposal = p.id),
        (SELECT coalesce(sum(max(n.signers - n.signed, 0)), 0) FROM approval_need n WHERE n.proposal = p.id AND n.member = ?1 AND n.met = 0),
        (SELECT group_concat(s.member || '/' || s.key, ' ' ORDER BY s.number) FROM approval_signature s WHERE s.proposal = p.id),
        EXISTS (SELECT 1 FROM approval_signature s WHERE s.proposal = p.id AND s.member = ?1 AND s.holder = ?5 AND s.started = 1),
        (SELECT group_concat(n.roles, ' ') FROM approval_need n WHERE n.proposal = p.id AND n.member = ?1 AND n.met = 0)
    FROM approval_party w CROSS JOIN approval_proposal p ON p.id = w.proposal CROSS JOIN approval_content c ON c.proposal = p.id
    WHERE w.member = ?1 AND w.open = 1 AND w.number > CAST(?2 AS INTEGER) AND ",
            $signable,
            " (SELECT 1 FROM approval_need n WHERE n.proposal = w.proposal AND n.member = ?1 AND n.met = 0
            AND (n.roles = '' OR EXISTS (SELECT 1 FROM member_key_role r WHERE r.member = ?1 AND r.key = ?4
                AND instr(' ' || n.roles || ' ', ' ' || r.role || ' ') > 0))
            AND NOT EXISTS (SELECT 1 FROM approval_signature s WHERE s.proposal = n.proposal AND s.member = ?1 AND s.holder = ?5
                AND (n.roles = '' OR EXISTS (SELECT 1 FROM member_key_role r WHERE r.member = ?1 AND r.key = s.key
                    AND instr(' ' || n.roles || ' ', ' ' || r.role || ' ') > 0))))
    ORDER BY w.number LIMIT ?3"
        )
    };
}

const SIGN: &str = "sign";

/// Those that the key signs, and those of others; parameters ?4 key and ?5 holder.
pub(super) static APPROVALS: Group = Group::new(KINDS, || together(KINDS, "*"));

const KINDS: &[Kind] =
    &[Kind::own(SIGN, waiting!("sign", "EXISTS")), Kind::of_others("signatures", waiting!("signatures", "NOT EXISTS"))];

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
pub(super) async fn waiting(desk: &Desk, look: &Look) -> Answer<Vec<List<Approval>>> {
    lists(desk, &APPROVALS, look, &[desk.kid().key(), desk.holder()], |row| approval(desk, row)).await
}

fn approval(desk: &Desk, row: &Row) -> Approval {
    let text = row.text(3);
    let mut roles = row.words(10);
    roles.sort_unstable();
    roles.dedup();
    Approval {
        id: row.text(2),
        calls_hash: calls::hash(&text),
        calls: calls::shown(desk, &text),
        proposed: Moment(row.number(4)),
        lapses: Moment(row.number(5)),
        members: row.words(6),
        missing: row.number(7),
        signed: row.words(8),
        roles,
        may_sign: row.text(0) == SIGN,
        may_withdraw: row.number(9) == 1,
    }
}
