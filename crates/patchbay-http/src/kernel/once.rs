//! Requests that their caller has named, so that they have their effect once: POST and PATCH
//! with the header `Idempotency-Key` (IETF draft idempotency-key-header-07, and as sent by
//! many without the quotes that it asks for).

use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;

use super::reveal::{replayed, stored};
use super::seen::refuse;
use super::{Dialect, Operation, Refusal, body};
use crate::HttpState;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use futures_util::stream::{self, Stream};
use patchbay_application::idempotency::{Begun, NamedRequest, PendingReceipt, ReceiptFor, StoredAnswer};
use patchbay_application::{AppError, Caller, Conflict, Fault, FaultReason, Location};

const HEADER: &str = "idempotency-key";
const MAX_NAME: usize = 255;
const NAME: HeaderName = HeaderName::from_static(HEADER);
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const REPLAY: HeaderName = HeaderName::from_static("idempotency-replay");

/// A named request on its way: what is needed to look for its receipt again.
struct Named {
    name: String,
    body: Bytes,
    pending: Arc<PendingReceipt>,
}

impl Named {
    fn request<'a>(&'a self, http: &'a HttpRequest) -> NamedRequest<'a> {
        request_of(http, &self.name, &self.body)
    }
}

fn request_of<'a>(http: &'a HttpRequest, name: &'a str, body: &'a [u8]) -> NamedRequest<'a> {
    let query = http.query_string();
    NamedRequest { method: http.method().as_str(), path: http.path(), name, query, body }
}

fn can_be_named(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PATCH)
}

/// What the caller gave as the name of the request, sound or not: as a string of RFC 8941
/// §3.3.3, or bare. `None` of what is no text of a header, and of several.
pub fn name_sent(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(HEADER);
    let text = sent.next()?.to_str().ok().filter(|_| sent.next().is_none())?.trim();
    Some(text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text))
}

/// The name that the caller gave.
fn name(headers: &HeaderMap) -> Result<Option<String>, AppError> {
    if !headers.contains_key(HEADER) {
        return Ok(None);
    }
    let is_plain =
        |name: &&str| name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    let name = name_sent(headers).filter(|name| (1..=MAX_NAME).contains(&name.len())).filter(is_plain);
    if let Some(name) = name {
        return Ok(Some(name.to_owned()));
    }
    let reason = FaultReason::Syntax { expected: "one name of 1 to 255 visible characters" };
    Err(AppError::Invalid(Fault::of_field(Location::Header, "Idempotency-Key", reason).into()))
}

/// A body that was read, to be read again.
fn given_back(body: Bytes) -> Payload {
    let whole: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> =
        Box::pin(stream::once(ready(Ok(body))));
    Payload::from(whole)
}

/// What a handler leaves of the request that it serves, when that is a named one.
pub struct Once(Option<Arc<PendingReceipt>>);

impl Once {
    /// The receipt of a request whose outcome is answered like this.
    pub fn receipt<T>(&self, answer: impl Fn(&T) -> HttpResponse + Send + Sync + 'static) -> ReceiptFor<T> {
        ReceiptFor::of(self.0.clone(), move |outcome| stored(answer(outcome)))
    }
}

impl FromRequest for Once {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pending = request.extensions().get::<Named>().map(|named| named.pending.clone());
        ready(Ok(Self(pending)))
    }
}

/// Looks whether the request was here before: then this is its answer. A new one is
/// remembered for the handler, and its body is put back for it.
///
/// # Errors
/// When its name is none, its body too large, or it must not have its effect now.
pub async fn begin(request: &mut ServiceRequest) -> Result<Option<HttpResponse>, Refusal> {
    if !can_be_named(request.method()) {
        return Ok(None);
    }
    let Some(name) = name(request.headers())? else { return Ok(None) };
    let http = request.request().clone();
    let caller = http.extensions().get::<Caller>().copied();
    let (Some(caller), Some(state)) = (caller, http.app_data::<Data<HttpState>>()) else {
        return Err(AppError::Internal("a named request without a caller".into()).into());
    };
    let body = body::read(&http, &mut request.take_payload()).await?.freeze();
    request.set_payload(given_back(body.clone()));
    match state.services.begin_once.run(&caller, request_of(&http, &name, &body)).await? {
        Begun::Again(answer) => Ok(Some(again(&answer))),
        Begun::First(pending) => {
            request.extensions_mut().insert(Named { name, body, pending });
            Ok(None)
        }
    }
}

