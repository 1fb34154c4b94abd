-- Keys by which members read what is sealed for them. A revoked key stays: what was sealed for it still opens with it.
CREATE TABLE document_reading_key (
    member         TEXT    NOT NULL REFERENCES member (id),
    name           TEXT    NOT NULL,
    public_key     TEXT    NOT NULL,             -- x25519:<hex>
    state          TEXT    NOT NULL CHECK (state IN ('active', 'revoked')),
    added_height   INTEGER NOT NULL,
    revoked_height INTEGER,
    PRIMARY KEY (member, name),
    CHECK ((state = 'revoked') = (revoked_height IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX document_reading_key_by_public_key ON document_reading_key (member, public_key);

-- Types of documents. A type never changes.
CREATE TABLE document_type (
    id      TEXT    NOT NULL PRIMARY KEY,        -- member/name: the member defined it
    title   TEXT    NOT NULL,
    height  INTEGER NOT NULL,
    time_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The fields that documents of a type have.
CREATE TABLE document_type_field (
    type     TEXT    NOT NULL REFERENCES document_type (id),
    name     TEXT    NOT NULL,
    sealed   INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    required INTEGER NOT NULL CHECK (required IN (0, 1)),
    PRIMARY KEY (type, name)
) STRICT, WITHOUT ROWID;

-- Members that must be able to read whatever is sealed in documents of a type.
CREATE TABLE document_type_reader (
    type   TEXT NOT NULL REFERENCES document_type (id),
    reader TEXT NOT NULL REFERENCES member (id),
    PRIMARY KEY (type, reader)
) STRICT, WITHOUT ROWID;

-- Evidence that something existed: its hash, when, and who signed for it.
CREATE TABLE document_anchor (
    number     INTEGER NOT NULL PRIMARY KEY,
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),   -- SHA-256 of what is meant
    type       TEXT    NOT NULL,
    media_type TEXT,
    title      TEXT,
    member     TEXT    NOT NULL REFERENCES member (id),      -- the sender
    signers    TEXT    NOT NULL,                 -- all keys that signed, separated by spaces; the sender's first
    height     INTEGER NOT NULL,
    time_ms    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_anchor_by_hash ON document_anchor (hash, member);
CREATE INDEX document_anchor_by_member ON document_anchor (member, number);

-- Versioned records.
CREATE TABLE document (
    id             TEXT    NOT NULL PRIMARY KEY, -- owner/name
    owner          TEXT    NOT NULL REFERENCES member (id),
    type           TEXT    NOT NULL REFERENCES document_type (id),
    version        INTEGER NOT NULL,             -- the newest
    created_height INTEGER NOT NULL,
    created_ms     INTEGER NOT NULL,
    changed_height INTEGER NOT NULL,
    changed_ms     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX document_by_owner ON document (owner, id);
CREATE INDEX document_by_type ON document (type, id);

-- What stays of each version.
CREATE TABLE document_version (
    document TEXT    NOT NULL REFERENCES document (id),
    version  INTEGER NOT NULL,
    signers  TEXT    NOT NULL,                   -- all keys that signed, separated by spaces
    sealed   INTEGER NOT NULL CHECK (sealed IN (0, 1)),      -- whether document_sealed has a part of it
    height   INTEGER NOT NULL,
    time_ms  INTEGER NOT NULL,
    PRIMARY KEY (document, version)
) STRICT, WITHOUT ROWID;

-- Fields in the clear: everybody sees and finds them.
CREATE TABLE document_value (
    document TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    PRIMARY KEY (document, version, name),
    FOREIGN KEY (document, version) REFERENCES document_version (document, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_value_by_value ON document_value (name, value, document, version);

-- Sealed contents, of documents (subject: the document's id) and of other modules (subject: module:id). Ciphertext is all there is.
-- Rows are long, so they lie in the order of sealing, with the key as an index beside them.
CREATE TABLE document_sealed (
    subject    TEXT    NOT NULL,
    version    INTEGER NOT NULL CHECK (version > 0),
    sealer     TEXT    NOT NULL REFERENCES member (id),
    ciphertext BLOB    NOT NULL,
    height     INTEGER NOT NULL,
    time_ms    INTEGER NOT NULL,
    PRIMARY KEY (subject, version)
) STRICT;

-- Salted hashes of sealed fields, by which one can be shown and proved without the others.
CREATE TABLE document_field (
    subject    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    position   INTEGER NOT NULL,                 -- from 0, in the order of sealing
    commitment BLOB    NOT NULL CHECK (length(commitment) = 32),
    PRIMARY KEY (subject, version, name),
    FOREIGN KEY (subject, version) REFERENCES document_sealed (subject, version)
) STRICT, WITHOUT ROWID;

-- Who can read, and the content's key wrapped for its reading key.
CREATE TABLE document_reader (
    subject   TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    reader    TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    enc       BLOB    NOT NULL,
    wrapped   BLOB    NOT NULL,
    mandatory INTEGER NOT NULL CHECK (mandatory IN (0, 1)),
    added_by  TEXT    NOT NULL,                  -- the member who let it read
    number    INTEGER NOT NULL,                  -- increasing, for lists of what a member can read
    height    INTEGER NOT NULL,
    PRIMARY KEY (subject, version, reader, key),
    FOREIGN KEY (subject, version) REFERENCES document_sealed (subject, version),
    FOREIGN KEY (reader, key) REFERENCES document_reading_key (member, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_reader_by_reader ON document_reader (reader, number);

-- Members that later versions must not be sealed for.
CREATE TABLE document_removed_reader (
    subject      TEXT    NOT NULL,
    reader       TEXT    NOT NULL,
    from_version INTEGER NOT NULL,
    height       INTEGER NOT NULL,
    PRIMARY KEY (subject, reader)
) STRICT, WITHOUT ROWID;

-- Every opening through a node.
CREATE TABLE document_opening (
    number  INTEGER NOT NULL PRIMARY KEY,
    subject TEXT    NOT NULL,
    version INTEGER NOT NULL,
    reader  TEXT    NOT NULL,
    signer  TEXT    NOT NULL,                    -- the key of the reader that signed
    reason  TEXT,
    height  INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    FOREIGN KEY (subject, version) REFERENCES document_sealed (subject, version)
) STRICT;
CREATE INDEX document_opening_by_subject ON document_opening (subject, number);
CREATE INDEX document_opening_by_reader ON document_opening (reader, number);
