//! An application that does OAuth with a provider of the sandbox as its entry describes it.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use patchbay_catalogue::{
    AuthType, BodyFormat, Catalogue, ClientAuth, Entry, Exchange, Part, Pkce, Pointer, Sources, Template,
};
use patchbay_sandbox::{CLIENT_ID, CLIENT_SECRET};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::Url;

use crate::client::{Answer, Tried, encoded, text};

/// Where the browser is sent back to.
pub const BACK: &str = "https://patchbay.example/back?kept=1";
const STATE: &str = "a-state";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// An application of ours at one provider.
pub struct Application {
    pub entry: Arc<Entry>,
    pub exchange: Exchange,
    tried: Tried,
    offer: Value,
}

/// One for every provider with codes.
pub async fn applications() -> Vec<Application> {
    let catalogue = Catalogue::load(&Sources::embedded()).unwrap();
    let mut applications = Vec::new();
    for entry in catalogue.entries() {
        let method = entry.auth.iter().find(|method| method.auth_type == AuthType::OAuth2Code);
        if let Some(exchange) = method.and_then(|method| method.exchange.clone()) {
            let tried = Tried::start();
            let offer = tried.offers(entry.id.as_str()).await;
            applications.push(Application { entry: entry.clone(), exchange, tried, offer });
        }
    }
    assert!(applications.len() > 5);
    applications
}

impl Application {
    pub fn id(&self) -> &str {
        self.entry.id.as_str()
    }

