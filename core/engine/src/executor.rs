use crate::{
    block::{Block, Digest, to_hash},
    committee::Committees,
    pool::Pool,
    progress::Progress,
    reporter::Final,
};
use bytes::Bytes;
use commonware_codec::Encode as _;
use commonware_consensus::{
    marshal::{core::Mailbox, standard::Standard},
    simplex::scheme::ed25519::Scheme,
    types::Height,
};
use commonware_cryptography::Digestible as _;
use commonware_macros::select;
use commonware_runtime::{Clock, Metrics, Spawner, Storage};
use commonware_utils::{
    Acknowledgement as _,
    acknowledgement::Exact,
    channel::{mpsc, oneshot},
};
use counterfoil_index::Index;
use counterfoil_proof::IndexProof;
use counterfoil_types::{
    Fault, Hash, Refusal, RefusalKind,
    machine::{Located, Machine, Observer},
    row,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tracing::{debug, error, info};

/// Certificates and executed blocks that wait for each other.
const CERTIFICATES_MAX: usize = 256;
/// Commands that are served before the next block at most.
const COMMANDS_BEFORE_BLOCK: usize = 64;

/// A row as it was at a certified height, and the proof of its value or absence in the index of that height.
#[derive(Debug)]
pub struct StateProof {
    /// The certified height.
    pub height: u64,
    /// The row.
    pub located: Located,
    /// The path to the state root of that height.
    pub index_proof: IndexProof,
    /// Of an absent row: the path from its table's marker, see [`row::indexed_table_key`].
    pub table_proof: Option<IndexProof>,
}

/// What others ask of the executor, between blocks.
pub(crate) enum Command {
    Certificate { block: Hash, certificate: Bytes },
    Prove { table: String, key: Vec<String>, reply: oneshot::Sender<Result<StateProof, Refusal>> },
}

/// What the executor tells the epochs: the last block of one is executed.
pub(crate) struct Boundary {
    pub(crate) height: u64,
    pub(crate) digest: Digest,
}

type Marshal = Mailbox<Scheme, Standard<Block>>;

/// Executes final blocks, one after the other, and commits each with its root before it is acknowledged.
pub(crate) struct Executor<E: Storage + Clock + Metrics + Spawner> {
    machine: Box<dyn Machine>,
    index: Index<E>,
    observer: Arc<dyn Observer>,
    progress: Arc<Progress>,
    pool: Arc<Pool>,
    epoch_length: u64,
    slowness: Duration,
    committees: Arc<Committees>,
    /// Certificates of blocks not executed yet, and executed blocks without one: the newest of each.
    certificates: VecDeque<(Hash, Bytes)>,
    executed: VecDeque<(Hash, u64)>,
    unacknowledged: Option<Exact>,
}

/// What an executor shares with the other parts of a validator.
pub(crate) struct Shared {
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) epoch_length: u64,
    pub(crate) slowness: Duration,
    pub(crate) committees: Arc<Committees>,
}

/// Where an executor gets its work.
pub(crate) struct Feeds {
    pub(crate) blocks: mpsc::UnboundedReceiver<Final>,
    pub(crate) commands: mpsc::UnboundedReceiver<Command>,
    pub(crate) boundaries: mpsc::UnboundedSender<Boundary>,
}

impl<E: Storage + Clock + Metrics + Spawner> Executor<E> {
    /// Brings machine and index to the same height: commits genesis if need be, replays what the index lacks.
    pub(crate) async fn open(
        mut machine: Box<dyn Machine>,
        mut index: Index<E>,
        shared: Shared,
    ) -> Result<Self, Fault> {
        if let Some(updates) = machine.begin_genesis()? {
            if index.next() > 0 {
                return Err(ahead(&index, "nothing"));
            }
            let root = index.prepare(0, &updates).await?;
            let executed = machine.commit(root)?;
            shared.observer.executed(&executed);
        }
        let tip = machine.tip();
        if index.next() > tip.height + 1 {
            return Err(ahead(&index, &format!("height {}", tip.height)));
        }
        let (first, certified) = (index.next(), tip.header.executed_height);
        for height in first..=tip.height {
            let root = index.prepare(height, &machine.index_updates(height)?).await?;
            let committed = machine.state_root(height)?;
            if committed != Some(root) {
                return Err(Fault::Corrupt {
                    what: "the index".into(),
                    detail: format!("its root of height {height} is {root}, the state has {committed:?}"),
                    recover: "stop the member, delete the index folders and start it: it rebuilds the index".into(),
                });
            }
            // At once, because what is not applied is in memory.
            index.certify(height.min(certified)).await?;
        }
        index.certify(certified).await?;
        machine.certified(certified)?;
        for height in certified.saturating_sub(RESULTS_BELOW)..=tip.height {
            if let Some(result) = machine.result(height)? {
                shared.progress.executed(height, result, false);
            }
        }
        shared.progress.executed(tip.height, tip.result, tip.header.transactions > 0);
        shared.progress.certified(certified);
        shared.observer.certified(certified);
        info!(
            height = tip.height,
            certified,
            replayed = tip.height + 1 - first.min(tip.height + 1),
            "state and index opened"
        );
        let Shared { observer, progress, pool, epoch_length, slowness, committees } = shared;
        let (certificates, executed) = (VecDeque::new(), VecDeque::new());
        let executor = Self {
            machine,
            index,
            observer,
            progress,
            pool,
            epoch_length,
            slowness,
            committees,
            certificates,
            executed,
            unacknowledged: None,
        };
        executor.settle_validators()?;
        Ok(executor)
    }

