//! Sending a person to a provider.

use std::sync::Arc;

use patchbay_domain::{
    Authorization, AuthorizationDirectory, AuthorizationRequest, AuthorizationWrite, Browser, Changes, Clock,
    IntegrationRepository, OAuthExchanger, OneTimeSecrets, RepositoryError, UnitOfWork, Vault,
};
use secrecy::SecretString;

use super::BrowserName;
use crate::{AppError, Entity, disclosure};

/// What the verifier of RFC 7636 is derived from the cookie for: it is known to the browser and
/// stored nowhere.
const PKCE: &str = "pkce";

/// Where a browser is sent, and what it keeps meanwhile.
#[derive(Debug)]
pub struct Sent {
    /// The provider's address.
    pub url: SecretString,
    /// What tells this authorization from others of the same browser.
    pub name: BrowserName,
    /// What the browser keeps.
    pub cookie: SecretString,
}

/// Sends the browser that follows a link to the provider.
pub struct StartAuthorization {
    /// Finds the authorization.
    pub authorizations: Arc<dyn AuthorizationDirectory>,
    /// Finds the integration.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Knows where people are sent.
    pub exchanger: Arc<dyn OAuthExchanger>,
    /// Saves who started.
    pub work: Arc<dyn UnitOfWork>,
    /// Opens what stands in the address.
    pub vault: Arc<dyn Vault>,
    /// Makes what the browser is known by.
    pub secrets: Arc<dyn OneTimeSecrets>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl StartAuthorization {
    /// Starts what `link` begins. The link works once.
    ///
    /// It takes no caller: a browser has no key, and the link is what it may do.
    ///
    /// # Errors
    /// [`AppError::NotFound`] whenever the link begins nothing any more,
    /// [`AppError::Exchange`] when nobody can be sent to the provider.
    pub async fn run(&self, link: &SecretString) -> Result<Sent, AppError> {
        let over = || AppError::NotFound(Entity::Authorization);
        let found = self.authorizations.find_by_link(self.secrets.digest(link)).await?;
        let begun = found.filter(|begun| begun.may_start(self.clock.now())).ok_or_else(over)?;
        let scope = begun.scope();
        let integration = self.integrations.find(&scope, begun.integration_id).await?.ok_or_else(over)?;
        let state = self.secrets.mint().map_err(AppError::Internal)?;
        let cookie = self.secrets.mint().map_err(AppError::Internal)?;
        let request = AuthorizationRequest {
            state: state.clone(),
            redirect_uri: begun.redirect_uri.clone(),
            scopes: begun.scopes.clone(),
            verifier: verifier(&*self.secrets, &cookie),
        };
        let connection = disclosure::open_connection(&*self.vault, &integration)?;
        let url = self.exchanger.authorize_url(&connection, &request)?;
        let browser = Browser { state: self.secrets.digest(&state), cookie: self.secrets.digest(&cookie) };
        let started = Authorization { browser: Some(browser), ..begun };
        let changes = Changes::new().authorization(AuthorizationWrite::Start(started));
        match self.work.commit(&scope, changes).await {
            Err(RepositoryError::Stale) => Err(over()),
            outcome => Ok(outcome.map(|()| Sent { url, name: BrowserName::of(browser.state), cookie })?),
        }
    }
}

/// What the exchange shows (RFC 7636 §4.1), out of what the browser keeps.
pub(super) fn verifier(secrets: &dyn OneTimeSecrets, cookie: &SecretString) -> SecretString {
    secrets.derived(cookie, PKCE)
}
