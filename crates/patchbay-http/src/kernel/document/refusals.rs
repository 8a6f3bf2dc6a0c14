//! What an operation may be refused with: said by the dialect itself, to samples.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::test::TestRequest;
use patchbay_application::{AppError, AuthRefusal, Conflict, Fault, FaultReason, Location};
use patchbay_domain::{ExchangeError, NoAnswer};
use serde_json::Value;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Content, Header, Object, RefOr, Response, Schema};

use super::examples::example;
use super::operation::has_its_effect_once;
use crate::kernel::routes::Described;
use crate::kernel::{DependsOn, Dialect, Operation, PathParameter, Refusal, Seen, Written};

/// What the samples take for the service's limit; the default one.
const BODY_LIMIT: usize = 262_144;

/// How many seconds the samples ask to wait.
const A_MOMENT: u64 = 1;

/// Headers of refusals that clients rely on, and what they say.
const HEADERS: [(HeaderName, Type, &str); 2] = [
    (WWW_AUTHENTICATE, Type::String, "The challenge, which tells a bad key from a bad request"),
    (RETRY_AFTER, Type::Integer, "How many seconds to wait before the next try"),
];

/// The answers of one status.
#[derive(Default)]
struct Answers {
    examples: Vec<(&'static str, Value)>,
    headers: Vec<HeaderMap>,
}

/// Every answer by which `route` may be refused, by status, with a body of `schema`.
///
/// Nothing of it is written down: a sample of each refusal is rendered as the request's own
/// would be.
pub fn refusals<D: Dialect>(route: &Described<D>, schema: &RefOr<Schema>) -> Vec<(String, Response)> {
    let mut by_status: BTreeMap<u16, Answers> = BTreeMap::new();
    let request = TestRequest::default().to_http_request();
    for refusal in samples(route) {
        let rendered = D::render(&Seen::sample(&request, route.operation, &refusal), &refusal);
        let answers = by_status.entry(rendered.status().as_u16()).or_default();
        answers.headers.push(rendered.headers().clone());
        if let Some(body) = body_of(rendered)
            && answers.examples.iter().all(|(_, known)| *known != body)
        {
            answers.examples.push((name_of(&refusal), body));
        }
    }
    by_status
        .into_iter()
        .map(|(status, answers)| (status.to_string(), response(status, answers, schema)))
        .collect()
}

/// A sample of everything that may go wrong with `route`.
fn samples<D: Dialect>(route: &Described<D>) -> Vec<Refusal> {
    let operation = route.operation;
    let mut samples: Vec<Refusal> = vec![
        AppError::Unauthenticated(AuthRefusal::Missing).into(),
        AppError::Forbidden(operation.permission).into(),
    ];
    samples.extend(bad_path(operation).into_iter().map(Refusal::from));
    samples.extend(operation.parameters.iter().filter_map(|one| Some(AppError::NotFound(one.names?).into())));
    if has_query(route) {
        let reason = FaultReason::Syntax { expected: "a list of parameters with one value each" };
        samples.push(AppError::Invalid(Fault::of_all(Location::Query, reason).into()).into());
    }
    if route.description.request_body.is_some() {
        let not_json = FaultReason::NotJson { line: 1, column: 2 };
        samples.push(AppError::Invalid(Fault::of_body(not_json).into()).into());
        samples.push(AppError::Invalid(Fault::of_body(FaultReason::NotAnObject).into()).into());
        samples.push(Refusal::BodyTooLarge { limit: BODY_LIMIT });
        samples.push(Refusal::BodyUnreadable);
        if D::WANTS_JSON_TYPE {
            samples.push(Refusal::NotJsonType);
        }
    }
    if has_its_effect_once(route.verb) {
        let name = FaultReason::Syntax { expected: "one name of 1 to 255 visible characters" };
        let fault = Fault::of_field(Location::Header, "Idempotency-Key", name);
        samples.push(AppError::Invalid(fault.into()).into());
        samples.push(AppError::Conflict(Conflict::Running).into());
        samples.push(AppError::NameReused.into());
    }
    if operation.depends_on == DependsOn::Version {
        samples.push(AppError::PreconditionFailed.into());
    }
    samples.extend((operation.refused_with)().into_iter().map(Refusal::from));
    samples.extend([
        AppError::Internal("a sample".into()).into(),
        AppError::Busy("a sample".into()).into(),
        AppError::Unavailable("a sample".into()).into(),
        Refusal::TooManyRequests { retry_after: A_MOMENT },
        Refusal::TimedOut,
    ]);
    samples
}

fn has_query<D: Dialect>(route: &Described<D>) -> bool {
    let parameters = route.description.parameters.as_deref().unwrap_or_default();
    parameters.iter().any(|one| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query))
}

