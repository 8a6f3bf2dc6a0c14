//! A request, as the templates of entries see it.

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, FORWARDED};
use actix_web::web::Bytes;
use actix_web::{Error, HttpRequest};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use patchbay_catalogue::{Body, Check, Found, Method, Template};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::values::Known;

/// The parameter that says in a query what the header of that name does: a browser sends none.
const MEANT: &str = "forwarded";

/// The headers that say nothing of a connection.
const USUAL: [&str; 10] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "connection",
    "content-length",
    "content-type",
    "forwarded",
    "host",
    "transfer-encoding",
    "user-agent",
];

/// A request, as the templates of entries see it.
#[derive(Clone)]
pub(crate) struct Asked {
    method: String,
    /// Scheme and host that were meant, where it says so: `https://acme.zendesk.com`.
    meant: Option<String>,
    /// The path below the provider's own, as it was sent.
    path: String,
    /// The same, as the query says it.
    pub(crate) meant_in_query: Option<(String, String)>,
    /// The parameters of its query, but for that one.
    pub(crate) query: Vec<(String, String)>,
    /// Its headers, by lower-case names.
    headers: Vec<(String, String)>,
    /// What it carries.
    pub(crate) sent: Sent,
}

/// What a request carries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sent {
    /// Nothing.
    Nothing,
    /// The parameters of a form.
    Form(Vec<(String, String)>),
    /// A JSON document.
    Json(Value),
    /// Something else, or more than is read.
    Other,
}

impl Asked {
    /// Reads a request to what is below `prefix`.
    pub(crate) fn read(request: &HttpRequest, prefix: &str, body: Result<Bytes, Error>) -> Self {
        let path = request.uri().path().strip_prefix(prefix).unwrap_or_default();
        let pairs = form_urlencoded::parse(request.query_string().as_bytes());
        let (meant, query): (Vec<_>, Vec<_>) = pairs.into_owned().partition(|(name, _)| name == MEANT);
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let meant_in_query = meant.into_iter().next();
        let said = meant_in_query.as_ref().map(|(_, value)| value.as_str());
        let meant = text(FORWARDED).or(said).and_then(origin);
        let header =
            |(name, value): (&actix_web::http::header::HeaderName, &actix_web::http::header::HeaderValue)| {
                Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
            };
        Self {
            method: request.method().to_string(),
            meant,
            meant_in_query,
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
            query,
            headers: request.headers().iter().filter_map(header).collect(),
            sent: Sent::read(text(CONTENT_TYPE).unwrap_or_default(), body),
        }
    }

    /// The values of what it asks for, where that is an address of the entry's. A request that
    /// does not say which host was meant may mean any.
    pub(crate) fn fits(&self, method: &str, template: &Template, known: &Known<'_>) -> Option<Found> {
        if self.method != method {
            return None;
        }
        let base = match &self.meant {
            Some(meant) => meant.clone(),
            None => known.example_url(template)?.origin().ascii_serialization(),
        };
        let mut url = Url::parse(&format!("{base}{}", self.path)).ok()?;
        url.query_pairs_mut().extend_pairs(&self.query);
        let mut found = known.entry.read_url(template, &url)?;
        if self.meant.is_none() {
            // What only stood in the example is nobody's word.
            let path = Template::parse(&path_of(template)).unwrap_or_default();
            let said: Vec<_> = path.names().map(str::to_owned).collect();
            found.retain(|name, _| said.contains(name));
        }
        Some(found)
    }

    /// The values of a check's request, where it is one; with a segment before its path where
    /// the entry signs there.
    pub(crate) fn fits_check(&self, check: &Check, known: &Known<'_>) -> Option<Found> {
        let signed = |prefix: &Template| {
            let (segment, rest) = self.path.strip_prefix('/')?.split_once('/')?;
            let segment = percent_decode_str(segment).decode_utf8().ok()?;
            let mut found = known.entry.read_text(prefix, &segment)?;
            let below = Self { path: format!("/{rest}"), ..self.clone() };
            found.extend(below.fits_plainly(check, known)?);
            Some(found)
        };
        let prefixes = known.entry.auth.iter().filter_map(|method| method.sign.path_prefix.as_ref());
        self.fits_plainly(check, known).or_else(|| prefixes.into_iter().find_map(signed))
    }

    fn fits_plainly(&self, check: &Check, known: &Known<'_>) -> Option<Found> {
        let mut found = self.fits(method_name(check.method), &check.url, known)?;
        for (name, template) in &check.query {
            let (_, value) = self.query.iter().find(|(given, _)| given == name)?;
            found.extend(known.entry.read_text(template, value)?);
        }
        found.extend(self.carries(&check.body, known)?);
        Some(found)
    }

    /// The values in what it carries, where that is a body of the entry's.
    pub(crate) fn carries(&self, body: &Body, known: &Known<'_>) -> Option<Found> {
        match (body, &self.sent) {
            (Body::None, _) => Some(Found::new()),
            (Body::Json(template), Sent::Json(document)) => template.read(document),
            (Body::Form(parameters), Sent::Form(sent)) => {
                let mut found = Found::new();
                for (name, template) in parameters {
                    let (_, value) = sent.iter().find(|(given, _)| given == name)?;
                    found.extend(known.entry.read_text(template, value)?);
                }
                Some(found)
            }
            _ => None,
        }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The headers that not every request has.
    pub(crate) fn unusual_headers(&self) -> impl Iterator<Item = &str> {
        let is_unusual = |(name, _): &&(String, String)| !USUAL.contains(&name.as_str());
        self.headers.iter().filter(is_unusual).map(|(_, value)| value.as_str())
    }

    /// The token of a header `Bearer TOKEN`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header(AUTHORIZATION.as_str())?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    }

    /// A parameter of its query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// User and password of HTTP Basic (RFC 7617) as the one text that they are sent as.
    pub(crate) fn basic_pair(&self) -> Option<String> {
        let (scheme, encoded) = self.header(AUTHORIZATION.as_str())?.split_once(' ')?;
        let text = BASE64_STANDARD.decode(encoded).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        String::from_utf8(text).ok()
    }

    /// User and password of HTTP Basic (RFC 7617).
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let pair = self.basic_pair()?;
        let (user, password) = pair.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }
}

impl Sent {
    fn read(content_type: &str, body: Result<Bytes, Error>) -> Self {
        let Ok(body) = body else { return Self::Other };
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            _ if body.is_empty() => Self::Nothing,
            "application/x-www-form-urlencoded" => {
                Self::Form(form_urlencoded::parse(&body).into_owned().collect())
            }
            "application/json" => serde_json::from_slice(&body).map_or(Self::Other, Self::Json),
            _ => Self::Other,
        }
    }
}

/// What stands after the host of a template; all of it where a value decides the host.
fn path_of(template: &Template) -> String {
    let text = template.to_string();
    match text.strip_prefix("https://") {
        Some(rest) => rest.find('/').map(|start| rest[start..].to_owned()).unwrap_or_default(),
        None => text.split_once('}').map(|(_, rest)| rest.to_owned()).unwrap_or_default(),
    }
}

/// Scheme and host that a header `Forwarded` (RFC 7239) names.
fn origin(text: &str) -> Option<String> {
    let first = text.split(',').next()?;
    let part = |wanted: &str| {
        let pairs = first.split(';').filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?.1;
        Some(value.trim_matches('"').to_owned())
    };
    let (host, proto) = (part("host")?, part("proto").unwrap_or_else(|| "https".to_owned()));
    let origin = Url::parse(&format!("{proto}://{host}")).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// A method as it is sent.
pub(crate) const fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

#[cfg(test)]
mod tests;
