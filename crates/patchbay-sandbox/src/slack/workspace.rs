//! What the fake Slack remembers.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::grant::{Standing, Team, Tokens, Wish, document, example};
use crate::bounded::Bounded;

/// What the fake Slack remembers: of each kind the newest few thousand.
#[derive(Default)]
pub(super) struct Workspace(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    /// How often something new was given.
    number: u64,
    spent: Bounded<()>,
    issued: Bounded<Issued>,
    tokens: Bounded<Token>,
    /// What a token to refresh with gives; nothing once it is spent.
    refreshes: Bounded<Option<(Wish, Team)>>,
}

/// A code that the OAuth page gave.
struct Issued {
    wish: Wish,
    redirect_uri: String,
    is_spent: bool,
}

/// A token that was given.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) standing: Standing,
    pub(super) team: Team,
    /// Whether it is a person's and no bot's.
    pub(super) is_user: bool,
}

impl Workspace {
    /// Exchanges a code that works once; `None` when it was used before.
    pub(super) fn exchange_once(&self, code: &str, wish: Wish, team: &str) -> Option<Value> {
        let mut memory = self.memory();
        memory.spent.insert(code, ()).then(|| memory.give(wish, Team::named(team)))
    }

    /// Gives what Telex's example shows.
    pub(super) fn exchange_example(&self) -> Value {
        let token = Token { standing: Standing::Live, team: example::team(), is_user: false };
        self.memory().tokens.insert(example::TOKEN, token);
        example::document()
    }

    /// Makes a code that works once, together with this address.
    pub(super) fn issue(&self, wish: Wish, redirect_uri: &str) -> String {
        let mut memory = self.memory();
        let code = format!("{ISSUED}-{}", memory.next());
        let issued = Issued { wish, redirect_uri: redirect_uri.to_owned(), is_spent: false };
        memory.issued.insert(&code, issued);
        code
    }

    /// Exchanges a code of [`issue`](Self::issue).
    pub(super) fn exchange_issued(&self, code: &str, redirect_uri: &str) -> Result<Value, &'static str> {
        let mut memory = self.memory();
        let issued = memory.issued.get_mut(code).ok_or("invalid_code")?;
        if issued.is_spent {
            return Err("code_already_used");
        }
        if issued.redirect_uri != redirect_uri {
            return Err("bad_redirect_uri");
        }
        issued.is_spent = true;
        let wish = issued.wish;
        Ok(memory.give(wish, Team::named("")))
    }

    /// Spends a token to refresh with; `None` when it is none or was spent before.
    pub(super) fn refresh(&self, token: &str) -> Option<Value> {
        let mut memory = self.memory();
        let (wish, team) = memory.refreshes.get_mut(token)?.take()?;
        // The channel was chosen when the application was installed.
        Some(memory.give(Wish { webhook: false, ..wish }, team))
    }

    /// A token that was given.
    pub(super) fn token(&self, token: &str) -> Option<Token> {
        self.memory().tokens.get(token).cloned()
    }

    /// Revokes a token that was given.
    pub(super) fn revoke(&self, token: &str) {
        if let Some(token) = self.memory().tokens.get_mut(token) {
            token.standing = Standing::Revoked;
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a code begins that the OAuth page gave.
pub(super) const ISSUED: &str = "sandbox-issued";

impl Memory {
    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn give(&mut self, wish: Wish, team: Team) -> Value {
        let number = self.next();
        let tokens = Tokens::numbered(number, wish, &team);
        let document = document(wish, &team, &tokens, number);
        let given = |is_user| Token { standing: wish.standing, team: team.clone(), is_user };
        self.tokens.insert(&tokens.bot, given(false));
        if let Some(user) = &tokens.user {
            self.tokens.insert(user, given(true));
        }
        if let Some(refresh) = &tokens.refresh {
            self.refreshes.insert(refresh, Some((wish, team)));
        }
        document
    }
}
