//! Listing settings.

use patchbay_domain::{
    Changes, EventType, Mask, NumberedPage, Permission, Setting, SettingLabel, SettingText, SettingValue,
};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{SettingAccess, SettingTarget};
use crate::{AppError, Caller, Listed};

/// The value of a setting as an answer shows it.
#[derive(Debug)]
pub enum ShownValue {
    /// It is no secret.
    Plain(SettingText),
    /// A secret, in full. The answer must not be kept by caches.
    Full(SecretString),
    /// A secret, as its mask.
    Masked(String),
}

/// A setting, and its value as the caller may see it.
#[derive(Debug)]
pub struct ShownSetting {
    /// The setting.
    pub setting: Setting,
    /// Its value.
    pub value: ShownValue,
}

impl ShownSetting {
    /// Whether a secret is there to be read.
    #[must_use]
    pub fn is_revealing(&self) -> bool {
        matches!(self.value, ShownValue::Full(_))
    }
}

/// Which of the settings are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingFilter {
    /// Only the one of this label.
    pub label: Option<SettingLabel>,
    /// For a channel: what is in force there, with the settings of the integration as a
    /// whole where the channel has none of its own.
    pub effective: bool,
    /// Only those on this page.
    pub page: Option<NumberedPage>,
}

/// Lists settings.
pub struct ListSettings {
    /// Where settings are.
    pub access: SettingAccess,
}

impl ListSettings {
    /// The settings, oldest first; secrets in full to a caller with
    /// [`Permission::CredentialsReveal`], which is recorded before they are shown, to others
    /// masked.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::SettingsRead`],
    /// [`AppError::NotFound`] when the caller sees no such integration.
    pub async fn run(
        &self,
        caller: &Caller,
        target: &SettingTarget,
        filter: &SettingFilter,
        mask: Mask,
    ) -> Result<Listed<ShownSetting>, AppError> {
        caller.require(Permission::SettingsRead)?;
        let integration = self.access.integration(caller, target).await?;
        let found = self.found(caller, target, filter.effective).await?;
        let wanted = |setting: &Setting| filter.label.as_ref().is_none_or(|label| label == setting.label());
        // What is on no page is not opened.
        let Listed { items, total } = Listed::of(found.into_iter().filter(wanted).collect(), filter.page);
        let listed = items.into_iter();
        let shown = listed.map(|setting| self.shown(caller, setting, mask)).collect::<Result<Vec<_>, _>>()?;
        let revealed: Vec<_> = shown.iter().filter(|shown| shown.is_revealing()).map(label_of).collect();
        if !revealed.is_empty() {
            let recorder = self.access.recorder(caller, self.access.clock.now());
            let digest = Map::from_iter([("settings".to_owned(), Value::Array(revealed))]);
            let event = recorder.integration(EventType::CredentialRevealed, &integration, digest);
            self.access.work.commit(caller.scope(), Changes::new().event(event)).await?;
        }
        Ok(Listed { items: shown, total })
    }

    async fn found(
        &self,
        caller: &Caller,
        target: &SettingTarget,
        effective: bool,
    ) -> Result<Vec<Setting>, AppError> {
        match &target.channel {
            Some(channel) if effective => {
                let general = self.access.settings.list(caller.scope(), target.integration).await?;
                let own = self.access.channels.find(caller.scope(), target.integration, channel).await?;
                Ok(own.over(general))
            }
            _ => self.access.settings(caller, target).await,
        }
    }

    fn shown(&self, caller: &Caller, setting: Setting, mask: Mask) -> Result<ShownSetting, AppError> {
        let value = match setting.value() {
            SettingValue::Plain(text) => ShownValue::Plain(text.clone()),
            SettingValue::Secret(sealed) => {
                let secret = self.access.vault.open(&setting.place(), sealed)?;
                if caller.may(Permission::CredentialsReveal) {
                    ShownValue::Full(secret)
                } else {
                    ShownValue::Masked(mask.of(&secret))
                }
            }
        };
        Ok(ShownSetting { setting, value })
    }
}

