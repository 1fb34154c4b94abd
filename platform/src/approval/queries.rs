use crate::{Answer, Column, ColumnKind, Parameter, Query};
use schemars::JsonSchema;

/// A rule, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct ApprovalRule {
    /// The command, `module.*` or `*`.
    command: String,
    /// Only calls that move this asset.
    asset: Option<String>,
    /// Only from this amount on, in minor units.
    from_minor: Option<i64>,
    /// How many holders have to sign.
    signers: i64,
    /// Roles of the keys that count.
    roles: Vec<String>,
    /// How long a call waits, in milliseconds.
    lapse_after_ms: i64,
    /// How many holders have a key now that counts.
    holders: i64,
    /// 1: the member's keys of now can meet it; 0: nothing that it is about can be done until there are more.
    possible: i64,
}

/// What a proposal needs, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct ApprovalNeed {
    /// Of which member.
    member: String,
    /// How many holders have to sign.
    signers: i64,
    /// How many that count have.
    signed: i64,
    /// Roles of the keys that count; if makers and checkers do, one of each has to sign. None: any key.
    roles: Vec<String>,
    /// 1: they are enough.
    met: i64,
}

/// A signature, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct ApprovalSignature {
    /// The key: `member/key`.
    kid: String,
    /// Who holds it.
    holder: String,
    /// 1: signed the transaction that proposed it.
    started: i64,
    /// 1: the key still signs; 0: revoked or expired, so the signature no longer counts.
    signs: i64,
    /// Block time, milliseconds since 1970-01-01 UTC.
    time_ms: i64,
}

/// A call, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct ApprovalCall {
    /// The command.
    r#do: String,
    /// Its input.
    with: serde_json::Value,
}

/// Roles in a text as JSON.
macro_rules! roles {
    ($of:literal) => {
        concat!("json(iif(", $of, ".roles = '', '[]', '[\"' || replace(", $of, ".roles, ' ', '\",\"') || '\"]'))")
    };
}

/// Whether key `k` is active and valid at the newest block.
macro_rules! signs_now {
    () => {
        "(k.state = 'active'
          AND coalesce(k.valid_from_ms, 0) <= (SELECT b.time_ms FROM block b ORDER BY b.height DESC LIMIT 1)
          AND coalesce(k.valid_until_ms, 9223372036854775807)
              >= (SELECT b.time_ms FROM block b ORDER BY b.height DESC LIMIT 1))"
    };
}

/// How many holders of the member of rule `r` have a key that signs now, with a role that also fulfils a condition.
macro_rules! holders {
    ($condition:literal) => {
        concat!(
            "(SELECT count(DISTINCT coalesce(k.holder, k.member || '/' || k.name))
              FROM member_key k JOIN member m ON m.id = k.member
              JOIN member_key_role x ON x.member = k.member AND x.key = k.name
              WHERE k.member = r.member AND m.state = 'active' AND ",
            signs_now!(),
            "
                AND instr(' ' || r.roles || ' ', ' ' || x.role || ' ') > 0",
            $condition,
            ")"
        )
    };
}

