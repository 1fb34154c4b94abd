//! Taking turns: SELECTs run in places that all who ask a node share, and give theirs up while nobody takes their rows.

use crate::{
    backend::{Backend, Place},
    error::WireError,
};
use std::sync::Arc;
use tokio::runtime::Handle;

/// A place that can be left and found again.
pub(crate) struct Turn {
    backend: Arc<dyn Backend>,
    runtime: Handle,
    place: Option<Place>,
}

impl Turn {
    /// Waits for a place.
    pub(crate) async fn take(backend: Arc<dyn Backend>) -> Result<Self, WireError> {
        let place = Some(backend.place().await?);
        Ok(Self { backend, runtime: Handle::current(), place })
    }

    /// Lets others go on.
    pub(crate) fn leave(&mut self) {
        self.place = None;
    }

    /// Goes on, on a thread that may block.
    pub(crate) fn find(&mut self) -> Result<(), WireError> {
        if self.place.is_none() {
            self.place = Some(self.runtime.block_on(self.backend.place())?);
        }
        Ok(())
    }
}
