use crate::{
    block::{Block, Digest, to_hash},
    committee::{Committees, PublicKey, key_bytes},
    config::Timers,
    pool::{Packed, Pool, Room},
    progress::Progress,
    signal::Signal,
    status::Board,
};
use commonware_consensus::{
    Application, Epochable as _, Viewable as _,
    marshal::ancestry::Ancestry,
    simplex::{scheme::ed25519::Scheme, types::Context},
};
use commonware_cryptography::{Digested, Digestible as _};
use commonware_macros::select;
use commonware_runtime::Clock;
use counterfoil_types::{self as types, Hash, Header, limits};
use futures::{StreamExt as _, future::pending};
use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use tracing::{debug, error};

/// Longer than any view that makes progress, in milliseconds.
const VIEW_MS_MAX: u64 = 600_000;

/// Blocks that order keeps ahead of execution. Beyond, a proposer gathers more transactions: fewer and larger blocks are executed sooner.
const PIPELINE: u64 = 2;

/// Changes a block that this member is about to propose: only simulations lie.
pub type Tamper = Arc<dyn Fn(&mut types::Block) + Send + Sync>;

/// What consensus asks of us: build a block, judge a block.
#[derive(Clone)]
pub(crate) struct Proposer {
    pub(crate) ledger: Hash,
    pub(crate) committees: Arc<Committees>,
    pub(crate) timers: Timers,
    pub(crate) pool: Arc<Pool>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) changed: Arc<Signal>,
    pub(crate) board: Arc<Board>,
    pub(crate) lie: Option<Tamper>,
}

type Round = Context<Digest, PublicKey>;

/// Milliseconds since 1970-01-01 UTC.
pub(crate) fn now_ms(clock: &impl Clock) -> u64 {
    clock.current().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as u64)
}

/// What the blocks between the parent and the newest execution hold already.
struct Unexecuted {
    leaves: HashSet<Hash>,
    /// Newest height with transactions on the way to the parent.
    worked: u64,
    /// More blocks than a proposer looks through: propose no transactions.
    too_many: bool,
}

impl Proposer {
    /// The proposer's place, if it validates in the round's epoch.
    fn place(&self, round: &Round) -> Option<u32> {
        let committee = self.committees.committee(round.epoch().get())?;
        committee.position(&round.leader)
    }

    fn led(&self, round: &Round) {
        self.board.led(round.epoch().get(), round.view().get(), key_bytes(&round.leader));
    }

    async fn unexecuted(&self, parent: &Header, mut ancestry: impl Ancestry<Block>) -> Option<Unexecuted> {
        let newest = self.progress.newest();
        let mut found = Unexecuted { leaves: HashSet::new(), worked: newest.worked, too_many: false };
        let mut height = parent.height;
        if height.saturating_sub(newest.height) > limits::MAX_LAG {
            found.too_many = true;
            return Some(found);
        }
        while height > newest.height {
            let block = ancestry.next().await?;
            height = block.inner().header().height;
            if height <= newest.height {
                break;
            }
            if !block.inner().leaves().is_empty() {
                found.worked = found.worked.max(height);
                found.leaves.extend(block.inner().leaves());
            }
        }
        Some(found)
    }

    /// Waits until there is something to order or to certify, or the heartbeat is due.
    async fn wait_for_work(&self, clock: &impl Clock, parent: &Header, unexecuted: &Unexecuted) {
        let begun = clock.current();
        let gathered = begun + self.timers.pacing;
        let (patience, heartbeat) = (begun + self.timers.heartbeat / 2, begun + self.timers.heartbeat);
        loop {
            let changed = self.changed.listen();
            let newest = self.progress.newest();
            let worked = unexecuted.worked.max(newest.worked);
            let certify = parent.executed_height < worked && newest.height >= worked;
            let order = !unexecuted.too_many && self.pool.has_other_than(&unexecuted.leaves);
            let due = match certify || order {
                true if self.pool.is_plenty() => begun,
                true if order && newest.height + PIPELINE < parent.height => patience,
                true => gathered,
                false => heartbeat,
            };
            if due <= clock.current() {
                return;
            }
            select! {
                _ = clock.sleep_until(due) => {},
                _ = changed => {},
            }
        }
    }

    /// The execution that a header on `parent` names: that of `height`, or the parent's where it is not newer or not at hand.
    fn executed(&self, parent: &Header, height: u64) -> (u64, Hash) {
        let newer = height > parent.executed_height && height <= parent.height;
        match self.progress.result_at(height).filter(|_| newer) {
            Some(result) => (height, result),
            None => (parent.executed_height, parent.executed_result),
        }
    }

