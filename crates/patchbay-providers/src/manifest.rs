//! Manifests, fetched over HTTP.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_domain::{FetchError, ManifestDocument, ManifestFetcher, ManifestUrl};

use crate::{GuardedClient, Method, OutboundError, OutboundRequest, OutboundUrl, Refused, TrustedOrigin};

const WITHIN: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 1 << 20;

/// Fetches manifests through the guarded client.
#[derive(Clone, Debug)]
pub struct HttpManifestFetcher {
    client: GuardedClient,
    base_url: Option<TrustedOrigin>,
    also_from: Option<TrustedOrigin>,
}

impl HttpManifestFetcher {
    /// Fetches through `client`; with a `base_url`, every manifest from there, whatever host
    /// its own address names.
    #[must_use]
    pub const fn new(client: GuardedClient, base_url: Option<TrustedOrigin>) -> Self {
        Self { client, base_url, also_from: None }
    }

    /// Fetches from `origin` too, although the policy may not reach it. With a `base_url`
    /// this changes nothing.
    #[must_use]
    pub fn also_from(self, origin: Option<TrustedOrigin>) -> Self {
        Self { also_from: origin, ..self }
    }

    fn request(&self, url: &ManifestUrl) -> Result<OutboundRequest, Refused> {
        // Blanks around an address are no part of it, here as in its canonical spelling.
        let url = OutboundUrl::parse(url.as_str().trim())?;
        let request = OutboundRequest::by_way_of(self.base_url.as_ref(), Method::GET, url)?;
        let request = match (&self.base_url, &self.also_from) {
            (None, Some(origin)) => request.trusting(origin),
            _ => request,
        };
        Ok(request.within(WITHIN).at_most(MAX_BYTES))
    }
}

#[async_trait]
impl ManifestFetcher for HttpManifestFetcher {
    async fn fetch(&self, url: &ManifestUrl) -> Result<ManifestDocument, FetchError> {
        let request = self.request(url).map_err(refused)?;
        let response = self.client.send(request).await.map_err(failed)?;
        if !response.is_success() {
            return Err(FetchError::Answered(response.status()));
        }
        let document = serde_json::from_slice(response.body()).map_err(|_| FetchError::NotJson)?;
        Ok(ManifestDocument::read(document)?)
    }
}

fn refused(refused: Refused) -> FetchError {
    if refused.is_malformed() { FetchError::NotAUrl } else { FetchError::Refused(refused.into()) }
}

fn failed(error: OutboundError) -> FetchError {
    match error {
        OutboundError::Refused(reason) => refused(reason),
        OutboundError::TimedOut => FetchError::TimedOut,
        OutboundError::Redirected(status) => FetchError::Answered(status),
        OutboundError::TooLarge { .. } => FetchError::TooLarge,
        OutboundError::Unreachable(_) | OutboundError::Broken(_) => FetchError::NoAnswer(error.into()),
    }
}

#[cfg(test)]
mod tests;
