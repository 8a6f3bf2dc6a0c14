//! What is to be written, made ready before the write begins.

use chrono::{DateTime, NaiveDateTime, Utc};
use patchbay_domain::{
    ApiKey, ApiKeyId, Authorization, AuthorizationWrite, Changes, Environment, Event, HealthWrite,
    Integration, IntegrationId, IntegrationWrite, KeyWrite, LeaseKey, LeaseWrite, ManifestWrite,
    RankingWrite, ReceiptId, ReceiptWrite, RefreshWrite, RepositoryError, Scope, Setting, SettingWrite,
    UniqueKey,
};

use super::keys::UniqueKeyRow;
use crate::api_keys::ApiKeyRow;
use crate::authorizations::AuthorizationStep;
use crate::columns::column_of;
use crate::environments::EnvironmentRow;
use crate::events::EventRow;
use crate::health::HealthRow;
use crate::integrations::IntegrationRow;
use crate::leases::LeaseRow;
use crate::manifests::ManifestRow;
use crate::rankings::RankingStep;
use crate::receipts::ReceiptRow;
use crate::settings::SettingRow;
use crate::token_refreshes::RefreshStep;

/// The rows of one commit.
pub(super) struct Plan {
    pub(super) environments: Vec<EnvironmentRow>,
    pub(super) integrations: Vec<IntegrationStep>,
    pub(super) deleted: Vec<IntegrationId>,
    pub(super) moved: Vec<Integration>,
    pub(super) released: Vec<UniqueKeyRow>,
    pub(super) claimed: Vec<(UniqueKeyRow, UniqueKey)>,
    pub(super) manifests: Vec<ManifestStep>,
    pub(super) health: Vec<(HealthRow, i32)>,
    pub(super) refreshes: Vec<RefreshStep>,
    pub(super) authorizations: Vec<AuthorizationStep>,
    pub(super) settings: Vec<SettingStep>,
    pub(super) rankings: Vec<RankingStep>,
    pub(super) api_keys: Vec<KeyStep>,
    pub(super) receipt: Option<ReceiptStep>,
    pub(super) leases: Vec<LeaseStep>,
    pub(super) events: Vec<EventRow>,
}

pub(super) enum IntegrationStep {
    Insert(IntegrationRow),
    Update(IntegrationRow),
    Revive(IntegrationRow),
}

pub(super) enum ManifestStep {
    Store(ManifestRow),
    Drop(IntegrationId),
}

pub(super) enum SettingStep {
    Insert(SettingRow),
    Update(SettingRow),
    Delete(SettingRow),
}

pub(super) enum KeyStep {
    Insert(Box<ApiKeyRow>),
    Revoke(ApiKeyId, DateTime<Utc>),
}

pub(super) enum ReceiptStep {
    Keep(ReceiptRow, ReceiptId),
    Finish(ReceiptRow),
    Forget(ReceiptId, NaiveDateTime),
}

pub(super) enum LeaseStep {
    Take(LeaseRow, NaiveDateTime, LeaseKey),
    Release(LeaseRow, LeaseKey),
}

impl Plan {
    /// Turns changes into rows.
    ///
    /// # Errors
    /// [`RepositoryError::Stale`] for an update of what the scope does not see,
    /// [`RepositoryError::Corrupt`] for something new outside of it.
    pub(super) fn new(scope: &Scope, changes: Changes) -> Result<Self, RepositoryError> {
        let mut plan = Self {
            environments: Vec::new(),
            integrations: Vec::with_capacity(changes.integrations.len()),
            deleted: Vec::new(),
            moved: Vec::new(),
            released: Vec::new(),
            claimed: Vec::new(),
            manifests: Vec::with_capacity(changes.manifests.len()),
            health: Vec::with_capacity(changes.health.len()),
            refreshes: Vec::new(),
            authorizations: Vec::new(),
            settings: Vec::with_capacity(changes.settings.len()),
            rankings: Vec::new(),
            api_keys: Vec::new(),
            receipt: None,
            leases: Vec::new(),
            events: Vec::with_capacity(changes.events.len()),
        };
        for environment in &changes.environments {
            plan.add_environment(scope, environment)?;
        }
        for write in &changes.integrations {
            plan.add_integration(scope, write)?;
        }
        for write in &changes.manifests {
            plan.add_manifest(&changes, write)?;
        }
        for write in &changes.health {
            plan.add_health(scope, write)?;
        }
        for write in &changes.refreshes {
            plan.add_refresh(scope, write)?;
        }
        for write in &changes.authorizations {
            plan.add_authorization(scope, write)?;
        }
        for write in &changes.settings {
            plan.add_setting(scope, write)?;
        }
        // In one order whoever writes: two that move integrations each where the other's comes from
        // would wait for each other.
        let mut rankings: Vec<_> = changes.rankings.iter().collect();
        rankings.sort_by_key(|write| (write.place.environment_id, write.place.channel.as_str()));
        for write in rankings {
            plan.add_ranking(scope, write)?;
        }
        for write in &changes.api_keys {
            plan.add_api_key(scope, write)?;
        }
        if let Some(write) = &changes.receipt {
            plan.add_receipt(scope, write)?;
        }
        for write in &changes.leases {
            plan.add_lease(scope, write);
        }
        for event in changes.events {
            plan.add_event(scope, event)?;
        }
        Ok(plan)
    }

