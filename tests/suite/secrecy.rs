//! A secret that was handed in is found nowhere: not in the database, not in the log, not in
//! a refusal. As it is, as hex digits, as base64 or turned round; while the service runs,
//! after a kill and after a restart.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Marker, Place, Service, master_key_bytes};
use rstest::rstest;
use serde_json::json;

use crate::given::Acme;

const CREATED: &str = "xoxb-created-5d1f0a7c93e24b8806-credential";
const CHANGED: &str = "xoxb-changed-77c2b1e94fa05d3386-credential";
const REFUSED: &str = "xoxb-refused-1b6ad0e85c7f42993e-credential";
const DELETED: &str = "xoxb-deleted-c04e7b25d8136fa9e2-credential";

/// Everything that must stay unseen, with the text of a caller's key among it.
fn markers(acme: &Acme) -> Vec<Marker> {
    vec![
        Marker::of_text("the created credential", CREATED),
        Marker::of_text("the changed credential", CHANGED),
        Marker::of_text("the refused credential", REFUSED),
        Marker::of_text("the deleted credential", DELETED),
        Marker::of_text("the API key", &acme.key),
        Marker::of_bytes("the master key", &master_key_bytes("k1")),
    ]
}

fn expect_none_of(markers: &[Marker], places: &[Place]) {
    let found: Vec<_> = markers.iter().flat_map(|marker| marker.found_in(places)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// Hands in every secret in every way that there is, and answers the refusals.
async fn hand_in(acme: &Acme) -> Result<Vec<Answer>> {
    let telex = &acme.telex;
    let named = |name: &str, credential: &str| json!({ "name": name, "json_url": "x", "auth_credential": credential });
    let id = telex.created(&named("kept", CREATED)).await?;
    drop(telex.update(&id, &json!({ "auth_credential": CHANGED })).await?.expect_status(200));
    let deleted = telex.created(&named("deleted", DELETED)).await?;
    drop(telex.find(&deleted).await?.expect_status(200));
    drop(telex.delete(&deleted).await?.expect_status(200));
    drop(telex.list().await?.expect_status(200));

    let reader = acme.may(&["integrations:read"]).await?;
    let half = format!(r#"{{"auth_credential":"{REFUSED}","#);
    Ok(vec![
        telex.create(&named("kept", REFUSED)).await?,
        telex.create(&named("", REFUSED)).await?,
        telex.create(&named(REFUSED, &format!("{REFUSED}{}", "x".repeat(8192)))).await?,
        telex.create(&json!({ "name": { REFUSED: REFUSED }, REFUSED: [REFUSED] })).await?,
        telex.update(&id, &json!({ "auth_credential": [REFUSED] })).await?,
        telex.update(&deleted, &json!({ "auth_credential": REFUSED })).await?,
        telex.request("POST", "").body(half).send().await?,
        telex.request("POST", "").body(format!("{REFUSED}{}", " ".repeat(300_000))).send().await?,
        telex.request("PUT", "").json(&named("x", REFUSED)).send().await?,
        telex.request("POST", "/nothing").json(&named("x", REFUSED)).send().await?,
        telex.about("no-uuid").create(&named("x", REFUSED)).await?,
        reader.create(&named("x", REFUSED)).await?,
        telex.with_key(REFUSED).list().await?,
        telex.with_key(&format!("{}0", acme.key)).list().await?,
        telex.anonymous("GET", "").header("x-agent-api-key", REFUSED).send().await?,
        telex.anonymous("GET", "").header("authorization", format!("Basic {}", acme.key)).send().await?,
    ])
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_secret_is_found_outside_of_the_answers_that_show_it(#[case] backend: Backend) -> Result<()> {
    let service = Service::builder(backend).config("telemetry.level", "'trace'").start().await?;
    let mut acme = Acme::of(service).await?;
    let markers = markers(&acme);

    let refusals = hand_in(&acme).await?;
    for refusal in refusals {
        assert!((400..500).contains(&refusal.status), "{refusal}");
        let headers = format!("{:?}", refusal.headers);
        expect_none_of(
            &markers,
            &[Place::new("a refusal", refusal.text), Place::new("its headers", headers)],
        );
    }
    expect_none_of(&markers, &acme.service.database().bytes()?);

    acme.service.server_mut().kill9().await?;
    expect_none_of(&markers, &acme.service.database().bytes()?);

    acme.service.restart().await?;
    let telex = acme.service.telex("", &acme.tenant, &acme.key);
    assert_eq!(telex.list().await?.expect_status(200).json()["data"][0]["app_name"], "kept");
    let verified = acme.service.command(&["secrets", "verify"]).await?.expect_status(0);
    let said = [Place::new("verify", verified.stdout), Place::new("verify", verified.stderr)];
    expect_none_of(&markers, &said);
    assert!(acme.service.server_mut().terminate().await?.success());
    expect_none_of(&markers, &acme.service.database().bytes()?);

    let logs = acme.service.server().outputs()?;
    let talkative = logs.iter().any(|log| ["TRACE", "DEBUG"].iter().any(|level| log.text().contains(level)));
    assert!(talkative, "nothing is said at this level: the test shows nothing");
    expect_none_of(&markers, &logs);
    Ok(())
}

/// The test above finds nothing: this one shows that it would.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_secret_in_the_wrong_place_would_be_found(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let places = || acme.service.database().bytes();
    let marker = Marker::of_text("planted", CREATED);
    assert_eq!(marker.found_in(&places()?), [""; 0]);
    acme.telex
        .created(&json!({ "name": "shop", "json_url": format!("an address with {CREATED} in it") }))
        .await?;
    assert!(!marker.found_in(&places()?).is_empty(), "an address is stored as it came");
    Ok(())
}
