//! Exchanges with loopback providers, which stand where the entries that every build has send
//! people and requests to.

mod authorizing;
mod entries;
mod exchanging;
mod granting;
mod refreshing;
mod refusals;
mod returning;
mod revoking;
mod secrets;
mod slack;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use patchbay_catalogue::{CatalogueFiles, ReloadableCatalogue};
use patchbay_domain::{
    AuthorizationCode, Credentials, ExchangeError, Granted, OAuthExchanger, OpenConnection, ProviderId,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{HttpOAuthExchanger, OAuthClient};
use crate::testing::connections::{
    Stopped, answers, catalogue, client, connection, credentials, granted, json_answer, provider,
};
use crate::testing::{Manner, Server, scripted};

const SECRET: &str = "planted:secret";
const REDIRECT: &str = "https://patchbay.example/oauth/callback/x";

fn application() -> OAuthClient {
    OAuthClient { id: "the id".to_owned(), secret: SECRET.into(), redirect_uri: Some(REDIRECT.to_owned()) }
}

/// An exchanger that finds a provider on a port of this machine.
fn exchanger_of(catalogue: Arc<ReloadableCatalogue>, id: &str, port: u16) -> HttpOAuthExchanger {
    let origins = HashMap::from([(provider(id), format!("http://127.0.0.1:{port}").parse().unwrap())]);
    let applications = HashMap::from([(provider(id), application())]);
    HttpOAuthExchanger::new(client(), catalogue, origins, applications, Arc::new(Stopped))
}

fn exchanger_at(id: &str, port: u16) -> HttpOAuthExchanger {
    exchanger_of(catalogue(), id, port)
}

/// One that would ask the providers themselves, as these.
fn exchanger(applications: HashMap<ProviderId, OAuthClient>) -> HttpOAuthExchanger {
    HttpOAuthExchanger::new(client(), catalogue(), HashMap::new(), applications, Arc::new(Stopped))
}

/// One that knows an entry of somebody else's.
fn foreign(text: &str, port: u16) -> HttpOAuthExchanger {
    let head = "schema = 1\nid = 'foreign'\nname = 'F'\ndescription = 'F'\nreviewed = 2026-11-20\n";
    let check =
        "[[verify]]\nid = 'v'\nmethod = 'GET'\nurl = 'https://a.example/v'\nexpect = { status = [200] }\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("foreign.toml");
    fs::write(&file, format!("{head}{text}\n{check}")).unwrap();
    let files = CatalogueFiles { files: vec![file], ..CatalogueFiles::default() };
    exchanger_of(Arc::new(ReloadableCatalogue::open(files).unwrap()), "foreign", port)
}

/// A way of an entry of somebody else's that begins with a person, with more keys of its own.
fn way(more: &str, refresh: &str) -> String {
    format!(
        "[[auth]]\nid = 'oauth'\ntype = 'oauth2_code'\nauthorize_url = 'https://a.example/authorize?a=b'\n\
         token_url = 'https://a.example/token'\npkce = 'off'\nsign = {{ bearer = '{{token}}' }}\n\
         read = {{ access_token = '/access_token', refresh_token = '/refresh_token', \
         expires_in = '/expires_in', refresh_expires_in = '/refresh_expires_in', scope = '/scope' }}\n{more}\n\
         [auth.refresh]\n{refresh}\n"
    )
}

const STABLE: &str = "mode = 'stable'";

fn code() -> AuthorizationCode {
    AuthorizationCode {
        code: "planted&code=".into(),
        redirect_uri: None,
        verifier: Some("planted-verifier".into()),
    }
}

/// What comes of exchanging a code with a provider that answers so.
async fn exchanged(connection: &OpenConnection, manner: Manner) -> Result<Granted, ExchangeError> {
    let server = scripted(vec![manner]).await;
    exchanger_at(connection.provider.as_str(), server.port).exchange(connection, &code()).await
}

/// What comes of refreshing with it.
async fn refreshed(connection: &OpenConnection, manner: Manner) -> Result<Granted, ExchangeError> {
    let server = scripted(vec![manner]).await;
    exchanger_at(connection.provider.as_str(), server.port).refresh(connection).await
}

/// What comes of giving back what it granted.
async fn revoked(connection: &OpenConnection, manner: Manner) -> Result<(), ExchangeError> {
    let server = scripted(vec![manner]).await;
    exchanger_at(connection.provider.as_str(), server.port).revoke(connection).await
}

/// A request as it was heard: its first line, its headers with their names in lower case, and
/// the parameters in its body.
struct Heard {
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Heard {
    async fn by(server: &mut Server) -> Self {
        let request = server.heard().await;
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap().to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        };
        Self { line, headers: lines.map(header).collect(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// What its body says, whichever way that is written.
    fn parameters(&self) -> BTreeMap<String, String> {
        match self.header("content-type") {
            "application/json" => serde_json::from_str(&self.body).unwrap(),
            "application/x-www-form-urlencoded" => {
                let pairs = url::form_urlencoded::parse(self.body.as_bytes()).into_owned();
                let count = self.body.split('&').count();
                let parameters: BTreeMap<_, _> = pairs.collect();
                assert_eq!(parameters.len(), count, "{}", self.body);
                parameters
            }
            other => panic!("{other}: {}", self.body),
        }
    }
}

/// Of which kind an error is, once it was seen that it shows nothing that was planted.
fn kind_of(error: &ExchangeError) -> String {
    let shown = format!("{error:?} {error}");
    assert!(!shown.contains("planted"), "{shown}");
    shown.chars().take_while(char::is_ascii_alphanumeric).collect()
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The texts of named secrets, in their order.
fn shown(tokens: &Credentials) -> Vec<(&str, &str)> {
    tokens.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn nothing() -> Value {
    json!({})
}
