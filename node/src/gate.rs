use crate::hub::Hub;
use counterfoil_engine::EngineHandle;
use counterfoil_types::{Fault, Refusal, RefusalKind, Transaction, limits, machine::Admission};
use std::{
    sync::Arc,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{
    OwnedSemaphorePermit, Semaphore,
    mpsc::{self, error::TrySendError},
    oneshot,
};

/// Transactions checked together: enough to keep every core busy with signatures.
const BATCH: usize = 1_024;
/// Transactions that may wait at the gate.
const QUEUE: usize = limits::MEMPOOL_TRANSACTIONS_MAX;
/// Bytes of them.
const QUEUE_BYTES: usize = limits::MEMPOOL_BYTES_MAX;

/// The way into the mempool: collects what requests bring and has it checked in batches, on a thread of its own.
#[derive(Clone)]
pub struct Gate {
    jobs: mpsc::Sender<Job>,
    places: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

/// What the gate says to each transaction: taken on, or why not.
pub type Verdict = Result<(), Refusal>;

struct Job {
    transactions: Vec<Transaction>,
    answer: oneshot::Sender<Vec<Verdict>>,
    /// Its places in the queue: one a transaction, and one a byte.
    places: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

/// Milliseconds since 1970-01-01 UTC by this machine's clock.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

impl Gate {
    /// Opens the gate of a running member.
    pub fn open(admission: Arc<dyn Admission>, engine: EngineHandle, hub: Arc<Hub>) -> Result<Self, Fault> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let keeper = Keeper { admission, engine, hub };
        thread::Builder::new()
            .name("gate".to_owned())
            .spawn(move || keeper.run(queue))
            .map_err(|error| Fault::new("starting the thread that checks signatures", error))?;
        let (places, bytes) = (Arc::new(Semaphore::new(QUEUE)), Arc::new(Semaphore::new(QUEUE_BYTES)));
        Ok(Self { jobs, places, bytes })
    }

    /// Has transactions checked and put into the mempool; the verdicts are in their order. Where too many wait to be checked, none
    /// is taken on.
    pub async fn submit(&self, transactions: Vec<Transaction>) -> Vec<Verdict> {
        let count = transactions.len();
        if count == 0 {
            return Vec::new();
        }
        let bytes: usize = transactions.iter().map(|transaction| transaction.wire().len()).sum();
        let take =
            |from: &Arc<Semaphore>, many: usize| from.clone().try_acquire_many_owned(u32::try_from(many).ok()?).ok();
        let (Some(places), Some(bytes)) = (take(&self.places, count), take(&self.bytes, bytes)) else {
            return vec![Err(busy(limits::RETRY_AFTER_MS)); count];
        };
        let (answer, verdicts) = oneshot::channel();
        match self.jobs.try_send(Job { transactions, answer, places: (places, bytes) }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return vec![Err(busy(limits::RETRY_AFTER_MS)); count],
            Err(TrySendError::Closed(_)) => return vec![Err(stopping()); count],
        }
        verdicts.await.unwrap_or_else(|_| vec![Err(stopping()); count])
    }
}

fn stopping() -> Refusal {
    Refusal::new("http/stopping", RefusalKind::Busy, "this node is stopping")
}

fn busy(retry_after_ms: u64) -> Refusal {
    let detail = format!("the mempool is full: try again in {retry_after_ms} ms");
    Refusal::new("http/busy", RefusalKind::Busy, detail)
}

struct Keeper {
    admission: Arc<dyn Admission>,
    engine: EngineHandle,
    hub: Arc<Hub>,
}

impl Keeper {
    fn run(&self, mut queue: mpsc::Receiver<Job>) {
        while let Some(first) = queue.blocking_recv() {
            let mut count = first.transactions.len();
            let mut jobs = vec![first];
            while count < BATCH
                && let Ok(job) = queue.try_recv()
            {
                count += job.transactions.len();
                jobs.push(job);
            }
            self.pass(jobs, count);
        }
    }

    fn pass(&self, jobs: Vec<Job>, count: usize) {
        let mut verdicts = Vec::with_capacity(count);
        let mut transactions = Vec::with_capacity(count);
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            answers.push((job.transactions.len(), job.answer, job.places));
            transactions.extend(job.transactions);
        }
        while !transactions.is_empty() {
            let rest = transactions.split_off(transactions.len().min(BATCH));
            verdicts.extend(self.pass_batch(std::mem::replace(&mut transactions, rest)));
        }
        let mut verdicts = verdicts.into_iter();
        for (count, answer, _places) in answers {
            // A caller who has gone asks for no answer.
            let _ = answer.send(verdicts.by_ref().take(count).collect());
        }
    }

    fn pass_batch(&self, batch: Vec<Transaction>) -> Vec<Verdict> {
        let identities: Vec<_> = batch.iter().map(Transaction::identity).collect();
        let mut fit = Vec::with_capacity(batch.len());
        let mut verdicts = Vec::with_capacity(batch.len());
        let mut taken = Vec::with_capacity(batch.len());
        for (identity, verdict) in identities.into_iter().zip(self.admission.admit_parsed(batch, now_ms())) {
            verdicts.push(verdict.map(|admitted| {
                taken.push((identity, admitted.expires_ms));
                fit.push(admitted);
            }));
        }
        if fit.is_empty() {
            return verdicts;
        }
        let new = self.hub.accept(taken);
        if let Err(full) = self.engine.submit(fit) {
            self.hub.forget(&new);
            for verdict in verdicts.iter_mut().filter(|verdict| verdict.is_ok()) {
                *verdict = Err(busy(full.retry_after_ms.max(limits::RETRY_AFTER_MS)));
            }
        }
        verdicts
    }
}
