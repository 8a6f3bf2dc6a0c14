//! What requests to a provider are made of.

use std::collections::BTreeMap;

use super::reader::{FromNode, Reading, TableReader, choice, mistyped};
use crate::findings::Rule;
use crate::template::{BodyTemplate, Template};
use crate::tree::{Node, Path};

choice! {
    /// The method of a request.
    Method {
        /// Reads.
        Get = "GET",
        /// Sends a body.
        Post = "POST",
        /// Replaces.
        Put = "PUT",
        /// Changes.
        Patch = "PATCH",
        /// Takes away.
        Delete = "DELETE",
    }
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// None.
    None,
    /// A JSON document.
    Json(BodyTemplate),
    /// The parameters of a form.
    Form(BTreeMap<String, Template>),
}

impl Body {
    /// Its templates.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::None => Vec::new(),
            Self::Json(document) => document.templates(),
            Self::Form(parameters) => parameters.values().collect(),
        }
    }

    /// Takes `json` or `form` of a table.
    pub(super) fn take(table: &mut TableReader<'_, '_, '_>) -> Self {
        let json = table.optional("json").map(BodyTemplate::of);
        let form = table.optional("form");
        match (json, form) {
            (Some(_), Some(_)) => {
                table.wrong("has json and form", "give one body");
                Self::None
            }
            (Some(json), None) => Self::Json(json),
            (None, Some(form)) => Self::Form(form),
            (None, None) => Self::None,
        }
    }
}

/// Headers by their names, which no request sets otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub BTreeMap<String, Template>);

/// The headers that belong to the connection, or to who makes it.
const NOT_OURS: [&str; 9] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether an entry may set a header of that name.
#[must_use]
pub(super) fn may_be_set(name: &str) -> bool {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_name = !name.is_empty() && name.chars().all(is_token);
    is_name && !NOT_OURS.iter().any(|other| name.eq_ignore_ascii_case(other))
}

impl FromNode for Headers {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let headers = BTreeMap::<String, Template>::read(node, at, reading)?;
        for name in headers.keys().filter(|name| !may_be_set(name)) {
            let place = node.place_of(&Path::root().key(name)).clone();
            let remedy = "take it out: it belongs to the connection, or is no name of a header";
            reading.findings.error(Rule::Shape, &place, &at.key(name), "cannot be set", remedy);
        }
        Some(Self(headers))
    }
}

impl FromNode for Template {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(text) = node.as_text() else { return mistyped(node, at, reading, "text") };
        match Self::parse(text) {
            Ok(template) => Some(template),
            Err(why) => {
                let remedy = "write names as {name}: lower-case letters, digits and _, and no expressions";
                reading.findings.error(Rule::Template, &node.place, at, why.to_string(), remedy);
                None
            }
        }
    }
}
