use super::{ADMIN, texts::Texts};
use crate::{
    console::{
        Page, Row, Visit,
        address::Path,
        desk::{Moment, form_id},
        encoded, money,
    },
    member::Member,
    problem::Problem,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde_json::json;
use std::sync::Arc;

const MEMBER: &str = "SELECT m.name, m.kind, m.state, m.sponsor, m.since_height, m.state_height, m.state_reason,
    coalesce((SELECT group_concat(role, ' ' ORDER BY role) FROM member_role WHERE member = m.id), ''),
    (SELECT from_epoch FROM member_validator WHERE member = m.id)
    FROM member m WHERE m.id = ?1";

/// Those that sign first, then those that did.
const KEYS: &str = "SELECT k.name, k.public_key, k.state, k.holder, k.valid_from_ms, k.valid_until_ms, k.added_height,
    k.revoked_height, k.replaced_by,
    coalesce((SELECT group_concat(role, ' ' ORDER BY role) FROM member_key_role WHERE member = k.member AND key = k.name), '')
    FROM member_key k WHERE k.member = ?1 ORDER BY k.state, k.name LIMIT 500";

const POLICY: &str =
    "SELECT v.version, v.signers, v.time_ms, r.command, r.asset, r.from_minor, r.signers, r.roles, r.lapse_after_ms,
    (SELECT decimals FROM asset WHERE id = r.asset)
    FROM approval_policy p JOIN approval_policy_version v ON v.member = p.member AND v.version = p.version
    LEFT JOIN approval_rule r ON r.member = v.member AND r.version = v.version
    WHERE p.member = ?1 ORDER BY r.position";

const READING: &str = "SELECT name, public_key, state, added_height FROM document_reading_key
    WHERE member = ?1 ORDER BY state, name LIMIT 100";

/// Milliseconds of an hour, in which pages count how long something waits.
const HOUR_MS: i64 = 3_600_000;

#[derive(Template)]
#[template(path = "members/one.html")]
struct One {
    page: Page,
    t: &'static Texts,
    form_id: String,
    id: String,
    name: String,
    kind: &'static str,
    state: &'static str,
    is_active: bool,
    sponsor: Option<String>,
    since_height: u64,
    state_reason: String,
    roles: Vec<String>,
    validates_from: Option<i64>,
    keys: Vec<Key>,
    reading: Vec<Reading>,
    policy: Option<Policy>,
    /// Whether whoever asks manages the member's keys.
    manages: bool,
    /// What the governing organisations can decide about it, where whoever asks can propose that: what it is called, and its form.
    decisions: Vec<(&'static str, String)>,
}

struct Key {
    name: String,
    public_key: String,
    active: bool,
    holder: String,
    from: Option<Moment>,
    until: Option<Moment>,
    roles: Vec<String>,
    revoked_height: Option<i64>,
    replaced_by: String,
}

struct Reading {
    name: String,
    public_key: String,
    active: bool,
    added_height: u64,
}

struct Policy {
    version: u64,
    signers: String,
    at: Moment,
    rules: Vec<Rule>,
}

#[derive(Default)]
struct Rule {
    command: String,
    asset: String,
    from_minor: Option<i64>,
    /// The same as an amount.
    from: String,
    signers: Option<i64>,
    roles: Vec<String>,
    lapse_after_ms: Option<i64>,
}

impl Rule {
    fn lapses_hours(&self) -> i64 {
        self.lapse_after_ms.unwrap_or_default() / HOUR_MS
    }
}

impl One {
    fn next_version(&self) -> u64 {
        self.policy.as_ref().map_or(1, |policy| policy.version + 1)
    }

    /// The rules of now, and an empty one to fill in.
    fn rules(&self) -> Vec<&Rule> {
        static EMPTY: Rule = Rule {
            command: String::new(),
            asset: String::new(),
            from_minor: None,
            from: String::new(),
            signers: None,
            roles: Vec::new(),
            lapse_after_ms: None,
        };
        let rules = self.policy.iter().flat_map(|policy| &policy.rules);
        rules.chain([&EMPTY]).collect()
    }
}

/// GET /members/{id}
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit, Path(id): Path<String>) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let of_member = || vec![json!(id)];
            let none = || Problem::not_found(format!("there is no member {id}"));
            let member = desk.find(MEMBER, of_member()).await?.ok_or_else(none)?;
            let keys = desk.select(KEYS, of_member()).await?;
            let policy = desk.select(POLICY, of_member()).await?;
            let reading = desk.select(READING, of_member()).await?;
            let own = desk.member() == id;
            let is_active = member.text(2) == "active";
            let (roles, policy) = (member.words(7), read_policy(&policy));
            let decisions = match desk.seat.governs() {
                true => decisions(t, &id, &member.text(2), &roles, &policy),
                false => Vec::new(),
            };
            let manages = own && desk.seat.has(ADMIN) && is_active;
            Ok(One {
                t,
                form_id: form_id(),
                name: member.text(0),
                kind: t.kind(&member.text(1)),
                state: t.state(&member.text(2)),
                is_active,
                sponsor: Some(member.text(3)).filter(|sponsor| !sponsor.is_empty()),
                since_height: member.number(4),
                state_reason: member.text(6),
                roles,
                validates_from: member.integer(8),
                keys: keys.iter().map(key).collect(),
                reading: reading.iter().map(reading_key).collect(),
                decisions,
                policy,
                manages,
                page: desk.page(),
                id: id.clone(),
            })
        })
        .await
}

