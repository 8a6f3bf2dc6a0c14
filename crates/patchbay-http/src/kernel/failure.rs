//! Why a request got no answer of its own.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use patchbay_application::{AppError, Fault};
use patchbay_domain::ExchangeError;
use uuid::Uuid;

use super::{Dialect, RequestId};

/// Why a request was refused: by a use case, or before one was reached.
#[derive(Debug)]
pub enum Refusal {
    /// A use case said so, or it would have.
    App(AppError),
    /// There is no such route.
    NoRoute,
    /// The route knows other methods only.
    WrongMethod {
        /// The methods it knows, as in the header `Allow`.
        allowed: String,
    },
    /// The body has more bytes than the service takes.
    BodyTooLarge {
        /// How many it takes.
        limit: usize,
    },
    /// The body broke off, or was not readable as HTTP.
    BodyUnreadable,
    /// The body is not called JSON, where the API takes nothing else.
    NotJsonType,
    /// The caller, or whoever sends from the same address, has sent too much.
    TooManyRequests {
        /// After how many seconds it is worth while to try again; at least one.
        retry_after: u64,
    },
    /// The request took longer than the service allows.
    TimedOut,
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl Refusal {
    /// Logs a refusal, once and with its whole chain of causes: what is wrong on this side
    /// as an error, the client's own mistakes for those who look for them. Leaves with the
    /// request in which way its key was refused, for whoever counts. A fault of the service
    /// has an `error_id`, where its answer may name it.
    pub fn log(&self, request: &HttpRequest, error_id: Option<Uuid>) {
        if let Self::App(AppError::Unauthenticated(refusal)) = self {
            request.extensions_mut().insert(*refusal);
        }
        let extensions = request.extensions();
        let id = extensions.get::<RequestId>().map(RequestId::as_str);
        match self {
            Self::App(error @ (AppError::Internal(_) | AppError::Unavailable(_))) => {
                let error_id = error_id.map(tracing::field::display);
                tracing::error!(request_id = id, error_id, error = %Chain(error), "a request failed");
            }
            Self::App(AppError::Exchange(error)) if !is_callers(error) => {
                tracing::warn!(request_id = id, error = %Chain(error), "a provider granted nothing");
            }
            Self::App(AppError::NotAnswered(why)) => {
                tracing::warn!(request_id = id, ?why, "a provider did not answer");
            }
            Self::App(error @ (AppError::Busy(_) | AppError::TimedOut(_))) => {
                tracing::warn!(request_id = id, error = %Chain(error), "a request was turned away");
            }
            Self::TimedOut => tracing::warn!(request_id = id, "a request took too long"),
            Self::App(error) => {
                tracing::debug!(request_id = id, error = %Chain(error), "a request was refused");
            }
            other => tracing::debug!(request_id = id, reason = ?other, "a request was refused"),
        }
    }
}

/// Whether a provider granted nothing for what its caller, or the person who was sent to it, can
/// change.
const fn is_callers(error: &ExchangeError) -> bool {
    matches!(
        error,
        ExchangeError::CodeRefused { .. }
            | ExchangeError::Ended { .. }
            | ExchangeError::Refused { .. }
            | ExchangeError::Incomplete { .. }
    )
}

/// An error and everything that caused it, on one line.
struct Chain<'a>(&'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// A refusal on its way to its dialect. The gate around each route writes it in the
/// dialect's shape.
pub struct Failure<D> {
    /// Why.
    pub refusal: Refusal,
    dialect: PhantomData<fn() -> D>,
}

impl<D> From<Refusal> for Failure<D> {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, dialect: PhantomData }
    }
}

impl<D> From<AppError> for Failure<D> {
    fn from(error: AppError) -> Self {
        Refusal::App(error).into()
    }
}

impl<D> From<Fault> for Failure<D> {
    fn from(fault: Fault) -> Self {
        AppError::Invalid(fault.into()).into()
    }
}

impl<D> fmt::Debug for Failure<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.refusal, f)
    }
}

impl<D> fmt::Display for Failure<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request was refused")
    }
}

impl<D: Dialect> ResponseError for Failure<D> {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    /// What is sent when no gate stands around the route; every route has one.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::InternalServerError().finish()
    }
}
