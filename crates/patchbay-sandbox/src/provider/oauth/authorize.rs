//! The address that people are sent to: a page from which they go back with a code, or without.

use actix_web::http::StatusCode;
use patchbay_catalogue::{AuthMethod, Exchange, Part, Pkce, Template};
use url::Url;

use super::codes::{self, ISSUED};
use super::memory::{self, Memory};
use super::page::{Link, Page};
use super::{CLIENT_ID, CLIENT_SECRET, proof};
use crate::desk::Said;
use crate::provider::account::Account;
use crate::provider::answers::words_of;
use crate::provider::asked::Asked;
use crate::provider::document::another;
use crate::provider::values::Known;
use crate::reply::Reply;

/// The parameter that names the account, which a person chooses on the page.
const ACCOUNT: &str = "sandbox_account";

/// A link back, as far as it does not differ between links.
struct Back<'a> {
    exchange: &'a Exchange,
    known: &'a Known<'a>,
    redirect_uri: Url,
    state: Option<String>,
}

/// Shows the page of a method, which was recognised with `known`; or says why not. Nobody is
/// sent on then: the address may not be the application's.
pub(crate) fn play(
    method: &AuthMethod,
    exchange: &Exchange,
    asked: &Asked,
    known: &Known<'_>,
    memory: &mut Memory,
) -> (Said, Reply) {
    let step = Some("authorize".to_owned());
    match page(method, exchange, asked, known, memory) {
        Ok(page) => (Said { step, code: None, answer: "page".to_owned() }, Reply::Page(page.html())),
        Err(why) => {
            let word = known.examples.words.get(why).map_or(why, String::as_str);
            let reply = Reply::failure(StatusCode::BAD_REQUEST, word);
            (Said { step, code: None, answer: word.to_owned() }, reply)
        }
    }
}

fn page(
    method: &AuthMethod,
    exchange: &Exchange,
    asked: &Asked,
    known: &Known<'_>,
    memory: &mut Memory,
) -> Result<Page, &'static str> {
    let parameter = |name: &str| one(asked, name);
    for (name, _) in &asked.query {
        one(asked, name)?;
    }
    if parameter("client_id")? != Some(CLIENT_ID) {
        return Err("client");
    }
    if parameter("response_type")?.is_some_and(|kind| kind != "code") {
        return Err("response_type");
    }
    let redirect_uri = parameter("redirect_uri")?.unwrap_or_default();
    let target = Url::parse(redirect_uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let target = target.ok_or("redirect_uri")?;
    let challenge = challenge(exchange, asked)?;
    let is_sent = |(name, template): (&String, &Template)| {
        let sent = one(asked, name).ok().flatten();
        sent.is_some_and(|sent| known.entry.read_text(template, sent).is_some())
    };
    if !exchange.authorize_params.iter().all(is_sent) {
        return Err("parameters");
    }
    let (scopes, also) = asked_for(exchange, asked);
    let account = Account::named(parameter(ACCOUNT)?.unwrap_or_default());
    let name = format!("{ISSUED}{}", memory.next());
    let found = known.found.clone();
    let asked_for = memory::Page {
        redirect_uri: redirect_uri.to_owned(),
        challenge: challenge.map(str::to_owned),
        scopes: scopes.clone(),
        also,
        found,
    };
    memory.remember_page(&name, asked_for);
    let state = parameter("state")?.map(str::to_owned);
    let back = Back { exchange, known, redirect_uri: target, state };
    let facts = vec![
        ("application", CLIENT_ID.to_owned()),
        ("way", method.id.clone()),
        ("scopes", if scopes.is_empty() { "none".to_owned() } else { scopes.join(", ") }),
        ("leads back to", redirect_uri.to_owned()),
        ("state", back.state.clone().unwrap_or_else(|| "none".to_owned())),
        ("proof of who asked (PKCE)", if challenge.is_some() { "S256" } else { "none" }.to_owned()),
    ];
    Ok(Page {
        provider: known.entry.name.clone(),
        facts,
        allow: back.link("allow", "Allow", &code("ok", &account, &name)),
        deny: Link {
            id: "deny".to_owned(),
            text: "Deny".to_owned(),
            to: back.to(&[("error", "access_denied")]),
        },
        but: back.others(&account, &name),
        query: asked.query.iter().chain(&asked.meant_in_query).cloned().collect(),
        account: (ACCOUNT, account.name.clone()),
    })
}

/// A parameter that stands there once, or not at all.
fn one<'a>(asked: &'a Asked, name: &str) -> Result<Option<&'a str>, &'static str> {
    let mut all = asked.query.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
    let first = all.next();
    if all.next().is_some() { Err("arguments") } else { Ok(first) }
}

/// The challenge that the exchange will have to answer, where the entry has it sent.
fn challenge<'a>(exchange: &Exchange, asked: &'a Asked) -> Result<Option<&'a str>, &'static str> {
    let challenge = one(asked, "code_challenge")?;
    let is_s256 = one(asked, "code_challenge_method")? == Some("S256");
    match (challenge, exchange.pkce) {
        (Some(_), _) if !is_s256 => Err("challenge"),
        (None, Pkce::S256) => Err("challenge"),
        (challenge, _) => Ok(challenge),
    }
}

