use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::ops::{ApiDocument, api_documents};

/// Every operation of every document, with what to call it when something is wrong.
fn operations() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for ApiDocument { name, document } in api_documents().unwrap() {
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                all.push((format!("{name}: {method} {path}"), operation.clone()));
            }
        }
    }
    all
}

fn telex(id: &str) -> Value {
    let own = |place: &str| place.starts_with("telex: ");
    let found = operations().into_iter().find(|(place, one)| own(place) && one["operationId"] == id);
    found.unwrap().1
}

fn statuses(operation: &Value) -> Vec<String> {
    operation["responses"].as_object().unwrap().keys().cloned().collect()
}

fn names(values: &Value) -> Vec<&str> {
    values.as_array().unwrap().iter().map(|value| value["name"].as_str().unwrap()).collect()
}

#[test]
fn every_operation_documents_the_parameters_of_its_path_and_no_others() {
    for (place, operation) in operations() {
        let in_path: Vec<_> =
            place.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let documented = operation["parameters"].as_array().unwrap();
        let documented: Vec<_> = documented.iter().filter(|one| one["in"] == "path").cloned().collect();
        assert_eq!(names(&json!(documented)), in_path, "{place}");
        assert!(documented.iter().all(|one| one["required"] == true && one["description"].is_string()));
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_a_permission_and_ways_to_present_a_key() {
    let mut known = BTreeSet::new();
    for (place, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap();
        assert!(known.insert((place.split(':').next().unwrap().to_owned(), name.to_owned())), "{place}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{place}");
        assert!(operation["x-permission"].as_str().is_some_and(|text| text.contains(':')), "{place}");
        assert!(operation["security"].as_array().is_some_and(|ways| !ways.is_empty()), "{place}");
    }
}

#[test]
fn every_tag_is_explained_and_used() {
    for ApiDocument { name, document } in api_documents().unwrap() {
        let explained: BTreeSet<_> = names(&document["tags"]).into_iter().map(str::to_owned).collect();
        let operations = operations();
        let own = operations.iter().filter(|(place, _)| place.split(':').next() == Some(name));
        let used = own.flat_map(|(_, operation)| operation["tags"].as_array().unwrap());
        assert_eq!(used.map(|tag| tag.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), explained);
    }
}

/// What is said of the body of an answer, whose type is one of JSON.
fn content(answer: &Value) -> Value {
    let types = answer["content"].as_object().into_iter().flatten();
    let mut json =
        types.filter(|(name, _)| ["application/json", "application/problem+json"].contains(&name.as_str()));
    json.next().map(|(_, content)| content.clone()).unwrap_or_default()
}

#[test]
fn every_answer_has_a_body_a_description_and_the_requests_id() {
    for (place, operation) in operations() {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            // What the client has already is not sent again.
            let has_body = content(answer)["schema"].is_object();
            assert!(has_body || status == "304", "{place} {status}");
            assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()), "{place} {status}");
            assert!(answer["headers"]["x-request-id"].is_object(), "{place} {status}");
        }
    }
}

#[test]
fn every_operation_may_find_its_caller_unknown_or_the_service_out_of_order() {
    for (place, operation) in operations() {
        for always in ["401", "403", "500", "503", "504"] {
            let answer = &operation["responses"][always];
            let examples = content(answer)["examples"].clone();
            assert!(examples.as_object().is_some_and(|examples| !examples.is_empty()), "{place} {always}");
        }
        assert!(operation["responses"]["503"]["headers"]["retry-after"].is_object(), "{place}");
        assert!(operation["responses"]["401"]["headers"]["www-authenticate"].is_object(), "{place}");
    }
}

#[test]
fn refusals_follow_from_what_an_operation_reads() {
    // A body, a path, a conflict, a name.
    let create = ["201", "400", "401", "403", "404", "409", "413", "422", "429", "500", "503", "504"];
    assert_eq!(statuses(&telex("create_integration")), create);
    // A path alone.
    assert_eq!(
        statuses(&telex("list_integrations")),
        ["200", "400", "401", "403", "404", "429", "500", "503", "504"]
    );
    // A path of which Telex knows no 400, and a tag.
    assert_eq!(
        statuses(&telex("get_slack_access")),
        ["200", "304", "401", "403", "404", "429", "500", "503", "504"]
    );
    // A path, and a change that may be meant for one version.
    assert_eq!(
        statuses(&telex("delete_integration")),
        ["200", "400", "401", "403", "404", "412", "429", "500", "503", "504"]
    );
}

#[test]
fn a_bad_body_is_documented_as_the_operation_says_it() {
    let exchange = telex("exchange_slack_code");
    assert_eq!(
        statuses(&exchange),
        ["200", "401", "403", "404", "409", "413", "422", "429", "500", "503", "504"]
    );
    let examples = &exchange["responses"]["401"]["content"]["application/json"]["examples"];
    assert_eq!(examples["unknown_caller"]["value"]["message"], "Unauthorized");
    assert_eq!(examples["invalid"]["value"]["message"], "Invalid request body");
    assert!(exchange["responses"]["500"]["headers"]["retry-after"].is_object());
}

#[test]
fn an_answer_that_may_show_secrets_says_that_no_cache_keeps_it() {
    let headers = |name: &str| telex(name)["responses"]["200"]["headers"].clone();
    assert!(headers("get_integration")["cache-control"].is_object());
    assert!(headers("list_integrations").get("cache-control").is_none());
    assert!(headers("add_setting")["location"].is_object());
}

