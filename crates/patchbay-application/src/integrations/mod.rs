//! Integrations: create, install, show, list, change, delete.

mod create;
mod delete;
mod described;
mod edit;
mod get;
mod install;
mod list;
mod replace_manifest;
mod system_apps;

pub use create::{CreateIntegration, Created, NewIntegration};
pub use delete::DeleteIntegration;
pub use edit::{EditIntegration, IntegrationChange};
pub use get::GetIntegration;
pub use install::{InstallCustom, NewCustomIntegration};
pub use list::ListIntegrations;
pub use replace_manifest::ReplaceManifest;
pub use system_apps::SystemApp;
