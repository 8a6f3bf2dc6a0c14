//! The bodies of the Novu API, member for member in the order of the wire.

mod authorizing;
mod bodies;
mod conditions;
mod credentials;
mod meant;
mod members;
mod questions;
mod slug;
mod views;

pub use authorizing::{AuthorizeBody, LinkView};
pub use bodies::{CreateBody, EditBody, Mode};
pub use views::{
    ChannelStatusView, EnvironmentView, IntegrationView, LimitView, Showing, Success, has_credentials,
};
