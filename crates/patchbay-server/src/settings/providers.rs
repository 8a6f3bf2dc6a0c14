//! `providers.*`: where providers are, and as whom they are asked.

use std::collections::HashMap;

use patchbay_catalogue::{AuthType, Catalogue, Entry};
use patchbay_domain::ProviderId;
use patchbay_providers::{InvalidOrigin, OAuthClient, OutboundUrl, TrustedOrigin};
use secrecy::SecretString;
use serde_json::Value;

use super::parse::text;
use super::reader::{Reader, Refusal};

const SECTION: &str = "providers";

/// What makes an application, in the order in which a fault names one of them.
const APPLICATION: [&str; 3] = ["client_id", "client_secret", "redirect_uri"];

/// `providers.*`: where providers are, and as whom they are asked.
#[derive(Clone, Debug, Default)]
pub struct ProviderSettings {
    /// Where every manifest is fetched from, in the place of its own host.
    pub manifests_from: Option<TrustedOrigin>,
    /// Where manifests are fetched from too, whatever `outbound` says. No setting names it:
    /// `patchbay dev` does, for its sandbox.
    pub manifests_also_from: Option<TrustedOrigin>,
    /// Where providers are asked, in the place of their own hosts.
    pub origins: HashMap<ProviderId, TrustedOrigin>,
    /// Below what all others are asked, each at its id. No setting names it: `patchbay dev`
    /// does, for its sandbox, so that nothing that is tried out there reaches anybody.
    pub stand_in: Option<TrustedOrigin>,
    /// The OAuth applications that the installation has.
    pub oauth_clients: HashMap<ProviderId, OAuthClient>,
    /// Which of its settings names an application, by the provider that it is at.
    applications: HashMap<ProviderId, &'static str>,
}

impl ProviderSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut settings = Self::default();
        for id in reader.names_below(SECTION).iter().filter_map(|id| ProviderId::parse(id).ok()) {
            let key = |name: &str| format!("{SECTION}.{id}.{name}");
            let base_url = reader.optional(&key("base_url"), origin);
            if let Some(setting) = APPLICATION.into_iter().find(|name| reader.is_given(&key(name))) {
                settings.applications.insert(id.clone(), setting);
            }
            if let Some(client) = client(reader, &id) {
                settings.oauth_clients.insert(id.clone(), client);
            }
            settings.origins.extend(base_url.map(|base_url| (id, base_url)));
        }
        settings.manifests_from = settings.origins.remove(&ProviderId::json_manifest());
        settings
    }

    /// What is wrong with the settings in view of the providers that there are; nothing where
    /// nothing is.
    pub fn faults(&self, catalogue: &Catalogue) -> Vec<String> {
        let places = self.origins.keys().map(|id| (id, "base_url", false));
        let applications = self.applications.iter().map(|(id, setting)| (id, *setting, true));
        let fault = |(id, setting, needs_oauth): (&ProviderId, &str, bool)| {
            let why = match catalogue.entry(id) {
                None => "there is no provider of that id",
                Some(entry) if needs_oauth && !has_oauth(entry) => "this provider has no OAuth",
                Some(_) => return None,
            };
            Some(format!("{SECTION}.{id}.{setting}: {why}"))
        };
        let mut faults: Vec<_> = places.chain(applications).filter_map(fault).collect();
        faults.sort();
        faults
    }

    /// Where providers send people back to, where that is not the service itself.
    pub fn redirect_uris(&self) -> HashMap<ProviderId, String> {
        let own = |(id, client): (&ProviderId, &OAuthClient)| {
            client.redirect_uri.as_ref().map(|uri| (id.clone(), uri.clone()))
        };
        self.oauth_clients.iter().filter_map(own).collect()
    }

    /// Where each of `known` is asked that is not asked at its own host. Nobody stands in for
    /// one that the operator has an application at.
    pub fn origins_of(&self, known: &[ProviderId]) -> HashMap<ProviderId, TrustedOrigin> {
        let origin_of = |id: &ProviderId| match self.origins.get(id) {
            Some(origin) => Some(origin.clone()),
            None if self.applications.contains_key(id) => None,
            None => self.stand_in.as_ref()?.below(id.as_str()).ok(),
        };
        known.iter().filter_map(|id| Some((id.clone(), origin_of(id)?))).collect()
    }

    /// Has a sandbox stand in for all providers that the installation says nothing of, with the
    /// application that it knows.
    pub fn stand_in_for_all(
        &mut self,
        sandbox: &TrustedOrigin,
        catalogue: &Catalogue,
        application: (&str, &str),
    ) {
        // Manifests of real apps are fetched as ever.
        self.manifests_also_from = Some(sandbox.clone());
        self.stand_in = Some(sandbox.clone());
        for entry in catalogue.entries().iter().filter(|entry| has_oauth(entry)) {
            let (id, secret) = (application.0.to_owned(), application.1.into());
            let client = OAuthClient { id, secret, redirect_uri: None };
            self.oauth_clients.entry(entry.id.clone()).or_insert(client);
        }
    }
}

/// Whether an application of the installation's has a use at a provider.
fn has_oauth(entry: &Entry) -> bool {
    let is_oauth = |kind| matches!(kind, AuthType::OAuth2Code | AuthType::OAuth2Client);
    entry.auth.iter().any(|method| is_oauth(method.auth_type))
}

/// The application at one provider: a name and a secret, or neither.
fn client(reader: &mut Reader, provider: &ProviderId) -> Option<OAuthClient> {
    let key = |name: &str| format!("{SECTION}.{provider}.{name}");
    let redirect_uri = reader.optional(&key("redirect_uri"), redirect_uri);
    let id_given = reader.is_given(&key("client_id"));
    let secret_given = reader.is_given(&key("client_secret"));
    let id = reader.optional(&key("client_id"), |value| text(value).map(str::to_owned));
    let secret = reader.optional(&key("client_secret"), |value| text(value).map(SecretString::from));
    match (id_given, secret_given) {
        (true, false) => reader.fault(&key("client_secret"), "is missing beside client_id"),
        (false, true) => reader.fault(&key("client_id"), "is missing beside client_secret"),
        _ => {}
    }
    Some(OAuthClient { id: id?, secret: secret?, redirect_uri })
}

fn origin(value: &Value) -> Result<TrustedOrigin, Refusal> {
    text(value)?.parse().map_err(|invalid: InvalidOrigin| invalid.to_string())
}

/// Repeated in an exchange as it stands here, to the letter.
fn redirect_uri(value: &Value) -> Result<String, Refusal> {
    let uri = text(value)?;
    let parsed = OutboundUrl::parse(uri);
    parsed.map(|_| uri.to_owned()).map_err(|_| "must be an absolute http(s) URL".to_owned())
}
