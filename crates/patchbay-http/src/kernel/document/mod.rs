//! The OpenAPI document of a dialect, made of what is registered and rendered anyway.

mod examples;
mod operation;
mod prose;
mod refusals;
mod schemas;

use std::fmt;

use serde_json::Value;
use utoipa::openapi::path::{PathItem, PathsBuilder};
use utoipa::openapi::security::SecurityScheme;
use utoipa::openapi::{Components, Info, License, OpenApi, RefOr, Schema, Server, Tag};
use utoipa::{PartialSchema, ToSchema};

pub use schemas::{
    FilledText, PlainObject, PlainText, ScalarText, SomeOf, TextObject, ValueText, channel_name,
    visibility_name,
};

use super::routes::{Described, described};
use super::{Dialect, Operation};

/// What a dialect says of itself for its document.
pub trait Documented: Dialect {
    /// The body of every refusal.
    type ErrorBody: ToSchema;

    /// Pairs of request and answer, one JSON object a line:
    /// `{"id", "req": {"method", "path", "body"?}, "res": {"status", "body"}, "given"?,
    /// "volatile"}`. Those that are not refused are its operations' examples.
    const EXAMPLES: &'static str;

    /// Of the API as a whole.
    fn about() -> About;

    /// The body of a success that shows `data`, or nothing.
    fn success(operation: &Operation<Self>, status: u16, data: Option<RefOr<Schema>>) -> RefOr<Schema>;
}

/// What is said of an API as a whole.
pub struct About {
    /// Its name, for people.
    pub title: &'static str,
    /// What it is, in Markdown.
    pub description: &'static str,
    /// Its groups of operations, and what they are about.
    pub tags: &'static [(&'static str, &'static str)],
    /// The ways in which a key may be presented; one is enough.
    pub keys: Vec<(&'static str, SecurityScheme)>,
}

/// Why a dialect cannot be documented: a fault of its own making.
#[derive(Debug)]
pub enum Undocumented {
    /// Its examples or its document are no JSON.
    Json(serde_json::Error),
    /// An example of this id is of no operation, or of an answer that it does not give.
    Example(String),
}

impl fmt::Display for Undocumented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(_) => f.write_str("no JSON"),
            Self::Example(id) => write!(f, "the example {id} is of no operation"),
        }
    }
}

impl std::error::Error for Undocumented {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Json(error) = self { Some(error) } else { None }
    }
}

impl From<serde_json::Error> for Undocumented {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

/// The OpenAPI 3.1 document of `D`.
///
/// # Errors
/// When its examples do not fit its operations.
pub fn document_of<D: Documented>() -> Result<Value, Undocumented> {
    let About { title, description, tags, keys } = D::about();
    let mut components = Components::new();
    components.schemas.insert(D::ErrorBody::name().into_owned(), D::ErrorBody::schema());
    for (name, about) in operation::of_every_answer::<D>() {
        components.headers.insert((*name).to_owned(), RefOr::T(operation::header(about)));
    }
    let mut operations = Vec::new();
    for mount in D::MOUNTS {
        for mut route in described(mount) {
            route.path = format!("{}{}", mount.prefix, route.path);
            components.schemas.extend(std::mem::take(&mut route.schemas));
            operation::complete(&mut route, &keys);
            operations.push(route);
        }
    }
    show_examples(&mut operations, D::EXAMPLES)?;
    let paths = operations.into_iter().fold(PathsBuilder::new(), |paths, route| {
        paths.path(route.path, PathItem::new(route.method, route.description))
    });
    components.security_schemes =
        keys.into_iter().map(|(name, scheme)| (name.to_owned(), RefOr::T(scheme))).collect();

    let mut document = OpenApi::new(info(title, description), paths.build());
    let server = |base: &&str| Server::new(if base.is_empty() { "/" } else { base });
    document.servers = Some(D::BASES.iter().map(server).collect());
    document.tags = Some(tags.iter().map(|(name, about)| tag(name, about)).collect());
    document.components = Some(components);
    Ok(serde_json::to_value(document)?)
}

fn info(title: &str, description: &str) -> Info {
    let mut licence = License::new(env!("CARGO_PKG_LICENSE"));
    licence.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
    let mut info = Info::new(title, env!("CARGO_PKG_VERSION"));
    info.description = Some(description.to_owned());
    info.license = Some(licence);
    info
}

fn tag(name: &str, about: &str) -> Tag {
    let mut tag = Tag::new(name);
    tag.description = Some(about.to_owned());
    tag
}

/// Puts each pair into the operation that it is of: a literal segment wins over a parameter.
fn show_examples<D: Dialect>(operations: &mut [Described<D>], lines: &str) -> Result<(), Undocumented> {
    for pair in examples::pairs(lines)? {
        let of = operations.iter_mut().filter(|route| pair.is_of(route.verb, &route.path));
        let literal = of.min_by_key(|route| route.path.matches('{').count());
        pair.show_in(literal.map(|route| &mut route.description))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
