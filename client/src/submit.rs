use crate::{
    Client, Error, Problem, Receipt, Standing, general,
    http::{Patience, Request},
    receipt::Line,
};
use counterfoil_types::{Hash, Transaction, limits};
use std::io::{BufRead as _, BufReader};

/// Transactions sent in one request at most, and their bytes.
const BATCH: usize = limits::REQUEST_TRANSACTIONS_MAX / 10;
const BATCH_BYTES: usize = limits::BODY_BYTES_MAX / 2;

fn text(transaction: &Transaction) -> String {
    transaction.to_compact().unwrap_or_else(|| general(transaction))
}

impl Client {
    /// Submits a transaction and waits until it took effect: its block is final and executed. A refusal is a problem.
    ///
    /// Sent again where the connection breaks or the node is busy: its id makes that safe.
    pub fn submit(&self, transaction: &Transaction) -> Result<Receipt, Error> {
        let (bytes, content_type) = body(transaction);
        let request = Request {
            path: "/v1/transactions",
            body: Some((content_type, bytes.as_bytes())),
            repeatable: true,
            ..Request::default()
        };
        let answer = self.bytes(&request)?;
        let line = Line::parse_final(&answer).ok_or_else(|| self.answer(&request, "neither receipt nor problem"))?;
        Ok(line?)
    }

    /// Submits a transaction and does not wait. Its identity, for [`wait`](Self::wait) and [`standing`](Self::standing).
    pub fn submit_async(&self, transaction: &Transaction) -> Result<Hash, Error> {
        let (bytes, content_type) = body(transaction);
        self.send(&Request {
            path: "/v1/transactions",
            body: Some((content_type, bytes.as_bytes())),
            headers: vec![("prefer", "respond-async")],
            repeatable: true,
        })?;
        Ok(transaction.identity())
    }

    /// Submits many transactions and waits for all; what became of each, in order.
    pub fn submit_many(&self, transactions: &[Transaction]) -> Result<Vec<Result<Receipt, Problem>>, Error> {
        let mut answers: Vec<Option<Result<Receipt, Problem>>> = transactions.iter().map(|_| None).collect();
        let mut missing: Vec<usize> = (0..transactions.len()).collect();
        let mut patience = Patience::new(self.patience);
        loop {
            let mut broken = None;
            for batch in batches(transactions, &missing) {
                let chosen: Vec<&Transaction> = batch.iter().map(|at| &transactions[*at]).collect();
                let result = self.submit_each(&chosen, |at, answer| answers[batch[at]] = Some(answer));
                match result {
                    Err(error @ Error::Transport { .. }) => broken = Some(error),
                    result => result?,
                }
            }
            let wait = |answer: &Option<Result<Receipt, Problem>>| match answer {
                None => true,
                Some(Err(problem)) => problem.is_passing(),
                Some(Ok(_)) => false,
            };
            missing.retain(|at| wait(&answers[*at]));
            if missing.is_empty() || !patience.pause(None) {
                return match broken {
                    Some(error) if answers.iter().any(Option::is_none) => Err(error),
                    _ => Ok(answers.into_iter().flatten().collect()),
                };
            }
        }
    }

    /// Submits transactions in one request and calls `each` with the answer to each as it comes, in order. Nothing is sent twice.
    ///
    /// A node takes at most [`limits::REQUEST_TRANSACTIONS_MAX`] transactions and [`limits::BODY_BYTES_MAX`] bytes in a request.
    pub fn submit_each(
        &self,
        transactions: &[&Transaction],
        mut each: impl FnMut(usize, Result<Receipt, Problem>),
    ) -> Result<(), Error> {
        let lines: Vec<String> = transactions.iter().map(|transaction| text(transaction)).collect();
        self.submit_lines(&lines, |at, line| Receipt::read(line).map(|answer| each(at, answer)))
    }

    /// The same with transactions as text (compact or general JSON on one line) and answers unread, for [`Receipt::read`]: who sends a
    /// great many need not pay for what is not looked at. `each` gives nothing for a line that it does not understand, which ends it.
    pub fn submit_lines(
        &self,
        transactions: &[impl AsRef<str>],
        mut each: impl FnMut(usize, &[u8]) -> Option<()>,
    ) -> Result<(), Error> {
        let bytes = transactions.iter().map(|text| text.as_ref().len() + 1).sum();
        let mut body = String::with_capacity(bytes);
        for transaction in transactions {
            body.push_str(transaction.as_ref());
            body.push('\n');
        }
        let request = Request {
            path: "/v1/transactions",
            body: Some(("application/x-ndjson", body.as_bytes())),
            ..Request::default()
        };
        let mut answer = BufReader::with_capacity(16 * 1024, self.stream(&request)?);
        let mut line = Vec::with_capacity(1024);
        // To the end of the answer, which frees the connection for the next request.
        for at in 0..=transactions.len() {
            line.clear();
            let read = answer.read_until(b'\n', &mut line).map_err(|error| self.transport(&request, error.into()))?;
            match (read, at == transactions.len()) {
                (0, true) => break,
                (0, false) => {
                    let ended = std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the answer ended early");
                    return Err(self.transport(&request, ended.into()));
                }
                (_, true) => return Err(self.answer(&request, "more answers than transactions")),
                (_, false) => {
                    each(at, &line).ok_or_else(|| self.answer(&request, "a line is neither receipt nor problem"))?
                }
            }
        }
        Ok(())
    }

    /// How far a transaction has come; a problem of status 404 if the node does not know it.
    pub fn standing(&self, identity: Hash) -> Result<Standing, Error> {
        let path = format!("/v1/transactions/{identity}");
        let request = Request { path: &path, repeatable: true, ..Request::default() };
        let answer = self.bytes(&request)?;
        Line::parse(&answer).ok_or_else(|| self.answer(&request, "not the state of a transaction"))
    }

    /// Waits for the receipt of a transaction that was submitted before. A refusal is a problem, and so is it to expire.
    pub fn wait(&self, identity: Hash) -> Result<Receipt, Error> {
        let mut patience = Patience::new(self.patience);
        loop {
            let waiting = match self.standing(identity)? {
                Standing::Applied(receipt) => return Ok(receipt),
                Standing::Refused(problem) => return Err(problem.into()),
                Standing::Expired => {
                    return Err(own(
                        410,
                        "client/expired",
                        format!("transaction {identity} expired without being ordered"),
                    ));
                }
                Standing::Accepted => {
                    own(504, "http/not-final-yet", format!("transaction {identity} is not final yet"))
                }
            };
            if !patience.pause(None) {
                return Err(waiting);
            }
        }
    }
}

fn own(status: u16, code: &str, detail: String) -> Error {
    Problem { status, code: code.to_owned(), detail, field: None, receipt: None, retry_after: None }.into()
}

fn body(transaction: &Transaction) -> (String, &'static str) {
    match transaction.to_compact() {
        Some(compact) => (compact, "application/jose"),
        None => (general(transaction), "application/json"),
    }
}

/// Splits the transactions at `places` into requests within the limits.
fn batches(transactions: &[Transaction], places: &[usize]) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0;
    for at in places {
        let length = transactions[*at].wire().len() * 3 / 2 + 512;
        match batches.last_mut() {
            Some(last) if last.len() < BATCH && bytes + length <= BATCH_BYTES => last.push(*at),
            _ => {
                batches.push(vec![*at]);
                bytes = 0;
            }
        }
        bytes += length;
    }
    batches
}
