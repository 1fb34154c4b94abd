use crate::hub::Counted;
use axum::http::{Method, StatusCode};
use counterfoil_engine::EngineStatus;
use parking_lot::Mutex;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::{fmt, time::Duration};

/// What the node counts, for Prometheus.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    transactions: Family<OutcomeLabels, Counter>,
    heights: Family<HeightLabels, Gauge>,
    mempool: Gauge,
    mempool_bytes: Gauge,
    signing: Gauge,
    alarms: Gauge,
    halted: Gauge,
    counted: Mutex<Counted>,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u32,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct HeightLabels {
    of: String,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 15))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("counterfoil"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            transactions: Family::default(),
            heights: Family::default(),
            mempool: Gauge::default(),
            mempool_bytes: Gauge::default(),
            signing: Gauge::default(),
            alarms: Gauge::default(),
            halted: Gauge::default(),
            counted: Mutex::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("http_requests", "HTTP requests answered", metrics.requests.clone());
        registry.register("http_request_seconds", "Time to the head of an answer", metrics.seconds.clone());
        registry.register("transactions", "Transactions executed since the node started", metrics.transactions.clone());
        registry.register("height", "Newest height final, executed and certified", metrics.heights.clone());
        registry.register("mempool_transactions", "Transactions that wait for a block", metrics.mempool.clone());
        registry.register("mempool_bytes", "Bytes that wait for a block", metrics.mempool_bytes.clone());
        registry.register("validators_signing", "Validators seen signing lately", metrics.signing.clone());
        registry.register("alarms", "Proposals voted against although well-formed", metrics.alarms.clone());
        registry.register("halted", "1 where this member has stopped", metrics.halted.clone());
        metrics
    }
}

impl Metrics {
    /// Counts a request. `route` is the pattern, not the path.
    pub fn request(&self, method: &Method, route: &str, status: StatusCode, elapsed: Duration) {
        let route = route.to_owned();
        self.seconds.get_or_create(&RouteLabels { route: route.clone() }).observe(elapsed.as_secs_f64());
        let labels = RequestLabels { method: method.to_string(), route, status: status.as_u16().into() };
        self.requests.get_or_create(&labels).inc();
    }

    /// The text for Prometheus, with what engine and hub know now.
    pub fn encode(&self, status: &EngineStatus, counted: Counted) -> String {
        let mut before = self.counted.lock();
        for (outcome, now, then) in
            [("applied", counted.applied, before.applied), ("refused", counted.refused, before.refused)]
        {
            let labels = OutcomeLabels { outcome: outcome.to_owned() };
            self.transactions.get_or_create(&labels).inc_by(now.saturating_sub(then));
        }
        *before = counted;
        drop(before);
        for (of, height) in
            [("final", status.finalized), ("executed", status.executed), ("certified", status.certified)]
        {
            self.heights.get_or_create(&HeightLabels { of: of.to_owned() }).set(height as i64);
        }
        self.mempool.set(status.mempool as i64);
        self.mempool_bytes.set(status.mempool_bytes as i64);
        self.signing.set(status.peers.iter().filter(|peer| peer.signing).count() as i64);
        self.alarms.set(status.alarms as i64);
        self.halted.set(status.halted.is_some().into());
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
