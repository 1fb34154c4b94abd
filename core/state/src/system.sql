-- The ledger's own tables: kept beside the modules' tables, never written by a command, never seen by public SQL.

-- What the database is: ledger, genesis, format, schema.
CREATE TABLE ledger_meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The tables of the ledger: what their declarations do not say.
CREATE TABLE ledger_table (
  place   INTEGER PRIMARY KEY,       -- in the order of creation; the triggers of a table name it by this
  name    TEXT NOT NULL UNIQUE,
  module  TEXT NOT NULL,
  mutable INTEGER NOT NULL,          -- 1: rows may change or go
  since   INTEGER NOT NULL           -- the block that created it
) STRICT;

-- One row a block, and the record of its execution.
CREATE TABLE ledger_block (
  height          INTEGER PRIMARY KEY,
  digest          BLOB NOT NULL,    -- SHA-256 of the header
  header          BLOB NOT NULL,
  time_ms         INTEGER NOT NULL,
  proposer        INTEGER NOT NULL,
  transactions    INTEGER NOT NULL, -- in this block
  total           INTEGER NOT NULL, -- in all blocks up to this one
  changed_rows    INTEGER NOT NULL,
  executed_height INTEGER NOT NULL, -- as the header says; never falls
  state_root      BLOB NOT NULL,
  changes_root    BLOB NOT NULL,
  receipts_root   BLOB NOT NULL,
  result          BLOB NOT NULL
) STRICT;

-- The change list of each block that wrote rows.
CREATE TABLE ledger_changes (
  height INTEGER PRIMARY KEY,
  list   BLOB NOT NULL
) STRICT;

-- The finalization of a block's header, of the blocks that have one of their own.
CREATE TABLE ledger_certificate (
  height      INTEGER PRIMARY KEY,
  certificate BLOB NOT NULL
) STRICT;

-- Every ordered entry with its receipt; position = height * 65536 + place in the block.
CREATE TABLE ledger_transaction (
  position INTEGER PRIMARY KEY,
  identity BLOB NOT NULL, -- as in the receipt
  sender   TEXT NOT NULL, -- first signer; empty for what is no transaction, or not signed rightly
  id       TEXT NOT NULL,
  code     TEXT,          -- of the refusal; NULL where it took effect
  wire     BLOB NOT NULL,
  receipt  BLOB NOT NULL
) STRICT;

-- Senders' ids, kept until the transaction would be refused as expired.
CREATE TABLE ledger_id (
  sender   TEXT NOT NULL,
  id       TEXT NOT NULL,
  identity BLOB NOT NULL,
  position INTEGER NOT NULL,
  expires  INTEGER NOT NULL,
  PRIMARY KEY (sender, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_id_expires ON ledger_id (expires);

-- Entries that no honest proposer puts into a block.
CREATE TABLE ledger_evidence (
  height   INTEGER NOT NULL,
  place    INTEGER NOT NULL,
  epoch    INTEGER NOT NULL,
  proposer INTEGER NOT NULL,
  entry    BLOB NOT NULL, -- leaf hash
  code     TEXT NOT NULL,
  detail   TEXT NOT NULL,
  PRIMARY KEY (height, place)
) STRICT, WITHOUT ROWID;

-- What happened at the beginning of a block, where something did: a receipt in a place after all transactions.
CREATE TABLE ledger_begun (
  height  INTEGER PRIMARY KEY,
  receipt BLOB NOT NULL
) STRICT;

-- Where to find a transaction by identity and a row's writes by key. A run covers the blocks after the run before it, up to `last`.
CREATE TABLE ledger_run (
  last INTEGER PRIMARY KEY
) STRICT;

-- A run's sorted pairs (first 8 bytes of the hash, place) in chunks: inserted in order, unlike an index over hashes.
CREATE TABLE ledger_directory (
  chunk INTEGER PRIMARY KEY,
  kind  INTEGER NOT NULL, -- 0: identity to position, 1: row key to height
  last  INTEGER NOT NULL,
  first INTEGER NOT NULL, -- least prefix of the chunk, less 2^63
  pairs BLOB NOT NULL     -- 16 bytes each, big-endian
) STRICT;
CREATE INDEX ledger_directory_first ON ledger_directory (kind, last, first);

CREATE VIEW block (height, digest, time_ms, proposer, transactions, changed_rows, state_root, changes_root, receipts_root) AS
  SELECT height, lower(hex(digest)), time_ms, proposer, transactions, changed_rows,
         lower(hex(state_root)), lower(hex(changes_root)), lower(hex(receipts_root))
  FROM ledger_block;

CREATE VIEW receipt (height, place, identity, sender, id, code) AS
  SELECT position >> 16, position & 65535, lower(hex(identity)), sender, id, code
  FROM ledger_transaction;

CREATE VIEW evidence (height, place, epoch, proposer, entry, code, detail) AS
  SELECT height, place, epoch, proposer, lower(hex(entry)), code, detail
  FROM ledger_evidence;
