use crate::sink::Written;
use counterfoil_client::Mark;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::{fmt, sync::Mutex};

/// What a mirror counts, for Prometheus.
pub struct Metrics {
    registry: Registry,
    height: Gauge,
    executed: Gauge,
    lag_blocks: Gauge,
    lag_seconds: Gauge,
    following: Gauge,
    pending: Gauge,
    transactions: Counter,
    blocks: Counter,
    rows: Counter,
    interruptions: Family<Side, Counter>,
    marks: Mutex<Marks>,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Side {
    of: &'static str,
}

#[derive(Debug, Default, Clone, Copy)]
struct Marks {
    mirrored: Mark,
    executed: Mark,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("counterfoil_mirror"),
            height: Gauge::default(),
            executed: Gauge::default(),
            lag_blocks: Gauge::default(),
            lag_seconds: Gauge::default(),
            following: Gauge::default(),
            pending: Gauge::default(),
            transactions: Counter::default(),
            blocks: Counter::default(),
            rows: Counter::default(),
            interruptions: Family::default(),
            marks: Mutex::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("height", "Newest height in PostgreSQL", metrics.height.clone());
        registry.register("executed_height", "Newest height that the node said it has", metrics.executed.clone());
        registry.register("lag_blocks", "Blocks that the node has and PostgreSQL has not", metrics.lag_blocks.clone());
        registry.register(
            "lag_seconds",
            "Time of the node's newest block less that of the newest in PostgreSQL",
            metrics.lag_seconds.clone(),
        );
        registry.register("following", "1 while both sides are connected", metrics.following.clone());
        registry.register(
            "pending_blocks",
            "Blocks that were sent to PostgreSQL and are not known to be committed",
            metrics.pending.clone(),
        );
        registry.register("transactions", "Transactions committed since the start", metrics.transactions.clone());
        registry.register("blocks", "Blocks written since the start", metrics.blocks.clone());
        registry.register("rows", "Writes of rows taken over since the start", metrics.rows.clone());
        registry.register("interruptions", "Connections that broke, by side", metrics.interruptions.clone());
        metrics
    }
}

impl Metrics {
    /// The text for Prometheus.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a String grows");
        text
    }

    /// Blocks behind the node, as far as it has said.
    pub fn lag_blocks(&self) -> i64 {
        self.lag_blocks.get()
    }

    /// Blocks written since the start.
    pub fn blocks_written(&self) -> u64 {
        self.blocks.get()
    }

    pub(crate) fn executed(&self, mark: Mark) {
        self.update(|marks| marks.executed = mark);
    }

    /// Where the mirror is when it begins to follow.
    pub(crate) fn begins(&self, mark: Mark) {
        self.pending(0);
        self.update(|marks| marks.mirrored = mark);
    }

    pub(crate) fn pending(&self, blocks: usize) {
        self.pending.set(blocks as i64);
    }

    pub(crate) fn written(&self, written: Written) {
        self.transactions.inc();
        self.blocks.inc_by(written.blocks as u64);
        self.rows.inc_by(written.rows as u64);
        self.update(|marks| marks.mirrored = written.mark);
    }

    fn update(&self, change: impl FnOnce(&mut Marks)) {
        let mut marks = self.marks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut marks);
        let Marks { mirrored, executed } = *marks;
        self.height.set(mirrored.height as i64);
        self.executed.set(executed.height as i64);
        self.lag_blocks.set(executed.height.saturating_sub(mirrored.height) as i64);
        self.lag_seconds.set((executed.time_ms.saturating_sub(mirrored.time_ms) / 1_000) as i64);
    }

    pub(crate) fn connected(&self, both: bool) {
        self.following.set(both.into());
    }

    pub(crate) fn interrupted(&self, side: &'static str) {
        self.interruptions.get_or_create(&Side { of: side }).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_told_in_blocks_and_seconds() {
        let metrics = Metrics::default();
        metrics.executed(Mark { height: 9, time_ms: 9_500 });
        metrics.written(Written { mark: Mark { height: 4, time_ms: 2_000 }, blocks: 5, rows: 40 });
        let text = metrics.encode();
        for line in
            ["lag_blocks 5", "lag_seconds 7", "height 4", "blocks_total 5", "rows_total 40", "transactions_total 1"]
        {
            assert!(text.lines().any(|text| text == format!("counterfoil_mirror_{line}")), "{line} in {text}");
        }
        metrics.written(Written { mark: Mark { height: 10, time_ms: 10_000 }, blocks: 6, rows: 0 });
        assert_eq!(metrics.lag_blocks(), 0);
    }
}
