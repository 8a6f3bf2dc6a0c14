//! Connections to the providers that every build knows, for tests.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_catalogue::{CatalogueFiles, Entry, ReloadableCatalogue};
use patchbay_domain::{Clock, Configuration, CredentialName, Credentials, OpenConnection, ProviderId};
use serde_json::{Map, Value};

use super::{Manner, says};
use crate::{GuardedClient, OutboundPolicy};

/// What all share: its certificates are read once. It waits for ever, and reads any answer to
/// its end, where nothing else says otherwise.
pub(crate) fn client() -> GuardedClient {
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
pub(crate) struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_176_000, 0).unwrap()
    }
}

/// The entries that every build has.
pub(crate) fn catalogue() -> Arc<ReloadableCatalogue> {
    static CATALOGUE: OnceLock<Arc<ReloadableCatalogue>> = OnceLock::new();
    let open = || Arc::new(ReloadableCatalogue::open(CatalogueFiles::default()).unwrap());
    CATALOGUE.get_or_init(open).clone()
}

pub(crate) fn provider(id: &str) -> ProviderId {
    ProviderId::parse(id).unwrap()
}

pub(crate) fn entry(id: &str) -> Arc<Entry> {
    catalogue().current().entry(&provider(id)).unwrap().clone()
}

pub(crate) fn credentials(members: &[(&str, &str)]) -> Credentials {
    let mut credentials = Credentials::default();
    for (name, secret) in members {
        credentials.set(CredentialName::parse(name).unwrap(), (*secret).into());
    }
    credentials
}

pub(crate) fn members(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!("{value} is no object") };
    members
}

/// A connection that is configured with this and has these secrets.
pub(crate) fn connection(id: &str, configuration: Value, secrets: &[(&str, &str)]) -> OpenConnection {
    OpenConnection {
        provider: provider(id),
        configuration: Configuration::from_stored(members(configuration)),
        facts: Map::new(),
        credentials: credentials(secrets),
        tokens: Credentials::default(),
        scopes: Vec::new(),
    }
}

/// A connection that a person has allowed.
pub(crate) fn granted(id: &str, configuration: Value) -> OpenConnection {
    OpenConnection {
        tokens: credentials(&[("access_token", "planted-access"), ("refresh_token", "planted-refresh")]),
        ..connection(id, configuration, &[])
    }
}

pub(crate) fn answers(status: u16, headers: &str, body: &str) -> Manner {
    let length = body.len();
    says(&format!(
        "HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    ))
}

pub(crate) fn json_answer(status: u16, body: &Value) -> Manner {
    answers(status, "Content-Type: application/json\r\n", &body.to_string())
}
