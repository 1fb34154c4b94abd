use crate::{
    answer,
    gate::{Verdict, now_ms},
    hub::{Placed, Waiting},
    member::Member,
    problem::{Answer, Problem},
};
use axum::http::{StatusCode, header};
use counterfoil_types::{
    Call, Hash, Kid, Outcome, PayloadDraft, Receipt, Refusal, SigningKey, Transaction, TransactionCode, limits,
};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long a hosted key's signature holds where the caller may not repeat the request: soon after a timeout it is certain that
/// nothing happens any more.
const EXPIRES_MS: u64 = 60_000;
/// The same with an `Idempotency-Key`: for so long the key is remembered.
const EXPIRES_IDEMPOTENT_MS: u64 = limits::EXPIRES_AHEAD_MS_MAX - 60 * 60 * 1000;
/// How often state is asked for a transaction that another request put into the mempool.
const POLL: Duration = Duration::from_millis(50);

/// Transactions that were submitted: what the gate said, and where their receipts arrive.
pub struct Submitted {
    /// One for each, in order.
    pub verdicts: Vec<Verdict>,
    /// Receipts, in order.
    pub waiting: Waiting,
}

fn is(refusal: &Refusal, code: TransactionCode) -> bool {
    refusal.code.strip_prefix("transaction/").is_some_and(|number| number.parse() == Ok(code as u32))
}

fn refusal(receipt: &Placed) -> Option<&Refusal> {
    match &receipt.outcome {
        Outcome::Refused(refusal) => Some(refusal),
        Outcome::Applied { .. } => None,
    }
}

/// 30 seconds from now.
pub fn deadline() -> Instant {
    Instant::now() + Duration::from_millis(limits::RECEIPT_WAIT_MS)
}

/// A receipt did not come in time: says where to look.
pub fn not_yet(identity: &Hash) -> Problem {
    Problem::new(
        StatusCode::GATEWAY_TIMEOUT,
        "http/not-final-yet",
        "the transaction was accepted but is not final yet; look where Location says before doing it again",
    )
    .with("transaction", identity.to_string())
    .with("location", answer::location(identity))
    .header(header::LOCATION, answer::location(identity))
}

impl Member {
    /// Puts transactions into the mempool. One that is on the ledger already gets its first receipt.
    pub async fn submit(&self, transactions: Vec<Transaction>) -> Submitted {
        let waiting = self.hub.wait_for(transactions.iter().map(Transaction::identity).collect());
        let mut verdicts = self.gate.submit(transactions).await;
        for (at, verdict) in verdicts.iter_mut().enumerate() {
            let Err(refusal) = verdict else { continue };
            let replayed = is(refusal, TransactionCode::Replayed);
            if !replayed && !is(refusal, TransactionCode::Expired) {
                continue;
            }
            match self.store.receipt(waiting.identities()[at]).await {
                Ok(Some(receipt)) => {
                    waiting.put(at, receipt.into());
                    *verdict = Ok(());
                }
                Ok(None) => {}
                Err(fault) => tracing::error!("{}", fault.report()),
            }
        }
        Submitted { verdicts, waiting }
    }

    /// The receipt at `at`, once its block is final and executed.
    pub async fn receipt(&self, waiting: &Waiting, at: usize, until: Instant) -> Answer<Placed> {
        let identity = waiting.identities()[at];
        let mut halting = self.hub.halting();
        let receipt = tokio::select! {
            receipt = timeout_at(until, waiting.receipt(at)) => receipt.map_err(|_| not_yet(&identity))?,
            _ = halting.wait_for(Option::is_some) => return Err(self.halted()),
        };
        if refusal(&receipt).is_some_and(|refusal| is(refusal, TransactionCode::Replayed))
            && let Some(first) = self.store.receipt(identity).await?
        {
            return Ok(first.into());
        }
        Ok(receipt)
    }

    /// Submits one transaction and waits for its receipt, which may be that of a refusal.
    pub async fn settle(&self, transaction: Transaction) -> Answer<Placed> {
        let submitted = self.submit(vec![transaction]).await;
        if let Some(Err(refusal)) = submitted.verdicts.into_iter().next() {
            return Err(refusal.into());
        }
        self.receipt(&submitted.waiting, 0, deadline()).await
    }

