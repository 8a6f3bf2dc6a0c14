//! What is wrong with what a client sent.

use std::borrow::Cow;
use std::fmt;

use patchbay_domain::{InvalidText, SettingFault, Wrong};
use serde_json::Value;

/// The part of a request that a fault lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// A header.
    Header,
    /// The path.
    Path,
    /// The query.
    Query,
    /// The body.
    Body,
}

/// A type of JSON value, as a client is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonType {
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A number without a fraction.
    WholeNumber,
    /// A string, a number, `true` or `false`.
    Scalar,
    /// An object.
    Object,
    /// A list.
    Array,
    /// The name of a [`ChannelKind`](patchbay_domain::ChannelKind).
    ChannelKind,
    /// The name of a [`Visibility`](patchbay_domain::Visibility).
    Visibility,
}

impl JsonType {
    /// Its name, with an article.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::WholeNumber => "a whole number",
            Self::Scalar => "a string, a number or a boolean",
            Self::Object => "an object",
            Self::Array => "an array",
            Self::ChannelKind => "one of in_app, email, sms, chat and push",
            Self::Visibility => "private or public",
        }
    }
}

/// What is wrong, without the value that is wrong: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultReason {
    /// The body is not JSON; where the reader gave up, counted from 1.
    NotJson {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// The body is JSON, but no object.
    NotAnObject,
    /// It is missing.
    Required,
    /// It is of another JSON type.
    WrongType {
        /// The type it should have.
        expected: JsonType,
    },
    /// It is no such text.
    Text(InvalidText),
    /// It is not written as it should be.
    Syntax {
        /// What it should be, with its article.
        expected: &'static str,
    },
    /// It is no value of its setting, as the app's manifest defines that.
    Setting(SettingFault),
    /// It is no member of a configuration.
    Configuration(Wrong),
    /// It names nothing that the API offers.
    NotOffered,
    /// It breaks a rule of the API, in its own words.
    Rule(Cow<'static, str>),
    /// The body asks for no change that is known.
    NothingToChange,
}

impl fmt::Display for FaultReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { line, column } => write!(f, "is not valid JSON at line {line}, column {column}"),
            Self::NotAnObject => f.write_str("must be a JSON object"),
            Self::Required => f.write_str("is required"),
            Self::WrongType { expected } => write!(f, "must be {}", expected.as_str()),
            Self::Text(why) => write!(f, "{why}"),
            Self::Syntax { expected } => write!(f, "is not {expected}"),
            Self::Setting(why) => write!(f, "{why}"),
            Self::Configuration(why) => write!(f, "{why}"),
            Self::NotOffered => f.write_str("names nothing that is offered"),
            Self::Rule(words) => f.write_str(words),
            Self::NothingToChange => f.write_str("has no member that can be changed"),
        }
    }
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The part of the request.
    pub location: Location,
    /// The field, as the API spells it; `None` when it is the part as a whole.
    pub field: Option<String>,
    /// What is wrong with it.
    pub reason: FaultReason,
    /// What was sent there, where the client is to get it back.
    pub value: Option<RefusedValue>,
}

/// A small value that was refused, to be given back to who sent it. It is never logged: neither
/// `Debug` nor the `Display` of its fault shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefusedValue(Box<Value>);

impl RefusedValue {
    /// The most bytes it may have, as JSON without white space.
    pub const MAX_BYTES: usize = 256;

    /// A copy of `value`; `None` of one that is larger.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        (value.to_string().len() <= Self::MAX_BYTES).then(|| Self(value.clone().into()))
    }

    /// It as it was sent.
    #[must_use]
    pub const fn as_json(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for RefusedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefusedValue")
    }
}

impl Fault {
    /// A fault of one field.
    #[must_use]
    pub fn of_field(location: Location, field: impl Into<String>, reason: FaultReason) -> Self {
        Self { location, field: Some(field.into()), reason, value: None }
    }

    /// Its field, or the name of the part of the request that it is all of.
    #[must_use]
    pub fn place(&self) -> &str {
        let whole = match self.location {
            Location::Header => "header",
            Location::Path => "path",
            Location::Query => "query",
            Location::Body => "body",
        };
        self.field.as_deref().unwrap_or(whole)
    }

    /// A fault of the body as a whole.
    #[must_use]
    pub const fn of_body(reason: FaultReason) -> Self {
        Self::of_all(Location::Body, reason)
    }

    /// A fault of a part of the request as a whole.
    #[must_use]
    pub const fn of_all(location: Location, reason: FaultReason) -> Self {
        Self { location, field: None, reason, value: None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place(), self.reason)
    }
}

/// Everything that is wrong with a request, in the order header, path, query, body; within the
/// body in the order in which the API documents its members. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    first: Fault,
    others: Vec<Fault>,
}

impl Faults {
    /// All of `faults`; `None` when there are none.
    #[must_use]
    pub fn all(faults: Vec<Fault>) -> Option<Self> {
        let mut faults = faults.into_iter();
        Some(Self { first: faults.next()?, others: faults.collect() })
    }

    /// The faults, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl From<Fault> for Faults {
    fn from(first: Fault) -> Self {
        Self { first, others: Vec::new() }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.others.iter().try_for_each(|fault| write!(f, "; {fault}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_domain::ChannelKind;
    use serde_json::json;

    #[test]
    fn every_fault_is_named_in_order() {
        let faults = Faults::all(vec![
            Fault::of_field(Location::Body, "name", FaultReason::Required),
            Fault::of_field(Location::Body, "kind", FaultReason::Text(InvalidText::TooLong { max: 64 })),
            Fault::of_body(FaultReason::NotJson { line: 1, column: 7 }),
        ]);
        assert_eq!(
            faults.unwrap().to_string(),
            "name is required; kind must have at most 64 characters; body is not valid JSON at line 1, column 7"
        );
        assert_eq!(Faults::all(Vec::new()), None);
    }

    #[test]
    fn the_type_of_a_channel_names_all_of_them() {
        let words = JsonType::ChannelKind.as_str();
        assert!(ChannelKind::ALL.iter().all(|kind| words.contains(kind.as_str())), "{words}");
    }

    #[test]
    fn a_refused_value_is_shown_by_nothing_but_itself() {
        let planted = json!({"a": ["planted"]});
        let mut fault = Fault::of_field(Location::Body, "a", FaultReason::NotOffered);
        fault.value = RefusedValue::of(&planted);
        assert_eq!(fault.value.as_ref().unwrap().as_json(), &planted);
        let faults = Faults::from(fault.clone());
        for shown in [format!("{fault:?} {fault}"), format!("{faults:?} {faults}")] {
            assert!(!shown.contains("planted"), "{shown}");
        }
    }

    #[test]
    fn a_value_is_kept_up_to_its_most_bytes() {
        // The quotes count, and a character of two bytes as two.
        for (value, is_kept) in [
            ("x".repeat(254), true),
            ("x".repeat(255), false),
            ("ä".repeat(127), true),
            ("ä".repeat(128), false),
        ] {
            assert_eq!(RefusedValue::of(&Value::from(value)).is_some(), is_kept);
        }
    }
}
