use crate::{
    Address, Error, Metrics,
    chain::Chain,
    error::Backoff,
    queue::Queue,
    sink::{Sink, Written},
    step::Step,
};
use counterfoil_client::{BlockChanges, Client, Followed, Mark};
use counterfoil_types::Hash;
use tokio::sync::mpsc;

/// Lines of the node that wait to be written.
const WAITING: usize = 64;

/// How a ledger is followed.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database.
    pub to: Address,
    /// Whether every write is kept too, in tables beside.
    pub history: bool,
    /// Whether it ends where the node was when it began, and with the first fault; else it goes on for ever.
    pub once: bool,
}

/// Follows the ledger of a node. `say` is told when connections break and come back.
///
/// It may be dropped at any time: what is half written is no transaction.
///
/// # Errors
/// What does not pass by itself; with [`Options::once`] any fault.
pub async fn follow(
    node: &Client,
    options: &Options,
    metrics: &Metrics,
    mut say: impl FnMut(&str),
) -> Result<(), Error> {
    let mut backoff = Backoff::new();
    let mut session = Session { node, options, metrics, again: false, wrote: false };
    loop {
        let before = metrics.blocks_written();
        let error = match session.run(&mut say).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        metrics.connected(false);
        let waits = error.is_passing() || session.expects(&error);
        if options.once || !waits {
            return Err(error);
        }
        metrics.interrupted(if matches!(error, Error::Postgres(_)) { "postgres" } else { "node" });
        if metrics.blocks_written() != before {
            backoff = Backoff::new();
        }
        let pause = backoff.next();
        say(&format!("{error}; trying again in {} ms", pause.as_millis()));
        tokio::time::sleep(pause).await;
    }
}

struct Session<'a> {
    node: &'a Client,
    options: &'a Options,
    metrics: &'a Metrics,
    /// Whether both sides were connected before.
    again: bool,
    /// Whether something was written since they are.
    wrote: bool,
}

impl Session<'_> {
    /// Whether an error may come of a restart, and goes by.
    fn expects(&self, error: &Error) -> bool {
        match error {
            Error::Behind { .. } => self.again,
            // PostgreSQL may still have been at a transaction of a mirror that was killed, when the height was read.
            Error::Moved => !self.wrote,
            _ => false,
        }
    }

    /// Connects both sides and writes block after block.
    async fn run(&mut self, say: &mut impl FnMut(&str)) -> Result<(), Error> {
        self.wrote = false;
        let node = self.node.clone();
        let status = tokio::task::spawn_blocking(move || node.status()).await;
        let status = status.map_err(|error| Error::Refused(error.to_string()))??;
        let mut sink = Sink::open(&self.options.to, status.ledger, self.options.history).await?;
        let from = sink.progress.height;
        if let Some(height) = from
            && height > status.executed
        {
            return Err(Error::Behind { mirror: height, node: status.executed });
        }
        let mut lines = lines(self.node.clone(), from.unwrap_or(0));
        let mut chain = Chain::default();
        if let Some(height) = from {
            meet(&mut lines, height, sink.progress.result, self.metrics).await?;
            chain = Chain::after(height, sink.progress.result);
        }
        self.metrics.begins(Mark { height: from.unwrap_or(0), time_ms: sink.progress.time_ms });
        self.metrics.connected(true);
        self.again = true;
        say(&format!("ledger {} from height {} on, to {}", status.ledger, chain.next(), self.options.to));
        let last = self.options.once.then_some(status.executed);
        let intake = Intake { ledger: status.ledger, chain, executed: status.executed, last, queue: Queue::default() };
        let ended = self.write(&mut lines, intake, &mut sink).await;
        if ended.as_ref().is_err_and(|error| !matches!(error, Error::Postgres(_) | Error::Moved)) {
            // What is under way is heard out: the next connection has to find the height that it leaves.
            while sink.is_busy() {
                self.written(sink.settled().await?, &sink);
            }
        }
        ended
    }

    /// Writes what comes, up to the last block if there is one.
    async fn write(&mut self, lines: &mut Lines, mut intake: Intake, sink: &mut Sink) -> Result<(), Error> {
        loop {
            while let Some(step) = intake.next_for(sink) {
                sink.send(step).await?;
                self.metrics.pending(sink.blocks_under_way());
            }
            if intake.is_done() && !sink.is_busy() {
                return Ok(());
            }
            tokio::select! {
                written = sink.settled(), if sink.is_busy() => self.written(written?, sink),
                line = lines.recv(), if intake.wants_more() => {
                    intake.take(line.ok_or(Error::Ended)??, sink, self.metrics)?;
                    // What came meanwhile goes along.
                    while intake.wants_more() && let Ok(line) = lines.try_recv() {
                        intake.take(line?, sink, self.metrics)?;
                    }
                }
            }
        }
    }

    fn written(&mut self, written: Written, sink: &Sink) {
        self.wrote = true;
        self.metrics.written(written);
        self.metrics.pending(sink.blocks_under_way());
    }
}