    /// Submits one transaction and does not wait; its identity.
    pub async fn accept(&self, transaction: Transaction) -> Answer<Hash> {
        let identity = transaction.identity();
        match self.submit(vec![transaction]).await.verdicts.into_iter().next() {
            Some(Err(refusal)) => Err(refusal.into()),
            _ => Ok(identity),
        }
    }

    /// Signs calls, all or none, with a hosted key.
    pub fn sign(&self, kid: &Kid, key: &SigningKey, calls: &[Call], id: Option<&str>) -> Answer<Transaction> {
        let random = hex::encode(rand::random::<[u8; 16]>());
        let payload = PayloadDraft {
            ledger: self.ledger,
            id: id.unwrap_or(&random),
            expires_ms: now_ms() + if id.is_some() { EXPIRES_IDEMPOTENT_MS } else { EXPIRES_MS },
            signers: std::slice::from_ref(kid),
            calls,
        };
        let compact = key.sign_compact(kid, &payload.to_bytes());
        Ok(Transaction::from_compact(compact.as_bytes())?)
    }

    /// What an earlier request with this `Idempotency-Key` came to: its receipt, if it asked for the same.
    async fn earlier(&self, kid: &Kid, id: &str, call: &Call) -> Answer<Option<Placed>> {
        let Some((transaction, receipt)) = self.store.by_id(kid.clone(), id.to_owned()).await? else {
            return Ok(None);
        };
        ask_the_same(kid, &transaction, call)?;
        Ok(Some(receipt.into()))
    }

    /// Finds or signs the one transaction of a call with an `Idempotency-Key`.
    async fn keyed(&self, kid: &Kid, key: &SigningKey, call: &Call, id: &str) -> Answer<Keyed> {
        let transaction = match self.open_calls.get(kid, id, now_ms()) {
            Some(transaction) => transaction,
            None => {
                let transaction = self.sign(kid, key, std::slice::from_ref(call), Some(id))?;
                self.open_calls.open(kid, transaction, now_ms(), |identity| self.hub.accepted(identity).is_some())?
            }
        };
        // Only now: an open call ends after its receipt is in state, so one that is not found open is found here.
        if let Some(receipt) = self.earlier(kid, id, call).await? {
            self.open_calls.close(kid, id);
            return Ok(Keyed::Executed(receipt));
        }
        ask_the_same(kid, &transaction, call)?;
        Ok(Keyed::Open(transaction.into()))
    }

    /// Notes what became of the transaction of a call with an `Idempotency-Key`.
    fn note(&self, kid: &Kid, transaction: &Transaction) {
        if self.hub.accepted(&transaction.identity()).is_some() {
            self.open_calls.sent(kid, transaction);
        } else {
            self.open_calls.close(kid, &transaction.payload.id);
        }
    }

    /// Has a hosted key sign a call and does not wait: the transaction's identity, the same for each `Idempotency-Key`.
    pub async fn accept_call(&self, kid: &Kid, key: &SigningKey, call: Call, id: Option<&str>) -> Answer<Hash> {
        let Some(id) = id else {
            return self.accept(self.sign(kid, key, &[call], None)?).await;
        };
        let transaction = match self.keyed(kid, key, &call, id).await? {
            Keyed::Executed(receipt) => return Ok(receipt.transaction),
            Keyed::Open(transaction) => *transaction,
        };
        let accepted = self.accept(transaction.clone()).await;
        self.note(kid, &transaction);
        match accepted {
            Err(problem) if reused(&problem) => {
                let first = self.earlier(kid, id, &call).await?;
                first.map(|receipt| receipt.transaction).ok_or(problem)
            }
            accepted => accepted,
        }
    }

