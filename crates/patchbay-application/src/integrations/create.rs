//! Adding an integration.

use std::sync::Arc;

use patchbay_domain::{
    AgentId, Changes, Clock, Configured, Credentials, EventType, IdGenerator, Integration, IntegrationDraft,
    IntegrationId, IntegrationKind, IntegrationName, ManifestDocument, ManifestFetcher, ManifestUrl,
    Permission, ProviderDirectory, ProviderId, SecretPlace, SentConfiguration, Status, UniqueRules,
    UnitOfWork, Vault, Visibility,
};

use super::described::Described;

use crate::idempotency::ReceiptFor;
use crate::record::{Recorder, made};
use crate::{AppError, Caller, Disclosed, Reveal};

/// What a caller chooses of a new integration.
#[derive(Debug)]
pub struct NewIntegration {
    /// What it connects to.
    pub provider: ProviderId,
    /// What it is called.
    pub name: IntegrationName,
    /// What it is for; where nothing is said, its manifest may say it.
    pub kind: IntegrationKind,
    /// Whether it is in use at once; its manifest may say otherwise.
    pub status: Status,
    /// Whom it is for.
    pub visibility: Visibility,
    /// The agent that it is linked to.
    pub agent: Option<AgentId>,
    /// What it is configured with, secrets and all.
    pub configuration: SentConfiguration,
    /// Where its manifest is, when it has one. What is no http(s) URL is not fetched.
    pub manifest_url: Option<ManifestUrl>,
    /// Its secrets beside those of the configuration.
    pub credentials: Credentials,
    /// The rules of uniqueness of the API that it is made through.
    pub unique_rules: UniqueRules,
}

impl NewIntegration {
    /// A connection to `provider` of which nothing else is said: in use, private, without
    /// configuration, secrets or rules.
    #[must_use]
    pub fn new(provider: ProviderId, name: IntegrationName) -> Self {
        Self {
            provider,
            name,
            kind: IntegrationKind::none(),
            status: Status::Active,
            visibility: Visibility::Private,
            agent: None,
            configuration: SentConfiguration::default(),
            manifest_url: None,
            credentials: Credentials::default(),
            unique_rules: UniqueRules::default(),
        }
    }
}

/// An integration that was just made.
#[derive(Debug)]
pub struct Created {
    /// The integration, and its secrets as the caller may see them.
    pub shown: Disclosed,
    /// What was read at its manifest's address, if anything.
    pub document: Option<ManifestDocument>,
}

/// Adds an integration to the caller's environment.
#[derive(Clone)]
pub struct CreateIntegration {
    /// Knows what it connects to.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Reads its manifest.
    pub fetcher: Arc<dyn ManifestFetcher>,
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
    /// Adds the integration and shows it. Its manifest is read where that is possible, and
    /// then says whether it is active, what its app is called and what can be set, with
    /// values to begin with.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::Configuration`] when it cannot be configured so,
    /// [`AppError::Conflict`] when another integration holds the same under a rule.
    pub async fn run(
        &self,
        caller: &Caller,
        new: NewIntegration,
        reveal: Reveal,
        receipt: &ReceiptFor<Created>,
    ) -> Result<Created, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let provider = self.providers.described(&new.provider);
        let configured = Configured::of(new.configuration, &provider)?;
        let described = match new.manifest_url {
            Some(url) => Some(Described::if_possible(&*self.fetcher, url).await),
            None => None,
        };
        let draft = IntegrationDraft {
            kind: new.kind,
            status: new.status,
            visibility: new.visibility,
            agent: new.agent,
            configuration: configured.configuration,
            unique_rules: new.unique_rules,
            ..IntegrationDraft::new(new.provider, new.name)
        };
        let mut credentials = configured.credentials;
        credentials.extend(new.credentials);
        self.save(caller, Made { draft, credentials, described }, reveal, receipt).await
    }

    /// Saves what is made of an integration, once all is known.
    pub(super) async fn save(
        &self,
        caller: &Caller,
        made_of: Made,
        reveal: Reveal,
        receipt: &ReceiptFor<Created>,
    ) -> Result<Created, AppError> {
        let Made { draft, credentials, described } = made_of;
        let id = IntegrationId::from_uuid(self.ids.uuid());
        let place = SecretPlace::credentials(caller.organisation(), id);
        let document = described.as_ref().and_then(|described| described.document.as_ref());
        let draft = IntegrationDraft {
            kind: described
                .as_ref()
                .and_then(|described| described.kind_beside(&draft.kind))
                .unwrap_or(draft.kind),
            status: document.and_then(|document| document.is_active).map_or(draft.status, Status::of_switch),
            manifest: described.as_ref().map(Described::manifest),
            credentials: credentials.seal(&*self.vault, &place)?,
            ..draft
        };
        let now = self.clock.now();
        let integration = Integration::create(id, caller.organisation(), caller.home(), draft, now);
        let secrets = reveal.show(caller, credentials);

        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let created =
            recorder.integration(EventType::IntegrationCreated, &integration, made(integration.summary()));
        let mut changes = Changes::new().insert(&integration).event(created);
        if let Some(described) = described.as_ref().filter(|described| described.document.is_some()) {
            changes = described.kept(changes, &integration, &[], &*self.vault, &recorder)?;
        }
        let changes = secrets.recorded(changes, &recorder, &integration);
        let document = described.and_then(|described| described.document);
        let created = Created { shown: Disclosed { integration, secrets }, document };
        let changes = receipt.keep(changes, &created, id, &*self.vault)?;
        self.work.commit(caller.scope(), changes).await?;
        Ok(created)
    }
}

