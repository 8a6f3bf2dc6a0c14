//! Putting a dialect in its places.

use actix_web::web::ServiceConfig;

use super::router::Below;
use super::{Dialect, routes};

/// Registers the routes of `D` wherever it is reached, and its answer to everything else
/// below there.
pub fn mounted<D: Dialect>(config: &mut ServiceConfig) {
    for base in D::BASES {
        for mount in D::MOUNTS {
            config.service(Below::new(format!("{base}{}", mount.prefix), routes::endpoints(mount)));
        }
    }
}
