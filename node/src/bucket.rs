use crate::{
    gate::now_ms,
    problem::{Answer, Problem},
};
use parking_lot::Mutex;

/// Checks that may come at once, and how many more a second: who tries numbers or totals by the thousand is slowed down, and takes
/// little of the node from the others.
const SIZE: u64 = 100;
const A_SECOND: u64 = 20;

/// The checks of invoices that those have together who state no token and are not signed in, on the page and by the API alike.
pub struct Checks(Mutex<Bucket>);

impl Checks {
    /// All of them.
    pub fn full() -> Self {
        Self(Mutex::new(Bucket::full()))
    }

    /// Takes one, or says when there is one again.
    pub fn take(&self) -> Answer<()> {
        if self.0.lock().take(now_ms()) {
            return Ok(());
        }
        Err(Problem::busy("too many invoices are checked here: try again in a moment, or state a token"))
    }
}

/// What is left of the checks, in thousandths.
struct Bucket {
    left: u64,
    filled_ms: u64,
}

impl Bucket {
    fn full() -> Self {
        Self { left: SIZE * 1_000, filled_ms: 0 }
    }

    /// Takes one; whether there was one left. A clock that goes back fills nothing.
    fn take(&mut self, now_ms: u64) -> bool {
        let gone = now_ms.saturating_sub(self.filled_ms);
        self.filled_ms = self.filled_ms.max(now_ms);
        self.left = self.left.saturating_add(gone.saturating_mul(A_SECOND)).min(SIZE * 1_000);
        let taken = self.left >= 1_000;
        if taken {
            self.left -= 1_000;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_so_many_a_second() {
        let mut bucket = Bucket::full();
        let taken = |bucket: &mut Bucket, now_ms| (0..SIZE * 2).filter(|_| bucket.take(now_ms)).count() as u64;
        assert_eq!(taken(&mut bucket, 1_000_000), SIZE);
        assert_eq!(taken(&mut bucket, 1_000_049), 0, "not yet the time of one");
        assert_eq!(taken(&mut bucket, 1_000_050), 1);
        assert_eq!(taken(&mut bucket, 1_001_050), A_SECOND);
        assert_eq!(taken(&mut bucket, 0), 0, "a clock that goes back");
        assert_eq!(taken(&mut bucket, u64::MAX), SIZE);
    }
}
