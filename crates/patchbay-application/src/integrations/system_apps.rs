//! The apps that an installation offers to every organisation.

use patchbay_domain::{
    AppDescription, Integration, IntegrationDraft, IntegrationId, IntegrationName, Manifest, ManifestUrl,
    Origin, ProviderId, Status,
};
use uuid::Uuid;

use crate::Caller;

/// An app that the installation offers to every organisation: listed as an inactive
/// integration until it is connected.
#[derive(Clone, Debug)]
pub struct SystemApp {
    /// What it is called; no two have the same name.
    pub name: IntegrationName,
    /// What it connects to.
    pub provider: ProviderId,
    /// Where its manifest is.
    pub manifest_url: ManifestUrl,
    /// How it presents itself.
    pub app: AppDescription,
}

impl SystemApp {
    /// The id that the app has in the caller's environment, connected or not: the UUIDv5
    /// (RFC 9562 §5.5) of `{environment}/{name}` in the organisation's namespace.
    #[must_use]
    pub fn id_for(&self, caller: &Caller) -> IntegrationId {
        let name = format!("{}/{}", caller.home(), self.name);
        IntegrationId::from_uuid(Uuid::new_v5(&caller.organisation().as_uuid(), name.as_bytes()))
    }

    /// The app as the caller's environment sees it while it is not connected; as old as the
    /// organisation.
    #[must_use]
    pub fn offered_to(&self, caller: &Caller) -> Integration {
        let draft = IntegrationDraft {
            origin: Origin::System,
            status: Status::Paused,
            manifest: Some(Manifest { url: self.manifest_url.clone(), app: Some(self.app.clone()) }),
            ..IntegrationDraft::new(self.provider.clone(), self.name.clone())
        };
        let made_at = caller.organisation_created_at();
        Integration::create(self.id_for(caller), caller.organisation(), caller.home(), draft, made_at)
    }
}
