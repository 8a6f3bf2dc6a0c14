//! The use cases that the HTTP interface runs.

use std::sync::Arc;

use patchbay_application::integrations::{
    CreateIntegration, DeleteIntegration, EditIntegration, GetIntegration, ListIntegrations, SystemApp,
};
use patchbay_application::settings::{DeleteSetting, EditSetting, ListSettings, PutSetting, SettingAccess};
use patchbay_application::{Authenticate, Services};
use patchbay_domain::{IntegrationRepository, Vault};
use patchbay_persistence::{
    CachedKeyLookup, DieselChannelConfigRepository, DieselIntegrationRepository, DieselSettingRepository,
};

use super::{Installation, scheme};

impl Installation {
    /// What the HTTP interface runs.
    pub fn services(&self, vault: &Arc<dyn Vault>, system_apps: Vec<SystemApp>) -> Services {
        let (work, clock, ids) = (&self.work, &self.clock, &self.ids);
        let integrations: Arc<dyn IntegrationRepository> =
            Arc::new(DieselIntegrationRepository::new(self.database.clone()));
        let keys = Arc::new(CachedKeyLookup::new(self.key_lookup()));
        let access = self.setting_access(vault, &integrations);
        Services {
            authenticate: Authenticate { scheme: scheme(), keys, clock: clock.clone() },
            create_integration: CreateIntegration {
                work: work.clone(),
                vault: vault.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            get_integration: GetIntegration {
                integrations: integrations.clone(),
                work: work.clone(),
                vault: vault.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            list_integrations: ListIntegrations {
                integrations: integrations.clone(),
                system_apps: system_apps.into(),
            },
            edit_integration: EditIntegration {
                integrations: integrations.clone(),
                work: work.clone(),
                vault: vault.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            delete_integration: DeleteIntegration {
                integrations,
                work: work.clone(),
                vault: vault.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            put_setting: PutSetting { access: access.clone() },
            list_settings: ListSettings { access: access.clone() },
            edit_setting: EditSetting { access: access.clone() },
            delete_setting: DeleteSetting { access },
        }
    }

    /// What every use case of settings stands on.
    fn setting_access(
        &self,
        vault: &Arc<dyn Vault>,
        integrations: &Arc<dyn IntegrationRepository>,
    ) -> SettingAccess {
        SettingAccess {
            integrations: integrations.clone(),
            settings: Arc::new(DieselSettingRepository::new(self.database.clone())),
            channels: Arc::new(DieselChannelConfigRepository::new(self.database.clone())),
            work: self.work.clone(),
            vault: vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }
}
