-- Members that have rules on who signs what, and which version of the rules is in force.
CREATE TABLE approval_policy (
    member  TEXT    NOT NULL PRIMARY KEY REFERENCES member (id),
    version INTEGER NOT NULL,
    rules   INTEGER NOT NULL                     -- how many the version has; 0: no policy
) STRICT, WITHOUT ROWID;

-- Every version that a policy has had, from 1.
CREATE TABLE approval_policy_version (
    member  TEXT    NOT NULL REFERENCES approval_policy (member),
    version INTEGER NOT NULL,
    signers TEXT    NOT NULL,                    -- all keys that signed, separated by spaces
    reason  TEXT,                                -- why the consortium lifted it
    height  INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    PRIMARY KEY (member, version)
) STRICT, WITHOUT ROWID;

-- The rules of each version.
CREATE TABLE approval_rule (
    member         TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    position       INTEGER NOT NULL,             -- from 0
    command        TEXT    NOT NULL,             -- module.command, module.* or *
    asset          TEXT,
    from_minor     INTEGER,                      -- in minor units of the asset
    signers        INTEGER NOT NULL CHECK (signers > 0),
    roles          TEXT    NOT NULL,             -- roles of keys that count, sorted, separated by spaces
    lapse_after_ms INTEGER NOT NULL,
    PRIMARY KEY (member, version, position),
    FOREIGN KEY (member, version) REFERENCES approval_policy_version (member, version),
    CHECK (from_minor IS NULL OR asset IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Transactions that wait, or waited, for more signatures.
CREATE TABLE approval_proposal (
    id              TEXT    NOT NULL PRIMARY KEY,   -- identity of the transaction that proposed it
    number          INTEGER NOT NULL,               -- increasing
    state           TEXT    NOT NULL CHECK (state IN ('waiting', 'executed', 'failed', 'refused', 'withdrawn', 'lapsed')),
    calls_hash      BLOB    NOT NULL CHECK (length(calls_hash) = 32),
    weight          INTEGER NOT NULL,               -- execution weight of the calls
    proposed_height INTEGER NOT NULL,
    proposed_ms     INTEGER NOT NULL,
    lapses_ms       INTEGER NOT NULL,               -- the last block time at which it can be signed
    closed_height   INTEGER,
    closed_ms       INTEGER,
    closed_by       TEXT,                           -- the keys that signed the end; none where it lapsed
    code            TEXT,                           -- why the calls were refused
    field           TEXT,                           -- JSON Pointer of what is at fault in the call's input
    reason          TEXT,                           -- why who refused it did so
    CHECK ((state = 'waiting') = (closed_height IS NULL)),
    CHECK ((state = 'failed') = (code IS NOT NULL)),
    CHECK ((state = 'refused') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX approval_proposal_by_number ON approval_proposal (number);
CREATE INDEX approval_proposal_by_state ON approval_proposal (state, number);
CREATE INDEX approval_proposal_by_lapse ON approval_proposal (lapses_ms, number) WHERE state = 'waiting';

-- What each proposal asks for: the calls as JSON, byte for byte as they were signed. approval_proposal.calls_hash is its SHA-256.
CREATE TABLE approval_content (
    proposal TEXT NOT NULL PRIMARY KEY REFERENCES approval_proposal (id),
    calls    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The members in whose name the calls are signed, in the order of the proposing transaction; the first is the sender.
CREATE TABLE approval_party (
    proposal TEXT    NOT NULL REFERENCES approval_proposal (id),
    member   TEXT    NOT NULL REFERENCES member (id),
    position INTEGER NOT NULL,
    number   INTEGER NOT NULL,                      -- the proposal's
    weight   INTEGER NOT NULL,                      -- the proposal's
    open     INTEGER NOT NULL CHECK (open IN (0, 1)),
    PRIMARY KEY (proposal, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_party_by_member ON approval_party (member, open, number, weight);

-- What a proposal needs of each member, as judged when it was last signed.
CREATE TABLE approval_need (
    proposal TEXT    NOT NULL,
    position INTEGER NOT NULL,
    member   TEXT    NOT NULL,
    signers  INTEGER NOT NULL,                      -- how many holders have to sign
    roles    TEXT    NOT NULL,                      -- roles of keys that count, separated by spaces; empty: any key
    signed   INTEGER NOT NULL,                      -- how many holders that count have signed
    met      INTEGER NOT NULL CHECK (met IN (0, 1)),
    PRIMARY KEY (proposal, position),
    FOREIGN KEY (proposal, member) REFERENCES approval_party (proposal, member)
) STRICT, WITHOUT ROWID;

-- Who has signed a proposal.
CREATE TABLE approval_signature (
    proposal TEXT    NOT NULL,
    member   TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    holder   TEXT    NOT NULL,                      -- who holds the key; member/key where nobody is named
    started  INTEGER NOT NULL CHECK (started IN (0, 1)),   -- 1: signed the transaction that proposed it
    number   INTEGER NOT NULL,                      -- increasing
    height   INTEGER NOT NULL,
    time_ms  INTEGER NOT NULL,
    PRIMARY KEY (proposal, member, key),
    FOREIGN KEY (proposal, member) REFERENCES approval_party (proposal, member),
    FOREIGN KEY (member, key) REFERENCES member_key (member, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_signature_by_number ON approval_signature (proposal, number);
