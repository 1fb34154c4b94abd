//! Every limit that members must agree on, or that bounds what a node takes on. Those marked *consensus* change only with the
//! protocol version.

/// Protocol version, in every header. *Consensus.*
pub const PROTOCOL_VERSION: u64 = 1;

/// Bytes of one transaction in wire form. *Consensus.*
pub const TRANSACTION_BYTES_MAX: usize = 1024 * 1024;
/// Calls in one transaction. *Consensus.*
pub const CALLS_MAX: usize = 64;
/// How deep calls within calls go: what a vote or an approval executes is one deep. *Consensus.*
pub const CALL_DEPTH_MAX: u32 = 4;
/// Signatures of one transaction. *Consensus.*
pub const SIGNERS_MAX: usize = 16;
/// Bytes of a transaction's `id`. *Consensus.*
pub const ID_BYTES_MAX: usize = 128;
/// How far a transaction's `expires` may lie after the block's time, in milliseconds: 24 hours. *Consensus.*
pub const EXPIRES_AHEAD_MS_MAX: u64 = 24 * 60 * 60 * 1000;
/// Bytes of a protected header of a signature. *Consensus.*
pub const PROTECTED_BYTES_MAX: usize = 512;
/// SQLite virtual-machine steps that one transaction may use. *Consensus.*
pub const TRANSACTION_STEPS_MAX: u64 = 20_000_000;
/// Bytes of captured rows that one transaction may write. *Consensus.*
pub const TRANSACTION_ROW_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of all transactions of one block. *Consensus.*
pub const BLOCK_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Transactions in one block. *Consensus.*
pub const BLOCK_TRANSACTIONS_MAX: usize = 16_384;
/// Execution weight of one block as proposed; commands declare theirs, 1 is about one simple row. A proposer's own bound.
pub const BLOCK_WEIGHT_MAX: u64 = 60_000;
/// Blocks that order may be ahead of the certified execution before a block must be empty. *Consensus.*
pub const MAX_LAG: u64 = 16;
/// A block this much ahead of the local clock waits before it gets a vote, in milliseconds.
pub const CLOCK_AHEAD_MS_MAX: u64 = 500;
/// Validators of one ledger. *Consensus.*
pub const VALIDATORS_MAX: usize = 64;

/// Bytes of transactions that a node keeps waiting for a block.
pub const MEMPOOL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Transactions that a node keeps waiting for a block.
pub const MEMPOOL_TRANSACTIONS_MAX: usize = 65_536;
/// What `Retry-After` says when the mempool is full, in milliseconds.
pub const RETRY_AFTER_MS: u64 = 1_000;

/// Bytes of an HTTP request's body.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Transactions in one NDJSON request.
pub const REQUEST_TRANSACTIONS_MAX: usize = 10_000;
/// How long a request waits for its receipt before it is told where to look, in milliseconds.
pub const RECEIPT_WAIT_MS: u64 = 30_000;

/// Tables of a ledger, those of the modules and those that commands create.
pub const TABLES_MAX: usize = 4_000;
/// Bytes of all rows that the SELECTs of users give within one transaction; what they tell in results and events is made of these.
pub const USER_ROW_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of what a refusal says; the rest is cut off.
pub const REFUSAL_BYTES_MAX: usize = 4_096;

/// Rows that one SELECT through the public interface returns.
pub const SQL_ROWS_MAX: usize = 10_000;
/// Bytes that one SELECT through the public interface returns.
pub const SQL_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long one SELECT through the public interface runs, in milliseconds.
pub const SQL_TIME_MS_MAX: u64 = 5_000;
/// Bytes of the text of one SELECT.
pub const SQL_TEXT_BYTES_MAX: usize = 64 * 1024;

/// Rows that may have changed since the height as of which a SELECT is asked, in the tables that it names.
pub const AS_OF_ROWS_MAX: usize = 200_000;
/// Bytes of those rows as they were.
pub const AS_OF_ROW_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of the change lists of all blocks since that height.
pub const AS_OF_LIST_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Blocks of one page of a row's history.
pub const HISTORY_BLOCKS_MAX: usize = 100;
/// Bytes of the change lists that are read for one page of a row's history: a page ends where they are reached.
pub const HISTORY_LIST_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Clients of the PostgreSQL endpoint at a time.
pub const WIRE_CONNECTIONS_MAX: usize = 200;
/// Connections that have not signed in yet, or only ask for another's statement to end; the next waits until one of them has, or its
/// time is over.
pub const WIRE_WAITING_MAX: usize = 64;
/// Bytes of a message before sign-in.
pub const WIRE_STARTUP_BYTES_MAX: usize = 10_000;
/// Bytes of a message after sign-in; what is longer is read over and refused.
pub const WIRE_MESSAGE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How long a client may take to sign in, encryption included, in milliseconds.
pub const WIRE_SIGN_IN_MS: u64 = 5_000;
/// How long a client may be silent, or not take what it asked for, in milliseconds.
pub const WIRE_IDLE_MS: u64 = 60 * 60 * 1000;
/// How long a portal may be left half read, in milliseconds: the database cannot be tidied up past what it still reads.
pub const WIRE_PORTAL_IDLE_MS: u64 = 60_000;
/// How long the rows of one SELECT may take to be taken, in milliseconds, whether in parts or at once.
pub const WIRE_READING_MS_MAX: u64 = 10 * 60 * 1000;
/// How long a session may go on with what it does when the endpoint ends, in milliseconds: a COMMIT in flight is answered.
pub const WIRE_ENDING_MS_MAX: u64 = 10_000;
/// Half-read portals of all clients at a time: each has a thread and a snapshot of the database.
pub const WIRE_PORTALS_OPEN_MAX: usize = 32;
/// Prepared statements of one client, and portals of one client.
pub const WIRE_STATEMENTS_MAX: usize = 1_000;
/// Bytes of the texts of one client's prepared statements, and of the values of its portals.
pub const WIRE_STATEMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Parameters of one statement.
pub const WIRE_PARAMETERS_MAX: usize = 1_000;
/// Bytes of a statement whose types are worked out, or that is translated for the catalogue.
pub const WIRE_PARSED_BYTES_MAX: usize = 32 * 1024;
/// How deep expressions lie within each other in such a statement.
pub const WIRE_PARSED_DEPTH_MAX: usize = 200;
