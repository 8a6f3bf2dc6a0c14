//! `providers.*`: where providers are, and as whom they are asked.

use std::collections::HashMap;

use patchbay_domain::ProviderId;
use patchbay_providers::{InvalidOrigin, OAuthClient, OutboundUrl, TrustedOrigin, oauth_providers};
use secrecy::SecretString;
use serde_json::Value;

use super::parse::text;
use super::reader::{Reader, Refusal};

const SECTION: &str = "providers";

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
    /// Where all others are asked. No setting names it: `patchbay dev` does, for its sandbox,
    /// so that nothing that is tried out there reaches anybody.
    pub stand_in: Option<TrustedOrigin>,
    /// The OAuth applications that the installation has.
    pub oauth_clients: HashMap<ProviderId, OAuthClient>,
}

impl ProviderSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut origins = origins(reader);
        let manifests_from = origins.remove(&ProviderId::json_manifest());
        let clients = oauth_providers().filter_map(|id| {
            let base_url = origins.get(&id).cloned();
            Some((id.clone(), client(reader, &id, base_url)?))
        });
        let oauth_clients = clients.collect();
        Self { manifests_from, manifests_also_from: None, origins, stand_in: None, oauth_clients }
    }
}

impl ProviderSettings {
    /// Where each of `known` is asked that is not asked at its own host. One that the
    /// installation has an application at is asked where that is.
    pub fn origins_of(&self, known: &[ProviderId]) -> HashMap<ProviderId, TrustedOrigin> {
        let origin_of = |id: &ProviderId| match (self.origins.get(id), self.oauth_clients.get(id)) {
            (Some(origin), _) => Some(origin.clone()),
            (None, Some(client)) => client.base_url.clone(),
            (None, None) => self.stand_in.clone(),
        };
        known.iter().filter_map(|id| Some((id.clone(), origin_of(id)?))).collect()
    }
}

/// `providers.*.base_url`. Whether there is such a provider shows when the catalogue is read.
fn origins(reader: &mut Reader) -> HashMap<ProviderId, TrustedOrigin> {
    let given = reader.names_between(SECTION, "base_url");
    let given = given.iter().filter_map(|id| ProviderId::parse(id).ok());
    // Always asked for: its section stands in the defaults.
    let ids = given.chain([ProviderId::json_manifest()]);
    ids.filter_map(|id| Some((id.clone(), reader.optional(&format!("{SECTION}.{id}.base_url"), origin)?)))
        .collect()
}

/// The application at one provider: a name and a secret, or neither.
fn client(
    reader: &mut Reader,
    provider: &ProviderId,
    base_url: Option<TrustedOrigin>,
) -> Option<OAuthClient> {
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
    Some(OAuthClient { id: id?, secret: secret?, redirect_uri, base_url })
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
