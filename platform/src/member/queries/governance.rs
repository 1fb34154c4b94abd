use crate::{Answer, CallInput, Column, ColumnKind, Parameter, Query};
use schemars::JsonSchema;

/// A vote in the answer of `member.proposal`; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Cast {
    /// The organisation.
    member: String,
    /// `for` or `against`.
    choice: String,
    /// The key that signed.
    signer: String,
    /// Height of the vote.
    height: i64,
    /// Block time of the vote.
    time_ms: i64,
}

const ID: Column = Column::text("id", "The proposal's id.");
const TITLE: Column = Column::text("title", "What it is about, in the words of who proposed it.");
const PROPOSER: Column = Column::text("proposer", "The organisation that proposed it.");
const STATE: Column = Column::text("state", "`open`, `passed`, `failed`, `rejected`, `withdrawn` or `lapsed`.");
const CALLS_HASH: Column =
    Column::of("calls_hash", "SHA-256 of the calls in canonical JSON (RFC 8785): what a vote names.", ColumnKind::Hex);
const EXPIRES: Column = Column::integer("expires_ms", "Block time up to which it can be voted on.");
const PROPOSED: Column = Column::integer("proposed_height", "Height at which it was proposed.");
const DECIDED: Column = Column::integer("decided_height", "Height since which it is no longer open.");

pub(super) const PROPOSALS: Query = Query {
    name: "member.proposals",
    summary: "The proposals, the newest first.",
    sql: "SELECT id, title, proposer, state, calls_hash, expires_ms, proposed_height, decided_height,
            format('%019d.%s', proposed_height, id) AS cursor
          FROM member_proposal
          WHERE (:state IS NULL OR state = :state) AND (:proposer IS NULL OR proposer = :proposer)
            AND (:cursor IS NULL OR format('%019d.%s', proposed_height, id) < :cursor)
          ORDER BY proposed_height DESC, id DESC LIMIT :limit",
    parameters: &[
        Parameter::text("state", "Only those in this state, such as `open`.").optional(),
        Parameter::text("proposer", "Only those of this organisation.").optional(),
    ],
    columns: &[ID, TITLE, PROPOSER, STATE, CALLS_HASH, EXPIRES, PROPOSED, DECIDED],
    answer: Answer::Page,
};

pub(super) const PROPOSAL: Query = Query {
    name: "member.proposal",
    summary: "One proposal with its calls and votes.",
    sql: "SELECT p.id, p.title, p.proposer, p.state, p.calls_hash, p.expires_ms, p.proposed_height, p.decided_height, p.calls,
            (SELECT json_group_array(json_object('member', v.member, 'choice', v.choice, 'signer', v.signer,
                'height', v.height, 'time_ms', v.time_ms) ORDER BY v.height, v.member)
             FROM member_vote v WHERE v.proposal = p.id),
            p.governing, p.needed, p.votes_for, p.votes_against, p.outputs, p.refusal_code, p.refusal_field
          FROM member_proposal p WHERE p.id = :id",
    parameters: &[Parameter::text("id", "The proposal's id.")],
    columns: &[
        ID,
        TITLE,
        PROPOSER,
        STATE,
        CALLS_HASH,
        EXPIRES,
        PROPOSED,
        DECIDED,
        Column::json::<Vec<CallInput>>("calls", "What will be done, or was."),
        Column::json::<Vec<Cast>>("votes", "The votes, in order."),
        Column::integer("governing", "Organisations that governed when votes decided it."),
        Column::integer("needed", "Votes for it that were needed then."),
        Column::integer("votes_for", "Votes for it that counted then."),
        Column::integer("votes_against", "Votes against it that counted then."),
        Column::of("outputs", "What the calls gave, one entry a call.", ColumnKind::Json(anything)),
        Column::text("refusal_code", "Why its calls were refused: the code."),
        Column::text("refusal_field", "Why its calls were refused: the field at fault."),
    ],
    answer: Answer::One,
};

/// The outputs of any commands.
fn anything(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": ["array", "null"]})
}

pub(super) const GOVERNANCE: Query = Query {
    name: "member.governance",
    summary: "Who governs, and how many of them decide.",
    sql: "SELECT t.numerator, t.denominator, t.changed_height, g.count, g.count * t.numerator / t.denominator + 1, g.members
          FROM member_threshold t,
            (SELECT count(*) AS count, json_group_array(m.id ORDER BY m.id) AS members
             FROM member_role r JOIN member m ON m.id = r.member WHERE r.role = 'governor' AND m.state = 'active') g",
    parameters: &[],
    columns: &[
        Column::integer("numerator", "A proposal passes with more than this many …"),
        Column::integer("denominator", "… of so many governing organisations."),
        Column::integer("changed_height", "Height since which this counts."),
        Column::integer("governing", "Organisations that govern now."),
        Column::integer("needed", "Votes for a proposal that are needed now."),
        Column::json::<Vec<String>>("members", "Organisations that govern now, by id."),
    ],
    answer: Answer::One,
};

pub(super) const VALIDATORS: Query = Query {
    name: "member.validators",
    summary: "The validators as decided last, by member; it may be two epochs until they order.",
    sql: "SELECT member, public_key, from_epoch, member AS cursor FROM member_validator
          WHERE (:cursor IS NULL OR member > :cursor) ORDER BY member LIMIT :limit",
    parameters: &[],
    columns: &[
        Column::text("member", "The organisation that runs it."),
        Column::text("public_key", "The key with which its node votes."),
        Column::integer("from_epoch", "First epoch that it orders with this key; 0 is genesis."),
    ],
    answer: Answer::Page,
};

pub(super) const VALIDATOR_CHANGES: Query = Query {
    name: "member.validator_changes",
    summary: "How the validators changed since genesis, in order of epochs.",
    sql: "SELECT from_epoch, validators, decided_height, from_epoch AS cursor FROM member_committee
          WHERE (:cursor IS NULL OR from_epoch > CAST(:cursor AS INTEGER)) ORDER BY from_epoch LIMIT :limit",
    parameters: &[],
    columns: &[
        Column::integer("from_epoch", "First epoch that they order."),
        Column::text("validators", "The validators: a line `member ed25519:key` for each, sorted by key."),
        Column::integer("decided_height", "Height at which it was decided."),
    ],
    answer: Answer::Page,
};
