//! Saying where something is that was just made.

use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse};

/// The path below which a request makes things. It outlives the request: an answer may be
/// made once more for its receipt.
#[derive(Clone)]
pub struct Collection(String);

impl Collection {
    /// The path of `request`.
    pub fn of(request: &HttpRequest) -> Self {
        Self(request.path().trim_end_matches('/').to_owned())
    }

    /// The answer, with the path of what has this id.
    pub fn locate(&self, id: &impl ToString, mut response: HttpResponse) -> HttpResponse {
        if let Ok(location) = HeaderValue::from_str(&format!("{}/{}", self.0, id.to_string())) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}
