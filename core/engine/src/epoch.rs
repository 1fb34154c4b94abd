use crate::{
    block::{Block, Digest},
    committee::{Committee, Committees, PublicKey},
    config::Timers,
    executor::Boundary,
    progress::Progress,
    status::Board,
    wiring::storage::Caches,
};
use commonware_consensus::{
    CertifiableAutomaton, Relay, Reporter,
    marshal::{core::Mailbox, standard::Standard},
    simplex::{
        self, Floor, Plan, SkipBudget,
        config::{ForwardPolicy, SkipPolicy},
        elector::RoundRobin,
        scheme::ed25519::Scheme,
        types::{Activity, Context},
    },
    types::{Epoch, Epocher as _, FixedEpocher, Height, ViewDelta},
};
use commonware_cryptography::Sha256;
use commonware_macros::select;
use commonware_p2p::{
    Blocker, Channel, Message, Receiver, Sender,
    utils::mux::{Builder as _, MuxHandle, Muxer},
};
use commonware_parallel::Sequential;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage};
use commonware_utils::{NZDuration, NZUsize, channel::mpsc, vec::NonEmptyVec};
use counterfoil_types::Fault;
use rand_core::CryptoRng;
use std::{sync::Arc, time::Duration};
use tracing::{debug, info, warn};

/// Tells the network which validators an epoch has.
pub type Track = Box<dyn FnMut(u64, &Committee) + Send>;

/// Runs one consensus after the other: each epoch its own, with its own votes on disk.
pub(crate) struct Epochs<A, T, B> {
    pub(crate) application: A,
    pub(crate) reporter: T,
    pub(crate) blocker: B,
    pub(crate) track: Track,
    pub(crate) committees: Arc<Committees>,
    pub(crate) epocher: FixedEpocher,
    pub(crate) marshal: Mailbox<Scheme, Standard<Block>>,
    pub(crate) timers: Timers,
    pub(crate) caches: Caches,
    pub(crate) prefix: String,
    pub(crate) progress: Arc<Progress>,
    pub(crate) board: Arc<Board>,
}

type Backup = mpsc::Receiver<(Channel, Message<PublicKey>)>;

/// The channels of consensus, shared by the epochs: a message says which it is of.
struct Channels<S: Sender> {
    votes: MuxHandle<S>,
    certificates: MuxHandle<S>,
    resolver: MuxHandle<S>,
    /// Messages of epochs that this member is not in.
    votes_elsewhere: Backup,
    certificates_elsewhere: Backup,
}

/// The running epoch; dropped, its consensus stops.
struct Running {
    epoch: Epoch,
    committee: Arc<Committee>,
    /// None in an epoch that this member only follows: each epoch's blocks come when the next one is heard of.
    consensus: Option<Handle<()>>,
}

