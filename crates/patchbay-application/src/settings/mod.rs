//! Settings of an integration, as a whole or for one chat channel: put, list, change,
//! delete; those of a channel also all at once.

mod access;
mod channel;
mod clear_channel;
mod delete;
mod edit;
mod list;
mod put;
mod replace_channel;
#[cfg(test)]
mod testing;

pub use access::{SettingAccess, SettingTarget};
pub(crate) use access::{protected, recorded};
pub use channel::{GetChannel, PlainSettings};
pub use clear_channel::ClearChannel;
pub use delete::DeleteSetting;
pub use edit::{EditSetting, SettingChange, SettingSelector};
pub use list::{ListSettings, SettingFilter, ShownSetting, ShownValue};
pub use put::{NewSetting, PutSetting};
pub use replace_channel::{ReplaceChannel, SentSetting};
#[cfg(test)]
pub(crate) use testing::a_setting;
