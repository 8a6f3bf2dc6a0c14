//! Listing integrations.

use std::sync::Arc;

use patchbay_domain::{
    Integration, IntegrationFilter, IntegrationPosition, IntegrationRepository, NumberedPage, Origin, Page,
    PageRequest, Permission, Scope, UniqueKey, Vault,
};

use super::SystemApp;
use crate::{AppError, Caller, Disclosed, Listed, Reveal, disclosure};

/// Which integrations a caller looks for; all where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct IntegrationSearch {
    /// What they are to be.
    pub filter: IntegrationFilter,
    /// What is to stand in their name, or in that of their app, in either case.
    pub text: Option<String>,
    /// Whether apps count that are offered to the caller's environment and not connected.
    pub with_offers: bool,
}

impl IntegrationSearch {
    /// Those of one origin.
    #[must_use]
    pub fn of(origin: Origin) -> Self {
        Self { filter: IntegrationFilter::of(origin), ..Self::default() }
    }

    fn takes(&self, integration: &Integration) -> bool {
        self.filter.takes(integration) && self.names(integration)
    }

    fn names(&self, integration: &Integration) -> bool {
        let Some(text) = &self.text else { return true };
        let app = integration.manifest().and_then(|manifest| manifest.app.as_ref());
        let has = |name: &str| name.to_lowercase().contains(&text.to_lowercase());
        has(integration.name().as_str()) || app.is_some_and(|app| has(&app.name))
    }
}

/// Lists the integrations that a caller sees.
#[derive(Clone)]
pub struct ListIntegrations {
    /// Reads them.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// What the installation offers to everyone.
    pub system_apps: Arc<[SystemApp]>,
    /// Opens their secrets, to say what they are called.
    pub vault: Arc<dyn Vault>,
}

/// How many integrations one read takes: a long list does not hold a database thread.
const BATCH: u32 = 500;

impl ListIntegrations {
    /// The integrations that the caller sees and looks for, or one page of them, oldest first.
    /// The apps that are offered and not connected are as old as the organisation, and come
    /// before all others. No secret is opened.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`].
    pub async fn run(
        &self,
        caller: &Caller,
        search: &IntegrationSearch,
        page: Option<NumberedPage>,
    ) -> Result<Listed<Integration>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        let mut offered = if search.with_offers { self.offered(caller).await? } else { Vec::new() };
        offered.retain(|app| search.takes(app));
        match page {
            Some(page) if search.text.is_none() => self.page(caller, &search.filter, offered, page).await,
            page => {
                let mut all = offered;
                self.stored(caller, search, &mut all).await?;
                Ok(Listed::of(all, page))
            }
        }
    }

    /// The integrations that follow `after` in the list that the caller looks for, `limit` of them
    /// at the most, and how many there are in all. Offers have no place in it.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`].
    pub async fn following(
        &self,
        caller: &Caller,
        search: &IntegrationSearch,
        page: PageRequest<IntegrationPosition>,
    ) -> Result<(Page<Integration, IntegrationPosition>, u64), AppError> {
        caller.require(Permission::IntegrationsRead)?;
        if search.text.is_none() {
            let total = self.integrations.count(caller.scope(), &search.filter).await?;
            return Ok((self.integrations.list(caller.scope(), &search.filter, page).await?, total));
        }
        let mut items = Vec::new();
        self.stored(caller, search, &mut items).await?;
        let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
        let place = |one: &Integration| (one.parts().created_at, one.id());
        items.retain(|one| page.after.is_none_or(|after| place(one) > (after.created_at, after.id)));
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let is_cut = items.len() > limit;
        items.truncate(limit);
        let next = if is_cut { items.last().map(IntegrationPosition::of) } else { None };
        Ok((Page { items, next }, total))
    }

    /// What was listed, with what its secrets are called. None of them is shown.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`],
    /// [`AppError::Internal`] when secrets cannot be opened.
    pub fn with_names(&self, caller: &Caller, listed: Vec<Integration>) -> Result<Vec<Disclosed>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        self.named(caller, listed)
    }

    /// The same, of what its caller is to see anyway.
    pub(super) fn named(
        &self,
        caller: &Caller,
        listed: Vec<Integration>,
    ) -> Result<Vec<Disclosed>, AppError> {
        let named = |integration: Integration| {
            let credentials = disclosure::open(&*self.vault, &integration)?;
            Ok(Disclosed { integration, secrets: Reveal::Names.show(caller, credentials) })
        };
        listed.into_iter().map(named).collect()
    }

    /// The apps that the caller's environment could connect, by id.
    async fn offered(&self, caller: &Caller) -> Result<Vec<Integration>, AppError> {
        let mut offered = Vec::new();
        for app in self.system_apps.iter() {
            if !self.is_connected(caller, app).await? {
                offered.push(app.offered_to(caller));
            }
        }
        offered.sort_by_key(Integration::id);
        Ok(offered)
    }

    /// Whether there is what connecting the app makes, or what keeps it from being connected: a
    /// connection of its provider that is older than the offer.
    async fn is_connected(&self, caller: &Caller, app: &SystemApp) -> Result<bool, AppError> {
        if self.integrations.find(caller.scope(), app.id_for(caller)).await?.is_some() {
            return Ok(true);
        }
        let key = UniqueKey::connection(caller.home(), &app.provider);
        Ok(self.integrations.find_holder(caller.scope(), &key).await?.is_some())
    }

    /// Adds all that is stored and looked for.
    async fn stored(
        &self,
        caller: &Caller,
        search: &IntegrationSearch,
        found: &mut Vec<Integration>,
    ) -> Result<(), AppError> {
        let all = self.every(caller.scope(), &search.filter).await?;
        found.extend(all.into_iter().filter(|integration| search.names(integration)));
        Ok(())
    }

    /// The whole list, read one batch after the other.
    pub(super) async fn every(
        &self,
        scope: &Scope,
        filter: &IntegrationFilter,
    ) -> Result<Vec<Integration>, AppError> {
        every(&*self.integrations, scope, filter).await
    }

    /// Reads just one page, which follows the place where the one before it ends.
    async fn page(
        &self,
        caller: &Caller,
        filter: &IntegrationFilter,
        offered: Vec<Integration>,
        page: NumberedPage,
    ) -> Result<Listed<Integration>, AppError> {
        let before = u64::try_from(offered.len()).unwrap_or(u64::MAX);
        let total = before.saturating_add(self.integrations.count(caller.scope(), filter).await?);
        let mut items = Listed::of(offered, Some(page)).items;
        let missing = page.size.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
        let skipped = page.offset().saturating_sub(before);
        if missing > 0 && page.offset() < total {
            let after = match skipped {
                0 => None,
                nth => match self.integrations.position(caller.scope(), filter, nth).await? {
                    None => return Ok(Listed { items, total }),
                    after => after,
                },
            };
            let request = PageRequest { after, limit: missing };
            items.extend(self.integrations.list(caller.scope(), filter, request).await?.items);
        }
        Ok(Listed { items, total })
    }
}

/// All integrations that the scope sees and that count, read one batch after the other.
pub(super) async fn every(
    integrations: &dyn IntegrationRepository,
    scope: &Scope,
    filter: &IntegrationFilter,
) -> Result<Vec<Integration>, AppError> {
    let mut found = Vec::new();
    let mut after: Option<IntegrationPosition> = None;
    loop {
        let batch = integrations.list(scope, filter, PageRequest { after, limit: BATCH }).await?;
        found.extend(batch.items);
        after = batch.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests;
