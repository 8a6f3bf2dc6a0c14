//! Telex's connection of Slack: T1 exchanges a code, T2 shows what came of it. The sandbox
//! plays Slack.

mod access;
mod among_integrations;
mod bodies;
mod catalogue;
mod environments;
mod fixtures;
mod interrupted;
mod master_keys;
mod once;
mod order;
mod permissions;
mod refusals;
mod replacing;
mod secrecy;

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Database, InstallationBuilder, Sandbox, Service, Telex, eventually};

use crate::given::{Acme, refused};

/// What every exchange says that comes too late.
const TAKEN: &str = "Integration app already exists";

/// What T2 says where nothing is connected.
const ABSENT: &str = "Slack access info not found";

/// The challenges of a key that is refused, and of a body or code that is.
const BAD_KEY: &str = r#"Bearer realm="patchbay", error="invalid_token""#;
const BAD_REQUEST: &str = r#"Bearer realm="patchbay", error="invalid_request""#;

/// An organisation whose service takes a sandbox for Slack.
pub struct Slacked {
    pub acme: Acme,
    pub sandbox: Sandbox,
}

impl Slacked {
    pub async fn on(backend: Backend) -> Result<Self> {
        Self::with(backend, |builder| builder).await
    }

    /// The same with other settings than the usual.
    async fn with(
        backend: Backend,
        set: impl FnOnce(InstallationBuilder) -> InstallationBuilder,
    ) -> Result<Self> {
        let sandbox = Sandbox::start().await?;
        let service = set(Service::builder(backend).slack(&sandbox)).start().await?;
        Ok(Self { acme: Acme::of(service).await?, sandbox })
    }

    /// Ends the service, once it has done all that it has begun, and starts it again.
    async fn restart(&mut self) -> Result<()> {
        self.acme.service.restart().await?;
        let Acme { service, tenant, telex, key } = &mut self.acme;
        *telex = service.telex("", tenant, key);
        Ok(())
    }

    /// Waits until Slack does not take a token any more.
    async fn expect_revoked(&self, token: &str) -> Result<()> {
        eventually("a token is revoked", || async { Ok(!self.sandbox.takes(token).await?) }).await
    }
}

/// T1, which must succeed; answers the token that it shows.
pub async fn connected(telex: &Telex, code: &str) -> Result<String> {
    telex.exchange(code).await?.expect_status(200).access_token()
}

/// Asserts that nothing is connected, as T2 says it.
async fn expect_nothing_connected(telex: &Telex) -> Result<()> {
    assert_eq!(refused(telex.access().await?, 404, ABSENT), "not connected");
    Ok(())
}

/// Asserts that a refusal says when to come again, or that it does not.
fn expect_retry_after(answer: &Answer, seconds: &str) {
    assert_eq!(answer.header("retry-after"), seconds, "{answer}");
}

/// All that an exchange may leave behind, in rows.
fn stored(database: &Database) -> Result<Vec<String>> {
    database.texts(
        "SELECT 'integration ' || id AS text FROM integrations UNION ALL SELECT 'event ' || id FROM events \
         UNION ALL SELECT 'unique key ' || key FROM unique_keys UNION ALL SELECT 'lease ' || key FROM leases \
         ORDER BY 1",
    )
}