/// What `operation` says to each of its path's parameters when that is badly written.
fn bad_path<D: Dialect>(operation: &Operation<D>) -> Vec<AppError> {
    let refusal = |bad: &PathParameter| {
        let mut request = TestRequest::default();
        for parameter in operation.parameters {
            let value = if parameter.name == bad.name { unsound(parameter) } else { sound(parameter) };
            request = request.param(parameter.name, value);
        }
        operation.read_path(&request.to_srv_request()).err()
    };
    operation.parameters.iter().filter_map(refusal).collect()
}

fn sound(parameter: &PathParameter) -> String {
    match parameter.written {
        Written::Id => uuid::Uuid::nil().to_string(),
        Written::Text(_) => "a".to_owned(),
        Written::Word(words) => words.first().copied().unwrap_or_default().to_owned(),
    }
}

fn unsound(parameter: &PathParameter) -> String {
    match parameter.written {
        Written::Id => "no UUID".to_owned(),
        Written::Text(max_chars) => "a".repeat(max_chars + 1),
        Written::Word(_) => "no such word".to_owned(),
    }
}

fn body_of(rendered: HttpResponse) -> Option<Value> {
    let bytes = rendered.into_body().try_into_bytes().ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn response(status: u16, answers: Answers, schema: &RefOr<Schema>) -> Response {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut response = Response::new(reason.unwrap_or("Refused"));
    let mut content = Content::new(Some(schema.clone()));
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, value) in answers.examples {
        let times = names.entry(name).and_modify(|times| *times += 1).or_insert(1);
        let name = if *times == 1 { name.to_owned() } else { format!("{name}_{times}") };
        content.examples.insert(name, RefOr::T(example(None, value)));
    }
    let kind = answers.headers.iter().find_map(|headers| headers.get(CONTENT_TYPE)?.to_str().ok());
    response.content.insert(kind.unwrap_or("application/json").to_owned(), RefOr::T(content));
    for (name, of_type, about) in HEADERS {
        if answers.headers.iter().any(|headers| headers.contains_key(&name)) {
            let mut header = Header::new(Object::with_type(of_type));
            header.description = Some(about.to_owned());
            response.headers.insert(name.to_string(), RefOr::T(header));
        }
    }
    response
}

/// What a sample is called among the examples of its status.
fn name_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::App(error) => match error {
            AppError::Invalid(_) => "invalid",
            AppError::Configuration(_) => "no_configuration",
            AppError::NotVerified { .. } => "not_verified",
            AppError::NotAnswered(NoAnswer::UnknownHost(_)) => "unknown_host",
            AppError::NotAnswered(_) => "no_answer",
            AppError::Incomplete(_) => "incomplete_credentials",
            AppError::Unranked(_) => "no_primary",
            AppError::OtherEnvironment => "other_environment",
            AppError::ProviderFixed => "fixed",
            AppError::Unauthenticated(_) => "unknown_caller",
            AppError::Forbidden(_) => "missing_permission",
            AppError::NotFound(_) => "not_found",
            AppError::Conflict(Conflict::InProgress) => "in_progress",
            AppError::Conflict(Conflict::Running | Conflict::Twin) => "request_in_progress",
            AppError::Conflict(_) => "conflict",
            AppError::PreconditionFailed => "precondition_failed",
            AppError::NameReused => "name_reused",
            AppError::Manifest(_) => "unusable_manifest",
            AppError::Exchange(ExchangeError::NotConfigured) => "not_configured",
            AppError::Exchange(ExchangeError::Incomplete { .. }) => "incomplete",
            AppError::Exchange(_) => "not_granted",
            AppError::Busy(_) => "busy",
            AppError::Unavailable(_) => "unavailable",
            AppError::TimedOut(_) => "timed_out",
            AppError::Internal(_) => "fault_of_the_service",
        },
        Refusal::NoRoute => "no_route",
        Refusal::WrongMethod { .. } => "wrong_method",
        Refusal::BodyTooLarge { .. } => "body_too_large",
        Refusal::BodyUnreadable => "body_unreadable",
        Refusal::NotJsonType => "not_json_type",
        Refusal::TooManyRequests { .. } => "too_many_requests",
        Refusal::TimedOut => "timed_out",
    }
}
