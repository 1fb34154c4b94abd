use super::texts::Texts;
use crate::{
    console::{
        Page, Row, Visit,
        desk::{Moment, form_id},
        forms::{self, Entry},
    },
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use std::sync::Arc;

/// Open ones by the end of their time, then those that were decided last.
const PROPOSALS: &str = "SELECT * FROM (SELECT id, title, proposer, state, expires_ms AS at_ms,
        (SELECT count(*) FROM member_vote v WHERE v.proposal = p.id AND v.choice = 'for'),
        (SELECT count(*) FROM member_vote v WHERE v.proposal = p.id AND v.choice = 'against')
    FROM member_proposal p WHERE state = 'open' ORDER BY expires_ms, id LIMIT 50)
    UNION ALL SELECT * FROM (
        SELECT id, title, proposer, state, decided_ms, votes_for, votes_against FROM (
            SELECT * FROM (SELECT * FROM member_proposal WHERE state = 'passed' ORDER BY expires_ms DESC, id DESC LIMIT 20)
            UNION ALL SELECT * FROM (SELECT * FROM member_proposal WHERE state = 'failed' ORDER BY expires_ms DESC, id DESC LIMIT 20)
            UNION ALL SELECT * FROM (SELECT * FROM member_proposal WHERE state = 'rejected' ORDER BY expires_ms DESC, id DESC LIMIT 20)
            UNION ALL SELECT * FROM (SELECT * FROM member_proposal WHERE state = 'withdrawn' ORDER BY expires_ms DESC, id DESC LIMIT 20)
            UNION ALL SELECT * FROM (SELECT * FROM member_proposal WHERE state = 'lapsed' ORDER BY expires_ms DESC, id DESC LIMIT 20))
        ORDER BY decided_ms DESC, id LIMIT 20)";

const VALIDATORS: &str = "SELECT v.member, m.name, v.public_key, v.from_epoch
    FROM member_validator v JOIN member m ON m.id = v.member ORDER BY v.member LIMIT 100";

const CHANGES: &str =
    "SELECT from_epoch, validators, decided_height FROM member_committee ORDER BY from_epoch DESC LIMIT 10";

const THRESHOLD: &str = "SELECT numerator, denominator,
    (SELECT count(*) FROM member_role r JOIN member m ON m.id = r.member WHERE r.role = 'governor' AND m.state = 'active')
    FROM member_threshold WHERE id = 1";

/// A call to begin with.
const EXAMPLE: &str = r#"[{"do": "member.set_roles", "with": {"member": "", "roles": []}}]"#;

#[derive(Template)]
#[template(path = "members/governance.html")]
struct Governance {
    page: Page,
    t: &'static Texts,
    form_id: String,
    open: Vec<Proposal>,
    decided: Vec<Proposal>,
    validators: Vec<Validator>,
    changes: Vec<Change>,
    threshold: Option<(u64, u64)>,
    governing: u64,
    proposes: bool,
    /// What only a vote does.
    by_vote: Vec<Entry>,
    /// A call to begin with.
    example: &'static str,
}

struct Proposal {
    id: String,
    title: String,
    proposer: String,
    state: &'static str,
    at: Moment,
    votes_for: u64,
    votes_against: u64,
}

struct Validator {
    member: String,
    name: String,
    public_key: String,
    from_epoch: u64,
}

struct Change {
    from_epoch: u64,
    members: Vec<String>,
    decided_height: u64,
}

/// GET /governance
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let proposals = desk.select(PROPOSALS, Vec::new()).await?;
            let validators = desk.select(VALIDATORS, Vec::new()).await?;
            let changes = desk.select(CHANGES, Vec::new()).await?;
            let threshold = desk.find(THRESHOLD, Vec::new()).await?;
            let (open, decided): (Vec<_>, Vec<_>) = proposals.iter().partition(|row| row.text(3) == "open");
            let shown = |row: &Row| Proposal {
                id: row.text(0),
                title: row.text(1),
                proposer: row.text(2),
                state: t.state(&row.text(3)),
                at: Moment(row.number(4)),
                votes_for: row.number(5),
                votes_against: row.number(6),
            };
            let validator = |row: &Row| Validator {
                member: row.text(0),
                name: row.text(1),
                public_key: row.text(2),
                from_epoch: row.number(3),
            };
            Ok(Governance {
                t,
                form_id: form_id(),
                open: open.into_iter().map(shown).collect(),
                decided: decided.into_iter().map(shown).collect(),
                validators: validators.iter().map(validator).collect(),
                changes: changes.iter().map(change).collect(),
                governing: threshold.as_ref().map_or(0, |row| row.number(2)),
                threshold: threshold.map(|row| (row.number(0), row.number(1))),
                proposes: desk.seat.governs(),
                by_vote: forms::by_vote(&desk.node, desk.language()),
                example: EXAMPLE,
                page: desk.page(),
            })
        })
        .await
}

/// A line of a committee is a member and its key.
fn change(row: &Row) -> Change {
    let members = row.text(1).lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    Change { from_epoch: row.number(0), members, decided_height: row.number(2) }
}
