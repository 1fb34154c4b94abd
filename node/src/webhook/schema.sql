-- Whom this node sends events to, and how far each is. Secrets are here in the clear: both ends have to have them.
CREATE TABLE webhook (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    member        TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    events        TEXT    NOT NULL,  -- JSON array
    retry_after_s TEXT    NOT NULL,  -- JSON array
    secret        TEXT    NOT NULL,
    created_ms    INTEGER NOT NULL,
    active        INTEGER NOT NULL,
    done          TEXT    NOT NULL,  -- place of the last event that was taken or given up
    failed_tries  INTEGER NOT NULL,
    retry_ms      INTEGER,
    last_failure  TEXT
) STRICT;

-- Events that were given up.
CREATE TABLE webhook_dead_letter (
    webhook   INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event     TEXT    NOT NULL,  -- its place
    name      TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    tries     INTEGER NOT NULL,
    failure   TEXT    NOT NULL,
    died_ms   INTEGER NOT NULL,
    PRIMARY KEY (webhook, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_ledger (id TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
