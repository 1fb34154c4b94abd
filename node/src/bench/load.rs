use super::{histogram::Histogram, machine};
use counterfoil_client::{Client, Error, Problem, Receipt};
use counterfoil_types::{Call, Hash, Kid, PayloadDraft, SigningKey};
use serde::Deserialize;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long a signed transaction may wait for its block.
const EXPIRES_MS: u64 = 10 * 60 * 1000;
/// Of how many acknowledged transactions a thread remembers the row, to prove it afterwards.
const REMEMBERED: usize = 64;
/// The shortest time between two requests of an open loop: what became due in it goes together.
const TICK: Duration = Duration::from_millis(5);
/// How long a busy node is left alone.
const BUSY: Duration = Duration::from_millis(200);

/// Who signs, and what.
pub struct Issuer {
    /// Its keys; they sign in turn.
    pub keys: Vec<(Kid, SigningKey)>,
    /// Commands without end, from a seed.
    pub calls: Box<dyn Fn(u64) -> Calls + Send + Sync>,
}

/// Commands without end.
pub type Calls = Box<dyn Iterator<Item = Call> + Send>;

/// How much load is put on for how long.
#[derive(Debug, Clone, Copy)]
pub struct Pressure {
    /// How long transactions are sent.
    pub time: Duration,
    /// Threads that sign, send and wait.
    pub threads: usize,
    /// Transactions in one request at most: with `threads` the bound of what is in flight.
    pub batch: usize,
    /// Transactions after which no more are sent, without `rate`.
    pub count: Option<u64>,
    /// Transactions a second that become due whatever the answers (open loop); without it each answer makes room for the next.
    pub rate: Option<u64>,
}

/// What came of the load.
#[derive(Default)]
pub struct Answers {
    /// Transactions that took effect.
    pub applied: u64,
    /// From submission to receipt; in an open loop from when it was due.
    pub latencies: Histogram,
    /// Height of the newest receipt.
    pub height: u64,
    /// Some of the rows that were written: id and height.
    pub remembered: Vec<(String, u64)>,
    /// Times a node was too busy.
    pub busy: u64,
    /// From the first submission to the last receipt.
    pub elapsed: Duration,
    /// CPU time of the threads that sign, send and wait; nothing where the system does not tell.
    pub cpu: Option<Duration>,
}

impl Answers {
    fn merge(&mut self, other: Self) {
        self.applied += other.applied;
        self.latencies.merge(&other.latencies);
        self.height = self.height.max(other.height);
        self.remembered.extend(other.remembered);
        self.busy += other.busy;
        self.elapsed = self.elapsed.max(other.elapsed);
        self.cpu = self.cpu.zip(other.cpu).map(|(one, more)| one + more);
    }
}

/// Hands out the numbers of transactions, and in an open loop when each is due.
struct Counter {
    begun: Instant,
    pressure: Pressure,
    next: AtomicU64,
}

/// Consecutive transactions that one request carries.
struct Batch {
    first: u64,
    count: u64,
}

impl Counter {
    fn due(&self, number: u64) -> Instant {
        match self.pressure.rate {
            Some(rate) => self.begun + Duration::from_secs_f64(number as f64 / rate as f64),
            None => Instant::now(),
        }
    }

    /// The next batch, as soon as its first transaction is due; nothing when time is up.
    fn take(&self) -> Option<Batch> {
        let most = self.pressure.batch as u64;
        let Some(rate) = self.pressure.rate else {
            if self.begun.elapsed() >= self.pressure.time {
                return None;
            }
            let first = self.next.fetch_add(most, Ordering::Relaxed);
            let left = self.pressure.count.map_or(most, |count| count.saturating_sub(first).min(most));
            return (left > 0).then_some(Batch { first, count: left });
        };
        loop {
            let elapsed = self.begun.elapsed();
            let first = self.next.load(Ordering::Relaxed);
            if self.due(first) >= self.begun + self.pressure.time {
                return None;
            }
            let due = (elapsed.as_secs_f64() * rate as f64) as u64 + 1;
            if due <= first {
                thread::sleep((self.due(first).saturating_duration_since(Instant::now())).max(TICK));
                continue;
            }
            let count = (due - first).min(most);
            let taken = self.next.compare_exchange(first, first + count, Ordering::Relaxed, Ordering::Relaxed);
            if taken.is_ok() {
                return Some(Batch { first, count });
            }
        }
    }
}

