//! The span of a request.

use tracing::Span;
use tracing::field::Empty;

use crate::kernel::RequestId;
use crate::meter::Answered;

/// A span that names the request on every line that is logged inside, on whatever level.
///
/// With `exported`, it has room for what a collector of spans is told in the end; the log would
/// otherwise write every line's span anew for it.
pub fn of(id: &RequestId, exported: bool) -> Span {
    if !exported {
        return tracing::error_span!("request", request_id = id.as_str());
    }
    tracing::error_span!(
        "request",
        request_id = id.as_str(),
        api = Empty,
        operation = Empty,
        status = Empty,
        otel.kind = "server",
        otel.name = Empty,
        otel.status_code = Empty,
    )
}

/// Tells the span how the request was answered, where it has room for that.
pub fn answered(span: &Span, answered: &Answered) {
    if !span.has_field("otel.name") {
        return;
    }
    let Answered { api, operation, status, .. } = *answered;
    span.record("api", api).record("operation", operation).record("status", status);
    span.record("otel.name", format!("{api} {operation}"));
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}
