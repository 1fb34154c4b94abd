use crate::{
    Address, Error,
    catalog::Catalog,
    certified::{Certified, certified},
    chain::Chain,
    compare::{Compared, Difference, compare},
    expected::Expected,
    progress::Progress,
    step::Step,
};
use counterfoil_client::{BlockChanges, Changes, Client, Followed, Mark};
use counterfoil_types::{Execution, Hash};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long the node may take to get to a block: the mirror may have had it from one that is ahead.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the comparison of a mirror with its ledger came to.
#[derive(Debug)]
pub struct Report {
    /// The ledger.
    pub ledger: Hash,
    /// The height of the mirror, at which it was compared.
    pub height: u64,
    /// Tables of the mirror, its own ones and histories included.
    pub tables: usize,
    /// Rows that were read from PostgreSQL.
    pub rows: u64,
    /// Who certified what it was compared with, for people.
    pub signed: String,
    /// What differs; after a thousand only their number goes on.
    pub differences: Vec<Difference>,
    /// How much differs.
    pub count: u64,
}

/// Compares every row of a mirror with what the members of the ledger have certified, at the height that the mirror has; it may go on
/// meanwhile. Neither PostgreSQL nor the node is trusted, only the genesis file.
///
/// All change lists from genesis on are read and checked: they lead to the roots of their blocks, these to a chain of results, and that
/// to a result under which stand signatures of more than two thirds of the validators.
///
/// # Errors
/// If there is no mirror, it is another ledger's, or what the node sends does not hold.
pub async fn verify(node: &Client, to: &Address, genesis: &[u8]) -> Result<Report, Error> {
    let ledger = Hash::of(&[genesis]);
    let mut client = to.connect().await?;
    let progress = read(&client, ledger).await?;
    let node = node.clone();
    let genesis: Arc<[u8]> = genesis.into();
    let mut replay = Replay::new(node.clone(), ledger, progress.keeps_history)?;
    // Most of it before the snapshot is taken: the server cannot tidy up while one is held.
    if let Some(height) = progress.height {
        replay = blocking(move || replay.to(height)).await?;
    }
    let snapshot = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let progress = read(snapshot.client(), ledger).await?;
    let height = progress.height.ok_or_else(|| Error::Refused("the mirror has not got to genesis yet".into()))?;
    replay = blocking(move || replay.to(height)).await?;
    let result = replay.chain.result();
    let (replay, certified) = blocking(move || replay.certify(&genesis, height)).await?;
    let mut compared = compare(&snapshot, &replay.catalog, &replay.expected).await?;
    if progress.result != result {
        compared.add(Difference::Result);
    }
    let Compared { rows, named, count } = compared;
    let tables = replay.catalog.targets().count();
    Ok(Report { ledger, height, tables, rows, signed: certified.signed, differences: named, count })
}

async fn read(client: &tokio_postgres::Client, ledger: Hash) -> Result<Progress, Error> {
    let progress = Progress::read(client).await?;
    let progress = progress.ok_or_else(|| Error::Refused("there is no mirror in this database".into()))?;
    if progress.ledger != ledger {
        let found = progress.ledger;
        return Err(Error::Refused(format!(
            "the database is a mirror of ledger {found}, the genesis file is of {ledger}"
        )));
    }
    Ok(progress)
}

/// Runs what waits for the node and the file beside the connection to PostgreSQL, which has to be answered meanwhile.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// The ledger up to a height, from its change lists.
struct Replay {
    node: Client,
    ledger: Hash,
    changes: Changes,
    chain: Chain,
    catalog: Catalog,
    expected: Expected,
    /// The newest block that was read.
    last: Option<(Hash, Execution)>,
}

impl Replay {
    fn new(node: Client, ledger: Hash, keeps_history: bool) -> Result<Self, Error> {
        let changes = node.changes(0)?;
        let (catalog, expected) = (Catalog::new(keeps_history), Expected::new()?);
        Ok(Self { node, ledger, changes, chain: Chain::default(), catalog, expected, last: None })
    }

