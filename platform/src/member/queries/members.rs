use crate::{Answer, Column, Parameter, Query};
use schemars::JsonSchema;

/// A key in the answer of `member.get`; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Key {
    /// The key's name within the member.
    name: String,
    /// The public key.
    public_key: String,
    /// `active` or `revoked`.
    state: String,
    /// What the key may do for its member.
    roles: Vec<String>,
    /// Who holds it.
    holder: Option<String>,
    /// Block time from which it signs.
    valid_from_ms: Option<i64>,
    /// Block time up to which it signs.
    valid_until_ms: Option<i64>,
    /// Height at which it was added.
    added_height: i64,
    /// Height at which it was revoked.
    revoked_height: Option<i64>,
    /// Name of the key that took its place.
    replaced_by: Option<String>,
}

const ID: Column = Column::text("id", "The member's id.");
const NAME: Column = Column::text("name", "Its name for people.");
const KIND: Column = Column::text("kind", "`organisation`, `person` or `package`.");
const STATE: Column = Column::text("state", "`active`, `suspended` or `removed`.");
const SPONSOR: Column = Column::text("sponsor", "The organisation that registered a person.");
const ROLES: Column = Column::json::<Vec<String>>("roles", "What it is to the others, such as `bank`.");

pub(super) const GET: Query = Query {
    name: "member.get",
    summary: "One member with its roles and keys.",
    sql: "SELECT m.id, m.name, m.kind, m.state,
            (SELECT json_group_array(role ORDER BY role) FROM member_role WHERE member = m.id),
            m.sponsor, m.since_height, m.state_height, m.state_reason,
            (SELECT json_group_array(json_object(
                'name', k.name, 'public_key', k.public_key, 'state', k.state,
                'roles', json((SELECT json_group_array(r.role ORDER BY r.role) FROM member_key_role r
                               WHERE r.member = k.member AND r.key = k.name)),
                'holder', k.holder, 'valid_from_ms', k.valid_from_ms, 'valid_until_ms', k.valid_until_ms,
                'added_height', k.added_height, 'revoked_height', k.revoked_height,
                'replaced_by', k.replaced_by) ORDER BY k.name)
             FROM member_key k WHERE k.member = m.id)
          FROM member m WHERE m.id = :id",
    parameters: &[Parameter::text("id", "The member's id.")],
    columns: &[
        ID,
        NAME,
        KIND,
        STATE,
        ROLES,
        SPONSOR,
        Column::integer("since_height", "Height at which it became a member."),
        Column::integer("state_height", "Height since which it is in its state."),
        Column::text("state_reason", "Why it was suspended, reinstated or removed."),
        Column::json::<Vec<Key>>("keys", "Its keys, revoked ones too."),
    ],
    answer: Answer::One,
};

pub(super) const LIST: Query = Query {
    name: "member.list",
    summary: "The members, by id.",
    sql: "SELECT m.id, m.name, m.kind, m.state,
            (SELECT json_group_array(role ORDER BY role) FROM member_role WHERE member = m.id),
            m.sponsor, m.id AS cursor
          FROM member m
          WHERE (:role IS NULL OR EXISTS (SELECT 1 FROM member_role WHERE member = m.id AND role = :role))
            AND (:kind IS NULL OR m.kind = :kind)
            AND (:state IS NULL OR m.state = :state)
            AND (:cursor IS NULL OR m.id > :cursor)
          ORDER BY m.id LIMIT :limit",
    parameters: &[
        Parameter::text("role", "Only members with this role.").optional(),
        Parameter::text("kind", "Only `organisation`, `person` or `package`.").optional(),
        Parameter::text("state", "Only `active`, `suspended` or `removed`.").optional(),
    ],
    columns: &[ID, NAME, KIND, STATE, ROLES, SPONSOR],
    answer: Answer::Page,
};
