//! Giving a channel other settings.

use patchbay_domain::{Permission, Setting, SettingLabel, SettingWrite};
use secrecy::SecretString;

use super::channel::{PlainSettings, is_hidden, plain};
use super::{SettingAccess, SettingTarget};
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller};

/// A label, and the value that it is to have; `None` takes the setting away.
pub type SentSetting = (SettingLabel, Option<SecretString>);

/// Gives a channel other settings, all at once.
pub struct ReplaceChannel {
    /// Where settings are.
    pub access: SettingAccess,
}

impl ReplaceChannel {
    /// Lets the settings that are meant be just `sent`, and shows what is plain of them. Those
    /// that an API without secrets never showed stay unless they are among `sent`: whoever sends
    /// back what it was shown destroys nothing. Of a label that is there twice the last counts.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::SettingsWrite`],
    /// [`AppError::NotFound`] when the caller sees no such integration,
    /// [`AppError::Invalid`] when its app's manifest allows no such value; the fault's field is
    /// the label.
    pub async fn run(
        &self,
        caller: &Caller,
        target: &SettingTarget,
        sent: &[SentSetting],
    ) -> Result<PlainSettings, AppError> {
        caller.require(Permission::SettingsWrite)?;
        until_current(|| self.attempt(caller, target, sent)).await
    }

    async fn attempt(
        &self,
        caller: &Caller,
        target: &SettingTarget,
        sent: &[SentSetting],
    ) -> Result<PlainSettings, Attempt> {
        let integration = self.access.integration(caller, target).await?;
        let present = self.access.settings(caller, target).await?;
        let manifest = self.access.manifest(caller, &integration).await?;
        let check =
            |setting: &Setting| self.access.check(setting, manifest.as_ref(), setting.label().as_str());
        let (mut writes, mut after) = (Vec::new(), Vec::new());
        for setting in &present {
            let next = match last(sent, setting.label()) {
                Some(Some(value)) => {
                    self.access.changed(setting, setting.label().clone(), Some(value.clone()), None)?
                }
                None if is_hidden(setting) => None,
                Some(None) | None => {
                    writes.push(SettingWrite::Delete(setting.clone()));
                    continue;
                }
            };
            if let Some(next) = &next {
                check(next)?;
                writes.push(SettingWrite::Update(next.clone()));
            }
            after.push(next.unwrap_or_else(|| setting.clone()));
        }
        for (place, (label, value)) in sent.iter().enumerate() {
            let is_there = present.iter().any(|setting| setting.label() == label);
            let comes_again = sent[place + 1..].iter().any(|(other, _)| other == label);
            let Some(value) = value.as_ref().filter(|_| !is_there && !comes_again) else { continue };
            let setting = self.access.made(&integration, target, label.clone(), value)?;
            check(&setting)?;
            writes.push(SettingWrite::Insert(setting.clone()));
            after.push(setting);
        }
        self.access.save_all(caller, writes).await?;
        Ok(plain(&after))
    }
}

