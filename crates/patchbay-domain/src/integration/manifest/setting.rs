//! What an app lets its users set.

use serde_json::Value;

use crate::SettingLabel;

/// What kind of value a setting takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingType {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Checkbox,
    /// One of the options.
    Dropdown,
    /// One of the options.
    Radio,
    /// Some of the options, separated by commas.
    MultiSelect,
    /// Some of the options, separated by commas.
    MultiCheckbox,
    /// A name that means nothing here: any text.
    Other(String),
}

impl SettingType {
    fn read(name: &str) -> Self {
        match name {
            "" | "text" => Self::Text,
            "number" => Self::Number,
            "checkbox" => Self::Checkbox,
            "dropdown" => Self::Dropdown,
            "radio" => Self::Radio,
            "multi-select" => Self::MultiSelect,
            "multi-checkbox" => Self::MultiCheckbox,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Its name in manifests.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Checkbox => "checkbox",
            Self::Dropdown => "dropdown",
            Self::Radio => "radio",
            Self::MultiSelect => "multi-select",
            Self::MultiCheckbox => "multi-checkbox",
            Self::Other(name) => name,
        }
    }
}

/// What a manifest says of one setting.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingDefinition {
    /// What it is called; one name has one definition.
    pub label: SettingLabel,
    /// What kind of value it takes.
    pub setting_type: SettingType,
    /// Whether it must have a value.
    pub required: bool,
    /// The value to begin with, as the manifest gives it; it may break the rules itself.
    pub default: Option<Value>,
    /// What it is for; may be empty.
    pub description: String,
    /// What can be chosen.
    pub options: Vec<String>,
}

/// Why a value is not one of its setting. Never shows the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingFault {
    /// There must be one.
    #[error("must not be empty")]
    Empty,
    /// It is no number.
    #[error("must be a number")]
    NotANumber,
    /// It is neither yes nor no.
    #[error("must be Yes, No, true or false")]
    NotAFlag,
    /// It cannot be chosen.
    #[error("must be one of the options")]
    NotAnOption,
    /// One of its parts cannot be chosen.
    #[error("must be options, separated by commas")]
    NotOptions,
    /// It says no times.
    #[error("must be a crontab expression of five fields")]
    NotASchedule,
}

impl SettingDefinition {
    /// The most characters that a value may have.
    pub const MAX_VALUE_CHARS: usize = 8192;

    /// Reads one element of `settings`; `None` when it has no usable label.
    pub(super) fn read(element: &Value) -> Option<Self> {
        let element = element.as_object()?;
        let text = |name: &str| element.get(name).and_then(Value::as_str).unwrap_or_default();
        let options = element.get("options").and_then(Value::as_array);
        Some(Self {
            label: SettingLabel::parse(text("label")).ok()?,
            setting_type: SettingType::read(text("type").trim()),
            required: flag(element.get("required")).unwrap_or_default(),
            default: element.get("default").filter(|value| !value.is_null()).cloned(),
            description: text("description").to_owned(),
            options: options.into_iter().flatten().filter_map(scalar).collect(),
        })
    }

    /// The value to begin with, as text: numbers and flags as JSON writes them, lists with
    /// commas. `None` when there is none, or none that a setting could hold.
    #[must_use]
    pub fn initial_value(&self) -> Option<String> {
        let text = match self.default.as_ref()? {
            Value::Array(values) => {
                let parts: Option<Vec<_>> = values.iter().map(scalar).collect();
                parts?.join(",")
            }
            value => scalar(value)?,
        };
        (text.chars().count() <= Self::MAX_VALUE_CHARS).then_some(text)
    }

    /// Checks a value, as text. Where nothing is required, nothing is fine. Blanks around
    /// a value, or around the parts of one, do not count. Where the manifest names no
    /// options, everything can be chosen.
    ///
    /// # Errors
    /// Says what it must be.
    pub fn check(&self, value: &str) -> Result<(), SettingFault> {
        let value = value.trim();
        if value.is_empty() {
            return if self.required { Err(SettingFault::Empty) } else { Ok(()) };
        }
        let (fits, fault) = match self.setting_type {
            SettingType::Text | SettingType::Other(_) => return Ok(()),
            SettingType::Number => (is_number(value), SettingFault::NotANumber),
            SettingType::Checkbox => (flag_of(value).is_some(), SettingFault::NotAFlag),
            SettingType::Dropdown | SettingType::Radio => (self.offers(value), SettingFault::NotAnOption),
            SettingType::MultiSelect | SettingType::MultiCheckbox => {
                // An option may have a comma of its own.
                let all = self.offers(value) || value.split(',').all(|part| self.offers(part.trim()));
                (all, SettingFault::NotOptions)
            }
        };
        if fits { Ok(()) } else { Err(fault) }
    }

    fn offers(&self, choice: &str) -> bool {
        self.options.is_empty() || self.options.iter().any(|option| option.trim() == choice)
    }
}

/// A text, number or flag as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A flag, or one of the words for it.
pub(super) fn flag(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => flag_of(text.trim()),
        _ => None,
    }
}

fn flag_of(text: &str) -> Option<bool> {
    let is = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["yes", "true"]) {
        Some(true)
    } else if is(["no", "false"]) {
        Some(false)
    } else {
        None
    }
}

