//! What an app's own description gives an integration.

use patchbay_domain::{
    Changes, Integration, IntegrationKind, Manifest, ManifestDocument, ManifestFetcher, ManifestUrl,
    SecretPlace, Setting, SettingDefinition, SettingId, SettingParts, SettingWrite, Vault, Version,
};

use crate::AppError;
use crate::record::Recorder;
use crate::settings::{protected, recorded};

/// Where a manifest is, and what was read there.
pub struct Described {
    pub url: ManifestUrl,
    /// `None` when nothing could be read.
    pub document: Option<ManifestDocument>,
}

impl Described {
    /// Reads what is there, if that can be done; whoever asks does not depend on it.
    pub async fn if_possible(fetcher: &dyn ManifestFetcher, url: ManifestUrl) -> Self {
        let outcome = fetcher.fetch(&url).await;
        if let Err(error) = &outcome {
            let cause = std::error::Error::source(error);
            tracing::debug!(%error, cause, "a manifest was not read");
        }
        Self { url, document: outcome.ok() }
    }

    /// What the integration keeps of it.
    pub fn manifest(&self) -> Manifest {
        let app = self.document.as_ref().map(|document| document.app.clone());
        Manifest { url: self.url.clone(), app }
    }

    /// The kind that the app says it is, for an integration of which nothing was said.
    pub fn kind_beside(&self, said: &IntegrationKind) -> Option<IntegrationKind> {
        let kind = self.document.as_ref().map(|document| document.kind.clone());
        kind.filter(|kind| *said == IntegrationKind::none() && *kind != IntegrationKind::none())
    }

    /// Adds to `changes`, which write `of`, the document and the settings that it gives `of`
    /// to begin with. Those whose label is `present` stay as they are.
    pub fn kept(
        &self,
        changes: Changes,
        of: &Integration,
        present: &[Setting],
        vault: &dyn Vault,
        recorder: &Recorder<'_>,
    ) -> Result<Changes, AppError> {
        let mut changes = changes.manifest(of, self.document.clone());
        let defined = self.document.iter().flat_map(|document| &document.settings);
        let is_new =
            |defined: &&SettingDefinition| present.iter().all(|setting| *setting.label() != defined.label);
        for definition in defined.filter(is_new) {
            if let Some(setting) = initial(definition, of, vault, recorder)? {
                let write = SettingWrite::Insert(setting);
                let event = recorded(recorder, &write);
                changes = changes.setting(write).event(event);
            }
        }
        Ok(changes)
    }
}

/// The setting that a definition begins with; `None` when it names no value for it.
fn initial(
    definition: &SettingDefinition,
    of: &Integration,
    vault: &dyn Vault,
    recorder: &Recorder<'_>,
) -> Result<Option<Setting>, AppError> {
    let Some(value) = definition.initial_value() else { return Ok(None) };
    let (organisation_id, id) = (of.parts().organisation_id, SettingId::from_uuid(recorder.ids.uuid()));
    let place = SecretPlace::setting(organisation_id, id);
    Ok(Some(Setting::create(SettingParts {
        id,
        organisation_id,
        environment_id: of.parts().environment_id,
        integration_id: of.id(),
        channel: None,
        value: protected(vault, &definition.label, &value.into(), &place)?,
        label: definition.label.clone(),
        version: Version::FIRST,
        created_at: recorder.at,
        updated_at: recorder.at,
    })))
}
