//! The wire APIs, a folder each. None knows another.

mod telex;

use actix_web::web::ServiceConfig;

use crate::kernel::mounted;

/// Registers every dialect.
pub fn mount_all(config: &mut ServiceConfig) {
    mounted::<telex::Telex>(config);
}
