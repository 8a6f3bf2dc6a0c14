//! The use cases that the HTTP interface runs, and how they are put together.

use std::sync::Arc;
use std::time::Duration;

use patchbay_domain::{
    AuthorizationDirectory, ChannelConfigRepository, Clock, CredentialVerifier, EnvironmentRepository,
    Fingerprinter, HealthRepository, IdGenerator, IntegrationRepository, KeyLookup, KeyScheme, KeyUses,
    ManifestFetcher, ManifestRepository, OAuthExchanger, OneTimeSecrets, OrganisationDirectory,
    ProviderDirectory, RankingRepository, ReceiptRepository, RefreshRepository, SettingRepository,
    UnitOfWork, Vault,
};

use crate::idempotency::BeginOnce;
use crate::integrations::{
    ConnectProvider, CreateIntegration, DeleteIntegration, DeleteRanked, EditIntegration, GetConnection,
    GetIntegration, GetRanked, InstallCustom, ListIntegrations, ListRanked, MakePrimary, ReplaceManifest,
    RevokeGrants, SystemApp,
};
use crate::oauth::{
    Addresses, BeginAuthorization, FinishAuthorization, Granting, RefreshGrant, StartAuthorization,
};
use crate::settings::{
    ClearChannel, DeleteSetting, EditSetting, GetChannel, ListSettings, PutSetting, ReplaceChannel,
    SettingAccess,
};
use crate::verification::{GetChecked, VerifyIntegration};
use crate::{Authenticate, Background, Environments, Pause, Providers};

/// What the use cases stand on: a port each, and what the operator decided.
#[derive(Clone)]
pub struct Ports {
    /// Reads the text of keys.
    pub scheme: Arc<dyn KeyScheme>,
    /// Knows the keys.
    pub keys: Arc<dyn KeyLookup>,
    /// Hears which are used.
    pub uses: Arc<dyn KeyUses>,
    /// Reads integrations.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Reads environments.
    pub environments: Arc<dyn EnvironmentRepository>,
    /// Reads in which order integrations are used.
    pub rankings: Arc<dyn RankingRepository>,
    /// Reads what was read at their manifests.
    pub manifests: Arc<dyn ManifestRepository>,
    /// Reads their settings as a whole.
    pub settings: Arc<dyn SettingRepository>,
    /// Reads their settings for a channel.
    pub channels: Arc<dyn ChannelConfigRepository>,
    /// Reads what is kept of requests.
    pub receipts: Arc<dyn ReceiptRepository>,
    /// Tells requests apart.
    pub fingerprints: Arc<dyn Fingerprinter>,
    /// Saves.
    pub work: Arc<dyn UnitOfWork>,
    /// Seals and opens.
    pub vault: Arc<dyn Vault>,
    /// Reads whether integrations work.
    pub health: Arc<dyn HealthRepository>,
    /// Asks providers whether they do.
    pub verifier: Arc<dyn CredentialVerifier>,
    /// Knows the providers.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Reads manifests where they are.
    pub fetcher: Arc<dyn ManifestFetcher>,
    /// Asks providers for what they grant.
    pub exchanger: Arc<dyn OAuthExchanger>,
    /// Finds people on their way to providers.
    pub authorizations: Arc<dyn AuthorizationDirectory>,
    /// Knows where refreshing stands.
    pub refreshes: Arc<dyn RefreshRepository>,
    /// Makes what nobody can guess.
    pub secrets: Arc<dyn OneTimeSecrets>,
    /// Knows the organisations.
    pub organisations: Arc<dyn OrganisationDirectory>,
    /// Where people start, and where they come back to.
    pub addresses: Arc<Addresses>,
    /// Runs what nobody waits for.
    pub background: Arc<dyn Background>,
    /// Lets time pass.
    pub pause: Arc<dyn Pause>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdGenerator>,
    /// What the installation offers to everyone.
    pub system_apps: Arc<[SystemApp]>,
    /// How long what is done by one at a time keeps others out when it is killed.
    pub lease: Duration,
}

