//! Integrations: create, install, connect, show, list, change, delete.

mod connect;
mod connection;
mod create;
mod delete;
mod described;
mod edit;
mod get;
mod install;
mod list;
mod make_primary;
mod ranked;
mod ranks;
mod replace_manifest;
mod requirements;
mod revoke;
mod system_apps;
#[cfg(test)]
mod tests;
mod which;

pub use connect::{ConnectProvider, NewConnection};
pub use connection::GetConnection;
pub use create::{CreateIntegration, Created, NewIdentifier, NewIntegration};
pub use delete::DeleteIntegration;
pub use edit::{ConfigurationChange, EditIntegration, IntegrationChange, ReadMembers, UnreadConfiguration};
pub use get::GetIntegration;
pub use install::{InstallCustom, NewCustomIntegration};
pub use list::{IntegrationSearch, ListIntegrations};
pub use make_primary::MakePrimary;
pub use ranked::{DeleteRanked, GetRanked, ListRanked, Ranked, RankedSearch};
pub use replace_manifest::ReplaceManifest;
pub use revoke::RevokeGrants;
pub use system_apps::SystemApp;
pub use which::Which;
