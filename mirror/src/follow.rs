use crate::{Address, Error, Metrics, chain::Chain, error::Backoff, sink::Sink, step::Step};
use counterfoil_client::{BlockChanges, Client, Followed, Mark};
use counterfoil_types::Hash;
use tokio::sync::mpsc;

/// Lines of the node that wait to be written.
const WAITING: usize = 64;
/// Transactions that are under way at once, and the rows and bytes from which on no more join them.
const STEPS_MAX: usize = 256;
const ROWS_MAX: usize = 8_192;
const BYTES_MAX: usize = 16 * 1024 * 1024;

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
    let mut session = Session { node, options, metrics, again: false };
    loop {
        let before = metrics.blocks_written();
        let error = match session.run(&mut say).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        metrics.connected(false);
        let waits = error.is_passing() || session.again && matches!(error, Error::Behind { .. });
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
}

impl Session<'_> {
    /// Connects both sides and writes block after block.
    async fn run(&mut self, say: &mut impl FnMut(&str)) -> Result<(), Error> {
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
        let mark = Mark { height: from.unwrap_or(0), time_ms: sink.progress.time_ms };
        self.metrics.mirrored(mark, 0, 0);
        self.metrics.connected(true);
        self.again = true;
        say(&format!("ledger {} from height {} on, to {}", status.ledger, chain.next(), self.options.to));
        while !self.options.once || chain.next() <= status.executed {
            let steps = self.group(&mut lines, &mut chain, &mut sink, status.ledger).await?;
            let (blocks, rows) =
                steps.iter().fold((0, 0), |(blocks, rows), step| (blocks + step.blocks, rows + step.rows));
            if let Some(last) = steps.last() {
                let mark = Mark { height: last.height, time_ms: last.time_ms };
                sink.apply(steps).await?;
                self.metrics.mirrored(mark, blocks, rows);
            }
        }
        Ok(())
    }

    /// The next steps: those that are there, one at least unless only a height came.
    async fn group(
        &self,
        lines: &mut Lines,
        chain: &mut Chain,
        sink: &mut Sink,
        ledger: Hash,
    ) -> Result<Vec<Step>, Error> {
        let mut steps: Vec<Step> = Vec::new();
        let (mut rows, mut bytes) = (0, 0);
        let mut line = Some(lines.recv().await.ok_or(Error::Ended)?);
        while let Some(received) = line {
            match received? {
                Followed::Executed(mark) => self.metrics.executed(mark),
                Followed::Block(block) => {
                    let list = chain.extend(&ledger, &block, &mut sink.catalog)?;
                    let step = Step::of(&block, &list, &sink.catalog);
                    rows += step.rows;
                    bytes += block.changes.as_ref().map_or(0, Vec::len);
                    let alone = match steps.last_mut() {
                        Some(last) => last.absorb(step),
                        None => Some(step),
                    };
                    steps.extend(alone);
                }
            }
            if steps.len() >= STEPS_MAX || rows >= ROWS_MAX || bytes >= BYTES_MAX {
                break;
            }
            line = lines.try_recv().ok();
        }
        Ok(steps)
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