/// Whether the keys of now can meet rule `r`.
macro_rules! possible {
    () => {
        concat!(
            "(",
            holders!(""),
            " >= r.signers AND (instr(' ' || r.roles || ' ', ' maker ') = 0 OR instr(' ' || r.roles || ' ', ' checker ') = 0
             OR (",
            holders!(" AND x.role = 'maker'"),
            " > 0 AND ",
            holders!(" AND x.role = 'checker'"),
            " > 0 AND ",
            holders!(" AND x.role IN ('maker', 'checker')"),
            " > 1)))"
        )
    };
}

/// The rules of version `v.version` of the policy of `v.member`.
macro_rules! rules {
    () => {
        concat!(
            "(SELECT json_group_array(json_object('command', r.command, 'asset', r.asset, 'from_minor', r.from_minor,
                'signers', r.signers, 'roles', ",
            roles!("r"),
            ", 'lapse_after_ms', r.lapse_after_ms, 'holders', ",
            holders!(""),
            ", 'possible', ",
            possible!(),
            ") ORDER BY r.position) FROM approval_rule r WHERE r.member = v.member AND r.version = v.version)"
        )
    };
}

/// A proposal `p` in a list.
macro_rules! listed {
    () => {
        "p.id, p.state,
         (SELECT json_group_array(a.member ORDER BY a.position) FROM approval_party a WHERE a.proposal = p.id),
         (SELECT json_group_array(c.value ->> 'do' ORDER BY c.key)
          FROM approval_content t, json_each(t.calls) c WHERE t.proposal = p.id),
         lower(hex(p.calls_hash)), p.weight, p.proposed_ms, p.lapses_ms, p.closed_ms"
    };
}

const MEMBER: Column = Column::text("member", "The member.");
const VERSION: Column = Column::integer("version", "The version of the policy.");
const RULES: Column = Column::json::<Vec<ApprovalRule>>("rules", "Its rules.");
const SIGNERS: Column = Column::text("signers", "All keys that signed, separated by spaces.");
const REASON: Column = Column::text("reason", "Why the consortium lifted it, if it did.");
const HEIGHT: Column = Column::integer("height", "Height of the block.");
const TIME: Column = Column::integer("time_ms", "Time of the block, milliseconds since 1970-01-01 UTC.");
const PROPOSAL: Column = Column::text("proposal", "The proposal: the identity of the transaction that proposed it.");
const STATE: Column = Column::text("state", "`waiting`, `executed`, `failed`, `refused`, `withdrawn` or `lapsed`.");
const MEMBERS: Column = Column::json::<Vec<String>>("members", "The members in whose name it is, the sender first.");
const CALLS_HASH: Column =
    Column::text("calls_hash", "SHA-256 of the calls' canonical JSON (RFC 8785), which signers repeat.");
const WEIGHT: Column = Column::integer("weight", "Execution weight of the calls: 1 is about one simple row.");
const PROPOSED: Column = Column::integer("proposed_ms", "When it was proposed, milliseconds since 1970-01-01 UTC.");
const LAPSES: Column = Column::integer("lapses_ms", "The last block time at which it can be signed.");
const CLOSED: Column = Column::integer("closed_ms", "When it ended.");
const OF_MEMBER: Parameter = Parameter::text("member", "The member.");
const LISTED: &[Column] = &[
    PROPOSAL,
    STATE,
    MEMBERS,
    Column::json::<Vec<String>>("commands", "The commands that it calls, in their order."),
    CALLS_HASH,
    WEIGHT,
    PROPOSED,
    LAPSES,
    CLOSED,
];

/// The named reads of the module.
pub(super) const ALL: &[Query] = &[
    Query {
        name: "approval.policy",
        summary: "The policy of a member that is in force, and whether its keys of now can meet it.",
        sql: concat!(
            "SELECT v.member, v.version, v.signers, v.reason, v.height, v.time_ms, ",
            rules!(),
            " FROM approval_policy p JOIN approval_policy_version v ON v.member = p.member AND v.version = p.version
             WHERE p.member = :member"
        ),
        parameters: &[OF_MEMBER],
        columns: &[MEMBER, VERSION, SIGNERS, REASON, HEIGHT, TIME, RULES],
        answer: Answer::One,
    },
    Query {
        name: "approval.policy_versions",
        summary: "All versions of a member's policy, the newest first.",
        sql: concat!(
            "SELECT v.version, v.signers, v.reason, v.height, v.time_ms, ",
            rules!(),
            ", v.version AS cursor FROM approval_policy_version v
             WHERE v.member = :member AND v.version < coalesce(:cursor, 9223372036854775807)
             ORDER BY v.version DESC LIMIT :limit"
        ),
        parameters: &[OF_MEMBER],
        columns: &[VERSION, SIGNERS, REASON, HEIGHT, TIME, RULES],
        answer: Answer::Page,
    },
    Query {
        name: "approval.policies",
        summary: "Members with a policy, and whether their keys of now can meet it.",
        sql: concat!(
            "SELECT p.member, p.version, p.rules,
                NOT EXISTS (SELECT 1 FROM approval_rule r WHERE r.member = p.member AND r.version = p.version AND NOT ",
            possible!(),
            "), p.member AS cursor
             FROM approval_policy p WHERE p.rules > 0 AND p.member > coalesce(:cursor, '') ORDER BY p.member LIMIT :limit"
        ),
        parameters: &[],
        columns: &[
            MEMBER,
            VERSION,
            Column::integer("rules", "How many rules it has."),
            Column::of("possible", "Whether the member's keys of now can meet every rule.", ColumnKind::Boolean),
        ],
        answer: Answer::Page,
    },
    Query {
        name: "approval.get",
        summary: "One proposal: what will happen, who has signed, what is missing.",
        sql: concat!(
            "SELECT p.id, p.state,
                (SELECT json_group_array(a.member ORDER BY a.position) FROM approval_party a WHERE a.proposal = p.id),
                (SELECT t.calls FROM approval_content t WHERE t.proposal = p.id),
                lower(hex(p.calls_hash)), p.weight,
                (SELECT json_group_array(json_object('member', n.member, 'signers', n.signers, 'signed', n.signed, 'roles', ",
            roles!("n"),
            ", 'met', n.met) ORDER BY n.position) FROM approval_need n WHERE n.proposal = p.id),
                (SELECT json_group_array(json_object('kid', s.member || '/' || s.key, 'holder', s.holder,
                    'started', s.started, 'signs', ",
            signs_now!(),
            ", 'time_ms', s.time_ms) ORDER BY s.number)
                 FROM approval_signature s JOIN member_key k ON k.member = s.member AND k.name = s.key
                 WHERE s.proposal = p.id),
                p.proposed_height, p.proposed_ms, p.lapses_ms, p.closed_height, p.closed_ms, p.closed_by, p.code, p.field, p.reason
             FROM approval_proposal p WHERE p.id = :proposal"
        ),
        parameters: &[Parameter::text("proposal", "The proposal.")],
        columns: &[
            PROPOSAL,
            STATE,
            MEMBERS,
            Column::json::<Vec<ApprovalCall>>("calls", "What will be done, all or nothing."),
            CALLS_HASH,
            WEIGHT,
            Column::json::<Vec<ApprovalNeed>>("needs", "What it needs, as judged when it was last signed."),
            Column::json::<Vec<ApprovalSignature>>("signatures", "Who has signed, in order."),
            Column::integer("proposed_height", "Height at which it was proposed."),
            PROPOSED,
            LAPSES,
            Column::integer("closed_height", "Height at which it ended."),
            CLOSED,
            Column::text("closed_by", "The keys that signed its end, separated by spaces."),
            Column::text("code", "Why the calls were refused, if it failed."),
            Column::text("field", "The field at fault then, if one was."),
            Column::text("reason", "Why who refused it did so."),
        ],
        answer: Answer::One,
    },
    // Branches, of which all but one are empty, so that each follows an index from the cursor on.
    Query {
        name: "approval.list",
        summary: "Proposals, the newest first.",
        sql: concat!(
            "SELECT ",
            listed!(),
            ", p.number AS cursor FROM approval_proposal p WHERE p.number IN (
                SELECT number FROM (SELECT a.number FROM approval_party a
                    WHERE a.member = :member AND :state = 'waiting' AND a.open = 1
                      AND a.number < coalesce(:cursor, 9223372036854775807) ORDER BY a.number DESC LIMIT :limit)
                UNION ALL
                SELECT number FROM (SELECT a.number FROM approval_party a JOIN approval_proposal q ON q.id = a.proposal
                    WHERE a.member = :member AND :state IS NOT 'waiting' AND (:state IS NULL OR q.state = :state)
                      AND a.number < coalesce(:cursor, 9223372036854775807) ORDER BY a.number DESC LIMIT :limit)
                UNION ALL
                SELECT number FROM (SELECT q.number FROM approval_proposal q
                    WHERE :member IS NULL AND q.state = :state
                      AND q.number < coalesce(:cursor, 9223372036854775807) ORDER BY q.number DESC LIMIT :limit)
                UNION ALL
                SELECT number FROM (SELECT q.number FROM approval_proposal q
                    WHERE :member IS NULL AND :state IS NULL
                      AND q.number < coalesce(:cursor, 9223372036854775807) ORDER BY q.number DESC LIMIT :limit))
             ORDER BY p.number DESC"
        ),
        parameters: &[
            Parameter::text("member", "Only proposals in the name of this member.").optional(),
            Parameter::text("state", "Only proposals in this state.").optional(),
        ],
        columns: LISTED,
        answer: Answer::Page,
    },
    Query {
        name: "approval.inbox",
        summary: "What waits for signatures of a member, or of the holder of one of its keys, the first to lapse first.",
        sql: concat!(
            "SELECT ",
            listed!(),
            ", printf('%020d-%020d', p.lapses_ms, p.number) AS cursor
             FROM approval_party a JOIN approval_proposal p ON p.id = a.proposal
             WHERE a.member = :member AND a.open = 1
               AND EXISTS (SELECT 1 FROM approval_need n WHERE n.proposal = p.id AND n.member = a.member AND n.met = 0
                   AND (:key IS NULL OR (
                       (n.roles = '' OR EXISTS (SELECT 1 FROM member_key_role x WHERE x.member = a.member AND x.key = :key
                                                AND instr(' ' || n.roles || ' ', ' ' || x.role || ' ') > 0))
                       AND NOT EXISTS (
                           SELECT 1 FROM approval_signature s JOIN member_key k ON k.member = s.member AND k.name = s.key
                           JOIN member_key o ON o.member = a.member AND o.name = :key
                           LEFT JOIN member_key_role y ON y.member = s.member AND y.key = s.key
                           WHERE s.proposal = p.id AND s.member = a.member
                             AND s.holder = coalesce(o.holder, o.member || '/' || o.name) AND ",
            signs_now!(),
            "
                             AND (n.roles = '' OR instr(' ' || n.roles || ' ', ' ' || y.role || ' ') > 0)))))
               AND printf('%020d-%020d', p.lapses_ms, p.number) > coalesce(:cursor, '')
             ORDER BY p.lapses_ms, p.number LIMIT :limit"
        ),
        parameters: &[
            OF_MEMBER,
            Parameter::text("key", "Only what this key of the member can still sign: the key's name.").optional(),
        ],
        columns: LISTED,
        answer: Answer::Page,
    },
];
