//! A store in memory, for use cases whose effect only several of them show.

mod held;

use std::sync::{Arc, Mutex, MutexGuard};

use futures::executor::block_on;
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    ChannelKind, Environment, EnvironmentId, EnvironmentName, Event, EventType, Integration, IntegrationId,
    MockCredentialVerifier, MockEnvironmentRepository, MockIntegrationRepository, MockManifestFetcher,
    MockOAuthExchanger, MockProviderDirectory, MockRankingRepository, MockSettingRepository, MockUnitOfWork,
    Page, Permission, Provider, Verification,
};

pub use held::Held;

use super::{AtOnce, an_organisation, at, caller, vault};
use crate::idempotency::ReceiptFor;
use crate::integrations::{
    CreateIntegration, Created, DeleteIntegration, DeleteRanked, EditIntegration, GetIntegration, GetRanked,
    IntegrationChange, ListIntegrations, ListRanked, MakePrimary, NewIntegration, Ranked, RankedSearch,
    RevokeGrants,
};
use crate::{AppError, Caller, Expected, Reach, Read, Reveal};

/// Use cases on one store, for one caller.
pub struct World {
    held: Arc<Mutex<Held>>,
    /// Who asks.
    pub caller: Caller,
    /// What the catalogue knows.
    pub providers: Vec<Provider>,
    /// What providers say; `None` where nobody may ask one.
    pub verification: Option<Verification>,
    clock: Arc<FixedClock>,
    ids: Arc<SequentialIds>,
}

/// Another environment of the same organisation.
pub fn elsewhere() -> EnvironmentId {
    EnvironmentId::from_uuid(uuid::Uuid::from_u128(0xE2))
}

/// The environment that the organisation began with.
pub fn at_home() -> EnvironmentId {
    an_organisation().default_environment
}

impl World {
    /// An empty store; the catalogue knows these.
    pub fn of(providers: Vec<Provider>) -> Self {
        Self {
            held: Arc::default(),
            caller: caller(&[Permission::IntegrationsRead, Permission::IntegrationsWrite]),
            providers,
            verification: None,
            clock: Arc::default(),
            ids: Arc::default(),
        }
    }

    /// What the store holds. A test that looks at it twice at once fails, and does not hang.
    pub fn held(&self) -> MutexGuard<'_, Held> {
        self.held.try_lock().unwrap()
    }

    /// What somebody else does before the next commit that has no rival yet.
    pub fn rival(&self, rival: impl FnOnce(&mut Held) + Send + 'static) {
        self.held().rivals.push_back(Box::new(rival));
    }

    /// The integration as it is stored.
    pub fn stored(&self, id: IntegrationId) -> Integration {
        self.held().integrations.iter().find(|one| one.id() == id).unwrap().clone()
    }

    /// The names of those that stand in an order, the primary one with a star.
    pub fn order_in(&self, environment: EnvironmentId, channel: ChannelKind) -> Vec<String> {
        let held = self.held();
        let Some((_, ranking)) = held.order(environment, channel) else { return Vec::new() };
        let name = |id: &IntegrationId| {
            let one = held.integrations.iter().find(|one| one.id() == *id);
            let star = if ranking.rank_of(*id).is_primary { "*" } else { "" };
            format!("{star}{}", one.map_or("gone", |one| one.name().as_str()))
        };
        ranking.order().iter().map(name).collect()
    }

    /// The same of mail at home.
    pub fn order(&self) -> Vec<String> {
        self.order_in(at_home(), ChannelKind::Email)
    }

    /// Forgets what was committed, read and asked until now.
    pub fn forget(&self) {
        let mut held = self.held();
        (held.commits, held.reads, held.asked) = (Vec::new(), 0, Vec::new());
    }

    /// How many orders were read, and how many written, since it was forgotten.
    pub fn cost(&self) -> (usize, usize) {
        let held = self.held();
        (held.reads, held.commits.iter().map(|changes| changes.rankings.len()).sum())
    }

    /// What was recorded since then of this type.
    pub fn recorded(&self, event_type: EventType) -> Vec<Event> {
        let held = self.held();
        let events = held.commits.iter().flat_map(|changes| changes.events.clone());
        events.filter(|event| event.event_type == event_type).collect()
    }
}

