//! What an integration is configured with, apart from its secrets.

mod destination;
mod fault;
mod sent;
mod split;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;

use serde_json::{Map, Value};

pub use fault::{InvalidConfiguration, Wrong};
pub use sent::{SentConfiguration, ToldSecrecy};
use split::Secrecy;

use crate::{CredentialName, Credentials, Mask, Provider, is_secret_name};

/// The members that an integration is configured with, in the order in which they were first
/// sent. None of them is secret: those are [`Credentials`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration(Map<String, Value>);

impl Configuration {
    /// The most bytes it may have as compact JSON. The secrets beside it may have as many.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// How deep objects and arrays may stand in one another; the configuration itself is one.
    pub const MAX_DEPTH: usize = 8;

    /// What was stored of one.
    #[must_use]
    pub const fn from_stored(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// Its members.
    #[must_use]
    pub const fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// What may be recorded of it: `configuration.NAME` for each member, with its value, or with
    /// what tells a long one from others.
    pub(super) fn summary(&self) -> impl Iterator<Item = (String, Value)> {
        self.0.iter().map(|(name, value)| (format!("configuration.{name}"), shortened(value)))
    }

    /// Whether it has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A configuration together with the secrets that belong to it.
///
/// What a client sends is one object; it is kept as two, and what is secret of it never stands
/// in the first.
#[derive(Clone, Debug, Default)]
pub struct Configured {
    /// What may be shown.
    pub configuration: Configuration,
    /// What may not. A secret that stood deeper has a dotted name: `headers.Authorization`.
    pub credentials: Credentials,
}

impl Configured {
    /// What was sent for a new integration of `provider`.
    ///
    /// # Errors
    /// Says which member is wrong.
    pub fn of(sent: SentConfiguration, provider: &Provider) -> Result<Self, InvalidConfiguration> {
        let mut made = Self::default();
        in_its_names(sent, |sent| made.write_all(sent, provider))?;
        Ok(made)
    }

    /// The next configuration, with every member that was sent in the place of what was there:
    /// `null` takes a member away, and its secrets; what was not sent stays. An object is
    /// replaced as a whole, secrets in it too, unless it is sent just as it was shown.
    ///
    /// # Errors
    /// Says which member is wrong. A secret that is kept does not come along to another host:
    /// that needs to be sent again, or taken away, with the member that names the host.
    pub fn merged(&self, sent: SentConfiguration, provider: &Provider) -> Result<Self, InvalidConfiguration> {
        in_its_names(sent, |sent| {
            let mut after = self.clone();
            let sent_secrets = after.write_all(sent, provider)?;
            if after.credentials.iter().any(|(name, _)| !sent_secrets.contains(name)) {
                destination::require_same(&self.configuration, &after.configuration, provider)?;
                destination::require_same_secret(&self.credentials, &after.credentials, provider)?;
            }
            Ok(after)
        })
    }

    /// The next configuration, with what was sent in the place of all that `shows` takes by the
    /// name of its member: what an API does not show it cannot mean to take away.
    ///
    /// # Errors
    /// Those of [`merged`](Self::merged).
    pub fn replaced(
        &self,
        mut sent: SentConfiguration,
        provider: &Provider,
        shows: impl Fn(&str) -> bool,
    ) -> Result<Self, InvalidConfiguration> {
        let plain = self.configuration.0.keys().cloned();
        let secret = self.credentials.iter().filter_map(|(name, _)| name.steps().into_iter().next());
        for member in plain.chain(secret).filter(|member| shows(member)) {
            sent.members.entry(member).or_insert(Value::Null);
        }
        self.merged(sent, provider)
    }

    /// Puts in what was sent, and tells which secrets that were.
    fn write_all(
        &mut self,
        sent: SentConfiguration,
        provider: &Provider,
    ) -> Result<Vec<CredentialName>, InvalidConfiguration> {
        let mut secrets = Vec::new();
        let SentConfiguration { members, told, mask, .. } = sent;
        for (member, value) in SentConfiguration::accepted_by(members, provider)? {
            let secrecy = secrecy_of(&member, provider, &told);
            self.write(&member, (value, secrecy), mask, &mut secrets)?;
        }
        self.require_size()?;
        Ok(secrets)
    }

    fn write(
        &mut self,
        member: &str,
        (value, secrecy): (Value, Secrecy<'_>),
        mask: Option<Mask>,
        written: &mut Vec<CredentialName>,
    ) -> Result<(), InvalidConfiguration> {
        let Self { configuration: Configuration(members), credentials } = self;
        let path = split::escaped(member);
        let mut secrets = Vec::new();
        let shown = split::split(&path, value, secrecy, &mut secrets);
        if secrets.is_empty() && shown.is_some() && shown.as_ref() == members.get(member) {
            return Ok(());
        }
        let present = credentials.clone();
        credentials.retain(|name| !split::is_at_or_below(name.as_str(), &path));
        match shown {
            Some(shown) if !shown.is_null() => drop(members.insert(member.to_owned(), shown)),
            // The others stay in their order.
            _ => drop(members.shift_remove(member)),
        }
        for (at, secret) in secrets {
            let name = CredentialName::parse(&at).map_err(|why| Wrong::SecretName(why).at(&at))?;
            match (present.get(&name), mask) {
                (Some(kept), Some(mask)) if mask.is_of(&secret, kept) => credentials.set(name, kept.clone()),
                // Nothing is behind it that could stay.
                (None, Some(mask)) if mask.may_only_be(&secret) => {}
                _ => {
                    written.push(name.clone());
                    credentials.set(name, secret);
                }
            }
        }
        Ok(())
    }

    fn require_size(&self) -> Result<(), InvalidConfiguration> {
        let shown = sent::size(&self.configuration.0);
        if shown.max(self.credentials.size()) > Configuration::MAX_BYTES {
            return Err(Wrong::TooLarge.as_a_whole());
        }
        Ok(())
    }
}

/// What `made` makes of what was sent, with a fault in the names that its sender knows.
fn in_its_names<T>(
    mut sent: SentConfiguration,
    made: impl FnOnce(SentConfiguration) -> Result<T, InvalidConfiguration>,
) -> Result<T, InvalidConfiguration> {
    let called = mem::take(&mut sent.called);
    made(sent).map_err(|why| why.called(&called))
}

/// The most bytes of a value, as compact JSON, that are recorded as they are.
const RECORDED_BYTES: usize = 256;

fn shortened(value: &Value) -> Value {
    let json = value.to_string();
    if json.len() <= RECORDED_BYTES {
        return value.clone();
    }
    let mut hasher = DefaultHasher::new();
    json.hash(&mut hasher);
    Value::String(format!("{} bytes, {:016x}", json.len(), hasher.finish()))
}

/// What of a member of a configuration is secret: of one that the provider knows, what it says;
/// of one that the API tells of, what that does; of any other, what its name does.
fn secrecy_of<'p>(member: &str, provider: &'p Provider, told: &'p [(String, ToldSecrecy)]) -> Secrecy<'p> {
    if let Some(field) = provider.fields.iter().find(|field| field.key == member) {
        return if field.is_secret { Secrecy::Whole } else { Secrecy::Members(&field.secret_members) };
    }
    match told.iter().find(|(name, _)| name == member) {
        Some((_, ToldSecrecy::Members(named))) => Secrecy::Members(named),
        None if !is_secret_name(member) => Secrecy::Members(&[]),
        Some((_, ToldSecrecy::Whole)) | None => Secrecy::Whole,
    }
}

#[cfg(test)]
mod tests;
