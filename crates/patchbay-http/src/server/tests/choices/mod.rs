//! What a dialect may choose of the kernel: a dialect that chooses everything, and says of a
//! refusal all that it knows.

mod bodies;
mod documented;
mod errors;
mod limits;
mod names;

use actix_web::body::BoxBody;
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse};
use patchbay_application::{AppError, AuthRefusal, Entity, Fault};
use patchbay_domain::Permission;
use secrecy::SecretString;
use serde::Deserialize;
use validator::Validate;

use super::*;
use crate::kernel::{
    Body, Dialect, Failure, Member, Mount, Operation, OptionalBody, PathIds, PathParameter, RateLimitHeaders,
    Refusal, Routes, Seen, bearer, endpoint, id_of, mounted, timestamp, well_typed,
};

struct Choosy;

impl Dialect for Choosy {
    const NAME: &'static str = "choosy";
    const BASES: &'static [&'static str] = &["/v9"];
    const MOUNTS: &'static [Mount<Self>] = &[Mount { prefix: "/choosy", routes }];
    type Words = ();

    const RATE_LIMIT_HEADERS: RateLimitHeaders = RateLimitHeaders::Separate;
    const REPEATS_NAME: bool = true;
    const WANTS_JSON_TYPE: bool = true;
    const MAY_LACK_BODY: bool = true;

    fn repeats(path: &str) -> bool {
        matches!(path, "name" | "active")
    }

    fn presented(head: &RequestHead) -> Result<SecretString, AuthRefusal> {
        bearer(head)?.ok_or(AuthRefusal::Missing)
    }

    fn render(seen: &Seen<'_, Self>, refusal: &Refusal) -> HttpResponse {
        let (status, why) = match refusal {
            Refusal::App(AppError::Internal(_)) => (500, "internal".to_owned()),
            Refusal::App(AppError::Unauthenticated(_)) => (401, "unknown".to_owned()),
            Refusal::App(AppError::Forbidden(_)) => (403, "forbidden".to_owned()),
            Refusal::App(AppError::NotFound(_)) => (404, "gone".to_owned()),
            Refusal::App(AppError::Conflict(_)) => (409, "running".to_owned()),
            Refusal::App(AppError::NameReused) => (422, "reused".to_owned()),
            Refusal::App(error) => (400, error.to_string()),
            Refusal::NoRoute => (404, "no route".to_owned()),
            Refusal::WrongMethod { .. } => (405, "wrong method".to_owned()),
            Refusal::NotJsonType => (415, "not called JSON".to_owned()),
            other => (400, format!("{other:?}")),
        };
        HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(json!({
            "why": why,
            "request_name": seen.request_name(),
            "values": values_of(refusal),
            "at": timestamp(seen.at),
            "error_id": seen.error_id.map(|id| id.to_string()),
        }))
    }
}

/// The values that are repeated, by the paths of their members.
fn values_of(refusal: &Refusal) -> Value {
    let Refusal::App(AppError::Invalid(faults)) = refusal else { return Value::Null };
    let value = |fault: &Fault| Some((fault.place().to_owned(), fault.value.as_ref()?.as_json().clone()));
    Value::Object(faults.iter().filter_map(value).collect())
}

static READ: Operation<Choosy> = Operation::on::<()>("read", Permission::IntegrationsRead, &());

static MAKE: Operation<Choosy> = Operation::on::<()>("make", Permission::IntegrationsWrite, &());
static MAKE_SOME: Operation<Choosy> =
    Operation::on::<()>("make_some", Permission::IntegrationsWrite, &()).with_optional_body();
static CHECK: Operation<Choosy> = Operation::on::<Id>("check", Permission::AuditRead, &());

fn routes(routes: &mut Routes<Choosy>) {
    routes.add(&READ, endpoint!(self::read));
    routes.add(&MAKE, endpoint!(self::make));
    routes.add(&MAKE_SOME, endpoint!(self::make_some));
    routes.add(&CHECK, endpoint!(self::check));
}

/// Fails as the query wants it.
#[utoipa::path(get, path = "/things", responses((status = 200)))]
async fn read(request: HttpRequest) -> Result<HttpResponse, Failure<Choosy>> {
    match request.query_string() {
        "fault" => Err(AppError::Internal("planted".into()).into()),
        "busy" => Err(AppError::Busy("planted".into()).into()),
        "panic" => panic!("planted"),
        _ => Ok(HttpResponse::Ok().json("read")),
    }
}

#[derive(Deserialize, Validate)]
struct Thing {
    #[serde(default)]
    #[validate(required, custom(function = "well_typed"))]
    name: Member<String>,
    #[serde(default)]
    #[validate(custom(function = "well_typed"))]
    active: Member<bool>,
}

/// A thing of which the name is `gone` is not there.
#[utoipa::path(post, path = "/things", request_body = String, responses((status = 200)))]
async fn make(body: Body<Choosy, Thing>) -> Result<HttpResponse, Failure<Choosy>> {
    match body.into_inner().name.value() {
        Some(name) if name == "gone" => Err(AppError::NotFound(Entity::Integration).into()),
        name => Ok(HttpResponse::Ok().json(name)),
    }
}

#[utoipa::path(patch, path = "/things", responses((status = 200)))]
async fn make_some(body: OptionalBody<Choosy, Thing>) -> HttpResponse {
    HttpResponse::Ok().json(body.into_inner().name.value())
}

/// An id in a path.
#[derive(Clone)]
struct Id;

impl PathIds for Id {
    const PARAMETERS: &'static [PathParameter] =
        &[PathParameter::id("thing", "A thing", Entity::Integration)];

    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        id_of::<IntegrationId>(request, "thing", "thing").map(|_| Self)
    }
}

#[utoipa::path(post, path = "/things/{thing}/check", responses((status = 200)))]
async fn check(body: Body<Choosy, Thing>) -> HttpResponse {
    HttpResponse::Ok().json(body.into_inner().name.value())
}

const THINGS: &str = "/v9/choosy/things";

fn with_key(request: TestRequest, uri: &str) -> TestRequest {
    request.uri(uri).insert_header(("authorization", "Bearer key"))
}

/// What the dialect answers over this state, one after the other.
async fn answers(state: HttpState, requests: Vec<TestRequest>) -> Vec<Answer> {
    let app = App::new().app_data(Data::new(state)).configure(mounted::<Choosy>).wrap(from_fn(around));
    let service = init_service(app).await;
    let mut answers = Vec::new();
    for request in requests {
        answers.push(Answer::of(call_service(&service, request.to_request()).await).await);
    }
    answers
}

/// An answer that was read.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    async fn of(response: ServiceResponse<BoxBody>) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: read_body_json(response).await }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}
