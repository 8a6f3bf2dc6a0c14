//! What is said of what a test cannot bring about from outside, or not in all its forms.

use actix_web::body::MessageBody;
use actix_web::test::TestRequest;
use patchbay_application::{Fault, FaultReason, Location};
use patchbay_domain::{ChannelKind, VerificationClass};
use serde_json::json;

use super::*;
use crate::kernel::Operation;

static OPERATION: Operation<Novu> =
    Operation::on::<()>("any", patchbay_domain::Permission::IntegrationsRead, &super::super::Words::ENTITY);

fn rendered(request: TestRequest, refusal: impl Into<Refusal>) -> (HttpResponse, Value) {
    let (request, refusal) = (request.to_http_request(), refusal.into());
    let response = render(&Seen::sample(&request, &OPERATION, &refusal), &refusal);
    let (response, body) = response.into_parts();
    let body = serde_json::from_slice(&body.try_into_bytes().unwrap()).unwrap();
    (response.set_body(actix_web::body::BoxBody::new(())), body)
}

fn said(refusal: impl Into<Refusal>) -> (u16, Value) {
    let (response, body) = rendered(TestRequest::default(), refusal);
    (response.status().as_u16(), body["message"].clone())
}

#[test]
fn a_refusal_tells_when_and_of_what_and_stands_in_no_envelope() {
    let (response, body) = rendered(TestRequest::with_uri("/v1/a?b=c"), AppError::PreconditionFailed);
    assert_eq!(response.status().as_u16(), 412);
    let expected = json!({
        "statusCode": 412, "timestamp": "1970-01-01T00:00:00.000Z", "path": "/v1/a?b=c",
        "message": "Precondition failed", "error": "Precondition Failed",
    });
    // The order of the members counts.
    assert_eq!(body.to_string(), expected.to_string());
}

#[test]
fn a_fault_of_the_service_says_by_what_it_is_found_and_nothing_of_itself() {
    let (_, body) = rendered(TestRequest::default(), AppError::Internal("planted".into()));
    assert_eq!(body["message"], "Internal server error");
    assert_eq!(body["errorId"], "00000000-0000-0000-0000-000000000000");
    assert!(!body.to_string().contains("planted"), "{body}");
}

