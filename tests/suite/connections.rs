//! Clients that mean no good, or are broken, on the level of connections: the others are
//! served meanwhile, and what they cost comes back when they go.

mod crowds;
mod framing;

use anyhow::Result;
use patchbay_tests::{Backend, Service};

use crate::given::{Acme, an_integration};

/// A service that was used a little: what every process takes once, it has taken.
async fn warm() -> Result<Acme> {
    let acme = Acme::of(Service::builder(Backend::Sqlite).start().await?).await?;
    for number in 0..20 {
        acme.telex.created(&an_integration(&format!("shop-{number}"))).await?;
        drop(acme.telex.list().await?.expect_status(200));
    }
    Ok(acme)
}

/// Asserts that others are served: reading, writing, and what asks for nothing.
async fn others_are_served(acme: &Acme, name: &str) -> Result<()> {
    drop(acme.service.http().get("/healthz").send().await?.expect_status(200));
    let id = acme.telex.created(&an_integration(name)).await?;
    drop(acme.telex.find(&id).await?.expect_status(200));
    drop(acme.telex.list().await?.expect_status(200));
    Ok(())
}
