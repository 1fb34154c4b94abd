//! Signers' keys, remembered until the tables behind them change.

use crate::{Program, SignerKey};
use counterfoil_types::{Fault, Kid, PublicKey, Refusal, Transaction, TransactionCode};
use parking_lot::RwLock;
use rusqlite::Connection;
use std::collections::HashMap;

/// Keys that are remembered at most.
const KEYS_MAX: usize = 100_000;

/// A memory of keys at one state of their tables.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: HashMap<Kid, Option<SignerKey>>,
}

impl Keys {
    /// Forgets all: a row behind them changed, or may have.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
    }

    /// The key named `kid` in the state that `connection` sees.
    pub(crate) fn get(
        &mut self,
        program: &dyn Program,
        connection: &Connection,
        kid: &Kid,
    ) -> Result<Option<SignerKey>, Fault> {
        if let Some(known) = self.known.get(kid) {
            return Ok(*known);
        }
        let key = program.signer_key(connection, kid)?;
        if !program.key_tables().is_empty() {
            if self.known.len() >= KEYS_MAX {
                self.known.clear();
            }
            self.known.insert(kid.clone(), key);
        }
        Ok(key)
    }
}

/// The keys of a transaction's signers.
pub(crate) struct SignerKeys {
    /// In the order of the signers, revoked ones too; none where one is unknown or of another algorithm: nothing to check with.
    pub keys: Option<Vec<PublicKey>>,
    /// Why the first of them that may not sign may not.
    pub refusal: Option<Refusal>,
}

impl SignerKeys {
    /// The keys, where all of them may sign.
    pub(crate) fn valid(self) -> Result<Vec<PublicKey>, Refusal> {
        match self.refusal {
            Some(refusal) => Err(refusal),
            None => Ok(self.keys.unwrap_or_default()),
        }
    }
}

/// The keys that a transaction must have been signed with.
pub(crate) fn of_transaction(
    transaction: &Transaction,
    time_ms: u64,
    mut get: impl FnMut(&Kid) -> Result<Option<SignerKey>, Fault>,
) -> Result<SignerKeys, Fault> {
    let mut keys = Some(Vec::with_capacity(transaction.signatures.len()));
    let mut refusal = None;
    for (at, signature) in transaction.signatures.iter().enumerate() {
        let kid = &signature.kid;
        let known = get(kid)?;
        let usable = known.filter(|known| known.key.algorithm() == signature.algorithm);
        match (usable, &mut keys) {
            (Some(known), Some(keys)) => keys.push(known.key),
            _ => keys = None,
        }
        let wrong = match known {
            None => Some((TransactionCode::UnknownSigner, format!("no member has the key {kid}"))),
            Some(known) if !known.signs_at(time_ms) => Some((
                TransactionCode::KeyNotValid,
                format!(
                    "the key {kid} does not sign now: it is revoked or not valid at this time, or its member is not active"
                ),
            )),
            Some(_) if usable.is_none() => {
                Some((TransactionCode::Algorithm, format!("the key {kid} does not sign with this algorithm")))
            }
            Some(_) => None,
        };
        if let (None, Some((code, why))) = (&refusal, wrong) {
            refusal = Some(code.refusal(why).at(format!("/signers/{at}")));
        }
    }
    Ok(SignerKeys { keys, refusal })
}

/// The memory that admission shares between threads.
#[derive(Debug, Default)]
pub(crate) struct SharedKeys {
    inner: RwLock<(u64, HashMap<Kid, Option<SignerKey>>)>,
}

impl SharedKeys {
    /// Forgets all after a commit that changed a table of keys.
    pub(crate) fn invalidate(&self) {
        let mut inner = self.inner.write();
        inner.0 += 1;
        inner.1.clear();
    }

    /// The state of the memory: to be read before the database is.
    pub(crate) fn generation(&self) -> u64 {
        self.inner.read().0
    }

    /// A remembered key.
    pub(crate) fn get(&self, kid: &Kid) -> Option<Option<SignerKey>> {
        self.inner.read().1.get(kid).copied()
    }

    /// Remembers what was read, unless a commit came in between.
    pub(crate) fn insert(&self, generation: u64, kid: &Kid, key: Option<SignerKey>) {
        let mut inner = self.inner.write();
        if inner.0 == generation {
            if inner.1.len() >= KEYS_MAX {
                inner.1.clear();
            }
            inner.1.insert(kid.clone(), key);
        }
    }
}
