-- What one member has opened, in the clear. No part of the ledger's state: it can be deleted, and is filled again from the ledger.

-- Of which ledger it is, up to which height, and the last number of document_opening that was looked at.
CREATE TABLE vault_progress (
    ledger TEXT    NOT NULL PRIMARY KEY,
    height INTEGER NOT NULL,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The reading keys that were at hand. A further one means that all openings are looked at again.
CREATE TABLE vault_key (
    kid TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- A version of a sealed subject (a document's id, or such as invoice:…) that was opened and is what its commitments say.
CREATE TABLE vault_document (
    subject TEXT    NOT NULL,
    version INTEGER NOT NULL,
    sealer  TEXT    NOT NULL,               -- the member who sealed and signed it
    kid     TEXT    NOT NULL,               -- the reading key that opened it
    height  INTEGER NOT NULL,               -- of the block that has it
    time_ms INTEGER NOT NULL,
    PRIMARY KEY (subject, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_document_by_height ON vault_document (height, subject);

-- Its fields: text, or bytes. SHA-256 over name, salt and value is the commitment in document_field.
CREATE TABLE vault_field (
    subject TEXT    NOT NULL,
    version INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    value   ANY     NOT NULL,
    salt    BLOB    NOT NULL,
    PRIMARY KEY (subject, version, name),
    FOREIGN KEY (subject, version) REFERENCES vault_document (subject, version)
) STRICT;
CREATE INDEX vault_field_by_name ON vault_field (name, subject, version);
