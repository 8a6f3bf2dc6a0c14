//! The named secrets of one integration.

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::{Mask, Sealed, SecretPlace, Vault, VaultError};
use crate::text::text_value;

text_value!(
    /// What one secret of an integration is called: 1 to 255 characters, kept as they came. One
    /// that stood deeper in what was sent has the names above it before its own, with dots
    /// between: `headers.Authorization`.
    CredentialName,
    verbatim,
    1..=255
);

impl CredentialName {
    /// The one secret of an integration whose API knows no names for them.
    #[must_use]
    pub fn auth_credential() -> Self {
        Self("auth_credential".to_owned())
    }

    /// The access token of a grant.
    #[must_use]
    pub fn access_token() -> Self {
        Self("access_token".to_owned())
    }

    /// The refresh token of a grant (RFC 6749 §1.5).
    #[must_use]
    pub fn refresh_token() -> Self {
        Self("refresh_token".to_owned())
    }

    /// The address of an incoming webhook: whoever knows it can post there.
    #[must_use]
    pub fn webhook_url() -> Self {
        Self("webhook_url".to_owned())
    }
}

/// The named secrets of one integration, in order. Sealed and opened together.
#[derive(Clone, Debug, Default)]
pub struct Credentials(Vec<(CredentialName, SecretString)>);

impl Credentials {
    /// Just this one secret; none when it is empty.
    #[must_use]
    pub fn single(name: CredentialName, secret: SecretString) -> Self {
        let mut credentials = Self::default();
        credentials.set(name, secret);
        credentials
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes the secrets have together.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.iter().map(|(_, secret)| secret.expose_secret().len()).sum()
    }

