//! `patchbay serve`

use std::path::Path;
use std::sync::Arc;

use crate::catalogue;
use crate::service::Service;
use crate::settings::Settings;

pub async fn run(settings: Settings, data_dir: &Path) -> anyhow::Result<()> {
    let catalogue = Arc::new(catalogue::open(settings.catalogue.clone())?);
    Service::prepare(settings, catalogue, data_dir).await?.run(|_| Ok(())).await
}