    fn add_environment(&mut self, scope: &Scope, environment: &Environment) -> Result<(), RepositoryError> {
        inside(scope.sees(environment.organisation_id, environment.id), "environment")?;
        self.environments.push(environment.into());
        Ok(())
    }

    fn add_integration(&mut self, scope: &Scope, write: &IntegrationWrite) -> Result<(), RepositoryError> {
        match write {
            IntegrationWrite::Insert { integration, claimed } => {
                inside(sees(scope, integration), "integration")?;
                self.integrations.push(IntegrationStep::Insert(integration.into()));
                self.claim(integration, claimed);
            }
            IntegrationWrite::Update { integration, released, claimed, is_moved } => {
                if !sees(scope, integration) {
                    return Err(RepositoryError::Stale);
                }
                self.integrations.push(IntegrationStep::Update(integration.into()));
                self.released.extend(released.iter().map(|key| UniqueKeyRow::new(integration, key)));
                if integration.parts().deleted.is_some() {
                    self.deleted.push(integration.id());
                    return Ok(());
                }
                self.moved.extend(is_moved.then(|| integration.clone()));
                self.claim(integration, claimed);
            }
            IntegrationWrite::Revive { integration, claimed } => {
                if !sees(scope, integration) {
                    return Err(RepositoryError::Stale);
                }
                self.integrations.push(IntegrationStep::Revive(integration.into()));
                self.claim(integration, claimed);
            }
        }
        Ok(())
    }

    fn claim(&mut self, integration: &Integration, keys: &[UniqueKey]) {
        self.claimed.extend(keys.iter().map(|key| (UniqueKeyRow::new(integration, key), key.clone())));
    }

    /// The integration beside it was judged by the scope, and guards it by its version.
    fn add_manifest(&mut self, changes: &Changes, write: &ManifestWrite) -> Result<(), RepositoryError> {
        let written = changes.integrations.iter().map(|write| match write {
            IntegrationWrite::Insert { integration, .. }
            | IntegrationWrite::Update { integration, .. }
            | IntegrationWrite::Revive { integration, .. } => integration,
        });
        let live = |one: &&Integration| one.id() == write.integration && one.parts().deleted.is_none();
        let Some(integration) = written.rev().find(live) else {
            return Err(RepositoryError::corrupt("manifest", "it comes without its integration"));
        };
        self.manifests.push(match &write.document {
            Some(document) => ManifestStep::Store(ManifestRow::new(integration, document)),
            None => ManifestStep::Drop(integration.id()),
        });
        Ok(())
    }

    /// Another version, and so one that lies elsewhere, is not found.
    fn add_health(&mut self, scope: &Scope, write: &HealthWrite) -> Result<(), RepositoryError> {
        if !sees(scope, &write.integration) {
            return Err(RepositoryError::Stale);
        }
        self.health.push((write.into(), write.integration.version().number()));
        Ok(())
    }

    /// What lies elsewhere is not found, a first write of it included.
    fn add_refresh(&mut self, scope: &Scope, write: &RefreshWrite) -> Result<(), RepositoryError> {
        if !scope.sees(write.organisation_id, write.environment_id) {
            return Err(RepositoryError::Stale);
        }
        self.refreshes.push(RefreshStep::of(write));
        Ok(())
    }

