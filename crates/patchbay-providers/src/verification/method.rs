//! Which way a connection was made in, so how it is asked about.

use patchbay_catalogue::{AuthMethod, AuthType, Entry};

use crate::asking::known::Known;

/// The first method of an entry that holds for a connection.
///
/// # Errors
/// The names of what is missing, for the first method that is meant at all.
pub(super) fn chosen<'e>(entry: &'e Entry, known: &Known<'_>) -> Result<&'e AuthMethod, Vec<&'e str>> {
    let lacks = |key: &&str| known.field(key).is_none();
    let is_meant = |method: &&AuthMethod| {
        method.when.iter().all(|(key, value)| known.field(key) == Some(value.as_str()))
    };
    let has_all = |method: &&AuthMethod| {
        let needs_a_grant = method.auth_type == AuthType::OAuth2Code;
        !needs(method).any(|key| lacks(&key)) && (known.is_granted() || !needs_a_grant)
    };
    let required = entry.fields.iter().filter(|field| field.is_required).map(|field| field.key.as_str());
    let mut missing: Vec<_> = required.filter(lacks).collect();

    let holds = entry.auth.iter().filter(is_meant).find(has_all);
    if let Some(method) = holds.filter(|_| missing.is_empty()) {
        return Ok(method);
    }
    let nearest = entry.auth.iter().find(is_meant);
    let of_method: Vec<_> = match (holds, nearest) {
        (Some(_), _) => Vec::new(),
        (None, Some(nearest)) => needs(nearest).filter(lacks).collect(),
        // What the methods are told apart by has a value that none of them is for.
        (None, None) => entry.auth.iter().flat_map(|method| method.when.keys()).map(String::as_str).collect(),
    };
    for key in of_method {
        if !missing.contains(&key) {
            missing.push(key);
        }
    }
    if missing.is_empty() {
        missing.push("token");
    }
    Err(missing)
}

fn needs(method: &AuthMethod) -> impl Iterator<Item = &str> {
    method.needs.iter().map(String::as_str)
}

/// Why connections of a method cannot be asked about; `None` when they can.
pub(super) fn unusable(method: &AuthMethod) -> Option<&'static str> {
    let is_by_code = method.auth_type == AuthType::Adapter;
    is_by_code.then_some("connections by an adapter are not verified")
}
