//! What a token address answers when it gives tokens.

use patchbay_catalogue::{Exchange, Found, Pointer, RefreshMode};
use patchbay_domain::FieldKind;
use serde_json::{Value, json};

use super::codes::Extent;
use super::memory::{Grant, Memory};
use crate::provider::account::Account;
use crate::provider::document::{remove, satisfy_all, set};
use crate::provider::values::Known;

/// How long a token lives whose entry does not say, in seconds.
const ACCESS_TTL_S: u64 = 3600;
/// The same, of a token to refresh with.
const REFRESH_TTL_S: u64 = 90 * 24 * 3600;

/// The word of a token that has ended.
const ENDED: &str = "rejected";

/// Gives tokens as one exchange of an entry does.
pub(super) struct Giver<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) known: &'a Known<'a>,
}

impl Giver<'_> {
    /// Gives tokens: the document that has them, and their texts.
    pub(super) fn give(
        &self,
        mut grant: Grant,
        extent: Extent,
        is_refreshed: bool,
        memory: &mut Memory,
    ) -> (Value, Vec<String>) {
        let number = memory.next();
        if grant.number == 0 {
            grant.number = number;
        }
        let mut document = self.document(&grant.account, number);
        self.put_tokens(&mut document, &grant, extent, number);
        self.put_refresh_token(&mut document, &grant, extent, is_refreshed, number);
        if let Some(at) = &self.exchange.read.scope {
            set(&mut document, at.as_str(), grant.scopes.join(&self.exchange.scope_separator).into());
        }
        self.leave_out(&mut document, &grant, is_refreshed);
        let (facts, tokens) = (self.facts(&document), self.tokens(&document));
        for token in &tokens {
            memory.remember(token, &grant, &facts);
        }
        (document, tokens)
    }

    /// The access token and others like it, and how long they live.
    fn put_tokens(&self, document: &mut Value, grant: &Grant, extent: Extent, number: u64) {
        let ended = [ENDED.to_owned()];
        let words = if extent == Extent::Ended { &ended } else { grant.then.as_slice() };
        for (kind, at) in self.token_places() {
            let text = token_text(&self.prefix(grant, kind), "", &grant.account, words, number);
            set(document, at.as_str(), text.into());
        }
        if let Some(at) = &self.exchange.read.expires_in {
            let life = self.exchange.refresh.as_ref().and_then(|refresh| refresh.access_ttl_s);
            let life = if extent == Extent::Ended { 0 } else { life.unwrap_or(ACCESS_TTL_S) };
            set(document, at.as_str(), life.into());
        }
    }

    /// Where the access token is, and others that are kept.
    fn token_places(&self) -> impl Iterator<Item = (&str, &Pointer)> {
        let access = self.exchange.read.access_token.iter().map(|at| ("access_token", at));
        let is_token = |key: &str| {
            let field = self.known.entry.field(key);
            field.is_some_and(|field| field.is_secret && field.kind == FieldKind::Text)
        };
        let others = self.exchange.put.iter().map(|(key, at)| (key.as_str(), at));
        access.chain(others.filter(move |(key, _)| is_token(key)))
    }

    fn put_refresh_token(
        &self,
        document: &mut Value,
        grant: &Grant,
        extent: Extent,
        is_refreshed: bool,
        number: u64,
    ) {
        let refresh = self.exchange.refresh.as_ref();
        let has_one = match refresh.map_or(RefreshMode::None, |refresh| refresh.mode) {
            RefreshMode::None => false,
            RefreshMode::Stable => !is_refreshed,
            RefreshMode::Rotating => true,
        };
        let Some(at) = self.exchange.read.refresh_token.as_ref() else { return };
        if !has_one || extent == Extent::NoRefresh {
            return;
        }
        let begin = (!grant.then.is_empty()).then(|| "then".to_owned());
        let words: Vec<_> = begin.into_iter().chain(grant.then.iter().cloned()).collect();
        let text = match extent {
            Extent::EmptyRefresh => String::new(),
            _ => token_text(
                &self.prefix(grant, "refresh_token"),
                &grant.refresh,
                &grant.account,
                &words,
                number,
            ),
        };
        set(document, at.as_str(), text.into());
        if let Some(at) = &self.exchange.read.refresh_expires_in {
            let life = refresh.and_then(|refresh| refresh.refresh_ttl_s).unwrap_or(REFRESH_TTL_S);
            set(document, at.as_str(), life.into());
        }
    }

    /// Takes away what was not granted.
    fn leave_out(&self, document: &mut Value, grant: &Grant, is_refreshed: bool) {
        let examples = self.known.examples;
        let is_granted = |what: &String| grant.scopes.contains(what) || grant.also.contains(what);
        let missing = examples.members.iter().filter(|(_, what)| !is_granted(what)).map(|(at, _)| at);
        let after_all = examples.refreshed_without.iter().filter(|_| is_refreshed);
        for at in missing.chain(after_all) {
            remove(document, at);
        }
    }

    /// A document that stands in a table of examples, as often as one likes.
    pub(super) fn as_documented(&self, document: &Value, memory: &mut Memory) -> Value {
        let facts = self.facts(document);
        for token in self.tokens(document) {
            memory.remember(&token, &Grant::default(), &facts);
        }
        document.clone()
    }

    /// An answer without an access token, or with this one.
    pub(super) fn without_token(&self, token: Option<&str>) -> Value {
        let mut document = self.document(&Account::default(), 0);
        let at = self.exchange.read.access_token.as_ref().map_or("/access_token", Pointer::as_str);
        match token {
            Some(token) => set(&mut document, at, token.into()),
            None => remove(&mut document, at),
        }
        document
    }

    /// What an answer has beside tokens.
    fn document(&self, account: &Account, number: u64) -> Value {
        let Known { entry, examples, found, .. } = self.known;
        let known = Known { entry, examples, account: account.clone(), found: found.clone(), number };
        let mut document = match examples.answer("token", account, number) {
            Value::Null => json!({ "token_type": "Bearer" }),
            document => document,
        };
        for (key, at) in &self.exchange.put {
            set(&mut document, at.as_str(), known.value(key));
        }
        satisfy_all(&mut document, &self.exchange.ok, &known);
        document
    }

    /// The tokens in an answer, one to refresh with among them.
    fn tokens(&self, document: &Value) -> Vec<String> {
        let places = self.token_places().map(|(_, at)| at).chain(&self.exchange.read.refresh_token);
        let texts = places.filter_map(|at| at.of(document)?.as_str());
        texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
    }

    /// What an answer says of the connection.
    fn facts(&self, document: &Value) -> Found {
        let is_plain = |key: &str| self.known.entry.field(key).is_some_and(|field| !field.is_secret);
        let text =
            |(key, at): (&String, &Pointer)| Some((key.clone(), at.of(document)?.as_str()?.to_owned()));
        self.exchange.put.iter().filter(|(key, _)| is_plain(key)).filter_map(text).collect()
    }

    /// How tokens of a kind begin.
    fn prefix(&self, grant: &Grant, kind: &str) -> String {
        let own = grant.prefixes.iter().find(|(name, _)| name == kind).map(|(_, prefix)| prefix.clone());
        let usual = || self.known.examples.tokens.get(kind).cloned();
        own.or_else(usual).unwrap_or_else(|| format!("{}-", kind.trim_end_matches("_token")))
    }
}

/// A token that no other exchange of the sandbox gave, by its number. It says itself whose it
/// is and what it does, so that another sandbox plays it in the same way.
fn token_text(prefix: &str, outcome: &str, account: &Account, words: &[String], number: u64) -> String {
    let outcome = if outcome.is_empty() { String::new() } else { format!("{outcome}-") };
    let words: Vec<_> = [account.word.as_str()].into_iter().chain(words.iter().map(String::as_str)).collect();
    format!("{prefix}sandbox-{outcome}{}-{number}", words.join("-"))
}
