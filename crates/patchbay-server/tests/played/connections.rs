//! A connection for every way in which one can be made.

use std::collections::BTreeSet;

use patchbay_catalogue::{AuthMethod, AuthType, Body, Check, Entry, Field, Template};
use patchbay_domain::{Configuration, CredentialName, Credentials, FieldKind, FieldSource, OpenConnection};
use serde_json::{Map, Value, json};

/// A check of an entry, made for connections of one method.
pub struct Asking<'e> {
    pub entry: &'e Entry,
    pub method: &'e AuthMethod,
    pub check: &'e Check,
    /// The number of the check in its entry, from 1.
    pub number: usize,
}

/// A connection that the check is made for, and whose credential has this word in it.
pub fn asking(way: &Asking<'_>, word: &str) -> OpenConnection {
    let Asking { entry, method, number, .. } = way;
    let credential = format!("key-check{number}-{word}-0123456789");
    let (mut members, mut secrets) = (Map::new(), Credentials::default());
    for field in entry.fields.iter().filter(|field| has_value(way, field)) {
        if field.is_secret {
            let text = match field.kind {
                FieldKind::Json | FieldKind::Map => json!({ "token": credential }).to_string(),
                _ => credential.clone(),
            };
            secrets.set(CredentialName::parse(&field.key).unwrap(), text.into());
        } else {
            let chosen = method.when.get(&field.key).map(|value| json!(value));
            members.insert(field.key.clone(), chosen.unwrap_or_else(|| plain(field)));
        }
    }
    // What came with the token that it has.
    let came = |field: &&Field| field.source == FieldSource::Token && !field.is_secret;
    let named = |field: &&Field| way.check.url.names().any(|name| name == field.key);
    let facts = entry.fields.iter().filter(came).filter(named).map(|field| (field.key.clone(), plain(field)));
    let mut tokens = Credentials::default();
    if method.exchange.is_some() {
        tokens.set(CredentialName::access_token(), credential.into());
    } else if let (true, Some(headers)) = (secrets.is_empty(), &method.sign.headers_map) {
        let name = format!("{headers}.authorization");
        secrets.set(CredentialName::parse(&name).unwrap(), credential.into());
    }
    OpenConnection {
        provider: entry.id.clone(),
        configuration: Configuration::from_stored(members),
        facts: facts.collect(),
        credentials: secrets,
        tokens,
        scopes: Vec::new(),
    }
}

/// Whether the connection has a value for a field: what it needs, what chooses its method, and
/// what the check's request names.
fn has_value(way: &Asking<'_>, field: &Field) -> bool {
    let Asking { entry, method, check, .. } = way;
    let key = &field.key;
    let sign = &method.sign;
    let mut templates: Vec<&Template> = vec![&check.url];
    templates.extend(check.query.values().chain(check.headers.0.values()));
    match &check.body {
        Body::Json(document) => templates.extend(document.templates()),
        Body::Form(parameters) => templates.extend(parameters.values()),
        Body::None => {}
    }
    let named: BTreeSet<_> = templates.into_iter().flat_map(Template::names).collect();
    let of_sign = [&sign.header_named, &sign.query_named].into_iter().flatten().map(|named| &named.name);
    let is_for_another = entry.auth.iter().any(|other| other.id != method.id && other.when.contains_key(key));
    let is_wanted = field.is_required
        || method.needs.contains(key)
        || method.when.contains_key(key)
        || check.skip_unless.as_ref() == Some(key)
        || (named.contains(key.as_str()) && field.default.is_none() && method.auth_type != AuthType::None)
        || of_sign.into_iter().any(|name| name == key);
    let may_be = field.source == FieldSource::User && check.skip_if.as_ref() != Some(key);
    may_be && is_wanted && (!is_for_another || method.when.contains_key(key) || method.needs.contains(key))
}

/// A value that a person might give.
fn plain(field: &Field) -> Value {
    if let Some(example) = &field.example {
        return json!(example);
    }
    match field.kind {
        FieldKind::Int => json!(7),
        FieldKind::Bool => json!(true),
        FieldKind::Email => json!("ann@acme.example"),
        FieldKind::Url => json!("https://acme.example"),
        FieldKind::Host => json!(format!("acme{}", field.host_suffix.as_deref().unwrap_or(".example"))),
        FieldKind::Path => json!("/v1/me"),
        FieldKind::Map | FieldKind::Json => json!({ "x-plain": "1" }),
        FieldKind::List => json!(["one"]),
        FieldKind::Text | FieldKind::Enum => json!(field.values.first().map_or("1234567", String::as_str)),
    }
}