    fn add_authorization(
        &mut self,
        scope: &Scope,
        write: &AuthorizationWrite,
    ) -> Result<(), RepositoryError> {
        let sees = |one: &Authorization| scope.sees(one.organisation_id, one.environment_id);
        match write {
            AuthorizationWrite::Begin(one) => inside(sees(one), "authorization")?,
            AuthorizationWrite::Start(one) | AuthorizationWrite::Finish(one) if !sees(one) => {
                return Err(RepositoryError::Stale);
            }
            AuthorizationWrite::Start(_) | AuthorizationWrite::Finish(_) => {}
        }
        self.authorizations.push(AuthorizationStep::of(write)?);
        Ok(())
    }

    fn add_setting(&mut self, scope: &Scope, write: &SettingWrite) -> Result<(), RepositoryError> {
        self.settings.push(match write {
            SettingWrite::Insert(setting) => {
                inside(sees_setting(scope, setting), "setting")?;
                SettingStep::Insert(setting.into())
            }
            SettingWrite::Update(setting) | SettingWrite::Delete(setting)
                if !sees_setting(scope, setting) =>
            {
                return Err(RepositoryError::Stale);
            }
            SettingWrite::Update(setting) => SettingStep::Update(setting.into()),
            SettingWrite::Delete(setting) => SettingStep::Delete(setting.into()),
        });
        Ok(())
    }

    /// What lies elsewhere is not found, a first write of it included.
    fn add_ranking(&mut self, scope: &Scope, write: &RankingWrite) -> Result<(), RepositoryError> {
        if !scope.sees(write.place.organisation_id, write.place.environment_id) {
            return Err(RepositoryError::Stale);
        }
        self.rankings.push(RankingStep::of(write));
        Ok(())
    }

    fn add_api_key(&mut self, scope: &Scope, write: &KeyWrite) -> Result<(), RepositoryError> {
        match write {
            KeyWrite::Insert(key) => {
                inside(sees_key(scope, key), "key")?;
                self.api_keys.push(KeyStep::Insert(Box::new(key.into())));
            }
            KeyWrite::Revoke { id, at } => self.api_keys.push(KeyStep::Revoke(*id, *at)),
        }
        Ok(())
    }

    fn add_receipt(&mut self, scope: &Scope, write: &ReceiptWrite) -> Result<(), RepositoryError> {
        self.receipt = Some(match write {
            ReceiptWrite::Keep(receipt) | ReceiptWrite::Finish(receipt)
                if receipt.organisation_id != scope.organisation() =>
            {
                return inside(false, "receipt");
            }
            ReceiptWrite::Keep(receipt) => ReceiptStep::Keep(receipt.into(), receipt.id),
            ReceiptWrite::Finish(receipt) => ReceiptStep::Finish(receipt.into()),
            ReceiptWrite::Forget { id, created_at } => ReceiptStep::Forget(*id, column_of(*created_at)),
        });
        Ok(())
    }

    fn add_lease(&mut self, scope: &Scope, write: &LeaseWrite) {
        self.leases.push(match write {
            LeaseWrite::Take { lease, at } => {
                LeaseStep::Take(LeaseRow::new(scope, lease), column_of(*at), lease.key.clone())
            }
            LeaseWrite::Release(lease) => LeaseStep::Release(LeaseRow::new(scope, lease), lease.key.clone()),
        });
    }

    fn add_event(&mut self, scope: &Scope, event: Event) -> Result<(), RepositoryError> {
        // An event of no environment is one of the organisation as a whole.
        let seen = match event.environment_id {
            Some(environment) => scope.sees(event.organisation_id, environment),
            None => scope.organisation() == event.organisation_id,
        };
        inside(seen, "event")?;
        self.events.push(event.into());
        Ok(())
    }
}

fn inside(seen: bool, entity: &'static str) -> Result<(), RepositoryError> {
    if seen { Ok(()) } else { Err(RepositoryError::corrupt(entity, "it lies outside the scope")) }
}

fn sees(scope: &Scope, integration: &Integration) -> bool {
    scope.sees(integration.parts().organisation_id, integration.parts().environment_id)
}

/// The rows say the environment too: one that lies elsewhere is not found.
fn sees_setting(scope: &Scope, setting: &Setting) -> bool {
    scope.sees(setting.parts().organisation_id, setting.parts().environment_id)
}

/// A caller of one environment cannot make a key that reaches beyond it.
fn sees_key(scope: &Scope, key: &ApiKey) -> bool {
    match key.environment_id {
        Some(environment) => scope.sees(key.organisation_id, environment),
        None => scope.organisation() == key.organisation_id && scope.environment().is_none(),
    }
}
