//! A database with what the tests put into it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    AccountId, Actor, ApiKey, ApiKeyId, ApiKeyName, Changes, ChannelId, Clock, EntityKind, Environment,
    EnvironmentId, EnvironmentName, Event, EventId, EventType, Grant, IdGenerator, Integration,
    IntegrationDraft, IntegrationEdit, IntegrationFilter, IntegrationId, IntegrationName,
    IntegrationPosition, IntegrationRepository, KeyHash, KeyId, KeyKind, Manifest, ManifestUrl, Organisation,
    OrganisationDirectory, OrganisationId, OrganisationName, Page, PageRequest, Permission, ProviderId,
    RepositoryError, Scope, Sealed, Setting, SettingId, SettingLabel, SettingParts, SettingRepository,
    SettingText, SettingValue, SettingWrite, UniqueRule, UnitOfWork, Version,
};
use patchbay_persistence::{
    Database, DatabaseOptions, DieselApiKeyRepository, DieselChannelConfigRepository,
    DieselEnvironmentRepository, DieselEventRepository, DieselIntegrationRepository, DieselKeyLookup,
    DieselManifestRepository, DieselOrganisationDirectory, DieselSealedStore, DieselSettingRepository,
    DieselUnitOfWork,
};
use serde_json::Map;
use uuid::Uuid;

use crate::support::{Backend, TestDatabase};

/// A migrated database, every port on it, and ids and times for what goes in.
pub struct Store {
    pub db: Database,
    pub organisations: DieselOrganisationDirectory,
    pub environments: DieselEnvironmentRepository,
    pub events: DieselEventRepository,
    pub integrations: DieselIntegrationRepository,
    pub manifests: DieselManifestRepository,
    pub settings: DieselSettingRepository,
    pub channels: DieselChannelConfigRepository,
    pub keys: DieselApiKeyRepository,
    pub lookup: DieselKeyLookup,
    pub sealed: DieselSealedStore,
    pub work: DieselUnitOfWork,
    pub ids: SequentialIds,
    pub clock: FixedClock,
    // Last: it is dropped after what uses it.
    pub place: TestDatabase,
}

/// An organisation and the scope of all of it.
pub struct Tenant {
    pub organisation: Organisation,
    pub scope: Scope,
}

pub fn connect(place: &TestDatabase) -> Database {
    let job_timeout = Duration::from_secs(60);
    Database::connect(&DatabaseOptions { url: place.url.as_str().into(), pool_size: 4, job_timeout }).unwrap()
}

