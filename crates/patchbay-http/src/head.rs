//! HEAD is answered like GET, without the body (RFC 9110 §9.3.2).

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

/// Lets a route of GET serve HEAD too. The connection has read the method by itself: it sends
/// the head of the answer, with the length that the body would have, and leaves the body out.
pub async fn serve_head_like_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
