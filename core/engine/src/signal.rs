use commonware_utils::channel::oneshot;
use parking_lot::Mutex;

/// Wakes whoever waits for a change. Waiters are woken in the order they came, so that a simulation repeats itself.
#[derive(Default)]
pub(crate) struct Signal {
    waiters: Mutex<Vec<oneshot::Sender<()>>>,
}

/// Closed waiters are dropped when this many have gathered.
const SWEEP: usize = 64;

impl Signal {
    /// Resolves at the next [`notify`](Self::notify). Ask before looking at what may change, or a change is missed.
    pub(crate) fn listen(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut waiters = self.waiters.lock();
        if waiters.len() >= SWEEP {
            waiters.retain(|waiter| !waiter.is_closed());
        }
        waiters.push(sender);
        receiver
    }

    /// Something changed.
    pub(crate) fn notify(&self) {
        for waiter in std::mem::take(&mut *self.waiters.lock()) {
            let _ = waiter.send(());
        }
    }
}
