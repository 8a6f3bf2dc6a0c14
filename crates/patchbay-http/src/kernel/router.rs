//! Which operation a request is for.
//!
//! Paths are told apart segment by segment, in a tree: what a look-up costs does not grow with
//! the number of routes, and a literal segment wins over a parameter in whatever order they
//! were registered.

use std::collections::BTreeMap;
use std::future::ready;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::{
    AppService, HttpServiceFactory, ResourceDef, Service, ServiceFactory, ServiceRequest, ServiceResponse,
    always_ready,
};
use actix_web::http::Method;
use actix_web::{Error, HttpMessage, Route};
use futures_util::future::try_join_all;

use super::routes::Endpoint;
use super::seen::refuse;
use super::{Dialect, Handled, PathParameter, Refusal};

/// The order in which `Allow` names methods. What serves GET serves HEAD.
const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

type Answering = Pin<Box<dyn Future<Output = Result<ServiceResponse, Error>>>>;

/// What answers behind one gate.
type Guarded = <Route as ServiceFactory<ServiceRequest>>::Service;

/// Everything below one prefix, to be registered there.
pub struct Below<D: Dialect> {
    prefix: String,
    endpoints: Vec<Endpoint<D>>,
}

impl<D: Dialect> Below<D> {
    /// Reaches `endpoints`, whose paths continue `prefix`.
    pub const fn new(prefix: String, endpoints: Vec<Endpoint<D>>) -> Self {
        Self { prefix, endpoints }
    }
}

impl<D: Dialect> HttpServiceFactory for Below<D> {
    fn register(self, config: &mut AppService) {
        config.register_service(ResourceDef::prefix(self.prefix.clone()), None, self, None);
    }
}

impl<D: Dialect> ServiceFactory<ServiceRequest> for Below<D> {
    type Response = ServiceResponse;
    type Error = Error;
    type Config = ();
    type Service = Router<D>;
    type InitError = ();
    type Future = Pin<Box<dyn Future<Output = Result<Self::Service, ()>>>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let made = self.endpoints.iter().map(|endpoint| {
            let (path, method) = (endpoint.path.clone(), endpoint.method.clone());
            let (parameters, guarded) = (endpoint.operation.parameters, endpoint.route.new_service(()));
            async move { Ok((path, parameters, method, guarded.await?)) }
        });
        let made = try_join_all(made.collect::<Vec<_>>());
        Box::pin(async move {
            let mut places = BTreeMap::new();
            for (path, parameters, method, guarded) in made.await? {
                let place = places.entry(path).or_insert_with(|| Place { parameters, served: Vec::new() });
                place.served.push((method, guarded));
            }
            Router::of(places)
        })
    }
}

/// What a path leads to.
struct Place {
    parameters: &'static [PathParameter],
    served: Vec<(Method, Guarded)>,
}

impl Place {
    fn allowed(&self) -> String {
        let serves = |method: &Method| self.served.iter().any(|(served, _)| served == method);
        let is_allowed =
            |method: &&Method| serves(if *method == Method::HEAD { &Method::GET } else { method });
        METHODS.iter().filter(is_allowed).map(Method::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// Finds the operation that a request is for.
pub struct Router<D> {
    places: matchit::Router<Place>,
    dialect: PhantomData<D>,
}

impl<D: Dialect> Router<D> {
    fn of(places: BTreeMap<String, Place>) -> Result<Self, ()> {
        let mut router = matchit::Router::new();
        for (path, place) in places {
            let inserted = router.insert(&path, place);
            inserted
                .map_err(|error| tracing::error!(api = D::NAME, path, %error, "a route cannot be told"))?;
        }
        Ok(Self { places: router, dialect: PhantomData })
    }

    /// What serves `request`, which is left the parameters of its path.
    ///
    /// # Errors
    /// [`Refusal::NoRoute`] and [`Refusal::WrongMethod`].
    fn find(&self, request: &mut ServiceRequest) -> Result<&Guarded, Refusal> {
        let path = request.match_info().unprocessed();
        let found = self.places.at(path).map_err(|_| Refusal::NoRoute)?;
        let place = found.value;
        let guarded = place.served.iter().find(|(method, _)| method == request.method());
        let (_, guarded) = guarded.ok_or_else(|| Refusal::WrongMethod { allowed: place.allowed() })?;
        let value = |parameter: &PathParameter| {
            found.params.get(parameter.name).map(|value| (parameter.name, value.to_owned()))
        };
        let values: Vec<_> = place.parameters.iter().filter_map(value).collect();
        for (name, value) in values {
            request.match_info_mut().add_static(name, value);
        }
        Ok(guarded)
    }
}

impl<D: Dialect> Service<ServiceRequest> for Router<D> {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Answering;

    always_ready!();

    fn call(&self, mut request: ServiceRequest) -> Answering {
        match self.find(&mut request) {
            Ok(guarded) => guarded.call(request),
            Err(refusal) => Box::pin(ready(Ok(refused::<D>(request, &refusal)))),
        }
    }
}

/// Answers a request that reached no operation of `D`.
fn refused<D: Dialect>(request: ServiceRequest, refusal: &Refusal) -> ServiceResponse {
    request.extensions_mut().insert(Handled::of(D::NAME, None));
    let http = request.request();
    let response = refuse::<D>(None, http, refusal);
    request.into_response(response)
}