impl Store {
    pub async fn open(backend: Backend) -> Self {
        let place = TestDatabase::new(backend);
        let db = connect(&place);
        db.migrate().await.unwrap();
        let clock = FixedClock::default();
        clock.advance(TimeDelta::microseconds(123_457));
        Self {
            organisations: DieselOrganisationDirectory::new(db.clone()),
            environments: DieselEnvironmentRepository::new(db.clone()),
            events: DieselEventRepository::new(db.clone()),
            integrations: DieselIntegrationRepository::new(db.clone()),
            manifests: DieselManifestRepository::new(db.clone()),
            settings: DieselSettingRepository::new(db.clone()),
            channels: DieselChannelConfigRepository::new(db.clone()),
            keys: DieselApiKeyRepository::new(db.clone()),
            lookup: DieselKeyLookup::new(db.clone()),
            sealed: DieselSealedStore::new(db.clone()),
            work: DieselUnitOfWork::new(db.clone()),
            ids: SequentialIds::default(),
            clock,
            db,
            place,
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub async fn tenant(&self) -> Tenant {
        let organisation = self.new_organisation();
        let environment = self.default_environment(&organisation);
        let event = self.event(organisation.id, EventType::OrganisationCreated);
        self.organisations.create(&organisation, &environment, event).await.unwrap();
        let scope = Scope::new(organisation.id, None);
        Tenant { organisation, scope }
    }

    pub fn new_organisation(&self) -> Organisation {
        Organisation {
            id: OrganisationId::from_uuid(self.ids.uuid()),
            name: OrganisationName::parse("Acme").unwrap(),
            default_environment: EnvironmentId::from_uuid(self.ids.uuid()),
            created_at: self.now(),
        }
    }

    pub fn default_environment(&self, organisation: &Organisation) -> Environment {
        Environment {
            id: organisation.default_environment,
            organisation_id: organisation.id,
            name: EnvironmentName::default_environment(),
            created_at: self.now(),
        }
    }

    pub fn event(&self, organisation_id: OrganisationId, event_type: EventType) -> Event {
        Event {
            id: EventId::from_uuid(self.ids.uuid()),
            organisation_id,
            environment_id: None,
            actor: Actor::Operator,
            event_type,
            entity: EntityKind::Organisation,
            entity_id: Uuid::nil(),
            digest: Map::new(),
            at: self.now(),
        }
    }

    /// One more environment of the tenant, stored.
    pub async fn environment(&self, tenant: &Tenant) -> Environment {
        let environment = Environment {
            id: EnvironmentId::from_uuid(self.ids.uuid()),
            organisation_id: tenant.organisation.id,
            name: EnvironmentName::parse("test").unwrap(),
            created_at: self.now(),
        };
        self.work.commit(&tenant.scope, Changes::new().environment(&environment)).await.unwrap();
        environment
    }

    /// A new integration in the tenant's default environment, not stored.
    pub fn integration(&self, tenant: &Tenant, name: &str) -> Integration {
        self.integration_in(tenant, tenant.organisation.default_environment, name)
    }

    pub fn integration_in(&self, tenant: &Tenant, environment: EnvironmentId, name: &str) -> Integration {
        let id = IntegrationId::from_uuid(self.ids.uuid());
        Integration::create(id, tenant.organisation.id, environment, draft(name), self.now())
    }

    /// A new integration, stored.
    pub async fn stored(&self, tenant: &Tenant, name: &str) -> Integration {
        let integration = self.integration(tenant, name);
        self.work.commit(&tenant.scope, Changes::new().insert(&integration)).await.unwrap();
        integration
    }

    pub async fn update(
        &self,
        scope: &Scope,
        before: &Integration,
        after: &Integration,
    ) -> Result<(), RepositoryError> {
        self.work.commit(scope, Changes::new().update(before, after)).await
    }

    /// A new setting of an integration as a whole, plain and not stored.
    pub fn setting(&self, of: &Integration, label: &str, value: &str) -> Setting {
        Setting::create(SettingParts {
            id: SettingId::from_uuid(self.ids.uuid()),
            organisation_id: of.parts().organisation_id,
            environment_id: of.parts().environment_id,
            integration_id: of.id(),
            channel: None,
            label: SettingLabel::parse(label).unwrap(),
            value: plain(value),
            version: Version::FIRST,
            created_at: self.now(),
            updated_at: self.now(),
        })
    }

    pub async fn write(&self, scope: &Scope, write: SettingWrite) -> Result<(), RepositoryError> {
        self.work.commit(scope, Changes::new().setting(write)).await
    }

    /// A new setting, stored.
    pub async fn stored_setting(&self, tenant: &Tenant, of: &Integration, label: &str) -> Setting {
        let setting = self.setting(of, label, "a value");
        self.write(&tenant.scope, SettingWrite::Insert(setting.clone())).await.unwrap();
        setting
    }

    /// The labels of an integration as a whole, oldest first.
    pub async fn labels(&self, scope: &Scope, of: &Integration) -> Vec<String> {
        let listed = self.settings.list(scope, of.id()).await.unwrap();
        listed.iter().map(|setting| setting.label().as_str().to_owned()).collect()
    }

    pub fn key(&self, tenant: &Tenant, environment_id: Option<EnvironmentId>, digest: u8) -> ApiKey {
        ApiKey {
            id: ApiKeyId::from_uuid(self.ids.uuid()),
            organisation_id: tenant.organisation.id,
            environment_id,
            name: ApiKeyName::parse("a key").unwrap(),
            kind: KeyKind::Generic,
            prefix: "ck_0123abcd".to_owned(),
            hash: KeyHash::from_bytes([digest; 32]),
            permissions: [Permission::IntegrationsRead].into_iter().collect(),
            requests_per_minute: None,
            expires_at: None,
            created_at: self.now(),
            last_used_at: None,
            revoked_at: None,
        }
    }

    pub async fn page(
        &self,
        scope: &Scope,
        after: Option<IntegrationPosition>,
        limit: u32,
    ) -> Page<Integration, IntegrationPosition> {
        self.integrations
            .list(scope, &IntegrationFilter::default(), PageRequest { after, limit })
            .await
            .unwrap()
    }

    /// The names on the first page.
    pub async fn names(&self, scope: &Scope) -> Vec<String> {
        let page = self.page(scope, None, 1000).await;
        page.items.iter().map(|one| one.name().as_str().to_owned()).collect()
    }
}

pub fn sealed(key: &str, envelope: &[u8]) -> Sealed {
    Sealed::new(KeyId::parse(key).unwrap(), envelope)
}

pub fn a_grant(account: &str) -> Grant {
    let at = DateTime::UNIX_EPOCH + TimeDelta::microseconds(7);
    Grant {
        tokens: sealed("k1", b"sealed tokens"),
        account: Some(AccountId::parse(account).unwrap()),
        scopes: vec!["chat:write".to_owned(), "incoming-webhook".to_owned()],
        expires_at: Some(at + TimeDelta::hours(12)),
        granted_by: Actor::Key(ApiKeyId::from_uuid(Uuid::from_u128(7))),
        granted_at: at,
    }
}

pub fn plain(text: &str) -> SettingValue {
    SettingValue::Plain(SettingText::parse(text).unwrap())
}

/// The next version of a setting, under another label.
pub fn relabelled(before: &Setting, label: &str) -> Setting {
    let label = SettingLabel::parse(label).unwrap();
    before.changed(label, before.value().clone(), before.parts().updated_at).unwrap()
}

/// The next version of a setting, with another value.
pub fn revalued(before: &Setting, value: SettingValue) -> Setting {
    before.changed(before.label().clone(), value, before.parts().updated_at).unwrap()
}

/// The same setting for one channel.
pub fn in_channel(setting: &Setting, channel: &str) -> Setting {
    let channel = Some(ChannelId::parse(channel).unwrap());
    Setting::from_parts(SettingParts { channel, ..setting.parts().clone() })
}

pub fn draft(name: &str) -> IntegrationDraft {
    IntegrationDraft {
        manifest: Some(Manifest {
            url: ManifestUrl::parse("https://shop.example/app.json").unwrap(),
            app: None,
        }),
        credentials: Some(sealed("k1", b"sealed secret")),
        unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
        ..IntegrationDraft::new(ProviderId::json_manifest(), IntegrationName::parse(name).unwrap())
    }
}

/// The next version, with another name.
pub fn renamed(before: &Integration, name: &str) -> Integration {
    let name = Some(IntegrationName::parse(name).unwrap());
    before.edited(IntegrationEdit { name, ..Default::default() }, before.parts().updated_at).unwrap()
}

/// The next version, in another environment.
pub fn moved(before: &Integration, to: EnvironmentId) -> Integration {
    let environment = Some(to);
    before.edited(IntegrationEdit { environment, ..Default::default() }, before.parts().updated_at).unwrap()
}

/// The next version, deleted.
pub fn deleted(before: &Integration) -> Integration {
    before.deleted(Actor::Operator, before.parts().updated_at)
}
