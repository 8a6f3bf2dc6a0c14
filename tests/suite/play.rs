//! Playing the pairs of request and answer that the contract was written from: each under
//! both prefixes, in an organisation of its own.

use anyhow::Result;
use patchbay_tests::{Service, TELEX_PREFIXES, Telex, Tenant, telex_fixture};

/// Plays fixtures under one prefix, in an organisation that has nothing yet.
pub struct Play<'a> {
    service: &'a Service,
    prefix: &'static str,
    tenant: Tenant,
    key: String,
}

impl Play<'_> {
    /// Plays a fixture that names nothing but the organisation.
    pub async fn fixture(&self, id: &str) -> Result<()> {
        self.fixture_about(id, &[]).await
    }

    /// Plays a fixture whose path also names these: what stands in it in braces, and what is
    /// to stand there.
    pub async fn fixture_about(&self, id: &str, names: &[(&str, &str)]) -> Result<()> {
        let places = [&[("{org}", self.tenant.id.as_str())], names].concat();
        let (fixture, http) = (telex_fixture(id)?, self.service.http());
        fixture.play(&http, self.prefix, &places, |request| request.bearer(&self.key)).await.map(drop)
    }

    /// A client of the organisation, to prepare what a fixture is given.
    pub fn telex(&self) -> Telex {
        self.service.telex(self.prefix, &self.tenant, &self.key)
    }
}

/// A play for each prefix.
pub async fn plays(service: &Service) -> Result<Vec<Play<'_>>> {
    let mut plays = Vec::new();
    for prefix in TELEX_PREFIXES {
        let tenant = service.organisation(&format!("below '{prefix}'")).await?;
        let key = tenant.full_key().await?;
        plays.push(Play { service, prefix, tenant, key });
    }
    Ok(plays)
}
