//! The bodies of the AlooChat API, member for member in the order of the wire.

mod bodies;
mod views;

pub use bodies::{CreateBody, EditBody, not_offered};
pub use views::{HealthView, Include, IntegrationView, MessageView, Showing, TypeView, channel_view};
