//! A build that cannot send spans anywhere.

use patchbay_providers::TrustedOrigin;
use tracing_subscriber::layer::Identity;

/// There are none.
#[derive(Debug)]
pub enum Traces {}

impl Traces {
    /// Refuses.
    ///
    /// # Errors
    /// Always: the settings refuse an endpoint before this is reached.
    pub fn to(_: &TrustedOrigin) -> anyhow::Result<Self> {
        anyhow::bail!("this build cannot export spans (telemetry.otlp_endpoint)")
    }

    /// Takes nothing.
    pub fn layer(&self) -> Identity {
        match *self {}
    }

    /// There is nothing to send.
    pub fn finish(self) {
        match self {}
    }
}
