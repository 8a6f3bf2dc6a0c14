//! What the kernel knows of a route before a body is read.

use std::str::FromStr;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use patchbay_application::{AppError, Entity, Fault, FaultReason, Location};
use patchbay_domain::{InvalidId, Permission};
use percent_encoding::percent_decode_str;

use super::Dialect;
use super::values::TextValue;

/// The ids in a path. Their syntax is checked before the body is read; whether they name
/// anything is for the use case.
pub trait PathIds: Clone + 'static {
    /// The parameters that they are read from, in the order of the path.
    const PARAMETERS: &'static [PathParameter];

    /// Reads the ids.
    ///
    /// # Errors
    /// What the API answers to an id of bad syntax.
    fn read(request: &ServiceRequest) -> Result<Self, AppError>;
}

/// A path without ids.
impl PathIds for () {
    const PARAMETERS: &'static [PathParameter] = &[];

    fn read(_: &ServiceRequest) -> Result<Self, AppError> {
        Ok(())
    }
}

/// One parameter of a path, as the document describes it.
#[derive(Clone, Copy, Debug)]
pub struct PathParameter {
    /// What stands in braces in the path.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// What is not found when it names nothing; `None` when that is no fault.
    pub names: Option<Entity>,
    /// How it is written.
    pub written: Written,
}

/// How a parameter of a path is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As a UUID.
    Id,
    /// As free text of 1 to so many characters, without a slash.
    Text(usize),
    /// As one of these words.
    Word(&'static [&'static str]),
}

impl PathParameter {
    /// The id of something that must be there.
    pub const fn id(name: &'static str, about: &'static str, names: Entity) -> Self {
        Self { name, about, names: Some(names), written: Written::Id }
    }

    /// A free text, 1 to `max_chars` characters and no slash, that may be new.
    pub const fn text(name: &'static str, about: &'static str, max_chars: usize) -> Self {
        Self { name, about, names: None, written: Written::Text(max_chars) }
    }

    /// One of a few words.
    pub const fn word(name: &'static str, about: &'static str, words: &'static [&'static str]) -> Self {
        Self { name, about, names: None, written: Written::Word(words) }
    }
}

/// Reads one id from the path.
///
/// # Errors
/// [`AppError::Invalid`]: the id called `field` is not a UUID.
pub fn id_of<I: FromStr<Err = InvalidId>>(
    request: &ServiceRequest,
    parameter: &str,
    field: &'static str,
) -> Result<I, AppError> {
    let text = request.match_info().get(parameter).unwrap_or_default();
    text.parse().map_err(|InvalidId| {
        let fault = Fault::of_field(Location::Path, field, FaultReason::Syntax { expected: "a UUID" });
        AppError::Invalid(fault.into())
    })
}

/// Reads one free text from the path, percent-decoded.
///
/// # Errors
/// [`AppError::Invalid`]: the text called `field` is no percent-encoded UTF-8, has a slash,
/// or breaks the rule of `V`.
pub fn text_of<V: TextValue>(
    request: &ServiceRequest,
    parameter: &str,
    field: &'static str,
) -> Result<V, AppError> {
    let invalid = |reason| AppError::Invalid(Fault::of_field(Location::Path, field, reason).into());
    // The router has decoded all but `%`, `/` and `+` already, and put U+FFFD in the place of
    // what is no UTF-8: whether something was wrong only the path itself can tell.
    if !is_encoded_text(request.uri().path()) {
        return Err(invalid(FaultReason::Syntax { expected: "percent-encoded UTF-8 text" }));
    }
    let routed = request.match_info().get(parameter).unwrap_or_default();
    let text = percent_decode_str(routed).decode_utf8_lossy();
    if text.contains('/') {
        return Err(invalid(FaultReason::Syntax { expected: "text without a slash" }));
    }
    V::read(&text).map_err(|why| invalid(FaultReason::Text(why)))
}

/// Whether every `%` begins an octet, and the octets are UTF-8.
fn is_encoded_text(path: &str) -> bool {
    let is_octet = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    path.split('%').skip(1).all(is_octet) && percent_decode_str(path).decode_utf8().is_ok()
}

/// Ids of an operation whose API knows no answer for bad syntax but "not there".
#[derive(Clone, Copy)]
pub struct Unlisted<P>(pub P);

impl<P: PathIds> PathIds for Unlisted<P> {
    const PARAMETERS: &'static [PathParameter] = P::PARAMETERS;

    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        P::read(request).map(Self).map_err(|error| match error {
            AppError::Invalid(_) => AppError::NotFound(Entity::Organisation),
            other => other,
        })
    }
}

