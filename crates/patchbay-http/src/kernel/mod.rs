//! What every dialect shares; it knows none of them.

mod auth;
mod body;
mod conditional;
mod cursor;
mod dialect;
mod document;
mod failure;
mod field_order;
mod gate;
mod health;
mod location;
mod members;
mod mount;
mod once;
mod operation;
mod paging;
mod pairs;
mod panics;
mod prefer;
mod query;
mod rate_limits;
mod repeated;
mod request_id;
mod reveal;
mod router;
mod routes;
mod seen;
mod timestamp;
mod values;

pub use auth::{bearer, header_text, presents, token_of};
pub use body::{Body, Draft, OptionalBody};
pub use conditional::{ForVersions, Known, KnownTags, tagged, weak_tag, with_tag};
pub use cursor::{CursorQuery, continued};
pub use dialect::{Dialect, Mount};
pub use document::{
    About, Documented, FilledText, PlainObject, PlainText, ScalarText, SomeOf, TextObject, Undocumented,
    ValueText, channel_name, document_of, visibility_name,
};
pub use failure::{Failure, Refusal};
pub use health::{reason_of, state_in_short};
pub use location::Collection;
pub use members::{Member, filled, nested, not_null, text, well_typed};
pub use mount::mounted;
pub use once::Once;
pub use operation::{Operation, PathIds, PathParameter, Unlisted, id_of, text_of};
pub use paging::{PageQuery, paged};
pub use pairs::Pairs;
pub use panics::caught;
pub use prefer::{PREFERENCE_APPLIED, prefers};
pub use query::{Query, refused, switch, switched};
pub use rate_limits::{RateLimitHeaders, RateLimitOptions, RateLimits};
pub use request_id::RequestId;
pub use reveal::{
    CREDENTIALS_VERIFIED, begun_link, sent_texts, setting_text, shown_text, shown_texts, uncached,
};
pub use routes::Routes;
pub use seen::Seen;
pub use timestamp::{timestamp, timestamp_in_ms};
pub use values::{Scalar, TextValue};

pub(crate) use operation::{DependsOn, Handled, Pages, Written};
pub(crate) use routes::endpoint;