/// What was sent last under `label`.
fn last<'a>(sent: &'a [SentSetting], label: &SettingLabel) -> Option<&'a Option<SecretString>> {
    sent.iter().rev().find(|(own, _)| own == label).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::testing::{Access, a_channel, a_setting, a_setting_sealed_as};
    use crate::testing::{a_document, caller};
    use crate::{Entity, FaultReason};
    use futures::executor::block_on;
    use patchbay_domain::{EventType, Mask, RepositoryError, SettingValue};
    use serde_json::json;

    fn sent(pairs: &[(&str, Option<&str>)]) -> Vec<SentSetting> {
        let one = |(label, value): &(&str, Option<&str>)| {
            (SettingLabel::parse(label).unwrap(), value.map(SecretString::from))
        };
        pairs.iter().map(one).collect()
    }

    fn replace(access: Access, pairs: &[(&str, Option<&str>)]) -> Result<Vec<String>, AppError> {
        let replace = ReplaceChannel { access: access.build() };
        let shown = block_on(replace.run(&caller(&[Permission::SettingsWrite]), &a_channel(), &sent(pairs)))?;
        Ok(shown.iter().map(|(label, text)| format!("{label}={text}")).collect())
    }

    /// What each write does, as `+label`, `~label` or `-label`.
    fn said(writes: &[SettingWrite]) -> Vec<String> {
        let one = |write: &SettingWrite| match write {
            SettingWrite::Insert(setting) => format!("+{}", setting.label()),
            SettingWrite::Update(setting) => format!("~{}", setting.label()),
            SettingWrite::Delete(setting) => format!("-{}", setting.label()),
        };
        writes.iter().map(one).collect()
    }

    /// Expects one commit of just these writes, each with its record.
    fn saving(access: Access, expected: &'static [&'static str]) -> Access {
        access.saving_all(move |writes, events| {
            assert_eq!(said(writes), expected);
            assert_eq!(events.len(), writes.len());
            assert!(events.iter().all(|event| event.event_type == EventType::ChannelChanged));
            Ok(())
        })
    }

    #[test]
    fn a_caller_without_the_permission_changes_nothing() {
        let replace = ReplaceChannel { access: Access::default().build() };
        let reader = caller(&[Permission::SettingsRead]);
        let outcome = block_on(replace.run(&reader, &a_channel(), &sent(&[("a", Some("b"))])));
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::SettingsWrite))), "{outcome:?}");
    }

    #[test]
    fn a_channel_of_an_integration_that_is_not_seen_is_not_found() {
        let outcome = replace(Access::default().without_integration(), &[]);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }

    #[test]
    fn what_was_sent_is_all_that_is_plain_afterwards() {
        let access = Access::default()
            .with([a_setting(9, "of the whole", "untouched")])
            .with_channel([a_setting(1, "colour", "red"), a_setting(2, "size", "5")]);
        let access = saving(access, &["~colour", "-size", "+shape", "+mood"]);
        let after =
            replace(access, &[("shape", Some("round")), ("colour", Some("blue")), ("mood", Some(""))]);
        assert_eq!(after.unwrap(), ["colour=blue", "shape=round", "mood="]);
    }

    #[test]
    fn secrets_stay_unless_they_are_sent_or_taken_away() {
        let hidden = || {
            let sealed = a_setting_sealed_as(3, "note", "planted");
            Access::default().with_channel([
                a_setting(1, "token", "a"),
                a_setting(2, "password", "b"),
                sealed,
            ])
        };
        assert_eq!(replace(hidden(), &[]).unwrap(), [""; 0]);
        let after = replace(saving(hidden(), &["-token"]), &[("token", None), ("absent", None)]);
        assert_eq!(after.unwrap(), [""; 0]);
        let access = hidden().saving_all(|writes, events| {
            assert_eq!(said(writes), ["~password", "+api key"]);
            assert!(writes.iter().all(|write| {
                let (SettingWrite::Insert(one) | SettingWrite::Update(one)) = write else { return false };
                matches!(one.value(), SettingValue::Secret(_))
            }));
            assert!(!format!("{events:?}").contains("planted"));
            Ok(())
        });
        let after = replace(access, &[("password", Some("planted-1")), ("api key", Some("planted-2"))]);
        assert_eq!(after.unwrap(), [""; 0]);
    }

    #[test]
    fn a_secret_under_a_plain_label_is_plain_once_it_is_overwritten() {
        let access = Access::default().with_channel([a_setting_sealed_as(3, "note", "planted")]);
        assert_eq!(replace(saving(access, &["~note"]), &[("note", Some("plain"))]).unwrap(), ["note=plain"]);
    }

    #[test]
    fn nobody_was_shown_a_mask_so_it_is_a_value_like_any_other() {
        let access = Access::default().with_channel([a_setting(1, "token", "planted-secret")]);
        let mask = Mask::StarsAndTail.of(&"planted-secret".into());
        replace(saving(access, &["~token"]), &[("token", Some(&mask))]).unwrap();
    }

    #[test]
    fn what_is_so_already_is_not_saved() {
        let present = [a_setting(1, "colour", "red"), a_setting(2, "token", "planted-secret")];
        let pairs = [("colour", Some("red")), ("token", Some("planted-secret"))];
        assert_eq!(replace(Access::default().with_channel(present), &pairs).unwrap(), ["colour=red"]);
    }

    #[test]
    fn of_a_label_that_is_there_twice_the_last_counts() {
        let pairs = [("a", Some("1")), ("b", Some("1")), ("a", Some("2")), ("b", None)];
        assert_eq!(replace(saving(Access::default(), &["+a"]), &pairs).unwrap(), ["a=2"]);
    }

    #[test]
    fn a_value_that_the_manifest_does_not_allow_is_named_by_its_label_and_nothing_is_saved() {
        let size = json!({"label": "size", "type": "number", "required": true});
        let described = Access::default().described_by(a_document(json!({"settings": [size]})));
        let outcome = replace(described, &[("colour", Some("red")), ("size", Some("planted"))]);
        let Err(AppError::Invalid(faults)) = outcome else { panic!("{outcome:?}") };
        let fault = faults.iter().next().unwrap();
        assert_eq!(fault.field.as_deref(), Some("size"));
        assert!(matches!(fault.reason, FaultReason::Setting(_)), "{fault:?}");
    }

    #[test]
    fn what_someone_else_changes_meanwhile_is_read_again() {
        let mut first = true;
        let access = Access::default().saving_all(move |_, _| {
            if std::mem::take(&mut first) { Err(RepositoryError::Stale) } else { Ok(()) }
        });
        assert_eq!(replace(access, &[("colour", Some("red"))]).unwrap(), ["colour=red"]);
    }
}
