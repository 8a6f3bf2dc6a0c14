//! Verifications against loopback providers, which stand where the entries that every build
//! has send requests to.

mod choosing;
mod entries;
mod outcomes;
mod regressions;
mod requests;
mod secrets;
mod shapes;
mod tokens;
mod unanswered;
mod waiting;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_catalogue::{Catalogue, Entry, ReloadableCatalogue, SourceFile, Sources};
use patchbay_domain::{Clock, Configuration, CredentialVerifier, Credentials, OpenConnection, Verification};
use serde_json::{Value, json};

use super::{HttpCredentialVerifier, Pause};
use crate::testing::connections::{
    Stopped, answers, catalogue, client, connection, entry, granted, json_answer, members, provider,
};
use crate::testing::{Manner, Server, says, scripted};

/// Remembers how long it was to wait, and does not.
#[derive(Default)]
struct Impatient(Mutex<Vec<Duration>>);

#[async_trait]
impl Pause for Impatient {
    async fn pause(&self, time: Duration) {
        self.0.lock().unwrap().push(time);
    }
}

/// An entry of somebody else's.
fn foreign(text: &str) -> Arc<Entry> {
    let head = "schema = 1\nid = 'foreign'\nname = 'F'\ndescription = 'F'\nreviewed = 2026-11-20\n";
    let file = SourceFile::new(None, "foreign.toml", format!("{head}{text}"));
    let catalogue = Catalogue::load(&Sources { below: vec![file], ..Sources::default() }).unwrap();
    catalogue.entry(&provider("foreign")).unwrap().clone()
}

/// A verifier that finds a provider on a port of this machine, and what it waited.
fn verifier_of(
    catalogue: Arc<ReloadableCatalogue>,
    id: &str,
    port: u16,
) -> (HttpCredentialVerifier, Arc<Impatient>) {
    let origins = HashMap::from([(provider(id), format!("http://127.0.0.1:{port}").parse().unwrap())]);
    let pause = Arc::new(Impatient::default());
    let verifier = HttpCredentialVerifier::new(client(), catalogue, origins, Arc::new(Stopped));
    (HttpCredentialVerifier { pause: pause.clone(), ..verifier }, pause)
}

fn verifier_at(id: &str, port: u16) -> HttpCredentialVerifier {
    verifier_of(catalogue(), id, port).0
}

/// A connection to an API of its owner's own.
fn custom_api(more: Value, secrets: &[(&str, &str)]) -> OpenConnection {
    let mut configuration = members(json!({"base_url": "https://a.example", "verify_path": "/me"}));
    configuration.extend(members(more));
    connection("custom_api", Value::Object(configuration), secrets)
}

/// What comes of asking a provider that gives these answers.
async fn outcome(connection: &OpenConnection, answers: Vec<Manner>) -> Verification {
    let server = scripted(answers).await;
    verifier_at(connection.provider.as_str(), server.port).verify(connection).await
}

/// The requests that were made for a connection, and what came of them.
async fn asked(connection: &OpenConnection, answers: Vec<Manner>) -> (Vec<String>, Verification) {
    let mut server: Server = scripted(answers).await;
    let verification = verifier_at(connection.provider.as_str(), server.port).verify(connection).await;
    let mut requests = Vec::new();
    for _ in 0..server.connections() {
        requests.push(server.heard().await);
    }
    (requests, verification)
}

fn slack() -> (OpenConnection, Value) {
    let connection = connection("slack", json!({"team_id": "T1"}), &[("bot_token", "xoxb-planted-1")]);
    (connection, json!({"ok": true, "team_id": "T1", "team": "Acme", "user": "patch"}))
}
