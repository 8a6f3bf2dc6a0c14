//! The wire APIs, a folder each. None knows another.

mod aloochat;
mod novu;
mod patchbay;
mod telex;

use actix_web::web::ServiceConfig;
use serde_json::Value;

use crate::kernel::{Dialect, Undocumented, document_of, mounted};

/// The names of the dialects, in the order of [`documents`].
pub const NAMES: [&str; 4] =
    [telex::Telex::NAME, aloochat::AlooChat::NAME, novu::Novu::NAME, patchbay::Patchbay::NAME];

/// Registers every dialect.
pub fn mount_all(config: &mut ServiceConfig) {
    mounted::<telex::Telex>(config);
    mounted::<aloochat::AlooChat>(config);
    mounted::<novu::Novu>(config);
    mounted::<patchbay::Patchbay>(config);
}

/// The OpenAPI document of every dialect.
///
/// # Errors
/// When a dialect's examples do not fit its operations.
pub fn documents() -> Result<[Value; NAMES.len()], Undocumented> {
    Ok([
        document_of::<telex::Telex>()?,
        document_of::<aloochat::AlooChat>()?,
        document_of::<novu::Novu>()?,
        document_of::<patchbay::Patchbay>()?,
    ])
}