/// What comes from the node, on its way to PostgreSQL.
struct Intake {
    ledger: Hash,
    chain: Chain,
    /// The newest height that the node is known to have executed.
    executed: u64,
    /// The last block that is wanted, if not all that will ever come.
    last: Option<u64>,
    queue: Queue,
}

impl Intake {
    /// Checks a line, and has what it says wait for its turn.
    fn take(&mut self, line: Followed, sink: &mut Sink, metrics: &Metrics) -> Result<(), Error> {
        match line {
            Followed::Executed(mark) => {
                self.executed = mark.height;
                metrics.executed(mark);
            }
            Followed::Block(block) => {
                let list = self.chain.extend(&self.ledger, &block, &mut sink.catalog)?;
                self.queue.push(Step::of(&block, &list, &sink.catalog));
            }
        }
        Ok(())
    }

    fn has_read_all(&self) -> bool {
        self.last.is_some_and(|last| self.chain.next() > last)
    }

    fn wants_more(&self) -> bool {
        self.queue.wants_more() && !self.has_read_all()
    }

    fn is_done(&self) -> bool {
        self.queue.first().is_none() && self.has_read_all()
    }

    /// The step that is to be sent now. At the newest block none waits for others to come; before it, blocks that PostgreSQL would have to
    /// wait for go along with those that come meanwhile.
    fn next_for(&mut self, sink: &Sink) -> Option<Step> {
        let step = self.queue.first()?;
        let is_ready = !self.queue.first_grows() || step.height >= self.executed;
        let is_turn = !sink.is_busy() || step.created.is_empty() && is_ready && sink.has_room();
        if is_turn { self.queue.pop() } else { None }
    }
}

type Lines = mpsc::Receiver<Result<Followed, Error>>;

/// What the node sends, read by a thread of its own that ends when nobody takes it.
fn lines(node: Client, from: u64) -> Lines {
    let (send, lines) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        let changes = match node.changes(from) {
            Ok(changes) => changes,
            Err(error) => return drop(send.blocking_send(Err(error.into()))),
        };
        for line in changes {
            let failed = line.is_err();
            if send.blocking_send(line.map_err(Error::from)).is_err() || failed {
                return;
            }
        }
    });
    lines
}

/// The node has to have the block that the mirror has last, with the same result: all before it is the same then.
async fn meet(lines: &mut Lines, height: u64, result: Hash, metrics: &Metrics) -> Result<(), Error> {
    loop {
        match lines.recv().await.ok_or(Error::Ended)?? {
            Followed::Executed(mark) => metrics.executed(mark),
            Followed::Block(block) => return same(&block, height, result),
        }
    }
}

fn same(block: &BlockChanges, height: u64, result: Hash) -> Result<(), Error> {
    if block.header.height == height && block.result == result {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "the mirror is at height {height} with another result than the node's: one of them was changed or is of another history"
    )))
}
