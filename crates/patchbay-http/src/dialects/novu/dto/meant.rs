//! What a new integration is said to connect to.

use std::sync::Arc;

use patchbay_application::{AppError, Location, Providers};
use patchbay_domain::{
    ChannelKind, IntegrationName, Provider, ProviderId, ProviderName, Uncatalogued, UniqueRule, UniqueRules,
};

use super::credentials::Destination;
use crate::dialects::novu::{Novu, broken};
use crate::kernel::Dialect;

/// What Novu itself sends with, and only where it is at home.
const NOT_FOR_OTHERS: [&str; 2] = ["novu-email", "novu-sms"];

/// What a new integration is said to connect to.
pub enum Meant {
    /// A provider of the catalogue.
    Catalogued(Arc<Provider>),
    /// Something that the catalogue does not know.
    Other,
}

impl Meant {
    /// By the name that it has on Novu.
    pub fn by(name: &str, providers: &Providers) -> Self {
        providers.called(Novu::NAME, name).map_or(Self::Other, Self::Catalogued)
    }

    /// Whether something new may be connected to it.
    pub fn is_offered(&self) -> bool {
        !matches!(self, Self::Catalogued(provider) if provider.is_disabled)
    }

    /// What credentials for it are sent for.
    pub fn destination(&self) -> Destination<'_> {
        match self {
            Self::Catalogued(provider) => Destination::Catalogued(provider),
            Self::Other => Destination::Uncatalogued,
        }
    }

    /// Stops an integration of `channel` that Novu has none of.
    ///
    /// # Errors
    /// [`AppError::Invalid`], in Novu's words.
    pub fn require(&self, name: &ProviderName, channel: ChannelKind) -> Result<(), AppError> {
        if NOT_FOR_OTHERS.contains(&name.as_str()) {
            let rule = format!("Creating Novu integration for {name} provider is not allowed");
            return Err(broken(Location::Body, rule));
        }
        let has_channel = match self {
            Self::Catalogued(provider) => provider.channel == Some(channel),
            // There is one provider of this channel, and the catalogue knows it.
            Self::Other => channel != ChannelKind::InApp,
        };
        if has_channel {
            return Ok(());
        }
        let rule = format!("Provider {name} does not support channel {}", channel.as_str());
        Err(broken(Location::Body, rule))
    }

    /// What the integration is called where its owner does not say.
    pub fn title(&self, name: &ProviderName) -> Option<IntegrationName> {
        let title = match self {
            Self::Catalogued(provider) => provider.name.clone(),
            Self::Other => capitalised(name.as_str()),
        };
        IntegrationName::parse(&title).ok()
    }

    /// How it is kept what it connects to.
    pub fn kept(self, name: ProviderName, channel: ChannelKind) -> (ProviderId, Option<Uncatalogued>) {
        match self {
            Self::Catalogued(provider) => (provider.id.clone(), None),
            Self::Other => (ProviderId::uncatalogued(), Some(Uncatalogued { name, channel })),
        }
    }
}

/// The rules of uniqueness of an integration of `channel`.
pub fn unique_rules(channel: ChannelKind) -> UniqueRules {
    (channel == ChannelKind::InApp).then_some(UniqueRule::InApp).into_iter().collect()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_catalogue_does_not_know_is_called_by_its_id() {
        let title = |name: &str| Meant::Other.title(&ProviderName::parse(name).unwrap()).unwrap();
        assert_eq!(title("emailjs").as_str(), "Emailjs");
        assert_eq!(title(" ärger").as_str(), "ärger");
        assert_eq!(title("ßa").as_str(), "SSa");
    }

    #[test]
    fn only_a_provider_of_the_catalogue_shows_messages_inside_an_app() {
        let name = ProviderName::parse("mine").unwrap();
        for channel in ChannelKind::ALL {
            assert_eq!(Meant::Other.require(&name, *channel).is_ok(), *channel != ChannelKind::InApp);
        }
        let said = Meant::Other.require(&name, ChannelKind::InApp).unwrap_err().to_string();
        assert_eq!(said, "body Provider mine does not support channel in_app");
    }

    #[test]
    fn what_novu_sends_with_itself_is_not_for_others() {
        for name in NOT_FOR_OTHERS {
            let said = Meant::Other.require(&ProviderName::parse(name).unwrap(), ChannelKind::Email);
            let expected = format!("body Creating Novu integration for {name} provider is not allowed");
            assert_eq!(said.unwrap_err().to_string(), expected);
        }
    }
}
