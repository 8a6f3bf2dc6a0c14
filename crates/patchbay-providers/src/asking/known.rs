//! What is known of a connection while its provider is asked: the values that templates name.

use std::collections::{BTreeMap, HashMap};

use patchbay_catalogue::{AuthMethod, AuthType, Entry, Field, Values};
use patchbay_domain::{CredentialName, Credentials, FieldKind, FieldSource, OpenConnection};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::text_of;

/// The tokens of a method, by the names that templates and grants have for them. In a
/// document that its owner supplies the first may be called as in Google's own files.
const TOKENS: [(&str, &[&str]); 2] =
    [("token", &["access_token", "token"]), ("refresh_token", &["refresh_token"])];

/// The values of a connection, each as text. None of them is empty.
pub(crate) struct Known<'c> {
    entry: &'c Entry,
    connection: &'c OpenConnection,
    /// The values of fields, by their keys.
    fields: HashMap<&'c str, SecretString>,
    /// What else templates may name: constants and tokens.
    others: HashMap<&'c str, SecretString>,
    /// What was got or made for what is asked now.
    made: HashMap<String, SecretString>,
}

impl<'c> Known<'c> {
    /// What is known before a method is chosen: everything but the tokens.
    pub(crate) fn of(entry: &'c Entry, connection: &'c OpenConnection) -> Self {
        let value = |field: &'c Field| Some((field.key.as_str(), value_of(field, connection)?));
        let var =
            |(name, value): (&'c String, &'c String)| (name.as_str(), SecretString::from(value.as_str()));
        Self {
            entry,
            connection,
            fields: entry.fields.iter().filter_map(value).collect(),
            others: entry.vars.iter().map(var).collect(),
            made: HashMap::new(),
        }
    }

    /// The same, with the tokens that go with a method: those that its owner supplied where
    /// that is what it is for, and those of the grant otherwise.
    pub(crate) fn with_tokens_of(mut self, method: &AuthMethod) -> Self {
        let supplied = || {
            method.needs.iter().filter_map(|key| self.entry.field(key)).find_map(|field| {
                let is_document = field.is_secret && field.kind == FieldKind::Json;
                let document = is_document.then(|| self.fields.get(field.key.as_str()))??;
                serde_json::from_str::<Map<String, Value>>(document.expose_secret()).ok()
            })
        };
        let supplied = if method.auth_type == AuthType::SuppliedTokens { supplied() } else { None };
        for (name, members) in TOKENS {
            let given = supplied.as_ref().and_then(|document| {
                members
                    .iter()
                    .find_map(|member| document.get(*member)?.as_str().filter(|text| !text.is_empty()))
            });
            let token =
                given.map(SecretString::from).or_else(|| granted(self.connection, members[0]).cloned());
            self.others.extend(token.map(|token| (name, token)));
        }
        self
    }

    /// Has templates know one more value, in the place of one of that name.
    pub(crate) fn remember(&mut self, name: &str, value: SecretString) {
        self.made.insert(name.to_owned(), value);
    }

    /// The value of a field.
    pub(crate) fn field(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(ExposeSecret::expose_secret)
    }

    /// A field, and what its owner said that it is, or the provider of a field that is not the
    /// owner's to say. A default is nobody's word, and neither is what the provider once said
    /// in its owner's stead: who enters other credentials may mean another account.
    pub(crate) fn said(&self, key: &str) -> Option<(&Field, String)> {
        let field = self.entry.field(key)?;
        let configured = self.connection.configuration.members().get(key).and_then(text_of);
        let by_provider = || self.connection.facts.get(key).and_then(text_of);
        let secret =
            || credential(&self.connection.credentials, key).map(|text| text.expose_secret().to_owned());
        let said = match field.source {
            FieldSource::User => configured.or_else(secret),
            _ => configured.or_else(by_provider),
        };
        Some((field, said?))
    }

    /// Whether the grant has an access token.
    pub(crate) fn is_granted(&self) -> bool {
        granted(self.connection, "access_token").is_some()
    }

    /// The members of a field that is a table of texts, secret ones among them.
    pub(crate) fn table(&self, key: &str) -> BTreeMap<String, SecretString> {
        let document = self.fields.get(key).map(|whole| serde_json::from_str(whole.expose_secret()));
        let members: Map<String, Value> = document.and_then(Result::ok).unwrap_or_default();
        let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.into()));
        let mut table: BTreeMap<_, _> = members.iter().filter_map(text).collect();
        for (name, secret) in self.connection.credentials.iter() {
            if let [member, below] = &name.steps()[..]
                && member == key
            {
                table.insert(below.clone(), secret.clone());
            }
        }
        table
    }

    /// Every secret of the connection.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        let both = self.connection.credentials.iter().chain(self.connection.tokens.iter());
        both.map(|(_, secret)| secret)
    }
}

/// A field that is called like something built in hands that over itself.
impl Values for Known<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        let kept = || self.field(name).or_else(|| self.others.get(name).map(ExposeSecret::expose_secret));
        self.made.get(name).map(ExposeSecret::expose_secret).or_else(kept)
    }
}

/// The value of a field: what its owner said, then what the provider did, then its default.
fn value_of(field: &Field, connection: &OpenConnection) -> Option<SecretString> {
    let key = field.key.as_str();
    let plain = |value: Option<&Value>| -> Option<SecretString> {
        value.and_then(|value| text_of(value).or_else(|| document(value))).map(SecretString::from)
    };
    let configured = || plain(connection.configuration.members().get(key));
    let is_some = |secret: &&SecretString| !is_empty_document(secret.expose_secret(), field.kind);
    let secret = || credential(&connection.credentials, key).filter(is_some).cloned();
    let token = || credential(&connection.tokens, key).cloned();
    let value = match (field.is_secret, field.source) {
        (true, FieldSource::User) => secret(),
        (true, _) => token().or_else(secret),
        (false, _) => configured().or_else(secret).or_else(|| plain(connection.facts.get(key))),
    };
    value.or_else(|| plain(field.default.as_ref()))
}

/// An object or a list as text, unless there is nothing in it.
fn document(value: &Value) -> Option<String> {
    let has_members = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    has_members.then(|| value.to_string())
}

/// Whether a secret that is an object or a list has nothing in it, which is as good as none.
fn is_empty_document(text: &str, kind: FieldKind) -> bool {
    let is_document = matches!(kind, FieldKind::Map | FieldKind::Json | FieldKind::List);
    is_document && matches!(text.trim(), "{}" | "[]")
}

fn credential<'s>(credentials: &'s Credentials, key: &str) -> Option<&'s SecretString> {
    credentials.get(&CredentialName::parse(key).ok()?).filter(|secret| !secret.expose_secret().is_empty())
}

fn granted<'s>(connection: &'s OpenConnection, name: &str) -> Option<&'s SecretString> {
    credential(&connection.tokens, name)
}
