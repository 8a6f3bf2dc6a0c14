//! Text with the names of values in it, as in `https://{subdomain}.zendesk.com/api`.

mod body;
mod read;
mod render;
mod url;

use std::fmt;

pub use body::BodyTemplate;
pub use read::Found;
pub(crate) use read::read_url;
pub use render::{RenderError, Values};
pub use url::render_url;
pub(crate) use url::{Base, UrlFault, base_of};

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Text(String),
    /// The name of a value, written `{name}`.
    Name(String),
}

/// Text with the names of values in it. A name is lower-case letters, digits and `_`; there
/// are no expressions, no alternatives and nothing nested.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(Vec<Part>);

/// A brace that neither begins nor ends the name of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("has a brace that belongs to no {{name}}")]
pub struct StrayBrace;

impl Template {
    /// Reads a template in which every brace belongs to a name.
    ///
    /// # Errors
    /// When one does not.
    pub fn parse(text: &str) -> Result<Self, StrayBrace> {
        let template = Self::parse_among_braces(text);
        let has_stray = |part: &Part| matches!(part, Part::Text(text) if text.contains(['{', '}']));
        if template.0.iter().any(has_stray) { Err(StrayBrace) } else { Ok(template) }
    }

    /// Reads a template in which braces that belong to no name stand for themselves: the
    /// bodies of requests may be written in languages that have braces of their own.
    #[must_use]
    pub fn parse_among_braces(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(begin) = rest.find('{') {
            let (before, from) = rest.split_at(begin);
            plain.push_str(before);
            let inside = &from[1..];
            if let Some(name) = inside.split_once('}').map(|(name, _)| name).filter(|name| is_name(name)) {
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Name(name.to_owned()));
                rest = &inside[name.len() + 1..];
            } else {
                plain.push('{');
                rest = inside;
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Self(parts)
    }

    /// Its parts; no two texts follow each other.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The names in it, as often as they stand there.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Name(name) => write!(f, "{{{name}}}")?,
            }
        }
        Ok(())
    }
}

/// Whether a text can be the name of a value.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_text() {
        let template = Template::parse("https://{subdomain}.zendesk.com/{a}{b_2}").unwrap();
        assert_eq!(template.names().collect::<Vec<_>>(), ["subdomain", "a", "b_2"]);
        assert_eq!(template.to_string(), "https://{subdomain}.zendesk.com/{a}{b_2}");
        assert_eq!(template.parts().len(), 5);
    }

    #[test]
    fn a_template_has_no_expressions() {
        for text in ["{a|b}", "{a.b}", "{ a }", "{}", "{A}", "{1}", "{a", "a}", "{{a}}", "{a{b}}"] {
            assert_eq!(Template::parse(text), Err(StrayBrace), "{text}");
        }
    }

    #[test]
    fn braces_of_other_languages_may_stand_in_bodies() {
        let template = Template::parse_among_braces("{ shop { id } } {token} {");
        assert_eq!(template.names().collect::<Vec<_>>(), ["token"]);
        assert_eq!(template.to_string(), "{ shop { id } } {token} {");
    }
}
