//! What the Telex API says of itself in its OpenAPI document.

use serde_json::json;
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

use super::errors::ErrorBody;
use super::{APP_KEY_HEADER, Telex};
use crate::kernel::{About, Documented, Operation};

const DESCRIPTION: &str = "\
Organisations install integration apps, which a JSON manifest at a URL describes; installing one gives \
settings, for the organisation as a whole and for single chat channels.\n\n\
Operations called T1 to T19 are Telex's own, in Telex's order; the others are Patchbay's additions. \
Unknown members of a body are ignored. A request with `Prefer: details` whose content breaks rules is \
told each of them apart, in `details`. Secrets are shown in full to keys with `credentials:reveal`, and \
as a mask to others.";

const TAGS: [(&str, &str); 5] = [
    ("integrations", "The integrations of an organisation"),
    ("settings", "Settings of an integration as a whole"),
    ("channels", "Settings of an integration for one chat channel"),
    ("custom", "Integrations that were installed by their manifest alone"),
    ("slack", "The connection of Slack"),
];

impl Documented for Telex {
    type ErrorBody = ErrorBody<'static>;

    const EXAMPLES: &'static str = include_str!("examples.jsonl");

    fn about() -> About {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key of the organisation. It wins where both headers are sent"))
            .build();
        let app_key = ApiKeyValue::with_description(
            APP_KEY_HEADER.to_uppercase(),
            "The same key, in the header that installed apps send it in".to_owned(),
        );
        About {
            title: "Patchbay: the Telex API",
            description: DESCRIPTION,
            tags: &TAGS,
            keys: vec![
                ("bearer", SecurityScheme::Http(bearer)),
                ("app_key", SecurityScheme::ApiKey(ApiKey::Header(app_key))),
            ],
        }
    }

    /// The envelope; without data it has no such member.
    fn success(operation: &Operation<Self>, status: u16, data: Option<RefOr<Schema>>) -> RefOr<Schema> {
        let always = |kind, value| ObjectBuilder::new().schema_type(kind).enum_values(Some([value]));
        let envelope = ObjectBuilder::new()
            .property("status", always(Type::String, json!("success")))
            .required("status")
            .property("status_code", always(Type::Integer, json!(status)))
            .required("status_code")
            .property("message", always(Type::String, json!(operation.words.done)))
            .required("message");
        match data {
            Some(data) => envelope.property("data", data).required("data").into(),
            None => envelope.into(),
        }
    }
}
