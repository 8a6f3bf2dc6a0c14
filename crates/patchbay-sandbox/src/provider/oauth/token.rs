//! The token address: gives tokens for a code, for a token to refresh with, or for what else
//! the entry exchanges.

use patchbay_catalogue::{AuthMethod, AuthType, BodyFormat, Exchange, Found, RefreshMode, Template};
use serde_json::{Map, Value};

use super::client;
use super::codes::{Code, Extent, ISSUED, Outcome};
use super::giving::Giver;
use super::memory::{Grant, Memory};
use super::problem::{Problem, refusal};
use super::proof::challenge;
use crate::desk::Said;
use crate::provider::answers::throttled_anywhere;
use crate::provider::asked::{Asked, Sent};
use crate::provider::values::Known;
use crate::reply::Reply;

/// What the record calls this.
const STEP: &str = "token";

/// The grant of RFC 7523.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// A request to a token address.
struct Request<'a> {
    method: &'a AuthMethod,
    exchange: &'a Exchange,
    asked: &'a Asked,
    known: Known<'a>,
    parameters: Map<String, Value>,
}

/// Answers a request to the token address of a method, which it was recognised as by `known`.
pub(crate) fn play<'a>(
    method: &'a AuthMethod,
    exchange: &'a Exchange,
    asked: &'a Asked,
    known: Known<'a>,
    memory: &mut Memory,
) -> (Said, Reply) {
    let examples = known.examples;
    let step = Some(STEP.to_owned());
    let parameters = match parameters(asked, exchange.body) {
        Ok(parameters) => parameters,
        Err(problem) => {
            let answer = problem.word(exchange, examples);
            return (Said { step, code: None, answer }, problem.reply(exchange, examples));
        }
    };
    let mut request = Request { method, exchange, asked, known, parameters };
    let (code, outcome) = request.decide(memory);
    let (answer, reply) = match outcome {
        Ok(done) => done,
        Err(problem) => (problem.word(exchange, examples), problem.reply(exchange, examples)),
    };
    (Said { step, code, answer }, reply)
}

/// What is sent, each parameter once.
fn parameters(asked: &Asked, format: BodyFormat) -> Result<Map<String, Value>, Problem> {
    match (format, &asked.sent) {
        (BodyFormat::Json, Sent::Json(Value::Object(members))) => Ok(members.clone()),
        (BodyFormat::Form, Sent::Form(pairs)) => {
            let mut parameters = Map::new();
            for (name, value) in pairs {
                if parameters.insert(name.clone(), value.as_str().into()).is_some() {
                    return Err(Problem::Request);
                }
            }
            Ok(parameters)
        }
        _ => Err(Problem::Request),
    }
}

/// One word for an answer, and the answer.
type Done = (String, Reply);

