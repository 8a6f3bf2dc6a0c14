//! Secrets stay where they are sent to.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::entries::{all, put};
use super::*;

/// How what was sent may come back.
fn spellings() -> Vec<String> {
    let secrets = ["planted&code=", "planted-verifier", "planted-access", "planted-refresh", SECRET];
    let spelled = secrets.iter().flat_map(|secret| {
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        [(*secret).to_owned(), encoded, BASE64_STANDARD.encode(secret)]
    });
    spelled.collect()
}

/// A provider that repeats what it was sent, as pages for finding faults do.
#[tokio::test]
async fn a_provider_that_repeats_secrets_gets_none_of_them_into_an_error() {
    let spellings = spellings();
    let said = spellings.join(" ");
    for way in all() {
        let exchange = &way.exchange;
        let mut body =
            json!({"error": said, "message": said, "error_description": said, "errors": [{"message": said}]});
        for at in exchange.error_at.iter().chain(&exchange.read.scope).chain(exchange.put.values()) {
            put(&mut body, at, json!(said));
        }
        for status in [200, 400, 401, 429, 500] {
            let outcomes = [
                exchanged(&way.granted(), json_answer(status, &body)).await.map(drop),
                refreshed(&way.granted(), json_answer(status, &body)).await.map(drop),
                revoked(&way.granted(), json_answer(status, &body)).await,
            ];
            for error in outcomes.into_iter().filter_map(Result::err) {
                kind_of(&error);
                let shown = format!("{error:?} {error}");
                for secret in &spellings {
                    assert!(!shown.contains(secret), "{}: {shown}", way.id());
                }
            }
        }
    }
}

#[tokio::test]
async fn a_fact_that_is_a_secret_is_not_kept() {
    for way in all() {
        let public = way
            .exchange
            .put
            .iter()
            .filter(|(key, _)| way.entry.field(key).is_some_and(|field| !field.is_secret));
        for (key, at) in public {
            for secret in spellings().into_iter().chain(["planted-new-access".to_owned()]) {
                let mut answer = way.answer.clone();
                put(&mut answer, at, json!(format!("it is {secret}")));
                // A word that has to be the owner's is none then.
                let Ok(granted) = exchanged(&way.granted(), json_answer(200, &answer)).await else {
                    continue;
                };
                assert!(!granted.facts.contains_key(key), "{} {key}: {secret}", way.id());
            }
        }
    }
}

#[test]
fn nothing_that_is_secret_is_in_debug_output() {
    let shown = format!("{:?}", exchanger_at("slack", 4000));
    assert!(shown.contains("the id") && shown.contains("http://127.0.0.1:4000"), "{shown}");
    assert!(!shown.contains("planted"), "{shown}");
}

#[tokio::test]
async fn what_is_granted_shows_no_secret() {
    for way in all() {
        let granted = exchanged(&way.granted(), json_answer(200, &way.answer)).await.unwrap();
        assert!(!format!("{granted:?}").contains("planted"), "{}: {granted:?}", way.id());
    }
}
