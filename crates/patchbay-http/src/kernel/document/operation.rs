//! One operation of a document.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ETAG};
use utoipa::ToSchema;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, Header, Ref, RefOr, Required, Response, Schema};

use super::{Documented, prose, refusals, schemas};
use crate::kernel::routes::Described;
use crate::kernel::{
    DependsOn, Dialect, Operation, Pages, PathParameter, RateLimitHeaders, RequestId, Written,
};

const ID: (&str, &str) =
    (RequestId::HEADER, "The id of the request: the client's own, when it sent a sound one");
const STRUCTURED: [(&str, &str); 3] = [
    ID,
    ("ratelimit-policy", "To a known key: how many requests it has (`q`) within how many seconds (`w`)"),
    ("ratelimit", "To a known key: how many requests are left (`r`), and in how many seconds all are (`t`)"),
];
const SEPARATE: [(&str, &str); 5] = [
    ID,
    ("ratelimit-limit", "To a known key: how many requests it has in a minute"),
    ("ratelimit-remaining", "To a known key: how many requests are left"),
    ("ratelimit-reset", "To a known key: in how many seconds all requests are there again"),
    (
        "ratelimit-policy",
        "To a known key: how many requests it has in a minute, and how many at once (`burst`)",
    ),
];
const NAMES: [(&str, &str); 2] = [
    ("idempotency-key", "The name that the client gave its request, where that was taken up"),
    ("idempotency-replay", "`true`, when the answer is that to an earlier request of the same name"),
];
const TOTAL: (&str, &str) = ("x-total-count", "Where a page was asked for: how many the whole list has");
const OF_PAGES: [(&str, &str); 2] =
    [TOTAL, ("link", "Where a page was asked for: the first page, those beside it, and the last (RFC 8288)")];
const OF_PAGES_THAT_FOLLOW: [(&str, &str); 2] =
    [TOTAL, ("link", "Where a page was asked for and another one follows: that one (RFC 8288)")];
const NOT_MODIFIED: &str = "304";
const TAG: &str = "The tag of just this: of the version, and of whether secrets are shown in full";
const WEAK_TAG: &str = "The weak tag of what is shown, as it is now";

/// The headers of every answer, and what they say.
pub const fn of_every_answer<D: Dialect>() -> &'static [(&'static str, &'static str)] {
    match D::RATE_LIMIT_HEADERS {
        RateLimitHeaders::Structured => &STRUCTURED,
        RateLimitHeaders::Separate => &SEPARATE,
    }
}

/// Says of an operation what its handler's attributes do not: whatever follows from the
/// dialect, from the path, and from what the kernel knows of it.
pub fn complete<D: Documented>(route: &mut Described<D>, keys: &[(&'static str, SecurityScheme)]) {
    let operation = route.operation;
    let description = &mut route.description;
    description.operation_id = Some(operation.name.to_owned());
    prose::arrange(description, operation.permission);
    let told = description.parameters.take().unwrap_or_default();
    description.parameters = Some(parameters(operation, route.verb, told));
    if let Some(RefOr::T(body)) = &mut description.request_body {
        body.required = Some(if operation.has_optional_body { Required::False } else { Required::True });
    }
    description.security =
        Some(keys.iter().map(|(name, _)| SecurityRequirement::new(*name, [""; 0])).collect());
    description.extensions = Some(Extensions::from_iter([("x-permission", operation.permission.as_str())]));
    for (status, response) in &mut description.responses.responses {
        if let (Ok(status), RefOr::T(response)) = (status.parse(), response) {
            succeed::<D>(operation, status, response);
        }
    }
    if let Some(tag) = tag(operation) {
        let mut response = Response::new("The client has it already");
        response.headers.insert(ETAG.as_str().to_owned(), RefOr::T(header(tag)));
        description.responses.responses.insert(NOT_MODIFIED.to_owned(), RefOr::T(response));
    }
    let error = RefOr::Ref(Ref::from_schema_name(D::ErrorBody::name()));
    let refusals = refusals::refusals(route, &error);
    let responses = &mut route.description.responses.responses;
    responses.extend(refusals.into_iter().map(|(status, response)| (status, RefOr::T(response))));
    let names = if D::REPEATS_NAME && has_its_effect_once(route.verb) { NAMES.as_slice() } else { &[] };
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            for (name, about) in names {
                response.headers.insert((*name).to_owned(), RefOr::T(header(about)));
            }
            for (name, _) in of_every_answer::<D>() {
                let header = Ref::new(format!("#/components/headers/{name}"));
                response.headers.insert((*name).to_owned(), RefOr::Ref(header));
            }
        }
    }
}

