use super::{ADMIN, texts::Texts};
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

const VOTES: &str =
    "SELECT member, choice, signer, time_ms FROM member_vote WHERE proposal = ?1 ORDER BY height, member LIMIT 1000";

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
                counted: row.integer(7).map(|_| (row.number(7), row.number(8))),
                refusal: Some(row.text(9))
                    .filter(|code| !code.is_empty())
                    .map(|code| Refused::new(desk, code, row.text(10))),
                votes: votes.iter().map(vote).collect(),
                may_vote: is_open && desk.seat.governs() && !has_voted,
                may_withdraw: is_open && desk.seat.has(ADMIN) && row.text(1) == desk.member(),
                page: desk.page(),
                id: id.clone(),
            })
        })
        .await
}