    /// A template with the constants of the entry.
    fn filled(&self, template: &Template, values: &HashMap<&str, &str>) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Name(name) => {
                let value =
                    self.entry.vars.get(name).map(String::as_str).or(values.get(name.as_str()).copied());
                value.unwrap_or_default().to_owned()
            }
        };
        template.parts().iter().map(part).collect()
    }

    /// Where people are sent, with more parameters, or other ones.
    pub fn page_url(&self, more: &[(&str, &str)]) -> String {
        let mut url = Url::parse(text(&self.offer, "/authorize_url")).unwrap();
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let scope = self.exchange.scopes.join(&self.exchange.scope_separator);
        let mut query = vec![
            ("client_id", CLIENT_ID),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("state", STATE),
            ("scope", &scope),
        ];
        if self.exchange.pkce == Pkce::S256 {
            query.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
        }
        let own = self.exchange.authorize_params.iter();
        let own: Vec<_> =
            own.map(|(name, template)| (name, self.filled(template, &HashMap::new()))).collect();
        query.extend(own.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        query.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        query.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        url.query_pairs_mut().extend_pairs(query);
        url.to_string().split_once(self.tried.sandbox.url()).unwrap().1.to_owned()
    }

    pub async fn page(&self, more: &[(&str, &str)]) -> Answer {
        self.tried.get(&self.page_url(more)).await
    }

    /// What comes back with the browser that follows a link of the page.
    pub async fn back(&self, link: &str, more: &[(&str, &str)]) -> HashMap<String, String> {
        let to = self.page(more).await.link(link);
        assert!(to.starts_with(BACK), "{to}");
        Url::parse(&to).unwrap().query_pairs().into_owned().collect()
    }

    /// Asks for tokens, with these parameters in the place of those that are usual.
    pub async fn ask(&self, parameters: &[(&str, &str)]) -> Answer {
        let mut all: Vec<(&str, &str)> = Vec::new();
        if self.exchange.client_auth == ClientAuth::Body {
            all.extend([("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)]);
        }
        all.retain(|(name, _)| parameters.iter().all(|(other, _)| other != name));
        all.extend(parameters);
        all.retain(|(_, value)| !value.is_empty());
        let path = text(&self.offer, "/token_url").to_owned();
        let mut request = self.tried.post(path.split_once(self.tried.sandbox.url()).unwrap().1);
        if self.exchange.client_auth == ClientAuth::Basic {
            request = request.basic_auth(CLIENT_ID, Some(CLIENT_SECRET));
        }
        for (name, template) in &self.exchange.token_headers.0 {
            request = request.header(name, self.filled(template, &HashMap::new()));
        }
        let request = match self.exchange.body {
            BodyFormat::Form => {
                request.header("content-type", "application/x-www-form-urlencoded").body(encoded(&all))
            }
            BodyFormat::Json => {
                let members = all.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
                request.json(&members.collect::<Map<_, _>>())
            }
        };
        Answer::read(request.send().await.unwrap()).await
    }

    /// Exchanges a code, with these parameters in the place of those that are usual.
    pub async fn exchange(&self, code: &str, more: &[(&str, &str)]) -> Answer {
        let mut all = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        let own = self.exchange.token_params.iter();
        let own: Vec<_> =
            own.map(|(name, template)| (name, self.filled(template, &HashMap::new()))).collect();
        all.extend(own.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        all.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        all.extend(more);
        self.ask(&all).await
    }

    /// Refreshes with a token.
    pub async fn refresh(&self, token: &str) -> Answer {
        let own = self.exchange.refresh.as_ref().unwrap().params.iter();
        let own: Vec<_> =
            own.map(|(name, template)| (name, self.filled(template, &HashMap::new()))).collect();
        let mut all = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        all.extend(own.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.ask(&all).await
    }

    /// Gives back what was granted.
    pub async fn disconnect(&self, access: &str, refresh: &str) -> Answer {
        let disconnect = self.entry.disconnect.as_ref().unwrap();
        let url = Url::parse(&disconnect.url.to_string()).unwrap();
        let mut request = self.tried.post(&format!("/{}{}", self.id(), url.path()));
        let values = HashMap::from([
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("token", access),
            ("refresh_token", refresh),
        ]);
        request = match disconnect.client_auth {
            Some(_) => request.basic_auth(CLIENT_ID, Some(CLIENT_SECRET)),
            None => request.bearer_auth(access),
        };
        request = match &disconnect.body {
            patchbay_catalogue::Body::None => request,
            patchbay_catalogue::Body::Json(document) => {
                let texts = document.templates();
                assert_eq!(texts.len(), 1, "{}", self.id());
                request.json(&serde_json::json!({ "token": self.filled(texts[0], &values) }))
            }
            patchbay_catalogue::Body::Form(parameters) => {
                let pairs =
                    parameters.iter().map(|(name, template)| (name.as_str(), self.filled(template, &values)));
                let pairs: Vec<_> = pairs.collect();
                let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
                request.header("content-type", "application/x-www-form-urlencoded").body(encoded(&pairs))
            }
        };
        Answer::read(request.send().await.unwrap()).await
    }

    /// Makes the first check with a token as bearer.
    pub async fn checks(&self, token: &str) -> Answer {
        let check = &self.entry.checks[0];
        let url = Url::parse(&check.url.to_string().replace(['{', '}'], "")).unwrap();
        let path = format!("/{}{}", self.id(), url.path());
        let request = match check.method {
            patchbay_catalogue::Method::Get => self.tried.open(&path, token).await,
            _ => self.tried.post(&path).bearer_auth(token).send().await.unwrap(),
        };
        Answer::read(request).await
    }

    /// Whether an answer gives tokens: a success for which the tests of the entry hold.
    pub fn is_granted(&self, answer: &Answer) -> bool {
        let Ok(body) = serde_json::from_str(&answer.text) else { return false };
        let holds = self.exchange.ok.iter().all(|test| test.holds_for(&body, |_, _| None) != Some(false));
        (200..300).contains(&answer.status) && holds && !self.access_token(&body).is_empty()
    }

    /// The tokens of an answer that gives some.
    pub fn granted(&self, answer: &Answer) -> Value {
        assert!(self.is_granted(answer), "{}: {answer:?}", self.id());
        answer.json()
    }

    /// The word with which an answer refuses.
    pub fn refused(&self, answer: &Answer) -> String {
        assert!(!self.is_granted(answer), "{}: {answer:?}", self.id());
        let at = self.exchange.error_at.as_ref().map_or("/error", Pointer::as_str);
        text(&answer.json(), at).to_owned()
    }

    pub fn access_token(&self, body: &Value) -> String {
        Self::text_at(self.exchange.read.access_token.as_ref(), body)
    }

    pub fn refresh_token(&self, body: &Value) -> String {
        Self::text_at(self.exchange.read.refresh_token.as_ref(), body)
    }

    pub fn text_at(at: Option<&Pointer>, body: &Value) -> String {
        let value = at.and_then(|at| at.of(body)).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    }

    /// How often it was asked for tokens, as the record has it.
    pub async fn token_calls(&self) -> u64 {
        let record = self.tried.get("/sandbox/requests").await.json();
        let calls = record.as_array().unwrap().iter().filter(|noted| noted["step"] == "token");
        calls.map(|noted| noted["count"].as_u64().unwrap()).sum()
    }
}
