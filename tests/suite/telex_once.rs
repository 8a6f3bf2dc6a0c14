//! Requests that their caller has named (`Idempotency-Key`): they have their effect once.

mod crashes;
mod refusals;
mod replays;
mod slack;
mod twins;

use anyhow::Result;
use patchbay_tests::{Answer, Telex};
use serde_json::Value;

use crate::twins::is_replay;

/// A request of that name below the organisation's integrations.
async fn named(telex: &Telex, name: &str, method: &str, below: &str, body: &Value) -> Result<Answer> {
    telex.request(method, below).header("idempotency-key", name).json(body).send().await
}

/// Asserts that `again` is `first`, said to be so.
fn expect_same(first: &Answer, again: &Answer) {
    assert!(!is_replay(first) && is_replay(again), "{first}\n{again}");
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    for header in ["content-type", "cache-control", "location", "www-authenticate"] {
        assert_eq!(first.headers.get(header), again.headers.get(header), "{header}");
    }
}
