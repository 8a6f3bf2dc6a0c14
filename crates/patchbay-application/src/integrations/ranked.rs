//! Showing integrations with where they stand.

use std::sync::Arc;

use patchbay_domain::{
    ChannelKind, EnvironmentId, Integration, IntegrationFilter, IntegrationId, Permission, ProviderDirectory,
    Rank, Ranking, RankingRepository, Scope, Status,
};

use super::ranks::{rank_of, stands_in};
use super::{DeleteIntegration, GetIntegration, ListIntegrations};
use crate::{AppError, Caller, Disclosed, Entity, Expected, Reach, Read, Reveal, VersionSeen};

/// An integration as the caller may see it, and where it stands among those of its channel.
#[derive(Debug)]
pub struct Ranked {
    /// The integration, and its secrets as the caller may see them.
    pub shown: Disclosed,
    /// Where it stands.
    pub rank: Rank,
}

impl Ranked {
    /// Which version this is, as the caller sees it, and where it stands.
    #[must_use]
    pub fn seen(&self) -> VersionSeen {
        VersionSeen { rank: self.rank, ..self.shown.seen() }
    }
}

/// Which of an environment's integrations are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct RankedSearch {
    /// The environment; none is that which the caller is at home in.
    pub environment: Option<EnvironmentId>,
    /// Those that an API speaks of.
    pub reach: Reach,
    /// Whether only those are listed that are in use.
    pub only_active: bool,
}

/// Lists the integrations of one environment.
#[derive(Clone)]
pub struct ListRanked {
    /// Says what their secrets are called.
    pub list: ListIntegrations,
    /// Knows what they connect to.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Knows where they stand.
    pub rankings: Arc<dyn RankingRepository>,
}

impl ListRanked {
    /// All integrations of the environment that are looked for, oldest first. Of their secrets is
    /// said what they are called.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`],
    /// [`AppError::OtherEnvironment`] when the caller may see another environment only.
    pub async fn run(&self, caller: &Caller, search: RankedSearch) -> Result<Vec<Ranked>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        self.every(caller, search).await
    }

    /// The same, for whoever is to see them anyway.
    async fn every(&self, caller: &Caller, search: RankedSearch) -> Result<Vec<Ranked>, AppError> {
        let environment = caller.environment(search.environment)?;
        let scope = caller.scope_within(Some(environment))?;
        let status = search.only_active.then_some(Status::Active);
        let filter = IntegrationFilter { status, ..IntegrationFilter::default() };
        let mut found = self.list.every(&scope, &filter).await?;
        found.retain(|one| search.reach.takes(one, &*self.providers));
        let orders = self.orders(&scope, environment, &found).await?;
        let rank = |one: &Integration| {
            let channel = self.channel_of(one);
            let order = orders.iter().find(|(kind, _)| Some(*kind) == channel);
            order.map(|(_, ranking)| ranking.rank_of(one.id())).unwrap_or_default()
        };
        let ranks: Vec<_> = found.iter().map(rank).collect();
        let shown = self.list.named(caller, found)?;
        Ok(shown.into_iter().zip(ranks).map(|(shown, rank)| Ranked { shown, rank }).collect())
    }

    /// The channel in whose ranking it stands.
    fn channel_of(&self, one: &Integration) -> Option<ChannelKind> {
        stands_in(one, &self.providers.described(&one.parts().provider))
    }

    /// The rankings in which any of `listed` stand.
    async fn orders(
        &self,
        scope: &Scope,
        environment: EnvironmentId,
        listed: &[Integration],
    ) -> Result<Vec<(ChannelKind, Ranking)>, AppError> {
        let mut orders = Vec::new();
        for kind in ChannelKind::ALL.iter().copied().filter(|kind| kind.is_ranked()) {
            if listed.iter().any(|one| self.channel_of(one) == Some(kind)) {
                let found = self.rankings.find(scope, environment, kind).await?;
                orders.extend(found.map(|(_, ranking)| (kind, ranking)));
            }
        }
        Ok(orders)
    }
}

/// Shows one integration with where it stands.
pub struct GetRanked {
    /// Shows it.
    pub get: GetIntegration,
    /// Knows what it connects to.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Knows where it stands.
    pub rankings: Arc<dyn RankingRepository>,
}

impl GetRanked {
    /// The integration, its secrets as the caller may see them, and where it stands, unless the
    /// caller has seen just that: `known`. Showing secrets in full is recorded before they are
    /// shown.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`],
    /// [`AppError::NotFound`] when the caller, or the API, sees no such integration.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reach: Reach,
        reveal: Reveal,
        known: &[VersionSeen],
    ) -> Result<Read<Ranked>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        let found = self.get.integrations.find(caller.scope(), id).await?;
        let meant = found.filter(|one| reach.takes(one, &*self.providers));
        let integration = meant.ok_or(AppError::NotFound(Entity::Integration))?;
        let provider = self.providers.described(&integration.parts().provider);
        let rank = rank_of(&*self.rankings, caller.scope(), &integration, &provider).await?;
        let seen = VersionSeen { rank, ..VersionSeen::of(&integration, caller, reveal) };
        if known.contains(&seen) {
            return Ok(Read::Unchanged(seen));
        }
        let shown = self.get.disclosed(caller, integration, reveal).await?;
        Ok(Read::Now(Ranked { shown, rank }, seen))
    }
}

/// Deletes an integration and shows which are left.
pub struct DeleteRanked {
    /// Deletes it.
    pub delete: DeleteIntegration,
    /// Lists the others.
    pub list: ListRanked,
}

impl DeleteRanked {
    /// Deletes the integration and lists those that are left in its environment, also to a caller
    /// who may not list them otherwise: that is how the API answers that it is gone.
    ///
    /// # Errors
    /// Those of [`DeleteIntegration::run`].
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reach: Reach,
        expected: &Expected,
    ) -> Result<Vec<Ranked>, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let deleted = self.delete.run(caller, id, reach, expected, Reveal::Never).await?;
        let environment = Some(deleted.integration.parts().environment_id);
        self.list.every(caller, RankedSearch { environment, reach, only_active: false }).await
    }
}