#[test]
fn each_way_to_present_no_key_has_its_words() {
    let said = |header: Option<&str>, why| {
        let request = header.map_or_else(TestRequest::default, |header| {
            TestRequest::default().insert_header(("authorization", header))
        });
        let (response, body) = rendered(request, AppError::Unauthenticated(why));
        assert_eq!(response.headers().get("www-authenticate").unwrap(), r#"ApiKey realm="patchbay""#);
        (body["message"].as_str().unwrap().to_owned(), body["error"].clone())
    };
    let key = format!("ck_{}", "0".repeat(64));
    for (header, why, message) in [
        (None, AuthRefusal::Missing, "Missing authorization header"),
        (Some(""), AuthRefusal::Malformed, "Missing authorization header"),
        (Some("ApiKey"), AuthRefusal::Malformed, "Unauthorized"),
        (Some("apikey "), AuthRefusal::Malformed, "Unauthorized"),
        (Some("Bearer abc"), AuthRefusal::Malformed, "Unauthorized"),
        (Some(&*key), AuthRefusal::Malformed, "Unauthorized"),
        (Some("ApiKey nope"), AuthRefusal::Malformed, "API Key not found"),
        (Some("ApiKey x"), AuthRefusal::Unknown, "API Key not found"),
        (Some("ApiKey x"), AuthRefusal::Revoked, "API Key not found"),
        (Some("ApiKey x"), AuthRefusal::Expired, "API Key not found"),
        (Some("Basic abc"), AuthRefusal::Malformed, "Invalid authentication scheme: \"Basic\""),
    ] {
        let error = if message == "Unauthorized" { Value::Null } else { json!("Unauthorized") };
        assert_eq!(said(header, why), (message.to_owned(), error), "{header:?}");
    }
}

#[test]
fn what_a_provider_says_or_does_not_say_has_its_status() {
    let provider = ProviderId::slack();
    let refused = AppError::NotVerified { provider, class: VerificationClass::CredentialsRejected };
    assert_eq!(said(refused), (400, json!("Integration check failed for slack: credentials rejected")));
    let host = NoAnswer::UnknownHost("mail.invalid".to_owned());
    let unknown = "Provider gateway can't resolve the host with the given hostname mail.invalid";
    assert_eq!(said(AppError::NotAnswered(host)), (400, json!(unknown)));
    assert_eq!(said(AppError::NotAnswered(NoAnswer::TimedOut)).0, 504);
    assert_eq!(said(AppError::NotAnswered(NoAnswer::Other)).0, 502);
}

#[test]
fn rules_are_told_in_the_words_that_clients_know() {
    let members = vec!["apiKey".to_owned(), "user".to_owned()];
    let missing = Missing { provider: "mailgun".to_owned(), members };
    let words = "Integration validation failed: credentials.apiKey, credentials.user is required by mailgun";
    assert_eq!(said(AppError::Incomplete(missing)), (400, json!(words)));
    let unranked = said(AppError::Unranked(ChannelKind::Push));
    assert_eq!(unranked, (400, json!("Channel push does not support primary")));
    let taken = |rule| said(AppError::Conflict(Conflict::Taken(rule)));
    let in_app = "One environment can only have one In app provider";
    assert_eq!(taken(UniqueRule::InApp), (400, json!(in_app)));
    let identifier = "Integration with identifier already exists";
    assert_eq!(taken(UniqueRule::Identifier), (409, json!(identifier)));
    assert_eq!(taken(UniqueRule::NameAndManifest).0, 409);
    let nothing = AppError::Invalid(Fault::of_body(FaultReason::NothingToChange).into());
    assert_eq!(said(nothing), (400, json!("No properties found for update")));
}

#[test]
fn a_name_that_is_too_long_is_said_back_whole() {
    let name = "k".repeat(256);
    let reason = FaultReason::Syntax { expected: "one name" };
    let fault = || Fault::of_field(Location::Header, "Idempotency-Key", reason.clone());
    let request = |name: &str| TestRequest::default().insert_header(("idempotency-key", name));
    let said = |name: &str| rendered(request(name), AppError::Invalid(fault().into())).1["message"].clone();
    let words = "has exceeded the maximum allowed length of 255 characters";
    assert_eq!(said(&name), json!(format!("idempotencyKey \"{name}\" {words}")));
    assert_eq!(said("a b"), json!("Idempotency-Key must be one name"));
}

#[test]
fn a_request_that_is_at_work_or_was_another_is_called_by_its_name() {
    let request = || TestRequest::default().insert_header(("idempotency-key", "k-1"));
    let (response, body) = rendered(request(), AppError::Conflict(Conflict::Running));
    let words = "Request with key \"k-1\" is currently being processed. Please retry after 1 second";
    assert_eq!((response.status().as_u16(), &body["message"]), (409, &json!(words)));
    assert_eq!(response.headers().get("retry-after").unwrap(), "1");
    assert!(response.headers().contains_key("link"));
    let (response, body) = rendered(request(), AppError::NameReused);
    let words = "Request with key \"k-1\" is being reused for a different body";
    assert_eq!((response.status().as_u16(), &body["message"]), (422, &json!(words)));
    assert_eq!(body["errors"], json!({}));
    assert!(response.headers().contains_key("link"));
}

#[test]
fn an_environment_that_was_named_is_said_back() {
    assert_eq!(said(AppError::NotFound(Entity::Environment)), (404, json!("Environment not found")));
    let request = TestRequest::default().to_http_request();
    request.extensions_mut().insert(NamedEnvironment("e-1".to_owned()));
    let refusal = Refusal::App(AppError::NotFound(Entity::Environment));
    let said = missing(&Seen::sample(&request, &OPERATION, &refusal), Entity::Environment);
    assert_eq!(said, "Environment with id e-1 not found");
}
