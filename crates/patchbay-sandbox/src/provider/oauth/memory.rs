//! What the fakes remember: of each kind the newest few thousand.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use patchbay_catalogue::Found;
use patchbay_domain::ProviderId;

use crate::bounded::Bounded;
use crate::provider::account::Account;

/// What the fakes remember, each for itself.
#[derive(Default)]
pub(crate) struct State(Mutex<HashMap<ProviderId, Memory>>);

impl State {
    /// Has a fake remember something, or look it up.
    pub(crate) fn with<T>(&self, id: &ProviderId, then: impl FnOnce(&mut Memory) -> T) -> T {
        let mut memories = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        then(memories.entry(id.clone()).or_default())
    }
}

/// What one fake remembers.
#[derive(Default)]
pub(crate) struct Memory {
    /// How often something new was given.
    number: u64,
    /// The codes that were exchanged.
    spent: Bounded<()>,
    /// What was asked for on pages, by the name that their codes have for them.
    pages: Bounded<Page>,
    /// The tokens that were given, to refresh with and others.
    tokens: Bounded<Token>,
    /// Those that were given back, or that ended with another one.
    revoked: Bounded<()>,
    /// Those that were used.
    used: Bounded<()>,
}

/// What was asked for on a page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) redirect_uri: String,
    /// The challenge that the exchange has to answer (RFC 7636).
    pub(super) challenge: Option<String>,
    pub(super) scopes: Vec<String>,
    /// What was asked for beside scopes.
    pub(super) also: Vec<String>,
    /// What the address says of the connection.
    pub(super) found: Found,
}

/// A token that was given.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// What was granted.
    pub(super) grant: Grant,
    /// What the provider said of the connection then.
    pub(super) facts: Found,
    /// The tokens in the stead of a spent one.
    pub(super) successors: Option<Vec<String>>,
}

/// What was granted.
#[derive(Clone, Debug, Default)]
pub(super) struct Grant {
    /// The number of its first tokens.
    pub(super) number: u64,
    pub(super) account: Account,
    pub(super) scopes: Vec<String>,
    /// What was granted beside scopes.
    pub(super) also: Vec<String>,
    /// The words that its tokens have.
    pub(super) then: Vec<String>,
    /// What its tokens to refresh with do.
    pub(super) refresh: String,
    /// How its tokens begin, where that differs.
    pub(super) prefixes: Vec<(String, String)>,
}

impl Memory {
    pub(super) fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// Spends a code. Says whether it was not spent before.
    pub(super) fn spend(&mut self, code: &str) -> bool {
        self.spent.insert(code, ())
    }

    pub(super) fn remember_page(&mut self, name: &str, page: Page) {
        self.pages.insert(name, page);
    }

    pub(super) fn page(&self, name: &str) -> Option<&Page> {
        self.pages.get(name)
    }

    /// Remembers a token that is given; one that was revoked is good again.
    pub(super) fn remember(&mut self, text: &str, grant: &Grant, facts: &Found) {
        let token = Token { grant: grant.clone(), facts: facts.clone(), successors: None };
        self.tokens.insert(text, token);
        self.revoked.remove(text);
    }

    pub(super) fn token(&self, text: &str) -> Option<&Token> {
        self.tokens.get(text)
    }

    /// Notes which tokens stand in the stead of a spent one.
    pub(super) fn succeed(&mut self, text: &str, successors: Vec<String>) {
        if let Some(token) = self.tokens.get_mut(text) {
            token.successors = Some(successors);
        }
    }

    /// Notes that tokens were used.
    pub(crate) fn note_use(&mut self, texts: &[String]) {
        for text in texts.iter().filter(|text| self.tokens.get(text.as_str()).is_some()) {
            self.used.insert(text, ());
        }
    }

    pub(super) fn was_used(&self, text: &str) -> bool {
        self.used.get(text).is_some()
    }

    /// Ends a token; with `all` everything that was granted together with it.
    pub(super) fn revoke(&mut self, text: &str, all: bool) {
        self.revoked.insert(text, ());
        let number = self.tokens.get(text).map(|token| token.grant.number).filter(|_| all);
        let together = self.tokens.iter().filter(|(_, token)| Some(token.grant.number) == number);
        let together: Vec<_> = together.map(|(text, _)| text.to_owned()).collect();
        for text in together {
            self.revoked.insert(&text, ());
        }
    }

    /// Whether one of these was given back.
    pub(crate) fn is_revoked(&self, texts: &[String]) -> bool {
        texts.iter().any(|text| self.revoked.get(text).is_some())
    }

    /// Whose tokens these are, and what was said of the connection when they were given.
    pub(crate) fn known_of(&self, texts: &[String]) -> Option<(Account, Found)> {
        let token = texts.iter().find_map(|text| self.tokens.get(text))?;
        Some((token.grant.account.clone(), token.facts.clone()))
    }
}
