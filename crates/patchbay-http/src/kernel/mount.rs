//! Putting a dialect in its places.

use std::future::ready;
use std::rc::Rc;

use actix_web::{HttpRequest, web};

use super::fallback::RouteTable;
use super::{Dialect, routes};

/// Registers the routes of `D` wherever it is reached, and its answer to everything else
/// below there.
pub fn mounted<D: Dialect>(config: &mut web::ServiceConfig) {
    for base in D::BASES {
        for mount in D::MOUNTS {
            let prefix = format!("{base}{}", mount.prefix);
            let scope = web::scope(&prefix).configure(|config| routes::register(mount, config));
            let table = Rc::new(RouteTable::below(prefix, mount));
            let fallback = web::to(move |request: HttpRequest| ready(table.answer(&request)));
            config.service(scope.default_service(fallback));
        }
    }
}
