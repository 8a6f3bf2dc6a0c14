//! What the members of a body may be: types of JSON values, and domain values that are text.

use patchbay_application::JsonType;
use patchbay_domain::{
    AgentId, ChannelId, ChannelKind, Identifier, IntegrationKind, IntegrationName, InvalidText, ManifestUrl,
    ProviderName, SettingLabel, Visibility,
};
use secrecy::SecretString;
use serde_json::{Map, Value};

/// A type that a member may have.
pub trait JsonValue: Sized {
    /// Its name for the client.
    const TYPE: JsonType;

    /// Takes the value, when it is of the type.
    fn take(value: Value) -> Option<Self>;
}

impl JsonValue for String {
    const TYPE: JsonType = JsonType::String;

    fn take(value: Value) -> Option<Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }
}

impl JsonValue for SecretString {
    const TYPE: JsonType = JsonType::String;

    fn take(value: Value) -> Option<Self> {
        String::take(value).map(Self::from)
    }
}

impl JsonValue for bool {
    const TYPE: JsonType = JsonType::Boolean;

    fn take(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

/// The members of an object, to be read on.
impl JsonValue for Map<String, Value> {
    const TYPE: JsonType = JsonType::Object;

    fn take(value: Value) -> Option<Self> {
        if let Value::Object(members) = value { Some(members) } else { None }
    }
}

/// The elements of an array, to be read on.
impl JsonValue for Vec<Value> {
    const TYPE: JsonType = JsonType::Array;

    fn take(value: Value) -> Option<Self> {
        if let Value::Array(elements) = value { Some(elements) } else { None }
    }
}

impl JsonValue for ChannelKind {
    const TYPE: JsonType = JsonType::ChannelKind;

    fn take(value: Value) -> Option<Self> {
        value.as_str().and_then(Self::from_code)
    }
}

impl JsonValue for Visibility {
    const TYPE: JsonType = JsonType::Visibility;

    fn take(value: Value) -> Option<Self> {
        value.as_str().and_then(Self::from_code)
    }
}

/// Text that may also be sent as a number or a boolean, and may be a secret.
#[derive(Clone, Debug)]
pub struct Scalar(pub SecretString);

impl JsonValue for Scalar {
    const TYPE: JsonType = JsonType::Scalar;

    fn take(value: Value) -> Option<Self> {
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            _ => return None,
        };
        Some(Self(text.into()))
    }
}

/// A domain value that is read from text.
pub trait TextValue: Sized {
    /// The most characters (Unicode scalar values) it may have.
    const MAX_CHARS: usize;

    /// Reads it.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    fn read(text: &str) -> Result<Self, InvalidText>;
}

macro_rules! text_values {
    ($($name:ty),+ $(,)?) => {
        $(impl TextValue for $name {
            const MAX_CHARS: usize = Self::MAX_CHARS;

            fn read(text: &str) -> Result<Self, InvalidText> {
                Self::parse(text)
            }
        })+
    };
}

text_values!(
    AgentId,
    Identifier,
    IntegrationKind,
    IntegrationName,
    ManifestUrl,
    ChannelId,
    ProviderName,
    SettingLabel
);