/// What can be put to the vote about a member that stands so.
fn decisions(
    t: &'static Texts,
    id: &str,
    state: &str,
    roles: &[String],
    policy: &Option<Policy>,
) -> Vec<(&'static str, String)> {
    let form = |command: &str, more: &str| format!("/do/{command}?member={}{more}", encoded(id));
    let mut all = Vec::new();
    if state != "removed" {
        all.push((t.decide_roles, form("member.set_roles", &format!("&roles={}", encoded(&roles.join("\n"))))));
        all.push(match state {
            "suspended" => (t.decide_reinstate, form("member.reinstate", "")),
            _ => (t.decide_suspend, form("member.suspend", "")),
        });
        all.push((t.decide_remove, form("member.remove", "")));
    }
    if policy.as_ref().is_some_and(|policy| !policy.rules.is_empty()) {
        all.push((t.decide_lift, form("approval.lift_policy", "")));
    }
    all
}

fn moment(ms: Option<i64>) -> Option<Moment> {
    ms.and_then(|ms| u64::try_from(ms).ok()).map(Moment)
}

fn key(row: &Row) -> Key {
    let (name, active) = (row.text(0), row.text(2) == "active");
    Key {
        name,
        public_key: row.text(1),
        active,
        holder: row.text(3),
        from: moment(row.integer(4)),
        until: moment(row.integer(5)),
        revoked_height: row.integer(7),
        replaced_by: row.text(8),
        roles: row.words(9),
    }
}

fn reading_key(row: &Row) -> Reading {
    let active = row.text(2) == "active";
    Reading { name: row.text(0), public_key: row.text(1), active, added_height: row.number(3) }
}

fn read_policy(rows: &[Row]) -> Option<Policy> {
    let first = rows.first()?;
    let rule = |row: &Row| Rule {
        command: row.text(3),
        asset: row.text(4),
        from_minor: row.integer(5),
        from: row.integer(5).map(|minor| money::shown(minor, money::decimals(row, 9))).unwrap_or_default(),
        signers: row.integer(6),
        roles: row.words(7),
        lapse_after_ms: row.integer(8),
    };
    let rules = rows.iter().map(rule).filter(|rule| !rule.command.is_empty()).collect();
    Some(Policy { version: first.number(0), signers: first.text(1), at: Moment(first.number(2)), rules })
}
