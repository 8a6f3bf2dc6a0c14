//! Where people start, and where they come back to.

use std::collections::HashMap;

use patchbay_domain::ProviderId;
use secrecy::{ExposeSecret, SecretString};

/// Where this service is found by browsers.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// Its own URL, without a slash at the end.
    pub public_url: String,
    /// Where providers send people back to, where that is not the service itself.
    pub redirect_uris: HashMap<ProviderId, String>,
    /// Where people may be sent in the end, to the letter.
    pub allowed_returns: Vec<String>,
}

impl Addresses {
    /// Whether browsers find it by https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Where an authorization starts. Whoever has it can start it.
    pub(super) fn start(&self, link: &SecretString) -> SecretString {
        format!("{}/oauth/start/{}", self.public_url, link.expose_secret()).into()
    }

    /// Where a provider sends people back to.
    pub(super) fn redirect_uri(&self, provider: &ProviderId) -> String {
        let own = || format!("{}/oauth/callback/{provider}", self.public_url);
        self.redirect_uris.get(provider).cloned().unwrap_or_else(own)
    }

    /// Whether people may be sent there in the end.
    pub(super) fn allows(&self, return_to: &str) -> bool {
        self.allowed_returns.iter().any(|allowed| allowed == return_to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_sends_people_back_to_the_service_unless_the_operator_says_otherwise() {
        let elsewhere = "https://apps.example/back".to_owned();
        let addresses = Addresses {
            public_url: "https://patchbay.example".to_owned(),
            redirect_uris: HashMap::from([(ProviderId::slack(), elsewhere.clone())]),
            allowed_returns: vec!["https://app.example/done".to_owned()],
        };
        let shopify = ProviderId::parse("shopify").unwrap();
        assert_eq!(addresses.redirect_uri(&ProviderId::slack()), elsewhere);
        assert_eq!(addresses.redirect_uri(&shopify), "https://patchbay.example/oauth/callback/shopify");
    }

    #[test]
    fn the_public_url_says_whether_browsers_come_by_https() {
        let at = |url: &str| Addresses { public_url: url.to_owned(), ..Addresses::default() };
        assert!(at("https://patchbay.example").is_secure());
        assert!(!at("http://127.0.0.1:8080").is_secure() && !Addresses::default().is_secure());
    }

    #[test]
    fn a_return_is_allowed_to_the_letter() {
        let addresses = Addresses {
            allowed_returns: vec!["https://app.example/done".to_owned()],
            ..Addresses::default()
        };
        assert!(addresses.allows("https://app.example/done"));
        for other in ["https://app.example/done/", "https://app.example/done?a=b", "https://app.example", ""]
        {
            assert!(!addresses.allows(other), "{other}");
        }
    }
}
