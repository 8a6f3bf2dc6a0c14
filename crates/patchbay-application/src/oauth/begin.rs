//! Beginning an authorization.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_domain::{
    AskedScopes, Authorization, AuthorizationId, AuthorizationRequest, AuthorizationWrite, Changes, Clock,
    ExchangeError, IdGenerator, Integration, IntegrationRepository, OAuthExchanger, OneTimeSecrets,
    Permission, ProviderDirectory, UnitOfWork, Vault,
};
use secrecy::SecretString;
use serde_json::Value;

use super::Addresses;
use crate::idempotency::ReceiptFor;
use crate::integrations::Which;
use crate::{AppError, Caller, Entity, Fault, FaultReason, Location, disclosure};

/// What somebody wants of an authorization.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Where the person goes in the end.
    pub return_to: ReturnTo,
    /// What the person is asked to allow.
    pub scopes: AskedScopes,
}

/// Where a person goes who is back from a provider.
#[derive(Clone, Debug, Default)]
pub enum ReturnTo {
    /// To a page of the service's own.
    #[default]
    Page,
    /// There: the operator has to allow it.
    Address(String),
    /// Where the owner of the integration said, in the field that a dialect calls so; to the
    /// service's own page where nothing is said or the operator does not allow it.
    Field {
        /// The dialect.
        dialect: &'static str,
        /// The field's name there.
        name: &'static str,
    },
}

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
    /// Begins an authorization as it is `wanted`.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::Invalid`] when nobody may be sent to the address that is wanted,
    /// [`AppError::NotFound`] when the caller sees no such integration,
    /// [`AppError::Exchange`], or [`AppError::Incomplete`] of one that is meant by its identifier,
    /// when nobody can be sent to its provider.
    pub async fn run(
        &self,
        caller: &Caller,
        which: Which,
        wanted: Wanted,
        receipt: &ReceiptFor<Begun>,
    ) -> Result<Begun, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        self.expect_allowed(&wanted.return_to)?;
        let found = which.found(caller.scope(), &*self.integrations, &*self.providers).await?;
        let integration = found.ok_or(AppError::NotFound(Entity::Integration))?;
        let link = self.secrets.mint().map_err(AppError::Internal)?;
        let authorization = self.begun(caller, &integration, wanted, &link);
        let ready = self.expect_ready(&integration, &authorization);
        ready.map_err(|why| which.in_its_words(why, &integration, &*self.providers))?;
        let begun = Begun { url: self.addresses.start(&link), expires_at: authorization.expires_at };
        let changes = Changes::new().authorization(AuthorizationWrite::Begin(authorization));
        let changes = receipt.keep(changes, &begun, integration.id(), &*self.vault)?;
        self.work.commit(caller.scope(), changes).await?;
        Ok(begun)
    }

    fn expect_allowed(&self, return_to: &ReturnTo) -> Result<(), AppError> {
        match return_to {
            ReturnTo::Address(address) if !self.addresses.allows(address) => {
                let expected = "one of the addresses that the operator allows";
                let fault = Fault::of_field(Location::Body, "return_to", FaultReason::Syntax { expected });
                Err(AppError::Invalid(fault.into()))
            }
            _ => Ok(()),
        }
    }

    /// Where the person goes in the end; `None` for a page of the service's own.
    fn return_of(&self, return_to: ReturnTo, integration: &Integration) -> Option<String> {
        match return_to {
            ReturnTo::Page => None,
            ReturnTo::Address(address) => Some(address),
            ReturnTo::Field { dialect, name } => {
                let provider = self.providers.described(&integration.parts().provider);
                let said =
                    integration.parts().configuration.members().get(&provider.field_on(dialect, name)?.key);
                let said = said.and_then(Value::as_str).filter(|address| self.addresses.allows(address));
                said.map(str::to_owned)
            }
        }
    }

    /// Whoever begins is told what is missing; the person who follows the link could not mend it.
    fn expect_ready(&self, integration: &Integration, begun: &Authorization) -> Result<(), AppError> {
        if !self.providers.described(&integration.parts().provider).is_authorizable {
            return Err(ExchangeError::NotConfigured.into());
        }
        let nobody = || SecretString::from(String::new());
        let request = AuthorizationRequest {
            state: nobody(),
            redirect_uri: begun.redirect_uri.clone(),
            scopes: begun.scopes.clone(),
            verifier: nobody(),
        };
        let connection = disclosure::open_connection(&*self.vault, integration)?;
        Ok(self.exchanger.authorize_url(&connection, &request).map(drop)?)
    }

    fn begun(
        &self,
        caller: &Caller,
        integration: &Integration,
        Wanted { return_to, scopes }: Wanted,
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
            redirect_uri: self.addresses.redirect_uri(&parts.provider),
            scopes,
            return_to: self.return_of(return_to, integration),
            link: self.secrets.digest(link),
            browser: None,
            used_at: None,
            expires_at: self.clock.now() + Authorization::LASTS,
        }
    }
}
