//! The one place where a secret becomes text on the wire.

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION, WWW_AUTHENTICATE,
};
use patchbay_application::idempotency::StoredAnswer;
use patchbay_application::oauth::{Begun, Sent};
use patchbay_application::settings::ShownValue;
use patchbay_application::{AppError, Shown};
use patchbay_domain::{CredentialName, Mask};
use secrecy::ExposeSecret;

/// The secret of that name as the answer shows it: in full or as its mask; empty when
/// there is none.
pub fn shown_text(shown: &Shown, name: &CredentialName) -> String {
    match shown {
        Shown::Full(credentials) => {
            credentials.get(name).map(|secret| secret.expose_secret().to_owned()).unwrap_or_default()
        }
        Shown::Masked(masks) => {
            masks.iter().find(|(own, _)| own == name).map(|(_, mask)| mask.clone()).unwrap_or_default()
        }
        Shown::Named(_) | Shown::Nothing => String::new(),
    }
}

/// Every secret as the answer shows it: in full or as its mask. Where nothing but the names are
/// known, that is the mask that is the same for all.
pub fn shown_texts(shown: &Shown) -> Vec<(&CredentialName, &str)> {
    match shown {
        Shown::Full(credentials) => {
            credentials.iter().map(|(name, secret)| (name, secret.expose_secret())).collect()
        }
        Shown::Masked(masks) => masks.iter().map(|(name, mask)| (name, mask.as_str())).collect(),
        Shown::Named(names) => names.iter().map(|name| (name, Mask::STARS)).collect(),
        Shown::Nothing => Vec::new(),
    }
}

/// The link that begins an authorization, for whoever asked for it.
pub fn begun_link(begun: &Begun) -> &str {
    begun.url.expose_secret()
}

/// Where a browser is sent, and what it keeps meanwhile.
pub fn sent_texts(sent: &Sent) -> (&str, &str) {
    (sent.url.expose_secret(), sent.cookie.expose_secret())
}

/// The answer; no cache keeps one that shows a secret in full.
pub fn uncached(is_revealing: bool, mut response: HttpResponse) -> HttpResponse {
    if is_revealing {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Says of what was saved whether its provider was asked before.
pub const CREDENTIALS_VERIFIED: HeaderName = HeaderName::from_static("x-credentials-verified");

/// The headers of an answer that belong to it: the others are those of its connection, or
/// anew for each request.
const OWN_HEADERS: [HeaderName; 6] =
    [CONTENT_TYPE, CACHE_CONTROL, ETAG, LOCATION, WWW_AUTHENTICATE, CREDENTIALS_VERIFIED];

/// An answer as a receipt keeps it.
///
/// # Errors
/// [`AppError::Internal`] for one that is no text.
pub fn stored(response: HttpResponse) -> Result<StoredAnswer, AppError> {
    let not_text = || AppError::Internal("an answer that cannot be kept".into());
    let own = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = OWN_HEADERS.contains(name).then(|| value.to_str().ok())??;
        Some((name.as_str().to_owned(), value.to_owned()))
    };
    let headers = response.headers().iter().filter_map(own).collect();
    let status = response.status().as_u16();
    let bytes = response.into_body().try_into_bytes().map_err(|_| not_text())?;
    let body = std::str::from_utf8(&bytes).map_err(|_| not_text())?;
    Ok(StoredAnswer { status, headers, body: body.into() })
}

/// The answer that a receipt keeps.
pub fn replayed(answer: &StoredAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &answer.headers {
        response.insert_header((name.as_str(), value.as_str()));
    }
    response.body(answer.body.expose_secret().to_owned())
}

/// The value of a setting as the answer shows it: a secret in full or as its mask.
pub fn setting_text(shown: &ShownValue) -> &str {
    match shown {
        ShownValue::Plain(text) => text.as_str(),
        ShownValue::Full(secret) => secret.expose_secret(),
        ShownValue::Masked(mask) => mask,
    }
}
