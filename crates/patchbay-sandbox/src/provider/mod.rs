//! Every provider of the catalogue, played out of its entry.
//!
//! A request to `/ID/…` goes this way:
//!
//! 1. [`asked`] reads it. Which host was meant stands in `Forwarded`, else any may be.
//! 2. It is held against the addresses of the entry's templates, read the other way round:
//!    those of [`oauth`] first, then those of checks. The values that stand in it are known
//!    from then on.
//! 3. For a check, [`carried`] finds the credential that the request carries, by the ways in
//!    which the entry signs; [`behaviour`] reads the words in it.
//! 4. [`answers`] makes the answer for that behaviour: a [`document`] for which the entry's own
//!    tests hold, or do not, with [`values`] that go with the [`account`].

mod account;
mod answers;
mod asked;
mod behaviour;
mod carried;
mod document;
mod examples;
mod oauth;
mod values;

use std::sync::Arc;

use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpRequest, HttpResponse};
use patchbay_catalogue::{Check, Entry, Exchange, Found, Reason, ReloadableCatalogue};
use patchbay_domain::ProviderId;
use serde_json::{Map, Value, json};

use crate::desk::{Desk, Said, not_played};
use crate::reply::Reply;
use account::Account;
use asked::{Asked, method_name};
use behaviour::{Behaviour, Spoken};
use carried::Carried;
use oauth::{Memory, State, authorize, codes, disconnect, token};
use values::Known;

pub use oauth::{CLIENT_ID, CLIENT_SECRET};

/// Every provider of the catalogue.
pub(crate) struct Providers {
    catalogue: Arc<ReloadableCatalogue>,
    state: State,
}

/// Answers a request to a provider; one to nobody who is played here by saying that, which says
/// nothing of what was asked.
pub(crate) async fn play(
    request: HttpRequest,
    body: Result<Bytes, Error>,
    desk: Data<Desk>,
    providers: Data<Providers>,
) -> HttpResponse {
    let name = request.uri().path().split('/').nth(1).unwrap_or_default();
    let (said, reply) = match providers.entry(name) {
        Some(entry) => {
            let asked = Asked::read(&request, &format!("/{name}"), body);
            providers.state.with(&entry.id, |memory| played(&entry, &asked, memory))
        }
        None => not_played(),
    };
    desk.answer(&request, said, reply).await
}

impl Providers {
    /// Those that the catalogue has at each moment.
    pub(crate) fn of(catalogue: Arc<ReloadableCatalogue>) -> Self {
        Self { catalogue, state: State::default() }
    }

    fn entry(&self, name: &str) -> Option<Arc<Entry>> {
        let id = ProviderId::parse(name).ok()?;
        self.catalogue.current().entry(&id).filter(|entry| entry.is_outside()).cloned()
    }

    /// What they offer to whoever finds the sandbox at `url`.
    pub(crate) fn offers(&self, url: &str) -> Map<String, Value> {
        let current = self.catalogue.current();
        let outside = current.entries().iter().filter(|entry| entry.is_outside());
        outside.map(|entry| (entry.id.to_string(), offer(entry, url))).collect()
    }
}

/// Answers a request to a provider.
fn played(entry: &Entry, asked: &Asked, memory: &mut Memory) -> (Said, Reply) {
    let known = || Known::of(entry, Account::default());
    // A check may try an application at the token address, with a code of its own.
    let is_check = entry.checks.iter().any(|check| asked.fits_check(check, &known()).is_some());
    for method in &entry.auth {
        let Some(exchange) = &method.exchange else { continue };
        let found = asked.fits("POST", &exchange.token_url, &known()).filter(|_| !is_check);
        if let Some(found) = found {
            return token::play(method, exchange, asked, Known { found, ..known() }, memory);
        }
        let page = exchange.authorize_url.as_ref().and_then(|url| asked.fits("GET", url, &known()));
        if let Some(found) = page {
            return authorize::play(method, exchange, asked, &Known { found, ..known() }, memory);
        }
    }
    if let Some(disconnect) = &entry.disconnect
        && let Some(mut found) = asked.fits(method_name(disconnect.method), &disconnect.url, &known())
        && let Some(more) = asked.carries(&disconnect.body, &known())
    {
        found.extend(more);
        return disconnect::play(disconnect, asked, &Known { found, ..known() }, memory);
    }
    let checks = (1_usize..).zip(&entry.checks);
    let fitting = checks.filter_map(|(number, check)| {
        let found = asked.fits_check(check, &known())?;
        let carried = Carried::by(entry, check, asked, &found);
        Some(Checked { number, check, carried, known: Known { found, ..known() } })
    });
    let mut fitting: Vec<_> = fitting.collect();
    // Requests of two checks may look alike: then the credential says which one is meant.
    let meant = fitting.iter().position(Checked::is_named).unwrap_or_default();
    if fitting.is_empty() { not_played() } else { fitting.swap_remove(meant).play(memory) }
}

