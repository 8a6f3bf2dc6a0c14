//! What the use cases of settings share: finding the integration and its settings,
//! protecting a value, saving with a record.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_domain::{
    Changes, ChannelConfigRepository, ChannelId, Clock, EntityKind, Event, EventType, IdGenerator,
    Integration, IntegrationId, IntegrationRepository, ManifestDocument, ManifestRepository, Mask, Origin,
    SecretPlace, Setting, SettingId, SettingLabel, SettingParts, SettingRepository, SettingText,
    SettingValue, SettingWrite, UnitOfWork, Vault, Version, is_same_secret,
};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::idempotency::ReceiptFor;
use crate::record::Recorder;
use crate::retry::Attempt;
use crate::{AppError, Caller, Entity, Fault, FaultReason, Location};

/// Whose settings are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingTarget {
    /// The integration.
    pub integration: IntegrationId,
    /// The one chat channel; `None` means the integration as a whole.
    pub channel: Option<ChannelId>,
    /// The only origin that counts, for an API that knows integrations of that origin only.
    pub origin: Option<Origin>,
}

impl SettingTarget {
    /// The settings of the integration as a whole.
    #[must_use]
    pub const fn of(integration: IntegrationId) -> Self {
        Self { integration, channel: None, origin: None }
    }
}

/// The ports that settings are reached through.
#[derive(Clone)]
pub struct SettingAccess {
    /// Finds the integration.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Reads what its app says of its settings.
    pub manifests: Arc<dyn ManifestRepository>,
    /// Reads its settings as a whole.
    pub settings: Arc<dyn SettingRepository>,
    /// Reads its settings for a channel.
    pub channels: Arc<dyn ChannelConfigRepository>,
    /// Saves.
    pub work: Arc<dyn UnitOfWork>,
    /// Seals and opens what is secret.
    pub vault: Arc<dyn Vault>,
    /// Dates changes.
    pub clock: Arc<dyn Clock>,
    /// Names settings and records.
    pub ids: Arc<dyn IdGenerator>,
}

impl SettingAccess {
    /// The integration that is meant.
    pub(super) async fn integration(
        &self,
        caller: &Caller,
        target: &SettingTarget,
    ) -> Result<Integration, AppError> {
        let found = self.integrations.find(caller.scope(), target.integration).await?;
        found
            .filter(|integration| target.origin.is_none_or(|origin| integration.parts().origin == origin))
            .ok_or(AppError::NotFound(Entity::Integration))
    }

    /// The settings that are meant, oldest first.
    pub(super) async fn settings(
        &self,
        caller: &Caller,
        target: &SettingTarget,
    ) -> Result<Vec<Setting>, AppError> {
        Ok(match &target.channel {
            None => self.settings.list(caller.scope(), target.integration).await?,
            Some(channel) => self.channels.find(caller.scope(), target.integration, channel).await?.settings,
        })
    }

    /// The value as it is stored under `label`: sealed when the label says that it is
    /// secret. Nothing is no secret.
    pub(super) fn protected(
        &self,
        label: &SettingLabel,
        value: &SecretString,
        place: &SecretPlace,
    ) -> Result<SettingValue, AppError> {
        protected(&*self.vault, label, value, place)
    }

    /// What the app of an integration says of its settings; `None` when it says nothing.
    pub(super) async fn manifest(
        &self,
        caller: &Caller,
        of: &Integration,
    ) -> Result<Option<ManifestDocument>, AppError> {
        // A manifest that was read has told of its app.
        let was_read = of.manifest().is_some_and(|manifest| manifest.app.is_some());
        if !was_read {
            return Ok(None);
        }
        Ok(self.manifests.find(caller.scope(), of.id()).await?)
    }

    /// Checks a setting as it is to be saved against what the app says of it; `field` is what
    /// the API calls its value.
    pub(super) fn check(
        &self,
        setting: &Setting,
        manifest: Option<&ManifestDocument>,
        field: &str,
    ) -> Result<(), AppError> {
        let Some(manifest) = manifest else { return Ok(()) };
        let label = setting.label().as_str();
        let checked = match setting.value() {
            SettingValue::Plain(text) => manifest.check_setting(label, text.as_str()),
            // Most secrets have no definition: those are not opened.
            SettingValue::Secret(_) if manifest.setting(label).is_none() => Ok(()),
            SettingValue::Secret(sealed) => {
                let text = taken(&self.vault.open(&setting.place(), sealed)?)?;
                manifest.check_setting(label, text.as_str())
            }
        };
        checked.map_err(|why| {
            AppError::Invalid(Fault::of_field(Location::Body, field, FaultReason::Setting(why)).into())
        })
    }

