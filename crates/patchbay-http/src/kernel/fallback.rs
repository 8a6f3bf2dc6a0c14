//! Requests below a dialect's prefix that reach none of its routes.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use actix_web::dev::ResourceDef;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::routes::described;
use super::{Dialect, Handled, Mount, Refusal, Seen};

/// The order in which `Allow` names methods. What serves GET serves HEAD.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// The routes below one prefix, to tell a wrong method from a wrong path. Read from the
/// same registration as the routes themselves, when it is first asked.
pub struct RouteTable<D: Dialect> {
    prefix: String,
    mount: &'static Mount<D>,
    routes: OnceCell<Vec<(ResourceDef, String)>>,
}

impl<D: Dialect> RouteTable<D> {
    /// The routes of `mount`, below `prefix`.
    pub const fn below(prefix: String, mount: &'static Mount<D>) -> Self {
        Self { prefix, mount, routes: OnceCell::new() }
    }

    fn read(&self) -> Vec<(ResourceDef, String)> {
        let registered = described(self.mount);
        let mut paths: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for route in &registered {
            paths.entry(&route.path).or_default().push(route.verb);
        }
        let mut paths: Vec<_> = paths.into_iter().collect();
        // A literal segment wins over a parameter.
        paths.sort_by_key(|(path, _)| path.matches('{').count());
        paths.into_iter().map(|(path, methods)| (ResourceDef::new(path), allowed(&methods))).collect()
    }

    /// Why `request` reached no route.
    fn refusal(&self, request: &HttpRequest) -> Refusal {
        let path = request.path();
        let path = path.strip_suffix('/').unwrap_or(path);
        let path = path.strip_prefix(&self.prefix).unwrap_or(path);
        match self.routes.get_or_init(|| self.read()).iter().find(|(route, _)| route.is_match(path)) {
            Some((_, allowed)) => Refusal::WrongMethod { allowed: allowed.clone() },
            None => Refusal::NoRoute,
        }
    }

    /// Answers `request`, which reached no route of `D`.
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        request.extensions_mut().insert(Handled { api: D::NAME, operation: None });
        let refusal = self.refusal(request);
        refusal.log(request);
        D::render(&Seen { request, operation: None }, &refusal)
    }
}

fn allowed(methods: &[&str]) -> String {
    let is_known = |method: &&str| methods.contains(if *method == "HEAD" { &"GET" } else { method });
    let known: Vec<_> = METHODS.into_iter().filter(is_known).collect();
    known.join(", ")
}
