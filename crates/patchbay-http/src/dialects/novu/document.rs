//! What the Novu API says of itself in its OpenAPI document.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

use super::Novu;
use super::errors::ErrorBody;
use crate::kernel::{About, Documented, Operation};

const DESCRIPTION: &str = "\
An organisation has environments, and an environment has integrations: each is one provider of one channel, \
with its credentials. Operations called N1 to N11 are Novu's own, in Novu's order; the others are Patchbay's \
additions.\n\n\
Unknown members of a body are ignored, and `null` is as good as not sent. Secrets are shown as `********`, or \
in full to keys with `credentials:reveal`, in lists never; one that is sent as it was shown stays as it is. An \
integration whose provider Novu has no name for is not there. HEAD is answered wherever GET is.";

const TAGS: [(&str, &str); 3] = [
    ("integrations", "The integrations of an environment"),
    ("channels", "What there is of a channel, and what its providers can do"),
    ("environments", "The environments of the organisation"),
];

impl Documented for Novu {
    type ErrorBody = ErrorBody<'static>;

    const EXAMPLES: &'static str = include_str!("examples.jsonl");

    fn about() -> About {
        let about = "`ApiKey`, a blank, and a key of the organisation".to_owned();
        let key = ApiKeyValue::with_description("Authorization".to_owned(), about);
        About {
            title: "Patchbay: the Novu API",
            description: DESCRIPTION,
            tags: &TAGS,
            keys: vec![("api_key", SecurityScheme::ApiKey(ApiKey::Header(key)))],
        }
    }

    /// The envelope: what is shown, and no other member.
    fn success(_: &Operation<Self>, _: u16, data: Option<RefOr<Schema>>) -> RefOr<Schema> {
        let data = data.unwrap_or_else(|| ObjectBuilder::new().into());
        ObjectBuilder::new().property("data", data).required("data").into()
    }
}
