//! What a client prefers (RFC 7240).

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Says which preference was followed (RFC 7240 §3).
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Whether the client prefers `preference`, which has no value. What it says beside that, and
/// what it prefers else, counts for nothing.
pub fn prefers(request: &HttpRequest, preference: &str) -> bool {
    let headers = request.headers().get_all(PREFER).filter_map(|header| header.to_str().ok());
    let mut preferences = headers.flat_map(|header| header.split(','));
    preferences
        .any(|one| one.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(preference)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_preference_is_found_among_others_whatever_is_said_of_it() {
        let prefers_details = |headers: &[&str]| {
            let request = headers
                .iter()
                .fold(TestRequest::get(), |request, header| request.append_header((PREFER, *header)));
            prefers(&request.to_http_request(), "details")
        };
        for headers in [
            &["details"][..],
            &["Details"],
            &["wait=10, details"],
            &["return=minimal", "respond-async,details ; strict"],
        ] {
            assert!(prefers_details(headers), "{headers:?}");
        }
        for headers in [&[][..], &[""], &["detail"], &["details=1"], &["x;details"], &["no details"]] {
            assert!(!prefers_details(headers), "{headers:?}");
        }
    }
}
