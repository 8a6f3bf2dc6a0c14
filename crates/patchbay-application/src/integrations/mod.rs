//! Integrations: create, show, list, change, delete.

mod create;
mod delete;
mod edit;
mod get;
mod list;
mod system_apps;

pub use create::{CreateIntegration, NewIntegration};
pub use delete::DeleteIntegration;
pub use edit::{EditIntegration, IntegrationChange};
pub use get::GetIntegration;
pub use list::ListIntegrations;
pub use system_apps::SystemApp;
