//! Getting a token with what a connection has: without a person, and for one verification.
//!
//! Asking for a token is a check like any other, made of what an entry says of its exchange:
//! it goes through the same client, under the same limits, and its answer is judged in the
//! same way. It goes to the entry's own `token_url`, whatever a document of the owner's says.

use std::collections::BTreeMap;

use patchbay_catalogue::{
    AnswerMatch, Assertion, AuthMethod, AuthType, BasicSign, Body, BodyFormat, BodyTemplate, BodyTest, Check,
    ClientAuth, Exchange, Expectation, Method, Pointer, Reason, Rejection, Sign, StatusRule, Template, Test,
    Values,
};
use patchbay_domain::{Verification, VerificationClass};
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::form_urlencoded::byte_serialize;

use super::assertion::{Claims, signed};
use super::{Asking, Unaskable, ended};
use crate::asking::known::Known;
use crate::asking::{facts, text_of};

/// What errors mean that a token endpoint answers (RFC 6749 §5.2, §4.1.2.1).
const ERRORS: [(&[&str], Reason); 4] = [
    (&["invalid_client", "invalid_grant", "unauthorized_client"], Reason::CredentialsRejected),
    (&["invalid_scope", "access_denied"], Reason::PermissionMissing),
    (&["temporarily_unavailable", "server_error"], Reason::ProviderUnreachable),
    (&["slow_down"], Reason::Throttled),
];

/// The names of what a request for a token has beside the values of its entry.
const ASSERTION: &str = "assertion";
const ENCODED_ID: &str = "encoded_client_id";
const ENCODED_SECRET: &str = "encoded_client_secret";

impl Asking<'_> {
    /// Gets a token, and lets templates name it from now on.
    pub(super) async fn get_token(&mut self, exchange: &Exchange) -> Result<(), Verification> {
        if let Some(assertion) = &exchange.assertion {
            self.state(assertion, exchange)?;
        }
        self.name_client()?;
        let (check, sign) = asking_for(exchange, self.method, &self.known);
        let answer = self.ask(&check, &sign).await?;
        let token = exchange.read.access_token.as_ref().and_then(|at| at.of(&answer)?.as_str());
        let Some(token) = token.filter(|token| !token.is_empty()).map(SecretString::from) else {
            return Err(ended(VerificationClass::UnexpectedAnswer, Some("the token is no text".to_owned())));
        };
        self.redaction.add(&token);
        self.known.remember("token", token);
        Ok(())
    }

    /// Makes the statement that is exchanged, and takes out of its document what the entry
    /// wants to know.
    fn state(&mut self, assertion: &Assertion, exchange: &Exchange) -> Result<(), Unaskable> {
        let made = match assertion {
            Assertion::Given(given) => given.render_parameter(&self.known)?,
            Assertion::Signed { document, issuer, key, key_id, put } => {
                let content = read(document, &self.known)?;
                let text = |at: &Pointer| at.of(&content)?.as_str().filter(|text| !text.is_empty());
                let needed = |at: &Pointer| {
                    text(at).ok_or_else(|| Unaskable::Missing(format!("{document}{}", at.as_str())))
                };
                let audience = self.entry.url(&exchange.token_url, &self.known)?;
                let scope = exchange.scopes.join(&exchange.scope_separator);
                let claims = Claims {
                    issuer: needed(issuer)?,
                    audience: audience.as_str(),
                    scope: &scope,
                    key_id: key_id.as_ref().and_then(text),
                };
                let made = signed(&claims, needed(key)?, self.verifier.clock.now())?;
                self.take_from(put, &content);
                made
            }
        };
        self.redaction.add(&made);
        self.known.remember(ASSERTION, made);
        Ok(())
    }

    /// Takes values of a document of the owner's as facts, which templates may name.
    fn take_from(&mut self, put: &BTreeMap<String, Pointer>, document: &Value) {
        let mut found = Map::new();
        // What is public of a document that is secret as a whole.
        facts::take(put, document, self.entry, &self.known, None, &mut found);
        for (key, text) in found.iter().filter_map(|(key, value)| Some((key, text_of(value)?))) {
            self.known.remember(key, text.into());
        }
        self.facts.append(&mut found);
    }

    /// Writes name and secret of the application as RFC 6749 §2.3.1 has them in a header.
    fn name_client(&mut self) -> Result<(), Unaskable> {
        for (name, encoded) in [("client_id", ENCODED_ID), ("client_secret", ENCODED_SECRET)] {
            match self.known.value(name) {
                Some(value) => {
                    let value: String = byte_serialize(value.as_bytes()).collect();
                    self.known.remember(encoded, value.into());
                }
                None if self.method.auth_type == AuthType::OAuth2Client => {
                    return Err(Unaskable::Missing(name.to_owned()));
                }
                None => {}
            }
        }
        Ok(())
    }
}

