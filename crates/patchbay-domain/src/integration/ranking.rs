//! Which of several integrations is used first.

use async_trait::async_trait;

use super::Version;
use crate::{ChannelKind, EnvironmentId, IntegrationId, OrganisationId, RepositoryError, Scope};

/// In which order the active integrations of one channel of an environment are used.
///
/// It is one thing with a version of its own, so that whoever changes it has seen all of it: two
/// that are made primary together cannot both be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranking {
    /// The first is used first.
    order: Vec<IntegrationId>,
    /// Whether the first of them is the primary one.
    has_primary: bool,
}

/// Where an integration stands in its ranking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rank {
    /// Whether it is the primary one.
    pub is_primary: bool,
    /// The higher, the earlier it is used, 1 at the least; 0 when it does not stand there.
    pub priority: u32,
}

impl Ranking {
    /// A stored ranking, the first before all others.
    #[must_use]
    pub fn from_stored(order: Vec<IntegrationId>, has_primary: bool) -> Self {
        Self { has_primary: has_primary && !order.is_empty(), order }
    }

    /// Those that stand in it, the first before all others.
    #[must_use]
    pub fn order(&self) -> &[IntegrationId] {
        &self.order
    }

    /// Whether the first of them is the primary one.
    #[must_use]
    pub const fn has_primary(&self) -> bool {
        self.has_primary
    }

    /// Where `id` stands.
    #[must_use]
    pub fn rank_of(&self, id: IntegrationId) -> Rank {
        let Some(place) = self.order.iter().position(|one| *one == id) else { return Rank::default() };
        let priority = u32::try_from(self.order.len() - place).unwrap_or(u32::MAX);
        Rank { is_primary: self.has_primary && place == 0, priority }
    }

    /// Puts `id` before all others but the primary one. It is none itself, not even where there
    /// is no other.
    pub fn admit(&mut self, id: IntegrationId) {
        self.withdraw(id);
        self.order.insert(usize::from(self.has_primary), id);
    }

    /// The same for one that is new: where there is no primary one, it becomes that.
    pub fn admit_new(&mut self, id: IntegrationId) {
        self.admit(id);
        self.has_primary = true;
    }

    /// Takes `id` out. If it was the primary one, nobody is from now on.
    pub fn withdraw(&mut self, id: IntegrationId) {
        self.demote(id);
        self.order.retain(|one| *one != id);
    }

    /// Lets `id` stand where it is, but not as the primary one.
    pub fn demote(&mut self, id: IntegrationId) {
        if self.rank_of(id).is_primary {
            self.has_primary = false;
        }
    }

    /// Makes `id` the primary one, before all others.
    pub fn promote(&mut self, id: IntegrationId) {
        self.order.retain(|one| *one != id);
        self.order.insert(0, id);
        self.has_primary = true;
    }
}

/// What a ranking is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankingPlace {
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The environment.
    pub environment_id: EnvironmentId,
    /// The channel.
    pub channel: ChannelKind,
}

/// A write of a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankingWrite {
    /// What it is of.
    pub place: RankingPlace,
    /// The version that it replaces; `None` when there is none yet. Any other is stale.
    pub expected: Option<Version>,
    /// The ranking from now on.
    pub ranking: Ranking,
}

/// Reads rankings. Every call sees one scope only.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait RankingRepository: Send + Sync {
    /// The ranking of one channel of an environment, and its version; `None` when nothing was ever
    /// ranked there.
    async fn find(
        &self,
        scope: &Scope,
        environment: EnvironmentId,
        channel: ChannelKind,
    ) -> Result<Option<(Version, Ranking)>, RepositoryError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(number: u128) -> IntegrationId {
        IntegrationId::from_uuid(Uuid::from_u128(number))
    }

    /// Numbers of those that stand there, the primary one negative.
    fn order(ranking: &Ranking) -> Vec<i128> {
        let number = |id: &IntegrationId| i128::try_from(id.as_uuid().as_u128()).unwrap();
        let sign = |id: &IntegrationId| if ranking.rank_of(*id).is_primary { -1 } else { 1 };
        ranking.order().iter().map(|id| sign(id) * number(id)).collect()
    }

    fn ranked(numbers: &[u128], has_primary: bool) -> Ranking {
        Ranking::from_stored(numbers.iter().copied().map(id).collect(), has_primary)
    }

    #[test]
    fn the_first_that_is_new_is_primary_and_those_after_it_come_right_below() {
        let mut ranking = Ranking::default();
        for number in [1, 2, 3] {
            ranking.admit_new(id(number));
        }
        assert_eq!(order(&ranking), [-1, 3, 2]);
        assert_eq!(ranking.rank_of(id(1)), Rank { is_primary: true, priority: 3 });
        assert_eq!(ranking.rank_of(id(2)), Rank { is_primary: false, priority: 1 });
        assert_eq!(ranking.rank_of(id(9)), Rank::default());
    }

    #[test]
    fn one_that_is_new_becomes_primary_where_none_is() {
        let mut ranking = ranked(&[1, 2], false);
        ranking.admit_new(id(3));
        assert_eq!(order(&ranking), [-3, 1, 2]);
    }

    #[test]
    fn one_that_is_admitted_again_is_never_primary() {
        let mut ranking = Ranking::default();
        ranking.admit(id(1));
        assert_eq!(order(&ranking), [1]);
        let mut ranking = ranked(&[1, 2], true);
        ranking.admit(id(3));
        assert_eq!(order(&ranking), [-1, 3, 2]);
    }

    #[test]
    fn one_that_is_admitted_where_it_is_primary_is_that_no_longer_and_nobody_else_is() {
        let mut ranking = ranked(&[1, 2], true);
        ranking.admit(id(1));
        assert_eq!(order(&ranking), [1, 2]);
    }

    #[test]
    fn when_the_primary_one_leaves_nobody_takes_its_place() {
        let mut ranking = ranked(&[1, 2, 3], true);
        ranking.withdraw(id(1));
        assert_eq!(order(&ranking), [2, 3]);
        assert_eq!(ranking.rank_of(id(2)), Rank { is_primary: false, priority: 2 });
        ranking.withdraw(id(3));
        assert_eq!(order(&ranking), [2]);
    }

    #[test]
    fn one_that_is_demoted_stays_where_it_is() {
        let mut ranking = ranked(&[1, 2], true);
        ranking.demote(id(2));
        assert_eq!(order(&ranking), [-1, 2]);
        ranking.demote(id(1));
        assert_eq!(order(&ranking), [1, 2]);
    }

    #[test]
    fn one_that_is_promoted_comes_before_all_others_which_keep_their_order() {
        let mut ranking = ranked(&[1, 2, 3], true);
        ranking.promote(id(3));
        assert_eq!(order(&ranking), [-3, 1, 2]);
        ranking.promote(id(9));
        assert_eq!(order(&ranking), [-9, 3, 1, 2]);
        ranking.promote(id(9));
        assert_eq!(order(&ranking), [-9, 3, 1, 2]);
    }

    #[test]
    fn of_nobody_none_is_primary() {
        assert!(!Ranking::from_stored(Vec::new(), true).has_primary());
    }
}
