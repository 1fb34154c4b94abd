use crate::{
    application::{Proposer, Tamper, now_ms},
    block::Block,
    committee::{Committees, PublicKey, Schemes, private_key},
    config::{Config, Peer, Timers},
    epoch::{Epochs, Track},
    executor::{Executor, Feeds, Shared},
    gossip::Gossip,
    handle::EngineHandle,
    pool::Pool,
    progress::Progress,
    reporter::{Finals, Tap},
    signal::Signal,
    status::Board,
    wiring::{
        CHANNELS,
        storage::{Caches, VIEWS},
    },
};
use commonware_broadcast::buffered;
use commonware_consensus::{
    marshal::{
        self,
        core::{Actor as Marshal, Mailbox},
        resolver::p2p as backfill,
        standard::{Inline, Standard},
    },
    simplex::scheme::ed25519::Scheme,
    types::{FixedEpocher, ViewDelta},
};
use commonware_cryptography::{Digested, Digestible as _, Signer as _, certificate::Verifier as _};
use commonware_p2p::{Blocker, Provider, Receiver, Sender};
use commonware_parallel::Sequential;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage};
use commonware_storage::archive::prunable;
use commonware_utils::{NZDuration, NZUsize, channel::mpsc};
use counterfoil_index::Index;
use counterfoil_types::{
    Fault, Hash,
    machine::{Admission, Machine, Observer},
};
use rand_core::CryptoRng;
use std::{num::NonZeroU64, sync::Arc, time::Duration};

/// What goes wrong with a simulated validator.
#[derive(Clone, Default)]
pub struct Faults {
    /// How it changes the blocks that it proposes.
    pub lie: Option<Tamper>,
    /// How long each block takes it to execute, beside the time of its state machine.
    pub slowness: Duration,
}

/// What a validator is made from, beside its network.
pub struct Settings {
    /// The ledger.
    pub ledger: Hash,
    /// Blocks in one epoch.
    pub epoch_length: u64,
    /// Seed of this validator's key.
    pub me: [u8; 32],
    /// All validators.
    pub validators: Vec<Peer>,
    /// How long things may take.
    pub timers: Timers,
    /// What every partition of storage begins with.
    pub prefix: String,
    /// What goes wrong, in simulations.
    pub faults: Faults,
    /// The state machine.
    pub machine: Box<dyn Machine>,
    /// The check at the door.
    pub admission: Arc<dyn Admission>,
    /// Who wants to know.
    pub observer: Arc<dyn Observer>,
}

impl Settings {
    /// What the configuration says, with the parts that are not configuration.
    pub fn new(
        config: &Config,
        machine: Box<dyn Machine>,
        admission: Arc<dyn Admission>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self {
            ledger: config.ledger,
            epoch_length: config.epoch_length,
            me: config.me,
            validators: config.validators.clone(),
            timers: config.timers.clone(),
            prefix: "engine".into(),
            faults: Faults::default(),
            machine,
            admission,
            observer,
        }
    }
}

/// The network as one validator sees it.
pub struct Network<M, B, S, R> {
    /// Who the peers are.
    pub peers: M,
    /// Shuts misbehaving peers out.
    pub blocker: B,
    /// Is told the validators of each epoch.
    pub track: Track,
    /// The channels, in their order.
    pub channels: [(S, R); CHANNELS],
}

/// A running validator.
pub struct Validator {
    /// The way into it.
    pub handle: EngineHandle,
    /// Ends when the validator cannot go on.
    pub epochs: Handle<Result<(), Fault>>,
    /// The executor's task.
    pub executor: Handle<()>,
}

