//! The bodies of the native API, member for member in the order of the wire.

mod authorizing;
mod integrations;

pub use authorizing::{AuthorizeBody, BegunView};
pub use integrations::IntegrationView;
