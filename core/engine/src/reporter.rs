use crate::{
    application::now_ms,
    block::{Block, Digest, to_hash},
    executor::Command,
    status::Board,
};
use commonware_actor::Feedback;
use commonware_codec::Encode as _;
use commonware_consensus::{
    Reporter,
    marshal::Update,
    simplex::{
        scheme::ed25519::Scheme,
        types::{Activity, Attributable as _},
    },
};
use commonware_cryptography::Digested;
use commonware_runtime::Clock;
use commonware_utils::{Participant, acknowledgement::Exact, channel::mpsc};
use std::sync::Arc;

/// A final block on its way to the executor, to be acknowledged when it is committed.
pub(crate) struct Final {
    pub(crate) block: Digested<Block>,
    pub(crate) acknowledgement: Exact,
}

/// Takes what marshal delivers: final blocks, in order.
#[derive(Clone)]
pub(crate) struct Finals {
    pub(crate) blocks: mpsc::UnboundedSender<Final>,
    pub(crate) board: Arc<Board>,
}

impl Reporter for Finals {
    type Activity = Update<Block>;

    fn report(&mut self, update: Update<Block>) -> Feedback {
        match update {
            Update::Tip(_, height, _) => {
                self.board.finalized(height.get());
                Feedback::Ok
            }
            Update::Block(block, acknowledgement) => match self.blocks.send(Final { block, acknowledgement }) {
                Ok(()) => Feedback::Ok,
                Err(_) => Feedback::Closed,
            },
        }
    }
}

/// Hands consensus activity on, and on the way notes who votes and keeps certificates for the executor.
pub(crate) struct Tap<E, R> {
    pub(crate) clock: Arc<E>,
    pub(crate) inner: R,
    pub(crate) board: Arc<Board>,
    pub(crate) executor: mpsc::UnboundedSender<Command>,
}

impl<E, R: Clone> Clone for Tap<E, R> {
    fn clone(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            inner: self.inner.clone(),
            board: self.board.clone(),
            executor: self.executor.clone(),
        }
    }
}

impl<E, R> Reporter for Tap<E, R>
where
    E: Clock,
    R: Reporter<Activity = Activity<Scheme, Digest>>,
{
    type Activity = Activity<Scheme, Digest>;

    fn report(&mut self, activity: Self::Activity) -> Feedback {
        let now_ms = now_ms(&*self.clock);
        for signer in signers(&activity) {
            self.board.voted(signer.get(), now_ms);
        }
        if let Activity::Finalization(finalization) = &activity {
            let block = to_hash(&finalization.proposal.payload);
            let _ = self.executor.send(Command::Certificate { block, certificate: finalization.encode() });
        }
        self.inner.report(activity)
    }
}

/// Who signed what consensus reports. Also from certificates: a member that is a little behind gets those instead of single votes.
fn signers(activity: &Activity<Scheme, Digest>) -> Vec<Participant> {
    match activity {
        Activity::Notarize(vote) => vec![vote.signer()],
        Activity::Nullify(vote) => vec![vote.signer()],
        Activity::Finalize(vote) => vec![vote.signer()],
        Activity::Notarization(certificate) => certificate.certificate.signers.iter().collect(),
        Activity::Nullification(certificate) => certificate.certificate.signers.iter().collect(),
        Activity::Finalization(certificate) => certificate.certificate.signers.iter().collect(),
        _ => Vec::new(),
    }
}
