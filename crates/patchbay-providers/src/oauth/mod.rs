//! OAuth with providers: what they grant for a code, and giving it back.
//!
//! [`provider`] says what is known of a provider, as data; [`answer`] reads what it answers;
//! this is the asking.

mod answer;
mod provider;

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use patchbay_domain::{CredentialName, Credentials, ExchangeError, Granted, OAuthExchanger, ProviderId};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::{
    GuardedClient, Method, OutboundError, OutboundRequest, OutboundResponse, OutboundUrl, TrustedOrigin,
};
use provider::{OAuthProvider, PROVIDERS};

/// The most that an exchange may take, whatever else the policy allows.
const WITHIN: Duration = Duration::from_secs(10);
/// Answers are a few hundred bytes.
const MAX_BYTES: usize = 64 << 10;

/// The OAuth application that this installation has at a provider.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    /// Its `client_id`.
    pub id: String,
    /// Its `client_secret`.
    pub secret: SecretString,
    /// The `redirect_uri` that codes are handed out to, where one was named then: an
    /// exchange has to repeat it (RFC 6749 §4.1.3).
    pub redirect_uri: Option<String>,
    /// Where the provider is reached instead of its own host.
    pub base_url: Option<TrustedOrigin>,
}

/// The providers that [`HttpOAuthExchanger`] knows.
pub fn oauth_providers() -> impl Iterator<Item = ProviderId> {
    PROVIDERS.iter().map(|known| (known.id)())
}

/// Asks providers through the guarded client.
#[derive(Clone, Debug)]
pub struct HttpOAuthExchanger {
    client: GuardedClient,
    applications: HashMap<ProviderId, OAuthClient>,
}

impl HttpOAuthExchanger {
    /// Asks through `client`, as one of `applications`.
    #[must_use]
    pub const fn new(client: GuardedClient, applications: HashMap<ProviderId, OAuthClient>) -> Self {
        Self { client, applications }
    }

    /// What is known of a provider, and the application there.
    fn known(&self, id: &ProviderId) -> Result<(&'static OAuthProvider, &OAuthClient), ExchangeError> {
        let provider = PROVIDERS.iter().find(|known| (known.id)() == *id);
        provider.zip(self.applications.get(id)).ok_or(ExchangeError::NotConfigured)
    }

    async fn post(
        &self,
        application: &OAuthClient,
        url: &str,
        authorization: &str,
        form: String,
    ) -> Result<OutboundResponse, ExchangeError> {
        let request = || {
            let url = OutboundUrl::parse(url).map_err(OutboundError::from)?;
            let request = OutboundRequest::by_way_of(application.base_url.as_ref(), Method::POST, url)?;
            Ok(request.within(WITHIN).at_most(MAX_BYTES))
        };
        let request = request()
            .map_err(failed)?
            .header("authorization", authorization)
            .and_then(|request| request.header("content-type", "application/x-www-form-urlencoded"))
            .and_then(|request| request.header("accept", "application/json"))
            .map_err(|forbidden| ExchangeError::Unexpected(forbidden.into()))?
            .body(form);
        self.client.send(request).await.map_err(failed)
    }
}

#[async_trait]
impl OAuthExchanger for HttpOAuthExchanger {
    async fn exchange(&self, provider: &ProviderId, code: &SecretString) -> Result<Granted, ExchangeError> {
        let (provider, application) = self.known(provider)?;
        let form = exchange_form(application, code);
        let response = self.post(application, provider.token_url, &basic(application), form).await?;
        answer::granted(provider, &response)
    }

    async fn revoke(&self, provider: &ProviderId, tokens: &Credentials) -> Result<(), ExchangeError> {
        let (provider, application) = self.known(provider)?;
        let Some((url, token)) = provider.revoke_url.zip(tokens.get(&CredentialName::access_token())) else {
            return Ok(());
        };
        let bearer = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
        let response = self.post(application, url, &bearer, String::new()).await?;
        answer::revoked(provider, &response)
    }
}

/// What is sent for a code (RFC 6749 §4.1.3).
fn exchange_form(application: &OAuthClient, code: &SecretString) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code").append_pair("code", code.expose_secret());
    if let Some(redirect_uri) = &application.redirect_uri {
        form.append_pair("redirect_uri", redirect_uri);
    }
    form.finish()
}

/// The application's name and secret as RFC 6749 §2.3.1 has them in a header.
fn basic(application: &OAuthClient) -> Zeroizing<String> {
    let encoded = |text: &str| Zeroizing::new(byte_serialize(text.as_bytes()).collect::<String>());
    let (id, secret) = (encoded(&application.id), encoded(application.secret.expose_secret()));
    let pair = Zeroizing::new([id.as_str(), ":", secret.as_str()].concat());
    Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes())))
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

#[cfg(test)]
mod tests;
