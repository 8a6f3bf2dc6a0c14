//! The same named request many times at once, in any API.

use std::collections::BTreeSet;

use anyhow::Result;
use patchbay_tests::{Answer, Request};
use tokio::task::JoinSet;

/// Whether an answer is said to be one that was given before.
pub fn is_replay(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

/// Sends `twin` 64 times at once, under one name, and `others` meanwhile. Of the twins exactly one
/// has its effect: each is answered with the same, of the status `done`, or refused by
/// `is_in_progress`. The others are served as if nothing were.
pub async fn of_64_at_once_one_counts(
    done: u16,
    twin: impl Fn() -> Request,
    other: impl Fn(usize) -> Request,
    is_in_progress: impl Fn(&Answer) -> bool,
) -> Result<()> {
    let (mut twins, mut others) = (JoinSet::new(), JoinSet::new());
    for _ in 0..64 {
        twins.spawn(twin().header("idempotency-key", "once").send());
    }
    for number in 0..16 {
        others.spawn(other(number).send());
    }
    let (mut first, mut bodies) = (0, BTreeSet::new());
    for answer in twins.join_all().await {
        let answer = answer?;
        if answer.status == done {
            first += u32::from(!is_replay(&answer));
            bodies.insert(answer.text.clone());
        } else {
            assert!(answer.status == 409 && is_in_progress(&answer), "{answer}");
        }
    }
    assert_eq!((first, bodies.len()), (1, 1));
    for answer in others.join_all().await {
        drop(answer?.expect_status(done));
    }
    Ok(())
}