#[test]
fn a_success_is_documented_in_its_envelope_and_in_its_words() {
    let body = |name: &str, status: &str| {
        telex(name)["responses"][status]["content"]["application/json"]["schema"].clone()
    };
    let deleted = body("delete_custom_integration", "200");
    assert_eq!(deleted["required"], json!(["status", "status_code", "message"]));
    assert_eq!(deleted["properties"]["message"]["enum"], json!(["Integrations deleted successfully"]));
    let created = body("create_integration", "201");
    assert_eq!(created["properties"]["status_code"]["enum"], json!([201]));
    assert_eq!(created["properties"]["data"]["$ref"], "#/components/schemas/CreatedView");
}

#[test]
fn a_request_is_shown_by_the_example_that_the_operation_was_written_from() {
    let create = telex("create_integration");
    let request = &create["requestBody"]["content"]["application/json"]["examples"];
    assert_eq!(request["TX-03"]["value"]["name"], "teleximsss");
    let answer = &create["responses"]["201"]["content"]["application/json"]["examples"]["TX-03"]["value"];
    assert_eq!(answer["data"]["id"], "0192202e-b6f3-7d23-8025-3f60675cc031");
    // A request that is refused is no example of one.
    assert_eq!(request.as_object().unwrap().len(), 1);
    assert!(create["responses"]["409"]["content"]["application/json"]["examples"]["TX-E4"].is_object());
}

mod planted {
    use actix_web::{HttpRequest, HttpResponse};
    use patchbay_application::{AppError, AuthRefusal, Conflict};
    use patchbay_domain::Permission;
    use secrecy::SecretString;
    use utoipa::openapi::{RefOr, Schema};

    use super::*;
    use crate::kernel::document::{About, Documented, Undocumented, document_of};
    use crate::kernel::{Dialect, Mount, Operation, Refusal, Routes, Seen, endpoint, timestamp};

    /// A dialect of one operation, whose examples and status of conflicts are chosen.
    struct Planted<const EXAMPLE: u8>;

    static MAKE: Operation<Planted<0>> = Operation::on::<()>("make", Permission::AuditRead, &())
        .refused_with(|| vec![AppError::Conflict(Conflict::InProgress)]);
    static MAKE_WRONG: Operation<Planted<1>> = Operation::on::<()>("make", Permission::AuditRead, &());

    #[utoipa::path(post, path = "/things", responses((status = 202, body = String)))]
    async fn make(_: HttpRequest) -> HttpResponse {
        HttpResponse::Accepted().finish()
    }

    fn routes(routes: &mut Routes<Planted<0>>) {
        routes.add(&MAKE, endpoint!(self::make));
    }

    fn wrong(routes: &mut Routes<Planted<1>>) {
        routes.add(&MAKE_WRONG, endpoint!(self::make));
    }

    macro_rules! dialect {
        ($which:literal, $routes:ident, $examples:literal) => {
            impl Dialect for Planted<$which> {
                const NAME: &'static str = "planted";
                const BASES: &'static [&'static str] = &["/v7"];
                const MOUNTS: &'static [Mount<Self>] = &[Mount { prefix: "/made", routes: $routes }];
                type Words = ();

                fn presented(_: &actix_web::dev::RequestHead) -> Result<SecretString, AuthRefusal> {
                    Err(AuthRefusal::Missing)
                }

                fn render(seen: &Seen<'_, Self>, refusal: &Refusal) -> HttpResponse {
                    match refusal {
                        Refusal::App(AppError::Internal(_)) => HttpResponse::InternalServerError()
                            .json((timestamp(seen.at), seen.error_id.map(|id| id.to_string()))),
                        _ if seen.error_id.is_some() => HttpResponse::Gone().finish(),
                        Refusal::App(AppError::Conflict(_)) => HttpResponse::Locked().json("locked"),
                        _ => HttpResponse::ImATeapot().json("no"),
                    }
                }
            }

            impl Documented for Planted<$which> {
                type ErrorBody = String;
                const EXAMPLES: &'static str = $examples;

                fn about() -> About {
                    About { title: "planted", description: "", tags: &[], keys: Vec::new() }
                }

                fn success(_: &Operation<Self>, _: u16, data: Option<RefOr<Schema>>) -> RefOr<Schema> {
                    data.unwrap()
                }
            }
        };
    }

    dialect!(0, routes, "");
    dialect!(
        1,
        wrong,
        r#"{"id":"X-1","req":{"method":"GET","path":"/made/things"},"res":{"status":200,"body":1},"volatile":[]}"#
    );

    #[test]
    fn a_dialect_documents_its_own_refusals_in_its_own_shape() {
        let document = document_of::<Planted<0>>().unwrap();
        let made = &document["paths"]["/made/things"]["post"];
        assert_eq!(statuses(made), ["202", "418", "423", "500"]);
        let locked = &made["responses"]["423"]["content"]["application/json"]["examples"];
        assert_eq!(locked["request_in_progress"]["value"], "locked");
        assert_eq!(document["servers"], json!([{ "url": "/v7" }]));
    }

    #[test]
    fn what_differs_from_refusal_to_refusal_is_always_the_same_in_a_document() {
        let document = document_of::<Planted<0>>().unwrap();
        let fault = &document["paths"]["/made/things"]["post"]["responses"]["500"];
        let shown = &fault["content"]["application/json"]["examples"]["fault_of_the_service"]["value"];
        let nil = "00000000-0000-0000-0000-000000000000";
        assert_eq!(*shown, json!(["1970-01-01T00:00:00.000000Z", nil]));
    }

    #[test]
    fn an_example_of_no_operation_is_found() {
        let refused = document_of::<Planted<1>>().unwrap_err();
        assert!(matches!(&refused, Undocumented::Example(id) if id == "X-1"), "{refused}");
    }
}
