use counterfoil_types::{
    Hash,
    machine::{Executed, Observer},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

/// What one validator did, over all its lives.
#[derive(Default)]
pub struct Log {
    pub results: BTreeMap<u64, Hash>,
    pub certified: u64,
    pub halted: Option<String>,
    /// A height that it executed twice, with two results.
    pub contradicted: Option<u64>,
}

/// Writes down what a validator does, and tells its own observer.
#[derive(Clone)]
pub struct Recorder {
    pub log: Arc<Mutex<Log>>,
    pub inner: Arc<dyn Observer>,
}

/// The log, whatever happened to who held it.
pub fn read(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(|poison| poison.into_inner())
}

impl Observer for Recorder {
    fn executed(&self, executed: &Executed) {
        {
            let mut log = read(&self.log);
            let height = executed.execution.height;
            if log.results.insert(height, executed.result).is_some_and(|before| before != executed.result) {
                log.contradicted = Some(height);
            }
        }
        self.inner.executed(executed);
    }

    fn certified(&self, height: u64) {
        {
            let mut log = read(&self.log);
            log.certified = log.certified.max(height);
        }
        self.inner.certified(height);
    }

    fn halted(&self, why: &str) {
        read(&self.log).halted = Some(why.to_owned());
        self.inner.halted(why);
    }
}
