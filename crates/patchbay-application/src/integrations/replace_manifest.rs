//! Giving a custom integration another manifest.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, EventType, IdGenerator, Integration, IntegrationEdit, IntegrationId,
    IntegrationRepository, ManifestFetcher, ManifestUrl, Origin, Permission, SettingRepository, UnitOfWork,
    Vault,
};

use super::described::Described;
use crate::record::{Recorder, difference};
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller, Entity, Expected, UnusableManifest};

/// Gives an integration that was installed by its manifest alone another one, or reads the
/// present one anew.
pub struct ReplaceManifest {
    /// Finds the integration.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Says which settings it has.
    pub settings: Arc<dyn SettingRepository>,
    /// Reads the manifest.
    pub fetcher: Arc<dyn ManifestFetcher>,
    /// Saves.
    pub work: Arc<dyn UnitOfWork>,
    /// Seals settings that are secret.
    pub vault: Arc<dyn Vault>,
    /// Dates the change.
    pub clock: Arc<dyn Clock>,
    /// Names settings and the record.
    pub ids: Arc<dyn IdGenerator>,
}

impl ReplaceManifest {
    /// Reads the manifest, once and before anything is written, and puts it in the place of
    /// the present one. Settings keep their values, also those that it does not know; those
    /// that are new begin with the value that it names. The name stays, and so does the
    /// status.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::NotFound`] when the caller sees no such custom integration,
    /// [`AppError::PreconditionFailed`] when it is at another version than expected,
    /// [`AppError::Manifest`] when there is no manifest to install an app by,
    /// [`AppError::Conflict`] when another integration holds the same under a rule.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        url: ManifestUrl,
        expected: &Expected,
    ) -> Result<(), AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        // Nothing is asked of a third party for an integration that is not there, or not as it
        // is meant.
        expected.require(&self.custom(caller, id).await?)?;
        let document = self.fetcher.fetch(&url).await.map_err(UnusableManifest::from)?;
        document.check_installable().map_err(UnusableManifest::from)?;
        let described = Described { url, document: Some(document) };
        until_current(|| self.attempt(caller, id, &described, expected)).await
    }

    async fn custom(&self, caller: &Caller, id: IntegrationId) -> Result<Integration, AppError> {
        let found = self.integrations.find(caller.scope(), id).await?;
        let custom = found.filter(|integration| integration.parts().origin == Origin::Custom);
        custom.ok_or(AppError::NotFound(Entity::Integration))
    }

    async fn attempt(
        &self,
        caller: &Caller,
        id: IntegrationId,
        described: &Described,
        expected: &Expected,
    ) -> Result<(), Attempt> {
        let before = self.custom(caller, id).await?;
        expected.require(&before)?;
        let present = self.settings.list(caller.scope(), id).await?;
        let edit = IntegrationEdit {
            manifest: Some(described.manifest()),
            kind: described.kind_beside(&before.parts().kind),
            ..IntegrationEdit::default()
        };
        let now = self.clock.now();
        // The document may differ where the integration does not.
        let after = before.next(edit, now);
        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let digest = difference(&before.summary(), &after.summary());
        let updated = recorder.integration(EventType::IntegrationUpdated, &after, digest);
        let changes = Changes::new().update(&before, &after).event(updated);
        let changes = described.kept(changes, &after, &present, &*self.vault, &recorder)?;
        self.work.commit(caller.scope(), changes).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::a_setting;
    use crate::testing::{a_document, a_url, an_integration, caller, vault};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        FetchError, IntegrationParts, IntegrationWrite, MockIntegrationRepository, MockManifestFetcher,
        MockSettingRepository, MockUnitOfWork, RepositoryError, SettingWrite,
    };
    use serde_json::json;

    fn custom() -> Integration {
        Integration::from_parts(IntegrationParts {
            origin: Origin::Custom,
            ..an_integration().parts().clone()
        })
    }

    fn fetching() -> MockManifestFetcher {
        let mut fetcher = MockManifestFetcher::new();
        fetcher.expect_fetch().once().returning(|_| {
            Ok(a_document(json!({
                "descriptions": {"app_name": "Store"},
                "settings": [
                    {"label": "colour", "type": "text", "default": "blue"},
                    {"label": "size", "type": "number", "default": 5},
                ],
            })))
        });
        fetcher
    }

    fn replace(
        stored: Option<Integration>,
        fetcher: MockManifestFetcher,
        work: MockUnitOfWork,
        permission: Permission,
    ) -> Result<(), AppError> {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_find().returning(move |_, _| Ok(stored.clone()));
        let mut settings = MockSettingRepository::new();
        let present = vec![a_setting(1, "colour", "red"), a_setting(2, "dropped", "x")];
        settings.expect_list().returning(move |_, _| Ok(present.clone()));
        let replace = ReplaceManifest {
            integrations: Arc::new(integrations),
            settings: Arc::new(settings),
            fetcher: Arc::new(fetcher),
            work: Arc::new(work),
            vault: Arc::new(vault()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        let url = a_url("https://store.example/app.json");
        block_on(replace.run(&caller(&[permission]), an_integration().id(), url, &Expected::Any))
    }

    #[test]
    fn a_caller_without_the_permission_has_nothing_fetched() {
        let reader = Permission::IntegrationsRead;
        let outcome = replace(Some(custom()), MockManifestFetcher::new(), MockUnitOfWork::new(), reader);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
    }

    #[test]
    fn for_an_integration_that_is_not_custom_nothing_is_fetched() {
        for stored in [None, Some(an_integration())] {
            let (fetcher, work) = (MockManifestFetcher::new(), MockUnitOfWork::new());
            let outcome = replace(stored, fetcher, work, Permission::IntegrationsWrite);
            assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
        }
    }

    #[test]
    fn what_cannot_be_fetched_changes_nothing() {
        let mut fetcher = MockManifestFetcher::new();
        fetcher.expect_fetch().once().returning(|_| Err(FetchError::TimedOut));
        let outcome = replace(Some(custom()), fetcher, MockUnitOfWork::new(), Permission::IntegrationsWrite);
        assert!(matches!(outcome, Err(AppError::Manifest(_))), "{outcome:?}");
    }

    #[test]
    fn values_stay_and_new_settings_begin_with_theirs() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            let [IntegrationWrite::Update { integration, .. }] = &changes.integrations[..] else {
                panic!("{changes:?}")
            };
            let manifest = integration.manifest().unwrap();
            assert_eq!(manifest.url, a_url("https://store.example/app.json"));
            assert_eq!(manifest.app.as_ref().unwrap().name, "Store");
            assert_eq!(integration.name().as_str(), "Shop");
            assert!(changes.manifests[0].document.is_some());
            let [SettingWrite::Insert(new)] = &changes.settings[..] else { panic!("{changes:?}") };
            assert_eq!(new.label().as_str(), "size");
            Ok(())
        });
        replace(Some(custom()), fetching(), work, Permission::IntegrationsWrite).unwrap();
    }

    #[test]
    fn a_rival_has_it_decided_again_and_not_fetched_again() {
        let mut work = MockUnitOfWork::new();
        let mut rivals = 2;
        work.expect_commit().times(3).returning(move |_, _| {
            rivals -= 1;
            if rivals >= 0 { Err(RepositoryError::Stale) } else { Ok(()) }
        });
        replace(Some(custom()), fetching(), work, Permission::IntegrationsWrite).unwrap();
    }
}
