//! The JSON body of a request, with templates for texts.

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{RenderError, Template, Values};

/// A JSON document whose texts are templates. The names of its members are not.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyTemplate {
    /// A text. Braces that belong to no name stand for themselves.
    Text(Template),
    /// A number, or true or false.
    Plain(Value),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Vec<(String, Self)>),
}

impl BodyTemplate {
    /// Takes the texts of a document as templates.
    #[must_use]
    pub fn of(document: Value) -> Self {
        match document {
            Value::String(text) => Self::Text(Template::parse_among_braces(&text)),
            Value::Array(list) => Self::List(list.into_iter().map(Self::of).collect()),
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(name, value)| (name, Self::of(value))).collect())
            }
            plain => Self::Plain(plain),
        }
    }

    /// Its templates.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(template) => vec![template],
            Self::Plain(_) => Vec::new(),
            Self::List(list) => list.iter().flat_map(Self::templates).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.templates()).collect(),
        }
    }

    /// The document as text, with values in the place of their names. Values become (parts
    /// of) JSON strings, whatever is in them.
    ///
    /// # Errors
    /// When a value is missing.
    pub fn render(&self, values: &impl Values) -> Result<SecretString, RenderError> {
        self.filled(values).map(|document| SecretString::from(document.to_string()))
    }

    fn filled(&self, values: &impl Values) -> Result<Value, RenderError> {
        Ok(match self {
            Self::Text(template) => Value::String(template.fill(values)?),
            Self::Plain(plain) => plain.clone(),
            Self::List(list) => {
                Value::Array(list.iter().map(|item| item.filled(values)).collect::<Result<_, _>>()?)
            }
            Self::Object(members) => {
                let filled = members.iter().map(|(name, value)| Ok((name.clone(), value.filled(values)?)));
                Value::Object(filled.collect::<Result<Map<_, _>, _>>()?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_strings_in_a_document_and_never_part_of_its_structure() {
        let template =
            BodyTemplate::of(json!({"args": ["{db}", 1, {}, "a {db} b"], "query": "{ shop { id } }"}));
        assert_eq!(template.templates().len(), 3);
        let values = HashMap::from([("db", "x\",\"admin\":\"\n")]);
        let document = template.render(&values).unwrap();
        let read: Value = serde_json::from_str(document.expose_secret()).unwrap();
        assert_eq!(
            read,
            json!({
                "args": ["x\",\"admin\":\"\n", 1, {}, "a x\",\"admin\":\"\n b"],
                "query": "{ shop { id } }",
            })
        );
    }

    #[test]
    fn a_missing_value_is_named() {
        let template = BodyTemplate::of(json!(["{db}"]));
        let missing = template.render(&HashMap::<&str, &str>::new()).unwrap_err();
        assert_eq!(missing, RenderError::Missing("db".to_owned()));
    }
}
