//! The table, the documents and the router name the same routes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use patchbay_tests::{Backend, Http, Service};
use rstest::rstest;
use serde_json::Value;

use super::table::{APIS, Api};
use crate::given::UNKNOWN_ID;

/// The methods that a route is asked for. What answers GET answers HEAD, which is no operation
/// of its own.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Routes, each as method and path.
type Routes = BTreeSet<(String, String)>;

/// Routes with the permission that each needs.
type Permissions = BTreeMap<(String, String), String>;

fn route(method: &str, path: &str) -> (String, String) {
    (method.to_uppercase(), path.to_owned())
}

fn in_table(api: &Api) -> Permissions {
    api.rows.iter().map(|row| (route(row.method, row.path), row.permission.to_owned())).collect()
}

/// The operations of a document, and the permissions that they are said to need.
fn in_document(document: &Value) -> Result<Permissions> {
    let mut routes = Permissions::new();
    for (path, item) in document["paths"].as_object().context("no paths")? {
        for (method, operation) in item.as_object().context("no operations")? {
            let permission = operation["x-permission"].as_str().unwrap_or_default();
            routes.insert(route(method, path), permission.to_owned());
        }
    }
    Ok(routes)
}

/// Which of the methods the router knows on each of the paths: without a key it has the
/// gate answer 401; for a method that it does not know, 405 with those that it does.
async fn in_router(http: &Http, prefix: &str, paths: &BTreeSet<&str>) -> Result<Routes> {
    let mut routes = Routes::new();
    for path in paths {
        let parts = path.split('/').map(|part| if part.starts_with('{') { UNKNOWN_ID } else { part });
        let filled = format!("{prefix}{}", parts.collect::<Vec<_>>().join("/"));
        let mut allowed: Option<String> = None;
        let mut known = Vec::new();
        for method in METHODS {
            let answer = http.request(method, &filled).send().await?;
            match answer.status {
                401 => known.push(method),
                405 => {
                    let said = answer.header("allow").to_owned();
                    assert_eq!(*allowed.get_or_insert(said.clone()), said, "{answer}");
                }
                404 => {}
                _ => panic!("neither a gate nor a refusal: {answer}"),
            }
        }
        assert_eq!(allowed.unwrap_or_default(), known.join(", "), "what `Allow` says of {path}");
        assert_eq!(known.contains(&"HEAD"), known.contains(&"GET"), "{path}");
        routes.extend(known.into_iter().filter(|method| *method != "HEAD").map(|method| route(method, path)));
    }
    Ok(routes)
}

/// Where one of the three has a route that another has not.
fn violations(table: &Permissions, document: &Permissions, router: &Routes) -> Vec<String> {
    let all: BTreeSet<_> = table.keys().chain(document.keys()).chain(router).collect();
    let mut violations = Vec::new();
    for route @ (method, path) in all {
        for (place, has_it) in [
            ("table", table.contains_key(route)),
            ("document", document.contains_key(route)),
            ("router", router.contains(route)),
        ] {
            if !has_it {
                violations.push(format!("{method} {path} is not in the {place}"));
            }
        }
        if let (Some(one), Some(other)) = (table.get(route), document.get(route))
            && one != other
        {
            violations.push(format!("{method} {path} needs {one} in the table and {other} in the document"));
        }
    }
    violations
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_table_the_document_and_the_router_name_the_same_routes(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for api in &APIS {
        let document = service.http().get(&format!("/openapi/{}.json", api.name)).send().await?;
        let (table, document) = (in_table(api), in_document(&document.expect_status(200).json())?);
        assert_eq!(table.len(), api.rows.len(), "a route is in the table twice");
        let paths = table.keys().chain(document.keys()).map(|(_, path)| path.as_str()).collect();
        for prefix in api.prefixes {
            let router = in_router(&service.http(), prefix, &paths).await?;
            assert_eq!(violations(&table, &document, &router), [""; 0], "below '{prefix}'");
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_api_has_a_table() -> Result<()> {
    let service = Service::on(Backend::Sqlite).await?;
    let all = service.command(&["openapi"]).await?.expect_status(0).expect_document();
    let names: Vec<_> = all.as_object().context("no APIs")?.keys().cloned().collect();
    assert_eq!(names, APIS.map(|api| api.name));
    for api in &APIS {
        let servers = all[api.name]["servers"].as_array().context("no servers")?.clone();
        let urls = servers.iter().filter_map(|server| server["url"].as_str());
        let mut prefixes: Vec<_> = urls.map(|url| url.trim_end_matches('/')).collect();
        prefixes.sort_unstable();
        assert_eq!(prefixes, api.prefixes, "the table is asked below other prefixes than the document names");
    }
    Ok(())
}

/// Two routes that all three name.
fn planted() -> (Permissions, Permissions, Routes) {
    let routes = [route("GET", "/a"), route("POST", "/a")];
    let permissions: Permissions = routes.iter().map(|route| (route.clone(), "a:read".to_owned())).collect();
    (permissions.clone(), permissions, routes.into())
}

#[test]
fn a_route_that_one_of_the_three_lacks_would_be_found() {
    let (table, document, router) = planted();
    assert_eq!(violations(&table, &document, &router), [""; 0]);

    let (mut table, document, router) = planted();
    table.remove(&route("POST", "/a"));
    assert_eq!(violations(&table, &document, &router), ["POST /a is not in the table"]);

    let (table, mut document, router) = planted();
    document.remove(&route("POST", "/a"));
    assert_eq!(violations(&table, &document, &router), ["POST /a is not in the document"]);

    let (table, document, mut router) = planted();
    router.remove(&route("POST", "/a"));
    assert_eq!(violations(&table, &document, &router), ["POST /a is not in the router"]);
}

#[test]
fn a_row_of_no_route_would_be_found() {
    let (mut table, document, router) = planted();
    table.insert(route("PUT", "/b"), "a:read".to_owned());
    let expected = ["PUT /b is not in the document", "PUT /b is not in the router"];
    assert_eq!(violations(&table, &document, &router), expected);
}

#[test]
fn a_permission_that_the_document_says_otherwise_would_be_found() {
    let (mut table, document, router) = planted();
    table.insert(route("GET", "/a"), "a:write".to_owned());
    let expected = ["GET /a needs a:write in the table and a:read in the document"];
    assert_eq!(violations(&table, &document, &router), expected);
}
