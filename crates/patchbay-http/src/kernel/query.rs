//! The query of a request.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use patchbay_application::{AppError, Fault, FaultReason, Location};
use serde::de::DeserializeOwned;

use super::{Dialect, Failure};

/// A query that was read as `T`. Unknown parameters are ignored.
pub struct Query<D, T> {
    value: T,
    dialect: PhantomData<fn() -> D>,
}

impl<D, T> Query<D, T> {
    /// What was asked.
    pub fn into_inner(self) -> T {
        self.value
    }
}

/// That the parameter `name` is not what it should be.
pub fn refused(name: &'static str, reason: FaultReason) -> AppError {
    AppError::Invalid(Fault::of_field(Location::Query, name, reason).into())
}

/// The value of a parameter that switches something on; one that is not sent does not.
///
/// # Errors
/// [`AppError::Invalid`] for what is neither `true` nor `false`.
pub fn switch(name: &'static str, sent: Option<&str>) -> Result<bool, AppError> {
    Ok(switched(name, sent)?.unwrap_or(false))
}

/// The value of a parameter that is on, off or not sent.
///
/// # Errors
/// [`AppError::Invalid`] for what is neither `true` nor `false`.
pub fn switched(name: &'static str, sent: Option<&str>) -> Result<Option<bool>, AppError> {
    match sent {
        None => Ok(None),
        Some("false") => Ok(Some(false)),
        Some("true") => Ok(Some(true)),
        Some(_) => Err(refused(name, FaultReason::Syntax { expected: "true or false" })),
    }
}

impl<D: Dialect, T: DeserializeOwned + 'static> FromRequest for Query<D, T> {
    type Error = Failure<D>;
    type Future = Ready<Result<Self, Failure<D>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = web::Query::<T>::from_query(request.query_string());
        let refused = |_| {
            let reason = FaultReason::Syntax { expected: "a list of parameters with one value each" };
            Failure::from(Fault::of_all(Location::Query, reason))
        };
        ready(read.map(|query| Self { value: query.into_inner(), dialect: PhantomData }).map_err(refused))
    }
}
