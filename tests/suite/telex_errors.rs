//! How Telex's routes refuse: always in Telex's own shape, whatever was sent.

mod authentication;
mod bad_bodies;
mod bad_paths;
mod bodies;
mod details;
mod hostile_bodies;
mod order;
mod permissions;
mod routing;

use anyhow::Result;
use patchbay_tests::Answer;

use crate::given::{Acme, refused};

/// Asserts that an answer is a success or a refusal of the client, in Telex's shape.
fn tolerated(answer: &Answer) {
    let document = answer.json();
    if (200..300).contains(&answer.status) {
        assert_eq!(
            (&document["status"], &document["status_code"]),
            (&"success".into(), &answer.status.into())
        );
        return;
    }
    assert!((400..500).contains(&answer.status), "{answer}");
    let message = document["message"].as_str().unwrap_or_default();
    refused(answer.clone(), answer.status, message);
}

/// Asserts that the service still does its work, and that nothing of it broke.
async fn still_answers(acme: &Acme) -> Result<()> {
    drop(acme.telex.list().await?.expect_status(200));
    let logs = acme.service.server().logs()?;
    assert!(!logs.contains("panicked"), "{logs}");
    Ok(())
}
