//! What the kernel knows of a route before a body is read.

use std::str::FromStr;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use patchbay_application::{AppError, Fault, FaultReason, Location};
use patchbay_domain::{InvalidId, Permission};

use super::Dialect;

/// The ids in a path. Their syntax is checked before the body is read; whether they name
/// anything is for the use case.
pub trait PathIds: Clone + 'static {
    /// Reads the ids.
    ///
    /// # Errors
    /// What the API answers to an id of bad syntax.
    fn read(request: &ServiceRequest) -> Result<Self, AppError>;
}

/// Reads one id from the path.
///
/// # Errors
/// [`AppError::Invalid`]: the id called `field` is not a UUID.
pub fn id_of<I: FromStr<Err = InvalidId>>(
    request: &ServiceRequest,
    parameter: &str,
    field: &'static str,
) -> Result<I, AppError> {
    let text = request.match_info().get(parameter).unwrap_or_default();
    text.parse().map_err(|InvalidId| {
        let fault = Fault::of_field(Location::Path, field, FaultReason::Syntax { expected: "a UUID" });
        AppError::Invalid(fault.into())
    })
}

/// One operation of a dialect: what the kernel must know of a route before a body is
/// read.
pub struct Operation<D: Dialect> {
    /// What it is called, in logs.
    pub name: &'static str,
    /// What its caller's key must hold.
    pub permission: Permission,
    /// The dialect's message constants for it.
    pub words: &'static D::Words,
    read_path: fn(&ServiceRequest) -> Result<(), AppError>,
}

impl<D: Dialect> Operation<D> {
    /// An operation on the thing that the ids `P` of its path name. Its handler takes them
    /// as `ReqData<P>`.
    pub const fn on<P: PathIds>(
        name: &'static str,
        permission: Permission,
        words: &'static D::Words,
    ) -> Self {
        Self { name, permission, words, read_path: leave::<P> }
    }

    /// Reads the ids of the path and leaves them for the handler.
    pub fn read_path(&self, request: &ServiceRequest) -> Result<(), AppError> {
        (self.read_path)(request)
    }
}

fn leave<P: PathIds>(request: &ServiceRequest) -> Result<(), AppError> {
    let ids = P::read(request)?;
    request.extensions_mut().insert(ids);
    Ok(())
}

/// Which operation a request reached, for the access log.
#[derive(Clone, Copy)]
pub struct Handled {
    /// The dialect.
    pub api: &'static str,
    /// The operation; `None` when it is none of the dialect's.
    pub operation: Option<&'static str>,
}
