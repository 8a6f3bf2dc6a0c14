//! The use cases that the HTTP interface runs.

use crate::Authenticate;
use crate::integrations::{
    CreateIntegration, DeleteIntegration, EditIntegration, GetIntegration, ListIntegrations,
};
use crate::settings::{DeleteSetting, EditSetting, ListSettings, PutSetting};

/// The use cases that the HTTP interface runs, each with its dependencies.
pub struct Services {
    /// Finds out who asks.
    pub authenticate: Authenticate,
    /// Adds an integration.
    pub create_integration: CreateIntegration,
    /// Shows an integration.
    pub get_integration: GetIntegration,
    /// Lists integrations.
    pub list_integrations: ListIntegrations,
    /// Changes an integration.
    pub edit_integration: EditIntegration,
    /// Deletes an integration.
    pub delete_integration: DeleteIntegration,
    /// Gives a setting a value.
    pub put_setting: PutSetting,
    /// Lists settings.
    pub list_settings: ListSettings,
    /// Changes a setting.
    pub edit_setting: EditSetting,
    /// Deletes a setting.
    pub delete_setting: DeleteSetting,
}
