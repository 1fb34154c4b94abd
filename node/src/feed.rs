use crate::{hub::Hub, store::Store};
use counterfoil_types::{Fault, Hash, Outcome, Receipt};
use std::{fmt, str::FromStr, sync::Arc};

/// An event's place in the ledger, `height-index-seq`: its id, by which whoever follows events goes on after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Height of the block.
    pub height: u64,
    /// Place of the transaction in the block; what happened at its beginning is told after all of them.
    pub index: u32,
    /// Place of the event in the transaction.
    pub seq: u32,
}

impl Place {
    /// After all events of a block.
    pub fn end_of(height: u64) -> Self {
        Self { height, index: u32::MAX, seq: u32::MAX }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.height, self.index, self.seq)
    }
}

/// A text is not `height-index-seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPlace;

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let mut parts = text.split('-');
        let mut next = || parts.next().ok_or(NotAPlace);
        let place = Self {
            height: next()?.parse().map_err(|_| NotAPlace)?,
            index: next()?.parse().map_err(|_| NotAPlace)?,
            seq: next()?.parse().map_err(|_| NotAPlace)?,
        };
        if parts.next().is_some() { Err(NotAPlace) } else { Ok(place) }
    }
}

/// Something that happened on the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Where.
    pub place: Place,
    /// What: `module.happened`.
    pub name: String,
    /// By which transaction.
    pub transaction: Hash,
    /// More of it: JSON text.
    pub data: String,
}

/// The ledger's events, block after block: from memory for who keeps up, else from state.
pub struct Feed {
    hub: Arc<Hub>,
    store: Store,
    next: u64,
    after: Option<Place>,
}

impl Feed {
    /// Events from the block at `height` on.
    pub fn from_height(hub: Arc<Hub>, store: Store, height: u64) -> Self {
        Self { hub, store, next: height, after: None }
    }

    /// Events after the one at `place`.
    pub fn after(hub: Arc<Hub>, store: Store, place: Place) -> Self {
        Self { hub, store, next: place.height, after: Some(place) }
    }

    /// The events of the next block, none for many; waits until it is executed.
    pub async fn next_block(&mut self) -> Result<(u64, Vec<Happened>), Fault> {
        let height = self.next;
        let mut executed = self.hub.executed();
        if executed.wait_for(|mark| mark.height >= height).await.is_err() {
            return Err(Fault::failed("the node is stopping"));
        }
        let mut happened = match self.hub.recent(height) {
            Some(receipts) => self.of(receipts.iter()),
            None => self.of(self.store.receipts_at(height).await?.iter()),
        };
        happened.extend(self.of(self.store.begun_at(height).await?.iter()));
        self.next += 1;
        Ok((height, happened))
    }

    fn of<'r>(&self, receipts: impl Iterator<Item = &'r Receipt>) -> Vec<Happened> {
        let mut all = Vec::new();
        for receipt in receipts {
            let Outcome::Applied { events, .. } = &receipt.outcome else { continue };
            for (seq, event) in (0..).zip(events) {
                let place = Place { height: receipt.height, index: receipt.index, seq };
                if self.after.is_none_or(|after| place > after) {
                    let (name, data) = (event.name.clone(), event.data.clone());
                    all.push(Happened { place, name, transaction: receipt.transaction, data });
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_reads_back_and_is_ordered() {
        let place = |text: &str| text.parse::<Place>();
        assert_eq!(place("12-0-3").unwrap().to_string(), "12-0-3");
        assert!(place("2-0-0").unwrap() < place("12-0-0").unwrap());
        for wrong in ["", "1", "1-2", "1-2-3-4", "a-b-c", "-1-2-3"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
