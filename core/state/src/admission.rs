use crate::{
    Prepared, Program, SignerKey,
    execute::{bad_signature, check_time, id_used},
    keys::{self, SharedKeys},
    lookup::StateCode,
    reader::{Pooled, Reader, snapshot},
    store,
    verify::{self, Verified, VerifiedCache},
};
use bytes::Bytes;
use counterfoil_types::{
    Fault, Hash, Kid, PublicKey, Refusal, Transaction,
    machine::{Admission, Admitted},
};
use rayon::prelude::*;
use std::sync::Arc;

/// The check of transactions before they are ordered.
pub(crate) struct Door {
    pub reader: Reader,
    pub program: Arc<dyn Program>,
    pub ledger: Hash,
    pub cache: Arc<VerifiedCache>,
    pub keys: Arc<SharedKeys>,
}

/// A transaction that stood the checks without state.
struct Checked {
    transaction: Arc<Transaction>,
    prepared: Arc<Prepared>,
    /// The keys that verified it before, if it came this way already.
    known: Option<Arc<[PublicKey]>>,
}

impl Admission for Door {
    fn admit(&self, transactions: Vec<Bytes>, now_ms: u64) -> Vec<Result<Admitted, Refusal>> {
        let known = |wire: &Bytes| self.cache.get(&counterfoil_types::merkle::leaf(wire));
        let check = |wire: Bytes| match known(&wire) {
            Some(known) => self.check_known(known, now_ms),
            None => self.check_alone(Transaction::from_wire(wire)?, now_ms),
        };
        self.check_all(transactions.into_par_iter().with_min_len(8).map(check).collect(), now_ms)
    }

    fn admit_parsed(&self, transactions: Vec<Transaction>, now_ms: u64) -> Vec<Result<Admitted, Refusal>> {
        let check = |transaction: Transaction| match self.cache.get(&transaction.leaf()) {
            Some(known) => self.check_known(known, now_ms),
            None => self.check_alone(transaction, now_ms),
        };
        self.check_all(transactions.into_par_iter().with_min_len(8).map(check).collect(), now_ms)
    }
}

type Keyed = Result<(Checked, Arc<[PublicKey]>), Refusal>;

impl Door {
    /// A transaction that came this way already.
    fn check_known(&self, known: Verified, now_ms: u64) -> Result<Checked, Refusal> {
        let Verified { transaction, prepared, keys } = known;
        self.check_time(&transaction, now_ms)?;
        Ok(Checked { transaction, prepared, known: Some(keys) })
    }

    fn check_alone(&self, transaction: Transaction, now_ms: u64) -> Result<Checked, Refusal> {
        self.check_time(&transaction, now_ms)?;
        let prepared = self.program.prepare(&transaction.payload.calls)?;
        Ok(Checked { transaction: Arc::new(transaction), prepared: Arc::new(prepared), known: None })
    }

    /// The checks with state, and of signatures.
    fn check_all(&self, checked: Vec<Result<Checked, Refusal>>, now_ms: u64) -> Vec<Result<Admitted, Refusal>> {
        match self.check_with_state(checked, now_ms) {
            Ok(keyed) => self.check_signatures(keyed),
            Err((fault, count)) => vec![Err(StateCode::broken(fault)); count],
        }
    }

    fn check_time(&self, transaction: &Transaction, now_ms: u64) -> Result<(), Refusal> {
        check_time(&transaction.payload, now_ms, self.ledger).map_err(|(_, refusal)| refusal)
    }

    /// Duplicates and keys, as the newest block has them.
    fn check_with_state(
        &self,
        checked: Vec<Result<Checked, Refusal>>,
        now_ms: u64,
    ) -> Result<Vec<Keyed>, (Fault, usize)> {
        let count = checked.len();
        let generation = self.keys.generation();
        let mut pooled = self.reader.take().map_err(|fault| (fault, count))?;
        let keyed = snapshot(&mut pooled, |pooled| {
            checked
                .into_iter()
                .map(|checked| match checked {
                    Ok(checked) => self.check_one(pooled, generation, now_ms, checked),
                    Err(refusal) => Ok(Err(refusal)),
                })
                .collect::<Result<Vec<_>, Broken>>()
        });
        match keyed {
            Ok(keyed) => {
                self.reader.give_back(pooled);
                Ok(keyed)
            }
            Err(Broken::Sqlite(error)) => Err((self.reader.fault(error), count)),
            Err(Broken::Program(fault)) => Err((fault, count)),
        }
    }

    fn check_one(&self, pooled: &Pooled, generation: u64, now_ms: u64, checked: Checked) -> Result<Keyed, Broken> {
        let payload = &checked.transaction.payload;
        // An id counts until it expires; this transaction is not expired, so neither is its own first use.
        let known = store::known_id(&pooled.connection, payload.signers[0].as_str(), &payload.id, 0)?;
        if let Some(known) = known {
            return Ok(Err(id_used(&known, checked.transaction.identity()).1));
        }
        let get = |kid: &Kid| self.key(pooled, generation, kid);
        let keys = keys::of_transaction(&checked.transaction, now_ms, get).map_err(Broken::Program)?;
        Ok(keys.valid().map(|keys| (checked, keys.into())))
    }

    fn key(&self, pooled: &Pooled, generation: u64, kid: &Kid) -> Result<Option<SignerKey>, Fault> {
        if let Some(known) = self.keys.get(kid) {
            return Ok(known);
        }
        let key = self.program.signer_key(&pooled.connection, kid)?;
        if !self.program.key_tables().is_empty() {
            self.keys.insert(generation, kid, key);
        }
        Ok(key)
    }

    /// Signatures in batches on all cores, except of what stood this check with the same keys before.
    fn check_signatures(&self, keyed: Vec<Keyed>) -> Vec<Result<Admitted, Refusal>> {
        let is_new = |checked: &Checked, keys: &Arc<[PublicKey]>| checked.known.as_ref() != Some(keys);
        let new: Vec<_> = keyed
            .iter()
            .flatten()
            .filter(|(checked, keys)| is_new(checked, keys))
            .map(|(checked, keys)| (Arc::clone(&checked.transaction), Arc::clone(keys)))
            .collect();
        let mut verdicts = verify::check(&new).into_iter();
        let mut verified = Vec::with_capacity(new.len());
        let admitted = keyed
            .into_iter()
            .map(|keyed| {
                let (checked, keys) = keyed?;
                if is_new(&checked, &keys) {
                    if !verdicts.next().unwrap_or(false) {
                        return Err(bad_signature());
                    }
                    let (transaction, prepared) = (Arc::clone(&checked.transaction), Arc::clone(&checked.prepared));
                    verified.push(Verified { transaction, prepared, keys });
                }
                let Checked { transaction, prepared, .. } = checked;
                let (expires_ms, weight) = (transaction.payload.expires_ms, prepared.weight);
                Ok(Admitted { leaf: transaction.leaf(), wire: transaction.wire().clone(), weight, expires_ms })
            })
            .collect();
        self.cache.insert(verified);
        admitted
    }
}

/// What stops admission itself.
enum Broken {
    Sqlite(rusqlite::Error),
    Program(Fault),
}

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}
