//! Links by which people connect integrations of Slack that Novu's clients made: followed in a
//! browser, through the sandbox's Slack.

use anyhow::{Context, Result};
use patchbay_tests::{Answer, Backend, InstallationBuilder, Request, novu_fixture};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::Acme;
use crate::oauth_browsers::{Connecting, DONE, expect_page};

const CONNECTIONS: &str = "/integrations/channel-connections/oauth";
const CHAT: &str = "/integrations/chat/oauth";

/// A request of Novu's to the service of `acme`, with `key`.
fn by(acme: &Acme, key: &str, method: &str, below: &str) -> Request {
    let request = acme.service.http().request(method, &format!("/v1{below}"));
    request.header("authorization", format!("ApiKey {key}"))
}

async fn posted(acme: &Acme, below: &str, body: &Value) -> Result<Answer> {
    by(acme, &acme.key, "POST", below).json(body).send().await
}

/// Adds an integration of Slack that is in use and is called `identifier`.
async fn slack(acme: &Acme, identifier: &str, credentials: &Value) -> Result<String> {
    let body = json!({
        "providerId": "slack", "channel": "chat", "identifier": identifier, "credentials": credentials,
        "active": true
    });
    let made = posted(acme, "/integrations", &body).await?.expect_status(201).json();
    Ok(made["data"]["_id"].as_str().context("no id")?.to_owned())
}

/// The credentials of an application that the sandbox's Slack knows.
fn application(connecting: &Connecting) -> Value {
    let sandbox = &connecting.sandbox;
    json!({ "applicationId": "A1", "clientId": sandbox.client_id(), "secretKey": sandbox.client_secret() })
}

/// The link of an answer.
fn link_of(answer: Answer) -> String {
    let answer = answer.expect_status(201);
    answer.json()["data"]["url"].as_str().unwrap_or_default().to_owned()
}

