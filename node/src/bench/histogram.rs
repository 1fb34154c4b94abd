use std::time::Duration;

/// Sub-buckets of a doubling: values are kept to within 1/64 of themselves.
const SUB: u64 = 64;

/// Latencies counted by size, in microseconds: small, whatever their number.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; bucket(u64::MAX) + 1], total: 0 }
    }
}

/// Below 64 each value has a bucket; above, each doubling has 64.
fn bucket(us: u64) -> usize {
    if us < SUB {
        return us as usize;
    }
    let shift = us.ilog2() - SUB.ilog2();
    (u64::from(shift) * SUB + (us >> shift)) as usize
}

/// The largest value of a bucket.
fn top(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * SUB {
        return bucket;
    }
    let shift = bucket / SUB - 1;
    let first = (bucket - shift * SUB) << shift;
    first + ((1 << shift) - 1)
}

impl Histogram {
    /// Counts a latency.
    pub fn add(&mut self, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.counts[bucket(us)] += 1;
        self.total += 1;
    }

    /// Counts all that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    /// The latency that `percent` of those counted do not exceed, in milliseconds; zero of none.
    pub fn percentile_ms(&self, percent: u64) -> f64 {
        let wanted = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return (top(bucket) as f64 / 100.0).round() / 10.0;
            }
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_and_hold_what_falls_into_them() {
        let last = bucket(u64::MAX);
        for at in 0..last {
            assert_eq!(bucket(top(at)), at);
            assert_eq!(bucket(top(at) + 1), at + 1, "after {at}");
        }
        assert_eq!(top(last), u64::MAX);
    }

    #[test]
    fn percentiles_are_right_within_a_sixty_fourth() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile_ms(50), 0.0);
        for ms in 1..=1000 {
            histogram.add(Duration::from_millis(ms));
        }
        for (percent, ms) in [(50, 500.0), (95, 950.0), (99, 990.0), (100, 1000.0)] {
            let found = histogram.percentile_ms(percent);
            assert!(found >= ms && found <= ms * (1.0 + 1.0 / 64.0), "{percent}: {found}");
        }
        let mut twice = histogram.clone();
        twice.merge(&histogram);
        assert_eq!((twice.total, twice.percentile_ms(50)), (2000, histogram.percentile_ms(50)));
    }
}
