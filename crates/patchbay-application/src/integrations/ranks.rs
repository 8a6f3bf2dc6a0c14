//! Keeping the order in which integrations are used, whichever API changes them.

use patchbay_domain::{
    Changes, ChannelKind, EnvironmentId, Integration, Provider, Rank, Ranking, RankingPlace,
    RankingRepository, RankingWrite, RepositoryError, Scope, Status, Version,
};

/// An integration before and after a change; of a new one, and of one that comes back, there is
/// none before.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub before: Option<&'a Integration>,
    pub after: &'a Integration,
}

/// Where an integration stands.
pub(super) async fn rank_of(
    rankings: &dyn RankingRepository,
    scope: &Scope,
    integration: &Integration,
    provider: &Provider,
) -> Result<Rank, RepositoryError> {
    let Some(channel) = stands_in(integration, provider) else { return Ok(Rank::default()) };
    let found = rankings.find(scope, integration.parts().environment_id, channel).await?;
    Ok(found.map(|(_, ranking)| ranking.rank_of(integration.id())).unwrap_or_default())
}

/// Adds to `changes`, which make `step`, what becomes of the order for it, and tells where the
/// integration stands then. What nothing is ranked of costs no read.
///
/// The changes have to write the integration: by its version, and not by that of the order alone,
/// they meet whatever else is done to it meanwhile.
pub(super) async fn ranked(
    rankings: &dyn RankingRepository,
    scope: &Scope,
    changes: Changes,
    step: Step<'_>,
    provider: &Provider,
) -> Result<(Changes, Rank), RepositoryError> {
    let place =
        |one: &Integration| stands_in(one, provider).map(|channel| (one.parts().environment_id, channel));
    let (left, taken) = (step.before.and_then(place), place(step.after));
    let mut changes = changes;
    if let Some((environment, channel)) = left.filter(|_| left != taken) {
        let order = Order::read(rankings, scope, (environment, channel), step.after).await?;
        let mut ranking = order.ranking.clone();
        ranking.withdraw(step.after.id());
        changes = order.replaced_by(ranking).into_iter().fold(changes, Changes::ranking);
    }
    let Some(at) = taken else { return Ok((changes, Rank::default())) };
    let order = Order::read(rankings, scope, at, step.after).await?;
    let mut ranking = order.ranking.clone();
    enter(&mut ranking, step, left == taken);
    let rank = ranking.rank_of(step.after.id());
    Ok((order.replaced_by(ranking).into_iter().fold(changes, Changes::ranking), rank))
}

/// What becomes of the order when an integration is to be used before all others.
pub(super) struct Promotion {
    /// Where it stands now.
    pub before: Rank,
    /// Where it stands then.
    pub after: Rank,
    /// The order then, if it is another one.
    pub write: Option<RankingWrite>,
}

/// Decides what becomes of the order of `channel` when `integration` is to be used before all
/// others.
pub(super) async fn promoted(
    rankings: &dyn RankingRepository,
    scope: &Scope,
    (integration, channel): (&Integration, ChannelKind),
) -> Result<Promotion, RepositoryError> {
    let at = (integration.parts().environment_id, channel);
    let order = Order::read(rankings, scope, at, integration).await?;
    let before = order.ranking.rank_of(integration.id());
    let mut ranking = order.ranking.clone();
    ranking.promote(integration.id());
    let after = ranking.rank_of(integration.id());
    Ok(Promotion { before, after, write: order.replaced_by(ranking) })
}

/// What becomes of the place of one that stands here after `step`, and maybe stood here before.
fn enter(ranking: &mut Ranking, Step { before, after }: Step<'_>, stood_here: bool) {
    let has_conditions = !after.parts().conditions.is_empty();
    let stands = ranking.rank_of(after.id()) != Rank::default();
    match before {
        None if !has_conditions => ranking.admit_new(after.id()),
        // One of before there were rankings is admitted when it changes.
        _ if !stood_here || !stands => ranking.admit(after.id()),
        _ if has_conditions => ranking.demote(after.id()),
        _ => {}
    }
}

/// The channel in whose ranking an integration stands now.
pub(super) fn stands_in(integration: &Integration, provider: &Provider) -> Option<ChannelKind> {
    let parts = integration.parts();
    let is_in_use = parts.status == Status::Active && parts.deleted.is_none();
    integration.ranked_in(provider).filter(|_| is_in_use)
}

/// A ranking as it was read.
struct Order {
    place: RankingPlace,
    expected: Option<Version>,
    ranking: Ranking,
}

impl Order {
    async fn read(
        rankings: &dyn RankingRepository,
        scope: &Scope,
        (environment_id, channel): (EnvironmentId, ChannelKind),
        of: &Integration,
    ) -> Result<Self, RepositoryError> {
        let found = rankings.find(scope, environment_id, channel).await?;
        let (expected, ranking) =
            found.map_or_else(Default::default, |(version, ranking)| (Some(version), ranking));
        let place = RankingPlace { organisation_id: of.parts().organisation_id, environment_id, channel };
        Ok(Self { place, expected, ranking })
    }

    /// The write of `ranking` in its place, if that is anything else.
    fn replaced_by(self, ranking: Ranking) -> Option<RankingWrite> {
        let Self { place, expected, ranking: before } = self;
        (ranking != before).then_some(RankingWrite { place, expected, ranking })
    }
}
