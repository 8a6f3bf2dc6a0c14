//! Listing integrations.

use std::sync::Arc;

use patchbay_domain::{
    Integration, IntegrationPosition, IntegrationRepository, Origin, PageRequest, Permission, UniqueKey,
};

use super::SystemApp;
use crate::{AppError, Caller};

/// Lists the integrations that a caller sees.
pub struct ListIntegrations {
    /// Reads them.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// What the installation offers to everyone.
    pub system_apps: Arc<[SystemApp]>,
}

/// How many integrations one read takes: a long list does not hold a database thread.
const BATCH: u32 = 500;

impl ListIntegrations {
    /// Every integration that the caller sees, of one origin or of all, oldest first, the
    /// apps that are offered and not connected among them. No secret is opened.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`].
    pub async fn run(&self, caller: &Caller, origin: Option<Origin>) -> Result<Vec<Integration>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        let mut listed = self.stored(caller, origin).await?;
        if origin.is_some_and(|origin| origin != Origin::System) {
            return Ok(listed);
        }
        let is_free = |app: &&SystemApp| !listed.iter().any(|stored| is_connected(app, stored, caller));
        let offered = self.system_apps.iter().filter(is_free).map(|app| app.offered_to(caller));
        let offered: Vec<_> = offered.collect();
        if !offered.is_empty() {
            listed.extend(offered);
            listed.sort_by_key(|integration| (integration.parts().created_at, integration.id()));
        }
        Ok(listed)
    }

    async fn stored(&self, caller: &Caller, origin: Option<Origin>) -> Result<Vec<Integration>, AppError> {
        let mut all = Vec::new();
        let mut after: Option<IntegrationPosition> = None;
        loop {
            let request = PageRequest { after, limit: BATCH };
            let page = self.integrations.list(caller.scope(), origin, request).await?;
            all.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }
}

/// Whether `stored` is what connecting the app made, or what keeps it from being connected: a
/// connection of its provider that is older than the offer.
fn is_connected(app: &SystemApp, stored: &Integration, caller: &Caller) -> bool {
    let is_connection = || {
        let key = UniqueKey::connection(caller.home(), &app.provider);
        stored.parts().provider == app.provider && stored.unique_keys().contains(&key)
    };
    stored.id() == app.id_for(caller) || is_connection()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_connection, a_name, a_url, an_integration, caller};
    use futures::executor::block_on;
    use patchbay_domain::{
        AppDescription, EnvironmentId, MockIntegrationRepository, Origin, Page, ProviderId, RepositoryError,
    };
    use uuid::Uuid;

    fn slack() -> SystemApp {
        SystemApp {
            name: a_name("Slack"),
            provider: ProviderId::parse("slack").unwrap(),
            manifest_url: a_url("https://apps.example/slack.json"),
            app: AppDescription { name: "Slack".into(), ..Default::default() },
        }
    }

    fn list(integrations: MockIntegrationRepository, system_apps: Vec<SystemApp>) -> ListIntegrations {
        ListIntegrations { integrations: Arc::new(integrations), system_apps: system_apps.into() }
    }

    #[test]
    fn a_caller_without_the_permission_sees_nothing() {
        let list = list(MockIntegrationRepository::new(), Vec::new());
        let outcome = block_on(list.run(&caller(&[Permission::IntegrationsWrite]), None));
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
    }

    #[test]
    fn a_long_list_is_read_in_batches_to_its_end() {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_list().times(2).returning(|_, _, page| {
            let item = an_integration();
            let next = page.after.is_none().then(|| IntegrationPosition::of(&item));
            Ok(Page { items: vec![item], next })
        });
        let listed =
            block_on(list(integrations, Vec::new()).run(&caller(&[Permission::IntegrationsRead]), None));
        assert_eq!(listed.unwrap().len(), 2);
    }

    #[test]
    fn an_offered_app_is_listed_first_until_it_is_connected() {
        let reader = caller(&[Permission::IntegrationsRead]);
        let mut integrations = MockIntegrationRepository::new();
        integrations
            .expect_list()
            .returning(|_, _, _| Ok(Page { items: vec![an_integration()], next: None }));
        let listed = block_on(list(integrations, vec![slack()]).run(&reader, None)).unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!((listed[0].id(), listed[0].parts().origin), (slack().id_for(&reader), Origin::System));

        let mut integrations = MockIntegrationRepository::new();
        let connected = slack().offered_to(&reader);
        integrations.expect_list().return_once(|_, _, _| Ok(Page { items: vec![connected], next: None }));
        let listed = block_on(list(integrations, vec![slack()]).run(&reader, None)).unwrap();
        assert_eq!(listed.len(), 1);
    }

    #[test]
    fn an_app_whose_provider_is_connected_already_is_not_offered() {
        let reader = caller(&[Permission::IntegrationsRead]);
        for (environment, listed) in [(reader.home(), 1), (EnvironmentId::from_uuid(Uuid::max()), 2)] {
            let mut parts = a_connection("xoxb-a-long-token").parts().clone();
            parts.environment_id = environment;
            let connection = Integration::from_parts(parts);
            let mut integrations = MockIntegrationRepository::new();
            integrations
                .expect_list()
                .return_once(|_, _, _| Ok(Page { items: vec![connection], next: None }));
            let found = block_on(list(integrations, vec![slack()]).run(&reader, None)).unwrap();
            assert_eq!(found.len(), listed, "{environment}");
        }
    }

    #[test]
    fn a_list_of_custom_integrations_offers_no_app() {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_list().return_once(|_, origin, _| {
            assert_eq!(origin, Some(Origin::Custom));
            Ok(Page { items: vec![an_integration()], next: None })
        });
        let reader = caller(&[Permission::IntegrationsRead]);
        let listed = block_on(list(integrations, vec![slack()]).run(&reader, Some(Origin::Custom)));
        assert_eq!(listed.unwrap().len(), 1);
    }

    #[test]
    fn a_list_that_breaks_off_is_an_error_not_a_shorter_list() {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_list().once().return_once(|_, _, _| {
            let item = an_integration();
            Ok(Page { next: Some(IntegrationPosition::of(&item)), items: vec![item] })
        });
        integrations.expect_list().return_once(|_, _, _| Err(RepositoryError::Busy));
        let outcome =
            block_on(list(integrations, Vec::new()).run(&caller(&[Permission::IntegrationsRead]), None));
        assert!(matches!(outcome, Err(AppError::Busy(_))), "{outcome:?}");
    }
}
