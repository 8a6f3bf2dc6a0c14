//! Which integration somebody means.

use patchbay_domain::{
    Identifier, Integration, IntegrationFilter, IntegrationId, IntegrationRepository, ProviderDirectory,
    ProviderId, Scope, UniqueKey,
};

use super::list::every;
use crate::AppError;

/// Which integration somebody means.
#[derive(Clone, Debug)]
pub enum Meant {
    /// The one with this id.
    Id(IntegrationId),
    /// The one that programs know by this on a dialect, among those that the dialect has a name
    /// for.
    Identifier {
        /// The dialect.
        dialect: &'static str,
        /// What was said of it, or else what its provider's name there and its id make.
        identifier: Identifier,
    },
}

impl Meant {
    /// The integration, where the scope sees one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn found(
        &self,
        scope: &Scope,
        integrations: &dyn IntegrationRepository,
        providers: &dyn ProviderDirectory,
    ) -> Result<Option<Integration>, AppError> {
        let (dialect, identifier) = match self {
            Self::Id(id) => return Ok(integrations.find(scope, *id).await?),
            Self::Identifier { dialect, identifier } => (*dialect, identifier),
        };
        let name_of = |one: &Integration| {
            let provider = providers.described(&one.parts().provider);
            one.provider_on(dialect, &provider).map(str::to_owned)
        };
        let holder = integrations.find_holder(scope, &UniqueKey::identifier(identifier)).await?;
        if holder.is_some() {
            return Ok(holder.filter(|holder| name_of(holder).is_some()));
        }
        // One that was given none has one that begins with the name of its provider.
        let Some((name, _)) = identifier.as_str().rsplit_once('-') else { return Ok(None) };
        let provider = providers.named(dialect, name).map(|provider| provider.id.clone());
        let provider = Some(provider.unwrap_or_else(ProviderId::uncatalogued));
        let all = every(integrations, scope, &IntegrationFilter { provider, ..Default::default() }).await?;
        let is_meant = |one: &Integration| {
            name_of(one).is_some_and(|name| one.identifier_or_made_of(&name) == *identifier)
        };
        Ok(all.into_iter().find(is_meant))
    }
}

#[cfg(test)]
mod tests;
