use crate::{Answer, Column, ColumnKind, Parameter, ParameterKind, Query};
use schemars::JsonSchema;

/// A field in the clear, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct DocumentField {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

/// A sealed field, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct DocumentCommitment {
    /// Its name.
    name: String,
    /// Salted hash of its value.
    commitment: String,
}

/// A reader's wrapped key, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct DocumentWrap {
    /// The member.
    reader: String,
    /// The name of its reading key.
    key: String,
    /// The encapsulated key.
    enc: String,
    /// The wrapped content key.
    wrapped: String,
}

/// A field of a type, in answers; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct DocumentTypeField {
    /// Its name.
    name: String,
    /// 1: only readers see its value.
    sealed: i64,
    /// 1: every version has it.
    required: i64,
}

/// Fields, commitments and readers of version `v.version` of document `v.document`.
macro_rules! parts {
    () => {
        "(SELECT json_group_array(json_object('name', x.name, 'value', x.value) ORDER BY x.name)
          FROM document_value x WHERE x.document = v.document AND x.version = v.version),
         v.sealed,
         (SELECT json_group_array(json_object('name', f.name, 'commitment', lower(hex(f.commitment))) ORDER BY f.position)
          FROM document_field f WHERE f.subject = v.document AND f.version = v.version),
         (SELECT json_group_array(reader ORDER BY reader) FROM (SELECT DISTINCT r.reader FROM document_reader r
          WHERE r.subject = v.document AND r.version = v.version ORDER BY r.reader))"
    };
}

/// What a caller may ask of a list of documents, and a page of it.
macro_rules! filtered {
    () => {
        " AND (:type IS NULL OR d.type = :type) AND (:owner IS NULL OR d.owner = :owner)
          AND (:from_ms IS NULL OR d.changed_ms >= :from_ms) AND (:to_ms IS NULL OR d.changed_ms < :to_ms)
          AND (:from_height IS NULL OR d.changed_height >= :from_height)
          AND (:to_height IS NULL OR d.changed_height < :to_height)
          AND d.id > coalesce(:cursor, '') ORDER BY d.id LIMIT :limit)"
    };
}

const DOCUMENT: Column = Column::text("document", "The document's id.");
const OWNER: Column = Column::text("owner", "The member whose document it is.");
const TYPE: Column = Column::text("type", "Its type.");
const VERSION: Column = Column::integer("version", "The version.");
const SIGNERS: Column = Column::text("signers", "All keys that signed, separated by spaces.");
const HEIGHT: Column = Column::integer("height", "Height of the block.");
const TIME: Column = Column::integer("time_ms", "Time of the block, milliseconds since 1970-01-01 UTC.");
const FIELDS: Column = Column::json::<Vec<DocumentField>>("fields", "Its fields in the clear.");
const IS_SEALED: Column = Column::of("sealed", "Whether a part of it is sealed.", ColumnKind::Boolean);
const SEALED_FIELDS: Column = Column::json::<Vec<DocumentCommitment>>("sealed_fields", "Its sealed fields.");
const READERS: Column = Column::json::<Vec<String>>("readers", "Who can read what is sealed.");
const SUBJECT: Column = Column::text("subject", "What is sealed: a document's id, or `module:id`.");
const READER: Column = Column::text("reader", "The member that can read.");
const ID: Parameter = Parameter::text("document", "The document's id.");
const OF: Parameter = Parameter::text("subject", "What is sealed: a document's id, or `module:id`.");
const EVIDENCE: &[Column] = &[
    Column::integer("number", "Number of the evidence: the key of its row in `document_anchor`."),
    Column::of("hash", "SHA-256 of what is meant.", ColumnKind::Hex),
    Column::text("type", "What it is."),
    Column::text("media_type", "Its media type."),
    Column::text("title", "Its title."),
    Column::text("member", "The member that anchored it."),
    SIGNERS,
    HEIGHT,
    TIME,
];
const TYPE_COLUMNS: &[Column] = &[
    Column::text("type", "Its id."),
    Column::text("title", "What it is."),
    Column::json::<Vec<DocumentTypeField>>("fields", "The fields of its documents."),
    Column::json::<Vec<String>>("mandatory_readers", "Who must be able to read what is sealed in its documents."),
    HEIGHT,
];

