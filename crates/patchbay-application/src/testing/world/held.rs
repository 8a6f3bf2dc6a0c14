//! What a store in memory holds.

use std::collections::VecDeque;

use patchbay_domain::{
    Changes, ChannelKind, EnvironmentId, Integration, IntegrationWrite, OpenConnection, Ranking,
    RankingPlace, RankingWrite, RepositoryError, Taken, Version,
};

/// What somebody else does between a read and the commit that follows it.
pub type Rival = Box<dyn FnOnce(&mut Held) + Send>;

/// What the store holds, and what was asked of it.
#[derive(Default)]
pub struct Held {
    /// The live integrations, oldest first.
    pub integrations: Vec<Integration>,
    /// The orders, each at its version.
    pub rankings: Vec<(RankingPlace, Version, Ranking)>,
    /// What was committed, oldest first.
    pub commits: Vec<Changes>,
    /// How often an order was read.
    pub reads: usize,
    /// What providers were asked about.
    pub asked: Vec<OpenConnection>,
    /// What others do, each before one of the commits that come.
    pub rivals: VecDeque<Rival>,
}

impl Held {
    pub fn order(&self, environment: EnvironmentId, channel: ChannelKind) -> Option<(Version, Ranking)> {
        let is_it = |place: &RankingPlace| place.environment_id == environment && place.channel == channel;
        let found = self.rankings.iter().find(|(place, ..)| is_it(place));
        found.map(|(_, version, ranking)| (*version, ranking.clone()))
    }

    /// Writes all of it or nothing, as the port promises.
    pub fn commit(&mut self, changes: Changes) -> Result<(), RepositoryError> {
        if let Some(rival) = self.rivals.pop_front() {
            rival(self);
        }
        changes.integrations.iter().try_for_each(|write| self.check(write))?;
        for write in &changes.rankings {
            let present = self.order(write.place.environment_id, write.place.channel);
            if present.map(|(version, _)| version) != write.expected {
                return Err(RepositoryError::Stale);
            }
        }
        changes.integrations.iter().for_each(|write| self.write(write));
        changes.rankings.iter().for_each(|write| self.rank(write));
        self.commits.push(changes);
        Ok(())
    }

    fn check(&self, write: &IntegrationWrite) -> Result<(), RepositoryError> {
        let (after, claimed) = match write {
            IntegrationWrite::Insert { integration, claimed }
            | IntegrationWrite::Revive { integration, claimed } => (integration, claimed),
            IntegrationWrite::Update { integration, claimed, .. } => {
                let is_before = |one: &&Integration| {
                    one.id() == integration.id() && one.version().next() == integration.version()
                };
                self.integrations.iter().find(is_before).ok_or(RepositoryError::Stale)?;
                (integration, claimed)
            }
        };
        let others = self.integrations.iter().filter(|one| one.id() != after.id());
        let held: Vec<_> = others.flat_map(Integration::unique_keys).collect();
        match claimed.iter().find(|key| held.contains(key)) {
            Some(key) => Err(RepositoryError::Duplicate(Taken::Key(key.clone()))),
            None => Ok(()),
        }
    }

    /// Puts in what is new, in the place of the version before it.
    pub fn write(&mut self, write: &IntegrationWrite) {
        let (IntegrationWrite::Insert { integration, .. }
        | IntegrationWrite::Revive { integration, .. }
        | IntegrationWrite::Update { integration, .. }) = write;
        match self.integrations.iter().position(|one| one.id() == integration.id()) {
            Some(place) if integration.parts().deleted.is_some() => drop(self.integrations.remove(place)),
            Some(place) => self.integrations[place] = integration.clone(),
            None => self.integrations.push(integration.clone()),
        }
    }

    /// Puts in an order, in the place of the version before it.
    pub fn rank(&mut self, write: &RankingWrite) {
        self.rankings.retain(|(place, ..)| *place != write.place);
        let version = write.expected.map_or(Version::FIRST, Version::next);
        self.rankings.push((write.place, version, write.ranking.clone()));
    }
}
