//! Who exchanges a code: the application, by its id and secret.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::{CLIENT_ID, CLIENT_SECRET};

/// Checks the id and the secret in the header, or those of the form where there is no
/// header.
pub(super) fn check(
    request: &HttpRequest,
    id: Option<&str>,
    secret: Option<&str>,
) -> Result<(), &'static str> {
    let in_form = || (id.unwrap_or_default().to_owned(), secret.unwrap_or_default().to_owned());
    let presented = match request.headers().get(AUTHORIZATION) {
        Some(header) => header.to_str().ok().and_then(basic).ok_or("invalid_client_id")?,
        None => in_form(),
    };
    match presented {
        (id, _) if id != CLIENT_ID => Err("invalid_client_id"),
        (_, secret) if secret != CLIENT_SECRET => Err("bad_client_secret"),
        _ => Ok(()),
    }
}

/// The token of a header `Bearer TOKEN`.
pub(super) fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let text = BASE64_STANDARD.decode(encoded).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(text).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn checked(header: &str) -> Result<(), &'static str> {
        let request = TestRequest::default().insert_header((AUTHORIZATION, header)).to_http_request();
        check(&request, Some(CLIENT_ID), Some(CLIENT_SECRET))
    }

    #[test]
    fn a_header_that_is_there_is_what_counts() {
        let right = BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
        assert_eq!(checked(&format!("basic {right}")), Ok(()));
        let wrong = BASE64_STANDARD.encode(format!("{CLIENT_ID}:wrong"));
        assert_eq!(checked(&format!("Basic {wrong}")), Err("bad_client_secret"));
        for broken in ["Basic", "Basic !", "Basic QQ==", &format!("Bearer {right}")] {
            assert_eq!(checked(broken), Err("invalid_client_id"), "{broken}");
        }
    }
}
