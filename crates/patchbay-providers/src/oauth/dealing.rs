//! One connection and the way in which a person allows it.

use patchbay_catalogue::{AuthMethod, Entry, Exchange, Template, Values};
use patchbay_domain::{CredentialName, ExchangeError, OpenConnection};
use secrecy::SecretString;

use super::application::{OAuthClient, application};
use crate::TrustedOrigin;
use crate::asking::Unaskable;
use crate::asking::known::Known;

/// One connection, the way in which a person allows it, and as whom its provider is asked.
pub(super) struct Dealing<'a> {
    /// What is known of the provider.
    pub(super) entry: &'a Entry,
    /// The way.
    pub(super) method: &'a AuthMethod,
    /// How tokens are got in that way.
    pub(super) exchange: &'a Exchange,
    /// The connection.
    pub(super) connection: &'a OpenConnection,
    /// What templates may name; the tokens are those of the grant, whatever its owner has.
    pub(super) known: Known<'a>,
    /// Where the provider is asked instead of its own host.
    pub(super) origin: Option<&'a TrustedOrigin>,
    application: Option<OAuthClient>,
}

impl<'a> Dealing<'a> {
    /// Through the first way of `entry` that begins with a person and is meant for `connection`.
    ///
    /// # Errors
    /// [`ExchangeError::NotConfigured`] when there is none, and [`ExchangeError::Incomplete`].
    pub(super) fn with(
        entry: &'a Entry,
        connection: &'a OpenConnection,
        ours: Option<&OAuthClient>,
        origin: Option<&'a TrustedOrigin>,
    ) -> Result<Self, ExchangeError> {
        let mut known = Known::of(entry, connection);
        let is_meant = |method: &&AuthMethod| {
            method.when.iter().all(|(key, value)| known.field(key) == Some(value.as_str()))
        };
        let mut ways = entry.auth.iter().filter(is_meant);
        let way = ways.find_map(|method| Some((method, method.with_person()?)));
        let (method, exchange) = way.ok_or(ExchangeError::NotConfigured)?;
        let application = application(&known, ours)?;
        if let Some(application) = &application {
            known.remember("client_id", application.id.as_str().into());
            known.remember("client_secret", application.secret.clone());
            if let Some(redirect_uri) = &application.redirect_uri {
                known.remember("redirect_uri", redirect_uri.as_str().into());
            }
        }
        let granted =
            [("token", CredentialName::access_token()), ("refresh_token", CredentialName::refresh_token())];
        for (name, granted) in granted {
            if let Some(token) = connection.tokens.get(&granted) {
                known.remember(name, token.clone());
            }
        }
        Ok(Self { entry, method, exchange, connection, known, origin, application })
    }

    /// The application.
    ///
    /// # Errors
    /// [`ExchangeError::NotConfigured`] when there is none.
    pub(super) fn application(&self) -> Result<&OAuthClient, ExchangeError> {
        self.application.as_ref().ok_or(ExchangeError::NotConfigured)
    }

    /// The refresh token of the grant.
    pub(super) fn refresh_token(&self) -> Option<&SecretString> {
        self.connection.tokens.get(&CredentialName::refresh_token())
    }

    /// Sees that the way has what it needs, and all that these templates name.
    ///
    /// # Errors
    /// [`ExchangeError::Incomplete`] with all that is missing.
    pub(super) fn needs<'t>(&self, templates: impl Iterator<Item = &'t Template>) -> Result<(), ExchangeError>
    where
        'a: 't,
    {
        let values = self.entry.values(&self.known);
        let mut missing = Vec::new();
        let names = self.method.needs.iter().map(String::as_str);
        for name in names.chain(templates.flat_map(Template::names)) {
            if values.value(name).is_none() && !missing.contains(&name) {
                missing.push(name);
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(ExchangeError::Incomplete { what: missing.join(", ") }) }
    }
}

/// What of an entry's templates a request for tokens is made of in any case.
pub(super) fn token_templates(exchange: &Exchange) -> impl Iterator<Item = &Template> {
    [&exchange.token_url].into_iter().chain(exchange.token_headers.0.values())
}

impl From<Unaskable> for ExchangeError {
    fn from(why: Unaskable) -> Self {
        match why {
            Unaskable::Missing(name) if matches!(name.as_str(), "client_id" | "client_secret") => {
                Self::NotConfigured
            }
            Unaskable::Missing(what) | Unaskable::Misplaced { name: what, .. } => Self::Incomplete { what },
            Unaskable::Unfit(why) => Self::Unexpected(why.into()),
        }
    }
}
