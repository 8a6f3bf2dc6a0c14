//! Which integration somebody means.

use patchbay_domain::{
    ExchangeError, Identifier, Integration, IntegrationFilter, IntegrationId, IntegrationRepository,
    ProviderDirectory, ProviderId, Scope, UniqueKey,
};

use super::list::every;
use crate::{AppError, Missing};

/// Which integration somebody means.
#[derive(Clone, Debug)]
pub enum Which {
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

impl Which {
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
        let provider = providers.called(dialect, name).map(|provider| provider.id.clone());
        let provider = Some(provider.unwrap_or_else(ProviderId::uncatalogued));
        let all = every(integrations, scope, &IntegrationFilter { provider, ..Default::default() }).await?;
        let is_meant = |one: &Integration| {
            name_of(one).is_some_and(|name| one.identifier_or_made_of(&name) == *identifier)
        };
        Ok(all.into_iter().find(is_meant))
    }

    /// The refusal of something that was to be done with `integration`, which is meant: fields that
    /// are missing are called as on the dialect that it is meant on.
    pub(crate) fn in_its_words(
        &self,
        why: AppError,
        integration: &Integration,
        providers: &dyn ProviderDirectory,
    ) -> AppError {
        let (Self::Identifier { dialect, .. }, AppError::Exchange(ExchangeError::Incomplete { what })) =
            (self, &why)
        else {
            return why;
        };
        let provider = providers.described(&integration.parts().provider);
        let name_of = |key: &str| {
            let field = provider.fields.iter().find(|field| field.key == key);
            field.map_or(key, |field| field.name_on(dialect)).to_owned()
        };
        AppError::Incomplete(Missing {
            provider: integration.provider_on(dialect, &provider).unwrap_or_default().to_owned(),
            members: what.split(", ").map(name_of).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
