//! What a manifest says.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::AppDescription;
use super::schedule::is_crontab;
use super::setting::{SettingDefinition, SettingFault, flag};
use crate::event::codes;
use crate::{IntegrationKind, is_secret_name};

codes! {
    /// How an app takes part in a conversation; other kinds of integration have no such rule.
    AppKind {
        /// Changes messages on their way.
        Modifier = "modifier",
        /// Is called by the clock.
        Interval = "interval",
        /// Takes messages elsewhere.
        Output = "output",
    }
}

/// What a manifest says of its app.
///
/// Read leniently: a member that is missing, of another type or out of bounds counts as not
/// given, because the document is written by a third party and often by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestDocument {
    /// How the app presents itself. Each text is cut or dropped where it is beyond reason.
    pub app: AppDescription,
    /// What the app says it is; empty when it says nothing.
    pub kind: IntegrationKind,
    /// The category that it puts itself in; may be empty.
    pub category: String,
    /// Whether it wants to be switched on at once.
    pub is_active: Option<bool>,
    /// What can be set, in the order of the document; at most
    /// [`MAX_SETTINGS`](Self::MAX_SETTINGS), each label once.
    pub settings: Vec<SettingDefinition>,
    /// Where messages are sent to: an http(s) address, not judged yet.
    pub target_url: Option<String>,
    /// Where the clock calls: an http(s) address, not judged yet.
    pub tick_url: Option<String>,
    /// The JSON Schema of the app's events: the member `json_schema`, or the document itself
    /// where it is one.
    pub json_schema: Option<Map<String, Value>>,
    /// The document as it came, with all that is not read here.
    pub source: Map<String, Value>,
}

/// Why a document is no manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAManifest {
    /// It is JSON, but no object.
    #[error("the manifest is not a JSON object")]
    NotAnObject,
    /// It contains U+0000, which no store keeps alike.
    #[error("the manifest contains the character U+0000")]
    Nul,
}

/// Why an app cannot be installed by its manifest alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInstallable {
    /// It does not say what the app is called.
    #[error("the manifest has no descriptions.app_name")]
    NoName,
    /// It does not say where messages go.
    #[error("the manifest has no target_url, which an app of its integration_type needs")]
    NoTargetUrl,
    /// It does not say where the clock calls.
    #[error("the manifest has no tick_url, which an app of its integration_type needs")]
    NoTickUrl,
}

impl ManifestDocument {
    /// The most settings that are read from one document.
    pub const MAX_SETTINGS: usize = 200;

    const MAX_NAME_CHARS: usize = 255;
    const MAX_DESCRIPTION_CHARS: usize = 4096;
    const MAX_URL_CHARS: usize = 2048;

    /// Reads a document: an object, or one that is wrapped in a member `data`.
    ///
    /// # Errors
    /// When it is no object, or contains what cannot be stored.
    pub fn read(document: Value) -> Result<Self, NotAManifest> {
        if has_nul(&document) {
            return Err(NotAManifest::Nul);
        }
        let Value::Object(source) = document else { return Err(NotAManifest::NotAnObject) };
        let manifest = unwrapped(&source);
        let empty = Map::new();
        let descriptions = manifest.get("descriptions").and_then(Value::as_object).unwrap_or(&empty);
        Ok(Self {
            app: AppDescription {
                name: text(descriptions, "app_name", Self::MAX_NAME_CHARS),
                url: address(descriptions, "app_url"),
                logo: address(descriptions, "app_logo"),
                description: text(descriptions, "app_description", Self::MAX_DESCRIPTION_CHARS),
            },
            kind: kind(manifest),
            category: text(manifest, "integration_category", Self::MAX_NAME_CHARS),
            is_active: flag(manifest.get("is_active")),
            settings: settings(manifest),
            target_url: endpoint(manifest, "target_url"),
            tick_url: endpoint(manifest, "tick_url"),
            json_schema: json_schema(manifest).or_else(|| json_schema(&source)).cloned(),
            source,
        })
    }

    /// The document to keep: as it came, without the values that secret settings begin with.
    /// Those are sealed where they are set, and no plain copy is to stay behind.
    #[must_use]
    pub fn to_keep(&self) -> Map<String, Value> {
        let mut kept = self.source.clone();
        let inside = if is_wrapped(&kept) { kept.get_mut("data") } else { None };
        let settings = match inside {
            Some(inner) => inner.get_mut("settings"),
            None => kept.get_mut("settings"),
        };
        for setting in settings.and_then(Value::as_array_mut).into_iter().flatten() {
            let label = setting.get("label").and_then(Value::as_str).unwrap_or_default();
            if is_secret_name(label)
                && let Some(members) = setting.as_object_mut()
            {
                members.shift_remove("default");
            }
        }
        kept
    }

