//! Changing a setting.

use patchbay_domain::{Mask, Permission, Setting, SettingId, SettingLabel, SettingWrite};
use secrecy::SecretString;

use super::{SettingAccess, SettingTarget};
use crate::idempotency::ReceiptFor;
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller, Conflict, Entity};

/// Which setting is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingSelector {
    /// The one of this id.
    Id(SettingId),
    /// The one that has the label of the change; else the only one there is.
    Likely,
}

/// A partial change of a setting: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SettingChange {
    /// A new label.
    pub label: Option<SettingLabel>,
    /// A new value; at most [`SettingText::MAX_CHARS`](patchbay_domain::SettingText)
    /// characters.
    pub value: Option<SecretString>,
}

/// Changes a setting.
pub struct EditSetting {
    /// Where settings are.
    pub access: SettingAccess,
}

impl EditSetting {
    /// Applies the change to the setting that is meant.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::SettingsWrite`];
    /// [`AppError::NotFound`] when the caller sees no such integration or setting;
    /// [`AppError::Invalid`] when the app's manifest allows no such value;
    /// [`Conflict::LabelInUse`] when another setting beside it has the new label;
    /// [`Conflict::Ambiguous`] when several could be meant.
    pub async fn run(
        &self,
        caller: &Caller,
        target: &SettingTarget,
        selector: SettingSelector,
        change: SettingChange,
        mask: Mask,
        receipt: &ReceiptFor<()>,
    ) -> Result<(), AppError> {
        caller.require(Permission::SettingsWrite)?;
        until_current(|| self.attempt(caller, target, selector, change.clone(), mask, receipt)).await
    }

    async fn attempt(
        &self,
        caller: &Caller,
        target: &SettingTarget,
        selector: SettingSelector,
        change: SettingChange,
        mask: Mask,
        receipt: &ReceiptFor<()>,
    ) -> Result<(), Attempt> {
        let integration = self.access.integration(caller, target).await?;
        let present = self.access.settings(caller, target).await?;
        let meant = selected(&present, selector, change.label.as_ref())?;
        let label = change.label.unwrap_or_else(|| meant.label().clone());
        if present.iter().any(|other| other.id() != meant.id() && *other.label() == label) {
            return Err(AppError::Conflict(Conflict::LabelInUse).into());
        }
        let next = self.access.changed(meant, label, change.value, Some(mask))?;
        if let Some(next) = &next {
            let manifest = self.access.manifest(caller, &integration).await?;
            self.access.check(next, manifest.as_ref(), "value")?;
        }
        let receipt = (receipt, &(), integration.id());
        self.access.save(caller, next.map(SettingWrite::Update), receipt).await
    }
}

