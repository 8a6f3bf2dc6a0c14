//! What the AlooChat API says of itself in its OpenAPI document.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

use super::errors::ErrorBody;
use super::{AlooChat, KEY_HEADER, KEY_HEADER_ALIAS};
use crate::kernel::{About, Documented, Operation};

const DESCRIPTION: &str = "\
Companies connect their AI agents to outside services. Operations called A1 to A6 are AlooChat's own, in \
AlooChat's order; the others are Patchbay's additions.\n\n\
Secrets of a `config` are kept and never shown, not even masked: what is a secret is told by the type, and by \
its name at any depth. Unknown members of a body are ignored, so that an object may be sent back as it was \
read. HEAD is answered wherever GET is.";

const TAGS: [(&str, &str); 2] = [
    ("integrations", "The integrations of a company, and the types that there are"),
    ("channels", "Settings of an integration for one chat channel, as one object"),
];

impl Documented for AlooChat {
    type ErrorBody = ErrorBody<'static>;

    const EXAMPLES: &'static str = include_str!("examples.jsonl");

    fn about() -> About {
        let key = |header: &str, about: &str| {
            let value = ApiKeyValue::with_description(header.to_owned(), about.to_owned());
            SecurityScheme::ApiKey(ApiKey::Header(value))
        };
        About {
            title: "Patchbay: the AlooChat API",
            description: DESCRIPTION,
            tags: &TAGS,
            keys: vec![
                ("api_key", key(KEY_HEADER, "A key of the company. It decides where both headers are sent")),
                ("api_token", key(KEY_HEADER_ALIAS, "The same key, under its other name")),
            ],
        }
    }

    /// Bare: what is shown is the body.
    fn success(_: &Operation<Self>, _: u16, data: Option<RefOr<Schema>>) -> RefOr<Schema> {
        data.unwrap_or_else(|| ObjectBuilder::new().into())
    }
}
