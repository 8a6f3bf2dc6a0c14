//! Schemas of members and bodies that say what the rules of `members` hold them to.

use std::borrow::Cow;
use std::marker::PhantomData;

use patchbay_domain::{ChannelKind, SettingLabel, SettingText, Visibility};
use serde_json::{Value, json};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{SchemaFormat, SchemaType, Type};
use utoipa::openapi::{ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::pairs::Pairs;
use crate::kernel::values::TextValue;

/// Text without U+0000.
const PLAIN: &str = r"^[^\u0000]*$";

/// The same with at least one character that is no white space, as Unicode defines that.
const FILLED: &str = concat!(
    r"^[^\u0000]*[^\u0000\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\u0000]*$"
);

/// The same for one part of a path.
const PART: &str = concat!(
    r"^[^/\u0000]*[^/\u0000\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^/\u0000]*$"
);

/// A name of up to 255 visible characters, in quotes or bare (RFC 8941 §3.3.3).
const NAME: &str = r#"^("[!#-\[\]-~]{1,255}"|[!#-\[\]-~]{1,255})$"#;

/// The schema of text without rules.
pub fn any_text() -> Schema {
    Object::with_type(Type::String).into()
}

/// The schema of the name that a client gives a request.
pub fn request_name() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(NAME)).build().into()
}

/// The schema of a part of a path that has at most `max_chars` characters.
pub fn part_of_path(max_chars: usize) -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(max_chars))
        .pattern(Some(PART))
        .build()
        .into()
}

/// The schema of one of a few words.
pub fn one_of(words: &[&str]) -> Schema {
    let words = words.iter().copied();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build().into()
}

/// The schema of the name of a [`Visibility`].
pub fn visibility_name() -> Schema {
    one_of(&Visibility::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>())
}

/// The schema of the name of a [`ChannelKind`].
pub fn channel_name() -> Schema {
    one_of(&ChannelKind::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>())
}

/// The schema of an id.
pub fn id() -> Schema {
    let format = SchemaFormat::Custom("uuid".to_owned());
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).build().into()
}

/// Schemas of text that means a domain value.
pub struct ValueText<V>(PhantomData<V>);

impl<V: TextValue> ValueText<V> {
    /// The text.
    pub fn sent() -> Schema {
        text(&[Type::String], V::MAX_CHARS, V::read("").is_err())
    }

    /// The text or `null`.
    pub fn nullable() -> Schema {
        text(&[Type::String, Type::Null], V::MAX_CHARS, V::read("").is_err())
    }
}

/// Schemas of text that may be empty and have `MAX` characters.
pub struct PlainText<const MAX: usize>;

impl<const MAX: usize> PlainText<MAX> {
    /// The text or `null`.
    pub fn nullable() -> Schema {
        text(&[Type::String, Type::Null], MAX, false)
    }
}

/// Schemas of text that is not blank and may have `MAX` characters.
pub struct FilledText<const MAX: usize>;

impl<const MAX: usize> FilledText<MAX> {
    /// The text.
    pub fn sent() -> Schema {
        text(&[Type::String], MAX, true)
    }
}

/// Schemas of text of up to `MAX` characters that may be sent as a number or a boolean.
pub struct ScalarText<const MAX: usize>;

impl<const MAX: usize> ScalarText<MAX> {
    /// The text, the number or the boolean.
    pub fn sent() -> Schema {
        text(&[Type::String, Type::Number, Type::Boolean], MAX, false)
    }

    /// The same or `null`.
    pub fn nullable() -> Schema {
        text(&[Type::String, Type::Number, Type::Boolean, Type::Null], MAX, false)
    }
}

fn text(types: &[Type], max_chars: usize, is_filled: bool) -> Schema {
    let types = match types {
        [one] => SchemaType::Type(one.clone()),
        several => SchemaType::Array(several.to_vec()),
    };
    let pattern = if is_filled { FILLED } else { PLAIN };
    let min = is_filled.then_some(1);
    ObjectBuilder::new()
        .schema_type(types)
        .min_length(min)
        .max_length(Some(max_chars))
        .pattern(Some(pattern))
        .build()
        .into()
}

/// Documents an object of any members, none of which has U+0000 in it.
pub struct PlainObject;

const PLAIN_JSON: &str = "PlainJson";

impl PartialSchema for PlainObject {
    fn schema() -> RefOr<Schema> {
        object_of(Ref::from_schema_name(PLAIN_JSON).into(), PLAIN, None).into()
    }
}

impl ToSchema for PlainObject {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        let types = [Type::String, Type::Number, Type::Boolean, Type::Null];
        let scalar = ObjectBuilder::new().schema_type(SchemaType::Array(types.to_vec())).pattern(Some(PLAIN));
        let inside = Ref::from_schema_name(PLAIN_JSON);
        let any = OneOfBuilder::new()
            .item(scalar)
            .item(ArrayBuilder::new().items(inside.clone()))
            .item(object_of(inside.into(), PLAIN, None))
            .build();
        schemas.push((PLAIN_JSON.to_owned(), Schema::from(any).into()));
    }
}

/// Documents an object of texts under labels.
pub struct TextObject;

impl PartialSchema for TextObject {
    fn schema() -> RefOr<Schema> {
        let text: Schema = Object::with_type(Type::String).into();
        ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(text)).build().into()
    }
}

impl ToSchema for TextObject {}

/// Documents [`Pairs`].
impl PartialSchema for Pairs {
    fn schema() -> RefOr<Schema> {
        let value = ScalarText::<{ SettingText::MAX_CHARS }>::nullable();
        object_of(value.into(), FILLED, Some(SettingLabel::MAX_CHARS)).into()
    }
}

impl ToSchema for Pairs {}

/// An object of members whose names are such texts.
fn object_of(members: RefOr<Schema>, names: &str, max_chars: Option<usize>) -> Object {
    let mut names = json!({ "pattern": names });
    if let Some(max) = max_chars {
        names["maxLength"] = json!(max);
    }
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(members))
        .extensions(Some(Extensions::from_iter([("propertyNames", names)])))
        .build()
}

/// Documents a body `T` of which at least one member must be there, be it as `null`. A UUID
/// among them names what is meant, and is not enough.
pub struct SomeOf<T>(PhantomData<T>);

impl<T: ToSchema> PartialSchema for SomeOf<T> {
    fn schema() -> RefOr<Schema> {
        match T::schema() {
            RefOr::T(Schema::Object(object)) => RefOr::T(Schema::Object(with_some_member(object))),
            other => other,
        }
    }
}

impl<T: ToSchema> ToSchema for SomeOf<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

fn with_some_member(object: Object) -> Object {
    let counting = object.properties.iter().filter(|(_, schema)| !is_uuid(schema));
    let one_is_there: Value = counting.map(|(member, _)| json!({ "required": [member] })).collect();
    let mut object = object;
    object.extensions = Some(Extensions::from_iter([("anyOf", one_is_there)]));
    object
}

fn is_uuid(schema: &RefOr<Schema>) -> bool {
    let uuid = |format: &SchemaFormat| matches!(format, SchemaFormat::Custom(name) if name == "uuid");
    matches!(schema, RefOr::T(Schema::Object(object)) if object.format.as_ref().is_some_and(uuid))
}
