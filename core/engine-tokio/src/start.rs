use crate::{network, preflight};
use commonware_runtime::{Runner as _, Spawner as _, Supervisor as _, tokio};
use commonware_utils::channel::oneshot;
use counterfoil_engine::{
    Committee, Config, EngineHandle,
    wiring::{self, Settings},
};
use counterfoil_types::{
    Fault,
    machine::{Admission, Machine, Observer},
};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tracing::{error, info};

/// How long the parts of a validator may take to end in order.
const STOP: Duration = Duration::from_secs(2);

/// Starts a validator on a thread and a runtime of its own, and returns when it takes part or cannot.
///
/// # Errors
/// An address that is in use, a folder that cannot be used or is used by another process, damaged files, a configuration that cannot work.
pub fn start(
    config: Config,
    machine: Box<dyn Machine>,
    admission: Arc<dyn Admission>,
    observer: Arc<dyn Observer>,
) -> Result<EngineHandle, Fault> {
    config.check()?;
    preflight::address(config.listen)?;
    preflight::directory(&config.directory)?;
    let committee = Committee::of_genesis(&config)?;
    let settings = Settings::new(&config, machine, admission, observer.clone());
    let (started, wait) = mpsc::channel();
    let (stop, stopping) = oneshot::channel();
    let name = format!("engine {}", config.listen);
    let thread = thread::Builder::new()
        .name(name)
        .spawn(move || run(config, committee, settings, &*observer, started, stopping))
        .map_err(|error| Fault::new("cannot start a thread", error))?;
    match wait.recv() {
        Ok(Ok(handle)) => Ok(handle.stopping(stopper(stop, thread))),
        Ok(Err(fault)) => {
            let _ = thread.join();
            Err(fault)
        }
        Err(_) => Err(Fault::failed("the engine ended before it had started")),
    }
}

type Started = mpsc::Sender<Result<EngineHandle, Fault>>;

/// The engine's thread: until the validator is stopped or a task of it panics.
fn run(
    config: Config,
    committee: Arc<Committee>,
    settings: Settings,
    observer: &dyn Observer,
    started: Started,
    stopping: oneshot::Receiver<()>,
) {
    let running: Arc<Mutex<Option<EngineHandle>>> = Arc::default();
    let (shared, first) = (running.clone(), started.clone());
    let folder = config.directory.display().to_string();
    let taken = preflight::Taken::of(&config.directory);
    let runner = tokio::Runner::new(
        tokio::Config::default()
            .with_worker_threads(config.worker_threads.max(1))
            .with_storage_directory(&config.directory)
            .with_max_blocking_threads(64),
    );
    let work = move || {
        runner.start(async move |context| {
            validate(context, &config, &committee, settings, &shared, first, stopping).await
        })
    };
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { return };
    let why = match taken.is_gone() {
        true => format!("the folder {folder} was removed or replaced while this member ran: {}", message(&*panic)),
        false => format!("the engine stopped: {}", message(&*panic)),
    };
    match running.lock().unwrap_or_else(|poison| poison.into_inner()).take() {
        Some(handle) => {
            if handle.fail(&why) {
                error!(%why, "this member stops");
                observer.halted(&why);
            }
        }
        None => {
            let recover = "restore the state and the engine's folder from the same backup".into();
            let fault = Fault::Corrupt { what: format!("the engine's folder {folder}"), detail: why, recover };
            drop(started.send(Err(fault)));
        }
    }
}

async fn validate(
    context: tokio::Context,
    config: &Config,
    committee: &Committee,
    settings: Settings,
    running: &Mutex<Option<EngineHandle>>,
    started: Started,
    stopping: oneshot::Receiver<()>,
) {
    let network = network::connect(&context, config, committee);
    let validator = match wiring::start(context.child("validator"), settings, network).await {
        Ok(validator) => validator,
        Err(fault) => return drop(started.send(Err(fault))),
    };
    let handle = validator.handle.timed(now_ms);
    *running.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(handle.clone());
    info!(listen = %config.listen, "validator started");
    drop(started.send(Ok(handle)));
    let _ = stopping.await;
    if context.child("stop").stop(0, Some(STOP)).await.is_err() {
        info!("validator stopped with tasks that did not end by themselves");
    }
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as u64)
}

/// Stops once; a later call finds nothing to stop.
fn stopper(stop: oneshot::Sender<()>, thread: JoinHandle<()>) -> impl Fn() + Send + Sync {
    let parts = Mutex::new(Some((stop, thread)));
    move || {
        let parts = parts.lock().unwrap_or_else(|poison| poison.into_inner()).take();
        if let Some((stop, thread)) = parts {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a message".into())
}
