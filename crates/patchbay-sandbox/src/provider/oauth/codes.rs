//! The codes that can be exchanged, and what comes of each. A token to refresh with is read in
//! the same way.

use super::problem::Problem;
use crate::provider::account::Account;
use crate::provider::behaviour::Behaviour;
use crate::provider::examples::{Examples, OwnCode};
use crate::reply::Oddity;

/// How codes are used.
pub(crate) const NOTE: &str = "a code may be followed by -ACCOUNT or -ACCOUNT-ANYTHING, which makes it another code of the same \
     kind. then-WORD in it gives a token with that word, refresh-CODE a token to refresh with that does what \
     the code sandbox-CODE does. sandbox-WORD with a word that tokens have is sandbox-then-WORD";

/// A longer code is an unknown one.
const MAX_CHARS: usize = 512;

/// How a code that works begins, the few that providers have of their own apart.
const BEGIN: &str = "sandbox-";

/// What comes of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Tokens, once.
    Grants(Extent),
    /// A refusal.
    Refuses(Problem),
    /// This status.
    Status(u16),
    /// A request for patience.
    Throttled,
    /// A success without an access token.
    NoToken,
    /// A success with an access token that is empty.
    EmptyToken,
    /// What nobody should rely on.
    Odd(Oddity),
}

/// What of a grant is not as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Full,
    NoRefresh,
    EmptyRefresh,
    FewerScopes,
    Ended,
}

/// What can come of a code: its name, that, and what it does.
const OUTCOMES: [(&str, Outcome, &str); 19] = [
    ("ok", Outcome::Grants(Extent::Full), "works once: all that the entry reads"),
    ("fewer-scopes", Outcome::Grants(Extent::FewerScopes), "works once: not all scopes that were asked for"),
    ("no-refresh", Outcome::Grants(Extent::NoRefresh), "works once: no token to refresh with"),
    (
        "empty-refresh",
        Outcome::Grants(Extent::EmptyRefresh),
        "works once: a token to refresh with that is empty",
    ),
    (
        "ended",
        Outcome::Grants(Extent::Ended),
        "works once: a token that has ended already, and one to refresh it with",
    ),
    ("no-token", Outcome::NoToken, "a success without an access token"),
    ("empty-token", Outcome::EmptyToken, "a success with an access token that is empty"),
    ("refused", Outcome::Refuses(Problem::Code), "the code is no code"),
    ("dead", Outcome::Refuses(Problem::Refresh), "the person has to be asked again"),
    ("used", Outcome::Refuses(Problem::Used), "the code was used before"),
    ("expired", Outcome::Refuses(Problem::Expired), "the code is too old"),
    ("bad-redirect", Outcome::Refuses(Problem::RedirectUri), "the redirect URL is another one"),
    ("bad-client", Outcome::Refuses(Problem::Client), "the application is not known"),
    ("429", Outcome::Throttled, "the entry's answer that means \"slow down\""),
    ("500", Outcome::Status(500), "status 500"),
    ("503", Outcome::Status(503), "status 503"),
    ("rubbish", Outcome::Odd(Oddity::Html), "as html"),
    ("broken-json", Outcome::Odd(Oddity::Broken), "as broken"),
    ("400", Outcome::Status(400), "status 400, without a word for it"),
];

/// A code, or a token to refresh with, as it was read.
#[derive(Debug)]
pub(crate) struct Code {
    /// As it is listed.
    pub(crate) name: String,
    /// What comes of it.
    pub(crate) outcome: Outcome,
    /// The provider's own code that it is.
    pub(crate) own: Option<&'static OwnCode>,
    /// Whose it is.
    pub(crate) account: Account,
    /// The words that its tokens get.
    pub(crate) then: Vec<String>,
    /// What its token to refresh with does; nothing special where it is empty.
    pub(crate) refresh: String,
    /// The page that it was issued on.
    pub(crate) page: Option<String>,
}

