//! What is counted, and how it is reported: the only place that knows the metrics library.
//!
//! The layers below tell what they do through traits of their own ([`patchbay_http::Meter`],
//! [`patchbay_persistence::DatabaseObserver`]); ports that have nothing to tell are wrapped
//! here. Every label is a name that stands in the code, and each series is made once: what is
//! counted on the way of a request is a few additions.

mod database;
mod http;
mod keys;
mod names;
mod outbound;
mod registry;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use patchbay_domain::ProviderId;
use patchbay_http::{Answered, Meter};
use patchbay_persistence::Database;

pub use database::DatabaseMetrics;
pub use keys::Counted;
pub use outbound::{CountedExchanger, CountedFetcher, CountedVerifier, Providers};

use crate::background::BackgroundTasks;
use http::HttpMetrics;
use registry::Registry;

/// How often times that were measured are folded into their histograms: until then each
/// takes a few bytes.
const BETWEEN_FOLDINGS: Duration = Duration::from_secs(5);

/// Every count of one installation.
pub struct Metrics {
    registry: Arc<Registry>,
    http: HttpMetrics,
    database: Arc<DatabaseMetrics>,
}

impl Metrics {
    /// All counts at zero.
    ///
    /// # Errors
    /// When they cannot be kept, which is a fault of this program.
    pub fn new() -> anyhow::Result<Self> {
        let registry = Arc::new(Registry::new()?);
        let http = HttpMetrics::in_registry(registry.clone());
        let database = Arc::new(DatabaseMetrics::in_registry(&registry));
        Ok(Self { registry, http, database })
    }

    /// Counts what the database threads do.
    pub fn database(&self) -> Arc<DatabaseMetrics> {
        self.database.clone()
    }

    /// Counts key look-ups, those that the cache answers among them.
    pub fn key_queries<L>(&self, keys: L) -> Counted<L> {
        Counted::new(keys, self.registry.counter(names::KEY_CACHE_QUERIES, &[]))
    }

    /// Counts key look-ups that the cache could not answer.
    pub fn key_misses<L>(&self, keys: L) -> Counted<L> {
        Counted::new(keys, self.registry.counter(names::KEY_CACHE_MISSES, &[]))
    }

    /// Counts the manifests that are asked for.
    pub fn fetcher<F>(&self, fetcher: F) -> CountedFetcher<F> {
        CountedFetcher::new(fetcher, &self.registry)
    }

    /// Counts what `known` providers are asked, each by itself, and any others together.
    pub fn providers(&self, known: impl IntoIterator<Item = ProviderId>) -> Providers {
        Providers { registry: self.registry.clone(), known: Arc::new(known.into_iter().collect()) }
    }

    /// Folds what was measured together, from time to time, for as long as it is polled.
    pub async fn keep_small(self: Arc<Self>) {
        let mut tick = tokio::time::interval(BETWEEN_FOLDINGS);
        loop {
            tick.tick().await;
            self.registry.fold();
        }
    }
}

/// The counts of a service that runs.
pub struct ServiceMeter {
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// Whose load is read when somebody asks.
    pub database: Database,
    /// Whose number is read when somebody asks.
    pub background: BackgroundTasks,
}

impl Meter for ServiceMeter {
    fn began(&self) {
        self.metrics.http.began();
    }

    fn ended(&self, answered: Option<&Answered>) {
        self.metrics.http.ended(answered);
    }

    fn report(&self) -> String {
        self.metrics.http.measure();
        self.metrics.database.measure(&self.database.load());
        let running = self.metrics.registry.gauge(names::BACKGROUND_TASKS, &[]);
        running.set(registry::figure(self.background.running()));
        self.metrics.registry.report()
    }
}
