//! Patchbay's HTTP interface: a kernel that knows no dialect, and the dialects.
//!
//! A dialect is one wire API. It supplies its routes, the shapes of its bodies and how it
//! writes a refusal; who asks, what they may do and in which order that is checked is the
//! kernel's, once for all of them.

mod access_log;
mod dialects;
mod kernel;
mod ops;
mod server;
mod trailing_slash;

pub use kernel::{RateLimitOptions, RateLimits, Undocumented};
pub use ops::{API_NAMES, ApiDocument, Readiness, api_documents};
pub use server::{HttpOptions, HttpState, Limits, server};