const fn whole(name: &'static str, summary: &'static str) -> Parameter {
    Parameter::text(name, summary).of(ParameterKind::Integer).optional()
}

/// The named reads of the module.
pub(super) const ALL: &[Query] = &[
    Query {
        name: "document.get",
        summary: "The newest version of a document.",
        sql: concat!(
            "SELECT d.id, d.owner, d.type, d.version, d.created_ms, v.signers, v.height, v.time_ms, ",
            parts!(),
            " FROM document d JOIN document_version v ON v.document = d.id AND v.version = d.version WHERE d.id = :document"
        ),
        parameters: &[ID],
        columns: DOCUMENT_COLUMNS,
        answer: Answer::One,
    },
    Query {
        name: "document.version",
        summary: "One version of a document.",
        sql: concat!(
            "SELECT d.id, d.owner, d.type, v.version, d.created_ms, v.signers, v.height, v.time_ms, ",
            parts!(),
            " FROM document d JOIN document_version v ON v.document = d.id WHERE d.id = :document AND v.version = :version"
        ),
        parameters: &[ID, Parameter::text("version", "The version.").of(ParameterKind::Integer)],
        columns: DOCUMENT_COLUMNS,
        answer: Answer::One,
    },
    Query {
        name: "document.versions",
        summary: "The versions of a document, the newest first.",
        sql: concat!(
            "SELECT v.version, v.signers, v.height, v.time_ms, ",
            parts!(),
            ", v.version AS cursor FROM document_version v
             WHERE v.document = :document AND v.version < coalesce(:cursor, 9223372036854775807)
             ORDER BY v.version DESC LIMIT :limit"
        ),
        parameters: &[ID],
        columns: &[VERSION, SIGNERS, HEIGHT, TIME, FIELDS, IS_SEALED, SEALED_FIELDS, READERS],
        answer: Answer::Page,
    },
    // Branches, of which all but one are empty, so that each follows an index from the cursor on.
    Query {
        name: "document.list",
        summary: "Documents by id; with `field` and `value` those whose newest version has it in the clear.",
        sql: concat!(
            "SELECT d.id, d.owner, d.type, d.version, d.created_ms, d.changed_ms, d.changed_height, d.id AS cursor FROM document d
             WHERE d.id IN (
                SELECT id FROM (SELECT d.id FROM document_value x JOIN document d ON d.id = x.document AND d.version = x.version
                                WHERE x.name = :field AND x.value = :value AND x.document > coalesce(:cursor, '')",
            filtered!(),
            " UNION ALL
                SELECT id FROM (SELECT d.id FROM document d WHERE coalesce(:field, :value) IS NULL AND d.owner = :owner",
            filtered!(),
            " UNION ALL
                SELECT id FROM (SELECT d.id FROM document d WHERE coalesce(:field, :value) IS NULL AND :owner IS NULL AND d.type = :type",
            filtered!(),
            " UNION ALL
                SELECT id FROM (SELECT d.id FROM document d WHERE coalesce(:field, :value) IS NULL AND :owner IS NULL AND :type IS NULL",
            filtered!(),
            ") ORDER BY d.id LIMIT :limit"
        ),
        parameters: &[
            Parameter::text("type", "Only documents of this type.").optional(),
            Parameter::text("owner", "Only documents of this member.").optional(),
            Parameter::text("field", "Only documents with this clear field; goes with `value`.").optional(),
            Parameter::text("value", "The whole value of `field`.").optional(),
            whole("from_ms", "Only documents changed at this time or later, milliseconds since 1970-01-01 UTC."),
            whole("to_ms", "Only documents changed before this time."),
            whole("from_height", "Only documents changed at this height or later."),
            whole("to_height", "Only documents changed before this height."),
        ],
        columns: &[
            DOCUMENT,
            OWNER,
            TYPE,
            VERSION,
            Column::integer("created_ms", "Time of the first version."),
            Column::integer("changed_ms", "Time of the newest version."),
            Column::integer("changed_height", "Height of the newest version."),
        ],
        answer: Answer::Page,
    },
    Query {
        name: "document.evidence",
        summary: "Who anchored a hash and when, the first of them first.",
        sql: "SELECT number, hash, type, media_type, title, member, signers, height, time_ms, number AS cursor
              FROM document_anchor WHERE hash = :hash AND number > coalesce(:cursor, 0) ORDER BY number LIMIT :limit",
        parameters: &[Parameter::text("hash", "SHA-256 of what is meant.").of(ParameterKind::Hash)],
        columns: EVIDENCE,
        answer: Answer::Page,
    },
    Query {
        name: "document.anchors",
        summary: "Anchored hashes, the newest first.",
        sql: "SELECT number, hash, type, media_type, title, member, signers, height, time_ms, number AS cursor FROM document_anchor
              WHERE number IN (
                SELECT number FROM (SELECT number FROM document_anchor WHERE member = :member
                    AND (:type IS NULL OR type = :type) AND (:from_ms IS NULL OR time_ms >= :from_ms)
                    AND (:to_ms IS NULL OR time_ms < :to_ms) AND number < coalesce(:cursor, 9223372036854775807)
                    ORDER BY number DESC LIMIT :limit)
                UNION ALL
                SELECT number FROM (SELECT number FROM document_anchor WHERE :member IS NULL
                    AND (:type IS NULL OR type = :type) AND (:from_ms IS NULL OR time_ms >= :from_ms)
                    AND (:to_ms IS NULL OR time_ms < :to_ms) AND number < coalesce(:cursor, 9223372036854775807)
                    ORDER BY number DESC LIMIT :limit))
              ORDER BY number DESC",
        parameters: &[
            Parameter::text("member", "Only those that this member anchored.").optional(),
            Parameter::text("type", "Only those of this type.").optional(),
            whole("from_ms", "Only those anchored at this time or later, milliseconds since 1970-01-01 UTC."),
            whole("to_ms", "Only those anchored before this time."),
        ],
        columns: EVIDENCE,
        answer: Answer::Page,
    },
    Query {
        name: "document.type",
        summary: "One type of documents.",
        sql: "SELECT t.id, t.title,
                (SELECT json_group_array(json_object('name', name, 'sealed', sealed, 'required', required) ORDER BY name)
                 FROM document_type_field WHERE type = t.id),
                (SELECT json_group_array(reader ORDER BY reader) FROM document_type_reader WHERE type = t.id), t.height
              FROM document_type t WHERE t.id = :type",
        parameters: &[Parameter::text("type", "The type's id.")],
        columns: TYPE_COLUMNS,
        answer: Answer::One,
    },
    Query {
        name: "document.types",
        summary: "Types of documents, by id.",
        sql: "SELECT t.id, t.title,
                (SELECT json_group_array(json_object('name', name, 'sealed', sealed, 'required', required) ORDER BY name)
                 FROM document_type_field WHERE type = t.id),
                (SELECT json_group_array(reader ORDER BY reader) FROM document_type_reader WHERE type = t.id), t.height,
                t.id AS cursor
              FROM document_type t WHERE t.id > coalesce(:cursor, '') ORDER BY t.id LIMIT :limit",
        parameters: &[],
        columns: TYPE_COLUMNS,
        answer: Answer::Page,
    },
    Query {
        name: "document.reading_keys",
        summary: "Keys by which members read, by member and name.",
        sql: "SELECT member, name, public_key, state, added_height, revoked_height, member || '/' || name AS cursor
              FROM document_reading_key
              WHERE (:member IS NULL OR member = :member) AND (:state IS NULL OR state = :state)
                AND member || '/' || name > coalesce(:cursor, '')
              ORDER BY member || '/' || name LIMIT :limit",
        parameters: &[
            Parameter::text("member", "Only keys of this member.").optional(),
            Parameter::text("state", "Only `active` or only `revoked` keys.").optional(),
        ],
        columns: &[
            Column::text("member", "The member."),
            Column::text("name", "The key's name within the member."),
            Column::text("public_key", "The public key."),
            Column::text("state", "`active` or `revoked`."),
            Column::integer("added_height", "Height at which it was published."),
            Column::integer("revoked_height", "Height at which it was revoked."),
        ],
        answer: Answer::Page,
    },
    Query {
        name: "document.sealed",
        summary: "A sealed content as its readers need it to open it.",
        sql: "SELECT s.subject, s.version, s.sealer, s.ciphertext, s.height, s.time_ms,
                (SELECT json_group_array(json_object('name', f.name, 'commitment', lower(hex(f.commitment))) ORDER BY f.position)
                 FROM document_field f WHERE f.subject = s.subject AND f.version = s.version),
                (SELECT json_group_array(json_object('reader', r.reader, 'key', r.key, 'enc', lower(hex(r.enc)),
                    'wrapped', lower(hex(r.wrapped))) ORDER BY r.number)
                 FROM document_reader r WHERE r.subject = s.subject AND r.version = s.version)
              FROM document_sealed s WHERE s.subject = :subject AND s.version = :version",
        parameters: &[OF, Parameter::text("version", "The version.").of(ParameterKind::Integer)],
        columns: &[
            SUBJECT,
            VERSION,
            Column::text("sealer", "The member who sealed it."),
            Column::of("ciphertext", "The encrypted content.", ColumnKind::Hex),
            HEIGHT,
            TIME,
            Column::json::<Vec<DocumentCommitment>>("fields", "Names and commitments of its fields, in their order."),
            Column::json::<Vec<DocumentWrap>>("readers", "The content's key, wrapped for each reader."),
        ],
        answer: Answer::One,
    },
    Query {
        name: "document.readable",
        summary: "What a member can read, the newest first.",
        sql: "SELECT r.subject, r.version, r.key, s.sealer, r.added_by, r.height, r.number AS cursor
              FROM document_reader r JOIN document_sealed s ON s.subject = r.subject AND s.version = r.version
              WHERE r.reader = :reader AND r.number < coalesce(:cursor, 9223372036854775807)
              ORDER BY r.number DESC LIMIT :limit",
        parameters: &[Parameter::text("reader", "The member.")],
        columns: &[
            SUBJECT,
            VERSION,
            Column::text("key", "The reading key that opens it."),
            Column::text("sealer", "The member who sealed it."),
            Column::text("added_by", "The member who lets it read."),
            Column::integer("height", "Height from which on it can read."),
        ],
        answer: Answer::Page,
    },
    Query {
        name: "document.readers",
        summary: "Who can read something sealed, and who was removed.",
        sql: "SELECT r.version, r.reader, r.key, r.mandatory, r.added_by, r.height,
                (SELECT x.from_version FROM document_removed_reader x WHERE x.subject = r.subject AND x.reader = r.reader),
                r.number AS cursor
              FROM document_reader r
              WHERE r.subject = :subject AND (:version IS NULL OR r.version = :version) AND r.number > coalesce(:cursor, 0)
              ORDER BY r.number LIMIT :limit",
        parameters: &[OF, whole("version", "Only readers of this version.")],
        columns: &[
            VERSION,
            READER,
            Column::text("key", "Its reading key."),
            Column::of("mandatory", "Whether a rule of the ledger lets it read.", ColumnKind::Boolean),
            Column::text("added_by", "The member who lets it read."),
            Column::integer("height", "Height from which on it can read."),
            Column::integer("removed_from", "The first version that it cannot read, if it was removed."),
        ],
        answer: Answer::Page,
    },
    Query {
        name: "document.openings",
        summary: "Who opened something sealed through a node, the newest first.",
        sql: "SELECT number, version, reader, signer, reason, height, time_ms, number AS cursor FROM document_opening
              WHERE subject = :subject AND (:reader IS NULL OR reader = :reader)
                AND number < coalesce(:cursor, 9223372036854775807)
              ORDER BY number DESC LIMIT :limit",
        parameters: &[OF, Parameter::text("reader", "Only openings by this member.").optional()],
        columns: &[
            Column::integer("number", "Number of the audit row."),
            VERSION,
            READER,
            Column::text("signer", "The key that signed."),
            Column::text("reason", "What for."),
            HEIGHT,
            TIME,
        ],
        answer: Answer::Page,
    },
];

const DOCUMENT_COLUMNS: &[Column] = &[
    DOCUMENT,
    OWNER,
    TYPE,
    VERSION,
    Column::integer("created_ms", "Time of the first version, milliseconds since 1970-01-01 UTC."),
    SIGNERS,
    HEIGHT,
    TIME,
    FIELDS,
    IS_SEALED,
    SEALED_FIELDS,
    READERS,
];
