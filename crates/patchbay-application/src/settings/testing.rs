//! Settings and their ports for the unit tests.

use std::sync::Arc;

use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    ChannelConfig, ChannelId, Event, ManifestDocument, MockChannelConfigRepository,
    MockIntegrationRepository, MockManifestRepository, MockSettingRepository, MockUnitOfWork,
    RepositoryError, SecretPlace, Setting, SettingId, SettingLabel, SettingParts, SettingText, SettingValue,
    SettingWrite, Vault, Version,
};
use uuid::Uuid;

use super::{SettingAccess, SettingTarget};
use crate::testing::{a_described_integration, an_integration, an_organisation, at, vault};

/// The settings of the integration that all tests share.
pub fn target() -> SettingTarget {
    SettingTarget::of(an_integration().id())
}

/// The settings of that integration for one channel.
pub fn a_channel() -> SettingTarget {
    SettingTarget { channel: Some(ChannelId::parse("general").unwrap()), ..target() }
}

/// A stored secret that was moved under a label which does not say that it is one.
pub fn a_setting_sealed_as(id: u128, label: &str, secret: &str) -> Setting {
    let sealed = a_setting(id, "token", secret);
    let value = sealed.value().clone();
    Setting::from_parts(SettingParts {
        label: SettingLabel::parse(label).unwrap(),
        value,
        ..sealed.parts().clone()
    })
}

/// A stored setting; under a secret label its value is sealed by the tests' vault.
pub fn a_setting(id: u128, label: &str, value: &str) -> Setting {
    let id = SettingId::from_uuid(Uuid::from_u128(id));
    let label = SettingLabel::parse(label).unwrap();
    let value = if label.is_secret() {
        let place = SecretPlace::setting(an_organisation().id, id);
        SettingValue::Secret(vault().seal(&place, &value.into()).unwrap())
    } else {
        SettingValue::Plain(SettingText::parse(value).unwrap())
    };
    let integration = an_integration();
    Setting::create(SettingParts {
        id,
        organisation_id: an_organisation().id,
        environment_id: integration.parts().environment_id,
        integration_id: integration.id(),
        channel: None,
        label,
        value,
        version: Version::FIRST,
        created_at: at(20),
        updated_at: at(20),
    })
}

/// The ports of the use cases: an integration without settings, and a unit of work that
/// expects nothing, until told otherwise.
pub struct Access {
    integration_is_there: bool,
    manifest: Option<ManifestDocument>,
    settings: Vec<Setting>,
    of_channel: Vec<Setting>,
    work: MockUnitOfWork,
}

impl Default for Access {
    fn default() -> Self {
        let (settings, of_channel) = (Vec::new(), Vec::new());
        Self { integration_is_there: true, manifest: None, settings, of_channel, work: MockUnitOfWork::new() }
    }
}

impl Access {
    pub fn without_integration(self) -> Self {
        Self { integration_is_there: false, ..self }
    }

    /// The manifest of the integration's app.
    pub fn described_by(self, manifest: ManifestDocument) -> Self {
        Self { manifest: Some(manifest), ..self }
    }

    pub fn with(self, settings: impl Into<Vec<Setting>>) -> Self {
        Self { settings: settings.into(), ..self }
    }

    pub fn with_channel(self, settings: impl Into<Vec<Setting>>) -> Self {
        let in_channel = |setting: Setting| {
            let channel = a_channel().channel;
            Setting::from_parts(SettingParts { channel, ..setting.parts().clone() })
        };
        Self { of_channel: settings.into().into_iter().map(in_channel).collect(), ..self }
    }

    /// Expects commits of one setting with its record each, at least one.
    pub fn saving(
        mut self,
        mut check: impl FnMut(&SettingWrite, &Event) -> Result<(), RepositoryError> + Send + 'static,
    ) -> Self {
        self.work
            .expect_commit()
            .times(1..)
            .returning(move |_, changes| check(&changes.settings[0], &changes.events[0]));
        self
    }

    /// Expects commits of any number of settings with their records, at least one commit.
    pub fn saving_all(
        mut self,
        mut check: impl FnMut(&[SettingWrite], &[Event]) -> Result<(), RepositoryError> + Send + 'static,
    ) -> Self {
        self.work
            .expect_commit()
            .times(1..)
            .returning(move |_, changes| check(&changes.settings, &changes.events));
        self
    }

    /// Expects one commit of just a record.
    pub fn recording(
        mut self,
        check: impl Fn(&Event) -> Result<(), RepositoryError> + Send + 'static,
    ) -> Self {
        self.work.expect_commit().once().returning(move |_, changes| {
            assert!(changes.settings.is_empty());
            check(&changes.events[0])
        });
        self
    }

    pub fn build(self) -> SettingAccess {
        let mut integrations = MockIntegrationRepository::new();
        let stored = || self.manifest.as_ref().map_or_else(an_integration, a_described_integration);
        let found = self.integration_is_there.then(stored);
        integrations.expect_find().returning(move |_, _| Ok(found.clone()));
        let mut manifests = MockManifestRepository::new();
        if let Some(manifest) = self.manifest {
            manifests.expect_find().returning(move |_, _| Ok(Some(manifest.clone())));
        }
        let mut settings = MockSettingRepository::new();
        let listed = self.settings;
        settings.expect_list().returning(move |_, _| Ok(listed.clone()));
        let mut channels = MockChannelConfigRepository::new();
        let of_channel = self.of_channel;
        channels.expect_find().returning(move |_, integration_id, channel| {
            Ok(ChannelConfig { integration_id, channel: channel.clone(), settings: of_channel.clone() })
        });
        SettingAccess {
            integrations: Arc::new(integrations),
            manifests: Arc::new(manifests),
            settings: Arc::new(settings),
            channels: Arc::new(channels),
            work: Arc::new(self.work),
            vault: Arc::new(vault()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        }
    }
}