/// The ids in the path as the operation reads them, then what the attributes say of the
/// query, then the headers that the kernel reads.
fn parameters<D: Dialect>(
    operation: &Operation<D>,
    verb: &str,
    told: Vec<RefOr<Parameter>>,
) -> Vec<RefOr<Parameter>> {
    let of_path =
        |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Path);
    let ids = operation.parameters.iter().map(|one| RefOr::T(path_parameter(one)));
    let told = told.into_iter().filter(|one| !of_path(one));
    let condition = match operation.depends_on {
        DependsOn::WhatIsKnown | DependsOn::WhatIsShown => {
            Some(("If-None-Match", "Tags of what the client has"))
        }
        DependsOn::Version => Some(("If-Match", "Tags of the versions that are meant, or `*`")),
        DependsOn::Nothing => None,
    };
    let condition = condition.map(|(name, about)| header_parameter(name, about, schemas::any_text()));
    let name = has_its_effect_once(verb).then(|| {
        let about = "A name of the client's own, 1 to 255 visible characters: of requests with the same one, \
                     within a day, the first has its effect and the others get its answer, with \
                     `Idempotent-Replayed: true`";
        header_parameter("Idempotency-Key", about, schemas::request_name())
    });
    ids.chain(told).chain(condition.into_iter().chain(name).map(RefOr::T)).collect()
}

/// What is said of the tag of its success, when that has one.
const fn tag<D: Dialect>(operation: &Operation<D>) -> Option<&'static str> {
    match operation.depends_on {
        DependsOn::WhatIsKnown => Some(TAG),
        DependsOn::WhatIsShown => Some(WEAK_TAG),
        DependsOn::Nothing | DependsOn::Version => None,
    }
}

/// Whether a client can name a request with that method.
pub fn has_its_effect_once(verb: &str) -> bool {
    matches!(verb, "POST" | "PATCH")
}

fn header_parameter(name: &str, about: &str, schema: Schema) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(about))
        .required(Required::False)
        .schema(Some(schema))
        .build()
}

/// Puts what a success shows into the dialect's envelope.
fn succeed<D: Documented>(operation: &Operation<D>, status: u16, response: &mut Response) {
    let data = response.content.values().find_map(|content| match content {
        RefOr::T(content) => content.schema.clone(),
        RefOr::Ref(_) => None,
    });
    let body = Content::new(Some(D::success(operation, status, data)));
    response.content.clear();
    response.content.insert("application/json".to_owned(), RefOr::T(body));
    if response.description.is_empty() {
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        reason.unwrap_or_default().clone_into(&mut response.description);
    }
    if let Some(tag) = tag(operation) {
        response.headers.insert(ETAG.as_str().to_owned(), RefOr::T(header(tag)));
    }
    let of_pages = match operation.pages {
        Pages::None => [].as_slice(),
        Pages::Numbered => &OF_PAGES,
        Pages::Following => &OF_PAGES_THAT_FOLLOW,
    };
    for (name, about) in of_pages {
        response.headers.insert((*name).to_owned(), RefOr::T(header(about)));
    }
    if operation.is_disclosing {
        let about = "`no-store`, when the answer shows a secret in full";
        response.headers.insert(CACHE_CONTROL.as_str().to_owned(), RefOr::T(header(about)));
    }
}

/// A header that is text.
pub fn header(about: &str) -> Header {
    let mut header = Header::default();
    header.description = Some(about.to_owned());
    header
}

fn path_parameter(parameter: &PathParameter) -> Parameter {
    let schema = match parameter.written {
        Written::Id => schemas::id(),
        Written::Text(max_chars) => schemas::part_of_path(max_chars),
        Written::Word(words) => schemas::one_of(words),
    };
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Path)
        .description(Some(parameter.about))
        .required(Required::True)
        .schema(Some(schema))
        .build()
}