    /// Takes the blocks up to `height`.
    fn to(mut self, height: u64) -> Result<Self, Error> {
        while self.chain.next() <= height {
            let block = self.next_block(height)?;
            let prior = self.chain.result();
            let list = self.chain.extend(&self.ledger, &block, &mut self.catalog)?;
            self.expected.take(&Step::of(&block, &list, &self.catalog))?;
            self.last = Some((prior, block.execution));
        }
        Ok(self)
    }

    fn next_block(&mut self, height: u64) -> Result<BlockChanges, Error> {
        next_block(&mut self.changes, self.chain.next(), height, PATIENCE)
    }

    /// Finds signatures for all that was read, and goes on to the height that they are of.
    fn certify(mut self, genesis: &[u8], height: u64) -> Result<(Self, Certified), Error> {
        let certified = certified(&self.node, genesis, height, &self.catalog, &self.expected)?;
        // What comes after the mirror's height counts only as links of the chain.
        let mut beyond = Catalog::new(false);
        for table in self.catalog.tables() {
            beyond.add(table.shape.clone()).map_err(|error| Error::lied(height, error.to_string()))?;
        }
        while self.chain.next() <= certified.height {
            let block = self.next_block(certified.height)?;
            let prior = self.chain.result();
            self.chain.extend(&self.ledger, &block, &mut beyond)?;
            self.last = Some((prior, block.execution));
        }
        match &self.last {
            Some((prior, execution))
                if execution.height == certified.height
                    && *prior == certified.prior
                    && *execution == certified.record.at(certified.height) =>
            {
                Ok((self, certified))
            }
            _ => Err(Error::NotCertified(format!(
                "the change lists lead to another result of height {} than the members signed",
                certified.height
            ))),
        }
    }
}

/// The next block, at height `awaited`, on the way to `height`.
///
/// While there is none, a line says every ten seconds how far the node is. Lines wait here while other things are done, so they tell the
/// past: what counts is how long it takes, not how many they are.
fn next_block(
    lines: &mut impl Iterator<Item = Result<Followed, counterfoil_client::Error>>,
    awaited: u64,
    height: u64,
    patience: Duration,
) -> Result<BlockChanges, Error> {
    let until = Instant::now() + patience;
    loop {
        match lines.next().ok_or(Error::Ended)?? {
            Followed::Block(block) => return Ok(*block),
            Followed::Executed(newest) if Instant::now() > until => return Err(without(awaited, height, newest)),
            Followed::Executed(_) => {}
        }
    }
}

/// What it means that the awaited block does not come.
fn without(awaited: u64, height: u64, newest: Mark) -> Error {
    if newest.height < awaited {
        return Error::Behind { mirror: height, node: newest.height };
    }
    Error::lied(newest.height, format!("the node says that it has executed it and does not send block {awaited}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::tests::block;

    fn marks(
        heights: impl IntoIterator<Item = u64>,
    ) -> impl Iterator<Item = Result<Followed, counterfoil_client::Error>> {
        heights.into_iter().map(|height| Ok(Followed::Executed(Mark { height, time_ms: height })))
    }

    #[test]
    fn a_node_that_was_idle_for_long_is_not_behind() {
        let then = std::iter::once(Ok(Followed::Block(Box::new(block(5, &[])))));
        let found = next_block(&mut marks([4; 1_000]).chain(then), 5, 5, PATIENCE).expect("a block");
        assert_eq!(found.header.height, 5);
    }

    #[test]
    fn a_node_that_sends_no_block_is_waited_for_and_then_named() {
        let (mut behind, mut holds_back) = (marks(std::iter::repeat(4)), marks(std::iter::repeat(7)));
        let none = Duration::ZERO;
        assert!(matches!(next_block(&mut behind, 5, 9, none), Err(Error::Behind { mirror: 9, node: 4 })));
        // It is short of the mirror's height, but not of the block that it withholds.
        for height in [5, 9] {
            assert!(matches!(next_block(&mut holds_back, 5, height, none), Err(Error::Lied { height: 7, .. })));
        }
        assert!(matches!(next_block(&mut marks([]), 5, 9, none), Err(Error::Ended)));
    }
}
