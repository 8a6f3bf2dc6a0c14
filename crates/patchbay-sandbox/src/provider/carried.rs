//! Which credential a request carries: how the entry signs, the other way round.

use patchbay_catalogue::{AuthMethod, BasicSign, Check, Entry, Found, Sign};

use super::asked::Asked;

/// What a request carries for its credential.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// The values that it shows.
    pub(crate) found: Found,
    /// The secrets among them, and whatever else may be one.
    pub(crate) secrets: Vec<String>,
    /// Whether one of them stands where the entry has a secret.
    is_certain: bool,
}

impl Carried {
    /// What a request carries for a check, by the first method of its entry that would carry
    /// that; `found` is what is known of it already. `None` where no method would.
    pub(crate) fn by(entry: &Entry, check: &Check, asked: &Asked, found: &Found) -> Option<Self> {
        let is_meant =
            |method: &&AuthMethod| method.checks.as_ref().is_none_or(|ids| ids.contains(&check.id));
        let known: Vec<_> = check.query.keys().map(String::as_str).collect();
        let all = entry
            .auth
            .iter()
            .filter(is_meant)
            .filter_map(|method| Self::signed(entry, &method.sign, asked, &known));
        let mut all: Vec<_> = all.map(|carried| carried.beside(entry, found)).collect();
        // One that carries a secret says more than one that may carry one, and that than none.
        let certain = all.iter().position(|carried| carried.is_certain);
        let first = certain.or_else(|| all.iter().position(|carried| !carried.secrets.is_empty()));
        (!all.is_empty()).then(|| all.swap_remove(first.unwrap_or_default()))
    }

    /// Tokens that stand in the request itself.
    pub(crate) fn plain(found: Found, secrets: Vec<String>) -> Self {
        Self { found, secrets, is_certain: true }
    }

    /// What a request carries that is signed like this; `None` where it is not. `known` are the
    /// parameters of its query that it has anyway.
    pub(crate) fn signed(entry: &Entry, sign: &Sign, asked: &Asked, known: &[&str]) -> Option<Self> {
        let mut carried = Self::default();
        if let Some(bearer) = &sign.bearer {
            carried.found.extend(entry.read_text(bearer, asked.bearer()?)?);
        }
        if let Some(basic) = &sign.basic {
            match basic {
                BasicSign::Apart { user, password } => {
                    let (given_user, given_password) = asked.basic()?;
                    carried.found.extend(entry.read_text(user, &given_user)?);
                    carried.found.extend(entry.read_text(password, &given_password)?);
                }
                BasicSign::Pair(pair) => carried.found.extend(entry.read_text(pair, &asked.basic_pair()?)?),
            }
        }
        for (name, template) in &sign.query {
            carried.found.extend(entry.read_text(template, asked.parameter(name)?)?);
        }
        for (name, template) in &sign.headers.0 {
            carried.found.extend(entry.read_text(template, asked.header(name)?)?);
        }
        for (name, template) in &sign.headers_if_set.0 {
            carried.found.extend(
                asked.header(name).and_then(|text| entry.read_text(template, text)).unwrap_or_default(),
            );
        }
        // Which name it has is known to the connection alone.
        if sign.header_named.is_some() || sign.headers_map.is_some() {
            carried.secrets.extend(asked.unusual_headers().map(str::to_owned));
        }
        if sign.header_named.is_some() && carried.secrets.is_empty() {
            return None;
        }
        if sign.query_named.is_some() {
            let others = asked.query.iter().filter(|(name, _)| !known.contains(&name.as_str()));
            let before = carried.secrets.len();
            carried.secrets.extend(others.map(|(_, value)| value.clone()));
            if carried.secrets.len() == before {
                return None;
            }
        }
        Some(carried.beside(entry, &Found::new()))
    }

    /// With what else is known of the request.
    fn beside(mut self, entry: &Entry, found: &Found) -> Self {
        self.found.extend(found.iter().map(|(name, value)| (name.clone(), value.clone())));
        let is_secret = |name: &str| entry.named(name).is_some_and(|named| named.is_secret());
        let secrets = self.found.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value);
        for secret in secrets {
            self.is_certain = true;
            if !self.secrets.contains(secret) {
                self.secrets.push(secret.clone());
            }
        }
        self
    }
}
