-- Organisations and people. Validators are members with a node; all others have keys alone.
CREATE TABLE member (
    id           TEXT    NOT NULL PRIMARY KEY,   -- a name, such as supplier-1
    name         TEXT    NOT NULL,               -- for people
    kind         TEXT    NOT NULL CHECK (kind IN ('organisation', 'person')),
    state        TEXT    NOT NULL CHECK (state IN ('active', 'suspended', 'removed')),
    since_height INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a member is to the others: tax-authority, bank, enterprise, …
CREATE TABLE member_role (
    member TEXT NOT NULL REFERENCES member (id),
    role   TEXT NOT NULL,
    PRIMARY KEY (member, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_role_by_role ON member_role (role, member);

-- Keys that sign for a member. A revoked key stays: its name never means another key.
CREATE TABLE member_key (
    member         TEXT    NOT NULL REFERENCES member (id),
    name           TEXT    NOT NULL,
    public_key     TEXT    NOT NULL,             -- ed25519:<hex> or p256:<hex>
    state          TEXT    NOT NULL CHECK (state IN ('active', 'revoked')),
    holder         TEXT,                         -- who holds it: a person's id or name; keys of one holder count as one signer
    valid_from_ms  INTEGER,                      -- block time from which it signs; NULL: from the beginning
    valid_until_ms INTEGER,                      -- block time up to which it signs; NULL: for ever
    added_height   INTEGER NOT NULL,
    revoked_height INTEGER,
    PRIMARY KEY (member, name),
    CHECK ((state = 'revoked') = (revoked_height IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX member_key_by_public_key ON member_key (member, public_key);

-- What a key may do for its member: admin, …
CREATE TABLE member_key_role (
    member TEXT NOT NULL,
    key    TEXT NOT NULL,
    role   TEXT NOT NULL,
    PRIMARY KEY (member, key, role),
    FOREIGN KEY (member, key) REFERENCES member_key (member, name)
) STRICT, WITHOUT ROWID;

-- Who orders the ledger's blocks from an epoch on, one row a change; before the first row the validators of genesis. Order follows it, and
-- proofs carry it: rows are never changed.
CREATE TABLE member_committee (
    from_epoch     INTEGER NOT NULL PRIMARY KEY,
    validators     TEXT    NOT NULL,             -- a line `member ed25519:key` for each, sorted by key
    decided_height INTEGER NOT NULL
) STRICT;
