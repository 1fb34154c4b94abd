use super::{ADMIN, GOVERNOR, texts::Texts};
use crate::{
    console::{
        Page, Row, Visit,
        address::Path,
        calls::{self, Shown},
        desk::{Desk, Moment, form_id},
        refusals,
    },
    member::Member,
    problem::Problem,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde_json::json;
use std::sync::Arc;

const PROPOSAL: &str = "SELECT p.title, p.proposer, p.calls, p.state, p.expires_ms, p.proposed_ms, p.decided_ms,
    iif(p.state = 'open', g.governing, p.governing),
    iif(p.state = 'open', g.governing * t.numerator / t.denominator + 1, p.needed), p.refusal_code, p.refusal_field
    FROM member_proposal p JOIN member_threshold t ON t.id = 1 CROSS JOIN (
        SELECT count(*) AS governing FROM member_role r JOIN member m ON m.id = r.member
        WHERE r.role = 'governor' AND m.state = 'active') g
    WHERE p.id = ?1";

/// With whether a vote counts: its organisation still governs.
const VOTES: &str = "SELECT v.member, v.choice, v.signer, v.time_ms,
    EXISTS (SELECT 1 FROM member_role r JOIN member m ON m.id = r.member
        WHERE r.member = v.member AND r.role = 'governor' AND m.state = 'active')
    FROM member_vote v WHERE v.proposal = ?1 ORDER BY v.height, v.member LIMIT 1000";

#[derive(Template)]
#[template(path = "members/proposal.html")]
struct One {
    page: Page,
    t: &'static Texts,
    form_id: String,
    id: String,
    title: String,
    proposer: String,
    calls: Vec<Shown>,
    calls_hash: String,
    state: &'static str,
    expires: Moment,
    proposed: Moment,
    decided: Option<Moment>,
    /// Governing organisations, and votes needed: as it stands while it is open, else as it stood when votes decided it.
    counted: Option<(u64, u64)>,
    refusal: Option<Refused>,
    votes: Vec<Vote>,
    may_vote: bool,
    /// Whether the votes that are there decide it, since others govern now or fewer are needed.
    may_count: bool,
    /// Why whoever asks does not vote, while others do.
    why_not: Option<&'static str>,
    may_withdraw: bool,
}

/// Why the calls were refused.
struct Refused {
    code: String,
    field: String,
    /// What the code means to who reads the page.
    reason: Option<&'static str>,
    /// Else the rule that was broken, in English.
    rule: Option<&'static str>,
}

impl Refused {
    fn new(desk: &Desk, code: String, field: String) -> Self {
        let reason = refusals::of(&code).map(|reason| reason.text(desk.language()));
        let rule = desk.node.registry.refusals().find(|one| one.code == code).map(|one| one.summary);
        Self { rule: rule.filter(|_| reason.is_none()), reason, code, field }
    }
}

struct Vote {
    member: String,
    choice: &'static str,
    signer: String,
    at: Moment,
}

/// Whether the votes of those that govern now decide, as `governance::decide` of the module counts them.
fn decides(votes: &[Row], (governing, needed): (u64, u64)) -> bool {
    let count = |choice| votes.iter().filter(|vote| vote.number(4) == 1 && vote.text(1) == choice).count() as u64;
    count("for") >= needed || governing.saturating_sub(count("against")) < needed
}

/// GET /governance/{id}
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit, Path(id): Path<String>) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let none = || Problem::not_found(format!("there is no proposal {id}"));
            let row = desk.find(PROPOSAL, vec![json!(id)]).await?.ok_or_else(none)?;
            let votes = desk.select(VOTES, vec![json!(id)]).await?;
            let is_open = row.text(3) == "open";
            let has_voted = votes.iter().any(|vote| vote.text(0) == desk.member());
            let text = row.text(2);
            let vote = |row: &Row| Vote {
                member: row.text(0),
                choice: if row.text(1) == "for" { t.votes_for } else { t.votes_against },
                signer: row.text(2),
                at: Moment(row.number(3)),
            };
            let counted = row.integer(7).map(|_| (row.number(7), row.number(8)));
            let governs = desk.seat.governs();
            let why_not = match (desk.seat.has(GOVERNOR), desk.seat.has(ADMIN)) {
                _ if !is_open => None,
                (true, _) if has_voted => Some(t.has_voted),
                (true, true) => None,
                (true, false) => Some(t.admins_vote),
                (false, _) => Some(t.governors_vote),
            };
            Ok(One {
                t,
                form_id: form_id(),
                title: row.text(0),
                proposer: row.text(1),
                calls_hash: calls::hash(&text),
                calls: calls::shown(desk, &text),
                state: t.state(&row.text(3)),
                expires: Moment(row.number(4)),
                proposed: Moment(row.number(5)),
                decided: row.integer(6).map(|_| Moment(row.number(6))),
                may_count: is_open && governs && counted.is_some_and(|counted| decides(&votes, counted)),
                why_not,
                counted,
                refusal: Some(row.text(9))
                    .filter(|code| !code.is_empty())
                    .map(|code| Refused::new(desk, code, row.text(10))),
                votes: votes.iter().map(vote).collect(),
                may_vote: is_open && governs && !has_voted,
                may_withdraw: is_open && desk.seat.has(ADMIN) && row.text(1) == desk.member(),
                page: desk.page(),
                id: id.clone(),
            })
        })
        .await
}
