//! Values in the place of their names.

use std::collections::HashMap;
use std::hash::BuildHasher;

use secrecy::SecretString;

use super::{Part, Template};

/// Knows the values of names.
pub trait Values {
    /// The value of that name, if there is one.
    fn value(&self, name: &str) -> Option<&str>;
}

impl<S: BuildHasher> Values for HashMap<&str, &str, S> {
    fn value(&self, name: &str) -> Option<&str> {
        self.get(name).copied()
    }
}

/// Why a template cannot be filled. Names values and never shows them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// There is no value of that name.
    #[error("{0} has no value")]
    Missing(String),
    /// A value has a control character where a header ends at one.
    #[error("{0} has a control character, which no header may have")]
    ControlCharacter(String),
    /// A value would lead to another host than its entry says.
    #[error("{0} is not the name of a host, or of a part of one")]
    Host(String),
    /// A value would lead to another path than its entry says.
    #[error("{0} is not a part of a path")]
    Path(String),
    /// What came out is no URL that may be asked.
    #[error("the URL cannot be made from these values")]
    Url,
}

impl Template {
    /// The text with values in the place of their names, as they are.
    pub(super) fn fill(&self, values: &impl Values) -> Result<String, RenderError> {
        self.fill_with(values, |_, value| Ok(value.to_owned()))
    }

    pub(super) fn fill_with(
        &self,
        values: &impl Values,
        write: impl Fn(&str, &str) -> Result<String, RenderError>,
    ) -> Result<String, RenderError> {
        let mut text = String::new();
        for part in self.parts() {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Name(name) => {
                    let value = values.value(name).ok_or_else(|| RenderError::Missing(name.clone()))?;
                    text.push_str(&write(name, value)?);
                }
            }
        }
        Ok(text)
    }

    /// The value of a header.
    ///
    /// # Errors
    /// When a value is missing, or has a control character.
    pub fn render_header(&self, values: &impl Values) -> Result<SecretString, RenderError> {
        let plain = |name: &str, value: &str| {
            let is_fine = !value.chars().any(char::is_control);
            is_fine.then(|| value.to_owned()).ok_or_else(|| RenderError::ControlCharacter(name.to_owned()))
        };
        self.fill_with(values, plain).map(SecretString::from)
    }

    /// The value of a parameter, of a query or of a form. Whoever puts it there encodes it.
    ///
    /// # Errors
    /// When a value is missing.
    pub fn render_parameter(&self, values: &impl Values) -> Result<SecretString, RenderError> {
        self.fill(values).map(SecretString::from)
    }

    /// Text for people: a value that is not known leaves its place empty.
    #[must_use]
    pub fn render_label(&self, values: &impl Values) -> String {
        let shown = self.parts().iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Name(name) => values.value(name).unwrap_or_default(),
        });
        shown.collect::<String>().trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn values() -> HashMap<&'static str, &'static str> {
        HashMap::from([("key", "s3cr et"), ("broken", "a\r\nx-admin: 1")])
    }

    #[test]
    fn a_header_takes_values_without_control_characters() {
        let header = |text| Template::parse(text).unwrap().render_header(&values());
        assert_eq!(header("bearer {key}").unwrap().expose_secret(), "bearer s3cr et");
        let refused = header("bearer {broken}").unwrap_err();
        assert_eq!(refused, RenderError::ControlCharacter("broken".to_owned()));
        assert!(!refused.to_string().contains("admin"));
        assert_eq!(header("{other}").unwrap_err(), RenderError::Missing("other".to_owned()));
    }

    #[test]
    fn a_label_shows_what_is_known() {
        let template = Template::parse("Slack: {team_name}").unwrap();
        assert_eq!(template.render_label(&HashMap::from([("team_name", "Acme")])), "Slack: Acme");
        assert_eq!(template.render_label(&values()), "Slack:");
    }

    #[test]
    fn a_parameter_is_left_to_who_encodes_it() {
        let template = Template::parse("{key}&x").unwrap();
        assert_eq!(template.render_parameter(&values()).unwrap().expose_secret(), "s3cr et&x");
    }
}
