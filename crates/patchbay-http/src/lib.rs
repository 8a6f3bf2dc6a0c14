//! Patchbay's HTTP interface: a kernel that knows no dialect, and the dialects.
//!
//! A dialect is one wire API. It supplies its routes, the shapes of its bodies and how it
//! writes a refusal; who asks, what they may do and in which order that is checked is the
//! kernel's, once for all of them.

mod access_log;
mod around;
mod dialects;
mod head;
mod headers;
mod kernel;
mod meter;
mod ops;
mod server;
mod span;
mod trailing_slash;

pub use kernel::{RateLimitOptions, RateLimits, Undocumented};
pub use meter::{Answered, Meter};
pub use ops::{API_NAMES, ApiDocument, Readiness, api_documents};
pub use server::{HttpOptions, HttpState, Limits, server};