/// Whether a text is a finite number; the words for others (`inf`, `nan`) are none.
fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn setting(element: &Value) -> SettingDefinition {
        SettingDefinition::read(element).unwrap()
    }

    fn of_type(name: &str, options: &[&str]) -> SettingDefinition {
        setting(&json!({"label": "x", "type": name, "options": options}))
    }

    fn takes(definition: &SettingDefinition, fine: &[&str], fault: SettingFault, wrong: &[&str]) {
        for value in fine {
            assert_eq!(definition.check(value), Ok(()), "{value:?}");
        }
        for value in wrong {
            assert_eq!(definition.check(value), Err(fault), "{value:?}");
        }
    }

    #[test]
    fn a_definition_is_read_as_it_is_written() {
        let element = json!({"label": " Sensitivity ", "type": "dropdown", "required": true, "default": "Low",
                             "description": "How much", "options": ["High", "Low", 3, true, null, {}]});
        let read = setting(&element);
        assert_eq!((read.label.as_str(), read.setting_type.as_str()), ("Sensitivity", "dropdown"));
        assert_eq!((read.required, read.description.as_str()), (true, "How much"));
        assert_eq!(read.options, ["High", "Low", "3", "true"]);
        assert_eq!(read.initial_value().as_deref(), Some("Low"));
    }

    #[test]
    fn what_is_missing_or_odd_counts_as_not_given() {
        for element in
            [json!({"label": "x"}), json!({"label": "x", "type": 1, "required": 1, "options": "a"})]
        {
            let read = setting(&element);
            assert_eq!(
                (&read.setting_type, read.required, read.default.is_some()),
                (&SettingType::Text, false, false)
            );
            assert!(read.options.is_empty() && read.description.is_empty());
        }
        for nameless in [json!({}), json!({"label": " "}), json!({"label": 1}), json!("x"), json!(null)] {
            assert_eq!(SettingDefinition::read(&nameless), None, "{nameless}");
        }
    }

    #[test]
    fn a_type_is_read_as_it_is_shown_and_an_unknown_one_is_kept() {
        for name in
            ["text", "number", "checkbox", "dropdown", "radio", "multi-select", "multi-checkbox", "colour"]
        {
            assert_eq!(of_type(name, &[]).setting_type.as_str(), name);
        }
        assert_eq!(of_type("colour", &["a"]).check("anything"), Ok(()));
    }

    #[test]
    fn a_value_to_begin_with_becomes_text_in_either_style_of_manifest() {
        for (default, text) in [
            (json!("1000"), Some("1000")),
            (json!(1000), Some("1000")),
            (json!(0.5), Some("0.5")),
            (json!("Yes"), Some("Yes")),
            (json!(true), Some("true")),
            (json!(""), Some("")),
            (json!(["a", 2, false]), Some("a,2,false")),
            (json!([]), Some("")),
            (json!(null), None),
            (json!({"a": 1}), None),
            (json!(["a", {}]), None),
            (json!("x".repeat(8193)), None),
        ] {
            let shown = default.to_string();
            let read = setting(&json!({"label": "x", "default": default}));
            assert_eq!(read.initial_value().as_deref(), text, "{shown}");
        }
    }

    #[test]
    fn a_number_is_a_number_or_numeric_text() {
        let fine = ["0", "-1", "+1", "1.5", "1e3", " 7 ", ".5"];
        let wrong = ["x", "1,5", "0x10", "1 2", "inf", "-Infinity", "NaN", "1e999", "--1"];
        takes(&of_type("number", &[]), &fine, SettingFault::NotANumber, &wrong);
    }

    #[test]
    fn a_checkbox_is_yes_or_no_in_two_styles() {
        let fine = ["Yes", "No", "true", "false", "yes", "FALSE"];
        takes(&of_type("checkbox", &[]), &fine, SettingFault::NotAFlag, &["1", "on", "maybe", "Yes,No"]);
    }

    #[test]
    fn one_of_the_options_is_chosen() {
        for name in ["dropdown", "radio"] {
            let definition = of_type(name, &["High", "very Low"]);
            let wrong = ["low", "high", "High,very Low", "x"];
            takes(&definition, &["High", " very Low "], SettingFault::NotAnOption, &wrong);
            assert_eq!(of_type(name, &[]).check("anything"), Ok(()));
        }
    }

    #[test]
    fn several_of_the_options_are_chosen() {
        for name in ["multi-select", "multi-checkbox"] {
            let definition = of_type(name, &["a", "b c", "d, e"]);
            let fine = ["a", "a,b c", " b c , a ", "a,a", "d, e"];
            takes(&definition, &fine, SettingFault::NotOptions, &["x", "a,x", "a,,b c", "a,", "a;b c"]);
            assert_eq!(of_type(name, &[]).check("anything, at all"), Ok(()));
        }
    }

    #[test]
    fn what_is_required_must_not_be_empty_whatever_its_type() {
        for name in ["text", "number", "checkbox", "dropdown", "multi-select", "colour"] {
            let mut definition = of_type(name, &["a"]);
            for empty in ["", " ", "\n"] {
                definition.required = false;
                assert_eq!(definition.check(empty), Ok(()), "{name}");
                definition.required = true;
                assert_eq!(definition.check(empty), Err(SettingFault::Empty), "{name}");
            }
        }
    }
}
