//! Taking all settings of a channel away.

use patchbay_domain::{Permission, SettingWrite};

use super::{SettingAccess, SettingTarget};
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller};

/// Deletes the settings of a channel, secret ones too.
pub struct ClearChannel {
    /// Where settings are.
    pub access: SettingAccess,
}

impl ClearChannel {
    /// Deletes all settings that are meant, together. A channel without settings is as if it
    /// never was, so none is no fault.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::SettingsWrite`],
    /// [`AppError::NotFound`] when the caller sees no such integration.
    pub async fn run(&self, caller: &Caller, target: &SettingTarget) -> Result<(), AppError> {
        caller.require(Permission::SettingsWrite)?;
        until_current(|| self.attempt(caller, target)).await
    }

    async fn attempt(&self, caller: &Caller, target: &SettingTarget) -> Result<(), Attempt> {
        self.access.integration(caller, target).await?;
        let present = self.access.settings(caller, target).await?;
        self.access.save_all(caller, present.into_iter().map(SettingWrite::Delete).collect()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entity;
    use crate::settings::testing::{Access, a_channel, a_setting};
    use crate::testing::caller;
    use futures::executor::block_on;

    fn clear(access: Access, permission: Permission) -> Result<(), AppError> {
        block_on(ClearChannel { access: access.build() }.run(&caller(&[permission]), &a_channel()))
    }

    #[test]
    fn a_caller_without_the_permission_deletes_nothing() {
        let outcome = clear(Access::default(), Permission::SettingsRead);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::SettingsWrite))), "{outcome:?}");
    }

    #[test]
    fn a_channel_of_an_integration_that_is_not_seen_is_not_found() {
        let outcome = clear(Access::default().without_integration(), Permission::SettingsWrite);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }

    #[test]
    fn all_settings_of_the_channel_go_together_and_no_others() {
        let access = Access::default()
            .with([a_setting(9, "of the whole", "stays")])
            .with_channel([a_setting(1, "colour", "red"), a_setting(2, "token", "secret")])
            .saving_all(|writes, events| {
                assert!(matches!(writes, [SettingWrite::Delete(_), SettingWrite::Delete(_)]), "{writes:?}");
                assert_eq!(events.len(), 2);
                Ok(())
            });
        clear(access, Permission::SettingsWrite).unwrap();
    }

    #[test]
    fn a_channel_without_settings_is_cleared_already() {
        // The unit of work expects no call: it would panic.
        clear(Access::default(), Permission::SettingsWrite).unwrap();
    }
}
