//! Reading keys from headers.

use actix_web::dev::RequestHead;
use actix_web::http::header::AUTHORIZATION;
use patchbay_application::AuthRefusal;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// The text of a header; `None` when it is not sent.
///
/// # Errors
/// [`AuthRefusal::Malformed`] when it is not visible ASCII.
pub fn header_text<'a>(head: &'a RequestHead, name: &str) -> Result<Option<&'a str>, AuthRefusal> {
    let value = head.headers().get(name);
    value.map(|value| value.to_str().map_err(|_| AuthRefusal::Malformed)).transpose()
}

/// The token of `Authorization: Bearer <token>` (RFC 6750 §2.1; the scheme in any case);
/// `None` when the header is not sent.
///
/// # Errors
/// [`AuthRefusal::Malformed`] when it names another scheme or no token.
pub fn bearer(head: &RequestHead) -> Result<Option<SecretString>, AuthRefusal> {
    token_of(head, "bearer")
}

/// The same of any `scheme` (RFC 9110 §11.4, with whatever text after it).
///
/// # Errors
/// [`AuthRefusal::Malformed`] when the header names another scheme or nothing after it.
pub fn token_of(head: &RequestHead, scheme: &str) -> Result<Option<SecretString>, AuthRefusal> {
    let Some(value) = header_text(head, AUTHORIZATION.as_str())? else { return Ok(None) };
    match value.split_once(' ') {
        Some((named, token)) if named.eq_ignore_ascii_case(scheme) && !token.trim().is_empty() => {
            Ok(Some(token.trim().into()))
        }
        _ => Err(AuthRefusal::Malformed),
    }
}

/// Whether a request presents this very token as its bearer. How long it takes tells nothing
/// of the token but its length.
pub fn presents(head: &RequestHead, token: &SecretString) -> bool {
    let presented = bearer(head).ok().flatten();
    presented.is_some_and(|presented| {
        presented.expose_secret().as_bytes().ct_eq(token.expose_secret().as_bytes()).into()
    })
}