    /// How the app takes part in a conversation, when it says so in a known word.
    #[must_use]
    pub fn app_kind(&self) -> Option<AppKind> {
        AppKind::from_code(&self.kind.as_str().trim().to_ascii_lowercase())
    }

    /// Checks that the document is enough to install the app by: that it has a name, and the
    /// address that its kind needs.
    ///
    /// # Errors
    /// Says what is missing first.
    pub fn check_installable(&self) -> Result<(), NotInstallable> {
        if self.app.name.is_empty() {
            return Err(NotInstallable::NoName);
        }
        match self.app_kind() {
            Some(AppKind::Modifier | AppKind::Output) if self.target_url.is_none() => {
                Err(NotInstallable::NoTargetUrl)
            }
            Some(AppKind::Interval) if self.tick_url.is_none() => Err(NotInstallable::NoTickUrl),
            _ => Ok(()),
        }
    }

    /// The definition of the setting with that label, blanks around it apart.
    #[must_use]
    pub fn setting(&self, label: &str) -> Option<&SettingDefinition> {
        let label = label.trim();
        self.settings.iter().find(|setting| setting.label.as_str() == label)
    }

    /// Checks a value, as text, against the definition of its setting. A setting that is not
    /// defined takes any value.
    ///
    /// # Errors
    /// Says what the value must be; never shows it.
    pub fn check_setting(&self, label: &str, value: &str) -> Result<(), SettingFault> {
        const SCHEDULE: &str = "interval";
        let Some(setting) = self.setting(label) else { return Ok(()) };
        setting.check(value)?;
        let is_schedule = self.app_kind() == Some(AppKind::Interval) && setting.label.as_str() == SCHEDULE;
        if is_schedule && !value.trim().is_empty() && !is_crontab(value) {
            return Err(SettingFault::NotASchedule);
        }
        Ok(())
    }
}

/// Whether what is inside `data` counts: unless the document speaks for itself.
fn is_wrapped(document: &Map<String, Value>) -> bool {
    document.get("data").is_some_and(Value::is_object) && !document.contains_key("descriptions")
}

fn unwrapped(document: &Map<String, Value>) -> &Map<String, Value> {
    let inside = document.get("data").and_then(Value::as_object).filter(|_| is_wrapped(document));
    inside.unwrap_or(document)
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn trimmed<'a>(members: &'a Map<String, Value>, name: &str) -> &'a str {
    members.get(name).and_then(Value::as_str).unwrap_or_default().trim()
}

/// A text, cut after `max` characters.
fn text(members: &Map<String, Value>, name: &str, max: usize) -> String {
    trimmed(members, name).chars().take(max).collect()
}

/// An address to show; a cut one would be another one, so a long one is dropped.
fn address(members: &Map<String, Value>, name: &str) -> String {
    let text = trimmed(members, name);
    if text.chars().count() > ManifestDocument::MAX_URL_CHARS { String::new() } else { text.to_owned() }
}

/// An address to call.
fn endpoint(members: &Map<String, Value>, name: &str) -> Option<String> {
    let text = address(members, name);
    let (scheme, rest) = text.split_once("://")?;
    let http = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    (http && !rest.is_empty()).then_some(text)
}

fn kind(manifest: &Map<String, Value>) -> IntegrationKind {
    IntegrationKind::parse(trimmed(manifest, "integration_type")).unwrap_or(IntegrationKind::none())
}

fn settings(manifest: &Map<String, Value>) -> Vec<SettingDefinition> {
    let given = manifest.get("settings").and_then(Value::as_array);
    let mut labels = HashSet::new();
    given
        .into_iter()
        .flatten()
        .filter_map(SettingDefinition::read)
        .filter(|setting| labels.insert(setting.label.clone()))
        .take(ManifestDocument::MAX_SETTINGS)
        .collect()
}

fn json_schema(document: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let member = document.get("json_schema").and_then(Value::as_object);
    let is_schema = document.get("type").and_then(Value::as_str) == Some("object")
        && document.get("properties").is_some_and(Value::is_object);
    member.or(is_schema.then_some(document))
}

#[cfg(test)]
mod tests;