/// The refusal's message.
fn refused(answer: Answer, status: u16) -> String {
    let answer = answer.expect_status(status);
    answer.json()["message"].as_str().unwrap_or_default().to_owned()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_person_connects_a_team_as_its_own_application(#[case] backend: Backend) -> Result<()> {
    // The sandbox's Slack knows no such application: it would send nobody on.
    let set = |builder: InstallationBuilder| {
        builder
            .config("providers.slack.client_id", "'unknown'")
            .config("providers.slack.client_secret", "'x'")
    };
    let connecting = Connecting::with(backend, set).await?;
    let acme = &connecting.acme;
    let id = slack(acme, "slack-main", &application(&connecting)).await?;
    let mut browser = connecting.browser();
    let present = |request: Request| request.header("authorization", format!("ApiKey {}", acme.key));
    let begun = novu_fixture("NV-18")?.play(&acme.service.http(), "/v1", &[], present).await?;
    assert_eq!(begun.header("cache-control"), "no-store");
    let link = link_of(begun);
    let path = link.split_once("/oauth/start/").map(|(_, path)| path.len());
    assert_eq!(path, Some(43), "{link}");
    let page = browser.leave(&link).await?;
    assert!(page.says("chat:write, users:read") && !page.says("incoming-webhook"));
    drop(expect_page(browser.open(&page.link("allow")?).await?, 200, "Connected"));
    assert_eq!(connecting.health(&id).await?["state"], "valid");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_older_path_does_the_same_and_asks_for_what_everybody_is_asked(
    #[case] backend: Backend,
) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let acme = &connecting.acme;
    slack(acme, "slack-main", &application(&connecting)).await?;
    let present = |request: Request| request.header("authorization", format!("ApiKey {}", acme.key));
    let begun = novu_fixture("NV-19")?.play(&acme.service.http(), "/v1", &[], present).await?;
    let mut browser = connecting.browser();
    let page = browser.leave(&link_of(begun)).await?;
    assert!(page.says("incoming-webhook, chat:write"));
    drop(expect_page(browser.open(&page.link("allow")?).await?, 200, "Connected"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_team_that_was_made_elsewhere_is_known_by_what_its_list_calls_it(
    #[case] backend: Backend,
) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let acme = &connecting.acme;
    let (_, id) = (connecting.team().await?, connecting.team().await?);
    let shown = by(acme, &acme.key, "GET", &format!("/integrations/{id}")).send().await?.expect_status(200);
    let identifier = shown.json()["data"]["identifier"].clone();
    let begun = posted(acme, CONNECTIONS, &json!({ "integrationIdentifier": identifier })).await?;
    let shown = connecting.browser().choose(&link_of(begun), "allow").await?;
    drop(expect_page(shown, 200, "Connected"));
    assert_eq!(connecting.health(&id).await?["state"], "valid");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_owner_says_where_people_go_as_far_as_the_operator_allows_it(
    #[case] backend: Backend,
) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let acme = &connecting.acme;
    let going_to = |url: &str| {
        let mut credentials = application(&connecting);
        credentials["redirectUrl"] = json!(url);
        credentials
    };
    let id = slack(acme, "allowed", &going_to(DONE)).await?;
    slack(acme, "elsewhere", &going_to("https://evil.example/")).await?;
    let mut browser = connecting.browser();
    let begun = posted(acme, CHAT, &json!({ "integrationIdentifier": "allowed" })).await?;
    let sent = browser.choose(&link_of(begun), "allow").await?.expect_status(303);
    assert_eq!(sent.header("location"), format!("{DONE}&status=connected&integration={id}"));
    let begun = posted(acme, CHAT, &json!({ "integrationIdentifier": "elsewhere" })).await?;
    drop(expect_page(browser.choose(&link_of(begun), "allow").await?, 200, "Connected"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_nobody_can_be_sent_to_is_refused_in_the_words_of_novu(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let acme = &connecting.acme;
    let present = |request: Request| request.header("authorization", format!("ApiKey {}", acme.key));
    novu_fixture("NV-E9")?.play(&acme.service.http(), "/v1", &[], present).await?;
    let half = json!({ "clientId": "an-id" });
    let half = json!({ "providerId": "slack", "channel": "chat", "identifier": "half", "credentials": half });
    drop(posted(acme, "/integrations", &half).await?.expect_status(201));
    let half = posted(acme, CHAT, &json!({ "integrationIdentifier": "half" })).await?;
    let said = "Integration validation failed: credentials.secretKey is required by slack";
    assert_eq!(refused(half, 400), said);
    let discord = json!({ "providerId": "discord", "channel": "chat", "identifier": "discord-main" });
    drop(posted(acme, "/integrations", &discord).await?.expect_status(201));
    let discord = posted(acme, CONNECTIONS, &json!({ "integrationIdentifier": "discord-main" })).await?;
    assert_eq!(refused(discord, 400), "OAuth not supported: this provider is not configured");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_organisation_has_no_such_integration(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let acme = &connecting.acme;
    slack(acme, "slack-main", &application(&connecting)).await?;
    let stranger = acme.service.organisation("stranger").await?.full_key().await?;
    let asked = json!({ "integrationIdentifier": "slack-main" });
    let answer = by(acme, &stranger, "POST", CONNECTIONS).json(&asked).send().await?;
    assert_eq!(refused(answer, 404), "Integration not found: slack-main");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_fault_of_a_body_is_told_at_once(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for path in [CONNECTIONS, CHAT] {
        let body = json!({ "integrationIdentifier": 7, "scope": ["fine", "a b", ""] });
        let answer = posted(&acme, path, &body).await?.expect_status(422);
        let errors = answer.json()["errors"].clone();
        let expected = json!({
            "integrationIdentifier": { "messages": ["integrationIdentifier must be a string"], "value": 7 },
            "scope.1": {
                "messages": ["scope.1 may contain only visible characters other than commas"], "value": "a b"
            },
            "scope.2": { "messages": ["scope.2 must not be empty"], "value": "" },
        });
        assert_eq!(errors, expected);
        let missing = posted(&acme, path, &json!({ "scope": "chat:write" })).await?.expect_status(422);
        let errors = missing.json()["errors"].clone();
        let names: Vec<_> = errors.as_object().context("no errors")?.keys().cloned().collect();
        assert_eq!(names, ["integrationIdentifier", "scope"]);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_request_again_is_answered_with_the_same_link(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let acme = &connecting.acme;
    slack(acme, "slack-main", &application(&connecting)).await?;
    let asked = json!({ "integrationIdentifier": "slack-main" });
    let named =
        || by(acme, &acme.key, "POST", CONNECTIONS).header("idempotency-key", "k-1").json(&asked).send();
    let first = link_of(named().await?);
    let again = named().await?;
    assert_eq!(again.header("idempotency-replay"), "true");
    assert_eq!((link_of(again), first.is_empty()), (first.clone(), false));
    Ok(())
}
