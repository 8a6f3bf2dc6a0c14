//! What the operator of an installation does on its command line: organisations,
//! environments, keys, and the master keys that secrets are sealed under.
//!
//! An operator acts for one organisation at a time, as a [`Caller`](crate::Caller) who may
//! do everything in it; only what concerns the whole installation takes no caller.

mod environments;
mod events;
mod keys;
mod organisations;
mod secrets;

pub use environments::{CreateEnvironment, ListEnvironments};
pub use events::ListEvents;
pub use keys::{CreateKey, CreatedKey, ListKeys, NewKey, RevokeKey};
pub use organisations::{ActForOrganisation, CreateOrganisation, ListOrganisations};
pub use secrets::{
    CheckMasterKeys, MasterKeyError, RotateSecrets, Rotated, RotationError, Verified, VerifySecrets,
};
