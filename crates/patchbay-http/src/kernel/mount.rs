//! Putting a dialect in its places.

use std::future::ready;
use std::rc::Rc;

use actix_web::{HttpRequest, web};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Dialect;
use super::fallback::RouteTable;

/// Registers the routes of `D` wherever it is reached, and its answer to everything else
/// below there.
pub fn mounted<D: Dialect>(config: &mut web::ServiceConfig) {
    let mut config = ServiceConfig::new(config);
    for mount in D::MOUNTS {
        let table = Rc::new(RouteTable::of(mount));
        let fallback = web::to(move |request: HttpRequest| ready(table.answer::<D>(&request)));
        config.service(scope(mount.prefix).configure(mount.routes).default_service(fallback));
    }
}