/// Every code that every provider has: its name, and what it does.
pub(crate) fn all() -> impl Iterator<Item = (String, &'static str)> {
    let listed = OUTCOMES.into_iter().map(|(name, _, does)| (name, does));
    let odd = Oddity::ALL.into_iter().map(|(name, _, does)| (name, does));
    listed.chain(odd).map(|(name, does)| (format!("{BEGIN}{name}"), does))
}

/// How the code of a page is called.
pub(crate) const ISSUED: &str = "issued";

/// The outcome of that name, and how it is called.
fn outcome(text: &str) -> Option<(&str, Outcome)> {
    let listed = OUTCOMES.into_iter().map(|(name, outcome, _)| (name, outcome));
    let odd = Oddity::ALL.into_iter().map(|(name, oddity, _)| (name, Outcome::Odd(oddity)));
    let begins =
        |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    listed.chain(odd).find(|(name, _)| begins(name)).map(|(name, outcome)| (&text[..name.len()], outcome))
}

/// Whether a word is one that tokens have when a code begins with it.
fn is_of_tokens(word: &str) -> bool {
    let behaviour = Behaviour::of(word);
    behaviour.is_some_and(|behaviour| !matches!(behaviour, Behaviour::Odd(_) | Behaviour::Status(_)))
}

impl Code {
    /// Reads a code; `None` when it is none.
    pub(crate) fn read(text: &str, examples: &'static Examples) -> Option<Self> {
        if text.len() > MAX_CHARS {
            return None;
        }
        let of_own = |own: &&OwnCode| {
            text.strip_prefix(own.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        if let Some(own) = examples.codes.iter().find(of_own) {
            let code = Self::named(&own.name, Outcome::Grants(Extent::Full), &text[own.name.len()..]);
            return Some(Self { own: Some(own), ..code });
        }
        Self::of_every_provider(text)
    }

    /// Reads a code that no provider has for itself.
    fn of_every_provider(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(BEGIN)?;
        if let Some((name, outcome)) = outcome(rest) {
            return Some(Self::named(&text[..BEGIN.len() + name.len()], outcome, &rest[name.len()..]));
        }
        let full = Outcome::Grants(Extent::Full);
        let first = rest.split('-').next().unwrap_or_default();
        match first {
            "then" => Some(Self::named(text, full, &format!("-{rest}")).by_its_word()),
            word if is_of_tokens(word) => {
                let mut code = Self::named(text, full, &rest[word.len()..]);
                code.then.insert(0, word.to_owned());
                Some(code.by_its_word())
            }
            _ => None,
        }
    }

    /// Reads a token to refresh with: a code in it, where there is one, has it do the same.
    pub(crate) fn of_refresh(text: &str) -> Self {
        let own = text.find(BEGIN).map(|start| &text[start..]).filter(|own| own.len() <= MAX_CHARS);
        let after = own.and_then(|own| own.strip_prefix(BEGIN)).unwrap_or_default();
        let plain = || Self::named(BEGIN, Outcome::Grants(Extent::Full), after);
        own.and_then(Self::of_every_provider).unwrap_or_else(plain)
    }

    /// A code of that name that goes on like this.
    fn named(name: &str, outcome: Outcome, rest: &str) -> Self {
        let mut code = Self {
            name: name.to_owned(),
            outcome,
            own: None,
            account: Account::default(),
            then: Vec::new(),
            refresh: String::new(),
            page: None,
        };
        let (mut mode, mut refresh) = (Mode::Account, Vec::new());
        for word in rest.split('-').filter(|word| !word.is_empty()) {
            match (word, mode) {
                ("then", _) => mode = Mode::Then,
                // It is also the end of what some codes are called.
                ("refresh", Mode::Refresh) => refresh.push(word),
                ("refresh", _) => mode = Mode::Refresh,
                (word, _) if is_page(word) => code.page = Some(word.to_owned()),
                (word, Mode::Account) => {
                    code.account = Account::named(word);
                    mode = Mode::Anything;
                }
                (word, Mode::Then) if Behaviour::of(word).is_some() => code.then.push(word.to_owned()),
                (word, Mode::Refresh) => refresh.push(word),
                _ => {}
            }
        }
        let refresh = refresh.join("-");
        code.refresh = self::outcome(&refresh).map(|(name, _)| name.to_owned()).unwrap_or_default();
        code
    }

    /// Called by the word that its token gets.
    fn by_its_word(self) -> Self {
        let word = self.then.first().map(String::as_str).unwrap_or_default();
        Self { name: format!("{BEGIN}then-{word}"), ..self }
    }
}

/// What the next word of a code is.
#[derive(Clone, Copy)]
enum Mode {
    Account,
    Anything,
    Then,
    Refresh,
}

fn is_page(word: &str) -> bool {
    word.strip_prefix(ISSUED)
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Code> {
        Code::read(text, Examples::of("slack"))
    }

    fn found(text: &str) -> Option<(String, String)> {
        read(text).map(|code| (code.name, code.account.name))
    }

    #[test]
    fn a_code_is_listed_by_its_name_and_names_its_account_after_it() {
        for (text, name, account) in [
            ("sandbox-ok", "sandbox-ok", "sandbox"),
            ("sandbox-ok-", "sandbox-ok", "sandbox"),
            ("sandbox-ok-acme", "sandbox-ok", "acme"),
            ("sandbox-ok-acme-second-try", "sandbox-ok", "acme"),
            ("sandbox-500-acme", "sandbox-500", "acme"),
            ("sandbox-no-webhook-acme", "sandbox-no-webhook", "acme"),
            ("sandbox-throttled2-acme", "sandbox-then-throttled2", "acme"),
            ("sandbox-then-hang-acme", "sandbox-then-hang", "sandbox"),
        ] {
            assert_eq!(found(text), Some((name.to_owned(), account.to_owned())), "{text}");
        }
        for unknown in
            ["", "sandbox", "sandbox-okay", "sandbox-", "Sandbox-ok", " sandbox-ok", "sandbox-acme"]
        {
            assert_eq!(found(unknown), None, "{unknown}");
        }
        assert_eq!(found(&format!("sandbox-ok-{}", "x".repeat(MAX_CHARS))), None);
    }

    #[test]
    fn every_listed_code_is_read_as_itself() {
        for (name, _) in all() {
            assert_eq!(read(&name).unwrap().name, name);
        }
    }

    #[test]
    fn a_code_says_what_comes_of_its_tokens() {
        let code = read("sandbox-ok-acme-then-check2-reject1-nonsense-refresh-no-token-7-issued12").unwrap();
        assert_eq!((code.then, code.refresh.as_str()), (vec!["reject1".to_owned()], "no-token"));
        assert_eq!((code.page.as_deref(), code.account.name.as_str()), (Some("issued12"), "acme"));
        assert_eq!(read("sandbox-rejected").unwrap().then, ["rejected"]);
        assert_eq!(read("sandbox-then-hang").unwrap().then, ["hang"]);
    }

    #[test]
    fn a_token_to_refresh_with_is_read_like_a_code() {
        for (text, outcome, account) in [
            ("xoxe-sandbox-acme-1", Outcome::Grants(Extent::Full), "acme"),
            ("refresh-sandbox-dead-acme-1", Outcome::Refuses(Problem::Refresh), "acme"),
            ("refresh-sandbox-hang-acme-1", Outcome::Odd(Oddity::Hang), "acme"),
            ("1//0abc", Outcome::Grants(Extent::Full), "sandbox"),
        ] {
            let code = Code::of_refresh(text);
            assert_eq!((code.outcome, code.account.name.as_str()), (outcome, account), "{text}");
        }
        assert_eq!(Code::of_refresh("refresh-sandbox-acme-then-rejected-3").then, ["rejected"]);
    }
}
