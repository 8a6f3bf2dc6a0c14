//! What every dialect shares; it knows none of them.

mod auth;
mod body;
mod conditional;
mod dialect;
mod failure;
mod fallback;
mod field_order;
mod gate;
mod members;
mod mount;
mod once;
mod operation;
mod panics;
mod query;
mod request_id;
mod reveal;

pub use auth::{bearer, header_text, presents};
pub use body::Body;
pub use conditional::{ForVersions, Known, tagged};
pub use dialect::{Dialect, Mount, Seen};
pub use failure::{Failure, Refusal};
pub use gate::Gate;
pub use members::{Member, Scalar, filled, nested, text, well_typed};
pub use mount::mounted;
pub use once::Once;
pub use operation::{Operation, PathIds, Unlisted, id_of, text_of};
pub use panics::caught;
pub use query::{Query, switch};
pub use request_id::RequestId;
pub use reveal::{setting_text, shown_text};

pub(crate) use operation::Handled;
