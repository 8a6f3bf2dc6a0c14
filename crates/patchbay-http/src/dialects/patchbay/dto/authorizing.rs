//! Having a person allow a connection at its provider.

use patchbay_application::oauth::{Begun, ReturnTo};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::kernel::{Member, begun_link, not_null, timestamp, well_typed};

/// How a person is to be sent to a provider.
#[derive(Deserialize, Validate, ToSchema)]
pub struct AuthorizeBody {
    /// Where the person goes in the end, with `status`, `integration` and, after a failure,
    /// `reason` added to the query: one of the addresses of `oauth.allowed_redirects`, to the
    /// letter. Without it, the person is shown a page.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    #[validate(custom(function = "not_null"), custom(function = "well_typed"))]
    return_to: Member<String>,
}

impl AuthorizeBody {
    /// Where the person goes in the end.
    pub fn return_to(self) -> ReturnTo {
        self.return_to.value().map_or(ReturnTo::Page, ReturnTo::Address)
    }
}

/// An authorization that waits for a browser.
#[derive(Serialize, ToSchema)]
pub struct BegunView<'a> {
    /// Where a browser starts it, once. Whoever has it can.
    #[schema(format = "uri")]
    url: &'a str,
    /// Until when it can be finished.
    #[schema(format = "date-time")]
    expires_at: String,
}

impl<'a> From<&'a Begun> for BegunView<'a> {
    fn from(begun: &'a Begun) -> Self {
        Self { url: begun_link(begun), expires_at: timestamp(begun.expires_at) }
    }
}
