//! What the APIs say of providers.

use std::sync::Arc;

use patchbay_domain::{Integration, Permission, Provider, ProviderDirectory, ProviderId};

use crate::{AppError, Caller};

/// What an API calls a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderNamed {
    /// The dialect of the API.
    pub dialect: &'static str,
    /// The name.
    pub name: String,
}

impl ProviderNamed {
    /// Whether what `integration` connects to is called so, offered there or not.
    pub(crate) fn is_of(&self, directory: &dyn ProviderDirectory, integration: &Integration) -> bool {
        name_of(directory, self.dialect, integration) == self.name
    }
}

/// Tells what an API offers, and what it calls it.
#[derive(Clone)]
pub struct Providers {
    /// Knows them.
    pub directory: Arc<dyn ProviderDirectory>,
}

impl Providers {
    /// What a dialect offers, in its order.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`].
    pub fn offered(&self, caller: &Caller, dialect: &str) -> Result<Vec<Arc<Provider>>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        Ok(self.directory.offered(dialect))
    }

    /// What is known of a provider.
    #[must_use]
    pub fn known(&self, id: &ProviderId) -> Option<Arc<Provider>> {
        self.directory.get(id)
    }

    /// The same; of a provider that is not known, that nothing is.
    #[must_use]
    pub fn described(&self, id: &ProviderId) -> Arc<Provider> {
        self.directory.described(id)
    }

    /// The provider that a dialect calls `name`, offered there or no longer.
    #[must_use]
    pub fn called(&self, dialect: &str, name: &str) -> Option<Arc<Provider>> {
        self.directory.called(dialect, name)
    }

    /// What people call a provider; one that is not known by its id.
    #[must_use]
    pub fn title_of(&self, id: &ProviderId) -> String {
        self.directory.described(id).name.clone()
    }

    /// The provider that a dialect offers under `name`.
    #[must_use]
    pub fn named(&self, dialect: &str, name: &str) -> Option<ProviderId> {
        self.directory.named(dialect, name).map(|provider| provider.id.clone())
    }

    /// What a dialect calls that which an integration connects to; one that it has no name for by
    /// its own.
    #[must_use]
    pub fn name_of(&self, dialect: &str, integration: &Integration) -> String {
        name_of(&*self.directory, dialect, integration)
    }
}

fn name_of(directory: &dyn ProviderDirectory, dialect: &str, integration: &Integration) -> String {
    let id = &integration.parts().provider;
    integration.provider_on(dialect, &directory.described(id)).unwrap_or(id.as_str()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_connection, an_integration, caller};
    use patchbay_domain::{
        ChannelKind, IntegrationParts, MockProviderDirectory, Offer, ProviderName, Uncatalogued,
    };

    fn knowing_slack() -> Providers {
        let offer = Offer { dialect: "shop".to_owned(), name: "Slack!".to_owned(), position: None };
        let slack = Arc::new(Provider { offers: vec![offer], ..Provider::unknown(ProviderId::slack()) });
        let mut directory = MockProviderDirectory::new();
        let described = move |id: &ProviderId| {
            if *id == slack.id { slack.clone() } else { Arc::new(Provider::unknown(id.clone())) }
        };
        directory.expect_described().returning(described);
        Providers { directory: Arc::new(directory) }
    }

    #[test]
    fn what_is_offered_is_told_only_to_who_may_read() {
        let writer = caller(&[Permission::IntegrationsWrite]);
        let outcome = knowing_slack().offered(&writer, "shop");
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
    }

    #[test]
    fn a_provider_without_a_name_in_a_dialect_has_its_own() {
        let (providers, slack) = (knowing_slack(), a_connection("a-token"));
        assert_eq!(providers.name_of("shop", &slack), "Slack!");
        assert_eq!(providers.name_of("other", &slack), "slack");
        let is_slack = |dialect, name: &str| {
            let named = ProviderNamed { dialect, name: name.to_owned() };
            named.is_of(&*providers.directory, &slack)
        };
        assert!(is_slack("shop", "Slack!") && is_slack("other", "slack"));
        assert!(!is_slack("shop", "slack") && !is_slack("other", "Slack!"));
        assert_eq!(providers.name_of("shop", &an_integration()), "json_manifest");
    }

    #[test]
    fn a_provider_that_the_catalogue_does_not_know_is_called_the_same_everywhere() {
        let name = ProviderName::parse("Pigeon Post").unwrap();
        let parts = IntegrationParts {
            provider: ProviderId::uncatalogued(),
            uncatalogued: Some(Uncatalogued { name, channel: ChannelKind::Email }),
            ..an_integration().parts().clone()
        };
        let integration = Integration::from_parts(parts);
        assert_eq!(knowing_slack().name_of("shop", &integration), "Pigeon Post");
    }
}