/// Opens storage and starts every part of a validator, on this runtime and network. All tasks are children of `context`.
pub async fn start<E, M, B, S, R>(
    context: E,
    settings: Settings,
    network: Network<M, B, S, R>,
) -> Result<Validator, Fault>
where
    E: Clock + CryptoRng + Spawner + Storage + Metrics,
    M: Provider<PublicKey = PublicKey>,
    B: Blocker<PublicKey = PublicKey>,
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    let Settings { ledger, epoch_length, me, validators, timers, prefix, faults, machine, admission, observer } =
        settings;
    let me = private_key(&me);
    let committees = Arc::new(Committees::new(&ledger, &validators, &me)?);
    let length = NonZeroU64::new(epoch_length)
        .filter(|length| length.get() > 1)
        .ok_or_else(|| Fault::Unusable("an epoch has at least 2 blocks".into()))?;
    let epocher = FixedEpocher::new(length);
    let caches = Caches::new();
    let changed = Arc::new(Signal::default());
    let pool = Arc::new(Pool::new(changed.clone()));
    let progress = Arc::new(Progress::new(changed.clone()));
    let board = Arc::new(Board::new(progress.clone(), pool.clone()));

    let index = Index::open(context.child("index"), &prefix).await?;
    let shared = Shared {
        observer: observer.clone(),
        progress: progress.clone(),
        pool: pool.clone(),
        epoch_length,
        slowness: faults.slowness,
        committees: committees.clone(),
    };
    let executor = Executor::open(machine, index, shared).await?;
    let genesis = executor.genesis();
    if genesis.header().ledger != ledger {
        return Err(Fault::Unusable(format!("the state is of ledger {}, not of {ledger}", genesis.header().ledger)));
    }
    let height = executor.height();

    let [votes, certificates, resolver, missing, blocks, transactions] = network.channels;
    let peers = Peers { me: me.public_key(), provider: network.peers, blocker: network.blocker.clone() };
    let (finals, finals_feed) = mpsc::unbounded_channel();
    let (commands, commands_feed) = mpsc::unbounded_channel();
    let (boundaries, boundaries_feed) = mpsc::unbounded_channel();
    let reporter = Finals { blocks: finals, board: board.clone() };
    let marshal =
        start_marshal(&context, &prefix, &caches, &committees, &epocher, genesis, peers, missing, blocks, reporter)
            .await?;

    // A state restored from before does not take consensus back to an epoch that is over.
    let processed = marshal.get_processed().await.map_or(0, |processed| processed.height().get());
    let height = height.max(processed);

    let proposer = Proposer {
        ledger,
        committees: committees.clone(),
        timers: timers.clone(),
        pool: pool.clone(),
        progress: progress.clone(),
        changed,
        board: board.clone(),
        lie: faults.lie,
    };
    let application = Inline::new(context.child("application"), proposer, marshal.clone(), epocher.clone());
    let tap = Tap {
        clock: Arc::new(context.child("tap")),
        inner: application.clone(),
        board: board.clone(),
        executor: commands.clone(),
    };
    let executing = {
        let marshal = marshal.clone();
        let feeds = Feeds { blocks: finals_feed, commands: commands_feed, boundaries };
        // The state machine blocks: it gets a thread of its own, where the runtime has threads.
        context.child("executor").dedicated().spawn(move |context| executor.run(context, marshal, feeds))
    };
    let epochs = Epochs {
        application,
        reporter: tap,
        blocker: network.blocker,
        track: network.track,
        committees,
        epocher,
        marshal,
        timers: timers.clone(),
        caches,
        prefix,
        progress: progress.clone(),
        board: board.clone(),
    };
    let epochs = context.child("epochs").spawn(move |context| async move {
        let ended = epochs.run(context, [votes, certificates, resolver], height, boundaries_feed).await;
        if let Err(fault) = &ended
            && progress.halt(&fault.report())
        {
            tracing::error!(why = %fault.report(), "this member stops");
            observer.halted(&fault.report());
        }
        ended
    });
    let (fresh, fresh_feed) = mpsc::unbounded_channel();
    Gossip { pool: pool.clone(), admission, timers }.start(context.child("gossip"), transactions, fresh_feed);

    let clock = context.child("clock");
    let handle = EngineHandle {
        pool,
        board,
        gossip: fresh,
        executor: commands,
        now_ms: Arc::new(move || now_ms(&clock)),
        stop: Arc::new(|| {}),
    };
    Ok(Validator { handle, epochs, executor: executing })
}

/// What marshal and broadcast want to know about the network.
struct Peers<M, B> {
    me: PublicKey,
    provider: M,
    blocker: B,
}

/// Starts the ordered delivery of final blocks, and what it needs: archives, new blocks, missing blocks.
#[allow(clippy::too_many_arguments, reason = "wiring: each is used once")]
async fn start_marshal<E, M, B, S, R>(
    context: &E,
    prefix: &str,
    caches: &Caches,
    committees: &Arc<Committees>,
    epocher: &FixedEpocher,
    genesis: Block,
    peers: Peers<M, B>,
    missing: (S, R),
    blocks: (S, R),
    reporter: Finals,
) -> Result<Mailbox<Scheme, Standard<Block>>, Fault>
where
    E: Clock + CryptoRng + Spawner + Storage + Metrics,
    M: Provider<PublicKey = PublicKey>,
    B: Blocker<PublicKey = PublicKey>,
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    let resolver = backfill::init(
        context.child("backfill"),
        backfill::Config {
            public_key: peers.me.clone(),
            peer_provider: peers.provider.clone(),
            blocker: peers.blocker,
            mailbox_size: NZUsize!(1_024),
            fetch_timeout: NZDuration!(Duration::from_secs(2)),
            fetch_retry_delay: Duration::from_millis(100),
            priority_requests: false,
            priority_responses: false,
        },
        missing,
    );
    let (broadcast, buffer) = buffered::Engine::new(
        context.child("broadcast"),
        buffered::Config {
            public_key: peers.me,
            mailbox_size: NZUsize!(1_024),
            deque_size: 6,
            priority: false,
            codec_config: (),
            peer_provider: peers.provider,
            strategy: Sequential,
        },
    );
    broadcast.start(blocks);

    let damaged = |what: &str, error: commonware_storage::archive::Error| Fault::Corrupt {
        what: what.into(),
        detail: error.to_string(),
        recover: "restore the state and the engine's folder from the same backup".into(),
    };
    let certificates = committees.genesis().scheme().certificate_codec_config();
    let finalizations =
        prunable::Archive::init(context.child("finalizations"), caches.archive(prefix, "finalizations", certificates))
            .await
            .map_err(|error| damaged("the archive of certificates", error))?;
    let archive = prunable::Archive::init(context.child("blocks"), caches.archive(prefix, "blocks", ()))
        .await
        .map_err(|error| damaged("the archive of blocks", error))?;

    let digest = genesis.digest();
    let (actor, mailbox, _) = Marshal::<_, Standard<Block>, _, _, _, _, _>::init(
        context.child("marshal"),
        finalizations,
        archive,
        marshal::Config {
            provider: Schemes(committees.clone()),
            epocher: epocher.clone(),
            start: marshal::Start::Genesis(Digested::precomputed(genesis, digest)),
            partition_prefix: prefix.to_owned(),
            mailbox_size: NZUsize!(1_024),
            view_retention: ViewDelta::new(16),
            prunable_items_per_section: VIEWS,
            page_cache: caches.pages.clone(),
            replay_buffer: caches.buffer,
            key_write_buffer: caches.buffer,
            value_write_buffer: caches.buffer,
            block_codec_config: (),
            max_repair: NZUsize!(16),
            max_pending_acks: NZUsize!(16),
            strategy: Sequential,
        },
    )
    .await;
    actor.start(reporter, buffer, resolver);
    Ok(mailbox)
}
