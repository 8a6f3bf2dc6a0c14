//! `telex.catalogue`: the apps that are offered to every organisation.

use patchbay_application::integrations::SystemApp;
use patchbay_domain::{AppDescription, IntegrationName, InvalidText, ManifestUrl, ProviderId};
use serde_json::Value;

use super::parse::list;
use super::reader::{Reader, Refusal};

const KEY: &str = "telex.catalogue";

pub(super) fn read(reader: &mut Reader) -> Vec<SystemApp> {
    let mut apps: Vec<SystemApp> = Vec::new();
    for table in reader.tables(KEY, list) {
        let Some(app) = app(reader, &table) else { continue };
        if apps.iter().any(|other| other.name == app.name) {
            reader.fault(&format!("{table}.name"), "is the name of another entry too");
        }
        apps.push(app);
    }
    apps
}

fn app(reader: &mut Reader, table: &str) -> Option<SystemApp> {
    let name = reader.required(&member(table, "name"), parsed(IntegrationName::parse));
    let manifest_url = reader.required(&member(table, "json_url"), parsed(ManifestUrl::parse));
    let url = reader.optional(&member(table, "app_url"), plain);
    let logo = reader.optional(&member(table, "app_logo"), plain);
    let description = reader.optional(&member(table, "app_description"), plain);
    let provider = reader.optional(&member(table, "provider"), parsed(ProviderId::parse));
    let name = name?;
    Some(SystemApp {
        app: AppDescription {
            name: name.as_str().to_owned(),
            url: url.unwrap_or_default(),
            logo: logo.unwrap_or_default(),
            description: description.unwrap_or_default(),
        },
        name,
        provider: provider.unwrap_or_else(ProviderId::json_manifest),
        manifest_url: manifest_url?,
    })
}

fn member(table: &str, name: &str) -> String {
    format!("{table}.{name}")
}

fn parsed<T>(parse: impl Fn(&str) -> Result<T, InvalidText>) -> impl Fn(&Value) -> Result<T, Refusal> {
    move |value| parse(as_text(value)?).map_err(|why| why.to_string())
}

fn plain(value: &Value) -> Result<String, Refusal> {
    as_text(value).map(str::to_owned)
}

fn as_text(value: &Value) -> Result<&str, Refusal> {
    value.as_str().ok_or_else(|| "must be text".to_owned())
}
