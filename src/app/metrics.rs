//! Metrics for the operator (`OpenMetrics` text). No label names a person, a certificate or a declaration.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::App;

type Labels = Vec<(&'static str, &'static str)>;

/// What is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    decisions: Family<Labels, Counter>,
    batch: Histogram,
    turned_away: Family<Labels, Gauge<u64, AtomicU64>>,
    log_size: Gauge<u64, AtomicU64>,
    waiting: Gauge<u64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("endmark");
        let decisions = Family::default();
        registry.register("decisions", "Decisions by type of entry and outcome", decisions.clone());
        let batch = Histogram::new(exponential_buckets(1.0, 2.0, 10));
        registry.register("batch_commands", "Commands in one transaction", batch.clone());
        let turned_away = Family::default();
        registry.register("turned_away", "Requests turned away without a decision, by cause", turned_away.clone());
        let log_size = Gauge::default();
        registry.register("log_entries", "Entries of the log", log_size.clone());
        let waiting = Gauge::default();
        registry.register("commands_waiting", "Commands waiting for the writer", waiting.clone());
        Self { registry, decisions, batch, turned_away, log_size, waiting }
    }
}

impl Metrics {
    /// Counts a decision.
    pub fn decided(&self, kind: &'static str, decision: &'static str) {
        self.decisions.get_or_create(&vec![("type", kind), ("decision", decision)]).inc();
    }

    /// Counts a committed batch.
    pub fn committed(&self, commands: usize) {
        self.batch.observe(u32::try_from(commands).map_or(f64::MAX, f64::from));
    }

    /// The text that Prometheus reads.
    pub fn text(&self, app: &App) -> Result<String, std::fmt::Error> {
        for (cause, count) in app.turned_away.ever() {
            self.turned_away.get_or_create(&vec![("cause", cause)]).set(count);
        }
        self.log_size.set(app.writer.shared().published.load().head.size);
        self.waiting.set(u64::try_from(app.writer.waiting()).unwrap_or(u64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry).map(|()| text)
    }
}
