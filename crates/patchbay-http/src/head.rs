//! HEAD is answered like GET, without the body (RFC 9110 §9.3.2).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::GuardContext;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

/// Left with a request of HEAD while it is served as one of GET.
struct IsHead;

/// Guards routes of GET that have an effect: HEAD may have none (RFC 9110 §9.2.1).
pub fn is_no_head(context: &GuardContext<'_>) -> bool {
    !context.req_data().contains::<IsHead>()
}

/// Lets a route of GET serve HEAD too. The connection has read the method by itself: it sends
/// the head of the answer, with the length that the body would have, and leaves the body out.
pub async fn serve_head_like_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if *request.method() == Method::HEAD {
        request.extensions_mut().insert(IsHead);
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