/// The use cases that the HTTP interface runs, each with its dependencies.
pub struct Services {
    /// Finds out who asks.
    pub authenticate: Authenticate,
    /// Knows requests that are to have their effect once.
    pub begin_once: BeginOnce,
    /// Tells what there is to connect to.
    pub providers: Providers,
    /// Tells which environments there are.
    pub environments: Environments,
    /// Adds an integration.
    pub create_integration: CreateIntegration,
    /// Installs an app by its manifest alone.
    pub install_custom: InstallCustom,
    /// Gives such an integration another manifest.
    pub replace_manifest: ReplaceManifest,
    /// Connects a provider.
    pub connect_provider: ConnectProvider,
    /// Shows the connection of a provider.
    pub get_connection: GetConnection,
    /// Begins the authorization of an integration by a person.
    pub begin_authorization: BeginAuthorization,
    /// Sends that person to the provider.
    pub start_authorization: StartAuthorization,
    /// Takes the person back.
    pub finish_authorization: FinishAuthorization,
    /// Shows an integration.
    pub get_integration: GetIntegration,
    /// Shows an integration with whether it works.
    pub get_checked: GetChecked,
    /// Lists integrations.
    pub list_integrations: ListIntegrations,
    /// Lists the integrations of one environment, and where they stand.
    pub list_ranked: ListRanked,
    /// Shows an integration, and where it stands.
    pub get_ranked: GetRanked,
    /// Makes an integration the one that is used first.
    pub make_primary: MakePrimary,
    /// Deletes an integration and shows which are left.
    pub delete_ranked: DeleteRanked,
    /// Changes an integration.
    pub edit_integration: EditIntegration,
    /// Asks whether an integration works.
    pub verify_integration: VerifyIntegration,
    /// Deletes an integration.
    pub delete_integration: DeleteIntegration,
    /// Gives a setting a value.
    pub put_setting: PutSetting,
    /// Lists settings.
    pub list_settings: ListSettings,
    /// Changes a setting.
    pub edit_setting: EditSetting,
    /// Deletes a setting.
    pub delete_setting: DeleteSetting,
    /// Shows what is plain of a channel's settings.
    pub get_channel: GetChannel,
    /// Gives a channel other settings.
    pub replace_channel: ReplaceChannel,
    /// Takes a channel's settings away.
    pub clear_channel: ClearChannel,
}

impl Services {
    /// The use cases over these ports.
    #[must_use]
    pub fn over(ports: &Ports) -> Self {
        let create_integration = ports.create_integration();
        let access = ports.setting_access();
        let Ports { scheme, keys, uses, clock, integrations, .. } = ports.clone();
        Self {
            authenticate: Authenticate { scheme, keys, uses, clock },
            begin_once: ports.begin_once(),
            providers: Providers { directory: ports.providers.clone() },
            environments: Environments { environments: ports.environments.clone() },
            install_custom: InstallCustom { create: create_integration.clone() },
            create_integration,
            replace_manifest: ports.replace_manifest(),
            connect_provider: ports.connect_provider(),
            get_connection: GetConnection { get: ports.get_integration(), refresh: ports.refresh_grant() },
            begin_authorization: ports.begin_authorization(),
            start_authorization: ports.start_authorization(),
            finish_authorization: ports.finish_authorization(),
            get_integration: ports.get_integration(),
            get_checked: GetChecked { integrations, health: ports.health.clone() },
            list_integrations: ports.list_integrations(),
            list_ranked: ports.list_ranked(),
            get_ranked: ports.get_ranked(),
            make_primary: ports.make_primary(),
            delete_ranked: DeleteRanked { delete: ports.delete_integration(), list: ports.list_ranked() },
            edit_integration: ports.edit_integration(),
            verify_integration: ports.verify_integration(),
            delete_integration: ports.delete_integration(),
            put_setting: PutSetting { access: access.clone() },
            list_settings: ListSettings { access: access.clone() },
            edit_setting: EditSetting { access: access.clone() },
            delete_setting: DeleteSetting { access: access.clone() },
            get_channel: GetChannel { access: access.clone() },
            replace_channel: ReplaceChannel { access: access.clone() },
            clear_channel: ClearChannel { access },
        }
    }
}

impl Ports {
    fn begin_once(&self) -> BeginOnce {
        let Self { receipts, fingerprints, vault, work, clock, .. } = self.clone();
        BeginOnce { receipts, fingerprints, vault, work, clock }
    }

    fn create_integration(&self) -> CreateIntegration {
        let Self { environments, rankings, providers, verifier, fetcher, work, vault, clock, ids, .. } =
            self.clone();
        CreateIntegration { environments, rankings, providers, verifier, fetcher, work, vault, clock, ids }
    }

    /// Asks whether an integration works; for what is done beside the requests too.
    #[must_use]
    pub fn verify_integration(&self) -> VerifyIntegration {
        let refresh = self.refresh_grant();
        let Self { integrations, health, verifier, work, vault, clock, ids, .. } = self.clone();
        VerifyIntegration { integrations, health, verifier, refresh, work, vault, clock, ids }
    }

