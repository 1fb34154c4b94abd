use crate::{Answer, Column, ColumnKind, Parameter, ParameterKind, Query};
use schemars::JsonSchema;

/// A parameter of an action.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct ActionParameter {
    /// Its name.
    name: String,
    /// `INTEGER`, `TEXT` or `BLOB`.
    r#type: String,
    /// Whether it may be null or left out.
    nullable: bool,
}

/// A vote of an owner.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct OwnersVote {
    /// `deploy`, `unfreeze` or `retire`.
    motion: String,
    /// The version; 0 for the package as a whole.
    version: i64,
    /// The owner.
    member: String,
    /// 1: agrees; 0: does not.
    agrees: i64,
}

const PACKAGE: Column = Column::text("package", "The package.");
const VERSION: Column = Column::integer("version", "The version.");
const NAME: Parameter = Parameter::text("package", "The package.");
const NUMBER: Parameter = Parameter::text("version", "The version.").of(ParameterKind::Integer);
const PACKAGE_COLUMNS: &[Column] = &[
    PACKAGE,
    Column::integer("version", "The newest version that was deployed."),
    Column::text("state", "`active`, or `frozen`: no action can be called."),
    Column::text("description", "What it is, from its source."),
    Column::json::<Vec<String>>("owners", "Who decides on it."),
    Column::integer("approvals", "How many of them must agree."),
    Column::json::<Vec<OwnersVote>>("votes", "What is voted on now."),
];
const VERSION_COLUMNS: &[Column] = &[
    PACKAGE,
    VERSION,
    Column::text("state", "`proposed`, `active`, `retired` or `rejected`."),
    Column::text("description", "What it is, from its source."),
    Column::of("source_hash", "SHA-256 of its source.", ColumnKind::Hex),
    Column::text("proposer", "The key that proposed it."),
    Column::integer("proposed_height", "Height of the block that proposed it."),
    Column::integer("proposed_ms", "Time of that block, milliseconds since 1970-01-01 UTC."),
    Column::integer("decided_height", "Height of the block that deployed or rejected it."),
];
const ACTION_COLUMNS: &[Column] = &[
    Column::text("action", "The action, `package.action`."),
    VERSION,
    Column::of("public", "Whether everybody may call it; else actions of the package only.", ColumnKind::Boolean),
    Column::text("summary", "What it does, from its source."),
    Column::json::<Vec<ActionParameter>>("parameters", "What it is given."),
    Column::json::<Vec<String>>("calls", "What it calls."),
];

macro_rules! package {
    () => {
        "SELECT p.name, p.version, p.state, v.description,
            (SELECT json_group_array(o.member ORDER BY o.member) FROM package_owner o WHERE o.package = p.name), p.approvals,
            (SELECT json_group_array(json_object('motion', t.motion, 'version', t.version, 'member', t.member, 'agrees', t.agrees)
                                     ORDER BY t.motion, t.version, t.member) FROM package_vote t WHERE t.package = p.name)"
    };
}

macro_rules! of_package {
    () => {
        " FROM package p JOIN package_version v ON v.package = p.name AND v.version = p.version"
    };
}

/// The named reads of the module.
pub(super) const ALL: &[Query] = &[
    Query {
        name: "package.list",
        summary: "Deployed packages by name.",
        sql: concat!(
            package!(),
            ", p.name AS cursor",
            of_package!(),
            " WHERE p.name > coalesce(:cursor, '') ORDER BY p.name LIMIT :limit"
        ),
        parameters: &[],
        columns: PACKAGE_COLUMNS,
        answer: Answer::Page,
    },
    Query {
        name: "package.get",
        summary: "A deployed package: who owns it, what is voted on.",
        sql: concat!(package!(), of_package!(), " WHERE p.name = :package"),
        parameters: &[NAME],
        columns: PACKAGE_COLUMNS,
        answer: Answer::One,
    },
    Query {
        name: "package.versions",
        summary: "The versions of a package, the newest first, those proposed too.",
        sql: "SELECT package, version, state, description, source_hash, proposer, proposed_height, proposed_ms, decided_height,
                     version AS cursor
              FROM package_version WHERE package = :package AND version < coalesce(:cursor, 9223372036854775807)
              ORDER BY version DESC LIMIT :limit",
        parameters: &[NAME],
        columns: VERSION_COLUMNS,
        answer: Answer::Page,
    },
    Query {
        name: "package.source",
        summary: "The source of a version of a package.",
        sql: "SELECT package, version, state, source, source_hash FROM package_version
              WHERE package = :package AND version = :version",
        parameters: &[NAME, NUMBER],
        columns: &[
            PACKAGE,
            VERSION,
            Column::text("state", "`proposed`, `active`, `retired` or `rejected`."),
            Column::text("source", "The file of the package."),
            Column::of("source_hash", "Its SHA-256.", ColumnKind::Hex),
        ],
        answer: Answer::One,
    },
    Query {
        name: "package.actions",
        summary: "The actions of the newest version of a package.",
        sql: "SELECT a.package || '.' || a.name, a.version, a.public, a.summary, a.parameters, a.calls,
                     a.name AS cursor
              FROM package_action a JOIN package p ON p.name = a.package AND p.version = a.version
              WHERE a.package = :package AND a.name > coalesce(:cursor, '') ORDER BY a.name LIMIT :limit",
        parameters: &[NAME],
        columns: ACTION_COLUMNS,
        answer: Answer::Page,
    },
    Query {
        name: "package.proposals",
        summary: "Versions of packages that wait for votes of their owners.",
        sql: "SELECT package, version, state, description, source_hash, proposer, proposed_height, proposed_ms, decided_height,
                     package AS cursor
              FROM package_version WHERE state = 'proposed' AND package > coalesce(:cursor, '') ORDER BY package LIMIT :limit",
        parameters: &[],
        columns: VERSION_COLUMNS,
        answer: Answer::Page,
    },
];
