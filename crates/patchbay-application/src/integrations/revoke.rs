//! Giving back to providers what they granted.

use std::sync::Arc;

use patchbay_domain::{
    CredentialName, Credentials, Integration, OAuthExchanger, SecretPlace, Vault, is_same_secret,
};

use crate::Background;

/// Has providers end grants that nothing here uses any more: as well as it goes, and while
/// nobody waits for it.
#[derive(Clone)]
pub struct RevokeGrants {
    /// Asks the provider.
    pub exchanger: Arc<dyn OAuthExchanger>,
    /// Opens the tokens a last time: the provider ends just those.
    pub vault: Arc<dyn Vault>,
    /// Asks beside the requests.
    pub background: Arc<dyn Background>,
}

impl RevokeGrants {
    /// Ends the grant of `gone`, an integration as it was before it was deleted.
    pub(super) fn deleted(&self, gone: &Integration) {
        if let Some(tokens) = self.open(gone) {
            self.end(gone, tokens);
        }
    }

    /// Ends the grant that `before` had, unless its provider gave the very same token again.
    pub(super) fn replaced(&self, before: &Integration, by: &Credentials) {
        let access = CredentialName::access_token();
        let is_kept = |old: &Credentials| {
            old.get(&access).zip(by.get(&access)).is_some_and(|(old, new)| is_same_secret(old, new))
        };
        if let Some(tokens) = self.open(before).filter(|old| !is_kept(old)) {
            self.end(before, tokens);
        }
    }

    fn open(&self, of: &Integration) -> Option<Credentials> {
        let grant = of.grant()?;
        let place = SecretPlace::grant(of.parts().organisation_id, of.id());
        let opened = Credentials::open(&*self.vault, &place, Some(&grant.tokens));
        opened
            .inspect_err(|error| tracing::warn!(integration = %of.id(), %error, "a grant was not revoked"))
            .ok()
    }

    fn end(&self, of: &Integration, tokens: Credentials) {
        let (exchanger, id) = (self.exchanger.clone(), of.id());
        let provider = of.parts().provider.clone();
        self.background.run(Box::pin(async move {
            match exchanger.revoke(&provider, &tokens).await {
                Ok(()) => tracing::info!(integration = %id, %provider, "a grant was revoked"),
                Err(error) => {
                    let cause = std::error::Error::source(&error);
                    tracing::warn!(integration = %id, %provider, %error, cause, "a grant was not revoked");
                }
            }
        }));
    }
}