    /// The secret of that name.
    #[must_use]
    pub fn get(&self, name: &CredentialName) -> Option<&SecretString> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, secret)| secret)
    }

    /// The names and secrets, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&CredentialName, &SecretString)> {
        self.0.iter().map(|(name, secret)| (name, secret))
    }

    /// Puts a secret in, in the place of one of the same name; an empty one takes that away.
    pub fn set(&mut self, name: CredentialName, secret: SecretString) {
        if secret.expose_secret().is_empty() {
            return self.remove(&name);
        }
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, place)) => *place = secret,
            None => self.0.push((name, secret)),
        }
    }

    /// Takes over what a client wrote who may have been shown masks: the mask of the present
    /// secret leaves it as it is, everything else is [`set`](Self::set).
    pub fn write_back(&mut self, name: CredentialName, written: SecretString, mask: Option<Mask>) {
        let is_mask_of = |present| mask.is_some_and(|mask| mask.is_of(&written, present));
        if !self.get(&name).is_some_and(is_mask_of) {
            self.set(name, written);
        }
    }

    /// Puts in all of `others`, each in the place of one of the same name.
    pub fn extend(&mut self, others: Self) {
        for (name, secret) in others.0 {
            self.set(name, secret);
        }
    }

    /// Whether `other` has the same secrets under the same names, in whatever order.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        let is_in_other = |(name, secret): (&CredentialName, &SecretString)| {
            other.get(name).is_some_and(|its| its.expose_secret() == secret.expose_secret())
        };
        self.0.len() == other.0.len() && self.iter().all(is_in_other)
    }

    /// Whether `other` has a secret of that name that says the same, as `said` reads the two.
    #[must_use]
    pub fn is_alike(&self, other: &Self, name: &CredentialName, said: impl Fn(&str) -> String) -> bool {
        let says = |of: &Self| of.get(name).map(|secret| said(secret.expose_secret()));
        says(self) == says(other)
    }

    /// Takes away all whose name `keep` refuses.
    pub fn retain(&mut self, keep: impl Fn(&CredentialName) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }

    /// Takes the secret of that name away.
    pub fn remove(&mut self, name: &CredentialName) {
        self.0.retain(|(own, _)| own != name);
    }

    /// Seals them for `place`; no secrets are no sealed value.
    ///
    /// # Errors
    /// [`VaultError::Sealing`].
    pub fn seal(&self, vault: &dyn Vault, place: &SecretPlace) -> Result<Option<Sealed>, VaultError> {
        if self.is_empty() {
            return Ok(None);
        }
        vault.seal(place, &self.to_json()?).map(Some)
    }

    /// Opens what [`seal`](Self::seal) sealed; no sealed value is no secrets.
    ///
    /// # Errors
    /// What [`Vault::open`] says, and [`VaultError::Malformed`] when what it opened is no
    /// set of credentials.
    pub fn open(vault: &dyn Vault, place: &SecretPlace, sealed: Option<&Sealed>) -> Result<Self, VaultError> {
        match sealed {
            None => Ok(Self::default()),
            Some(sealed) => Self::from_json(&vault.open(place, sealed)?),
        }
    }

    fn to_json(&self) -> Result<SecretString, VaultError> {
        let mut json = Zeroizing::new(String::from("{"));
        for (position, (name, secret)) in self.iter().enumerate() {
            let separator = if position == 0 { "" } else { "," };
            let name = text_as_json(name.as_str())?;
            let secret = text_as_json(secret.expose_secret())?;
            *json += &Zeroizing::new([separator, &name, ":", &secret].concat());
        }
        *json += "}";
        Ok(SecretString::from(json.as_str()))
    }

    fn from_json(json: &SecretString) -> Result<Self, VaultError> {
        let malformed = || VaultError::Malformed("not a set of credentials".into());
        let members: Map<String, Value> =
            serde_json::from_str(json.expose_secret()).map_err(|_| malformed())?;
        let read = |(name, value): (String, Value)| match value {
            Value::String(secret) => {
                let name = CredentialName::parse(&name).map_err(|_| malformed())?;
                Ok((name, SecretString::from(secret)))
            }
            _ => Err(malformed()),
        };
        members.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

fn text_as_json(text: &str) -> Result<Zeroizing<String>, VaultError> {
    serde_json::to_string(text).map(Zeroizing::new).map_err(|error| VaultError::Sealing(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> CredentialName {
        CredentialName::parse(text).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back_in_order() {
        let mut credentials = Credentials::single(name("b"), "quote \" and \u{1f980}".into());
        credentials.set(name("a"), "second".into());
        credentials.set(name("b"), "line\nbreak".into());
        let read = Credentials::from_json(&credentials.to_json().unwrap()).unwrap();
        let shown: Vec<_> =
            read.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect();
        assert_eq!(shown, [("b", "line\nbreak"), ("a", "second")]);
    }

    #[test]
    fn an_empty_secret_is_none() {
        assert!(Credentials::single(name("a"), "".into()).is_empty());
        let mut credentials = Credentials::single(name("a"), "secret".into());
        credentials.set(name("a"), "".into());
        assert!(credentials.is_empty());
    }

    #[test]
    fn a_mask_written_back_changes_nothing_and_all_else_does() {
        let before = Credentials::single(name("a"), "some-auth-credential".into());
        let changed = |name: CredentialName, text: &str| {
            let mut after = before.clone();
            after.write_back(name, text.into(), Some(Mask::StarsAndTail));
            !after.is_same_as(&before)
        };
        assert!(!changed(name("a"), "********tial") && !changed(name("a"), "some-auth-credential"));
        assert!(!changed(name("b"), ""));
        assert!(
            changed(name("a"), "********else") && changed(name("b"), "********") && changed(name("a"), "")
        );
        let mut unmasked = before.clone();
        unmasked.write_back(name("a"), "********tial".into(), None);
        assert!(!unmasked.is_same_as(&before), "to who was shown no mask it is text like any other");
    }

    #[test]
    fn credentials_show_no_secret_in_debug_output() {
        let shown = format!("{:?}", Credentials::single(name("token"), "planted-secret".into()));
        assert!(shown.contains("token") && !shown.contains("planted-secret"), "{shown}");
    }

    #[test]
    fn an_opened_value_that_is_no_set_of_credentials_is_refused_without_showing_it() {
        for json in ["", "[]", "planted-secret", "{\"a\":1}", "{\"\":\"x\"}"] {
            let error = Credentials::from_json(&json.into()).unwrap_err();
            assert!(!format!("{error:?}").contains("planted"), "{error:?}");
        }
    }
}
