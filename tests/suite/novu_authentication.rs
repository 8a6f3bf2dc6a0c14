//! Who may speak Novu: the key in the header, what it may do, and what it never sees.

use std::collections::BTreeSet;

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Novu};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{faulted, mail};

/// The list, asked for with this header.
async fn asked_with(novu: &Novu, header: &str) -> Result<Answer> {
    novu.anonymous("GET", "/integrations").header("authorization", header).send().await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_request_without_the_header_misses_it(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let answer = acme.novu().await?.anonymous("GET", "/integrations?a=b").send().await?;
    faulted(&answer, 401, "Missing authorization header");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_that_is_unknown_revoked_or_expired_is_not_found(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let revoked = acme.tenant.key_with(&["--all-permissions"]).await?;
    acme.tenant.revoke(&revoked).await?;
    let expired = acme.tenant.key_with(&["--all-permissions", "--expires-in", "0s"]).await?.text;
    let start = format!("ck_{}", "5eed".repeat(14));
    let unknown = format!("{start}{:08x}", crc32fast::hash(start.as_bytes()));
    let mistyped = format!("{}0", acme.key);
    for key in ["nope", &mistyped, &unknown, &revoked.text, &expired] {
        faulted(&acme.revealing_novu().with_key(key).list().await?, 401, "API Key not found");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_scheme_alone_and_that_of_a_dashboard_are_refused_without_a_reason(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let bearer = format!("Bearer {}", acme.key);
    for header in ["ApiKey", "ApiKey ", "apikey", "Bearer", "Bearer nope", "bearer nope", &bearer] {
        faulted(&asked_with(&acme.revealing_novu(), header).await?, 401, "Unauthorized");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn any_other_scheme_is_named(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (header, scheme) in [
        ("Basic YTpi", "Basic".to_owned()),
        ("Digest username=\"a\"", "Digest".to_owned()),
        ("ApiKeys nope", "ApiKeys".to_owned()),
        ("Api-Key nope", "Api-Key".to_owned()),
    ] {
        let message = format!("Invalid authentication scheme: \"{scheme}\"");
        faulted(&asked_with(&acme.revealing_novu(), header).await?, 401, &message);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_without_a_scheme_is_not_said_back(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for header in [acme.key.clone(), format!("{} x", acme.key)] {
        let answer = asked_with(&acme.revealing_novu(), &header).await?.expect_status(401);
        assert!(!answer.text.contains(&acme.key), "{answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_scheme_may_be_written_in_any_case(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for scheme in ["ApiKey", "apikey", "APIKEY", "aPIkEY"] {
        let answer = asked_with(&acme.revealing_novu(), &format!("{scheme} {}", acme.key)).await?;
        drop(answer.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn reading_needs_one_permission_and_writing_the_other(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.novu().await?.created(&mail("a")).await?;
    let reader = acme.revealing_novu().with_key(&acme.tenant.key(&["integrations:read"]).await?.text);
    let writer = acme.revealing_novu().with_key(&acme.tenant.key(&["integrations:write"]).await?.text);
    let status = format!("/integrations/webhook/provider/{id}/status");
    let one = format!("/integrations/{id}");
    for below in [
        "/integrations",
        "/integrations/active",
        one.as_str(),
        status.as_str(),
        "/integrations/email/limit",
        "/integrations/in-app/status",
        "/environments",
        "/environments/me",
    ] {
        faulted(&writer.at("GET", below).send().await?, 403, "Insufficient permissions");
        drop(reader.at("GET", below).send().await?.expect_status(200));
    }
    let set_primary = format!("{one}/set-primary");
    for (method, below, status) in [
        ("POST", "/integrations", 201),
        ("PUT", &one, 200),
        ("PATCH", &one, 200),
        ("POST", &set_primary, 200),
        ("DELETE", &one, 200),
    ] {
        let asked = |novu: &Novu| novu.at(method, below).json(&mail("b")).send();
        faulted(&asked(&reader).await?, 403, "Insufficient permissions");
        drop(asked(&writer).await?.expect_status(status));
    }
    Ok(())
}

/// What an answer says, with everything in it that may differ by right taken out.
fn alike(answer: &Answer, id: &str) -> (u16, Value, BTreeSet<String>) {
    let mut document: Value = serde_json::from_str(&answer.text.replace(id, "{id}")).unwrap();
    document["timestamp"].take();
    // Whether a connection goes on depends on how much of a body had come by then.
    let headers = answer.headers.keys().filter(|name| *name != "connection");
    (answer.status, document, headers.map(ToString::to_string).collect())
}

/// Asserts that what is there for others is answered like what is nowhere.
async fn expect_nothing_of(novu: &Novu, id: &str) -> Result<()> {
    let body = json!({ "name": "taken over", "active": false, "credentials": { "apiKey": "x" } });
    for (method, below) in [
        ("GET", ""),
        ("PUT", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/set-primary"),
        ("GET", "webhook"),
    ] {
        let asked = |id: &str| {
            let below = if below == "webhook" {
                format!("/webhook/provider/{id}/status")
            } else {
                format!("/{id}{below}")
            };
            let request = novu.request(method, &below);
            if method == "GET" || method == "DELETE" { request.send() } else { request.json(&body).send() }
        };
        let (foreign, unknown) = (asked(id).await?, asked(UNKNOWN_ID).await?);
        assert_eq!(foreign.status, 404, "{foreign}");
        assert_eq!(alike(&foreign, id), alike(&unknown, UNKNOWN_ID), "{method}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_belongs_to_another_organisation_is_answered_like_what_is_not_there(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.novu().await?.created(&mail("a")).await?;
    let stranger = acme.service.organisation("another").await?.full_key().await?;
    let stranger = acme.service.novu(&stranger);
    expect_nothing_of(&stranger, &id).await?;
    assert_eq!(stranger.listed("_id").await?, [json!(null); 0]);
    assert_eq!(acme.novu().await?.order("email").await?, ["a 1*"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_in_another_environment_is_not_there_for_a_key_that_is_bound(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.novu().await?.created(&mail("a")).await?;
    let environment = acme.tenant.environment("staging").await?;
    let permissions = ["integrations:read", "integrations:write"];
    let bound = acme.tenant.key_in_environment(&environment, &permissions).await?;
    expect_nothing_of(&acme.service.novu(&bound.text), &id).await?;
    assert_eq!(acme.novu().await?.order("email").await?, ["a 1*"]);
    Ok(())
}
