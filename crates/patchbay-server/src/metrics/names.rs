//! What the metrics are called, and what they mean.

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How many were at most so large, for the bounds of these.
    Histogram(&'static [f64]),
}

/// A metric: its name, what it is, and what it means.
pub struct Metric(pub &'static str, pub Kind, pub &'static str);

/// Seconds that a request may take, from a cached read to a provider that hangs.
const REQUEST_SECONDS: Kind = Kind::Histogram(&[
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
]);
/// Seconds that a job may wait.
const WAIT_SECONDS: Kind = Kind::Histogram(&[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0,
]);
/// Jobs that one commit may have.
const GROUP: Kind = Kind::Histogram(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]);

pub const HTTP_REQUESTS: &str = "patchbay_http_requests_total";
pub const HTTP_DURATION: &str = "patchbay_http_request_duration_seconds";
pub const HTTP_IN_FLIGHT: &str = "patchbay_http_requests_in_flight";
pub const HTTP_ABANDONED: &str = "patchbay_http_requests_abandoned_total";
pub const REFUSALS: &str = "patchbay_authentication_refusals_total";
pub const KEY_CACHE_QUERIES: &str = "patchbay_key_cache_queries_total";
pub const KEY_CACHE_MISSES: &str = "patchbay_key_cache_misses_total";
pub const DATABASE_WAITING: &str = "patchbay_database_jobs_waiting";
pub const DATABASE_JOBS: &str = "patchbay_database_jobs_total";
pub const DATABASE_WAIT: &str = "patchbay_database_job_wait_seconds";
pub const DATABASE_GROUP: &str = "patchbay_database_commit_jobs";
pub const DATABASE_CONNECTIONS: &str = "patchbay_database_connections";
pub const DATABASE_MAX_CONNECTIONS: &str = "patchbay_database_max_connections";
pub const OUTBOUND_REQUESTS: &str = "patchbay_outbound_requests_total";
pub const OUTBOUND_DURATION: &str = "patchbay_outbound_request_duration_seconds";
pub const BACKGROUND_TASKS: &str = "patchbay_background_tasks";

/// Every metric. `docs/operations.md` lists them too.
pub const ALL: [Metric; 16] = [
    Metric(HTTP_REQUESTS, Kind::Counter, "Requests answered"),
    Metric(HTTP_DURATION, REQUEST_SECONDS, "From a request's head to its answer"),
    Metric(HTTP_IN_FLIGHT, Kind::Gauge, "Requests that are being answered"),
    Metric(HTTP_ABANDONED, Kind::Counter, "Requests whose client left before the answer"),
    Metric(REFUSALS, Kind::Counter, "Requests whose key was refused"),
    Metric(KEY_CACHE_QUERIES, Kind::Counter, "Keys looked up"),
    Metric(KEY_CACHE_MISSES, Kind::Counter, "Keys looked up that the cache did not have"),
    Metric(DATABASE_WAITING, Kind::Gauge, "Jobs waiting in a queue to the database"),
    Metric(DATABASE_JOBS, Kind::Counter, "Jobs that the database did or did not do"),
    Metric(DATABASE_WAIT, WAIT_SECONDS, "How long jobs waited for their turn"),
    Metric(DATABASE_GROUP, GROUP, "Jobs that share one commit (SQLite)"),
    Metric(DATABASE_CONNECTIONS, Kind::Gauge, "Open connections to the database"),
    Metric(DATABASE_MAX_CONNECTIONS, Kind::Gauge, "Connections to the database that there may be"),
    Metric(OUTBOUND_REQUESTS, Kind::Counter, "Requests to third parties"),
    Metric(OUTBOUND_DURATION, REQUEST_SECONDS, "How long requests to third parties took"),
    Metric(BACKGROUND_TASKS, Kind::Gauge, "Work beside the requests that is running"),
];
