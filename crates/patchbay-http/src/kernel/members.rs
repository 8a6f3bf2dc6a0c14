//! The members of a body: what was sent, and whether it keeps the rules.

use patchbay_application::{AppError, Fault, FaultReason, Faults, JsonType, Location};
use patchbay_domain::{ChannelKind, InvalidText, Visibility};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use validator::{
    Validate, ValidateLength, ValidateRequired, ValidationError, ValidationErrors, ValidationErrorsKind,
};

use super::field_order::members_of;
use super::values::{JsonValue, Scalar, TextValue};

/// One member of a body. Reading it never fails, so that all faults of a body are found.
#[derive(Clone, Debug, Default)]
pub enum Member<T> {
    /// It was not sent.
    #[default]
    Absent,
    /// It was sent as `null`.
    Null,
    /// It was sent with a value of another type.
    Mistyped,
    /// It was sent.
    Value(T),
}

impl<T> Member<T> {
    /// Whether the member was in the body, be it as `null`.
    pub const fn is_sent(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The value; `None` when none was sent.
    pub fn value(self) -> Option<T> {
        if let Self::Value(value) = self { Some(value) } else { None }
    }

    /// The same, to look at.
    pub const fn as_value(&self) -> Option<&T> {
        if let Self::Value(value) = self { Some(value) } else { None }
    }
}

impl Member<String> {
    /// The domain value that the text means; `None` when none was sent.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it breaks a rule, which a validated body does not.
    pub fn parsed<V: TextValue>(self) -> Result<Option<V>, AppError> {
        self.value().map(|text| V::read(&text)).transpose().map_err(|why| invalid(FaultReason::Text(why)))
    }

    /// The domain value that the text of a required member means.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it is missing or breaks a rule, which in a validated body
    /// it does not.
    pub fn required<V: TextValue>(self) -> Result<V, AppError> {
        self.parsed()?.ok_or_else(|| invalid(FaultReason::Required))
    }
}

impl<T> Member<T> {
    /// The value of a required member.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it is missing, which in a validated body it is not.
    pub fn sent(self) -> Result<T, AppError> {
        self.value().ok_or_else(|| invalid(FaultReason::Required))
    }
}

fn invalid(reason: FaultReason) -> AppError {
    AppError::Invalid(Fault::of_body(reason).into())
}

impl<'de, T: JsonValue> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.is_null() {
            return Ok(Self::Null);
        }
        Ok(T::take(value).map_or(Self::Mistyped, Self::Value))
    }
}

/// Validation keeps a copy of each refused value beside its error; this one shows nothing.
impl<T> Serialize for Member<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<T> ValidateRequired for Member<T> {
    fn is_some(&self) -> bool {
        matches!(self, Self::Value(_) | Self::Mistyped)
    }
}

impl Scalar {
    /// How many characters (Unicode scalar values) it has.
    pub fn chars(&self) -> usize {
        self.0.expose_secret().chars().count()
    }
}

/// The length of a secret, in characters (Unicode scalar values).
impl ValidateLength<u64> for Member<SecretString> {
    fn length(&self) -> Option<u64> {
        let Self::Value(secret) = self else { return None };
        u64::try_from(secret.expose_secret().chars().count()).ok()
    }
}

impl ValidateLength<u64> for Member<Scalar> {
    fn length(&self) -> Option<u64> {
        let Self::Value(scalar) = self else { return None };
        u64::try_from(scalar.chars()).ok()
    }
}

const MISTYPED: [(&str, JsonType); 7] = [
    ("mistyped_string", JsonType::String),
    ("mistyped_boolean", JsonType::Boolean),
    ("mistyped_scalar", JsonType::Scalar),
    ("mistyped_object", JsonType::Object),
    ("mistyped_array", JsonType::Array),
    ("mistyped_channel", JsonType::ChannelKind),
    ("mistyped_visibility", JsonType::Visibility),
];
const EMPTY: &str = "empty";
const TOO_LONG: &str = "length";
const NUL: &str = "nul";
const REQUIRED: &str = "required";

fn mistyped<T: JsonValue>() -> ValidationError {
    let code = MISTYPED.iter().find(|(_, json_type)| *json_type == T::TYPE);
    ValidationError::new(code.map_or("mistyped", |(code, _)| code))
}

/// Rule of a member: it is of its type, and text has no U+0000.
///
/// # Errors
/// The fault, for [`faults_of`].
pub fn well_typed<T: JsonValue + Plain>(member: &Member<T>) -> Result<(), ValidationError> {
    match member {
        Member::Mistyped => Err(mistyped::<T>()),
        Member::Value(value) if value.has_nul() => Err(ValidationError::new(NUL)),
        _ => Ok(()),
    }
}

/// Rule of a member that has no value to take away: it is not sent as `null`.
///
/// # Errors
/// The fault, for [`faults_of`].
pub fn not_null<T: JsonValue>(member: &Member<T>) -> Result<(), ValidationError> {
    if matches!(member, Member::Null) { Err(mistyped::<T>()) } else { Ok(()) }
}

