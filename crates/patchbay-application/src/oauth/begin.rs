//! Beginning an authorization.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_domain::{
    AskedScopes, Authorization, AuthorizationId, AuthorizationRequest, AuthorizationWrite, Changes, Clock,
    ExchangeError, IdGenerator, Integration, IntegrationId, IntegrationRepository, OAuthExchanger,
    OneTimeSecrets, Permission, ProviderDirectory, UnitOfWork, Vault,
};
use secrecy::SecretString;

use super::Addresses;
use crate::idempotency::ReceiptFor;
use crate::{AppError, Caller, Entity, Fault, FaultReason, Location, disclosure};

/// An authorization that waits for a browser.
#[derive(Debug)]
pub struct Begun {
    /// Where a browser starts it, once. Whoever has the link can.
    pub url: SecretString,
    /// Until when it can be finished.
    pub expires_at: DateTime<Utc>,
}

/// Begins the authorization of an integration by a person at its provider.
pub struct BeginAuthorization {
    /// Finds the integration.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Knows whose people can be sent to it.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Knows where they are sent.
    pub exchanger: Arc<dyn OAuthExchanger>,
    /// Saves what was begun.
    pub work: Arc<dyn UnitOfWork>,
    /// Opens what stands in the address.
    pub vault: Arc<dyn Vault>,
    /// Makes the link.
    pub secrets: Arc<dyn OneTimeSecrets>,
    /// Knows where it leads.
    pub addresses: Arc<Addresses>,
    /// Dates it.
    pub clock: Arc<dyn Clock>,
    /// Names it.
    pub ids: Arc<dyn IdGenerator>,
}

impl BeginAuthorization {
    /// Begins an authorization. In the end the person is sent to `return_to`, or shown a page of
    /// the service's own.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::Invalid`] when nobody may be sent to `return_to`,
    /// [`AppError::NotFound`] when the caller sees no such integration,
    /// [`AppError::Exchange`] when nobody can be sent to its provider.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        return_to: Option<String>,
        receipt: &ReceiptFor<Begun>,
    ) -> Result<Begun, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        if return_to.as_ref().is_some_and(|return_to| !self.addresses.allows(return_to)) {
            let expected = "one of the addresses that the operator allows";
            let reason = FaultReason::Syntax { expected };
            return Err(AppError::Invalid(Fault::of_field(Location::Body, "return_to", reason).into()));
        }
        let found = self.integrations.find(caller.scope(), id).await?;
        let integration = found.ok_or(AppError::NotFound(Entity::Integration))?;
        let link = self.secrets.mint().map_err(AppError::Internal)?;
        let redirect_uri = self.addresses.redirect_uri(&integration.parts().provider);
        self.expect_ready(&integration, &redirect_uri)?;
        let authorization = self.begun(caller, &integration, redirect_uri, return_to, &link);
        let begun = Begun { url: self.addresses.start(&link), expires_at: authorization.expires_at };
        let changes = Changes::new().authorization(AuthorizationWrite::Begin(authorization));
        let changes = receipt.keep(changes, &begun, id, &*self.vault)?;
        self.work.commit(caller.scope(), changes).await?;
        Ok(begun)
    }

    /// Whoever begins is told what is missing; the person who follows the link could not mend it.
    fn expect_ready(&self, integration: &Integration, redirect_uri: &str) -> Result<(), AppError> {
        if !self.providers.described(&integration.parts().provider).is_authorizable {
            return Err(ExchangeError::NotConfigured.into());
        }
        let nobody = || SecretString::from(String::new());
        let request = AuthorizationRequest {
            state: nobody(),
            redirect_uri: redirect_uri.to_owned(),
            scopes: AskedScopes::usual(),
            verifier: nobody(),
        };
        let connection = disclosure::open_connection(&*self.vault, integration)?;
        Ok(self.exchanger.authorize_url(&connection, &request).map(drop)?)
    }

    fn begun(
        &self,
        caller: &Caller,
        integration: &Integration,
        redirect_uri: String,
        return_to: Option<String>,
        link: &SecretString,
    ) -> Authorization {
        let parts = integration.parts();
        Authorization {
            id: AuthorizationId::from_uuid(self.ids.uuid()),
            organisation_id: parts.organisation_id,
            environment_id: parts.environment_id,
            integration_id: parts.id,
            provider: parts.provider.clone(),
            begun_by: caller.actor(),
            redirect_uri,
            scopes: AskedScopes::usual(),
            return_to,
            link: self.secrets.digest(link),
            browser: None,
            used_at: None,
            expires_at: self.clock.now() + Authorization::LASTS,
        }
    }
}
