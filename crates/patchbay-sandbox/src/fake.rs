//! What a fake third party is, and which there are.

use actix_web::web::ServiceConfig;
use serde_json::Value;

use crate::manifests::Manifests;
use crate::slack::Slack;

/// A fake third party.
///
/// All live on one port, each below the paths that it has in reality, where no two meet.
pub(crate) trait Fake: Send + Sync {
    /// What it is listed as.
    fn name(&self) -> &'static str;

    /// Mounts it. Called once for each worker: what they share is the fake's own.
    fn mount(&self, config: &mut ServiceConfig);

    /// What it offers to whoever finds the sandbox at `url`.
    fn offers(&self, url: &str) -> Value;
}

/// Every fake, as nobody has asked it anything.
pub(crate) fn all() -> Vec<Box<dyn Fake>> {
    vec![Box::new(Slack::default()), Box::new(Manifests)]
}