/// Rule of a secret: when it is sent, there is something to it.
///
/// # Errors
/// The fault, for [`faults_of`].
pub fn filled(member: &Member<SecretString>) -> Result<(), ValidationError> {
    match member {
        Member::Value(secret) if secret.expose_secret().trim().is_empty() => Err(ValidationError::new(EMPTY)),
        other => well_typed(other),
    }
}

/// A value that may carry text.
pub trait Plain {
    /// Whether U+0000 is in it.
    fn has_nul(&self) -> bool;
}

impl Plain for SecretString {
    fn has_nul(&self) -> bool {
        self.expose_secret().contains('\0')
    }
}

impl Plain for String {
    fn has_nul(&self) -> bool {
        self.contains('\0')
    }
}

impl Plain for Scalar {
    fn has_nul(&self) -> bool {
        self.0.has_nul()
    }
}

impl Plain for Map<String, Value> {
    fn has_nul(&self) -> bool {
        false
    }
}

impl Plain for Vec<Value> {
    fn has_nul(&self) -> bool {
        false
    }
}

impl Plain for ChannelKind {
    fn has_nul(&self) -> bool {
        false
    }
}

impl Plain for bool {
    fn has_nul(&self) -> bool {
        false
    }
}

impl Plain for Visibility {
    fn has_nul(&self) -> bool {
        false
    }
}

/// Rule of a member: its text, when sent, means a domain value.
///
/// # Errors
/// The fault, for [`faults_of`].
pub fn text<V: TextValue>(member: &Member<String>) -> Result<(), ValidationError> {
    match member {
        Member::Mistyped => Err(mistyped::<String>()),
        Member::Value(text) => V::read(text).map(drop).map_err(|why| match why {
            InvalidText::Empty => ValidationError::new(EMPTY),
            InvalidText::Nul => ValidationError::new(NUL),
            InvalidText::TooLong { max } => {
                let mut error = ValidationError::new(TOO_LONG);
                error.add_param("max".into(), &max);
                error
            }
            InvalidText::Character { .. } => ValidationError::new("character"),
        }),
        Member::Absent | Member::Null => Ok(()),
    }
}

/// Reads the object under the member `name` as `T`.
///
/// # Errors
/// [`AppError::Invalid`] with every fault, each under its path from the body.
pub fn nested<T: DeserializeOwned + Validate>(
    name: &str,
    members: Map<String, Value>,
) -> Result<T, AppError> {
    let read: Result<T, _> = serde_json::from_value(Value::Object(members));
    let value = read.map_err(|_| invalid(FaultReason::NotAnObject))?;
    let Err(errors) = value.validate() else { return Ok(value) };
    let inside = |fault: &Fault| {
        let field = fault.field.as_ref().map(|field| format!("{name}.{field}"));
        Fault { field, ..fault.clone() }
    };
    let faults = Faults::all(faults_of::<T>(&errors).iter().map(inside).collect());
    Err(faults.map_or_else(|| invalid(FaultReason::NotAnObject), AppError::Invalid))
}

/// What `errors` say of a body `T`, in the order in which it declares its members.
pub fn faults_of<T: DeserializeOwned>(errors: &ValidationErrors) -> Faults {
    let of_member = |(field, kind): (&_, &ValidationErrorsKind)| match kind {
        ValidationErrorsKind::Field(errors) => errors.iter().map(|error| fault(field, error)).collect(),
        _ => Vec::new(),
    };
    let mut faults: Vec<_> =
        errors.errors().iter().flat_map(|(field, kind)| of_member((&**field, kind))).collect();
    in_order::<T>(&mut faults);
    Faults::all(faults).unwrap_or_else(|| Fault::of_body(FaultReason::NothingToChange).into())
}

/// Brings faults into the order in which `T` declares the members that they are in.
pub fn in_order<T: DeserializeOwned>(faults: &mut [Fault]) {
    let members = members_of::<T>();
    faults.sort_by_key(|fault| {
        let member = fault.field.as_deref().and_then(|field| field.split('.').next());
        members.iter().position(|one| Some(*one) == member).unwrap_or(members.len())
    });
}

fn fault(field: &str, error: &ValidationError) -> Fault {
    // A member may have a name that Rust has taken.
    let field = field.strip_prefix("r#").unwrap_or(field);
    let max = error.params.get("max").and_then(Value::as_u64).and_then(|max| usize::try_from(max).ok());
    let mistyped = MISTYPED.iter().find(|(code, _)| *code == error.code);
    let reason = match (&*error.code, mistyped) {
        (_, Some((_, expected))) => FaultReason::WrongType { expected: *expected },
        (REQUIRED, _) => FaultReason::Required,
        (EMPTY, _) => FaultReason::Text(InvalidText::Empty),
        (NUL, _) => FaultReason::Text(InvalidText::Nul),
        (TOO_LONG, _) => FaultReason::Text(InvalidText::TooLong { max: max.unwrap_or_default() }),
        _ => FaultReason::Syntax { expected: "an allowed value" },
    };
    Fault::of_field(Location::Body, field, reason)
}
