//! The bodies of the Telex API, member for member in the order of the wire.

mod custom;
mod health;
mod integrations;
mod settings;
mod slack;

use serde::Serialize;

pub use custom::{CustomBody, CustomListView};
pub use health::HealthView;
pub use integrations::{ChangedView, Changes, CreateBody, CreatedView, EditBody, ListView, SingleView};
pub use settings::{
    AddSettingBody, ChannelSettingView, CustomSettingBody, CustomSettingsView, EditSettingBody,
    EditSomeSettingBody, SettingChanges, SettingView, SomeSettingChanges,
};
pub use slack::{AccessView, CodeBody, ExchangedView};

/// The body of a success that shows nothing.
#[derive(Serialize)]
pub struct Done<'a> {
    status: &'static str,
    status_code: u16,
    message: &'a str,
}

impl<'a> Done<'a> {
    /// A success without data.
    pub const fn new(status_code: u16, message: &'a str) -> Self {
        Self { status: "success", status_code, message }
    }
}

/// The body of a success that shows something.
#[derive(Serialize)]
pub struct Success<'a, T> {
    #[serde(flatten)]
    done: Done<'a>,
    data: T,
}

impl<'a, T> Success<'a, T> {
    /// A success that shows `data`.
    pub const fn new(status_code: u16, message: &'a str, data: T) -> Self {
        Self { done: Done::new(status_code, message), data }
    }
}
