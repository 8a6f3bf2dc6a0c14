//! What a person sees in the end: where they came from, or a page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, RETRY_AFTER};
use patchbay_application::oauth::Finished;
use patchbay_application::{AppError, Conflict};

use super::reasons::Reason;
use crate::kernel::Refusal;

const NOT_CONNECTED: &str = "Not connected";

/// The answer to a browser that came back from the provider called `provider`.
pub fn arrived(finished: &Finished, provider: &str) -> HttpResponse {
    let reason = finished.outcome.as_ref().err().map(Reason::of);
    let returned = finished.return_to.as_deref().and_then(|address| {
        let id = finished.integration.to_string();
        let outcome = reason.as_ref().map_or_else(
            || format!("status=connected&integration={id}"),
            |reason| format!("status=failed&reason={}&integration={id}", reason.code),
        );
        HeaderValue::from_str(&with_query(address, &outcome)).ok()
    });
    let Some(address) = returned else { return told(reason.as_ref(), provider) };
    let mut response = HttpResponse::new(StatusCode::SEE_OTHER);
    response.headers_mut().insert(LOCATION, address);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn told(reason: Option<&Reason>, provider: &str) -> HttpResponse {
    match reason {
        None => {
            page(StatusCode::OK, "Connected", &format!("{provider} is connected. You can close this page."))
        }
        Some(reason) => page(StatusCode::OK, NOT_CONNECTED, &format!("{provider}: {}", reason.words)),
    }
}

/// `address` with more in its query.
fn with_query(address: &str, more: &str) -> String {
    let (address, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
    let between = match address.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{address}{between}{more}{fragment}")
}

/// The page of a refusal. What is unknown, over or another browser's is answered with one and the
/// same.
pub fn refused(refusal: &Refusal) -> HttpResponse {
    let (status, title, text) = match refusal {
        Refusal::App(AppError::NotFound(_)) => (
            StatusCode::BAD_REQUEST,
            "This does not work",
            "The link may have been used before, or its time may be over. Go back to where you found it and \
             begin again, in one browser.",
        ),
        Refusal::App(AppError::Exchange(error)) => {
            (StatusCode::CONFLICT, NOT_CONNECTED, Reason::of(error).words)
        }
        Refusal::App(AppError::Conflict(Conflict::Taken(_))) => {
            (StatusCode::CONFLICT, NOT_CONNECTED, "This account is connected already.")
        }
        Refusal::App(AppError::Conflict(_) | AppError::Busy(_) | AppError::Unavailable(_)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            NOT_CONNECTED,
            "The service cannot do this now. Begin again a little later.",
        ),
        Refusal::App(AppError::TimedOut(_)) | Refusal::TimedOut => (
            StatusCode::GATEWAY_TIMEOUT,
            "This takes long",
            "It may still be done. Look at where you came from whether it is connected.",
        ),
        Refusal::TooManyRequests { .. } => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many tries",
            "Too much that did not work was tried from where you are. Wait a minute.",
        ),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, NOT_CONNECTED, "The service met a fault of its own."),
    };
    let mut response = page(status, title, text);
    let wait = match refusal {
        Refusal::TooManyRequests { retry_after } => Some(*retry_after),
        _ => (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
    };
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, wait.into());
    }
    response
}

/// A page without anything to run or to load.
fn page(status: StatusCode, title: &str, text: &str) -> HttpResponse {
    let (title, text) = (escaped(title), escaped(text));
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .body(format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <h1>{title}</h1>\n<p>{text}</p>\n</html>\n"
        ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_it_joins_the_query_that_is_there() {
        for (address, expected) in [
            ("https://app.example/done", "https://app.example/done?a=b"),
            ("https://app.example/done?x=y", "https://app.example/done?x=y&a=b"),
            ("https://app.example/done?", "https://app.example/done?a=b"),
            ("https://app.example/done?x=y&", "https://app.example/done?x=y&a=b"),
            ("https://app.example/#/done?x", "https://app.example/?a=b#/done?x"),
            ("https://app.example/?x=y#part", "https://app.example/?x=y&a=b#part"),
        ] {
            assert_eq!(with_query(address, "a=b"), expected);
        }
    }

    #[test]
    fn a_page_holds_text_and_nothing_else() {
        assert_eq!(escaped(r#"<a href="x">&</a>"#), "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
    }
}