/// A request that is one of a check.
struct Checked<'a> {
    /// The number of the check in its entry, from 1.
    number: usize,
    check: &'a Check,
    /// Its credential; `None` where it has none.
    carried: Option<Carried>,
    known: Known<'a>,
}

impl Checked<'_> {
    /// Whether the credential names this check.
    fn is_named(&self) -> bool {
        self.carried.as_ref().is_some_and(|carried| Spoken::by(&carried.secrets).names(self.number))
    }

    fn play(self, memory: &mut Memory) -> (Said, Reply) {
        let Self { number, check, carried, known } = self;
        let step = Some(format!("check {}", check.id));
        let Some(Carried { found, secrets, .. }) = carried else {
            let refusal = answers::of(check, Behaviour::Refuses(Reason::CredentialsRejected), &known);
            let reply = refusal.unwrap_or_else(|| not_played().1);
            return (Said { step, code: None, answer: "nobody".to_owned() }, reply);
        };
        memory.note_use(&secrets);
        let spoken = Spoken::by(&secrets);
        let (account, mut facts) =
            memory.known_of(&secrets).unwrap_or_else(|| (spoken.account.clone(), Found::new()));
        // What the request says itself counts for more than what was said before.
        facts.extend(found);
        let known = Known { account, found: facts, ..known };
        let (behaviour, word) = match spoken.behaviour_at(number) {
            Behaviour::Good if memory.is_revoked(&secrets) => {
                (Behaviour::Refuses(Reason::CredentialsRejected), Some("revoked".to_owned()))
            }
            Behaviour::Good => (Behaviour::Good, None),
            behaviour => (behaviour, spoken.word),
        };
        match answers::of(check, behaviour, &known) {
            Some(reply) => {
                let answer = word.clone().unwrap_or_else(|| "ok".to_owned());
                (Said { step, code: word, answer }, reply)
            }
            None => not_played(),
        }
    }
}

/// What a provider offers to whoever finds the sandbox at `url`.
fn offer(entry: &Entry, url: &str) -> Value {
    let base_url = format!("{url}/{}", entry.id);
    let known = Known::of(entry, Account::default());
    let check = |check: &Check| {
        let request = format!("{} {}", method_name(check.method), check.url);
        (check.id.clone(), json!({ "request": request, "words": answers::words_of(check, &known) }))
    };
    let account = entry.identity.account.iter().map(|key| (key.clone(), known.value(key)));
    let mut offer = json!({
        "base_url": base_url,
        "account": account.collect::<Map<_, _>>(),
        "checks": entry.checks.iter().map(check).collect::<Map<_, _>>(),
    });
    let exchange = entry.auth.iter().find_map(|method| method.exchange.as_ref());
    if let (Some(exchange), Value::Object(offer)) = (exchange, &mut offer) {
        offer.extend(oauth_offer(exchange, &known, &base_url));
    }
    offer
}

fn oauth_offer(exchange: &Exchange, known: &Known<'_>, base_url: &str) -> Map<String, Value> {
    let place = |template| known.example_url(template).map(|url| format!("{base_url}{}", url.path()));
    let codes = known.examples.codes.iter().map(|code| json!({ "code": code.name, "does": code.does }));
    let members = [
        ("client_id", CLIENT_ID.into()),
        ("client_secret", CLIENT_SECRET.into()),
        ("authorize_url", exchange.authorize_url.as_ref().and_then(place).into()),
        ("token_url", place(&exchange.token_url).into()),
        ("codes", codes.collect()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Every word that a credential may have in it, and what it does.
pub(crate) fn words() -> Value {
    let words = behaviour::all().map(|(word, does)| json!({ "word": word, "does": does }));
    json!({ "note": behaviour::NOTE, "words": words.collect::<Vec<_>>() })
}

/// Every code that every provider exchanges, and what comes of it.
pub(crate) fn codes() -> Value {
    let codes = codes::all().map(|(code, does)| json!({ "code": code, "does": does }));
    json!({ "note": codes::NOTE, "codes": codes.collect::<Vec<_>>() })
}
