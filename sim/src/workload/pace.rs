use crate::Desk;
use rand::RngExt as _;

/// Over how many ticks work is spread.
const TICKS: u64 = 500;

/// Work that is spread over time, some at a tick.
#[derive(Debug)]
pub(super) struct Pace {
    left: usize,
    until: Option<u64>,
}

impl Pace {
    pub fn new(work: usize) -> Self {
        Self { left: work, until: None }
    }

    /// How much is due now, counted as done.
    pub fn take(&mut self, desk: &mut Desk) -> usize {
        let until = *self.until.get_or_insert(desk.tick() + TICKS);
        let due = self.left.div_ceil(until.saturating_sub(desk.tick()).max(1) as usize);
        let now = desk.chance.random_range(0..=2 * due).min(self.left);
        self.left -= now;
        now
    }

    pub fn is_over(&self) -> bool {
        self.left == 0
    }
}
