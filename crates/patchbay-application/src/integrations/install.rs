//! Installing an app by its manifest alone.

use patchbay_domain::{
    Credentials, Integration, IntegrationDraft, IntegrationName, ManifestUrl, Origin, Permission, ProviderId,
    UniqueRules,
};

use super::create::{CreateIntegration, Created, Made, NewIdentifier};
use super::described::Described;
use crate::idempotency::ReceiptFor;
use crate::{AppError, Caller, Fault, FaultReason, Reveal, UnusableManifest};

/// What a caller chooses of an app that is installed by its manifest alone.
#[derive(Clone, Debug)]
pub struct NewCustomIntegration {
    /// Where its manifest is.
    pub manifest_url: ManifestUrl,
    /// The rules of uniqueness of the API that it is installed through.
    pub unique_rules: UniqueRules,
}

/// Installs an app by its manifest alone: everything else is said there.
pub struct InstallCustom {
    /// Makes the integration.
    pub create: CreateIntegration,
}

impl InstallCustom {
    /// Reads the manifest and adds an integration of the app that it describes, with the
    /// values that its settings begin with. It is active unless the manifest says otherwise.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::Manifest`] when there is no manifest to install an app by,
    /// [`AppError::Conflict`] when another integration holds the same under a rule.
    pub async fn run(
        &self,
        caller: &Caller,
        new: NewCustomIntegration,
        receipt: &ReceiptFor<Integration>,
    ) -> Result<Integration, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let document = self.create.fetcher.fetch(&new.manifest_url).await.map_err(UnusableManifest::from)?;
        document.check_installable().map_err(UnusableManifest::from)?;
        let name = IntegrationName::parse(&document.app.name)
            .map_err(|why| AppError::Invalid(Fault::of_body(FaultReason::Text(why)).into()))?;
        let made = Made {
            environment: caller.home(),
            identifier: NewIdentifier::None,
            provider: self.create.providers.described(&ProviderId::json_manifest()),
            draft: IntegrationDraft {
                kind: document.kind.clone(),
                origin: Origin::Custom,
                unique_rules: new.unique_rules,
                ..IntegrationDraft::new(ProviderId::json_manifest(), name)
            },
            credentials: Credentials::default(),
            described: Some(Described { url: new.manifest_url, document: Some(document) }),
            verification: None,
        };
        let receipt = receipt.within(|created: &Created| &created.shown.integration);
        Ok(self.create.save(caller, made, Reveal::Never, &receipt).await?.shown.integration)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Conflict;
    use crate::testing::{self, a_document, a_url, caller};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        FetchError, IntegrationWrite, ManifestDocument, MockCredentialVerifier, MockEnvironmentRepository,
        MockManifestFetcher, MockRankingRepository, MockUnitOfWork, MockVault, NotInstallable,
        RepositoryError, Status, Taken, UniqueRule,
    };
    use serde_json::{Value, json};

    fn finding(source: Value) -> MockManifestFetcher {
        answering(move || Ok(a_document(source.clone())))
    }

    fn answering(
        answer: impl Fn() -> Result<ManifestDocument, FetchError> + Send + 'static,
    ) -> MockManifestFetcher {
        let mut fetcher = MockManifestFetcher::new();
        fetcher.expect_fetch().once().returning(move |_| answer());
        fetcher
    }

    fn install(
        fetcher: MockManifestFetcher,
        work: MockUnitOfWork,
        permission: Permission,
    ) -> Result<Integration, AppError> {
        let create = CreateIntegration {
            environments: Arc::new(MockEnvironmentRepository::new()),
            rankings: Arc::new(MockRankingRepository::new()),
            providers: Arc::new(testing::providers()),
            verifier: Arc::new(MockCredentialVerifier::new()),
            fetcher: Arc::new(fetcher),
            work: Arc::new(work),
            vault: Arc::new(MockVault::new()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        let new = NewCustomIntegration {
            manifest_url: a_url("https://shop.example/app.json"),
            unique_rules: [UniqueRule::CustomManifest].into_iter().collect(),
        };
        block_on(InstallCustom { create }.run(&caller(&[permission]), new, &ReceiptFor::none()))
    }

    #[test]
    fn a_caller_without_the_permission_has_nothing_fetched() {
        let reader = Permission::IntegrationsRead;
        let outcome = install(MockManifestFetcher::new(), MockUnitOfWork::new(), reader);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
    }

    #[test]
    fn the_manifest_says_everything_of_the_app() {
        let source = json!({
            "descriptions": {"app_name": "Banana"},
            "integration_type": "interval",
            "tick_url": "https://shop.example/tick",
            "is_active": false,
            "settings": [{"label": "interval", "type": "text", "default": "* * * * *"}],
        });
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            let [IntegrationWrite::Insert { claimed, .. }] = &changes.integrations[..] else {
                panic!("{changes:?}")
            };
            assert_eq!(claimed[0].rule, UniqueRule::CustomManifest);
            assert_eq!((changes.manifests.len(), changes.settings.len()), (1, 1));
            Ok(())
        });
        let made = install(finding(source), work, Permission::IntegrationsWrite).unwrap();
        let parts = made.parts();
        assert_eq!((parts.name.as_str(), parts.kind.as_str()), ("Banana", "interval"));
        assert_eq!((parts.origin, parts.status), (Origin::Custom, Status::Paused));
    }

    #[test]
    fn an_app_whose_manifest_says_nothing_of_it_is_active() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().returning(|_, _| Ok(()));
        let bare = json!({"descriptions": {"app_name": "Banana"}});
        let made = install(finding(bare), work, Permission::IntegrationsWrite).unwrap();
        assert_eq!(made.parts().status, Status::Active);
    }

    #[test]
    fn a_manifest_that_cannot_be_had_leaves_nothing_behind() {
        let failures: [fn() -> FetchError; 4] = [
            || FetchError::Refused("forbidden".into()),
            || FetchError::TimedOut,
            || FetchError::NotAUrl,
            || FetchError::Answered(302),
        ];
        for failure in failures {
            let fetcher = answering(move || Err(failure()));
            let outcome = install(fetcher, MockUnitOfWork::new(), Permission::IntegrationsWrite);
            assert!(matches!(outcome, Err(AppError::Manifest(UnusableManifest::Fetch(_)))), "{outcome:?}");
        }
    }

    #[test]
    fn a_manifest_that_does_not_say_enough_leaves_nothing_behind() {
        for (source, why) in [
            (json!({}), NotInstallable::NoName),
            (
                json!({"descriptions": {"app_name": "A"}, "integration_type": "output"}),
                NotInstallable::NoTargetUrl,
            ),
        ] {
            let outcome = install(finding(source), MockUnitOfWork::new(), Permission::IntegrationsWrite);
            let expected =
                matches!(&outcome, Err(AppError::Manifest(UnusableManifest::Content(seen))) if *seen == why);
            assert!(expected, "{outcome:?}");
        }
    }

    #[test]
    fn an_app_that_is_there_already_is_a_conflict_and_fetched_once() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            let [IntegrationWrite::Insert { claimed, .. }] = &changes.integrations[..] else {
                panic!("{changes:?}")
            };
            Err(RepositoryError::Duplicate(Taken::Key(claimed[0].clone())))
        });
        let found = finding(json!({"descriptions": {"app_name": "A"}}));
        let outcome = install(found, work, Permission::IntegrationsWrite);
        let taken = Conflict::Taken(UniqueRule::CustomManifest);
        assert!(matches!(outcome, Err(AppError::Conflict(conflict)) if conflict == taken), "{outcome:?}");
    }
}
