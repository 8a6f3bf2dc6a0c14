//! What third parties answer.

use std::fmt;

use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Response, StatusCode};

use super::OutboundError;

/// An answer, read whole. Its debug output shows no header value and no body.
///
/// The body is as it came: nothing asks for compression and nothing undoes it.
pub struct OutboundResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl OutboundResponse {
    /// Reads an answer to its end, or up to more than `limit` bytes of body.
    pub(super) async fn read(mut response: Response, limit: usize) -> Result<Self, OutboundError> {
        let status = response.status();
        if status.is_redirection() {
            return Err(OutboundError::Redirected(status.as_u16()));
        }
        let limit_of_length = u64::try_from(limit).unwrap_or(u64::MAX);
        if response.content_length().is_some_and(|announced| announced > limit_of_length) {
            return Err(OutboundError::TooLarge { limit });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if chunk.len() > limit - body.len() {
                return Err(OutboundError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { status, headers: std::mem::take(response.headers_mut()), body })
    }

    /// The status, 200 to 299 or 400 to 599 of those that HTTP gives a meaning.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Whether the status says that all went well (200 to 299).
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The first header of that name; `None` when there is none or it is not ASCII text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for OutboundResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundResponse")
            .field("status", &self.status.as_u16())
            .field("headers", &self.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
