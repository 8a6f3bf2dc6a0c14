//! Requests.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use metrics::{Counter, Gauge, Histogram};
use patchbay_application::AuthRefusal;
use patchbay_http::Answered;

use super::names;
use super::registry::Registry;

/// API, operation and status of an answer.
type Route = (&'static str, &'static str, u16);

/// The series that an answer adds to.
#[derive(Clone)]
struct Series {
    requests: Counter,
    duration: Histogram,
}

/// Counts requests.
pub struct HttpMetrics {
    registry: Arc<Registry>,
    in_flight: Gauge,
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
            in_flight: registry.gauge(names::HTTP_IN_FLIGHT, &[]),
            abandoned: registry.counter(names::HTTP_ABANDONED, &[]),
            routes: RwLock::default(),
            refusals: REFUSALS
                .map(|refusal| registry.counter(names::REFUSALS, &[("kind", named(refusal).0)])),
            registry,
        }
    }

    /// A request came.
    pub fn began(&self) {
        self.in_flight.increment(1);
    }

    /// It is over.
    pub fn ended(&self, answered: Option<&Answered>) {
        self.in_flight.decrement(1);
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
        let series = self.series((answered.api, answered.operation, answered.status));
        series.requests.increment(1);
        series.duration.record(answered.time);
    }

    /// The series of a route, made when it is first reached.
    fn series(&self, route: Route) -> Series {
        let known = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(&route).cloned();
        known.unwrap_or_else(|| {
            let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
            routes.entry(route).or_insert_with(|| self.made(route)).clone()
        })
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
