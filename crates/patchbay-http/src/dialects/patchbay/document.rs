//! What the native API says of itself in its OpenAPI document.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

use super::Patchbay;
use super::errors::ErrorBody;
use crate::kernel::{About, Documented, Operation};

const DESCRIPTION: &str = "\
Patchbay's own API, beside those of other products that it serves: whether an integration works, and how a \
person connects it at its provider in a browser.\n\n\
Refusals are problem details (RFC 9457) of the type `application/problem+json`; clients tell them apart by \
`type` and `status`. Unknown members of a body are ignored. HEAD is answered wherever GET is. No answer shows \
a credential.";

const TAGS: [(&str, &str); 1] = [("integrations", "The integrations of an organisation")];

impl Documented for Patchbay {
    type ErrorBody = ErrorBody<'static>;

    const EXAMPLES: &'static str = include_str!("examples.jsonl");

    fn about() -> About {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key of the organisation"))
            .build();
        About {
            title: "Patchbay: the native API",
            description: DESCRIPTION,
            tags: &TAGS,
            keys: vec![("bearer", SecurityScheme::Http(bearer))],
        }
    }

    /// Bare: what is shown is the body.
    fn success(_: &Operation<Self>, _: u16, data: Option<RefOr<Schema>>) -> RefOr<Schema> {
        data.unwrap_or_else(|| ObjectBuilder::new().into())
    }
}