/// The scopes that are asked for, and the further lists of them by their parameters.
fn asked_for(exchange: &Exchange, asked: &Asked) -> (Vec<String>, Vec<String>) {
    let list = |name: &str| {
        let text = one(asked, name).ok().flatten().unwrap_or_default();
        let scopes = text.split([',', ' ']).filter(|scope| !scope.is_empty());
        scopes.map(str::to_owned).collect::<Vec<_>>()
    };
    let also = exchange.scope_params.keys().filter(|name| !list(name).is_empty());
    (list("scope"), also.cloned().collect())
}

/// A code of a page.
fn code(kind: &str, account: &Account, page: &str) -> String {
    format!("sandbox-{kind}-{}-{page}", account.word)
}

impl Back<'_> {
    fn link(&self, id: &str, text: &str, code: &str) -> Link {
        Link { id: id.to_owned(), text: text.to_owned(), to: self.to(&[("code", code)]) }
    }

    /// Back with these parameters, and what goes along with every answer.
    fn to(&self, own: &[(&str, &str)]) -> String {
        self.address(own, self.state.as_deref(), |_| {}, |proof| proof)
    }

    /// Back with these parameters; `change` may spoil what repeats the connection, `prove` what
    /// proves it all.
    fn address(
        &self,
        own: &[(&str, &str)],
        state: Option<&str>,
        change: impl Fn(&mut String),
        prove: impl Fn(String) -> String,
    ) -> String {
        let mut url = self.redirect_uri.clone();
        url.query_pairs_mut().extend_pairs(own).extend_pairs(state.map(|state| ("state", state)));
        for (name, field) in &self.exchange.callback_same {
            let mut value = self.known.text(field);
            change(&mut value);
            url.query_pairs_mut().append_pair(name, &value);
        }
        if let Some(check) = &self.exchange.callback_check {
            let pairs = url.query_pairs().into_owned().collect();
            let proof = prove(proof::of_query(&filled(&check.secret), pairs));
            url.query_pairs_mut().append_pair(&check.param, &proof);
        }
        url.into()
    }

    /// Every way to go on that is not as it should be.
    fn others(&self, account: &Account, page: &str) -> Vec<Link> {
        let mut links = Vec::new();
        let good = code("ok", account, page);
        if self.state.is_some() {
            let own = [("code", good.as_str())];
            let to = self.address(&own, Some("another"), |_| {}, |proof| proof);
            links.push(Link {
                id: "wrong-state".to_owned(),
                text: "come back with another state".to_owned(),
                to,
            });
            let to = self.address(&own, None, |_| {}, |proof| proof);
            links.push(Link { id: "no-state".to_owned(), text: "come back without a state".to_owned(), to });
        }
        for name in self.exchange.callback_same.keys() {
            let other = |value: &mut String| *value = format!("another-{value}");
            let to = self.address(&[("code", &good)], self.state.as_deref(), other, |proof| proof);
            links.push(Link {
                id: format!("wrong-{name}"),
                text: format!("come back with another {name}"),
                to,
            });
        }
        if let Some(check) = &self.exchange.callback_check {
            let other = |proof: String| another(&proof.into()).as_str().unwrap_or_default().to_owned();
            let to = self.address(&[("code", &good)], self.state.as_deref(), |_| {}, other);
            let text = format!("come back with a wrong {}", check.param);
            links.push(Link { id: format!("wrong-{}", check.param), text, to });
        }
        for (name, does) in codes::all().filter(|(name, _)| name != "sandbox-ok") {
            let kind = name.trim_start_matches("sandbox-");
            links.push(self.link(kind, &format!("{name}: {does}"), &code(kind, account, page)));
        }
        for own in &self.known.examples.codes {
            let to = format!("{}-{}-{page}", own.name, account.word);
            links.push(self.link(&own.name, &format!("{}: {}", own.name, own.does), &to));
        }
        for word in self.words() {
            let then = format!("sandbox-ok-{}-then-{word}-{page}", account.word);
            links.push(self.link(&format!("then-{word}"), &format!("a token that is {word}"), &then));
        }
        if self.exchange.read.refresh_token.is_some() {
            for kind in ["dead", "500", "429", "hang", "html", "no-token", "empty-refresh"] {
                let refresh = format!("sandbox-ok-{}-refresh-{kind}-{page}", account.word);
                links.push(self.link(
                    &format!("refresh-{kind}"),
                    &format!("a refresh that is {kind}"),
                    &refresh,
                ));
            }
        }
        links
    }

    /// What tokens can do when they are used.
    fn words(&self) -> Vec<String> {
        self.known.entry.checks.first().map(|check| words_of(check, self.known)).unwrap_or_default()
    }
}

/// What a template of the entry's stands for that names the application alone.
fn filled(template: &Template) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Name(name) if name == "client_secret" => CLIENT_SECRET.to_owned(),
        Part::Name(name) if name == "client_id" => CLIENT_ID.to_owned(),
        Part::Name(_) => String::new(),
    };
    template.parts().iter().map(part).collect()
}