fn label_of(shown: &ShownSetting) -> Value {
    json!(shown.setting.label().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entity;
    use crate::settings::testing::{Access, a_setting, target};
    use crate::testing::caller;
    use futures::executor::block_on;
    use patchbay_domain::{ChannelId, Origin, RepositoryError};

    fn list(
        access: Access,
        target: &SettingTarget,
        filter: &SettingFilter,
        permissions: &[Permission],
    ) -> Result<Vec<ShownSetting>, AppError> {
        let list = ListSettings { access: access.build() };
        block_on(list.run(&caller(permissions), target, filter, Mask::StarsAndTail))
            .map(|listed| listed.items)
    }

    #[test]
    fn a_caller_without_the_permission_sees_nothing() {
        let outcome =
            list(Access::default(), &target(), &SettingFilter::default(), &[Permission::SettingsWrite]);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::SettingsRead))), "{outcome:?}");
    }

    #[test]
    fn without_the_permission_to_reveal_secrets_are_masked_and_nothing_is_recorded() {
        let access =
            Access::default().with([a_setting(1, "colour", "red"), a_setting(2, "token", "planted-secret")]);
        let shown = list(access, &target(), &SettingFilter::default(), &[Permission::SettingsRead]).unwrap();
        assert!(matches!(&shown[0].value, ShownValue::Plain(text) if text.as_str() == "red"));
        assert!(matches!(&shown[1].value, ShownValue::Masked(text) if text == "********cret"));
    }

    #[test]
    fn showing_secrets_in_full_is_recorded_by_label() {
        let access = Access::default()
            .with([a_setting(1, "colour", "red"), a_setting(2, "token", "planted-secret")])
            .recording(|event| {
                assert_eq!(Value::Object(event.digest.clone()), json!({"settings": ["token"]}));
                assert_eq!(event.event_type, EventType::CredentialRevealed);
                Ok(())
            });
        let permissions = [Permission::SettingsRead, Permission::CredentialsReveal];
        let shown = list(access, &target(), &SettingFilter::default(), &permissions).unwrap();
        assert!(shown[1].is_revealing());
    }

    #[test]
    fn what_cannot_be_recorded_is_not_shown() {
        let access = Access::default()
            .with([a_setting(1, "token", "planted-secret")])
            .recording(|_| Err(RepositoryError::Busy));
        let permissions = [Permission::SettingsRead, Permission::CredentialsReveal];
        let outcome = list(access, &target(), &SettingFilter::default(), &permissions);
        assert!(matches!(outcome, Err(AppError::Busy(_))), "{outcome:?}");
    }

    #[test]
    fn an_integration_of_another_origin_is_not_found_where_one_origin_counts() {
        let of = |origin| SettingTarget { origin: Some(origin), ..target() };
        let all = SettingFilter::default();
        let seen = list(Access::default(), &of(Origin::Plain), &all, &[Permission::SettingsRead]);
        assert!(seen.is_ok_and(|shown| shown.is_empty()));
        let outcome = list(Access::default(), &of(Origin::Custom), &all, &[Permission::SettingsRead]);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }

    #[test]
    fn one_label_can_be_asked_for() {
        let access = Access::default().with([a_setting(1, "colour", "red"), a_setting(2, "size", "5")]);
        let filter =
            SettingFilter { label: Some(SettingLabel::parse("size").unwrap()), ..SettingFilter::default() };
        let shown = list(access, &target(), &filter, &[Permission::SettingsRead]).unwrap();
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].setting.label().as_str(), "size");
    }

    #[test]
    fn what_a_channel_sets_covers_what_the_integration_sets() {
        let access = Access::default()
            .with([a_setting(1, "colour", "red"), a_setting(2, "size", "5")])
            .with_channel([a_setting(3, "size", "6"), a_setting(4, "shape", "round")]);
        let channel = Some(ChannelId::parse("general").unwrap());
        let target = SettingTarget { channel, ..target() };
        let filter = SettingFilter { effective: true, ..SettingFilter::default() };
        let shown = list(access, &target, &filter, &[Permission::SettingsRead]).unwrap();
        let pairs: Vec<_> = shown
            .iter()
            .map(|shown| match &shown.value {
                ShownValue::Plain(text) => (shown.setting.label().as_str(), text.as_str()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(pairs, [("colour", "red"), ("size", "6"), ("shape", "round")]);
    }
}
