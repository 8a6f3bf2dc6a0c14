//! Requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use metrics::{Counter, Histogram};
use patchbay_application::AuthRefusal;
use patchbay_http::Answered;

use super::names;
use super::registry::{Registry, figure};

/// API, operation and status of an answer.
type Route = (&'static str, &'static str, u16);

/// The series that an answer adds to.
struct Series {
    requests: Counter,
    duration: Histogram,
}

impl Series {
    fn add(&self, time: Duration) {
        self.requests.increment(1);
        self.duration.record(time);
    }
}

/// Counts requests.
pub struct HttpMetrics {
    registry: Arc<Registry>,
    in_flight: AtomicUsize,
    abandoned: Counter,
    /// As many as there are operations, times the statuses that they answer.
    routes: RwLock<HashMap<Route, Series>>,
    refusals: [Counter; REFUSALS.len()],
}

/// Every kind of refused key.
const REFUSALS: [AuthRefusal; 5] = [
    AuthRefusal::Missing,
    AuthRefusal::Malformed,
    AuthRefusal::Unknown,
    AuthRefusal::Revoked,
    AuthRefusal::Expired,
];

/// Its name, and where it stands in [`REFUSALS`].
const fn named(refusal: AuthRefusal) -> (&'static str, usize) {
    match refusal {
        AuthRefusal::Missing => ("missing", 0),
        AuthRefusal::Malformed => ("malformed", 1),
        AuthRefusal::Unknown => ("unknown", 2),
        AuthRefusal::Revoked => ("revoked", 3),
        AuthRefusal::Expired => ("expired", 4),
    }
}

impl HttpMetrics {
    /// Nothing was requested yet.
    pub fn in_registry(registry: Arc<Registry>) -> Self {
        Self {
            in_flight: AtomicUsize::new(0),
            abandoned: registry.counter(names::HTTP_ABANDONED, &[]),
            routes: RwLock::default(),
            refusals: REFUSALS
                .map(|refusal| registry.counter(names::REFUSALS, &[("kind", named(refusal).0)])),
            registry,
        }
    }

    /// A request came.
    pub fn began(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// It is over.
    pub fn ended(&self, answered: Option<&Answered>) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let Some(answered) = answered else {
            self.abandoned.increment(1);
            return;
        };
        if let Some(refusal) = answered.unauthenticated {
            let (_, place) = named(refusal);
            if let Some(refused) = self.refusals.get(place) {
                refused.increment(1);
            }
        }
        self.add((answered.api, answered.operation, answered.status), answered.time);
    }

    /// Notes how many requests are on their way.
    pub fn measure(&self) {
        let in_flight = figure(self.in_flight.load(Ordering::Relaxed));
        self.registry.gauge(names::HTTP_IN_FLIGHT, &[]).set(in_flight);
    }

    /// Adds to the series of a route, which are made when it is first reached.
    fn add(&self, route: Route, time: Duration) {
        if let Some(series) = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(&route) {
            return series.add(time);
        }
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        routes.entry(route).or_insert_with(|| self.made(route)).add(time);
    }

    fn made(&self, (api, operation, status): Route) -> Series {
        let status = status.to_string();
        let (api, operation) = (("api", api), ("operation", operation));
        Series {
            requests: self.registry.counter(names::HTTP_REQUESTS, &[api, operation, ("status", &status)]),
            duration: self.registry.histogram(names::HTTP_DURATION, &[api, operation]),
        }
    }
}