    /// Refreshes what a provider granted; for what is done beside the requests too.
    #[must_use]
    pub fn refresh_grant(&self) -> RefreshGrant {
        let granting = self.granting();
        let Self { integrations, health, exchanger, work, secrets, background, pause, .. } = self.clone();
        let (clock, ids, lease) = (self.clock.clone(), self.ids.clone(), self.lease);
        RefreshGrant {
            integrations,
            health,
            exchanger,
            granting,
            work,
            secrets,
            background,
            pause,
            clock,
            ids,
            lease,
        }
    }

    fn granting(&self) -> Granting {
        let Self { vault, providers, refreshes, .. } = self.clone();
        Granting { vault, providers, refreshes }
    }

    fn begin_authorization(&self) -> BeginAuthorization {
        let Self { integrations, providers, exchanger, work, vault, secrets, addresses, clock, ids, .. } =
            self.clone();
        BeginAuthorization { integrations, providers, exchanger, work, vault, secrets, addresses, clock, ids }
    }

    fn start_authorization(&self) -> StartAuthorization {
        let Self { authorizations, integrations, exchanger, work, vault, secrets, clock, .. } = self.clone();
        StartAuthorization { authorizations, integrations, exchanger, work, vault, secrets, clock }
    }

    fn finish_authorization(&self) -> FinishAuthorization {
        let (granting, revoke, verify) = (self.granting(), self.revoke_grants(), self.verify_integration());
        let Self { authorizations, organisations, integrations, exchanger, work, vault, secrets, .. } =
            self.clone();
        let (background, clock, ids) = (self.background.clone(), self.clock.clone(), self.ids.clone());
        FinishAuthorization {
            authorizations,
            organisations,
            integrations,
            exchanger,
            granting,
            revoke,
            verify,
            work,
            vault,
            secrets,
            background,
            clock,
            ids,
        }
    }

    fn replace_manifest(&self) -> ReplaceManifest {
        let Self { integrations, settings, fetcher, work, vault, clock, ids, .. } = self.clone();
        ReplaceManifest { integrations, settings, fetcher, work, vault, clock, ids }
    }

    fn connect_provider(&self) -> ConnectProvider {
        let (revoke, granting) = (self.revoke_grants(), self.granting());
        let Self { integrations, exchanger, work, vault, clock, ids, background, system_apps, lease, .. } =
            self.clone();
        ConnectProvider {
            integrations,
            exchanger,
            granting,
            revoke,
            work,
            vault,
            clock,
            ids,
            background,
            system_apps,
            rankings: self.rankings.clone(),
            lease,
        }
    }

    fn get_integration(&self) -> GetIntegration {
        let Self { integrations, work, vault, clock, ids, .. } = self.clone();
        GetIntegration { integrations, work, vault, clock, ids }
    }

    fn edit_integration(&self) -> EditIntegration {
        let Self { integrations, settings, environments, rankings, providers, verifier, fetcher, .. } =
            self.clone();
        let Self { work, vault, clock, ids, .. } = self.clone();
        EditIntegration {
            integrations,
            settings,
            environments,
            rankings,
            providers,
            verifier,
            fetcher,
            work,
            vault,
            clock,
            ids,
        }
    }

    fn list_integrations(&self) -> ListIntegrations {
        let Self { integrations, system_apps, vault, .. } = self.clone();
        ListIntegrations { integrations, system_apps, vault }
    }

    fn list_ranked(&self) -> ListRanked {
        let Self { providers, rankings, .. } = self.clone();
        ListRanked { list: self.list_integrations(), providers, rankings }
    }

    fn get_ranked(&self) -> GetRanked {
        let Self { providers, rankings, .. } = self.clone();
        GetRanked { get: self.get_integration(), providers, rankings }
    }

    fn make_primary(&self) -> MakePrimary {
        let Self { integrations, providers, rankings, work, vault, clock, ids, .. } = self.clone();
        MakePrimary { integrations, providers, rankings, work, vault, clock, ids }
    }

    fn delete_integration(&self) -> DeleteIntegration {
        let revoke = self.revoke_grants();
        let Self { integrations, providers, rankings, work, vault, clock, ids, .. } = self.clone();
        DeleteIntegration { integrations, providers, rankings, work, revoke, vault, clock, ids }
    }

    fn revoke_grants(&self) -> RevokeGrants {
        let Self { exchanger, vault, background, .. } = self.clone();
        RevokeGrants { exchanger, vault, background }
    }

    fn setting_access(&self) -> SettingAccess {
        let Self { integrations, manifests, settings, channels, work, vault, clock, ids, .. } = self.clone();
        SettingAccess { integrations, manifests, settings, channels, work, vault, clock, ids }
    }
}