    /// The next version of `setting` under `label` with `value`; `None` when nothing changes.
    /// The `mask` of a secret, written back, leaves it as it is; without a new value a plain
    /// one is sealed under a label that is secret, and a secret stays one under any label.
    pub(super) fn changed(
        &self,
        setting: &Setting,
        label: SettingLabel,
        value: Option<SecretString>,
        mask: Option<Mask>,
    ) -> Result<Option<Setting>, AppError> {
        let place = setting.place();
        let next = match (setting.value(), value) {
            (SettingValue::Secret(_), None) => setting.value().clone(),
            (SettingValue::Plain(text), None) => self.protected(&label, &text.as_str().into(), &place)?,
            (SettingValue::Plain(_), Some(value)) => self.protected(&label, &value, &place)?,
            (SettingValue::Secret(sealed), Some(value)) => {
                let stored = self.vault.open(&place, sealed)?;
                let same = mask.is_some_and(|mask| mask.is_of(&value, &stored))
                    || (label.is_secret() && is_same_secret(&stored, &value));
                if same { setting.value().clone() } else { self.protected(&label, &value, &place)? }
            }
        };
        Ok(setting.changed(label, next, self.clock.now()))
    }

    /// Saves one write of a setting with its record, where there is one, and what is left of
    /// the request.
    pub(super) async fn save<T>(
        &self,
        caller: &Caller,
        write: Option<SettingWrite>,
        receipt: (&ReceiptFor<T>, &T, IntegrationId),
    ) -> Result<(), Attempt> {
        let changes = self.written(caller, write);
        let (receipt, outcome, about) = receipt;
        let changes = receipt.keep(changes, outcome, about, &*self.vault)?;
        if changes != Changes::new() {
            self.work.commit(caller.scope(), changes).await?;
        }
        Ok(())
    }

    /// Saves several writes of settings together, each with its record.
    pub(super) async fn save_all(&self, caller: &Caller, writes: Vec<SettingWrite>) -> Result<(), Attempt> {
        if !writes.is_empty() {
            self.work.commit(caller.scope(), self.written(caller, writes)).await?;
        }
        Ok(())
    }

    fn written(&self, caller: &Caller, writes: impl IntoIterator<Item = SettingWrite>) -> Changes {
        let recorder = self.recorder(caller, self.clock.now());
        writes.into_iter().fold(Changes::new(), |changes, write| {
            let event = recorded(&recorder, &write);
            changes.setting(write).event(event)
        })
    }

    /// A new setting of `integration`, in the place that is meant.
    pub(super) fn made(
        &self,
        integration: &Integration,
        target: &SettingTarget,
        label: SettingLabel,
        value: &SecretString,
    ) -> Result<Setting, AppError> {
        let id = SettingId::from_uuid(self.ids.uuid());
        let organisation_id = integration.parts().organisation_id;
        let now = self.clock.now();
        Ok(Setting::create(SettingParts {
            id,
            organisation_id,
            environment_id: integration.parts().environment_id,
            integration_id: integration.id(),
            channel: target.channel.clone(),
            value: self.protected(&label, value, &SecretPlace::setting(organisation_id, id))?,
            label,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        }))
    }

    pub(super) fn recorder<'a>(&'a self, caller: &'a Caller, at: DateTime<Utc>) -> Recorder<'a> {
        Recorder { caller, ids: &*self.ids, at }
    }
}

/// The value as it is stored under `label`: sealed when the label says that it is secret.
/// Nothing is no secret.
pub fn protected(
    vault: &dyn Vault,
    label: &SettingLabel,
    value: &SecretString,
    place: &SecretPlace,
) -> Result<SettingValue, AppError> {
    let text = taken(value)?;
    if !label.is_secret() || text.as_str().is_empty() {
        return Ok(SettingValue::Plain(text));
    }
    Ok(SettingValue::Secret(vault.seal(place, value)?))
}

fn taken(value: &SecretString) -> Result<SettingText, AppError> {
    SettingText::take(value).map_err(|why| AppError::Invalid(Fault::of_body(FaultReason::Text(why)).into()))
}

/// What is recorded of a write of a setting.
pub fn recorded(recorder: &Recorder<'_>, write: &SettingWrite) -> Event {
    let (setting, action) = match write {
        SettingWrite::Insert(setting) => (setting, "added"),
        SettingWrite::Update(setting) => (setting, "changed"),
        SettingWrite::Delete(setting) => (setting, "deleted"),
    };
    let parts = setting.parts();
    let event_type =
        if parts.channel.is_some() { EventType::ChannelChanged } else { EventType::SettingChanged };
    Event {
        environment_id: Some(parts.environment_id),
        entity: EntityKind::Setting,
        entity_id: parts.id.as_uuid(),
        ..recorder.event(event_type, digest(setting, action))
    }
}

/// What is recorded of a setting: where it is and what it is called. Its value is the
/// owner's own business and may be a secret under a harmless label.
fn digest(setting: &Setting, action: &str) -> Map<String, Value> {
    let parts = setting.parts();
    Map::from_iter([
        ("action".to_owned(), json!(action)),
        ("integration_id".to_owned(), json!(parts.integration_id.to_string())),
        ("channel".to_owned(), json!(parts.channel.as_ref().map(ChannelId::as_str))),
        ("label".to_owned(), json!(parts.label.as_str())),
    ])
}
