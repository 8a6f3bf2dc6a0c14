//! The port that reads manifests where they are.

use async_trait::async_trait;

use super::{ManifestDocument, ManifestUrl, NotAManifest};
use crate::BoxError;

/// Why a manifest could not be had. `Display` is safe to show; the source is for the log.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Its address is none: nothing was asked.
    #[error("the address of the manifest is not an absolute http(s) URL")]
    NotAUrl,
    /// Its address may not be reached or has no meaning; which of them is not said.
    #[error("the address of the manifest is not allowed or cannot be resolved")]
    Refused(#[source] BoxError),
    /// It did not come in time.
    #[error("the manifest did not come in time")]
    TimedOut,
    /// Its host cannot be reached, or broke off, or speaks another language.
    #[error("the host of the manifest gave no valid answer")]
    NoAnswer(#[source] BoxError),
    /// Its host answered with a status that brings no document; redirects are not followed.
    #[error("the host of the manifest answered with status {0}")]
    Answered(u16),
    /// It is larger than a manifest may be.
    #[error("the manifest is too large")]
    TooLarge,
    /// What came is no JSON.
    #[error("the manifest is not JSON")]
    NotJson,
    /// What came is JSON and no manifest.
    #[error(transparent)]
    NotAManifest(#[from] NotAManifest),
}

/// Reads manifests where they are.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ManifestFetcher: Send + Sync {
    /// Fetches and reads a manifest: asked once, within 5 seconds and up to 1 MiB.
    ///
    /// # Errors
    /// See [`FetchError`].
    async fn fetch(&self, url: &ManifestUrl) -> Result<ManifestDocument, FetchError>;
}
