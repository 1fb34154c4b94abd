//! What goes wrong, in the words of PostgreSQL: SQLSTATEs of its appendix A.

use counterfoil_types::{Refusal, RefusalKind};

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A SQLSTATE.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum SqlState {
            $($(#[$doc])* $name,)*
        }

        impl SqlState {
            /// Its five characters.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

states! {
    /// A message is not as the protocol says.
    ProtocolViolation = "08P01",
    /// The transaction was sent; whether it took effect is not known yet. No code of PostgreSQL's: drivers take `08007` for a passing
    /// failure, and would write again.
    ResolutionUnknown = "CF001",
    /// The transaction waits for more signatures; to send it again would ask for it twice.
    WaitsForSignatures = "CF002",
    /// Not supported here.
    FeatureNotSupported = "0A000",
    /// A value fits no parameter, or the other way round.
    ParameterValue = "22023",
    /// A number is too large.
    OutOfRange = "22003",
    /// Text in another encoding than UTF-8.
    NotInRepertoire = "22021",
    /// A text stands for no value of the type.
    TextRepresentation = "22P02",
    /// Bytes stand for no value of the type.
    BinaryRepresentation = "22P03",
    /// The ledger's state does not allow it.
    IntegrityConstraint = "23000",
    /// A column that must have a value has none.
    NotNull = "23502",
    /// A reference to a row that is not there.
    ForeignKey = "23503",
    /// A value that must be unique is there already.
    Unique = "23505",
    /// A CHECK is not fulfilled.
    Check = "23514",
    /// What ends a session's state is asked for inside BEGIN and COMMIT.
    ActiveTransaction = "25001",
    /// A transaction that only reads cannot write.
    ReadOnlyTransaction = "25006",
    /// There is no transaction to end.
    NoActiveTransaction = "25P01",
    /// The transaction has failed and only waits for its end.
    FailedTransaction = "25P02",
    /// There is no prepared statement of the name.
    NoSuchStatement = "26000",
    /// Nobody may sign in so.
    Authorization = "28000",
    /// User and token do not belong together.
    Password = "28P01",
    /// There is no portal of the name.
    NoSuchPortal = "34000",
    /// Whoever asks may not do this.
    Forbidden = "42501",
    /// The text is no SQL.
    Syntax = "42601",
    /// A name could mean several columns.
    AmbiguousColumn = "42702",
    /// There is no such column.
    NoSuchColumn = "42703",
    /// There is no such type or setting.
    NoSuchObject = "42704",
    /// A value has not the type of its column.
    DatatypeMismatch = "42804",
    /// There is no such function or action.
    NoSuchFunction = "42883",
    /// There is no such table.
    NoSuchTable = "42P01",
    /// There is no such parameter.
    NoSuchParameter = "42P02",
    /// A prepared statement of the name is there already.
    DuplicateStatement = "42P05",
    /// Too many clients.
    TooManyConnections = "53300",
    /// More than a client may hold.
    ConfigurationLimit = "53400",
    /// More than the node takes on now.
    Resources = "53000",
    /// Larger than a limit.
    ProgramLimit = "54000",
    /// It waits for something else, such as more signatures.
    NotInState = "55000",
    /// Cancelled, or out of time.
    Cancelled = "57014",
    /// The endpoint ends.
    Shutdown = "57P01",
    /// The session was silent for too long.
    IdleSession = "57P05",
    /// The ledger refused an action.
    Raised = "P0001",
    /// The node itself failed.
    Internal = "XX000",
}

/// An answer that something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", state.code())]
pub struct WireError {
    /// The SQLSTATE.
    pub state: SqlState,
    /// One sentence.
    pub message: String,
    /// More, such as the ledger's own code.
    pub detail: Option<String>,
    /// What to do instead.
    pub hint: Option<String>,
    /// Where in the text, in characters from 1.
    pub position: Option<usize>,
    /// Whether the session ends with it.
    pub fatal: bool,
}

impl WireError {
    /// An error after which the session goes on.
    pub fn new(state: SqlState, message: impl Into<String>) -> Self {
        Self { state, message: message.into(), detail: None, hint: None, position: None, fatal: false }
    }

    /// An error that ends the session.
    pub fn fatal(state: SqlState, message: impl Into<String>) -> Self {
        Self { fatal: true, ..Self::new(state, message) }
    }

    /// Says what to do instead.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Points to a byte of the statement's text.
    #[must_use]
    pub fn at(self, sql: &str, byte: usize) -> Self {
        let before = sql.char_indices().take_while(|(at, _)| *at < byte).count();
        Self { position: Some(before + 1), ..self }
    }
}

/// What SQLite and the ledger say, and its SQLSTATE; the first that occurs counts.
const TEXTS: &[(&str, SqlState)] = &[
    // The checker's rules, see `core/sql`.
    ("(table/unknown)", SqlState::NoSuchTable),
    ("(table/foreign)", SqlState::Forbidden),
    ("(column/unknown)", SqlState::NoSuchColumn),
    ("(column/ambiguous)", SqlState::AmbiguousColumn),
    ("(function/unknown)", SqlState::NoSuchFunction),
    ("(syntax)", SqlState::Syntax),
    ("UNIQUE constraint failed", SqlState::Unique),
    ("PRIMARY KEY constraint failed", SqlState::Unique),
    ("NOT NULL constraint failed", SqlState::NotNull),
    ("FOREIGN KEY constraint failed", SqlState::ForeignKey),
    ("CHECK constraint failed", SqlState::Check),
    ("no such table", SqlState::NoSuchTable),
    ("no such view", SqlState::NoSuchTable),
    ("no such column", SqlState::NoSuchColumn),
    ("has no column named", SqlState::NoSuchColumn),
    ("ambiguous column name", SqlState::AmbiguousColumn),
    ("no such function", SqlState::NoSuchFunction),
    ("wrong number of arguments to function", SqlState::NoSuchFunction),
    ("integer overflow", SqlState::OutOfRange),
    ("datatype mismatch", SqlState::DatatypeMismatch),
    ("cannot store", SqlState::DatatypeMismatch),
    ("string or blob too big", SqlState::ProgramLimit),
    ("too many", SqlState::ProgramLimit),
    ("too large", SqlState::ProgramLimit),
    ("parser stack overflow", SqlState::ProgramLimit),
];

/// The SQLSTATE of what SQLite says, if it is one of these.
pub(crate) fn state_of(text: &str) -> Option<SqlState> {
    TEXTS.iter().find(|(known, _)| text.contains(known)).map(|(_, state)| *state)
}

impl From<Refusal> for WireError {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, kind, detail, field } = refusal;
        let known = state_of(&detail);
        let state = match (code.as_str(), kind) {
            ("sql/1", _) => SqlState::FeatureNotSupported,
            ("sql/20", _) => known.unwrap_or(SqlState::FeatureNotSupported),
            ("sql/4", _) => SqlState::Cancelled,
            ("sql/8", _) => SqlState::Internal,
            ("sql/9", _) => SqlState::ParameterValue,
            ("sql/2", _) => known.unwrap_or(SqlState::Syntax),
            (_, RefusalKind::Forbidden) => SqlState::Forbidden,
            (_, RefusalKind::Unauthenticated) => SqlState::Authorization,
            (_, RefusalKind::TooLarge) => known.unwrap_or(SqlState::ProgramLimit),
            (_, RefusalKind::Busy) => SqlState::Resources,
            (_, RefusalKind::Expired) => SqlState::NotInState,
            (_, RefusalKind::Invalid) => known.unwrap_or(SqlState::ParameterValue),
            (_, RefusalKind::Conflict) => known.unwrap_or(SqlState::IntegrityConstraint),
            (_, RefusalKind::NotFound) => known.unwrap_or(SqlState::Raised),
        };
        let detail_of = match field {
            Some(field) if !field.is_empty() => format!("{code} at {field}"),
            _ => code,
        };
        Self { detail: Some(detail_of), ..Self::new(state, detail) }
    }
}

/// A refusal of a SELECT, whose place in `ran` (the text that was run) is one in `asked` where the two are the same up to there.
pub(crate) fn refused(refusal: Refusal, ran: &str, asked: &str) -> WireError {
    let (message, byte) = match refusal.detail.rsplit_once(" (at byte ") {
        Some((message, place)) => (message.to_owned(), place.trim_end_matches(')').parse::<usize>().ok()),
        None => (refusal.detail.clone(), None),
    };
    let error = WireError { message, ..refusal.into() };
    let same = |byte: &usize| ran.get(..*byte).is_some_and(|head| asked.starts_with(head));
    match byte.filter(same) {
        Some(byte) => error.at(asked, byte),
        None => error,
    }
}
