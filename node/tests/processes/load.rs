use crate::network::{Network, PATIENCE, SELLER, wait_for};
use counterfoil_apps::invoice::ClearInvoice;
use counterfoil_client::{Call, Client, Hash, Kid, Receipt, SigningKey, Transaction};
use counterfoil_seal::{Reader, ReadingKey};
use serde_json::json;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// The name of the tax authority's reading key.
pub const READING_KEY: &str = "a/tests";
/// A taxpayer of the Chinese regime (the example of GB 32100).
pub const TAXPAYER: &str = "91350100M000100Y43";

/// The reading key that [`Network::register`] publishes for the tax authority.
pub fn reading_key() -> ReadingKey {
    ReadingKey::from_bytes([7; 32])
}

/// An invoice of three lines, sealed for the tax authority of a client's ledger. Each has a reference of its own.
pub fn invoice(client: &Client, number: u64) -> Call {
    let yuan = |fen: u64| format!("{}.{:02}", fen / 100, fen % 100);
    let (amount, tax) = (100 * (number % 5_000 + 1), 13 * (number % 5_000 + 1));
    let item = json!({
        "tax_code": "3070401000000000000",
        "name": "餐饮服务",
        "amount": yuan(amount),
        "tax": yuan(tax),
        "total": yuan(amount + tax),
        "rate": "0.13",
    });
    let with = json!({
        "seller": TAXPAYER,
        "buyer": {"kind": "individual", "name": format!("顾客 {number}")},
        "items": [&item, &item, &item],
        "net": yuan(3 * amount),
        "tax": yuan(3 * tax),
        "total": yuan(3 * (amount + tax)),
    });
    let clear: ClearInvoice = serde_json::from_value(with).unwrap();
    let reference = format!("bill-{number}-{:016x}", rand::random::<u64>());
    let reader = Reader { kid: READING_KEY.parse().unwrap(), public_key: reading_key().public_key() };
    let draft = clear.split(SELLER, reference);
    draft.seal_for(client.ledger().unwrap(), &[reader], &mut rand::rng()).unwrap()
}

/// An answer: when it came, from which validator, and what it said.
pub struct Answer {
    pub at: Instant,
    pub from: usize,
    pub receipt: Receipt,
}

/// Clients that submit one invoice after the other to each validator, until told to stop.
pub struct Load {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<()>>,
}

struct Shared {
    kid: Kid,
    key: SigningKey,
    stop: AtomicBool,
    next: AtomicU64,
    answers: Mutex<Vec<Answer>>,
    /// Sent, and no answer has come.
    open: Mutex<Vec<Transaction>>,
}

impl Load {
    /// Starts `each` clients of every running validator. A client whose validator dies keeps its last transaction open and ends.
    pub fn start(network: &Network, each: usize) -> Self {
        network.register(TAXPAYER, "国贸旋转餐厅", "cn-vat");
        let (kid, key) = network.seller_key();
        let shared = Arc::new(Shared {
            kid,
            key,
            stop: AtomicBool::default(),
            next: AtomicU64::default(),
            answers: Mutex::default(),
            open: Mutex::default(),
        });
        let mut load = Self { shared, clients: Vec::new() };
        for at in 0..network.processes.len() {
            for _ in 0..each {
                load.add(network, at);
            }
        }
        load
    }

    /// One more client of a validator.
    pub fn add(&mut self, network: &Network, from: usize) {
        let client = network.client(from).with_patience(Duration::ZERO);
        let shared = self.shared.clone();
        self.clients.push(thread::spawn(move || shared.submit_all(&client, from)));
    }

    /// How many answers have come.
    pub fn answered(&self) -> usize {
        self.shared.answers.lock().unwrap().len()
    }

    /// Waits for so many more answers.
    pub fn wait_for_more(&self, more: usize) {
        let wanted = self.answered() + more;
        wait_for(&format!("{wanted} answers"), || (self.answered() >= wanted).then_some(()));
    }

    /// Longest time since `since` in which no answer came from any validator.
    pub fn longest_gap(&self, since: Instant) -> Duration {
        let answers = self.shared.answers.lock().unwrap();
        let mut times: Vec<_> = answers.iter().map(|answer| answer.at).filter(|at| *at > since).collect();
        times.insert(0, since);
        times.sort_unstable();
        times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
    }

    /// Tells the clients to stop and waits for those of running validators; all answers, and transactions without one.
    pub fn stop(self) -> (Vec<Answer>, Vec<Transaction>) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.join().unwrap();
        }
        let answers = std::mem::take(&mut *self.shared.answers.lock().unwrap());
        let open = std::mem::take(&mut *self.shared.open.lock().unwrap());
        (answers, open)
    }
}

impl Shared {
    fn submit_all(&self, client: &Client, from: usize) {
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let calls = [invoice(client, number)];
            let transaction = client.sign(&self.kid, &self.key, &format!("load-{number}"), &calls).unwrap();
            match client.submit(&transaction) {
                Ok(receipt) => self.answers.lock().unwrap().push(Answer { at: Instant::now(), from, receipt }),
                Err(error) => {
                    // A refusal would be a fault of this test; everything else is open.
                    assert!(error.problem().is_none_or(|problem| problem.is_passing()), "{error}");
                    self.open.lock().unwrap().push(transaction);
                    return;
                }
            }
        }
    }
}

/// What a validator says became of a transaction.
pub fn receipt_of(client: &Client, identity: Hash) -> Receipt {
    client.clone().with_patience(PATIENCE).wait(identity).unwrap()
}
