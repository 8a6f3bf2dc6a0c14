//! The request of a check.

use patchbay_catalogue::{Body, Check, Entry, Headers, Method as CheckMethod};
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use url::form_urlencoded::Serializer;

use super::Unaskable;
use super::known::Known;
use super::sign::Signed;
use crate::{Method, OutboundRequest, OutboundUrl, TrustedOrigin};

/// What names this service to whoever is asked, and is nobody else's to choose.
const OURS: &str = "user-agent";

/// The request of a check, at `origin` where that stands in the provider's stead.
///
/// # Errors
/// When a value is missing, or cannot stand where it would.
pub(super) fn of(
    check: &Check,
    entry: &Entry,
    known: &Known<'_>,
    signed: &Signed,
    origin: Option<&TrustedOrigin>,
) -> Result<OutboundRequest, Unaskable> {
    let mut url = entry.url(&check.url, known)?;
    for (name, template) in &check.query {
        append(&mut url, name, &template.render_parameter(known)?);
    }
    for (name, value) in &signed.query {
        append(&mut url, name, value);
    }
    let refused = |_| Unaskable::Unfit("the URL cannot be made from these values".to_owned());
    let url = OutboundUrl::parse(url.as_str()).map_err(refused)?;
    let request = OutboundRequest::by_way_of(origin, method(check.method), url).map_err(refused)?;
    let request = with_header(request, "accept", &"application/json".into())?;
    let request = with_body(request, &check.body, known)?;
    let request = with_headers(request, &check.headers, known)?;
    let ours = |(name, _): &&(String, SecretString)| !name.eq_ignore_ascii_case(OURS);
    signed
        .headers
        .iter()
        .filter(ours)
        .try_fold(request, |request, (name, value)| with_header(request, name, value))
}

fn method(method: CheckMethod) -> Method {
    match method {
        CheckMethod::Get => Method::GET,
        CheckMethod::Post => Method::POST,
        CheckMethod::Put => Method::PUT,
        CheckMethod::Patch => Method::PATCH,
        CheckMethod::Delete => Method::DELETE,
    }
}

fn append(url: &mut Url, name: &str, value: &SecretString) {
    url.query_pairs_mut().append_pair(name, value.expose_secret());
}

fn with_header(
    request: OutboundRequest,
    name: &str,
    value: &SecretString,
) -> Result<OutboundRequest, Unaskable> {
    let refused = |why| Unaskable::Unfit(format!("a header cannot be sent: {why}"));
    request.header(name, value.expose_secret()).map_err(refused)
}

fn with_headers(
    request: OutboundRequest,
    headers: &Headers,
    known: &Known<'_>,
) -> Result<OutboundRequest, Unaskable> {
    headers.0.iter().try_fold(request, |request, (name, template)| {
        with_header(request, name, &template.render_header(known)?)
    })
}

fn with_body(request: OutboundRequest, body: &Body, known: &Known<'_>) -> Result<OutboundRequest, Unaskable> {
    match body {
        Body::None => Ok(request),
        Body::Json(document) => {
            let document = document.render(known)?;
            let request = with_header(request, "content-type", &"application/json".into())?;
            Ok(request.body(document.expose_secret()))
        }
        Body::Form(parameters) => {
            let mut form = Serializer::new(String::new());
            for (name, template) in parameters {
                form.append_pair(name, template.render_parameter(known)?.expose_secret());
            }
            let request = with_header(request, "content-type", &"application/x-www-form-urlencoded".into())?;
            Ok(request.body(form.finish()))
        }
    }
}
