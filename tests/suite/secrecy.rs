//! A secret that was handed in is found nowhere: not in the database, not in the log, not in
//! a refusal. As it is, as hex digits, as base64 or turned round; while the service runs,
//! after a kill and after a restart.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Marker, Place, Service, Telex, master_key_bytes};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, every};

const CREATED: &str = "xoxb-created-5d1f0a7c93e24b8806-credential";
const CHANGED: &str = "xoxb-changed-77c2b1e94fa05d3386-credential";
const REFUSED: &str = "xoxb-refused-1b6ad0e85c7f42993e-credential";
const DELETED: &str = "xoxb-deleted-c04e7b25d8136fa9e2-credential";
const SETTING: &str = "xoxb-setting-e81b3c60fd7a42951d-of-the-shop";
const OVERWRITTEN: &str = "xoxb-overwritten-0d93f5a62e7c41b8-value";
const OF_CHANNEL: &str = "xoxb-channels-6fa4d2719ce05b83ae-own-one";
const TAKEN_AWAY: &str = "xoxb-taken-away-b27e09d14fc86a53-setting";

/// Everything that must stay unseen, with the text of a caller's key among it.
fn markers(acme: &Acme) -> Vec<Marker> {
    vec![
        Marker::of_text("the created credential", CREATED),
        Marker::of_text("the changed credential", CHANGED),
        Marker::of_text("the refused credential", REFUSED),
        Marker::of_text("the deleted credential", DELETED),
        Marker::of_text("the setting", SETTING),
        Marker::of_text("the overwritten setting", OVERWRITTEN),
        Marker::of_text("the channel's setting", OF_CHANNEL),
        Marker::of_text("the setting that was taken away", TAKEN_AWAY),
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

/// The same with settings of an integration, as a whole and for channels.
async fn hand_in_settings(acme: &Acme, id: &str) -> Result<Vec<Answer>> {
    let (whole, general) = (acme.telex.settings(id), acme.telex.channel(id, "general"));
    for (settings, kept) in [(&whole, SETTING), (&general, OF_CHANNEL)] {
        let token = settings.put("bot token", OVERWRITTEN).await?;
        settings.put("bot token", kept).await?;
        // Still a secret under a label that does not say so.
        drop(settings.change(&token, &json!({ "form_field_label": "note" })).await?.expect_status(200));
        let gone = settings.put("password", TAKEN_AWAY).await?;
        drop(settings.list().await?.expect_status(200));
        drop(settings.delete(&gone).await?.expect_status(200));
    }
    drop(general.request("GET", "?effective=true").send().await?.expect_status(200));
    let deleted = acme.telex.created(&json!({ "name": "with settings", "json_url": "x" })).await?;
    acme.telex.channel(&deleted, "random").put("password", TAKEN_AWAY).await?;
    drop(acme.telex.delete(&deleted).await?.expect_status(200));

    let reader = acme.may(&["settings:read"]).await?;
    let pair = |label: &str, value: &str| json!({ "form_field_label": label, "form_field_value": value });
    let half = format!(r#"{{"form_field_label":"token","form_field_value":"{REFUSED}"#);
    let entry = json!({ "setting_entry": { "field_name": "token", "value": REFUSED } });
    let custom = |telex: &Telex| telex.settings(&format!("custom/{id}")).request("PUT", "");
    Ok(vec![
        whole.add(&pair("token", &format!("{REFUSED}{}", "x".repeat(8192)))).await?,
        whole.add(&pair("token", &format!("{REFUSED}\0"))).await?,
        whole.add(&json!({ "form_field_label": "token", "form_field_value": [REFUSED] })).await?,
        whole.add(&json!({ "form_field_label": [REFUSED], REFUSED: REFUSED })).await?,
        whole.request("POST", "").body(half).send().await?,
        whole.request("PUT", "").json(&pair("token", REFUSED)).send().await?,
        whole.change_some(&json!({ "id": REFUSED, "form_field_value": REFUSED })).await?,
        whole
            .request("PATCH", &format!("?setting_id={REFUSED}"))
            .json(&pair("token", REFUSED))
            .send()
            .await?,
        general.change(id, &pair("token", REFUSED)).await?,
        general.request("GET", &format!("?effective={REFUSED}")).send().await?,
        acme.telex.channel("no-uuid", "general").add(&pair("token", REFUSED)).await?,
        reader.settings(id).add(&pair("token", REFUSED)).await?,
        custom(&acme.telex).json(&entry).send().await?,
        custom(&acme.telex).json(&json!({ "setting_entry": REFUSED })).send().await?,
        custom(&reader).json(&entry).send().await?,
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

    let mut refusals = hand_in(&acme).await?;
    let kept = every(&acme.telex.list().await?, "id").remove(0);
    refusals.extend(hand_in_settings(&acme, &kept).await?);
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
    assert_eq!(telex.settings(&kept).value().await?, SETTING);
    assert_eq!(telex.channel(&kept, "general").value().await?, OF_CHANNEL);
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

    let marker = Marker::of_text("planted", SETTING);
    assert_eq!(marker.found_in(&places()?), [""; 0]);
    let id = every(&acme.telex.list().await?, "id").remove(0);
    acme.telex.settings(&id).put("a harmless label", SETTING).await?;
    assert!(!marker.found_in(&places()?).is_empty(), "a plain value is stored as it came");
    Ok(())
}