impl Running {
    /// How consensus ended; while this member only follows, never.
    async fn ended(&mut self) -> Result<(), commonware_runtime::Error> {
        match &mut self.consensus {
            Some(consensus) => consensus.await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(consensus) = &self.consensus {
            consensus.abort();
        }
    }
}

impl<A, T, B> Epochs<A, T, B>
where
    A: CertifiableAutomaton<Context = Context<Digest, PublicKey>, Digest = Digest>
        + Relay<Digest = Digest, PublicKey = PublicKey, Plan = Plan<PublicKey>>,
    T: Reporter<Activity = Activity<Scheme, Digest>>,
    B: Blocker<PublicKey = PublicKey>,
{
    /// Runs epoch after epoch, beginning with the one after the block at `height`, until stopped or halted.
    pub(crate) async fn run<E, S, R>(
        mut self,
        context: E,
        [votes, certificates, resolver]: [(S, R); 3],
        height: u64,
        mut boundaries: mpsc::UnboundedReceiver<Boundary>,
    ) -> Result<(), Fault>
    where
        E: Clock + CryptoRng + Spawner + Storage + Metrics,
        S: Sender<PublicKey = PublicKey>,
        R: Receiver<PublicKey = PublicKey>,
    {
        let mut channels = self.channels(&context, votes, certificates, resolver);
        let (epoch, floor) = self.resume(height).await?;
        let mut running = self.enter(&context, &mut channels, epoch, floor, None).await?;
        let progress = self.progress.clone();
        let mut halted = Box::pin(progress.wait_halted());
        loop {
            select! {
                _ = &mut halted => return Ok(()),
                boundary = boundaries.recv() => {
                    let Some(Boundary { height, digest }) = boundary else { return Ok(()) };
                    // A height from before the start, delivered again.
                    if self.epocher.last(running.epoch) == Some(Height::new(height)) {
                        running = self.enter(&context, &mut channels, running.epoch.next(), digest, Some(running)).await?;
                    }
                },
                message = channels.votes_elsewhere.recv() => {
                    let Some((epoch, (from, _))) = message else { return Ok(()) };
                    self.heard(running.epoch, Epoch::new(epoch), from);
                },
                message = channels.certificates_elsewhere.recv() => {
                    let Some((epoch, (from, _))) = message else { return Ok(()) };
                    self.heard(running.epoch, Epoch::new(epoch), from);
                },
                ended = running.ended() => {
                    return match ended {
                        Ok(()) => Ok(()),
                        Err(error) => Err(Fault::new(format!("consensus of epoch {} ended", running.epoch), error)),
                    };
                },
            }
        }
    }

    fn channels<E, S, R>(&self, context: &E, votes: (S, R), certificates: (S, R), resolver: (S, R)) -> Channels<S>
    where
        E: Spawner,
        S: Sender<PublicKey = PublicKey>,
        R: Receiver<PublicKey = PublicKey>,
    {
        let (mux, votes, votes_elsewhere) =
            Muxer::builder(context.child("votes_mux"), votes.0, votes.1).with_backup().build();
        mux.start();
        let (mux, certificates, certificates_elsewhere) =
            Muxer::builder(context.child("certificates_mux"), certificates.0, certificates.1).with_backup().build();
        mux.start();
        let (mux, resolver) = Muxer::new(context.child("resolver_mux"), resolver.0, resolver.1);
        mux.start();
        Channels { votes, certificates, resolver, votes_elsewhere, certificates_elsewhere }
    }

    /// The epoch after the block at `height`, and the digest of the block that it begins on.
    async fn resume(&mut self, height: u64) -> Result<(Epoch, Digest), Fault> {
        let unusable = |why: String| Fault::Unusable(format!("the chain cannot go on: {why}"));
        let next =
            self.epocher.containing(Height::new(height + 1)).ok_or_else(|| unusable("no epoch is left".into()))?;
        let epoch = next.epoch();
        let floor = epoch.previous().and_then(|epoch| self.epocher.last(epoch)).unwrap_or_else(Height::zero);
        match self.marshal.get_info(floor).await {
            Some((_, digest)) => Ok((epoch, digest)),
            None => Err(Fault::Corrupt {
                what: "the block archive".into(),
                detail: format!("block {floor}, on which epoch {epoch} begins, is missing"),
                recover: "restore the state and the engine's folder from the same backup".into(),
            }),
        }
    }

    async fn enter<E, S>(
        &mut self,
        context: &E,
        channels: &mut Channels<S>,
        epoch: Epoch,
        floor: Digest,
        before: Option<Running>,
    ) -> Result<Running, Fault>
    where
        E: Clock + CryptoRng + Spawner + Storage + Metrics,
        S: Sender<PublicKey = PublicKey>,
    {
        let committee = self.committees.settled(epoch.get()).await;
        // Stops once, so that people notice; started again, it follows as far as the others let it, and may be voted in again.
        if !committee.has_me() && before.as_ref().is_some_and(|before| before.consensus.is_some()) {
            let why = format!("this validator was voted out: since epoch {epoch} the others order without it");
            return Err(Fault::Unusable(why));
        }
        if before.as_ref().is_none_or(|before| before.committee.participants != committee.participants) {
            (self.track)(epoch.get(), &committee);
        }
        drop(before);
        self.board.entered(epoch.get(), &committee);
        if !committee.has_me() {
            warn!(%epoch, "this validator was voted out: it follows the others");
            return Ok(Running { epoch, committee, consensus: None });
        }
        let closed = |_| Fault::failed("the network is down");
        let votes = channels.votes.register(epoch.get()).await.map_err(closed)?;
        let certificates = channels.certificates.register(epoch.get()).await.map_err(closed)?;
        let resolver = channels.resolver.register(epoch.get()).await.map_err(closed)?;
        let consensus = context.child("consensus").with_attribute("epoch", epoch);
        let engine = simplex::Engine::new(consensus, self.simplex(epoch, floor, &committee));
        let consensus = engine.start(votes, certificates, resolver);
        info!(%epoch, validators = committee.participants.len(), "entered an epoch");
        self.forget(context, epoch).await;
        Ok(Running { epoch, committee, consensus: Some(consensus) })
    }

    fn simplex(
        &self,
        epoch: Epoch,
        floor: Digest,
        committee: &Committee,
    ) -> simplex::Config<Scheme, RoundRobin<Sha256>, B, Digest, A, A, T, Sequential> {
        simplex::Config {
            scheme: committee.scheme().clone(),
            elector: RoundRobin::default(),
            blocker: self.blocker.clone(),
            automaton: self.application.clone(),
            relay: self.application.clone(),
            reporter: self.reporter.clone(),
            strategy: Sequential,
            partition: self.partition(epoch),
            mailbox_size: NZUsize!(1_024),
            epoch,
            floor: Floor::Genesis(floor),
            replay_buffer: self.caches.buffer,
            write_buffer: self.caches.buffer,
            page_cache: self.caches.pages.clone(),
            leader_timeout: self.timers.leader,
            certification_timeout: self.timers.certification,
            timeout_retry: self.timers.retry,
            view_retention: ViewDelta::new(16),
            skip: SkipPolicy::Enabled { timeout: self.timers.skip, budget: SkipBudget::Participants },
            fetch_timeout: NZDuration!(Duration::from_secs(1)),
            fetch_retry_delay: Duration::from_millis(100),
            forward: ForwardPolicy::Disabled,
            track_historical_votes: false,
        }
    }

    fn partition(&self, epoch: Epoch) -> String {
        format!("{}-votes-{epoch}", self.prefix)
    }

    /// Removes the votes of epochs that cannot be entered again: all before the last.
    async fn forget<E: Storage>(&mut self, context: &E, epoch: Epoch) {
        let mut before = epoch.previous().and_then(Epoch::previous);
        while let Some(epoch) = before {
            if context.remove(&self.partition(epoch), None).await.is_err() {
                return;
            }
            debug!(%epoch, "removed the votes of an epoch");
            before = epoch.previous();
        }
    }

    /// Somebody is in another epoch: if it is later than ours, the last block of ours is final and can be asked for.
    fn heard(&self, ours: Epoch, theirs: Epoch, from: PublicKey) {
        if theirs > ours
            && let Some(last) = self.epocher.last(ours)
        {
            debug!(%ours, %theirs, ?from, "behind: asking for the last block of the epoch");
            self.marshal.hint_finalized(last, NonEmptyVec::new(from));
        }
    }
}
