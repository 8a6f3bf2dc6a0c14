//! What Slack gave, the codes that it was asked with and the client's secret are found
//! nowhere but in the answers that show them: not in the database, not in the log, not in a
//! refusal or a header; after a kill and after a restart neither.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, InstallationBuilder, Marker, Place, Telex};
use rstest::rstest;
use serde_json::json;

use super::{Slacked, connected};
use crate::given::every;

/// The team whose name is in all that Slack gives, and what makes a code a secret.
const TEAM: &str = "leak5d1f0a7c";
const CODE: &str = "93e24b8806-one-time-code-77c2b1e94fa05d33";
const REFUSED: &str = "sandbox-refused-1b6ad0e85c7f42993e-one-time-code";

/// Everything that must stay unseen. The team's name is no secret, so it is looked for
/// together with what stands before it in a token.
fn markers(slacked: &Slacked) -> Vec<Marker> {
    let capitals = TEAM.to_uppercase();
    let token = |begins: &str| format!("{begins}-sandbox-{TEAM}-").into_bytes();
    vec![
        Marker::of_bytes("a code", CODE.as_bytes()),
        Marker::of_text("a refused code", REFUSED),
        Marker::of_bytes("the access token", &token("xoxb")),
        Marker::of_bytes("the user token", &token("xoxp")),
        Marker::of_bytes("the refresh token", &token("xoxe")),
        Marker::of_bytes("the webhook", format!("/services/T{capitals}/B{capitals}").as_bytes()),
        Marker::of_bytes("the client's secret", slacked.sandbox.client_secret().as_bytes()),
        Marker::of_text("the API key", &slacked.acme.key),
    ]
}

fn expect_none_of(markers: &[Marker], places: &[Place]) {
    let found: Vec<_> = markers.iter().flat_map(|marker| marker.found_in(places)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

fn code(kind: &str, number: u32) -> String {
    format!("{kind}-{TEAM}-{number}-{CODE}")
}

/// Has Slack give every kind of secret, keeps some, replaces and deletes others.
async fn hand_in(telex: &Telex) -> Result<()> {
    connected(telex, &code("sandbox-user", 1)).await?;
    drop(telex.replace_slack(&code("sandbox-rotating", 2)).await?.expect_status(200));
    drop(telex.access().await?.expect_status(200));
    let id = every(&telex.list().await?, "id").remove(0);
    drop(telex.update(&id, &json!({ "name": "Ours" })).await?.expect_status(200));
    drop(telex.delete(&id).await?.expect_status(200));
    connected(telex, &code("sandbox-user", 3)).await?;
    Ok(())
}

/// The refusals of codes, and other answers that show nothing.
async fn quiet_answers(slacked: &Slacked) -> Result<Vec<Answer>> {
    let telex = &slacked.acme.telex;
    let reader = slacked.acme.may(&["integrations:read"]).await?;
    let half = format!(r#"{{"oauth_code":"{REFUSED}"#);
    let mut quiet = vec![
        reader.access().await?,
        reader.exchange(REFUSED).await?,
        telex.exchange(REFUSED).await?,
        telex.replace_slack(REFUSED).await?,
        telex.replace_slack(&code("sandbox-ok", 4).repeat(50)).await?,
        telex.replace_slack(&format!("{REFUSED}\0")).await?,
        telex.exchanging("").body(half).send().await?,
        telex.exchanging("").json(&json!({ "oauth_code": [REFUSED] })).send().await?,
        telex.exchanging(&format!("?replace={REFUSED}")).json(&json!({ "oauth_code": "x" })).send().await?,
        telex.about("no-uuid").exchange(REFUSED).await?,
        telex.with_key(REFUSED).exchange(REFUSED).await?,
        telex.list().await?,
    ];
    for kind in ["used", "500", "429", "rubbish", "broken-json", "no-token", "redirect", "flood"] {
        quiet.push(telex.replace_slack(&code(&format!("sandbox-{kind}"), 5)).await?);
    }
    Ok(quiet)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_of_slack_is_found_outside_of_the_answers_that_show_it(
    #[case] backend: Backend,
) -> Result<()> {
    let talkative = |builder: InstallationBuilder| builder.config("telemetry.level", "'trace'");
    let mut slacked = Slacked::with(backend, talkative).await?;
    let markers = markers(&slacked);
    hand_in(&slacked.acme.telex).await?;
    let shown = slacked.acme.telex.access().await?.expect_status(200);
    for answer in quiet_answers(&slacked).await? {
        let headers = Place::new("a header", format!("{:?}", answer.headers));
        expect_none_of(&markers, &[headers, Place::new(&answer.to_string(), answer.text)]);
    }
    expect_none_of(&markers, &slacked.acme.service.database().bytes()?);

    slacked.acme.service.server_mut().kill9().await?;
    expect_none_of(&markers, &slacked.acme.service.database().bytes()?);
    slacked.restart().await?;
    assert_eq!(slacked.acme.telex.access().await?.text, shown.text);
    let verified = slacked.acme.service.command(&["secrets", "verify"]).await?.expect_status(0);
    let said = [Place::new("verify", verified.stdout), Place::new("verify", verified.stderr)];
    expect_none_of(&markers, &said);
    assert!(slacked.acme.service.server_mut().terminate().await?.success());
    expect_none_of(&markers, &slacked.acme.service.database().bytes()?);

    let logs = slacked.acme.service.server().outputs()?;
    assert!(logs.iter().any(|log| log.text().contains("DEBUG")), "nothing is said: the test shows nothing");
    expect_none_of(&markers, &logs);
    Ok(())
}

/// The test above finds nothing: this one shows that it would.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_secret_of_slack_would_be_found(#[case] backend: Backend) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let markers = markers(&slacked);
    let telex = &slacked.acme.telex;
    let given = telex.exchange(&code("sandbox-user", 1)).await?.expect_status(200);
    let seen: Vec<_> =
        markers.iter().flat_map(|m| m.found_in(&[Place::new("T1", given.text.clone())])).collect();
    assert_eq!(seen, ["the access token (plain) in T1", "the webhook (plain) in T1"]);
    for (name, planted) in [
        ("a code", code("sandbox-ok", 2)),
        ("a refused code", REFUSED.to_owned()),
        ("the access token", given.access_token()?),
        ("the user token", format!("xoxp-sandbox-{TEAM}-1")),
        ("the refresh token", format!("xoxe-sandbox-{TEAM}-1")),
        ("the client's secret", slacked.sandbox.client_secret().to_owned()),
    ] {
        telex
            .created(&json!({ "name": name, "json_url": format!("an address with {planted} in it") }))
            .await?;
        let places = slacked.acme.service.database().bytes()?;
        let found: Vec<_> = markers.iter().flat_map(|marker| marker.found_in(&places)).collect();
        assert!(found.iter().any(|found| found.starts_with(name)), "{name} is not found: {found:?}");
    }
    Ok(())
}
