//! Settings of an integration, as a whole or for one chat channel: put, list, change,
//! delete.

mod access;
mod delete;
mod edit;
mod list;
mod put;
#[cfg(test)]
mod testing;

pub use access::{SettingAccess, SettingTarget};
pub use delete::DeleteSetting;
pub use edit::{EditSetting, SettingChange, SettingSelector};
pub use list::{ListSettings, SettingFilter, ShownSetting, ShownValue};
pub use put::{NewSetting, PutSetting};
