//! Deleting a setting.

use patchbay_domain::{Permission, SettingId, SettingWrite};

use super::{SettingAccess, SettingTarget};
use crate::idempotency::ReceiptFor;
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller, Entity};

/// Deletes a setting.
pub struct DeleteSetting {
    /// Where settings are.
    pub access: SettingAccess,
}

impl DeleteSetting {
    /// Deletes the setting of that id.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::SettingsWrite`],
    /// [`AppError::NotFound`] when the caller sees no such integration or setting.
    pub async fn run(&self, caller: &Caller, target: &SettingTarget, id: SettingId) -> Result<(), AppError> {
        caller.require(Permission::SettingsWrite)?;
        until_current(|| self.attempt(caller, target, id)).await
    }

    async fn attempt(&self, caller: &Caller, target: &SettingTarget, id: SettingId) -> Result<(), Attempt> {
        self.access.integration(caller, target).await?;
        let present = self.access.settings(caller, target).await?;
        let found = present.into_iter().find(|setting| setting.id() == id);
        let setting = found.ok_or(AppError::NotFound(Entity::Setting))?;
        // Deleting has its effect once by itself.
        let receipt = (&ReceiptFor::none(), &(), target.integration);
        self.access.save(caller, Some(SettingWrite::Delete(setting)), receipt).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::testing::{Access, a_setting, target};
    use crate::testing::caller;
    use futures::executor::block_on;

    fn delete(access: Access, id: u128, permission: Permission) -> Result<(), AppError> {
        let delete = DeleteSetting { access: access.build() };
        block_on(delete.run(&caller(&[permission]), &target(), a_setting(id, "x", "y").id()))
    }

    #[test]
    fn a_caller_without_the_permission_deletes_nothing() {
        let outcome = delete(Access::default(), 1, Permission::SettingsRead);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::SettingsWrite))), "{outcome:?}");
    }

    #[test]
    fn just_the_setting_of_that_id_goes() {
        let access = Access::default().with([a_setting(1, "colour", "red"), a_setting(2, "size", "5")]);
        let access = access.saving(|write, _| {
            assert!(matches!(write, SettingWrite::Delete(setting) if setting.label().as_str() == "size"));
            Ok(())
        });
        delete(access, 2, Permission::SettingsWrite).unwrap();
    }

    #[test]
    fn one_that_is_not_there_is_not_found() {
        let outcome = delete(Access::default(), 1, Permission::SettingsWrite);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Setting))), "{outcome:?}");
    }
}
