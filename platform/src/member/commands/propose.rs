use crate::{
    AgreedCalls, CallInput, Command, Event as _,
    member::{Proposed, Refused, governance, text},
};
use counterfoil_state::Context;
use counterfoil_types::{Refusal, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes of the calls of a proposal at most.
const CALLS_BYTES_MAX: usize = 64 * 1024;
/// Open proposals of one organisation at most.
const OPEN_MAX: i64 = 32;

/// Asks the governing organisations to decide that some calls are executed; signed by one of them, which thereby votes for it. When enough
/// have voted for it the calls are executed at once, all or none, in the name of the consortium.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// What it is about, for people. It decides nothing: the calls do.
    pub title: String,
    /// What will be done.
    pub calls: Vec<CallInput>,
    /// Block time up to which it can be voted on, milliseconds since 1970-01-01 UTC, at most 90 days ahead; 7 days ahead if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_ms: Option<i64>,
}

/// How a proposal stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposalState {
    /// The proposal.
    pub proposal: String,
    /// SHA-256 of its calls in canonical JSON (RFC 8785): what votes have to name.
    pub calls_hash: String,
    /// `open`, `passed` (and executed), `failed` (the votes were enough, the calls were refused) or `rejected`.
    pub state: String,
    /// Votes for it by organisations that govern now.
    pub votes_for: i64,
    /// Votes against it by organisations that govern now.
    pub votes_against: i64,
    /// Votes for it that are needed.
    pub needed: i64,
    /// Organisations that govern now.
    pub governing: i64,
    /// Why its calls were refused, if they were.
    pub refusal: Option<WhyRefused>,
}

/// Why calls were refused.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WhyRefused {
    /// Stable code, `module/number`.
    pub code: String,
    /// JSON Pointer of the field at fault: in the input of the call, or of several from `/calls/0/with` on.
    pub field: Option<String>,
}

impl ProposalState {
    pub(in crate::member) fn new(
        open: governance::Open,
        state: &str,
        tally: governance::Tally,
        refusal: Option<Refusal>,
    ) -> Self {
        let why = |Refusal { code, field, .. }| WhyRefused { code, field };
        Self {
            proposal: open.id,
            calls_hash: open.calls_hash.to_string(),
            state: state.to_owned(),
            votes_for: tally.votes_for,
            votes_against: tally.votes_against,
            needed: tally.needed,
            governing: tally.governing,
            refusal: refusal.map(why),
        }
    }
}

impl Propose {
    fn expires_ms(&self, ctx: &Context<'_>) -> Result<i64, Refused> {
        let now_ms = ctx.time_ms() as i64;
        let latest_ms = now_ms + governance::TERM_MS_MAX;
        let expires_ms = self.expires_ms.unwrap_or(now_ms + governance::TERM_MS);
        if expires_ms <= now_ms || expires_ms > latest_ms {
            return Err(Refused::NotAnExpiry { expires_ms, now_ms, latest_ms });
        }
        Ok(expires_ms)
    }

    fn agreed(&self, ctx: &Context<'_>) -> Result<AgreedCalls, Refused> {
        let agreed = AgreedCalls::check(ctx, "/calls", &self.calls)?;
        let bytes = agreed.text().len();
        if bytes > CALLS_BYTES_MAX {
            return Err(Refused::CallsTooLong { bytes, most: CALLS_BYTES_MAX });
        }
        Ok(agreed)
    }
}

fn require_room(ctx: &Context<'_>, proposer: &str) -> Result<(), Refused> {
    let open: Option<i64> = ctx.query_opt(
        "SELECT count(*) FROM member_proposal WHERE state = 'open' AND expires_ms >= ?2 AND proposer = ?1",
        (proposer, ctx.time_ms() as i64),
        |row| row.get(0),
    )?;
    if open.is_some_and(|open| open >= OPEN_MAX) {
        return Err(Refused::TooManyProposals { member: proposer.to_owned(), most: OPEN_MAX });
    }
    Ok(())
}

impl Command for Propose {
    const NAME: &'static str = "member.propose";
    type Output = ProposalState;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        20 * self.calls.len().max(1) as u32
    }

    fn check(&self) -> Result<(), Refused> {
        text::check_text("/title", &self.title, text::TITLE_MAX)?;
        if self.calls.is_empty() {
            return Err(Refused::NoCalls);
        }
        text::check_count("/calls", self.calls.len(), limits::CALLS_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ProposalState, Refused> {
        let voters = governance::voters(ctx)?;
        let proposer = voters[0].member().to_owned();
        require_room(ctx, &proposer)?;
        let expires_ms = self.expires_ms(ctx)?;
        let agreed = self.agreed(ctx)?;
        let (id, calls_hash) = (ctx.new_id(), agreed.hash());
        ctx.run(
            "INSERT INTO member_proposal (id, title, proposer, calls, calls_hash, state, expires_ms, proposed_height, proposed_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?8)",
            (
                &id,
                &self.title,
                &proposer,
                agreed.text(),
                calls_hash.0,
                expires_ms,
                ctx.height() as i64,
                ctx.time_ms() as i64,
            ),
        )?;
        let (proposal, title) = (id.clone(), self.title.clone());
        let proposed =
            Proposed { proposal, title, proposer: proposer.clone(), calls_hash: calls_hash.to_string(), expires_ms };
        proposed.emit(ctx);
        governance::cast(ctx, &id, &voters, "for")?;
        governance::decide(ctx, governance::Open { id, proposer, calls_hash })
    }
}