fn selected<'a>(
    present: &'a [Setting],
    selector: SettingSelector,
    label: Option<&SettingLabel>,
) -> Result<&'a Setting, AppError> {
    if let SettingSelector::Id(id) = selector {
        return present.iter().find(|setting| setting.id() == id).ok_or(AppError::NotFound(Entity::Setting));
    }
    let labelled = label.and_then(|label| present.iter().find(|setting| setting.label() == label));
    match (labelled, present) {
        (Some(setting), _) | (None, [setting]) => Ok(setting),
        (None, []) => Err(AppError::NotFound(Entity::AnySetting)),
        (None, _) => Err(AppError::Conflict(Conflict::Ambiguous)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::testing::{Access, a_setting, target};
    use crate::testing::{a_document, caller};
    use futures::executor::block_on;
    use patchbay_domain::{RepositoryError, SettingValue};
    use serde_json::json;

    fn change(label: Option<&str>, value: Option<&str>) -> SettingChange {
        SettingChange {
            label: label.map(|label| SettingLabel::parse(label).unwrap()),
            value: value.map(SecretString::from),
        }
    }

    fn edit(access: Access, selector: SettingSelector, change: SettingChange) -> Result<(), AppError> {
        let edit = EditSetting { access: access.build() };
        block_on(edit.run(
            &caller(&[Permission::SettingsWrite]),
            &target(),
            selector,
            change,
            Mask::StarsAndTail,
            &ReceiptFor::none(),
        ))
    }

    /// Expects one update that gives this label and plain value.
    fn updating(access: Access, id: u128, label: &'static str, value: &'static str) -> Access {
        access.saving(move |write, _| {
            let SettingWrite::Update(setting) = write else { panic!("{write:?}") };
            assert_eq!((setting.id().as_uuid().as_u128(), setting.label().as_str()), (id, label));
            assert!(
                matches!(setting.value(), SettingValue::Plain(text) if text.as_str() == value),
                "{setting:?}"
            );
            Ok(())
        })
    }

    fn two() -> Access {
        Access::default().with([a_setting(1, "colour", "red"), a_setting(2, "size", "5")])
    }

    #[test]
    fn the_setting_of_the_id_is_changed() {
        let id = SettingSelector::Id(a_setting(2, "size", "5").id());
        edit(updating(two(), 2, "width", "6"), id, change(Some("width"), Some("6"))).unwrap();
        let unknown = SettingSelector::Id(a_setting(9, "x", "y").id());
        let outcome = edit(two(), unknown, change(None, Some("6")));
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Setting))), "{outcome:?}");
    }

    #[test]
    fn without_an_id_the_label_tells_which_is_meant() {
        edit(updating(two(), 2, "size", "6"), SettingSelector::Likely, change(Some("size"), Some("6")))
            .unwrap();
        edit(two(), SettingSelector::Likely, change(Some("size"), None)).unwrap();
    }

    #[test]
    fn the_only_setting_takes_whatever_was_sent() {
        let one = || Access::default().with([a_setting(1, "colour", "red")]);
        edit(updating(one(), 1, "hue", "red"), SettingSelector::Likely, change(Some("hue"), None)).unwrap();
        edit(updating(one(), 1, "colour", "blue"), SettingSelector::Likely, change(None, Some("blue")))
            .unwrap();
    }

    #[test]
    fn without_settings_none_is_found() {
        let outcome = edit(Access::default(), SettingSelector::Likely, change(Some("a"), None));
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::AnySetting))), "{outcome:?}");
    }

    #[test]
    fn of_several_none_is_guessed() {
        let outcome = edit(two(), SettingSelector::Likely, change(Some("shape"), Some("round")));
        assert!(matches!(outcome, Err(AppError::Conflict(Conflict::Ambiguous))), "{outcome:?}");
    }

    #[test]
    fn a_label_in_use_is_not_taken() {
        let id = SettingSelector::Id(a_setting(2, "size", "5").id());
        let outcome = edit(two(), id, change(Some("colour"), None));
        assert!(matches!(outcome, Err(AppError::Conflict(Conflict::LabelInUse))), "{outcome:?}");
    }

    #[test]
    fn a_label_that_is_taken_while_it_is_chosen_is_decided_again() {
        let mut first = true;
        let access =
            two().saving(
                move |_, _| {
                    if std::mem::take(&mut first) { Err(RepositoryError::Stale) } else { Ok(()) }
                },
            );
        let id = SettingSelector::Id(a_setting(2, "size", "5").id());
        edit(access, id, change(Some("width"), None)).unwrap();
    }

    #[test]
    fn a_secret_stays_one_under_another_label_until_it_is_overwritten() {
        let secret = || Access::default().with([a_setting(1, "token", "planted-secret")]);
        let still_sealed = secret().saving(|write, _| {
            let SettingWrite::Update(setting) = write else { panic!("{write:?}") };
            assert!(matches!(setting.value(), SettingValue::Secret(_)), "{setting:?}");
            Ok(())
        });
        edit(still_sealed, SettingSelector::Likely, change(Some("note"), None)).unwrap();
        edit(
            updating(secret(), 1, "note", "plain"),
            SettingSelector::Likely,
            change(Some("note"), Some("plain")),
        )
        .unwrap();
    }

    #[test]
    fn a_plain_value_that_gets_a_secret_label_is_sealed() {
        let access = Access::default().with([a_setting(1, "note", "planted-secret")]).saving(|write, _| {
            let SettingWrite::Update(setting) = write else { panic!("{write:?}") };
            assert!(matches!(setting.value(), SettingValue::Secret(_)), "{setting:?}");
            Ok(())
        });
        edit(access, SettingSelector::Likely, change(Some("token"), None)).unwrap();
    }

    #[test]
    fn a_new_value_and_one_under_a_new_label_must_be_what_the_manifest_allows() {
        let numbers = a_document(json!({"settings": [{"label": "size", "type": "number"}]}));
        let access = || {
            let present = [a_setting(1, "colour", "red"), a_setting(2, "size", "5")];
            Access::default().described_by(numbers.clone()).with(present)
        };
        let size = SettingSelector::Id(a_setting(2, "size", "5").id());
        edit(updating(access(), 2, "size", "6"), size, change(None, Some("6"))).unwrap();
        edit(updating(access(), 2, "width", "x"), size, change(Some("width"), Some("x"))).unwrap();
        let only = || Access::default().described_by(numbers.clone()).with([a_setting(1, "colour", "red")]);
        for (access, selector, change) in [
            (access(), size, change(None, Some("planted"))),
            (only(), SettingSelector::Likely, change(Some("size"), None)),
        ] {
            let outcome = edit(access, selector, change);
            let Err(AppError::Invalid(faults)) = outcome else { panic!("{outcome:?}") };
            assert_eq!(faults.to_string(), "value must be a number");
        }
    }
}
