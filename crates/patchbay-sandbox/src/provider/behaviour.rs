//! The words that a credential has in it, and what they have a fake do.

use patchbay_catalogue::Reason;

use super::account::Account;
use crate::reply::Oddity;

/// What a fake does when it is asked with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// It answers as to a credential that is right.
    Good,
    /// It says no, for this reason.
    Refuses(Reason),
    /// It answers a success in which what is expected is missing.
    Anonymous,
    /// It says no by the entry's rejection of that number.
    Rule(usize),
    /// It asks for patience, in the entry's form of that number.
    Throttled(usize),
    /// It asks for patience, and says how much by the entry's header of that number.
    Waits(usize),
    /// It answers with this status alone.
    Status(u16),
    /// It answers what nobody should rely on.
    Odd(Oddity),
}

/// Words and what they do. `N` stands for a number, the first is 1.
const WORDS: [(&str, &str); 11] = [
    ("rejected", "the credential is wrong"),
    ("revoked", "the same"),
    ("forbidden", "the credential is right and does not allow this"),
    ("inactive", "the account is suspended, where the entry tells how that is said"),
    ("mismatch", "the credential is another account's, where the entry compares accounts"),
    ("notfound", "what was asked for is not there"),
    ("anonymous", "a success without anything in it that is expected, as some give to anybody"),
    ("throttledN", "the Nth answer of the entry that means \"slow down\"; throttled is the first"),
    ("waitN", "the same, saying how long by the Nth of the entry's headers alone"),
    ("rejectN", "the Nth answer of the check that says no"),
    ("statusN", "an answer with that status, such as status500"),
];

/// The word before which a behaviour is of the entry's check of that number alone.
const CHECK: &str = "check";

/// How the words are used.
pub(crate) const NOTE: &str = "a word anywhere in the credential decides; without one, it is good. checkN has it decide for the \
     entry's Nth check alone. The word after sandbox, as in sandbox-acme, names the account";

/// Every word, and what it does.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    WORDS.into_iter().chain(Oddity::ALL.map(|(name, _, does)| (name, does)))
}

/// The word that names one of the entry's ways, with its number.
pub(crate) fn numbered(name: &str, number: usize) -> String {
    format!("{}{number}", name.trim_end_matches('N'))
}

impl Behaviour {
    /// What a word has a fake do.
    pub(crate) fn of(word: &str) -> Option<Self> {
        if let Some((_, oddity, _)) = Oddity::ALL.iter().find(|(name, ..)| *name == word) {
            return Some(Self::Odd(*oddity));
        }
        Some(match word {
            "rejected" | "revoked" => Self::Refuses(Reason::CredentialsRejected),
            "forbidden" => Self::Refuses(Reason::PermissionMissing),
            "inactive" => Self::Refuses(Reason::AccountInactive),
            "mismatch" => Self::Refuses(Reason::Mismatch),
            "notfound" => Self::Refuses(Reason::NotFound),
            "anonymous" => Self::Anonymous,
            "throttled" => Self::Throttled(1),
            _ => return Self::of_numbered(word),
        })
    }

    fn of_numbered(word: &str) -> Option<Self> {
        let (name, number) = word.split_at(word.find(|c: char| c.is_ascii_digit())?);
        let position = number.parse().ok().filter(|number| *number > 0)?;
        match name {
            "throttled" => Some(Self::Throttled(position)),
            "wait" => Some(Self::Waits(position)),
            "reject" => Some(Self::Rule(position)),
            "status" => number.parse().ok().filter(|status| (200..=599).contains(status)).map(Self::Status),
            _ => None,
        }
    }
}

/// What a credential says to a fake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    /// Whose it is.
    pub(crate) account: Account,
    /// The word that decides, if there is one.
    pub(crate) word: Option<String>,
    /// What that has the fake do.
    behaviour: Behaviour,
    /// The one check, by its number, for which it decides; all where there is none.
    check: Option<usize>,
}

