-- Currencies and whatever else is issued and held in amounts. An asset never changes.
CREATE TABLE asset (
    id                 TEXT    NOT NULL PRIMARY KEY,  -- issuer/name, such as bank-a/CNY: what the issuer owes
    issuer             TEXT    NOT NULL REFERENCES member (id),
    title              TEXT    NOT NULL,
    kind               TEXT    NOT NULL CHECK (kind IN ('currency', 'security', 'points', 'claim', 'other')),
    currency           TEXT,                          -- ISO 4217 code of a currency
    decimals           INTEGER NOT NULL CHECK (decimals BETWEEN 0 AND 9),
    day_offset_minutes INTEGER NOT NULL,              -- when its business day begins, minutes before 00:00 UTC
    restricted         INTEGER NOT NULL CHECK (restricted IN (0, 1)),  -- whether the issuer signs the opening of accounts
    height             INTEGER NOT NULL,
    time_ms            INTEGER NOT NULL,
    CHECK ((kind = 'currency') = (currency IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Accounts with their balances, and what moved on the newest business day with a movement. The account whose id is the asset's id is
-- the issuer's side of it: its balance is minus what was issued and not redeemed, so all accounts of an asset add up to zero.
-- No index has a column that changes with a balance.
CREATE TABLE asset_account (
    id                TEXT    NOT NULL PRIMARY KEY,   -- owner/name
    asset             TEXT    NOT NULL REFERENCES asset (id),
    owner             TEXT    NOT NULL REFERENCES member (id),
    state             TEXT    NOT NULL CHECK (state IN ('open', 'frozen', 'closed')),
    available_minor   INTEGER NOT NULL,
    held_minor        INTEGER NOT NULL CHECK (held_minor >= 0),   -- for open holds and offers; the balance is available + held
    limit_minor       INTEGER NOT NULL CHECK (limit_minor >= 0),  -- how far the issuer lets it be overdrawn
    newest            INTEGER,                        -- its newest row in asset_transfer
    day               INTEGER NOT NULL,               -- business day of that row, or of the opening: days since 1970-01-01
    day_opening_minor INTEGER NOT NULL,               -- the balance when that day began
    day_in_minor      INTEGER NOT NULL,
    day_in_count      INTEGER NOT NULL,
    day_out_minor     INTEGER NOT NULL,
    day_out_count     INTEGER NOT NULL,
    opened_ms         INTEGER NOT NULL,
    CHECK (id = asset OR available_minor >= -limit_minor),
    CHECK (state <> 'closed' OR (available_minor = 0 AND held_minor = 0))
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_account_by_asset ON asset_account (asset, id);

-- Every movement: two equal legs, from one account to another of the same asset. Each leg names the movement of its account before it,
-- so an account's movements are a list and need no index.
CREATE TABLE asset_transfer (
    number             INTEGER NOT NULL PRIMARY KEY,  -- height << 32 | place in the block << 16 | counter
    -- No IN: for a list of three or more SQLite makes a table for each row that it checks.
    kind               TEXT    NOT NULL CHECK (kind = 'issue' OR kind = 'redeem' OR kind = 'transfer' OR kind = 'capture' OR kind = 'offer'),
    asset              TEXT    NOT NULL,
    from_account       TEXT    NOT NULL,
    to_account         TEXT    NOT NULL,
    amount_minor       INTEGER NOT NULL CHECK (amount_minor > 0),
    from_balance_minor INTEGER NOT NULL,              -- the balance after it
    to_balance_minor   INTEGER NOT NULL,
    from_previous      INTEGER,                       -- number of the account's movement before it
    to_previous        INTEGER,
    day                INTEGER NOT NULL,              -- business day of the asset
    time_ms            INTEGER NOT NULL,
    claim              INTEGER,                       -- number of the hold or offer that it fulfils
    reference          TEXT,
    end_to_end_id      TEXT,
    CHECK (from_account <> to_account)
) STRICT;

-- Both legs of every movement, as each account sees them.
CREATE VIEW asset_entry AS
SELECT from_account AS account, number, kind, asset, to_account AS counterparty, -amount_minor AS amount_minor,
       from_balance_minor AS balance_minor, from_previous AS previous, day, time_ms, claim, reference, end_to_end_id
FROM asset_transfer
UNION ALL
SELECT to_account, number, kind, asset, from_account, amount_minor,
       to_balance_minor, to_previous, day, time_ms, claim, reference, end_to_end_id
FROM asset_transfer;

-- Business days of an account that are over, of those on which something moved. Written with the first movement of a later day.
CREATE TABLE asset_day (
    account       TEXT    NOT NULL REFERENCES asset_account (id),
    day           INTEGER NOT NULL,
    opening_minor INTEGER NOT NULL,
    in_minor      INTEGER NOT NULL,
    in_count      INTEGER NOT NULL,
    out_minor     INTEGER NOT NULL,
    out_count     INTEGER NOT NULL,
    closing_minor INTEGER NOT NULL,
    newest        INTEGER NOT NULL,                   -- the day's newest row in asset_transfer
    PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;

-- The days of an account, the newest one with them.
CREATE VIEW asset_statement AS
SELECT account, day, opening_minor, in_minor, in_count, out_minor, out_count, closing_minor, newest FROM asset_day
UNION ALL
SELECT id, day, day_opening_minor, day_in_minor, day_in_count, day_out_minor, day_out_count, available_minor + held_minor, newest
FROM asset_account WHERE newest IS NOT NULL;

-- What an issue was for. It can be named once for ever: nothing is issued twice for one thing.
CREATE TABLE asset_source (
    asset  TEXT    NOT NULL REFERENCES asset (id),
    source TEXT    NOT NULL,
    number INTEGER NOT NULL REFERENCES asset_transfer (number),
    PRIMARY KEY (asset, source)
) STRICT, WITHOUT ROWID;

-- Money set aside in an account, which a beneficiary can take until a time.
CREATE TABLE asset_hold (
    number         INTEGER NOT NULL PRIMARY KEY,
    account        TEXT    NOT NULL REFERENCES asset_account (id),
    beneficiary    TEXT    NOT NULL REFERENCES member (id),
    amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
    captured_minor INTEGER NOT NULL CHECK (captured_minor BETWEEN 0 AND amount_minor),
    state          TEXT    NOT NULL CHECK (state IN ('open', 'captured', 'voided', 'lapsed')),
    expires_ms     INTEGER NOT NULL,                  -- block time at which it lapses
    reference      TEXT,
    created_ms     INTEGER NOT NULL,
    ended_ms       INTEGER,
    CHECK ((state = 'open') = (ended_ms IS NULL))
) STRICT;
CREATE INDEX asset_hold_by_account ON asset_hold (account, number);
CREATE INDEX asset_hold_by_beneficiary ON asset_hold (beneficiary, number);
CREATE INDEX asset_hold_in_account ON asset_hold (account, number) WHERE state = 'open';
CREATE INDEX asset_hold_for_beneficiary ON asset_hold (beneficiary, number) WHERE state = 'open';
CREATE INDEX asset_hold_by_expiry ON asset_hold (expires_ms, number) WHERE state = 'open';

-- Money on its way to a member who has not yet said yes.
CREATE TABLE asset_offer (
    number        INTEGER NOT NULL PRIMARY KEY,
    from_account  TEXT    NOT NULL REFERENCES asset_account (id),
    receiver      TEXT    NOT NULL REFERENCES member (id),
    to_account    TEXT,                               -- if the sender named one, else from acceptance on
    amount_minor  INTEGER NOT NULL CHECK (amount_minor > 0),
    state         TEXT    NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn', 'lapsed')),
    expires_ms    INTEGER NOT NULL,                   -- block time at which it lapses
    reference     TEXT,
    end_to_end_id TEXT,
    reason        TEXT,                               -- of a refusal
    created_ms    INTEGER NOT NULL,
    ended_ms      INTEGER,
    CHECK ((state = 'open') = (ended_ms IS NULL)),
    CHECK (state <> 'accepted' OR to_account IS NOT NULL)
) STRICT;
CREATE INDEX asset_offer_by_sender ON asset_offer (from_account, number);
CREATE INDEX asset_offer_by_receiver ON asset_offer (receiver, number);
CREATE INDEX asset_offer_from_account ON asset_offer (from_account, number) WHERE state = 'open';
CREATE INDEX asset_offer_for_receiver ON asset_offer (receiver, number) WHERE state = 'open';
CREATE INDEX asset_offer_by_expiry ON asset_offer (expires_ms, number) WHERE state = 'open';

-- Who stopped an account, when, why, and who let it go again.
CREATE TABLE asset_freeze (
    number     INTEGER NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES asset_account (id),
    power      TEXT    NOT NULL CHECK (power IN ('issuer', 'court')),
    frozen_by  TEXT    NOT NULL REFERENCES member (id),
    reason     TEXT    NOT NULL,
    frozen_ms  INTEGER NOT NULL,
    lifted_by  TEXT,
    lifted_why TEXT,
    lifted_ms  INTEGER,
    CHECK ((lifted_ms IS NULL) = (lifted_by IS NULL))
) STRICT;
CREATE INDEX asset_freeze_by_account ON asset_freeze (account, number);
