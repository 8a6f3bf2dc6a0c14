//! What the fields of a connection have in them, as far as a fake can tell.

use patchbay_catalogue::{Entry, Field, Found, NamedCheck, Template, Values};
use patchbay_domain::FieldKind;
use serde_json::{Map, Value, json};
use url::Url;

use super::account::Account;
use super::examples::{Examples, filled};

/// What is known of the connection that a request is made for.
pub(crate) struct Known<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) examples: &'static Examples,
    /// Whose it is.
    pub(crate) account: Account,
    /// What the request says itself, and what was said of it before: values of names.
    pub(crate) found: Found,
    /// The number of what is given; 0 where nothing is.
    pub(crate) number: u64,
}

impl<'a> Known<'a> {
    /// What is known of an account of which nothing else is.
    pub(crate) fn of(entry: &'a Entry, account: Account) -> Self {
        let examples = Examples::of(entry.id.as_str());
        Self { entry, examples, account, found: Found::new(), number: 0 }
    }

    /// The value of a field, as an answer has it.
    pub(crate) fn value(&self, key: &str) -> Value {
        let said = self.found.get(key).cloned();
        let example = || self.examples.values.get(key).map(|text| filled(text, &self.account, self.number));
        match (said.or_else(example), self.entry.field(key)) {
            (Some(text), Some(field)) if field.kind == FieldKind::Int => {
                text.parse::<i64>().map_or(Value::String(text), Value::from)
            }
            (Some(text), _) => text.into(),
            (None, Some(field)) => self.made_up(field),
            (None, None) => self.account.name.as_str().into(),
        }
    }

    /// The value of a field, as text.
    pub(crate) fn text(&self, key: &str) -> String {
        match self.value(key) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// A value that the field would take, and that goes with the account.
    fn made_up(&self, field: &Field) -> Value {
        let Account { name, word } = &self.account;
        let suffix = field.host_suffix.as_deref().unwrap_or(".example.com");
        match field.kind {
            FieldKind::Text => self.made_up_text(field).into(),
            FieldKind::Enum => field.values.first().cloned().unwrap_or_else(|| name.clone()).into(),
            FieldKind::Int => self.account.digits().parse::<i64>().map_or(json!(1), Value::from),
            FieldKind::Bool => true.into(),
            FieldKind::Email => format!("{word}@example.com").into(),
            FieldKind::Url => format!("https://{word}{suffix}").into(),
            FieldKind::Host => format!("{word}{suffix}").into(),
            FieldKind::Path => "/".into(),
            FieldKind::Map | FieldKind::Json => {
                let members = field.keep.iter().map(|name| (name.clone(), Value::Bool(true)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            FieldKind::List => field.values.clone().into(),
        }
    }

    fn made_up_text(&self, field: &Field) -> String {
        let Account { name, word } = &self.account;
        let digits = self.account.digits();
        let key = field.key.as_str();
        let likely = match key {
            _ if field.check == Some(NamedCheck::IanaTimezone) || key.ends_with("time_zone") => {
                "Etc/UTC".to_owned()
            }
            _ if key.contains("phone") => format!("+1{digits}"),
            _ if key.ends_with("id") => format!("{word}-{digits}"),
            _ => name.clone(),
        };
        let others = [name.clone(), word.clone(), digits].into_iter().chain(field.example.clone());
        let fits = |text: &String| field.pattern.as_ref().is_none_or(|pattern| pattern.holds_for(text));
        std::iter::once(likely.clone()).chain(others).find(fits).unwrap_or(likely)
    }

    /// A URL of the entry's, where nobody said which: with what is known, else with examples.
    pub(crate) fn example_url(&self, template: &Template) -> Option<Url> {
        let names: Vec<_> = template.names().collect();
        let texts: Vec<_> = names.iter().map(|name| (*name, self.example(name))).collect();
        self.entry.url(template, &Texts(texts)).ok()
    }

    fn example(&self, name: &str) -> String {
        let field = self.entry.field(name);
        match field.and_then(|field| field.example.clone()).filter(|_| !self.found.contains_key(name)) {
            Some(example) => example,
            None => self.text(name),
        }
    }
}

/// Values by their names.
struct Texts<'a>(Vec<(&'a str, String)>);

impl Values for Texts<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str())
    }
}