/// Puts load on the nodes that `clients` lead to and waits for every answer. `run` makes the ids of this run its own.
///
/// # Errors
/// The first refusal or broken connection: a benchmark does nothing that could be refused.
pub fn put(
    clients: &[Client],
    issuers: &[Issuer],
    pressure: Pressure,
    ledger: Hash,
    run: &str,
) -> Result<Answers, Error> {
    let counter = Counter { begun: Instant::now(), pressure, next: AtomicU64::new(0) };
    let results: Vec<Result<Answers, Error>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..pressure.threads)
            .map(|at| {
                let (client, issuer) = (&clients[at % clients.len()], &issuers[at % issuers.len()]);
                let mut calls = (issuer.calls)(at as u64);
                let worker = Worker { client, issuer, ledger, run, counter: &counter };
                scope.spawn(move || worker.work(&mut calls))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a load thread does not panic")).collect()
    });
    let mut all = Answers { cpu: Some(Duration::ZERO), ..Answers::default() };
    for answers in results {
        all.merge(answers?);
    }
    Ok(all)
}

struct Worker<'a> {
    client: &'a Client,
    issuer: &'a Issuer,
    ledger: Hash,
    run: &'a str,
    counter: &'a Counter,
}

/// What a command's output says of the row it wrote: its id, where it has no other name for it. An invoice has a number besides.
#[derive(Deserialize)]
struct Written {
    id: Option<String>,
    number: Option<String>,
    first: Option<String>,
}

impl Worker<'_> {
    fn work(&self, calls: &mut Calls) -> Result<Answers, Error> {
        let mut answers = Answers::default();
        while let Some(batch) = self.counter.take() {
            let transactions = self.sign(&batch, calls);
            let mut since: Vec<Instant> = (0..batch.count).map(|at| self.counter.due(batch.first + at)).collect();
            if self.counter.pressure.rate.is_none() {
                since.fill(Instant::now());
            }
            self.send(&transactions, &since, &mut answers)?;
            answers.elapsed = self.counter.begun.elapsed();
        }
        answers.cpu = machine::cpu_of_thread();
        Ok(answers)
    }

    /// Signed transactions as compact JWS.
    fn sign(&self, batch: &Batch, calls: &mut Calls) -> Vec<String> {
        let keys = &self.issuer.keys;
        let expires_ms = crate::gate::now_ms() + EXPIRES_MS;
        let sign = |(number, call): (u64, Call)| {
            let (kid, key) = &keys[number as usize % keys.len()];
            let id = format!("{}-{number}", self.run);
            let signers = std::slice::from_ref(kid);
            let payload = PayloadDraft { ledger: self.ledger, id: &id, expires_ms, signers, calls: &[call] }.to_bytes();
            key.sign_compact(kid, &payload)
        };
        (batch.first..batch.first + batch.count).zip(calls).map(sign).collect()
    }

    /// Sends until each transaction has its receipt; one that a busy node turned away is sent again.
    fn send(&self, transactions: &[String], since: &[Instant], answers: &mut Answers) -> Result<(), Error> {
        let mut waiting: Vec<usize> = (0..transactions.len()).collect();
        while !waiting.is_empty() {
            let chosen: Vec<&String> = waiting.iter().map(|at| &transactions[*at]).collect();
            let mut again = Vec::new();
            let mut refused: Option<Problem> = None;
            self.client.submit_lines(&chosen, |at, line| {
                match serde_json::from_slice(line) {
                    Ok(Answer { outcome: Some("applied"), height }) => {
                        answers.note(line, height, since[waiting[at]].elapsed());
                    }
                    _ => match Receipt::read(line)? {
                        Ok(_) => return None,
                        Err(problem) if problem.is_passing() => again.push(waiting[at]),
                        Err(problem) => refused = Some(problem),
                    },
                }
                Some(())
            })?;
            if let Some(problem) = refused {
                return Err(problem.into());
            }
            if !again.is_empty() {
                answers.busy += again.len() as u64;
                thread::sleep(BUSY);
            }
            waiting = again;
        }
        Ok(())
    }
}

/// As much of an answer as is read of each: the load shares the machine with what is measured.
#[derive(Deserialize)]
struct Answer<'a> {
    outcome: Option<&'a str>,
    #[serde(default)]
    height: u64,
}

impl Answers {
    fn note(&mut self, line: &[u8], height: u64, latency: Duration) {
        self.applied += 1;
        self.latencies.add(latency);
        self.height = self.height.max(height);
        // One in so many, more and more of them left out: spread over the whole run.
        if self.applied.is_power_of_two() || self.remembered.len() < REMEMBERED && self.applied.is_multiple_of(101) {
            let receipt = Receipt::read(line).and_then(Result::ok);
            let output = receipt.as_ref().and_then(|receipt| receipt.outputs.first());
            let written = output.and_then(|output| serde_json::from_str::<Written>(output.get()).ok());
            let id = written.and_then(|Written { id, number, first }| id.or(number).or(first));
            self.remembered.extend(id.map(|id| (id, height)));
        }
    }
}