/// What an operation makes depend on a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DependsOn {
    /// Nothing.
    Nothing,
    /// Whether it sends what the client may have (`If-None-Match`).
    WhatIsKnown,
    /// The same of what has more than one version: a list, or whether something works.
    WhatIsShown,
    /// Whether it has its effect (`If-Match`).
    Version,
}

/// How a list comes in pages where that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// Not at all.
    None,
    /// By their number.
    Numbered,
    /// Each by the cursor that the one before it gives.
    Following,
}

/// One operation of a dialect: what the kernel must know of a route before a body is
/// read.
pub struct Operation<D: Dialect> {
    /// What it is called, in logs, counts and documents.
    pub name: &'static str,
    /// What its caller's key must hold.
    pub permission: Permission,
    /// The dialect's message constants for it.
    pub words: &'static D::Words,
    /// The parameters of its path.
    pub parameters: &'static [PathParameter],
    /// Whether its answer may show secrets, which no cache may keep.
    pub is_disclosing: bool,
    /// Whether it does without the body that it takes.
    pub has_optional_body: bool,
    /// What it makes depend on a version, if anything.
    pub depends_on: DependsOn,
    /// How its list comes in pages where that is asked for.
    pub pages: Pages,
    /// What it may be refused with beside what every operation may, for the document.
    pub refused_with: fn() -> Vec<AppError>,
    read_path: fn(&ServiceRequest) -> Result<(), AppError>,
}

impl<D: Dialect> Operation<D> {
    /// An operation on the thing that the ids `P` of its path name. Its handler takes them
    /// as `ReqData<P>`.
    pub const fn on<P: PathIds>(
        name: &'static str,
        permission: Permission,
        words: &'static D::Words,
    ) -> Self {
        Self {
            name,
            permission,
            words,
            parameters: P::PARAMETERS,
            is_disclosing: false,
            has_optional_body: false,
            depends_on: DependsOn::Nothing,
            pages: Pages::None,
            refused_with: Vec::new,
            read_path: leave::<P>,
        }
    }

    /// The same, with an answer that may show secrets.
    pub const fn disclosing(self) -> Self {
        Self { is_disclosing: true, ..self }
    }

    /// The same, with a body that need not be sent.
    pub const fn with_optional_body(self) -> Self {
        Self { has_optional_body: true, ..self }
    }

    /// The same, with an answer that has a tag and is not sent to those who have it.
    pub const fn tagged(self) -> Self {
        Self { depends_on: DependsOn::WhatIsKnown, ..self }
    }

    /// The same, with an answer of more than one version, which has a weak tag and is not sent to
    /// those who have it.
    pub const fn weakly_tagged(self) -> Self {
        Self { depends_on: DependsOn::WhatIsShown, ..self }
    }

    /// The same, with an effect that may be meant for some versions alone.
    pub const fn for_versions(self) -> Self {
        Self { depends_on: DependsOn::Version, ..self }
    }

    /// The same, with a list that comes in numbered pages where that is asked for.
    pub const fn paged(self) -> Self {
        Self { pages: Pages::Numbered, ..self }
    }

    /// The same, with a list that comes in pages that follow each other where that is asked for.
    pub const fn continued(self) -> Self {
        Self { pages: Pages::Following, ..self }
    }

    /// The same, and what else than any operation it may be refused with: a conflict, a
    /// third party that does not do its part.
    pub const fn refused_with(self, refusals: fn() -> Vec<AppError>) -> Self {
        Self { refused_with: refusals, ..self }
    }

    /// Reads the ids of the path and leaves them for the handler.
    pub fn read_path(&self, request: &ServiceRequest) -> Result<(), AppError> {
        (self.read_path)(request)
    }
}

fn leave<P: PathIds>(request: &ServiceRequest) -> Result<(), AppError> {
    let ids = P::read(request)?;
    request.extensions_mut().insert(ids);
    Ok(())
}

/// Which operation a request reached, for the access log.
#[derive(Clone, Copy)]
pub struct Handled {
    /// The dialect.
    pub api: &'static str,
    /// The operation; `None` when it is none of the dialect's.
    pub operation: Option<&'static str>,
    /// What is logged in the place of a path that has a secret in it.
    pub template: Option<&'static str>,
}

impl Handled {
    /// An operation whose path may be logged.
    pub const fn of(api: &'static str, operation: Option<&'static str>) -> Self {
        Self { api, operation, template: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_one_that_is_badly_encoded() {
        for path in ["/", "/a%20b/%C3%A4/%f0%9f%a6%80", "/%25/%2F", "/%00"] {
            assert!(is_encoded_text(path), "{path}");
        }
        for path in ["/%", "/%2", "/%2%35", "/%zz", "/100%/x", "/%ff", "/%C3/%A4", "/%+1"] {
            assert!(!is_encoded_text(path), "{path}");
        }
    }
}