    /// Does what a hosted key asks, once for each `Idempotency-Key`.
    pub async fn perform(&self, kid: &Kid, key: &SigningKey, call: Call, id: Option<&str>) -> Answer<Placed> {
        let Some(id) = id else {
            return self.settle(self.sign(kid, key, &[call], None)?).await;
        };
        let until = deadline();
        let transaction = match self.keyed(kid, key, &call, id).await? {
            Keyed::Executed(receipt) => return Ok(receipt),
            Keyed::Open(transaction) => *transaction,
        };
        let identity = transaction.identity();
        let settled = self.settle(transaction.clone()).await;
        self.note(kid, &transaction);
        match settled {
            Ok(receipt) if !refusal(&receipt).is_some_and(|refusal| is(refusal, TransactionCode::IdReused)) => {
                return Ok(receipt);
            }
            Err(problem) if !reused(&problem) => return Err(problem),
            // What this node signed before it was started again came first; it may not be executed here yet.
            _ => {}
        }
        loop {
            if let Some(receipt) = self.earlier(kid, id, &call).await? {
                return Ok(receipt);
            }
            if Instant::now() > until {
                return Err(not_yet(&identity));
            }
            sleep(POLL).await;
        }
    }

    /// The receipt of a transaction. Where this node signed the same call twice for one `Idempotency-Key`, because it was started
    /// again in between, both have the receipt of the one that was executed.
    pub async fn known_receipt(&self, identity: Hash) -> Answer<Option<Receipt>> {
        let Some(receipt) = self.store.receipt(identity).await? else { return Ok(None) };
        let Outcome::Refused(refusal) = &receipt.outcome else { return Ok(Some(receipt)) };
        if !is(refusal, TransactionCode::IdReused) {
            return Ok(Some(receipt));
        }
        let Some(second) = self.store.transaction(identity).await? else { return Ok(Some(receipt)) };
        let ([kid], [call]) = (second.payload.signers.as_slice(), second.payload.calls.as_slice()) else {
            return Ok(Some(receipt));
        };
        if self.keys.get(kid).is_none() {
            return Ok(Some(receipt));
        }
        let first = self.store.by_id(kid.clone(), second.payload.id.clone()).await?;
        Ok(Some(match first {
            Some((first, of_first)) if same(&first.payload.calls, call) => of_first,
            _ => receipt,
        }))
    }

    /// This member stopped executing.
    pub fn halted(&self) -> Problem {
        let why = self.hub.halted().unwrap_or_default();
        Problem::unavailable(format!("this member has stopped: {why}"))
    }
}

/// A call with an `Idempotency-Key`.
enum Keyed {
    /// It is executed.
    Executed(Placed),
    /// Its transaction, to be submitted, also if that was done before.
    Open(Box<Transaction>),
}

/// Whether a problem is that the ledger knows the id already.
fn reused(problem: &Problem) -> bool {
    problem.code() == format!("transaction/{}", TransactionCode::IdReused as u8)
}

/// 422 where the transaction under an `Idempotency-Key` is not for this call.
fn ask_the_same(kid: &Kid, transaction: &Transaction, call: &Call) -> Answer<()> {
    if same(&transaction.payload.calls, call) {
        return Ok(());
    }
    let id = &transaction.payload.id;
    Err(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "http/idempotency-key-reused",
        format!("the Idempotency-Key {id:?} was used by {kid} for another request"),
    )
    .with("transaction", transaction.identity().to_string()))
}

/// Whether `calls` is one call that asks the same as `call`, however its JSON is spaced or ordered.
fn same(calls: &[Call], call: &Call) -> bool {
    let value = |call: &Call| serde_json::from_str::<serde_json::Value>(call.with.get()).ok();
    matches!(calls, [one] if one.r#do == call.r#do && value(one) == value(call))
}

/// The id that an `Idempotency-Key` header gives, with or without the quotes of a structured field.
pub fn idempotency_key(headers: &axum::http::HeaderMap) -> Answer<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    require_id("an Idempotency-Key", text)?;
    Ok(Some(text.to_owned()))
}

/// Refuses what cannot be a transaction's id; `what` it is.
pub fn require_id(what: &str, text: &str) -> Answer<()> {
    let max = limits::ID_BYTES_MAX;
    if (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Problem::malformed(format!("{what} has 1 to {max} printable ASCII characters without spaces")))
}
