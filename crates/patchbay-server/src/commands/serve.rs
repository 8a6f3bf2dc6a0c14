//! `patchbay serve`

use std::path::Path;

use crate::service::Service;
use crate::settings::Settings;

pub async fn run(settings: Settings, data_dir: &Path) -> anyhow::Result<()> {
    Service::prepare(settings, data_dir).await?.run(|_| Ok(())).await
}
