//! Every way of every entry that begins with a person, with a connection and a good answer that
//! are made of what the entry says.

use std::sync::Arc;

use patchbay_catalogue::{Entry, Exchange, Field, Pointer, Template, Test};
use patchbay_domain::FieldKind;
use serde_json::Map;

use super::*;

/// A way that begins with a person.
pub(super) struct Way {
    pub(super) entry: Arc<Entry>,
    pub(super) exchange: Exchange,
    /// A connection with all that is needed to begin.
    pub(super) connection: OpenConnection,
    /// What a provider answers when all is well.
    pub(super) answer: Value,
}

/// All of them: of each entry that which a connection without anything else goes.
pub(super) fn all() -> Vec<Way> {
    let catalogue = catalogue().current();
    let ways: Vec<_> = catalogue.entries().iter().filter_map(way_of).collect();
    assert!(ways.len() >= 7, "{}", ways.len());
    ways
}

fn way_of(entry: &Arc<Entry>) -> Option<Way> {
    let method = entry.auth.iter().find(|method| method.with_person().is_some())?;
    let exchange = method.with_person()?.clone();
    let mut configuration: Map<_, _> =
        method.when.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let mut secrets = Vec::new();
    for field in entry.fields.iter().filter(|field| is_needed(field, entry, &exchange, &method.needs)) {
        if field.is_secret {
            secrets.push((field.key.clone(), format!("planted-{}", field.key)));
        } else {
            configuration.entry(&field.key).or_insert_with(|| value_of(field));
        }
    }
    let secrets: Vec<_> = secrets.iter().map(|(key, secret)| (key.as_str(), secret.as_str())).collect();
    let connection = connection(entry.id.as_str(), Value::Object(configuration), &secrets);
    let answer = answer_of(entry, &exchange, &connection);
    Some(Way { entry: entry.clone(), exchange, connection, answer })
}

fn is_needed(field: &Field, entry: &Entry, exchange: &Exchange, needs: &[String]) -> bool {
    let disconnect = entry.disconnect.iter().map(|disconnect| &disconnect.url);
    let templates = [&exchange.token_url].into_iter().chain(&exchange.authorize_url).chain(disconnect);
    let free = exchange.authorize_params.values().chain(exchange.token_params.values());
    let mut names = templates.chain(free).chain(exchange.token_headers.0.values()).flat_map(Template::names);
    let is_compared = exchange.callback_same.values().any(|key| *key == field.key);
    field.is_required || is_compared || needs.contains(&field.key) || names.any(|name| name == field.key)
}

/// A value that a field takes.
fn value_of(field: &Field) -> Value {
    let text = match field.kind {
        FieldKind::Int => return json!(7),
        FieldKind::Bool => return json!(true),
        FieldKind::Map | FieldKind::Json => return json!({"a": "b"}),
        FieldKind::List => return json!(["a"]),
        FieldKind::Enum => field.values[0].clone(),
        FieldKind::Email => "ann@acme.example".to_owned(),
        FieldKind::Url => format!("https://acme{}/x", field.host_suffix.as_deref().unwrap_or(".example")),
        FieldKind::Host => format!("acme{}", field.host_suffix.as_deref().unwrap_or(".example")),
        FieldKind::Path => "/a/b".to_owned(),
        FieldKind::Text => field.key.replace('_', "-"),
    };
    let text = field.example.clone().unwrap_or(text);
    let looks_right = field.pattern.as_ref().is_none_or(|pattern| pattern.holds_for(&text));
    if looks_right { json!(text) } else { json!("17") }
}

/// An answer with all that the entry reads.
fn answer_of(entry: &Entry, exchange: &Exchange, connection: &OpenConnection) -> Value {
    let mut answer = nothing();
    let of_field = |key: &str| {
        let field = entry.field(key).unwrap();
        let said = connection.configuration.members().get(key).cloned();
        let made = || if field.is_secret { json!(format!("planted-new-{key}")) } else { value_of(field) };
        said.unwrap_or_else(made)
    };
    for test in &exchange.ok {
        let value = match &test.test {
            Test::Is(value) => value.clone(),
            Test::Any(values) => values[0].clone(),
            Test::SameAs(key) => of_field(key),
            Test::Present => json!("there"),
            Test::Integer => json!(7),
            Test::Object => nothing(),
        };
        put(&mut answer, &test.at, value);
    }
    for (key, at) in &exchange.put {
        put(&mut answer, at, of_field(key));
    }
    let scope = [exchange.scopes.as_slice(), &["more".to_owned()]].concat().join(&exchange.scope_separator);
    let read = &exchange.read;
    for (at, value) in [
        (&read.access_token, json!("planted-new-access")),
        (&read.refresh_token, json!("planted-new-refresh")),
        (&read.expires_in, json!(1234)),
        (&read.refresh_expires_in, json!("5678")),
        (&read.scope, json!(scope)),
    ] {
        if let Some(at) = at {
            put(&mut answer, at, value);
        }
    }
    answer
}

/// Puts a value where a pointer leads to, and what is missing on the way.
pub(super) fn put(document: &mut Value, at: &Pointer, value: Value) {
    let mut place = document;
    for part in at.as_str().split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let index = part.parse::<usize>().ok();
        let is_made = if index.is_some() { place.is_array() } else { place.is_object() };
        if !is_made {
            *place = if index.is_some() { json!([]) } else { nothing() };
        }
        place = if let Some(index) = index {
            let list = place.as_array_mut().unwrap();
            list.resize(list.len().max(index + 1), Value::Null);
            &mut list[index]
        } else {
            place.as_object_mut().unwrap().entry(part).or_insert(Value::Null)
        };
    }
    *place = value;
}

/// The same answer without what a pointer leads to.
pub(super) fn without(answer: &Value, at: Option<&Pointer>) -> Value {
    let mut answer = answer.clone();
    if let Some(at) = at {
        put(&mut answer, at, Value::Null);
    }
    answer
}

impl Way {
    pub(super) fn id(&self) -> &str {
        self.entry.id.as_str()
    }

    /// The connection, once a person has allowed it.
    pub(super) fn granted(&self) -> OpenConnection {
        let tokens = granted(self.id(), nothing()).tokens;
        OpenConnection { tokens, ..self.connection.clone() }
    }

    /// The path and query of one of its addresses.
    pub(super) fn path(&self, template: &Template, known: &[(&str, &str)]) -> String {
        let members = self.connection.configuration.members();
        let configured: Vec<_> = members.iter().map(|(key, value)| (key.clone(), text(value))).collect();
        let mut values: HashMap<&str, &str> = known.iter().copied().collect();
        values.extend(configured.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let url = self.entry.url(template, &values).unwrap();
        url[url::Position::BeforePath..].to_owned()
    }
}
