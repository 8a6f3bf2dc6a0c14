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
mod replace_manifest;
mod revoke;
mod system_apps;

pub use connect::{ConnectProvider, NewConnection};
pub use connection::GetConnection;
pub use create::{CreateIntegration, Created, NewIntegration};
pub use delete::DeleteIntegration;
pub use edit::{ConfigurationChange, EditIntegration, IntegrationChange};
pub use get::GetIntegration;
pub use install::{InstallCustom, NewCustomIntegration};
pub use list::{IntegrationSearch, ListIntegrations};
pub use replace_manifest::ReplaceManifest;
pub use revoke::RevokeGrants;
pub use system_apps::SystemApp;
