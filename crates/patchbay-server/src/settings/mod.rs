//! What the operator decides: read once at start, checked as a whole, typed from then on.
//!
//! Three layers, the later wins: `config/default.toml` (compiled in), the file of
//! `--config`, and variables named `PATCHBAY__SECTION__KEY`. Everything that is wrong is
//! reported together, by the full name of its key and without its value; so is every key
//! that nothing knows.

mod fault;
mod key_file;
mod layers;
mod metrics;
mod oauth;
mod outbound;
mod parse;
mod provider_entries;
mod providers;
mod rate_limit;
mod reader;
mod sections;
mod system_apps;
#[cfg(test)]
mod tests;

pub use fault::SettingsError;
pub use layers::{Layers, Variables};
pub use metrics::MetricsSettings;
pub use oauth::OAuthSettings;
pub use outbound::OutboundSettings;
pub use providers::ProviderSettings;
pub use rate_limit::RateLimitSettings;
pub use sections::{DatabaseSettings, LogFormat, MasterKeySource, ServerSettings, TelemetrySettings};

use patchbay_application::integrations::SystemApp;
use patchbay_catalogue::CatalogueFiles;

use reader::Reader;

/// Every setting.
pub struct Settings {
    /// Where and how it serves.
    pub server: ServerSettings,
    /// Where it stores.
    pub database: DatabaseSettings,
    /// How many requests it lets through.
    pub rate_limit: RateLimitSettings,
    /// What it seals with.
    pub master_keys: MasterKeySource,
    /// Where its requests to third parties may go.
    pub outbound: OutboundSettings,
    /// Where providers are, and as whom they are asked.
    pub providers: ProviderSettings,
    /// Where people who authorise connections may be sent.
    pub oauth: OAuthSettings,
    /// Where the entries of providers are.
    pub catalogue: CatalogueFiles,
    /// Who may read its counts.
    pub metrics: MetricsSettings,
    /// What it says of itself.
    pub telemetry: TelemetrySettings,
    /// The apps that it offers to every organisation.
    pub system_apps: Vec<SystemApp>,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`SettingsError`] with all that is wrong.
    pub fn load(layers: Layers<'_>) -> Result<Self, SettingsError> {
        let (tree, faults) = layers.merge()?;
        let mut reader = Reader::over(tree, faults);
        // Every section is read before the first missing one ends it: all faults count.
        let server = ServerSettings::read(&mut reader);
        let request_timeout = server.as_ref().map(|server| server.request_timeout).unwrap_or_default();
        let database = DatabaseSettings::read(&mut reader, request_timeout);
        let rate_limit = RateLimitSettings::read(&mut reader);
        let master_keys = MasterKeySource::read(&mut reader);
        let outbound = OutboundSettings::read(&mut reader);
        let providers = ProviderSettings::read(&mut reader);
        let oauth = OAuthSettings::read(&mut reader);
        let catalogue = provider_entries::read(&mut reader);
        let metrics = MetricsSettings::read(&mut reader);
        let telemetry = TelemetrySettings::read(&mut reader);
        let system_apps = system_apps::read(&mut reader);
        let all = server.zip(rate_limit).zip(database).zip(outbound.zip(telemetry).zip(oauth));
        reader.finish(all.map(|(((server, rate_limit), database), ((outbound, telemetry), oauth))| Self {
            server,
            database,
            rate_limit,
            master_keys,
            outbound,
            providers,
            oauth,
            catalogue,
            metrics,
            telemetry,
            system_apps,
        }))
    }
}
