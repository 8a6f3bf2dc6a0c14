//! Requests below a dialect's prefix that reach none of its routes.

use actix_web::dev::ResourceDef;
use actix_web::{App, HttpMessage, HttpRequest, HttpResponse};
use utoipa::openapi::path::PathItem;
use utoipa_actix_web::AppExt;

use super::{Dialect, Handled, Mount, Refusal, Seen};

/// The routes below one prefix, to tell a wrong method from a wrong path. Read from the
/// same registration as the routes themselves.
pub struct RouteTable {
    prefix: &'static str,
    routes: Vec<(ResourceDef, String)>,
}

impl RouteTable {
    /// The routes of `mount`.
    pub fn of(mount: &Mount) -> Self {
        let (_, document) = App::new().into_utoipa_app().configure(mount.routes).split_for_parts();
        let mut paths: Vec<_> = document.paths.paths.into_iter().collect();
        // A literal segment wins over a parameter.
        paths.sort_by_key(|(path, _)| path.matches('{').count());
        let routes = paths.into_iter().map(|(path, item)| (ResourceDef::new(path), allowed(&item)));
        Self { prefix: mount.prefix, routes: routes.collect() }
    }

    /// Why `request` reached no route.
    fn refusal(&self, request: &HttpRequest) -> Refusal {
        let path = request.path();
        let path = path.strip_suffix('/').unwrap_or(path);
        let path = path.strip_prefix(self.prefix).unwrap_or(path);
        match self.routes.iter().find(|(route, _)| route.is_match(path)) {
            Some((_, allowed)) => Refusal::WrongMethod { allowed: allowed.clone() },
            None => Refusal::NoRoute,
        }
    }

    /// Answers `request`, which reached no route of `D`.
    pub fn answer<D: Dialect>(&self, request: &HttpRequest) -> HttpResponse {
        request.extensions_mut().insert(Handled { api: D::NAME, operation: None });
        let refusal = self.refusal(request);
        refusal.log(request);
        D::render(&Seen { request, operation: None }, &refusal)
    }
}

fn allowed(item: &PathItem) -> String {
    let methods = [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ];
    let known: Vec<_> = methods.iter().filter(|(_, known)| *known).map(|(method, _)| *method).collect();
    known.join(", ")
}
