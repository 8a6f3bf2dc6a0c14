//! Adding an integration.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, Credentials, EventType, IdGenerator, Integration, IntegrationDraft, IntegrationId,
    IntegrationKind, IntegrationName, Manifest, ManifestUrl, Origin, Permission, ProviderId, SecretPlace,
    Status, UniqueRules, UnitOfWork, Vault,
};

use crate::record::{Recorder, made};
use crate::{AppError, Caller, Disclosed, Reveal};

/// What a caller chooses of a new integration.
#[derive(Debug)]
pub struct NewIntegration {
    /// What it connects to.
    pub provider: ProviderId,
    /// What it is called.
    pub name: IntegrationName,
    /// What it is for.
    pub kind: IntegrationKind,
    /// Where its manifest is, when it has one.
    pub manifest_url: Option<ManifestUrl>,
    /// Its secrets.
    pub credentials: Credentials,
    /// The rules of uniqueness of the API that it is made through.
    pub unique_rules: UniqueRules,
}

/// Adds an integration to the caller's environment.
pub struct CreateIntegration {
    /// Saves it.
    pub work: Arc<dyn UnitOfWork>,
    /// Seals its secrets.
    pub vault: Arc<dyn Vault>,
    /// Dates it.
    pub clock: Arc<dyn Clock>,
    /// Names it.
    pub ids: Arc<dyn IdGenerator>,
}

impl CreateIntegration {
    /// Adds the integration and shows it.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::Conflict`] when another integration holds the same under a rule.
    pub async fn run(
        &self,
        caller: &Caller,
        new: NewIntegration,
        reveal: Reveal,
    ) -> Result<Disclosed, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let id = IntegrationId::from_uuid(self.ids.uuid());
        let sealed =
            new.credentials.seal(&*self.vault, &SecretPlace::credentials(caller.organisation(), id))?;
        let draft = IntegrationDraft {
            provider: new.provider,
            name: new.name,
            kind: new.kind,
            origin: Origin::Plain,
            status: Status::Active,
            manifest: new.manifest_url.map(|url| Manifest { url, app: None }),
            credentials: sealed,
            unique_rules: new.unique_rules,
        };
        let now = self.clock.now();
        let integration = Integration::create(id, caller.organisation(), caller.home(), draft, now);
        let secrets = reveal.show(caller, new.credentials);

        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let created =
            recorder.integration(EventType::IntegrationCreated, &integration, made(integration.facts()));
        let changes = Changes::new().insert(&integration).event(created);
        self.work.commit(caller.scope(), secrets.recorded(changes, &recorder, &integration)).await?;
        Ok(Disclosed { integration, secrets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, a_name, a_url, caller};
    use crate::{Conflict, Shown};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        CredentialName, IntegrationWrite, MockUnitOfWork, MockVault, RepositoryError, Taken, UniqueKey,
        UniqueRule,
    };

    fn new_integration(credentials: Credentials) -> NewIntegration {
        NewIntegration {
            provider: ProviderId::json_manifest(),
            name: a_name("Shop"),
            kind: IntegrationKind::parse("").unwrap(),
            manifest_url: Some(a_url("https://shop.example")),
            credentials,
            unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
        }
    }

    fn a_secret() -> Credentials {
        Credentials::single(CredentialName::auth_credential(), "planted-secret".into())
    }

    fn run(
        work: MockUnitOfWork,
        vault: MockVault,
        caller: &Caller,
        new: NewIntegration,
    ) -> Result<Disclosed, AppError> {
        let create = CreateIntegration {
            work: Arc::new(work),
            vault: Arc::new(vault),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        block_on(create.run(caller, new, Reveal::Echo))
    }

    #[test]
    fn a_caller_without_the_permission_changes_nothing() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().never();
        let reader = caller(&[Permission::IntegrationsRead]);
        let outcome = run(work, MockVault::new(), &reader, new_integration(a_secret()));
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
    }

    #[test]
    fn the_integration_its_key_and_its_events_are_one_commit() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            let [IntegrationWrite::Insert { integration, claimed }] = &changes.integrations[..] else {
                panic!("{changes:?}")
            };
            assert_eq!(claimed, &integration.unique_keys());
            assert!(integration.credentials().is_some());
            let types: Vec<_> = changes.events.iter().map(|event| event.event_type).collect();
            assert_eq!(types, [EventType::IntegrationCreated, EventType::CredentialRevealed]);
            assert!(!format!("{changes:?}").contains("planted-secret"));
            Ok(())
        });
        let writer = caller(&[Permission::IntegrationsWrite]);
        let made = run(work, testing::vault(), &writer, new_integration(a_secret())).unwrap();
        assert!(matches!(made.secrets, Shown::Full(_)), "the caller sent it and sees it again");
    }

    #[test]
    fn without_a_secret_nothing_is_sealed_and_no_revealing_recorded() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            assert_eq!(changes.events.len(), 1);
            Ok(())
        });
        let writer = caller(&[Permission::IntegrationsWrite]);
        let made = run(work, MockVault::new(), &writer, new_integration(Credentials::default())).unwrap();
        assert_eq!(made.integration.credentials(), None);
    }

    #[test]
    fn a_taken_key_is_a_conflict_that_names_the_rule() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().returning(|_, _| {
            let key = UniqueKey { rule: UniqueRule::NameAndManifest, value: String::new() };
            Err(RepositoryError::Duplicate(Taken::Key(key)))
        });
        let writer = caller(&[Permission::IntegrationsWrite]);
        let outcome = run(work, MockVault::new(), &writer, new_integration(Credentials::default()));
        let taken = Conflict::Taken(UniqueRule::NameAndManifest);
        assert!(matches!(outcome, Err(AppError::Conflict(conflict)) if conflict == taken), "{outcome:?}");
    }
}
