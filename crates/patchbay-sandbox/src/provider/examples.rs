//! What an entry cannot tell: what the ids of a provider look like, and its words for errors.
//! Tables beside the code, one for a provider that has any; every other is played without.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use super::account::Account;

/// The tables, by the ids of their providers.
const TABLES: [(&str, &str); 1] = [("slack", include_str!("../examples/slack.toml"))];

/// What is known of a provider beside its entry. Texts in it may have `{account}`, `{word}`,
/// `{WORD}` and `{number}`: the account's name, the same in small letters and digits, in
/// capital ones, and the number of what was given.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Examples {
    /// Whether the application may say who it is in either way, whatever the entry prefers.
    pub(crate) any_client_auth: bool,
    /// How tokens begin, by what they are kept as.
    pub(crate) tokens: BTreeMap<String, String>,
    /// Words for errors, by what went wrong.
    pub(crate) words: BTreeMap<String, String>,
    /// What fields have in them, by their keys.
    pub(crate) values: BTreeMap<String, String>,
    /// What answers have beside what the entry reads: of `token`, of `disconnect`, of checks by
    /// their ids.
    pub(crate) answers: BTreeMap<String, Value>,
    /// What of the answer to an exchange is there only where something was granted: pointers,
    /// and a scope, a list of scopes by its parameter, or what a code adds.
    pub(crate) members: BTreeMap<String, String>,
    /// What of that is not there after a refresh.
    pub(crate) refreshed_without: Vec<String>,
    /// Codes of its own.
    pub(crate) codes: Vec<OwnCode>,
}

/// A code that one provider has.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OwnCode {
    /// Its name, in full.
    pub(crate) name: String,
    /// What comes of it, in one line.
    pub(crate) does: String,
    /// The scopes that are granted; those of the entry where none are named.
    pub(crate) scopes: Option<Vec<String>>,
    /// What is granted beside.
    pub(crate) also: Vec<String>,
    /// How tokens begin, where that differs.
    pub(crate) tokens: BTreeMap<String, String>,
    /// The error that is answered every time.
    pub(crate) error: Option<String>,
    /// The document that is answered every time.
    pub(crate) document: Option<Value>,
}

impl Examples {
    /// What is known of a provider.
    pub(crate) fn of(id: &str) -> &'static Self {
        static READ: OnceLock<BTreeMap<&str, Examples>> = OnceLock::new();
        static NONE: OnceLock<Examples> = OnceLock::new();
        let read =
            || TABLES.iter().filter_map(|(id, text)| Some((*id, toml::from_str(text).ok()?))).collect();
        READ.get_or_init(read).get(id).unwrap_or_else(|| NONE.get_or_init(Self::default))
    }

    /// The document that an answer is made from.
    pub(crate) fn answer(&self, name: &str, account: &Account, number: u64) -> Value {
        self.answers.get(name).map_or(Value::Null, |answer| filled_all(answer, account, number))
    }
}

/// A text with what it names.
pub(crate) fn filled(text: &str, account: &Account, number: u64) -> String {
    text.replace("{account}", &account.name)
        .replace("{word}", &account.word)
        .replace("{WORD}", &account.word.to_ascii_uppercase())
        .replace("{number}", &number.to_string())
}

fn filled_all(value: &Value, account: &Account, number: u64) -> Value {
    match value {
        Value::String(text) => filled(text, account, number).into(),
        Value::Array(items) => items.iter().map(|item| filled_all(item, account, number)).collect(),
        Value::Object(members) => {
            let filled =
                members.iter().map(|(name, member)| (name.clone(), filled_all(member, account, number)));
            Value::Object(filled.collect())
        }
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_can_be_read() {
        for (id, text) in TABLES {
            toml::from_str::<Examples>(text).unwrap_or_else(|error| panic!("{id}: {error}"));
        }
    }

    #[test]
    fn an_answer_is_filled_to_its_last_text() {
        let examples = Examples {
            answers: BTreeMap::from([(
                "token".to_owned(),
                serde_json::json!({"team": {"id": "T{WORD}", "name": "{account}"}, "n": ["{number}", 1]}),
            )]),
            ..Examples::default()
        };
        assert_eq!(
            examples.answer("token", &Account::named("Ac-me"), 7),
            serde_json::json!({"team": {"id": "TACME", "name": "Ac-me"}, "n": ["7", 1]})
        );
        assert_eq!(examples.answer("other", &Account::default(), 7), Value::Null);
    }
}
