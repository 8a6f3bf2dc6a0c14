//! The operations of a dialect, to be mounted and to be described.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, Route, web};
use utoipa::openapi::path::{HttpMethod, Operation as Description, PathItem};
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

use super::gate::Gate;
use super::{Dialect, Mount, Operation};

/// A handler, and what `#[utoipa::path]` says of it: its method, its path, its description.
macro_rules! endpoint {
    ($module:ident::$handler:ident) => {
        ::pastey::paste! { ($module::$handler, $module::[<__path_ $handler>]) }
    };
}
pub(crate) use endpoint;

/// Takes the operations of a dialect below one mount. Whatever is mounted goes through
/// here, so nothing is reached that cannot be described as well.
pub struct Routes<D: Dialect>(Taken<D>);

/// What is made of the operations. What a description costs is many times what a route does.
enum Taken<D: Dialect> {
    Endpoints(Vec<Endpoint<D>>),
    Descriptions(Vec<Described<D>>),
}

/// One operation, to be reached.
pub struct Endpoint<D: Dialect> {
    /// What the kernel knows of it.
    pub operation: &'static Operation<D>,
    /// Its method.
    pub method: Method,
    /// Its path, below the mount.
    pub path: String,
    /// Its handler, behind its gate.
    pub route: Route,
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

impl<D: Dialect> Routes<D> {
    /// Registers an [`endpoint`], and puts it behind the gate to `operation`.
    pub fn add<H, A, P>(&mut self, operation: &'static Operation<D>, (handler, told): (H, P)) -> &mut Self
    where
        H: Handler<A>,
        H::Output: Responder + 'static,
        A: FromRequest + 'static,
        P: utoipa::Path + OpenApiFactory,
    {
        match &mut self.0 {
            Taken::Endpoints(endpoints) => endpoints.extend(P::methods().into_iter().map(|method| {
                let route = web::to(handler.clone()).wrap(Gate::to(operation));
                Endpoint { operation, method: method_of(&method), path: P::path(), route }
            })),
            Taken::Descriptions(descriptions) => describe(operation, &told, descriptions),
        }
        self
    }
}

/// The operations of `mount`, to be reached.
pub fn endpoints<D: Dialect>(mount: &Mount<D>) -> Vec<Endpoint<D>> {
    let mut routes = Routes(Taken::Endpoints(Vec::new()));
    (mount.routes)(&mut routes);
    if let Taken::Endpoints(endpoints) = routes.0 { endpoints } else { Vec::new() }
}

/// The operations of `mount`, in the order of their registration.
pub fn described<D: Dialect>(mount: &Mount<D>) -> Vec<Described<D>> {
    let mut routes = Routes(Taken::Descriptions(Vec::new()));
    (mount.routes)(&mut routes);
    if let Taken::Descriptions(descriptions) = routes.0 { descriptions } else { Vec::new() }
}

fn describe<D: Dialect>(
    operation: &'static Operation<D>,
    told: &impl OpenApiFactory,
    descriptions: &mut Vec<Described<D>>,
) {
    let mut schemas = Vec::new();
    told.schemas(&mut schemas);
    for (path, item) in told.paths().paths {
        for (method, verb, description) in operations_of(item) {
            let (path, schemas) = (path.clone(), schemas.clone());
            descriptions.push(Described { operation, method, verb, path, description, schemas });
        }
    }
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

const fn method_of(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
}
