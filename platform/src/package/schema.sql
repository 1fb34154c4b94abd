-- Packages: contracts in SQL. Each is a member of kind package too, which acts without keys through its actions alone.
CREATE TABLE package (
    name        TEXT    NOT NULL PRIMARY KEY REFERENCES member (id),
    version     INTEGER NOT NULL,               -- the newest that was deployed
    state       TEXT    NOT NULL CHECK (state IN ('active', 'frozen')),
    approvals   INTEGER NOT NULL CHECK (approvals > 0),   -- how many owners decide
    height      INTEGER NOT NULL                -- of the newest deployment
) STRICT, WITHOUT ROWID;

-- Who decides on a package: the owners that its newest version names.
CREATE TABLE package_owner (
    package TEXT NOT NULL REFERENCES package (name),
    member  TEXT NOT NULL REFERENCES member (id),
    PRIMARY KEY (package, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_owner_by_member ON package_owner (member, package);

-- Versions with their source, from proposal on.
CREATE TABLE package_version (
    package         TEXT    NOT NULL,
    version         INTEGER NOT NULL CHECK (version > 0),
    state           TEXT    NOT NULL CHECK (state IN ('proposed', 'active', 'retired', 'rejected')),
    source          TEXT    NOT NULL,
    source_hash     BLOB    NOT NULL CHECK (length(source_hash) = 32),   -- SHA-256 of the source
    description     TEXT    NOT NULL,
    owners          TEXT    NOT NULL,           -- JSON: who decides on the first version
    approvals       INTEGER NOT NULL,           -- how many of them
    proposer        TEXT    NOT NULL,           -- the key that signed
    sponsor         TEXT    NOT NULL,           -- the organisation that answers for its member: itself, or who registered it
    proposed_height INTEGER NOT NULL,
    proposed_ms     INTEGER NOT NULL,
    decided_height  INTEGER,                    -- when it was deployed or rejected
    PRIMARY KEY (package, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_version_proposed ON package_version (package) WHERE state = 'proposed';
CREATE INDEX package_version_begun ON package_version (sponsor, package) WHERE version = 1 AND state <> 'rejected';

-- What owners are asked to decide now, and who has agreed, or to deploy not. Gone when it is decided; the transactions stay.
CREATE TABLE package_vote (
    package TEXT    NOT NULL,
    motion  TEXT    NOT NULL,                   -- deploy, unfreeze or retire
    version INTEGER NOT NULL,                   -- 0 where the motion is of the package as a whole
    member  TEXT    NOT NULL REFERENCES member (id),
    agrees  INTEGER NOT NULL CHECK (agrees IN (0, 1)),
    key     TEXT    NOT NULL,                   -- the key that signed
    height  INTEGER NOT NULL,
    PRIMARY KEY (package, motion, version, member)
) STRICT, WITHOUT ROWID;

-- Actions of deployed versions, as they are executed.
CREATE TABLE package_action (
    package    TEXT    NOT NULL REFERENCES package (name),
    version    INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    public     INTEGER NOT NULL CHECK (public IN (0, 1)),
    summary    TEXT    NOT NULL,                -- the comment before it
    parameters TEXT    NOT NULL,                -- JSON
    steps      TEXT    NOT NULL,                -- JSON
    calls      TEXT    NOT NULL,                -- JSON: what it calls
    PRIMARY KEY (package, version, name),
    FOREIGN KEY (package, version) REFERENCES package_version (package, version)
) STRICT, WITHOUT ROWID;

-- What must always hold of a package's tables: SELECTs that give no row.
CREATE TABLE package_invariant (
    package TEXT    NOT NULL REFERENCES package (name),
    version INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    sql     TEXT    NOT NULL,
    PRIMARY KEY (package, version, name)
) STRICT, WITHOUT ROWID;