/// The document in a field.
fn read(key: &str, known: &Known<'_>) -> Result<Value, Unaskable> {
    let text = known.field(key).ok_or_else(|| Unaskable::Missing(key.to_owned()))?;
    serde_json::from_str(text).map_err(|_| Unaskable::Unfit(format!("{key} is no JSON")))
}

/// The request for a token as a check, and how it is signed.
fn asking_for(exchange: &Exchange, method: &AuthMethod, known: &Known<'_>) -> (Check, Sign) {
    let mut parameters = parameters(exchange, method.auth_type);
    let mut sign = Sign::default();
    // An application that asks for itself needs a name; elsewhere it may have one.
    let is_named = method.auth_type != AuthType::Exchange
        && (method.auth_type == AuthType::OAuth2Client || known.value("client_id").is_some());
    match exchange.client_auth {
        ClientAuth::Basic if is_named => {
            sign.basic = Some(BasicSign::Apart { user: named(ENCODED_ID), password: named(ENCODED_SECRET) });
        }
        ClientAuth::Body if is_named => {
            parameters.extend(["client_id", "client_secret"].map(|name| (name.to_owned(), named(name))));
        }
        ClientAuth::Basic | ClientAuth::Body => {}
    }
    let check = Check {
        id: "token".to_owned(),
        method: Method::Post,
        url: exchange.token_url.clone(),
        headers: exchange.token_headers.clone(),
        query: BTreeMap::new(),
        body: body(exchange.body, parameters),
        skip_unless: None,
        skip_if: None,
        expect: Expectation { status: vec![StatusRule::Class(2)], all: tests(exchange) },
        reject: rejections(exchange),
        put: exchange.put.clone(),
    };
    (check, sign)
}

/// What is sent, apart from who asks.
fn parameters(exchange: &Exchange, auth_type: AuthType) -> BTreeMap<String, Template> {
    let mut parameters = exchange.token_params.clone();
    let mut add = |name: &str, text: &str| {
        parameters.insert(name.to_owned(), Template::parse_among_braces(text));
    };
    let grant = match auth_type {
        AuthType::OAuth2Client => Some("client_credentials"),
        AuthType::JwtBearer => Some("urn:ietf:params:oauth:grant-type:jwt-bearer"),
        _ => None,
    };
    if let Some(grant) = grant {
        add("grant_type", grant);
    }
    let is_signed_here = matches!(exchange.assertion, Some(Assertion::Signed { .. }));
    if !exchange.scopes.is_empty() && !is_signed_here {
        add("scope", &exchange.scopes.join(&exchange.scope_separator));
    }
    for (name, scopes) in exchange.scope_params.iter().filter(|(_, scopes)| !scopes.is_empty()) {
        add(name, &scopes.join(&exchange.scope_separator));
    }
    if exchange.assertion.is_some() {
        parameters.insert("assertion".to_owned(), named(ASSERTION));
    }
    parameters
}

fn body(format: BodyFormat, parameters: BTreeMap<String, Template>) -> Body {
    match format {
        BodyFormat::Form => Body::Form(parameters),
        BodyFormat::Json => {
            let members = parameters.into_iter().map(|(name, value)| (name, BodyTemplate::Text(value)));
            Body::Json(BodyTemplate::Object(members.collect()))
        }
    }
}

/// A good answer passes the entry's tests, and has a token.
fn tests(exchange: &Exchange) -> Vec<BodyTest> {
    let token = exchange.read.access_token.clone();
    let is_there = token.map(|at| BodyTest { at, test: Test::Present, is_warning: false });
    exchange.ok.iter().cloned().chain(is_there).collect()
}

fn rejections(exchange: &Exchange) -> Vec<Rejection> {
    let Some(at) = exchange.error_at.clone().or_else(|| Pointer::parse("/error").ok()) else {
        return Vec::new();
    };
    let rejection = |(words, reason): &(&[&str], Reason)| {
        let words = words.iter().map(|word| Value::from(*word)).collect();
        let body = BodyTest { at: at.clone(), test: Test::Any(words), is_warning: false };
        Rejection { answer: AnswerMatch { status: Vec::new(), body: Some(body) }, reason: *reason }
    };
    ERRORS.iter().map(rejection).collect()
}

/// A template that is one name.
fn named(name: &str) -> Template {
    Template::parse_among_braces(&format!("{{{name}}}"))
}

/// What getting tokens needs of an entry; nothing for methods that get none by themselves.
pub(super) fn exchange_of<'e>(method: &'e AuthMethod, known: &Known<'_>) -> Option<&'e Exchange> {
    let is_due = method.auth_type.gets_tokens_alone() && !known.is_granted();
    method.exchange.as_ref().filter(|_| is_due)
}
