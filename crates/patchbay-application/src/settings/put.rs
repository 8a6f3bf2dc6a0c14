//! Giving a setting a value, whether it is there or not.

use patchbay_domain::{Mask, Permission, SettingId, SettingLabel, SettingWrite};
use secrecy::SecretString;

use super::{SettingAccess, SettingTarget};
use crate::idempotency::ReceiptFor;
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller};

/// A label and the value that it is to have.
#[derive(Clone, Debug)]
pub struct NewSetting {
    /// What it is called.
    pub label: SettingLabel,
    /// What it is set to; at most [`SettingText::MAX_CHARS`](patchbay_domain::SettingText)
    /// characters.
    pub value: SecretString,
}

/// Puts a value under a label.
pub struct PutSetting {
    /// Where settings are.
    pub access: SettingAccess,
}

impl PutSetting {
    /// Adds the setting, or overwrites the value of the one that has the label.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::SettingsWrite`],
    /// [`AppError::NotFound`] when the caller sees no such integration,
    /// [`AppError::Invalid`] when its app's manifest allows no such value.
    pub async fn run(
        &self,
        caller: &Caller,
        target: &SettingTarget,
        new: NewSetting,
        mask: Mask,
        receipt: &ReceiptFor<SettingId>,
    ) -> Result<SettingId, AppError> {
        caller.require(Permission::SettingsWrite)?;
        until_current(|| self.attempt(caller, target, new.clone(), mask, receipt)).await
    }

    async fn attempt(
        &self,
        caller: &Caller,
        target: &SettingTarget,
        new: NewSetting,
        mask: Mask,
        receipt: &ReceiptFor<SettingId>,
    ) -> Result<SettingId, Attempt> {
        let integration = self.access.integration(caller, target).await?;
        let present = self.access.settings(caller, target).await?;
        if let Some(setting) = present.iter().find(|setting| *setting.label() == new.label) {
            let next = self.access.changed(setting, new.label, Some(new.value), Some(mask))?;
            if let Some(next) = &next {
                let manifest = self.access.manifest(caller, &integration).await?;
                self.access.check(next, manifest.as_ref(), "value")?;
            }
            let id = setting.id();
            let receipt = (receipt, &id, integration.id());
            self.access.save(caller, next.map(SettingWrite::Update), receipt).await?;
            return Ok(id);
        }
        let setting = self.access.made(&integration, target, new.label, &new.value)?;
        let id = setting.id();
        let manifest = self.access.manifest(caller, &integration).await?;
        self.access.check(&setting, manifest.as_ref(), "value")?;
        let receipt = (receipt, &id, integration.id());
        self.access.save(caller, Some(SettingWrite::Insert(setting)), receipt).await?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entity;
    use crate::settings::testing::{Access, a_setting, target};
    use crate::testing::{a_document, caller};
    use futures::executor::block_on;
    use patchbay_domain::{EventType, ManifestDocument, RepositoryError, SettingFault, SettingValue};
    use serde_json::json;

    fn put(access: Access, label: &str, value: &str) -> Result<SettingId, AppError> {
        let new = NewSetting { label: SettingLabel::parse(label).unwrap(), value: value.into() };
        let put = PutSetting { access: access.build() };
        block_on(put.run(
            &caller(&[Permission::SettingsWrite]),
            &target(),
            new,
            Mask::StarsAndTail,
            &ReceiptFor::none(),
        ))
    }

    #[test]
    fn a_caller_without_the_permission_changes_nothing() {
        let put = PutSetting { access: Access::default().build() };
        let new = NewSetting { label: SettingLabel::parse("a").unwrap(), value: "b".into() };
        let reader = caller(&[Permission::SettingsRead]);
        let outcome = block_on(put.run(&reader, &target(), new, Mask::StarsAndTail, &ReceiptFor::none()));
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::SettingsWrite))), "{outcome:?}");
    }

    #[test]
    fn settings_of_an_integration_that_is_not_seen_are_not_found() {
        let outcome = put(Access::default().without_integration(), "colour", "red");
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }

    #[test]
    fn a_new_label_is_added_with_its_record() {
        let access = Access::default().saving(|write, event| {
            let SettingWrite::Insert(setting) = write else { panic!("{write:?}") };
            assert!(matches!(setting.value(), SettingValue::Plain(text) if text.as_str() == "red"));
            assert_eq!(event.event_type, EventType::SettingChanged);
            Ok(())
        });
        put(access, "colour", "red").unwrap();
    }

    #[test]
    fn a_label_that_is_there_gets_the_value() {
        let present = a_setting(7, "colour", "red");
        let id = present.id();
        let access = Access::default().with([present]).saving(|write, _| {
            assert!(matches!(write, SettingWrite::Update(setting) if setting.parts().version.number() == 2));
            Ok(())
        });
        assert_eq!(put(access, " colour ", "blue").unwrap(), id);
    }

    #[test]
    fn a_value_under_a_secret_label_is_sealed_and_not_recorded() {
        let access = Access::default().saving(|write, event| {
            let SettingWrite::Insert(setting) = write else { panic!("{write:?}") };
            assert!(matches!(setting.value(), SettingValue::Secret(_)));
            assert!(!format!("{write:?}{event:?}").contains("planted-secret"));
            Ok(())
        });
        put(access, "Api Key", "planted-secret").unwrap();
    }

    #[test]
    fn the_mask_written_back_saves_nothing() {
        put(Access::default().with([a_setting(7, "api key", "planted-secret")]), "api key", "********cret")
            .unwrap();
    }

    fn numbers() -> ManifestDocument {
        let size = json!({"label": "size", "type": "number", "required": true});
        a_document(json!({"settings": [size, {"label": "PIN token", "type": "number"}]}))
    }

    fn faults(outcome: Result<SettingId, AppError>) -> String {
        let Err(AppError::Invalid(faults)) = outcome else { panic!("{outcome:?}") };
        faults.to_string()
    }

    #[test]
    fn a_value_must_be_one_that_the_manifest_allows() {
        let described = || Access::default().described_by(numbers());
        for (label, value) in [("size", "5"), ("not defined", "x"), ("PIN token", "1234")] {
            put(described().saving(|_, _| Ok(())), label, value).unwrap();
        }
        assert_eq!(faults(put(described(), "size", "planted")), "value must be a number");
        assert_eq!(faults(put(described(), "PIN token", "planted")), "value must be a number");
        let present = || described().with([a_setting(7, "size", "4")]);
        assert_eq!(faults(put(present(), "size", "")), format!("value {}", SettingFault::Empty));
        put(present().saving(|_, _| Ok(())), "size", "6").unwrap();
    }

    #[test]
    fn what_changes_nothing_is_not_checked() {
        let strange = [a_setting(7, "size", "strange"), a_setting(8, "PIN token", "a strange one")];
        let described = || Access::default().described_by(numbers()).with(strange.clone());
        put(described(), "size", "strange").unwrap();
        put(described(), "PIN token", "******** one").unwrap();
    }

    #[test]
    fn a_label_that_someone_else_adds_meanwhile_is_overwritten() {
        let mut first = true;
        let access = Access::default().saving(move |_, _| {
            if std::mem::take(&mut first) { Err(RepositoryError::Stale) } else { Ok(()) }
        });
        put(access, "colour", "red").unwrap();
    }
}
