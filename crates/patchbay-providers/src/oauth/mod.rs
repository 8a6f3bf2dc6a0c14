//! OAuth with providers, as entries of the catalogue say.
//!
//! Everything is asked for one connection, through the first way of its entry that begins with a
//! person and is meant for it ([`dealing`]), as the connection's own application or the
//! installation's ([`mod@application`]):
//!
//! 1. [`authorize`] makes the address that a person is sent to, and [`returned`] judges what the
//!    person comes back with.
//! 2. [`token`] asks for tokens, for a code or for the tokens before; [`revoke`] gives them back.
//!    Each is one request through the guarded client: ten seconds, 64 KiB, no redirect, and never
//!    twice.
//! 3. [`refused`] says what an answer means that is no good one, in words that are known;
//!    [`granted`] reads a good one.
//!
//! Nothing here is logged, and nothing is stored.

mod application;
mod authorize;
mod dealing;
mod granted;
mod refused;
mod returned;
mod revoke;
#[cfg(test)]
mod tests;
mod token;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use patchbay_catalogue::{Catalogue, ReloadableCatalogue};
use patchbay_domain::{
    AuthorizationCode, AuthorizationRequest, Clock, ExchangeError, Granted, OAuthExchanger, OpenConnection,
    ProviderId,
};
use secrecy::SecretString;

use crate::asking::{MAX_BYTES, WITHIN};
use crate::{GuardedClient, OutboundError, OutboundRequest, OutboundResponse, TrustedOrigin};
pub use application::OAuthClient;
use dealing::Dealing;

/// Asks providers what they grant, as the catalogue says.
#[derive(Clone)]
pub struct HttpOAuthExchanger {
    client: GuardedClient,
    catalogue: Arc<ReloadableCatalogue>,
    origins: HashMap<ProviderId, TrustedOrigin>,
    applications: HashMap<ProviderId, OAuthClient>,
    clock: Arc<dyn Clock>,
}

impl HttpOAuthExchanger {
    /// Asks through `client`, as one of `applications` where a connection has none of its own;
    /// providers that have one of `origins`, there, whatever host their entry or the connection
    /// names. People are sent there, too.
    #[must_use]
    pub const fn new(
        client: GuardedClient,
        catalogue: Arc<ReloadableCatalogue>,
        origins: HashMap<ProviderId, TrustedOrigin>,
        applications: HashMap<ProviderId, OAuthClient>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { client, catalogue, origins, applications, clock }
    }

    fn dealing<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        connection: &'a OpenConnection,
    ) -> Result<Dealing<'a>, ExchangeError> {
        let id = &connection.provider;
        let entry = catalogue.entry(id).ok_or(ExchangeError::NotConfigured)?;
        Dealing::with(entry, connection, self.applications.get(id), self.origins.get(id))
    }

    async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, ExchangeError> {
        let request = request.within(WITHIN).at_most(MAX_BYTES);
        self.client.send(request).await.map_err(failed)
    }
}

#[async_trait]
impl OAuthExchanger for HttpOAuthExchanger {
    fn authorize_url(
        &self,
        connection: &OpenConnection,
        request: &AuthorizationRequest,
    ) -> Result<SecretString, ExchangeError> {
        let catalogue = self.catalogue.current();
        authorize::url(self.dealing(&catalogue, connection)?, request)
    }

    fn returned(
        &self,
        connection: &OpenConnection,
        parameters: &[(String, String)],
    ) -> Result<SecretString, ExchangeError> {
        let catalogue = self.catalogue.current();
        returned::code(&self.dealing(&catalogue, connection)?, parameters)
    }

    async fn exchange(
        &self,
        connection: &OpenConnection,
        code: &AuthorizationCode,
    ) -> Result<Granted, ExchangeError> {
        let catalogue = self.catalogue.current();
        let mut dealing = self.dealing(&catalogue, connection)?;
        let request = token::for_code(&mut dealing, code)?;
        let response = self.send(request).await?;
        granted::for_code(&dealing, code, &response, self.clock.now())
    }

    async fn refresh(&self, connection: &OpenConnection) -> Result<Granted, ExchangeError> {
        let catalogue = self.catalogue.current();
        let dealing = self.dealing(&catalogue, connection)?;
        let request = token::for_refresh(&dealing)?;
        let response = self.send(request).await?;
        granted::for_refresh(&dealing, &response, self.clock.now())
    }

    async fn revoke(&self, connection: &OpenConnection) -> Result<(), ExchangeError> {
        let catalogue = self.catalogue.current();
        let entry = catalogue.entry(&connection.provider).ok_or(ExchangeError::NotConfigured)?;
        let Some(disconnect) = entry.disconnect.as_ref().filter(|_| !connection.tokens.is_empty()) else {
            return Ok(());
        };
        let dealing = self.dealing(&catalogue, connection)?;
        let request = revoke::request(&dealing, disconnect)?;
        let response = self.send(request).await?;
        revoke::judged(&dealing, disconnect, &response, self.clock.now())
    }
}

impl fmt::Debug for HttpOAuthExchanger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOAuthExchanger")
            .field("client", &self.client)
            .field("origins", &self.origins)
            .field("applications", &self.applications)
            .finish_non_exhaustive()
    }
}

fn failed(error: OutboundError) -> ExchangeError {
    match error {
        OutboundError::TimedOut => ExchangeError::TimedOut,
        OutboundError::Refused(_) | OutboundError::Unreachable(_) | OutboundError::Broken(_) => {
            ExchangeError::Unreachable(error.into())
        }
        OutboundError::Redirected(_) | OutboundError::TooLarge { .. } => {
            ExchangeError::Unexpected(error.into())
        }
    }
}