    async fn build(&self, clock: &impl Clock, round: &Round, ancestry: impl Ancestry<Block>) -> Option<Block> {
        let parent = ancestry.peek()?.clone();
        let (hash, parent) = (parent.inner().hash(), parent.inner().header());
        let unexecuted = self.unexecuted(parent, ancestry).await?;
        self.wait_for_work(clock, parent, &unexecuted).await;
        let (height, time_ms) = (parent.height + 1, now_ms(clock).max(parent.time_ms + 1));
        let newest = self.progress.newest().height;
        // With transactions not the newest execution, for which the other validators would have to wait, but the one before.
        let (mut executed_height, mut executed_result) = self.executed(parent, newest.saturating_sub(1));
        let packed = match !unexecuted.too_many && height - executed_height <= limits::MAX_LAG {
            true => self.pool.pack(&unexecuted.leaves, time_ms, Room::BLOCK),
            false => Packed::default(),
        };
        if packed.leaves.is_empty() {
            (executed_height, executed_result) = self.executed(parent, newest);
        }
        let header = Header {
            ledger: self.ledger,
            epoch: round.epoch().get(),
            height,
            parent: hash,
            time_ms,
            proposer: self.place(round)?,
            transactions_root: Hash::ZERO,
            transactions: 0,
            executed_height,
            executed_result,
        };
        debug!(height, transactions = packed.leaves.len(), executed = executed_height, "proposing");
        Some(self.tampered(Block::build(header, &packed.transactions, packed.leaves)))
    }

    fn tampered(&self, block: Block) -> Block {
        let Some(lie) = &self.lie else { return block };
        let mut inner = block.inner().clone();
        lie(&mut inner);
        let leaves = inner.transactions.iter().map(|wire| types::merkle::leaf(wire)).collect();
        Block::build(inner.header, &inner.transactions, leaves)
    }

    /// The rules of form: what is wrong for ever, without waiting for anything.
    fn broken_rule(&self, round: &Round, parent: &Header, header: &Header) -> Option<&'static str> {
        let rules = [
            (header.ledger == self.ledger, "another ledger"),
            (header.epoch == round.epoch().get(), "another epoch"),
            (parent.height.checked_add(1) == Some(header.height), "height does not follow the parent's"),
            (header.parent == to_hash(&round.parent.1), "another parent"),
            (Some(header.proposer) == self.place(round), "proposer is not the leader"),
            (header.time_ms > parent.time_ms, "time does not follow the parent's"),
            (header.executed_height >= parent.executed_height, "executed goes back"),
            (header.executed_height < header.height, "executed is not before the block"),
            (
                header.executed_height > parent.executed_height || header.executed_result == parent.executed_result,
                "executed repeats the parent's height with another result",
            ),
            (
                header.transactions == 0
                    || header.height - header.executed_height.min(header.height) <= limits::MAX_LAG,
                "transactions although execution lags",
            ),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map(|(_, rule)| rule)
    }

    async fn judge(&self, clock: &impl Clock, round: &Round, mut ancestry: impl Ancestry<Block>) -> bool {
        let Some(block) = ancestry.next().await else { return pending().await };
        let Some(parent) = ancestry.next().await else { return pending().await };
        let (header, parent) = (block.inner().header(), parent.inner().header());
        if let Some(rule) = self.broken_rule(round, parent, header) {
            error!(height = header.height, leader = %Hash(key_bytes(&round.leader)), rule, "voting against a proposal");
            self.board.alarm();
            return false;
        }
        if let Some(due) = header.time_ms.checked_sub(limits::CLOCK_AHEAD_MS_MAX) {
            sleep_until_ms(clock, due).await;
        }
        if header.executed_height == parent.executed_height {
            return true;
        }
        let own = self.progress.result(header.executed_height).await;
        if own != header.executed_result {
            error!(
                height = header.executed_height, %own, proposed = %header.executed_result, leader = %Hash(key_bytes(&round.leader)),
                "voting against a proposal whose result of an execution is not ours"
            );
            self.board.alarm();
        }
        own == header.executed_result
    }
}

/// Waits for a time; for one so far away that the view will long be over, for ever.
async fn sleep_until_ms(clock: &impl Clock, at_ms: u64) {
    match at_ms.saturating_sub(now_ms(clock)) {
        0 => {}
        ahead if ahead < VIEW_MS_MAX => clock.sleep(Duration::from_millis(ahead)).await,
        _ => pending().await,
    }
}

impl<E: Clock> Application<E> for Proposer {
    type SigningScheme = Scheme;
    type Context = Round;
    type Block = Block;
    type Input = ();

    async fn propose(
        &mut self,
        (clock, round): (E, Round),
        ancestry: impl Ancestry<Block>,
        _: (),
    ) -> Option<Digested<Block>> {
        if self.progress.is_halted() {
            return pending().await;
        }
        self.led(&round);
        let block = self.build(&clock, &round, ancestry).await?;
        if self.progress.is_halted() {
            return pending().await;
        }
        let digest = block.digest();
        Some(Digested::precomputed(block, digest))
    }

    async fn verify(&mut self, (clock, round): (E, Round), ancestry: impl Ancestry<Block>) -> bool {
        self.led(&round);
        let valid = self.judge(&clock, &round, ancestry).await;
        if self.progress.is_halted() {
            return pending().await;
        }
        valid
    }
}
