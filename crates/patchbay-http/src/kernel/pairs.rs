//! A body that is an object of labels and values.

use patchbay_application::settings::SentSetting;
use patchbay_application::{AppError, Fault, FaultReason, Faults, Location};
use patchbay_domain::{InvalidText, SettingLabel, SettingText};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use validator::{Validate, ValidationErrors};

use super::members::Plain;
use super::values::{JsonValue, Scalar};

/// What a fault is said to be in when the label itself is wrong, which is not said back.
const LABEL: &str = "label";

/// An object whose members are settings: text, numbers and booleans under their labels, and
/// `null` for what is to be taken away.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Pairs(Map<String, Value>);

/// Its members are judged one by one, in [`Pairs::settings`].
impl Validate for Pairs {
    fn validate(&self) -> Result<(), ValidationErrors> {
        Ok(())
    }
}

impl Pairs {
    /// The settings that were sent, in order.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every fault.
    pub fn settings(self) -> Result<Vec<SentSetting>, AppError> {
        let (mut settings, mut faults) = (Vec::new(), Vec::new());
        for (label, value) in self.0 {
            match SettingLabel::parse(&label) {
                Ok(label) => match value_of(value) {
                    Ok(value) => settings.push((label, value)),
                    Err(reason) => faults.push(Fault::of_field(Location::Body, label.as_str(), reason)),
                },
                Err(why) => faults.push(Fault::of_field(Location::Body, LABEL, FaultReason::Text(why))),
            }
        }
        Faults::all(faults).map_or(Ok(settings), |faults| Err(AppError::Invalid(faults)))
    }
}

fn value_of(value: Value) -> Result<Option<SecretString>, FaultReason> {
    if value.is_null() {
        return Ok(None);
    }
    let Some(scalar) = Scalar::take(value) else {
        return Err(FaultReason::WrongType { expected: Scalar::TYPE });
    };
    if scalar.has_nul() {
        return Err(FaultReason::Text(InvalidText::Nul));
    }
    if scalar.chars() > SettingText::MAX_CHARS {
        return Err(FaultReason::Text(InvalidText::TooLong { max: SettingText::MAX_CHARS }));
    }
    Ok(Some(scalar.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: Value) -> Result<Vec<(String, bool)>, String> {
        let pairs: Pairs = serde_json::from_value(body).unwrap();
        let settings = pairs.settings().map_err(|error| error.to_string())?;
        Ok(settings.into_iter().map(|(label, value)| (label.to_string(), value.is_some())).collect())
    }

    #[test]
    fn text_numbers_and_booleans_are_values_and_null_is_none() {
        let sent = json!({" b ": "x", "a": 1.5, "token": true, "c": null, "d": ""});
        let expected = [("b", true), ("a", true), ("token", true), ("c", false), ("d", true)];
        assert_eq!(read(sent).unwrap(), expected.map(|(label, is_there)| (label.to_owned(), is_there)));
        assert_eq!(read(json!({})).unwrap(), []);
    }

    #[test]
    fn every_fault_is_found_in_order_and_no_value_is_said_back() {
        let said = read(json!({
            "z": ["planted"], "": "x", "a": "x".repeat(8193), "b": "planted\0", "c": "fine",
            "planted\0": 1, ("l".repeat(256)): {"planted": 1}
        }));
        assert_eq!(
            said.unwrap_err(),
            "z must be a string, a number or a boolean; label must not be empty; \
             a must have at most 8192 characters; b must not contain the character U+0000; \
             label must not contain the character U+0000; label must have at most 255 characters"
        );
    }
}