    /// The block that everything starts from.
    pub(crate) fn genesis(&self) -> Block {
        Block::genesis(self.machine.genesis_header())
    }

    /// Tells order who validates in the epoch of the next block and in the one after it.
    fn settle_validators(&self) -> Result<(), Fault> {
        let epoch = (self.height() + 1) / self.epoch_length;
        self.committees.learn(&self.machine.validators()?, epoch + 1)
    }

    /// The newest committed height.
    pub(crate) fn height(&self) -> u64 {
        self.machine.tip().height
    }

    /// Works until the runtime stops or nobody feeds it; after a fault or a divergence it only refuses.
    pub(crate) async fn run(mut self, context: E, marshal: Marshal, mut feeds: Feeds) {
        let Err(fault) = self.work(&context, &marshal, &mut feeds).await else { return };
        let why = fault.report();
        if self.progress.halt(&why) {
            error!(%why, "this member stops");
            self.observer.halted(&why);
        }
        while let Some(command) = feeds.commands.recv().await {
            if let Command::Prove { reply, .. } = command {
                let _ = reply.send(Err(stopped()));
            }
        }
    }

    async fn work(&mut self, context: &E, marshal: &Marshal, feeds: &mut Feeds) -> Result<(), Fault> {
        self.refill(marshal, &feeds.boundaries).await?;
        let mut stopping = context.stopped();
        loop {
            select! {
                // Spares the next start the replay.
                _ = &mut stopping => return self.index.commit().await,
                next = feeds.blocks.recv() => {
                    let Some(Final { block, acknowledgement }) = next else { return Ok(()) };
                    // Its certificate may be among the commands. Not all of them: whoever asks for proofs must not hold up blocks.
                    for _ in 0..COMMANDS_BEFORE_BLOCK {
                        let Ok(command) = feeds.commands.try_recv() else { break };
                        self.serve(command).await?;
                    }
                    // Unacknowledged while it is not committed, so that the block comes again after a restart.
                    self.unacknowledged = Some(acknowledgement);
                    if !self.slowness.is_zero() {
                        context.sleep(self.slowness).await;
                    }
                    self.finalised(block.inner(), marshal, &feeds.boundaries).await?;
                    self.unacknowledged.take().expect("just put").acknowledge();
                },
                command = feeds.commands.recv() => {
                    let Some(command) = command else { return Ok(()) };
                    self.serve(command).await?;
                },
            }
        }
    }

    /// Executes blocks that marshal had delivered to a state that is no more, such as one restored from a backup.
    async fn refill(&mut self, marshal: &Marshal, boundaries: &mpsc::UnboundedSender<Boundary>) -> Result<(), Fault> {
        let Some(processed) = marshal.get_processed().await else { return Ok(()) };
        for height in self.height() + 1..=processed.height().get() {
            let Some(block) = marshal.get_block(Height::new(height)).await else {
                return Err(Fault::Corrupt {
                    what: "the block archive".into(),
                    detail: format!(
                        "the state needs block {height}, which it had before, and the archive does not hold it"
                    ),
                    recover: "restore the state and the engine's folder from the same backup".into(),
                });
            };
            self.finalised(block.inner(), marshal, boundaries).await?;
        }
        Ok(())
    }