impl Request<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// What decides the answer, as it is listed, and the answer.
    fn decide(&mut self, memory: &mut Memory) -> (Option<String>, Result<Done, Problem>) {
        let is_of_application = matches!(self.method.auth_type, AuthType::OAuth2Code);
        let parameter = |name: &str| self.parameter(name);
        let (auth, anywhere) = (self.exchange.client_auth, self.known.examples.any_client_auth);
        if is_of_application && let Err(problem) = client::check(self.asked, auth, anywhere, parameter) {
            return (None, Err(problem));
        }
        if !self
            .exchange
            .token_headers
            .0
            .iter()
            .all(|(name, template)| self.is_sent(template, self.asked.header(name)))
        {
            return (None, Err(Problem::Request));
        }
        match (self.method.auth_type, self.parameter("grant_type")) {
            (AuthType::OAuth2Code, None | Some("authorization_code")) => self.by_code(memory),
            (_, Some("refresh_token")) => self.by_refresh_token(memory),
            (AuthType::OAuth2Client, Some("client_credentials"))
            | (AuthType::JwtBearer, Some(JWT_BEARER))
            | (AuthType::Exchange, _) => self.by_itself(memory),
            _ => (None, Err(Problem::GrantType)),
        }
    }

    /// Whether something is sent as a template says. What a template names may be missing.
    fn is_sent(&self, template: &Template, sent: Option<&str>) -> bool {
        let may_be_missing = template.names().any(|name| !self.known.entry.vars.contains_key(name));
        sent.map_or(may_be_missing, |sent| self.known.entry.read_text(template, sent).is_some())
    }

    fn has<'t>(&self, mut parameters: impl Iterator<Item = (&'t String, &'t Template)>) -> bool {
        parameters.all(|(name, template)| self.is_sent(template, self.parameter(name)))
    }

    fn by_code(&mut self, memory: &mut Memory) -> (Option<String>, Result<Done, Problem>) {
        if !self.has(self.exchange.token_params.iter()) {
            return (None, Err(Problem::Request));
        }
        let text = self.parameter("code").unwrap_or_default().to_owned();
        let Some(code) = Code::read(&text, self.known.examples) else { return (None, Err(Problem::Code)) };
        let name =
            Some(if code.page.is_some() { format!("{} ({ISSUED})", code.name) } else { code.name.clone() });
        (name, self.grant_by(&text, &code, memory))
    }

    fn grant_by(&mut self, text: &str, code: &Code, memory: &mut Memory) -> Result<Done, Problem> {
        if let Some(own) = code.own {
            if let Some(error) = &own.error {
                return Ok((error.clone(), Reply::ok(refusal(self.exchange, error))));
            }
            if let Some(document) = &own.document {
                return Ok(("ok".to_owned(), Reply::ok(self.giver().as_documented(document, memory))));
            }
        }
        let Outcome::Grants(extent) = code.outcome else { return self.without_a_grant(code.outcome) };
        let mut grant = Grant {
            number: 0,
            account: code.account.clone(),
            scopes: self.exchange.scopes.clone(),
            also: Vec::new(),
            then: code.then.clone(),
            refresh: code.refresh.clone(),
            prefixes: Vec::new(),
        };
        if let Some(name) = &code.page {
            let page = memory.page(name).ok_or(Problem::Code)?;
            if self.parameter("redirect_uri") != Some(page.redirect_uri.as_str()) {
                return Err(Problem::RedirectUri);
            }
            let answered = self.parameter("code_verifier").map(challenge);
            if page.challenge.is_some() && page.challenge != answered {
                return Err(Problem::Verifier);
            }
            (grant.scopes, grant.also) = (page.scopes.clone(), page.also.clone());
            self.known.found.extend(page.found.clone());
        }
        if let Some(own) = code.own {
            grant.scopes = own.scopes.clone().unwrap_or(grant.scopes);
            grant.also.extend(own.also.iter().cloned());
            grant.prefixes = own.tokens.iter().map(|(name, prefix)| (name.clone(), prefix.clone())).collect();
        }
        if extent == Extent::FewerScopes {
            grant.scopes.pop();
        }
        if !memory.spend(text) {
            return Err(Problem::Used);
        }
        Ok(("ok".to_owned(), Reply::ok(self.giver().give(grant, extent, false, memory).0)))
    }

    fn by_refresh_token(&mut self, memory: &mut Memory) -> (Option<String>, Result<Done, Problem>) {
        let refresh = self.exchange.refresh.as_ref();
        let mode = refresh.map_or(RefreshMode::None, |refresh| refresh.mode);
        let params = refresh.map(|refresh| &refresh.params);
        if mode == RefreshMode::None {
            return (None, Err(Problem::GrantType));
        }
        if !self.has(params.into_iter().flatten()) {
            return (None, Err(Problem::Request));
        }
        let text = self.parameter("refresh_token").unwrap_or_default().to_owned();
        let code = Code::of_refresh(&text);
        (Some("refresh".to_owned()), self.refresh(&text, &code, mode, memory))
    }

    fn refresh(
        &mut self,
        text: &str,
        code: &Code,
        mode: RefreshMode,
        memory: &mut Memory,
    ) -> Result<Done, Problem> {
        if text.is_empty() || memory.is_revoked(&[text.to_owned()]) {
            return Err(Problem::Refresh);
        }
        let Outcome::Grants(extent) = code.outcome else { return self.without_a_grant(code.outcome) };
        let token = memory.token(text).cloned();
        let may_come_again =
            self.exchange.refresh.as_ref().is_some_and(|refresh| refresh.retry_old_s.is_some());
        // A spent one works until what it gave is used, where the entry says so.
        if let Some(successors) = token.as_ref().and_then(|token| token.successors.as_ref()) {
            let is_over = !may_come_again || successors.iter().any(|text| memory.was_used(text));
            if mode == RefreshMode::Rotating && is_over {
                return Err(Problem::Refresh);
            }
        }
        let unheard_of = || Grant {
            account: code.account.clone(),
            scopes: self.exchange.scopes.clone(),
            also: self.known.examples.members.values().cloned().collect(),
            then: code.then.clone(),
            ..Grant::default()
        };
        let (grant, facts) = match token {
            Some(token) => (token.grant, token.facts),
            None => (unheard_of(), Found::new()),
        };
        self.known.found.extend(facts);
        memory.note_use(&[text.to_owned()]);
        let (document, tokens) =
            self.giver().give(Grant { then: code.then.clone(), ..grant }, extent, true, memory);
        if mode == RefreshMode::Rotating {
            memory.succeed(text, tokens);
        }
        Ok(("ok".to_owned(), Reply::ok(document)))
    }

    /// What is exchanged is the application's own, or its owner's: words in it decide.
    fn by_itself(&mut self, memory: &mut Memory) -> (Option<String>, Result<Done, Problem>) {
        if !self.has(self.exchange.token_params.iter()) {
            return (None, Err(Problem::Request));
        }
        let basic = self.asked.basic().map(|(_, secret)| secret);
        let sent = self.parameters.values().filter_map(Value::as_str).map(str::to_owned);
        let secrets: Vec<String> = basic.into_iter().chain(sent).collect();
        let code =
            secrets.iter().map(|text| Code::of_refresh(text)).find(|code| code.name.len() > "sandbox-".len());
        let code = code.unwrap_or_else(|| Code::of_refresh(""));
        let Outcome::Grants(extent) = code.outcome else {
            return (Some(code.name), self.without_a_grant(code.outcome));
        };
        let grant = Grant {
            account: code.account,
            then: code.then,
            scopes: self.exchange.scopes.clone(),
            ..Grant::default()
        };
        let (document, _) = self.giver().give(grant, extent, false, memory);
        (None, Ok(("ok".to_owned(), Reply::ok(document))))
    }

    /// The answer that gives nothing.
    fn without_a_grant(&self, outcome: Outcome) -> Result<Done, Problem> {
        let said = |word: &str| {
            let own = self.known.examples.words.get(word).map_or(word, String::as_str);
            (own.to_owned(), refusal(self.exchange, own))
        };
        let without = |token: Option<&str>| ("ok".to_owned(), Reply::ok(self.giver().without_token(token)));
        Ok(match outcome {
            Outcome::Refuses(problem) => return Err(problem),
            Outcome::Status(status) => {
                let (word, body) = said("server_error");
                (word, Reply::Document(status, Vec::new(), body))
            }
            Outcome::Throttled => {
                let (word, body) = said("throttled");
                (word, throttled_anywhere(&self.known, body))
            }
            Outcome::Odd(oddity) => (oddity.name().to_owned(), Reply::Odd(oddity)),
            Outcome::EmptyToken => without(Some("")),
            Outcome::Grants(_) | Outcome::NoToken => without(None),
        })
    }

    fn giver(&self) -> Giver<'_> {
        Giver { exchange: self.exchange, known: &self.known }
    }
}
