//! The database and the way to it.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, Histogram};
use patchbay_persistence::{DatabaseLoad, DatabaseObserver, JobKind, JobOutcome};

use super::names;
use super::registry::{Registry, figure};

/// Counts what the database threads do.
pub struct DatabaseMetrics {
    registry: Arc<Registry>,
    kinds: [OfKind; JobKind::ALL.len()],
    group: Histogram,
}

/// The series of jobs of one kind.
struct OfKind {
    wait: Histogram,
    ended: [Counter; JobOutcome::ALL.len()],
}

impl DatabaseMetrics {
    /// Nothing was done yet.
    pub fn in_registry(registry: &Arc<Registry>) -> Self {
        let of_kind = |kind: JobKind| {
            let kind = ("kind", kind.as_str());
            let ended = |outcome: JobOutcome| {
                registry.counter(names::DATABASE_JOBS, &[kind, ("outcome", outcome.as_str())])
            };
            OfKind {
                wait: registry.histogram(names::DATABASE_WAIT, &[kind]),
                ended: JobOutcome::ALL.map(ended),
            }
        };
        Self {
            registry: registry.clone(),
            kinds: JobKind::ALL.map(of_kind),
            group: registry.histogram(names::DATABASE_GROUP, &[]),
        }
    }

    /// Notes how busy the database is.
    pub fn measure(&self, load: &DatabaseLoad) {
        for (queue, waiting) in &load.queues {
            self.registry.gauge(names::DATABASE_WAITING, &[("queue", queue)]).set(figure(*waiting));
        }
        self.registry.gauge(names::DATABASE_CONNECTIONS, &[]).set(figure(load.connections));
        self.registry.gauge(names::DATABASE_MAX_CONNECTIONS, &[]).set(figure(load.max_connections));
    }

    fn of(&self, kind: JobKind) -> Option<&OfKind> {
        self.kinds.get(JobKind::ALL.iter().position(|known| *known == kind)?)
    }
}

impl DatabaseObserver for DatabaseMetrics {
    fn waited(&self, kind: JobKind, time: Duration) {
        if let Some(kind) = self.of(kind) {
            kind.wait.record(time);
        }
    }

    fn ended(&self, kind: JobKind, outcome: JobOutcome) {
        let place = JobOutcome::ALL.iter().position(|known| *known == outcome);
        let ended = self.of(kind).zip(place).and_then(|(kind, place)| kind.ended.get(place));
        if let Some(ended) = ended {
            ended.increment(1);
        }
    }

    fn committed(&self, jobs: usize) {
        self.group.record(figure(jobs));
    }
}
