use crate::{
    executor::{Command, StateProof, stopped},
    pool::{Busy, Pool},
    status::{Board, EngineStatus},
};
use bytes::Bytes;
use commonware_utils::channel::{mpsc, oneshot};
use counterfoil_types::{Refusal, limits, machine::Admitted};
use std::sync::Arc;

/// The way into a running validator.
#[derive(Clone)]
pub struct EngineHandle {
    pub(crate) pool: Arc<Pool>,
    pub(crate) board: Arc<Board>,
    pub(crate) gossip: mpsc::UnboundedSender<Vec<Bytes>>,
    pub(crate) executor: mpsc::UnboundedSender<Command>,
    pub(crate) now_ms: Arc<dyn Fn() -> u64 + Send + Sync>,
    pub(crate) stop: Arc<dyn Fn() + Send + Sync>,
}

impl EngineHandle {
    /// Takes admitted transactions, all or none, to order them and to pass them on. One that waits or was final already is not an error.
    ///
    /// # Errors
    /// [`Busy`] where there is no room, and from a member that has halted.
    pub fn submit(&self, transactions: Vec<Admitted>) -> Result<(), Busy> {
        if self.board.is_halted() {
            return Err(Busy { retry_after_ms: limits::RETRY_AFTER_MS });
        }
        let fresh = self.pool.submit(transactions, (self.now_ms)())?;
        if !fresh.is_empty() {
            let _ = self.gossip.send(fresh);
        }
        Ok(())
    }

    /// How far this member is.
    pub fn status(&self) -> EngineStatus {
        self.board.read((self.now_ms)())
    }

    /// Proves what a row is at the newest certified height, or that it is absent.
    pub fn prove(
        &self,
        table: String,
        key: Vec<String>,
    ) -> impl Future<Output = Result<StateProof, Refusal>> + Send + 'static {
        let (reply, answer) = oneshot::channel();
        let _ = self.executor.send(Command::Prove { table, key, reply });
        async move { answer.await.unwrap_or_else(|_| Err(stopped())) }
    }

    /// Stops the validator and returns when it is down. The other handles of it are then without effect.
    pub fn stop(self) {
        (self.stop)();
    }

    /// Marks the validator as stopped for this reason; says whether it was running.
    pub fn fail(&self, why: &str) -> bool {
        self.board.halt(why)
    }

    /// The same handle, which tells the time (milliseconds since 1970-01-01 UTC) in this way instead of by the runtime, and so does not
    /// keep the runtime's storage open.
    #[must_use]
    pub fn timed(mut self, now_ms: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.now_ms = Arc::new(now_ms);
        self
    }

    /// The same handle, which stops the validator in this way.
    #[must_use]
    pub fn stopping(mut self, stop: impl Fn() + Send + Sync + 'static) -> Self {
        self.stop = Arc::new(stop);
        self
    }
}