/// What a named request that is refused is answered in the end. One that met the receipt of
/// its twin gets the twin's answer; a refusal that settles it is kept, to be given again.
pub async fn end<D: Dialect>(
    operation: &'static Operation<D>,
    http: &HttpRequest,
    refusal: &Refusal,
    refused: HttpResponse,
) -> HttpResponse {
    let named = http.extensions_mut().remove::<Named>();
    let (Some(named), Refusal::App(error)) = (named, refusal) else { return refused };
    let caller = http.extensions().get::<Caller>().copied();
    let (Some(caller), Some(state)) = (caller, http.app_data::<Data<HttpState>>()) else { return refused };
    let begin_once = &state.services.begin_once;
    if error.is_settled() {
        let answer = match stored(refused) {
            Ok(answer) => answer,
            Err(error) => return refuse(Some(operation), http, &error.into()),
        };
        match begin_once.refused(&caller, &named.pending, &answer).await {
            Ok(()) => return replayed(&answer),
            Err(AppError::Conflict(Conflict::Twin)) => {}
            Err(error) => return refuse(Some(operation), http, &error.into()),
        }
    } else if !matches!(error, AppError::Conflict(Conflict::Twin)) {
        return refused;
    }
    match begin_once.met(&caller, named.request(http)).await {
        Ok(answer) => again(&answer),
        Err(error) => refuse(Some(operation), http, &error.into()),
    }
}

fn again(answer: &StoredAnswer) -> HttpResponse {
    let mut response = replayed(answer);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Marks the answer to a request that got by [`begin`] with its name, as `D` has it.
pub fn mark<D: Dialect>(request: &HttpRequest, headers: &mut HeaderMap) {
    if !D::REPEATS_NAME || !can_be_named(request.method()) {
        return;
    }
    if let Some(name) = name_sent(request.headers()).and_then(|name| HeaderValue::from_str(name).ok()) {
        if headers.contains_key(REPLAYED) {
            headers.insert(REPLAY, HeaderValue::from_static("true"));
        }
        headers.insert(NAME, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(values: &[&'static [u8]]) -> HeaderMap {
        values.iter().map(|value| (NAME, HeaderValue::from_bytes(value).unwrap())).collect()
    }

    #[test]
    fn a_name_is_read_quoted_or_bare_and_what_was_sent_is_told_of_one_that_is_not_sound() {
        let long: &'static [u8] = &[b'a'; 256];
        for (values, told, is_sound) in [
            ([b"k-1".as_slice()].as_slice(), Some("k-1"), true),
            (&[b"  \"k-1\" "], Some("k-1"), true),
            (&[long], Some(str::from_utf8(long).unwrap()), false),
            (&[&long[1..]], Some(str::from_utf8(&long[1..]).unwrap()), true),
            (&[b"a b"], Some("a b"), false),
            (&[b"\"a"], Some("\"a"), false),
            (&[b""], Some(""), false),
            (&[b"caf\xc3\xa9"], None, false),
            (&[b"a", b"b"], None, false),
        ] {
            let headers = sent(values);
            assert_eq!(name_sent(&headers), told);
            let read = name(&headers).ok().flatten();
            assert_eq!(read.as_deref(), told.filter(|_| is_sound));
        }
        assert_eq!(name_sent(&HeaderMap::new()), None);
        assert!(matches!(name(&HeaderMap::new()), Ok(None)));
    }
}
