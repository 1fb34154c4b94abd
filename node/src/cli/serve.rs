use super::exit::Exit;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Threads that serve HTTP.
const THREADS: usize = 2;

/// Runs a task that serves until it ends.
pub fn block_on<T>(task: impl Future<Output = Result<T, Exit>>) -> Result<T, Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .max_blocking_threads(64)
        .thread_name("http")
        .enable_all()
        .build()
        .map_err(|error| Exit::Fault(format!("starting threads: {error}")))?;
    let result = runtime.block_on(task);
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    result
}

/// Ctrl-C and SIGTERM. To be listened to before anybody is told that the node runs: until then they end the process as it is.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Exit> {
        let fault = |error: std::io::Error| Exit::Fault(format!("listening for signals: {error}"));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(fault)?,
            terminate: signal(SignalKind::terminate()).map_err(fault)?,
        })
    }

    /// Waits for one of them.
    pub async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Waits for Ctrl-C or SIGTERM, or for a validator to stop by itself.
pub async fn until_stopped(
    mut signals: Signals,
    members: &[std::sync::Arc<crate::member::Member>],
) -> Result<(), Exit> {
    let halted = futures::future::select_all(members.iter().map(|member| {
        Box::pin(async {
            let mut halting = member.hub.halting();
            let why = halting.wait_for(Option::is_some).await.map(|why| why.clone()).ok().flatten();
            format!("{} has stopped: {}", member.id, why.unwrap_or_default())
        })
    }));
    tokio::select! {
        () = signals.received() => Ok(()),
        (why, ..) = halted => Err(Exit::Fault(why)),
    }
}
