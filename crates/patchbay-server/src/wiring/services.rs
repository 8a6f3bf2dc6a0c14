//! The use cases that the HTTP interface runs.

use std::sync::Arc;

use patchbay_application::integrations::{
    CreateIntegration, DeleteIntegration, EditIntegration, GetIntegration, InstallCustom, ListIntegrations,
    ReplaceManifest, SystemApp,
};
use patchbay_application::settings::{DeleteSetting, EditSetting, ListSettings, PutSetting, SettingAccess};
use patchbay_application::{Authenticate, Services};
use patchbay_domain::{IntegrationRepository, ManifestFetcher, SettingRepository, Vault};
use patchbay_persistence::{
    CachedKeyLookup, DieselChannelConfigRepository, DieselIntegrationRepository, DieselManifestRepository,
    DieselSettingRepository,
};
use patchbay_providers::{GuardedClient, HttpManifestFetcher};

use super::{Installation, scheme};
use crate::settings::OutboundSettings;

/// The ports that several use cases share.
struct Ports {
    integrations: Arc<dyn IntegrationRepository>,
    settings: Arc<dyn SettingRepository>,
    fetcher: Arc<dyn ManifestFetcher>,
    vault: Arc<dyn Vault>,
}

impl Installation {
    /// What the HTTP interface runs.
    pub fn services(
        &self,
        vault: &Arc<dyn Vault>,
        outbound: OutboundSettings,
        system_apps: Vec<SystemApp>,
    ) -> Services {
        let client = GuardedClient::new(outbound.policy);
        let ports = Ports {
            integrations: Arc::new(DieselIntegrationRepository::new(self.database.clone())),
            settings: Arc::new(DieselSettingRepository::new(self.database.clone())),
            fetcher: Arc::new(HttpManifestFetcher::new(client, outbound.manifests_from)),
            vault: vault.clone(),
        };
        let keys = Arc::new(CachedKeyLookup::new(self.key_lookup()));
        let access = self.setting_access(&ports);
        let create_integration = self.create_integration(&ports);
        Services {
            authenticate: Authenticate { scheme: scheme(), keys, clock: self.clock.clone() },
            install_custom: InstallCustom { create: create_integration.clone() },
            create_integration,
            replace_manifest: self.replace_manifest(&ports),
            get_integration: self.get_integration(&ports),
            list_integrations: ListIntegrations {
                integrations: ports.integrations.clone(),
                system_apps: system_apps.into(),
            },
            edit_integration: self.edit_integration(&ports),
            delete_integration: self.delete_integration(&ports),
            put_setting: PutSetting { access: access.clone() },
            list_settings: ListSettings { access: access.clone() },
            edit_setting: EditSetting { access: access.clone() },
            delete_setting: DeleteSetting { access },
        }
    }

    fn create_integration(&self, ports: &Ports) -> CreateIntegration {
        CreateIntegration {
            fetcher: ports.fetcher.clone(),
            work: self.work.clone(),
            vault: ports.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn replace_manifest(&self, ports: &Ports) -> ReplaceManifest {
        ReplaceManifest {
            integrations: ports.integrations.clone(),
            settings: ports.settings.clone(),
            fetcher: ports.fetcher.clone(),
            work: self.work.clone(),
            vault: ports.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn get_integration(&self, ports: &Ports) -> GetIntegration {
        GetIntegration {
            integrations: ports.integrations.clone(),
            work: self.work.clone(),
            vault: ports.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn edit_integration(&self, ports: &Ports) -> EditIntegration {
        EditIntegration {
            integrations: ports.integrations.clone(),
            settings: ports.settings.clone(),
            fetcher: ports.fetcher.clone(),
            work: self.work.clone(),
            vault: ports.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn delete_integration(&self, ports: &Ports) -> DeleteIntegration {
        DeleteIntegration {
            integrations: ports.integrations.clone(),
            work: self.work.clone(),
            vault: ports.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    /// What every use case of settings stands on.
    fn setting_access(&self, ports: &Ports) -> SettingAccess {
        SettingAccess {
            integrations: ports.integrations.clone(),
            manifests: Arc::new(DieselManifestRepository::new(self.database.clone())),
            settings: ports.settings.clone(),
            channels: Arc::new(DieselChannelConfigRepository::new(self.database.clone())),
            work: self.work.clone(),
            vault: ports.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }
}
