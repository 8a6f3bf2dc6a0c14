//! Giving back to providers what they granted.

use std::sync::Arc;

use patchbay_domain::{
    CredentialName, Credentials, Granted, Integration, IntegrationId, OAuthExchanger, OpenConnection, Vault,
    is_same_secret,
};

use crate::{Background, disclosure};

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
    pub(crate) fn deleted(&self, gone: &Integration) {
        if let Some(connection) = self.open(gone) {
            self.end(gone.id(), connection);
        }
    }

    /// Ends the grant that `before` had, unless its provider gave the very same token again.
    pub(crate) fn replaced(&self, before: &Integration, by: &Credentials) {
        let access = CredentialName::access_token();
        let is_kept = |old: &OpenConnection| {
            old.tokens.get(&access).zip(by.get(&access)).is_some_and(|(old, new)| is_same_secret(old, new))
        };
        if let Some(connection) = self.open(before).filter(|old| !is_kept(old)) {
            self.end(before.id(), connection);
        }
    }

    /// Ends what was granted for `asked` and cannot be kept.
    pub(crate) fn unused(&self, asked: &Integration, granted: &Granted) {
        match disclosure::open_connection(&*self.vault, asked) {
            Ok(connection) => {
                self.end(asked.id(), OpenConnection { tokens: granted.tokens.clone(), ..connection });
            }
            Err(error) => tracing::warn!(integration = %asked.id(), %error, "a grant was not revoked"),
        }
    }

    fn open(&self, of: &Integration) -> Option<OpenConnection> {
        of.grant()?;
        let opened = disclosure::open_connection(&*self.vault, of);
        opened
            .inspect_err(|error| tracing::warn!(integration = %of.id(), %error, "a grant was not revoked"))
            .ok()
    }

    fn end(&self, id: IntegrationId, connection: OpenConnection) {
        let exchanger = self.exchanger.clone();
        self.background.run(Box::pin(async move {
            let provider = &connection.provider;
            match exchanger.revoke(&connection).await {
                Ok(()) => tracing::info!(integration = %id, %provider, "a grant was revoked"),
                Err(error) => {
                    let cause = std::error::Error::source(&error);
                    tracing::warn!(integration = %id, %provider, %error, cause, "a grant was not revoked");
                }
            }
        }));
    }
}
