//! What the APIs say of providers.

use std::sync::Arc;

use patchbay_domain::{Permission, Provider, ProviderDirectory, ProviderId};

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
    /// Whether `provider` is the one that is called so, offered there or not.
    pub(crate) fn is_of(&self, directory: &dyn ProviderDirectory, provider: &ProviderId) -> bool {
        directory.described(provider).name_on(self.dialect).unwrap_or(provider.as_str()) == self.name
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

    /// What a dialect calls a provider; one that it has no name for by its own.
    #[must_use]
    pub fn name_on(&self, dialect: &str, id: &ProviderId) -> String {
        let provider = self.directory.get(id);
        let name = provider.as_ref().and_then(|provider| provider.name_on(dialect));
        name.unwrap_or(id.as_str()).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::caller;
    use patchbay_domain::{MockProviderDirectory, Offer};

    fn knowing_slack() -> Providers {
        let offer = Offer { dialect: "shop".to_owned(), name: "Slack!".to_owned(), position: None };
        let slack = Arc::new(Provider { offers: vec![offer], ..Provider::unknown(ProviderId::slack()) });
        let mut directory = MockProviderDirectory::new();
        let known = slack.clone();
        directory.expect_get().returning(move |id| (*id == known.id).then(|| known.clone()));
        directory.expect_described().returning(move |_| slack.clone());
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
        let providers = knowing_slack();
        assert_eq!(providers.name_on("shop", &ProviderId::slack()), "Slack!");
        assert_eq!(providers.name_on("other", &ProviderId::slack()), "slack");
        let is_slack = |dialect, name: &str| {
            let named = ProviderNamed { dialect, name: name.to_owned() };
            named.is_of(&*providers.directory, &ProviderId::slack())
        };
        assert!(is_slack("shop", "Slack!") && is_slack("other", "slack"));
        assert!(!is_slack("shop", "slack") && !is_slack("other", "Slack!"));
        assert_eq!(providers.name_on("shop", &ProviderId::json_manifest()), "json_manifest");
    }
}
