-- Organisations, people and packages. Validators are members with a node; people have keys alone, packages not even these.
CREATE TABLE member (
    id           TEXT    NOT NULL PRIMARY KEY CHECK (id <> 'consortium'),   -- a name, such as supplier-1; never used again
    name         TEXT    NOT NULL,               -- for people; a person's is what it wants to be called
    kind         TEXT    NOT NULL CHECK (kind IN ('organisation', 'person', 'package')),
    state        TEXT    NOT NULL CHECK (state IN ('active', 'suspended', 'removed')),
    sponsor      TEXT    REFERENCES member (id), -- the organisation that registered a person
    since_height INTEGER NOT NULL,
    state_height INTEGER NOT NULL,               -- since when it is in its state
    state_reason TEXT                            -- why it was suspended, reinstated or removed
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_sponsor ON member (sponsor, id);

-- What a member is to the others: tax-authority, bank, enterprise, governor, …
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
    replaced_by    TEXT,                         -- name of the key that took its place, if it was rotated
    PRIMARY KEY (member, name),
    FOREIGN KEY (member, replaced_by) REFERENCES member_key (member, name),
    CHECK ((state = 'revoked') = (revoked_height IS NOT NULL)),
    CHECK (replaced_by IS NULL OR state = 'revoked'),
    CHECK (valid_from_ms >= 0 AND valid_until_ms > coalesce(valid_from_ms, -1))
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

-- Proposals of governing organisations. The calls never change; their hash is what the votes sign.
CREATE TABLE member_proposal (
    id               TEXT    NOT NULL PRIMARY KEY,
    title            TEXT    NOT NULL,
    proposer         TEXT    NOT NULL REFERENCES member (id),
    calls            TEXT    NOT NULL,           -- canonical JSON (RFC 8785): [{"do":…,"with":…}]
    calls_hash       BLOB    NOT NULL CHECK (length(calls_hash) = 32),   -- SHA-256 of calls
    state            TEXT    NOT NULL CHECK (state IN ('open', 'passed', 'failed', 'rejected', 'withdrawn', 'lapsed')),
    expires_ms       INTEGER NOT NULL,           -- block time up to which it can be voted on
    proposed_height  INTEGER NOT NULL,
    proposed_ms      INTEGER NOT NULL,
    decided_height   INTEGER,                    -- since when it is no longer open
    decided_ms       INTEGER,
    governing        INTEGER,                    -- how it stood when it was decided by votes: organisations that governed,
    needed           INTEGER,                    -- votes for it that were needed,
    votes_for        INTEGER,                    -- and votes by organisations that governed
    votes_against    INTEGER,
    outputs          TEXT,                       -- passed: what the calls gave, a JSON array
    refusal_code     TEXT,                       -- failed: why the calls were refused
    refusal_field    TEXT,                       -- JSON Pointer of what is at fault in the call's input
    CHECK ((state = 'open') = (decided_height IS NULL) AND (decided_height IS NULL) = (decided_ms IS NULL)),
    CHECK ((state IN ('passed', 'failed', 'rejected')) = (governing IS NOT NULL)),
    CHECK ((state = 'passed') = (outputs IS NOT NULL)),
    CHECK ((state = 'failed') = (refusal_code IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX member_proposal_by_state ON member_proposal (state, expires_ms, id);

-- Votes, one a governing organisation and proposal. They are never taken back.
CREATE TABLE member_vote (
    proposal TEXT    NOT NULL REFERENCES member_proposal (id),
    member   TEXT    NOT NULL REFERENCES member (id),
    choice   TEXT    NOT NULL CHECK (choice IN ('for', 'against')),
    signer   TEXT    NOT NULL,                   -- the key that signed
    height   INTEGER NOT NULL,
    time_ms  INTEGER NOT NULL,
    PRIMARY KEY (proposal, member)
) STRICT, WITHOUT ROWID;

-- How many of the governing organisations have to vote for a proposal: more than numerator / denominator. One row.
CREATE TABLE member_threshold (
    id             INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    numerator      INTEGER NOT NULL,
    denominator    INTEGER NOT NULL,
    changed_height INTEGER NOT NULL,
    CHECK (2 * numerator >= denominator AND numerator < denominator)
) STRICT;

-- Who orders the ledger's blocks from an epoch on, one row a change; before the first row the validators of genesis. Order follows it, and
-- proofs carry it: rows are never changed.
CREATE TABLE member_committee (
    from_epoch     INTEGER NOT NULL PRIMARY KEY,
    validators     TEXT    NOT NULL,             -- a line `member ed25519:key` for each, sorted by key
    decided_height INTEGER NOT NULL
) STRICT;

-- The nodes that can be validators: those of genesis, since these are what every node's configuration has the addresses of.
CREATE TABLE member_node (
    public_key TEXT NOT NULL PRIMARY KEY,        -- ed25519:<hex>, with which it votes
    member     TEXT NOT NULL REFERENCES member (id)           -- whose it was then
) STRICT, WITHOUT ROWID;

-- The validators as decided last, those of genesis at first. It may be two epochs until they order.
CREATE TABLE member_validator (
    member     TEXT    NOT NULL PRIMARY KEY REFERENCES member (id),
    public_key TEXT    NOT NULL UNIQUE,          -- ed25519:<hex>, with which its node votes
    from_epoch INTEGER NOT NULL                  -- since when it orders with this key
) STRICT, WITHOUT ROWID;
