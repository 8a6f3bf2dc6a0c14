//! `patchbay migrate`

use std::path::Path;

use anyhow::bail;

use super::documents::{AppliedDocument, PendingDocument};
use crate::output;
use crate::settings::DatabaseSettings;
use crate::wiring::{Installation, prepare_folder};

pub async fn apply(settings: &DatabaseSettings, data_dir: &Path) -> anyhow::Result<()> {
    prepare_folder(settings, data_dir)?;
    let installation = Installation::connect(settings)?;
    let applied = installation.migrate().await;
    installation.close().await;
    output::document(&AppliedDocument { applied: &applied? })
}

pub async fn check(settings: &DatabaseSettings) -> anyhow::Result<()> {
    let installation = Installation::connect(settings)?;
    let pending = installation.pending_migrations().await;
    installation.close().await;
    let pending = pending?;
    output::document(&PendingDocument { pending: &pending })?;
    match pending.len() {
        0 => Ok(()),
        count => bail!("pending migrations: {count}"),
    }
}
