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
mod waiting;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use patchbay_catalogue::{Catalogue, CatalogueFiles, Entry, ReloadableCatalogue, SourceFile, Sources};
use patchbay_domain::{
    Clock, Configuration, CredentialName, CredentialVerifier, Credentials, ProviderId, Verifiable,
    Verification,
};
use serde_json::{Map, Value, json};

use super::{HttpCredentialVerifier, Pause};
use crate::testing::{Manner, Server, says, scripted};
use crate::{GuardedClient, OutboundPolicy};

/// What all share: its certificates are read once. It waits for ever, and reads any answer to
/// its end, where nothing else says otherwise.
fn client() -> GuardedClient {
    static CLIENT: OnceLock<GuardedClient> = OnceLock::new();
    let open = || {
        let timeout = Duration::from_secs(3600);
        GuardedClient::new(OutboundPolicy {
            timeout,
            max_response_bytes: usize::MAX,
            ..OutboundPolicy::default()
        })
    };
    CLIENT.get_or_init(open).clone()
}

/// Always the same moment: 2026-11-20T12:00:00Z.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_176_000, 0).unwrap()
    }
}

/// Remembers how long it was to wait, and does not.
#[derive(Default)]
struct Impatient(Mutex<Vec<Duration>>);

#[async_trait]
impl Pause for Impatient {
    async fn pause(&self, time: Duration) {
        self.0.lock().unwrap().push(time);
    }
}

/// The entries that every build has.
fn catalogue() -> Arc<ReloadableCatalogue> {
    static CATALOGUE: OnceLock<Arc<ReloadableCatalogue>> = OnceLock::new();
    let open = || Arc::new(ReloadableCatalogue::open(CatalogueFiles::default()).unwrap());
    CATALOGUE.get_or_init(open).clone()
}

/// An entry of somebody else's.
fn foreign(text: &str) -> Arc<Entry> {
    let head = "schema = 1\nid = 'foreign'\nname = 'F'\ndescription = 'F'\nreviewed = 2026-11-20\n";
    let file = SourceFile::new(None, "foreign.toml", format!("{head}{text}"));
    let catalogue = Catalogue::load(&Sources { below: vec![file], ..Sources::default() }).unwrap();
    catalogue.entry(&provider("foreign")).unwrap().clone()
}

fn provider(id: &str) -> ProviderId {
    ProviderId::parse(id).unwrap()
}

fn entry(id: &str) -> Arc<Entry> {
    catalogue().current().entry(&provider(id)).unwrap().clone()
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

fn credentials(members: &[(&str, &str)]) -> Credentials {
    let mut credentials = Credentials::default();
    for (name, secret) in members {
        credentials.set(CredentialName::parse(name).unwrap(), (*secret).into());
    }
    credentials
}

fn members(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!("{value} is no object") };
    members
}

/// A connection that is configured with this and has these secrets.
fn connection(id: &str, configuration: Value, secrets: &[(&str, &str)]) -> Verifiable {
    Verifiable {
        provider: provider(id),
        configuration: Configuration::from_stored(members(configuration)),
        facts: Map::new(),
        credentials: credentials(secrets),
        tokens: Credentials::default(),
    }
}

/// A connection to an API of its owner's own.
fn custom_api(more: Value, secrets: &[(&str, &str)]) -> Verifiable {
    let mut configuration = members(json!({"base_url": "https://a.example", "verify_path": "/me"}));
    configuration.extend(members(more));
    connection("custom_api", Value::Object(configuration), secrets)
}

/// The same, connected by a person.
fn granted(id: &str, configuration: Value) -> Verifiable {
    Verifiable {
        tokens: credentials(&[("access_token", "planted-access"), ("refresh_token", "planted-refresh")]),
        ..connection(id, configuration, &[])
    }
}

fn answers(status: u16, headers: &str, body: &str) -> Manner {
    let length = body.len();
    says(&format!(
        "HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    ))
}

fn json_answer(status: u16, body: &Value) -> Manner {
    answers(status, "Content-Type: application/json\r\n", &body.to_string())
}

/// What comes of asking a provider that gives these answers.
async fn outcome(connection: &Verifiable, answers: Vec<Manner>) -> Verification {
    let server = scripted(answers).await;
    verifier_at(connection.provider.as_str(), server.port).verify(connection).await
}

/// The requests that were made for a connection, and what came of them.
async fn asked(connection: &Verifiable, answers: Vec<Manner>) -> (Vec<String>, Verification) {
    let mut server: Server = scripted(answers).await;
    let verification = verifier_at(connection.provider.as_str(), server.port).verify(connection).await;
    let mut requests = Vec::new();
    for _ in 0..server.connections() {
        requests.push(server.heard().await);
    }
    (requests, verification)
}

fn slack() -> (Verifiable, Value) {
    let connection = connection("slack", json!({"team_id": "T1"}), &[("bot_token", "xoxb-planted-1")]);
    (connection, json!({"ok": true, "team_id": "T1", "team": "Acme", "user": "patch"}))
}