    async fn finalised(
        &mut self,
        block: &Block,
        marshal: &Marshal,
        boundaries: &mpsc::UnboundedSender<Boundary>,
    ) -> Result<(), Fault> {
        let tip = self.machine.tip();
        let header = block.header();
        if header.height <= tip.height {
            return match header.height == tip.height && header.height > 0 && block.hash() != tip.digest {
                true => Err(fork(header.height, &tip.digest, &block.hash())),
                false => Ok(()),
            };
        }
        if header.height != tip.height + 1 || (header.parent != tip.digest && tip.height > 0) {
            return Err(fork(tip.height, &tip.digest, &header.parent));
        }
        self.compare(header.executed_height, header.executed_result)?;
        let certificate = self.certificate_of(block, marshal).await;
        let updates = self.machine.execute(block.inner(), certificate.as_deref())?;
        let state_root = self.index.prepare(header.height, &updates).await?;
        let executed = self.machine.commit(state_root)?;
        debug!(height = header.height, transactions = header.transactions, result = %executed.result, "executed");
        if certificate.is_none() {
            remember(&mut self.executed, (block.hash(), header.height));
        }
        // The pool first: who sees the height executed must not find its transactions waiting.
        self.pool.finalise(block.leaves(), header.time_ms);
        self.progress.executed(header.height, executed.result, header.transactions > 0);
        self.observer.executed(&executed);
        self.certify(header.executed_height).await?;
        if (header.height + 1).is_multiple_of(self.epoch_length) {
            self.settle_validators()?;
            let _ = boundaries.send(Boundary { height: header.height, digest: block.digest() });
        }
        Ok(())
    }

    /// Its encoded finalization, if it has one of its own.
    async fn certificate_of(&mut self, block: &Block, marshal: &Marshal) -> Option<Bytes> {
        let hash = block.hash();
        if let Some(at) = self.certificates.iter().position(|(of, _)| *of == hash) {
            return self.certificates.remove(at).map(|(_, certificate)| certificate);
        }
        let finalization = marshal.get_finalization(Height::new(block.header().height)).await?;
        (to_hash(&finalization.proposal.payload) == hash).then(|| finalization.encode())
    }

    /// The members agreed on the result of a height: it must be ours.
    fn compare(&self, height: u64, certified: Hash) -> Result<(), Fault> {
        if height <= self.progress.certified_height() {
            return Ok(());
        }
        match self.machine.result(height)?.unwrap_or(Hash::ZERO) {
            own if own == certified => Ok(()),
            own => Err(Fault::Diverged { height, own, certified }),
        }
    }

    /// From now on proofs are of this height.
    async fn certify(&mut self, height: u64) -> Result<(), Fault> {
        if height > self.progress.certified_height() {
            self.index.certify(height).await?;
            self.machine.certified(height)?;
            self.progress.certified(height);
            self.observer.certified(height);
        }
        Ok(())
    }

    async fn serve(&mut self, command: Command) -> Result<(), Fault> {
        match command {
            Command::Certificate { block, certificate } => {
                match self.executed.iter().position(|(of, _)| *of == block).and_then(|at| self.executed.remove(at)) {
                    Some((_, height)) => self.machine.certificate(height, &certificate)?,
                    None => remember(&mut self.certificates, (block, certificate)),
                }
            }
            Command::Prove { table, key, reply } => {
                let _ = reply.send(self.prove(&table, &key).await?);
            }
        }
        Ok(())
    }

    async fn prove(&mut self, table: &str, key: &[String]) -> Result<Result<StateProof, Refusal>, Fault> {
        let height = self.progress.certified_height();
        let located = match self.machine.locate(table, key, height) {
            Ok(located) => located,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let index_proof = self.index.prove(&located.key).await?;
        let table_proof = match located.row {
            None => Some(self.index.prove(&row::indexed_table_key(&located.table)).await?),
            Some(_) => None,
        };
        Ok(Ok(StateProof { height, located, index_proof, table_proof }))
    }
}

/// Results below the certified height that are read back at the start.
const RESULTS_BELOW: u64 = 64;

/// The answer of a member that does not execute any more.
pub(crate) fn stopped() -> Refusal {
    Refusal::new("engine/1", RefusalKind::Busy, "this member has stopped and gives no proofs")
}

fn remember<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() == CERTIFICATES_MAX {
        queue.pop_front();
    }
    queue.push_back(item);
}

fn fork(height: u64, own: &Hash, certified: &Hash) -> Fault {
    Fault::Diverged { height, own: *own, certified: *certified }
}

fn ahead<E: Storage + Clock + Metrics + Spawner>(index: &Index<E>, state: &str) -> Fault {
    Fault::Corrupt {
        what: "the index".into(),
        detail: format!(
            "it holds height {}, the state {state}: they are not of the same time",
            index.next().saturating_sub(1)
        ),
        recover: "stop the member, delete the index folders and start it: it rebuilds the index".into(),
    }
}
