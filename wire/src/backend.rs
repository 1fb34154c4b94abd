use counterfoil_state::Reader;
use counterfoil_types::{Call, Kid, Refusal};
use serde_json::Value as Json;
use std::{future::Future, path::PathBuf, pin::Pin};
use tokio::sync::OwnedSemaphorePermit;

/// What comes later.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place among the SELECTs that run at once, until it is dropped.
pub type Place = OwnedSemaphorePermit;

/// Who has signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The hosted key that signs.
    pub key: Kid,
    /// What showed that the client may use it; asked again before each statement, so that what is revoked ends at once.
    pub secret: Option<String>,
}

/// Why nobody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSignedIn {
    /// This key needs its token.
    SecretNeeded,
    /// User and token do not belong together.
    Refused,
}

/// A member's vault.
#[derive(Debug, Clone)]
pub struct Vault {
    /// Its file.
    pub path: PathBuf,
    /// The tables in it that may be read.
    pub tables: &'static [&'static str],
}

/// An action of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// `package.action`.
    pub name: String,
    /// Its parameters in order.
    pub parameters: Vec<String>,
}

/// What became of a transaction that is final and executed.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The height of its block.
    pub height: u64,
    /// The output of each call.
    pub outputs: Vec<Json>,
}

/// Why a transaction has not taken effect, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotApplied {
    /// It is refused, and nothing of it is done.
    Refused(Refusal),
    /// It waits for more signatures, as this says.
    Waits(String),
    /// It was sent and is not final yet: nobody knows.
    Unknown(String),
}

/// What the endpoint needs of a node.
pub trait Backend: Send + Sync + 'static {
    /// Whether this user, a key such as `core-corp/dev`, may sign in with this token.
    ///
    /// # Errors
    /// If not, or if it takes a token and none is given.
    fn sign_in(&self, user: &str, secret: Option<&str>) -> Result<SignedIn, NotSignedIn>;

    /// Whether who has signed in still may.
    fn is_valid(&self, who: &SignedIn) -> bool {
        self.sign_in(who.key.as_str(), who.secret.as_deref()).is_ok()
    }

    /// What is committed.
    fn reader(&self) -> Reader;

    /// The vault that this key may read, if there is one.
    fn vault<'a>(&'a self, who: &'a SignedIn) -> Pending<'a, Result<Option<Vault>, Refusal>>;

    /// Has the hosted key sign these calls as one transaction, and waits until that is final and executed.
    fn submit<'a>(&'a self, who: &'a SignedIn, calls: Vec<Call>) -> Pending<'a, Result<Applied, NotApplied>>;

    /// A place among the SELECTs that run at once on this node, whoever asks; refused if there is none for too long.
    fn place(&self) -> Pending<'_, Result<Place, Refusal>>;

    /// The public actions of all packages.
    fn actions(&self) -> Pending<'_, Result<Vec<Action>, Refusal>>;
}