impl Spoken {
    /// What a credential says that is one secret or several.
    pub(crate) fn by<S: AsRef<str>>(secrets: &[S]) -> Self {
        let secrets = || secrets.iter().map(AsRef::as_ref);
        let words = || secrets().flat_map(|secret| secret.split(|c: char| !c.is_ascii_alphanumeric()));
        let decides = words().find_map(|word| Some((word, Behaviour::of(word)?)));
        let check = words().find_map(|word| word.strip_prefix(CHECK)?.parse().ok());
        Self {
            account: secrets().find_map(account_of).unwrap_or_default(),
            word: decides.map(|(word, _)| word.to_owned()),
            behaviour: decides.map_or(Behaviour::Good, |(_, behaviour)| behaviour),
            check,
        }
    }

    /// Whether it is about the check of that number alone.
    pub(crate) fn names(&self, check: usize) -> bool {
        self.check == Some(check)
    }

    /// What it has the fake do for the check of that number.
    pub(crate) fn behaviour_at(&self, check: usize) -> Behaviour {
        if self.check.is_none_or(|only| only == check) { self.behaviour } else { Behaviour::Good }
    }
}

/// The account that a credential names: the first word after `sandbox` that decides nothing.
fn account_of(credential: &str) -> Option<Account> {
    const NAME: &str = "sandbox";
    let is_bound = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    let mut places = credential.match_indices(NAME).map(|(start, _)| (start, start + NAME.len()));
    let (_, end) = places.find(|(start, end)| {
        is_bound(credential[..*start].chars().next_back()) && is_bound(credential[*end..].chars().next())
    })?;
    let bound = credential[end..].chars().next()?;
    let is_name = |word: &&str| {
        let is_check = word.strip_prefix(CHECK).is_some_and(|rest| rest.parse::<usize>().is_ok());
        !word.is_empty() && !is_check && Behaviour::of(word).is_none()
    };
    credential[end..].split(bound).find(is_name).map(Account::named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_is_listed_is_understood() {
        for (name, _) in all() {
            let word = if name == "statusN" { "status500".to_owned() } else { numbered(name, 2) };
            let word = if name.ends_with('N') { word } else { name.to_owned() };
            assert!(Behaviour::of(&word).is_some(), "{word}");
        }
    }

    #[test]
    fn a_word_counts_wherever_it_stands_and_no_part_of_one_does() {
        for (credential, expected) in [
            ("shpat_0123456789abcdef", Behaviour::Good),
            ("xoxb-rejected-1", Behaviour::Refuses(Reason::CredentialsRejected)),
            ("shpat_throttled2_0123456789", Behaviour::Throttled(2)),
            ("hang", Behaviour::Odd(Oddity::Hang)),
            ("status503", Behaviour::Status(503)),
            ("unrejected", Behaviour::Good),
            ("Rejected", Behaviour::Good),
            ("status42", Behaviour::Good),
            ("reject0", Behaviour::Good),
            ("check500", Behaviour::Good),
        ] {
            assert_eq!(Spoken::by(&[credential]).behaviour, expected, "{credential}");
        }
    }

    #[test]
    fn a_behaviour_may_be_that_of_one_check_alone() {
        let spoken = Spoken::by(&["check2-reject1"]);
        assert_eq!((spoken.behaviour_at(1), spoken.behaviour_at(2)), (Behaviour::Good, Behaviour::Rule(1)));
        assert_eq!(Spoken::by(&["reject1"]).behaviour_at(7), Behaviour::Rule(1));
    }

    #[test]
    fn a_credential_names_its_account_after_the_sandbox() {
        for (credential, name) in [
            ("xoxb-sandbox-acme-1", "acme"),
            ("shpat_sandbox_acme_rejected", "acme"),
            ("sandbox-check2-rejected-acme", "acme"),
            ("sandbox-ann@acme.example", "ann@acme.example"),
            ("sandbox", "sandbox"),
            ("sandbox-rejected", "sandbox"),
            ("sandboxed-acme", "sandbox"),
            ("acme", "sandbox"),
        ] {
            assert_eq!(Spoken::by(&[credential]).account.name, name, "{credential}");
        }
    }
}
