//! What an API shows that speaks of the settings of a channel as one: what is plain of them.

use patchbay_domain::{Permission, Setting, SettingLabel, SettingText, SettingValue};

use super::{SettingAccess, SettingTarget};
use crate::{AppError, Caller};

/// The plain settings of a channel, oldest first. Those under labels of secrets, and those that
/// became secret under one, are left out.
pub type PlainSettings = Vec<(SettingLabel, SettingText)>;

/// Whether an API that shows no secrets leaves the setting alone unless it is named.
pub(super) fn is_hidden(setting: &Setting) -> bool {
    setting.label().is_secret() || matches!(setting.value(), SettingValue::Secret(_))
}

/// What is plain of `settings`.
pub(super) fn plain(settings: &[Setting]) -> PlainSettings {
    let shown = settings.iter().filter(|setting| !is_hidden(setting));
    let pair = |setting: &Setting| match setting.value() {
        SettingValue::Plain(text) => Some((setting.label().clone(), text.clone())),
        SettingValue::Secret(_) => None,
    };
    shown.filter_map(pair).collect()
}

/// Shows what is plain of the settings of a channel.
pub struct GetChannel {
    /// Where settings are.
    pub access: SettingAccess,
}

impl GetChannel {
    /// What is plain of the settings that are meant. No secret is opened.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::SettingsRead`],
    /// [`AppError::NotFound`] when the caller sees no such integration.
    pub async fn run(&self, caller: &Caller, target: &SettingTarget) -> Result<PlainSettings, AppError> {
        caller.require(Permission::SettingsRead)?;
        self.access.integration(caller, target).await?;
        Ok(plain(&self.access.settings(caller, target).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entity;
    use crate::settings::testing::{Access, a_channel, a_setting, a_setting_sealed_as};
    use crate::testing::caller;
    use futures::executor::block_on;

    fn get(access: Access, permission: Permission) -> Result<PlainSettings, AppError> {
        block_on(GetChannel { access: access.build() }.run(&caller(&[permission]), &a_channel()))
    }

    #[test]
    fn a_caller_without_the_permission_sees_nothing() {
        let outcome = get(Access::default(), Permission::SettingsWrite);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::SettingsRead))), "{outcome:?}");
    }

    #[test]
    fn a_channel_of_an_integration_that_is_not_seen_is_not_found() {
        let outcome = get(Access::default().without_integration(), Permission::SettingsRead);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }

    #[test]
    fn what_is_secret_by_its_label_or_became_so_under_one_is_left_out() {
        let settings = [
            a_setting(1, "colour", "red"),
            a_setting(2, "token", "planted-secret"),
            a_setting_sealed_as(3, "note", "planted-secret"),
            a_setting(4, "size", ""),
        ];
        let shown = get(Access::default().with_channel(settings), Permission::SettingsRead).unwrap();
        let pairs: Vec<_> = shown.iter().map(|(label, text)| (label.as_str(), text.as_str())).collect();
        assert_eq!(pairs, [("colour", "red"), ("size", "")]);
    }
}