/// The use cases.
impl World {
    pub fn create(&self, new: NewIntegration) -> Result<Created, AppError> {
        let create = CreateIntegration {
            environments: Arc::new(Self::environments()),
            rankings: Arc::new(self.rankings()),
            providers: Arc::new(self.directory()),
            verifier: Arc::new(self.verifier()),
            fetcher: Arc::new(MockManifestFetcher::new()),
            work: Arc::new(self.work()),
            vault: Arc::new(vault()),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        block_on(create.run(&self.caller, new, Reveal::Never, &ReceiptFor::none()))
    }

    pub fn edit(&self, id: IntegrationId, change: IntegrationChange) -> Result<Ranked, AppError> {
        let edit = EditIntegration {
            integrations: Arc::new(self.integrations()),
            settings: Arc::new(MockSettingRepository::new()),
            environments: Arc::new(Self::environments()),
            rankings: Arc::new(self.rankings()),
            providers: Arc::new(self.directory()),
            verifier: Arc::new(self.verifier()),
            fetcher: Arc::new(MockManifestFetcher::new()),
            work: Arc::new(self.work()),
            vault: Arc::new(vault()),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        block_on(edit.run(&self.caller, id, change, &Expected::Any, Reveal::Never, &ReceiptFor::none()))
    }

    pub fn make_primary(&self, id: IntegrationId, reach: Reach) -> Result<Ranked, AppError> {
        let make_primary = MakePrimary {
            integrations: Arc::new(self.integrations()),
            providers: Arc::new(self.directory()),
            rankings: Arc::new(self.rankings()),
            work: Arc::new(self.work()),
            vault: Arc::new(vault()),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        block_on(make_primary.run(&self.caller, id, reach, Reveal::Never, &ReceiptFor::none()))
    }

    pub fn list(&self, search: RankedSearch) -> Result<Vec<Ranked>, AppError> {
        block_on(self.list_ranked().run(&self.caller, search))
    }

    pub fn get(&self, id: IntegrationId, reach: Reach) -> Result<Ranked, AppError> {
        let get = GetIntegration {
            integrations: Arc::new(self.integrations()),
            work: Arc::new(self.work()),
            vault: Arc::new(vault()),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        let (providers, rankings) = (Arc::new(self.directory()), Arc::new(self.rankings()));
        let get = GetRanked { get, providers, rankings };
        let read = block_on(get.run(&self.caller, id, reach, Reveal::Never, &[]))?;
        let Read::Now(ranked, _) = read else { panic!("nothing was known") };
        Ok(ranked)
    }

    pub fn delete(&self, id: IntegrationId, reach: Reach) -> Result<Vec<Ranked>, AppError> {
        let revoke = RevokeGrants {
            exchanger: Arc::new(MockOAuthExchanger::new()),
            vault: Arc::new(vault()),
            background: Arc::new(AtOnce),
        };
        let delete = DeleteIntegration {
            integrations: Arc::new(self.integrations()),
            providers: Arc::new(self.directory()),
            rankings: Arc::new(self.rankings()),
            work: Arc::new(self.work()),
            revoke,
            vault: Arc::new(vault()),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        let delete = DeleteRanked { delete, list: self.list_ranked() };
        block_on(delete.run(&self.caller, id, reach, &Expected::Any))
    }

    fn list_ranked(&self) -> ListRanked {
        let (integrations, vault) = (Arc::new(self.integrations()), Arc::new(vault()));
        ListRanked {
            list: ListIntegrations { integrations, system_apps: Arc::from([]), vault },
            providers: Arc::new(self.directory()),
            rankings: Arc::new(self.rankings()),
        }
    }
}

/// The ports.
impl World {
    fn integrations(&self) -> MockIntegrationRepository {
        let mut integrations = MockIntegrationRepository::new();
        let held = self.held.clone();
        integrations.expect_find().returning(move |scope, id| {
            let held = held.try_lock().unwrap();
            let sees =
                |one: &&Integration| scope.sees(one.parts().organisation_id, one.parts().environment_id);
            Ok(held.integrations.iter().filter(sees).find(|one| one.id() == id).cloned())
        });
        let held = self.held.clone();
        integrations.expect_list().returning(move |scope, filter, page| {
            let held = held.try_lock().unwrap();
            let counts = |one: &&Integration| {
                scope.sees(one.parts().organisation_id, one.parts().environment_id) && filter.takes(one)
            };
            let items: Vec<_> = held.integrations.iter().filter(counts).cloned().collect();
            assert!(page.after.is_none() && items.len() < page.limit as usize);
            Ok(Page { items, next: None })
        });
        integrations
    }

    fn rankings(&self) -> MockRankingRepository {
        let mut rankings = MockRankingRepository::new();
        let held = self.held.clone();
        rankings.expect_find().returning(move |scope, environment, channel| {
            assert!(scope.sees(scope.organisation(), environment));
            let mut held = held.try_lock().unwrap();
            held.reads += 1;
            Ok(held.order(environment, channel))
        });
        rankings
    }

    fn work(&self) -> MockUnitOfWork {
        let mut work = MockUnitOfWork::new();
        let held = self.held.clone();
        work.expect_commit().returning(move |_, changes| held.try_lock().unwrap().commit(changes));
        work
    }

    /// Knows the one that the organisation began with, and one more.
    fn environments() -> MockEnvironmentRepository {
        let mut environments = MockEnvironmentRepository::new();
        environments.expect_find().returning(|scope, id| {
            let environment = Environment {
                id,
                organisation_id: scope.organisation(),
                name: EnvironmentName::parse("any").unwrap(),
                created_at: at(0),
            };
            Ok([at_home(), elsewhere()].contains(&id).then_some(environment))
        });
        environments
    }

    fn directory(&self) -> MockProviderDirectory {
        let mut directory = MockProviderDirectory::new();
        let known = self.providers.clone();
        directory.expect_described().returning(move |id| {
            let found = known.iter().find(|provider| provider.id == *id).cloned();
            Arc::new(found.unwrap_or_else(|| Provider::unknown(id.clone())))
        });
        directory
    }

    fn verifier(&self) -> MockCredentialVerifier {
        let mut verifier = MockCredentialVerifier::new();
        if let Some(said) = self.verification.clone() {
            let held = self.held.clone();
            verifier.expect_verify().returning(move |connection| {
                held.try_lock().unwrap().asked.push(connection.clone());
                said.clone()
            });
        }
        verifier
    }
}