/// What an integration is made of, once all is known.
pub(super) struct Made {
    pub draft: IntegrationDraft,
    pub credentials: Credentials,
    pub described: Option<Described>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, a_document, a_name, a_url, caller};
    use crate::{Conflict, Shown};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        CredentialName, FetchError, IntegrationWrite, MockManifestFetcher, MockUnitOfWork, MockVault,
        RepositoryError, SettingValue, SettingWrite, Taken, UniqueKey, UniqueRule,
    };
    use serde_json::json;

    fn new_integration(credentials: Credentials) -> NewIntegration {
        NewIntegration {
            manifest_url: Some(a_url("https://shop.example")),
            credentials,
            unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
            ..NewIntegration::new(ProviderId::json_manifest(), a_name("Shop"))
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
    ) -> Result<Created, AppError> {
        let mut fetcher = MockManifestFetcher::new();
        fetcher.expect_fetch().returning(|_| Err(FetchError::TimedOut));
        run_fetching(fetcher, work, vault, caller, new)
    }

    fn run_fetching(
        fetcher: MockManifestFetcher,
        work: MockUnitOfWork,
        vault: MockVault,
        caller: &Caller,
        new: NewIntegration,
    ) -> Result<Created, AppError> {
        let create = CreateIntegration {
            providers: Arc::new(testing::providers()),
            fetcher: Arc::new(fetcher),
            work: Arc::new(work),
            vault: Arc::new(vault),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        block_on(create.run(caller, new, Reveal::Echo, &ReceiptFor::none()))
    }

    #[test]
    fn a_caller_without_the_permission_changes_nothing() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().never();
        let reader = caller(&[Permission::IntegrationsRead]);
        // Nor is anything fetched: the mock expects no call.
        let fetcher = MockManifestFetcher::new();
        let outcome = run_fetching(fetcher, work, MockVault::new(), &reader, new_integration(a_secret()));
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
            assert_eq!((changes.manifests.len(), changes.settings.len()), (0, 0));
            assert!(integration.credentials().is_some());
            let types: Vec<_> = changes.events.iter().map(|event| event.event_type).collect();
            assert_eq!(types, [EventType::IntegrationCreated, EventType::CredentialRevealed]);
            assert!(!format!("{changes:?}").contains("planted-secret"));
            Ok(())
        });
        let writer = caller(&[Permission::IntegrationsWrite]);
        let made = run(work, testing::vault(), &writer, new_integration(a_secret())).unwrap();
        assert!(matches!(made.shown.secrets, Shown::Full(_)), "the caller sent it and sees it again");
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
        assert_eq!(made.shown.integration.credentials(), None);
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

    #[test]
    fn a_manifest_that_can_be_read_describes_the_integration_in_the_same_commit() {
        let mut fetcher = MockManifestFetcher::new();
        fetcher.expect_fetch().once().returning(|_| {
            Ok(a_document(json!({
                "descriptions": {"app_name": "The Shop"},
                "integration_type": "output",
                "is_active": false,
                "settings": [
                    {"label": "colour", "type": "text", "default": "red"},
                    {"label": "API key", "type": "text", "default": "planted-secret"},
                    {"label": "no value to begin with", "type": "text"},
                ],
            })))
        });
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            let [IntegrationWrite::Insert { integration, .. }] = &changes.integrations[..] else {
                panic!("{changes:?}")
            };
            let parts = integration.parts();
            assert_eq!(
                (parts.kind.as_str(), parts.status, parts.name.as_str()),
                ("output", Status::Paused, "Shop")
            );
            assert_eq!(integration.manifest().unwrap().app.as_ref().unwrap().name, "The Shop");
            assert_eq!(changes.manifests[0].integration, integration.id());
            let [SettingWrite::Insert(colour), SettingWrite::Insert(key)] = &changes.settings[..] else {
                panic!("{changes:?}")
            };
            assert!(matches!(colour.value(), SettingValue::Plain(text) if text.as_str() == "red"));
            assert!(matches!(key.value(), SettingValue::Secret(_)), "{key:?}");
            let types: Vec<_> = changes.events.iter().map(|event| event.event_type).collect();
            let expected =
                [EventType::IntegrationCreated, EventType::SettingChanged, EventType::SettingChanged];
            assert_eq!(types, expected);
            assert!(!format!("{:?}", changes.events).contains("planted-secret"));
            Ok(())
        });
        let writer = caller(&[Permission::IntegrationsWrite]);
        let new = new_integration(Credentials::default());
        let made = run_fetching(fetcher, work, testing::vault(), &writer, new).unwrap();
        assert_eq!(made.document.unwrap().settings.len(), 3);
    }

    #[test]
    fn what_the_caller_says_the_integration_is_for_wins_over_the_manifest() {
        let mut fetcher = MockManifestFetcher::new();
        fetcher.expect_fetch().returning(|_| Ok(a_document(json!({"integration_type": "output"}))));
        let mut work = MockUnitOfWork::new();
        work.expect_commit().returning(|_, _| Ok(()));
        let writer = caller(&[Permission::IntegrationsWrite]);
        let kind = IntegrationKind::parse("filter").unwrap();
        let new = NewIntegration { kind: kind.clone(), ..new_integration(Credentials::default()) };
        let made = run_fetching(fetcher, work, MockVault::new(), &writer, new).unwrap();
        assert_eq!(made.shown.integration.parts().kind, kind);
    }

    #[test]
    fn what_is_secret_of_a_configuration_is_sealed_and_the_rest_kept_in_order() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            let [IntegrationWrite::Insert { integration, .. }] = &changes.integrations[..] else {
                panic!("{changes:?}")
            };
            let shown = json!(integration.parts().configuration.members());
            assert_eq!(shown.to_string(), r#"{"z":1,"headers":{},"a":2}"#);
            assert!(!format!("{changes:?}").contains("planted"), "{changes:?}");
            Ok(())
        });
        let sent = json!({"z": 1, "token": "planted", "headers": {"Cookie": "planted"}, "a": 2});
        let configuration = SentConfiguration::new(sent.as_object().unwrap().clone()).unwrap();
        let new = NewIntegration {
            configuration,
            status: Status::Paused,
            manifest_url: None,
            ..new_integration(a_secret())
        };
        let writer = caller(&[Permission::IntegrationsWrite]);
        let made = run(work, testing::vault(), &writer, new).unwrap();
        assert_eq!(made.shown.integration.parts().status, Status::Paused);
        let Shown::Full(secrets) = made.shown.secrets else { panic!("the caller has just sent them") };
        let names: Vec<_> = secrets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["token", "headers.Cookie", "auth_credential"]);
    }

    #[test]
    fn what_cannot_be_configured_changes_nothing() {
        let sent = json!({"base_url": "https://user:planted@host.example"});
        let configuration = SentConfiguration::new(sent.as_object().unwrap().clone()).unwrap();
        let new = NewIntegration { configuration, ..new_integration(a_secret()) };
        let writer = caller(&[Permission::IntegrationsWrite]);
        // No mock expects a call: nothing is fetched, sealed or saved.
        let outcome =
            run_fetching(MockManifestFetcher::new(), MockUnitOfWork::new(), MockVault::new(), &writer, new);
        let why = outcome.unwrap_err();
        assert!(matches!(&why, AppError::Configuration(_)) && !why.to_string().contains("planted"), "{why}");
    }

    #[test]
    fn without_an_address_nothing_is_fetched() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, _| Ok(()));
        let writer = caller(&[Permission::IntegrationsWrite]);
        let new = NewIntegration { manifest_url: None, ..new_integration(Credentials::default()) };
        run_fetching(MockManifestFetcher::new(), work, MockVault::new(), &writer, new).unwrap();
    }
}
