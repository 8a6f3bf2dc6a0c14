//! The operations of a dialect, to be mounted and to be described.

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::GuardContext;
use actix_web::{App, web};
use utoipa::openapi::path::{HttpMethod, Operation as Description, PathItem};
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

use super::{Dialect, Mount, Operation};

/// Takes the operations of a dialect below one mount. Whatever is mounted goes through
/// here, so nothing is reached that cannot be described as well.
pub struct Routes<'a, D: Dialect> {
    config: &'a mut web::ServiceConfig,
    /// Who only mounts has none: what a description costs is many times what a route does.
    described: Option<Vec<Described<D>>>,
}

/// One operation as it was registered.
pub struct Described<D: Dialect> {
    /// What the kernel knows of it.
    pub operation: &'static Operation<D>,
    /// Its method.
    pub method: HttpMethod,
    /// The name of that, as it is sent.
    pub verb: &'static str,
    /// Its path, below the mount.
    pub path: String,
    /// What its handler's attributes say.
    pub description: Description,
    /// The schemas that they refer to, by name.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

/// Whether a request is for a path that ends like this, with a slash behind or not: a literal that
/// is no id, also for a method that its own routes have not.
pub fn asks_for(context: &GuardContext<'_>, end: &str) -> bool {
    let path = context.head().uri.path();
    path.strip_suffix('/').unwrap_or(path).ends_with(end)
}

impl<D: Dialect> Routes<'_, D> {
    /// Registers `handler`, which stands behind the gate to `operation`.
    pub fn add<H>(&mut self, operation: &'static Operation<D>, handler: H) -> &mut Self
    where
        H: HttpServiceFactory + OpenApiFactory + 'static,
    {
        if let Some(described) = &mut self.described {
            let mut schemas = Vec::new();
            handler.schemas(&mut schemas);
            for (path, item) in handler.paths().paths {
                for (method, verb, description) in operations_of(item) {
                    let (path, schemas) = (path.clone(), schemas.clone());
                    described.push(Described { operation, method, verb, path, description, schemas });
                }
            }
        }
        self.config.service(handler);
        self
    }
}

/// Registers the operations of `mount`.
pub fn register<D: Dialect>(mount: &Mount<D>, config: &mut web::ServiceConfig) {
    (mount.routes)(&mut Routes { config, described: None });
}

/// The operations of `mount`, in the order of their registration.
pub fn described<D: Dialect>(mount: &Mount<D>) -> Vec<Described<D>> {
    let mut all = Vec::new();
    drop(App::new().configure(|config| {
        let mut routes = Routes { config, described: Some(Vec::new()) };
        (mount.routes)(&mut routes);
        all = routes.described.unwrap_or_default();
    }));
    all
}

fn operations_of(item: PathItem) -> Vec<(HttpMethod, &'static str, Description)> {
    let all = [
        (HttpMethod::Get, "GET", item.get),
        (HttpMethod::Post, "POST", item.post),
        (HttpMethod::Put, "PUT", item.put),
        (HttpMethod::Patch, "PATCH", item.patch),
        (HttpMethod::Delete, "DELETE", item.delete),
    ];
    all.into_iter().filter_map(|(method, verb, operation)| Some((method, verb, operation?))).collect()
}
