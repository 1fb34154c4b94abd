use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Seconds that are kept.
const KEPT: usize = 300;

/// What a node saw happen, second by second, in the last minutes: for people who look, not for measurements that last.
#[derive(Debug)]
pub struct Pace {
    begun: Instant,
    seconds: Mutex<VecDeque<(u64, Second)>>,
}

/// One second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Second {
    /// Transactions executed, refused ones too.
    pub transactions: u64,
    /// Of those that were submitted here, how many got their receipt.
    pub answered: u64,
    /// How long they waited for it, all together.
    pub waited: Duration,
    /// The longest of these waits.
    pub longest: Duration,
}

impl Second {
    /// How long they waited on average.
    pub fn mean(&self) -> Duration {
        self.waited / u32::try_from(self.answered.max(1)).unwrap_or(u32::MAX)
    }

    /// Adds what happened in the same time, or in a time beside it.
    pub fn add(&mut self, other: &Self) {
        self.transactions += other.transactions;
        self.answered += other.answered;
        self.waited += other.waited;
        self.longest = self.longest.max(other.longest);
    }

    /// One more wait.
    pub fn waited(&mut self, wait: Duration) {
        self.add(&Self { answered: 1, waited: wait, longest: wait, ..Self::default() });
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self { begun: Instant::now(), seconds: Mutex::default() }
    }
}

impl Pace {
    /// Notes what happened just now.
    pub fn note(&self, what: &Second) {
        self.note_at(self.begun.elapsed().as_secs(), what);
    }

    /// The last `count` whole seconds, oldest first; zeros where nothing happened.
    pub fn last(&self, count: usize) -> Vec<Second> {
        self.last_at(self.begun.elapsed().as_secs(), count)
    }

    fn note_at(&self, at: u64, what: &Second) {
        let mut seconds = self.seconds.lock();
        match seconds.back_mut() {
            Some((newest, second)) if *newest == at => second.add(what),
            _ => seconds.push_back((at, *what)),
        }
        while seconds.front().is_some_and(|(oldest, _)| oldest + KEPT as u64 <= at) {
            seconds.pop_front();
        }
    }

    fn last_at(&self, now: u64, count: usize) -> Vec<Second> {
        let mut last = vec![Second::default(); count];
        for (at, second) in self.seconds.lock().iter() {
            // The second that is not over yet would look like a lull.
            if let Some(back) = now.checked_sub(*at + 1).and_then(|back| usize::try_from(back).ok())
                && back < count
            {
                last[count - 1 - back] = *second;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn executed(transactions: u64) -> Second {
        Second { transactions, ..Second::default() }
    }

    #[test]
    fn seconds_without_anything_are_there_too() {
        let pace = Pace::default();
        for (at, transactions) in [(3, 1), (3, 2), (5, 4), (6, 8)] {
            pace.note_at(at, &executed(transactions));
        }
        let last: Vec<_> = pace.last_at(6, 4).iter().map(|second| second.transactions).collect();
        assert_eq!(last, [0, 3, 0, 4], "the sixth second is not over");
        assert_eq!(pace.last_at(1_000, 4), vec![Second::default(); 4]);
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let pace = Pace::default();
        for at in 0..1_000 {
            pace.note_at(at, &executed(1));
        }
        assert_eq!(pace.seconds.lock().len(), KEPT);
    }

    #[test]
    fn waits_have_a_mean_and_a_longest() {
        let mut second = executed(2);
        for ms in [30, 50] {
            second.waited(Duration::from_millis(ms));
        }
        assert_eq!((second.mean().as_millis(), second.longest.as_millis()), (40, 50));
        assert_eq!(Second::default().mean(), Duration::ZERO);
    }
}
