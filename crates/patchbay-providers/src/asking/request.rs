//! Requests, made of the templates of an entry.

use std::collections::BTreeMap;

use patchbay_catalogue::{
    Body, BodyFormat, Check, Disconnect, Entry, Headers, Method as EntryMethod, Template,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::Url;
use url::form_urlencoded::Serializer;

use super::Unaskable;
use super::known::Known;
use super::sign::Signed;
use crate::{Method, OutboundRequest, OutboundUrl, Refused, TrustedOrigin};

/// What names this service to whoever is asked, and is nobody else's to choose.
const OURS: &str = "user-agent";

/// What is said of an address that nothing can be asked at.
const NO_URL: &str = "the URL cannot be made from these values";

/// The templates of a request.
pub(crate) struct Outline<'e> {
    method: EntryMethod,
    url: &'e Template,
    query: Option<&'e BTreeMap<String, Template>>,
    headers: &'e Headers,
    body: &'e Body,
}

impl<'e> From<&'e Check> for Outline<'e> {
    fn from(check: &'e Check) -> Self {
        let Check { method, url, headers, query, body, .. } = check;
        Self { method: *method, url, query: Some(query), headers, body }
    }
}

impl<'e> From<&'e Disconnect> for Outline<'e> {
    fn from(disconnect: &'e Disconnect) -> Self {
        let Disconnect { method, url, headers, body, .. } = disconnect;
        Self { method: *method, url, query: None, headers, body }
    }
}

/// A request of an entry, at `origin` where that stands in the provider's stead.
///
/// # Errors
/// When a value is missing, or cannot stand where it would.
pub(crate) fn of(
    outline: &Outline<'_>,
    entry: &Entry,
    known: &Known<'_>,
    signed: &Signed,
    origin: Option<&TrustedOrigin>,
) -> Result<OutboundRequest, Unaskable> {
    let mut url = entry.url(outline.url, known)?;
    if let Some(prefix) = &signed.path_prefix {
        put_before_path(&mut url, prefix)?;
    }
    for (name, template) in outline.query.into_iter().flatten() {
        append(&mut url, name, &template.render_parameter(known)?);
    }
    for (name, value) in &signed.query {
        append(&mut url, name, value);
    }
    let request = to(method(outline.method), &url, origin)?;
    let request = with_body(request, outline.body, known)?;
    let request = with_headers(request, outline.headers, known)?;
    let ours = |(name, _): &&(String, SecretString)| !name.eq_ignore_ascii_case(OURS);
    signed
        .headers
        .iter()
        .filter(ours)
        .try_fold(request, |request, (name, value)| with_header(request, name, value))
}

/// A bare request for JSON to an address, or to the same at `origin`.
///
/// # Errors
/// When it is none that may be requested.
pub(crate) fn to(
    method: Method,
    url: &Url,
    origin: Option<&TrustedOrigin>,
) -> Result<OutboundRequest, Unaskable> {
    let refused = |_: Refused| Unaskable::Unfit(NO_URL.to_owned());
    let url = OutboundUrl::parse(url.as_str()).map_err(refused)?;
    let request = OutboundRequest::by_way_of(origin, method, url).map_err(refused)?;
    with_header(request, "accept", &"application/json".into())
}

/// An address for a browser, or the same at `origin`.
///
/// # Errors
/// When it is none that may be requested.
pub(crate) fn for_browser(url: &Url, origin: Option<&TrustedOrigin>) -> Result<OutboundUrl, Unaskable> {
    let refused = |_: Refused| Unaskable::Unfit(NO_URL.to_owned());
    let url = OutboundUrl::parse(url.as_str()).map_err(refused)?;
    origin.map_or(Ok(url.clone()), |origin| origin.rebase_for_browser(&url)).map_err(refused)
}

fn method(method: EntryMethod) -> Method {
    match method {
        EntryMethod::Get => Method::GET,
        EntryMethod::Post => Method::POST,
        EntryMethod::Put => Method::PUT,
        EntryMethod::Patch => Method::PATCH,
        EntryMethod::Delete => Method::DELETE,
    }
}

/// Puts one more segment before a path, whatever is in it.
fn put_before_path(url: &mut Url, segment: &SecretString) -> Result<(), Unaskable> {
    let path = url.path().to_owned();
    url.set_path("");
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(segment.expose_secret());
    }
    // Segments of dots are not put in.
    if matches!(url.path(), "" | "/") {
        return Err(Unaskable::Unfit("a part of the path cannot be made from these values".to_owned()));
    }
    let path = [url.path(), &path].concat();
    url.set_path(&path);
    Ok(())
}

fn append(url: &mut Url, name: &str, value: &SecretString) {
    url.query_pairs_mut().append_pair(name, value.expose_secret());
}

/// Sets a header.
///
/// # Errors
/// When it cannot be carried.
pub(crate) fn with_header(
    request: OutboundRequest,
    name: &str,
    value: &SecretString,
) -> Result<OutboundRequest, Unaskable> {
    let refused = |why| Unaskable::Unfit(format!("a header cannot be sent: {why}"));
    request.header(name, value.expose_secret()).map_err(refused)
}

/// Sets the headers of an entry.
///
/// # Errors
/// When a value is missing, or cannot stand where it would.
pub(crate) fn with_headers(
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
        Body::Json(document) => with_json(request, &document.render(known)?),
        Body::Form(templates) => {
            let mut parameters = Vec::new();
            for (name, template) in templates {
                parameters.push((name.as_str(), template.render_parameter(known)?));
            }
            with_parameters(request, BodyFormat::Form, &parameters)
        }
    }
}

/// Sends parameters in the body, in their order.
///
/// # Errors
/// When the body cannot be announced.
pub(crate) fn with_parameters(
    request: OutboundRequest,
    format: BodyFormat,
    parameters: &[(&str, SecretString)],
) -> Result<OutboundRequest, Unaskable> {
    let plain = parameters.iter().map(|(name, value)| (*name, value.expose_secret()));
    match format {
        BodyFormat::Form => {
            let mut form = Serializer::new(String::new());
            form.extend_pairs(plain);
            let request = with_header(request, "content-type", &"application/x-www-form-urlencoded".into())?;
            Ok(request.body(form.finish()))
        }
        BodyFormat::Json => {
            let members: Map<String, Value> =
                plain.map(|(name, value)| (name.to_owned(), value.into())).collect();
            with_json(request, &Value::Object(members).to_string().into())
        }
    }
}

fn with_json(request: OutboundRequest, document: &SecretString) -> Result<OutboundRequest, Unaskable> {
    let request = with_header(request, "content-type", &"application/json".into())?;
    Ok(request.body(document.expose_secret()))
}
