//! What Telex's clients rely on most, point by point. Some points are tested here, over all
//! routes at once; the others where the thing itself is tested:
//!
//! 1. Every pair of the contract under both prefixes: here, and `telex_*::fixtures`.
//! 2. The order of members in each view: here.
//! 3. No `data` where nothing is shown: here.
//! 4. Messages byte for byte: here.
//! 5. Which setting T9 means: `telex_settings::some_setting`.
//! 6. T19 with none, one and three settings: `telex_settings::custom`.
//! 7. Of parallel equal creations one succeeds: `telex_integrations::conflicts`.
//! 8. Another organisation's key is answered 404 everywhere: here.
//! 9. Secrets are masked, and a mask written back changes nothing: here.
//! 10. What the provider of Slack answers: with the operations about Slack.
//! 11. Deleting an integration empties its settings and channels: `telex_settings::life`.
//! 12. `custom` is never an id: here.
//! 13. Loopback is not asked for manifests: `telex_custom::refusals`.
//! 14. A key that may only read writes nothing: here.

use std::path::Path;

use anyhow::{Context, Result};
use patchbay_tests::{Answer, Backend, Settings, Telex, telex_fixture};
use proc_macro2::TokenTree;
use rstest::rstest;
use serde_json::{Value, json};
use syn::{Attribute, Item};

use crate::given::{Acme, CREDENTIAL, MASKED, UNKNOWN_ID, an_integration, refused};
use crate::telex_routes::{ROUTES, Route, Routed};

/// Whoever adds a pair to the fixtures has it played: by [`crate::play`], which knows both
/// prefixes.
#[test]
fn point_1_every_pair_is_played_under_both_prefixes() -> Result<()> {
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite");
    let mut played = String::new();
    for folder in std::fs::read_dir(&suites)? {
        let file = folder?.path().join("fixtures.rs");
        if file.exists() {
            played += &std::fs::read_to_string(&file)?;
        }
    }
    assert!(played.contains("plays("), "no fixtures are found in {}", suites.display());
    for id in (1..=19).map(|n| format!("TX-{n:02}")).chain((1..=9).map(|n| format!("TX-E{n}"))) {
        let is_played = played.contains(&format!("\"{id}\""));
        assert_eq!(is_played, telex_fixture(&id).is_ok(), "{id}");
    }
    Ok(())
}

/// The routes about Slack (T1, T2): what they answer takes a provider that answers. Whoever
/// gives [`Routed`] one moves them to the table.
const TESTED_APART: [&str; 2] = ["/organisations/{org}/token-exchg", "/organisations/{org}"];

/// Whoever adds a route to the dialect gives it a row in the table, and with it all that is
/// tested of every route.
#[test]
fn the_table_of_routes_has_every_route_of_the_dialect() -> Result<()> {
    let handlers =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/patchbay-http/src/dialects/telex/handlers");
    let mut registered = Vec::new();
    for file in std::fs::read_dir(handlers)? {
        let file = syn::parse_file(&std::fs::read_to_string(file?.path())?)?;
        for item in file.items {
            let Item::Fn(handler) = item else { continue };
            registered.extend(handler.attrs.iter().filter_map(registration));
        }
    }
    registered.retain(|(_, path)| !TESTED_APART.contains(&path.as_str()));
    for (method, path) in &registered {
        let is_row = |row: &&Route| {
            let known = row.path.split('?').next().unwrap_or_default();
            let known = known.replace("{custom}", "{integration}").replace("{channel_setting}", "{setting}");
            row.method == method && known.ends_with(path.as_str())
        };
        assert_eq!(ROUTES.iter().filter(is_row).count(), 1, "rows of {method} {path}");
    }
    assert_eq!(registered.len(), ROUTES.len());
    Ok(())
}

/// Method and path of an attribute like `#[utoipa::path(get, path = "/path", …)]`.
fn registration(attribute: &Attribute) -> Option<(String, String)> {
    let is_path = attribute.path().segments.last().is_some_and(|last| last.ident == "path");
    let list = attribute.meta.require_list().ok().filter(|_| is_path)?;
    let mut tokens = list.tokens.clone().into_iter();
    let Some(TokenTree::Ident(method)) = tokens.next() else { return None };
    let path = tokens.find_map(|token| match token {
        TokenTree::Literal(path) => Some(path.to_string().trim_matches('"').to_owned()),
        _ => None,
    });
    Some((method.to_string().to_uppercase(), path?))
}

/// The members of an answer's `data`, or of its elements, in order.
fn members(data: &Value) -> Vec<String> {
    let shown = data.as_array().map_or(Some(data), |list| list.first());
    shown.and_then(Value::as_object).map(|object| object.keys().cloned().collect()).unwrap_or_default()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_2_every_view_has_its_members_in_order(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let listed = "id app_name json_url app_url app_logo app_description";
    let changed = "id name json_url auth_credential integration_type is_system_integration created_at";
    let expected = [
        (
            "T3",
            "id name json_url json_schema auth_credential integration_type is_system_integration created_at"
                .to_owned(),
        ),
        ("T4", format!("{listed} is_system_integration is_active created_at updated_at")),
        (
            "one integration",
            format!(
                "{listed} is_system_integration is_active created_at updated_at name integration_type auth_credential"
            ),
        ),
        ("T5", changed.to_owned()),
        ("T6", changed.to_owned()),
        ("T8", "id org_id integration_id form_field_value form_field_label created_at updated_at".to_owned()),
        (
            "T11",
            "id org_id integration_id channel_id form_field_value form_field_label created_at updated_at"
                .to_owned(),
        ),
        ("T15", format!("{listed} is_active created_at updated_at")),
        ("T19", "field_name value".to_owned()),
        ("verification", "state checked_at reason".to_owned()),
    ];
    for route in ROUTES.iter().filter(|route| route.shows) {
        let answer = routed.send_to(route, &routed.path(route)).await?.expect_status(route.done.0).json();
        let order = expected.iter().find(|(name, _)| *name == route.name);
        let (_, order) = order.with_context(|| format!("it is not said what {} shows", route.name))?;
        let shown = members(&answer["data"]);
        // T19 shows all pairs beside the latest where there are several.
        assert_eq!(shown[..order.split(' ').count()].join(" "), *order, "{}", route.name);
        assert!(route.name == "T19" || shown.len() == order.split(' ').count(), "{answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn points_3_and_4_every_route_has_its_message_and_data_only_where_it_shows_something(
    #[case] backend: Backend,
) -> Result<()> {
    let routed = Routed::on(backend).await?;
    for route in ROUTES {
        let answer = routed.send_to(route, &routed.path(route)).await?;
        let (status, message) = route.done;
        let answer = answer.expect_status(status);
        let start = format!(r#"{{"status":"success","status_code":{status},"message":"{message}""#);
        let shown = answer.text.strip_prefix(&start);
        let shown = shown.with_context(|| format!("{}: {answer} does not begin with {start}", route.name))?;
        let is_right = if route.shows { shown.starts_with(r#","data":"#) } else { shown == "}" };
        assert!(is_right, "{}: {answer}", route.name);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_8_a_key_of_one_organisation_is_answered_404_about_another_by_every_route(
    #[case] backend: Backend,
) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let globex = routed.acme.service.organisation("globex").await?;
    let key = globex.full_key().await?;
    let before = stored(&routed.acme)?;
    for route in ROUTES {
        let theirs = routed.request_with(&key, route).json(&routed.body(route)).send().await?;
        let nowhere = routed.path_but(route, ("{org}", UNKNOWN_ID));
        let nowhere = routed.acme.service.http().request(route.method, &nowhere).bearer(&key);
        let nowhere = nowhere.json(&routed.body(route)).send().await?;
        assert_eq!(theirs.text, nowhere.text, "an organisation can be told from none");
        refused(theirs, 404, route.no_organisation);
    }
    assert_eq!(stored(&routed.acme)?, before);
    Ok(())
}

/// Everything that a write would change.
fn stored(acme: &Acme) -> Result<Vec<String>> {
    acme.service.database().texts(
        "SELECT 'integration ' || id || ' ' || version || ' ' || name AS text FROM integrations \
         UNION ALL SELECT 'setting ' || id || ' ' || version || ' ' || label FROM settings \
         UNION ALL SELECT 'event ' || id FROM events WHERE event_type <> 'key.created' ORDER BY 1",
    )
}

/// The secret of one integration as T5, T6, T8, T11 and T19 show it, in this order; T6 is
/// left out unless it is to be `deleted`.
async fn shown(telex: &Telex, id: &str, deleted: bool) -> Result<Vec<Value>> {
    let settings: [Settings; 2] = [telex.settings(id), telex.channel(id, "general")];
    let credential = |answer: Answer| answer.json()["data"]["auth_credential"].clone();
    let mut shown = vec![credential(telex.update(id, &json!({ "is_active": true })).await?)];
    for settings in settings {
        let listed = settings.list().await?.expect_status(200).json();
        shown.push(listed["data"][0]["form_field_value"].clone());
    }
    shown.push(telex.entries(id, "").await?.expect_status(200).json()["data"]["value"].clone());
    if deleted {
        shown.push(credential(telex.delete(id).await?.expect_status(200)));
    }
    Ok(shown)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_9_secrets_are_masked_and_a_mask_written_back_changes_nothing(
    #[case] backend: Backend,
) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let telex = &routed.acme.telex;
    let id = telex.installed(&routed.manifest(40)).await?;
    drop(telex.update(&id, &json!({ "auth_credential": CREDENTIAL })).await?.expect_status(200));
    let (whole, channel) = (telex.settings(&id), telex.channel(&id, "general"));
    let (of_whole, of_channel) =
        (whole.put("token", CREDENTIAL).await?, channel.put("token", CREDENTIAL).await?);
    let others =
        ["integrations:read", "integrations:write", "settings:read", "settings:write", "oauth:exchange"];
    let unprivileged = routed.acme.may(&others).await?;

    assert_eq!(shown(&unprivileged, &id, false).await?, [MASKED; 4]);
    let back = json!({ "form_field_label": "token", "form_field_value": MASKED });
    let (whole, channel) = (unprivileged.settings(&id), unprivileged.channel(&id, "general"));
    for answer in [
        unprivileged.update(&id, &json!({ "auth_credential": MASKED })).await?,
        whole.add(&back).await?,
        whole.change_some(&back).await?,
        whole.change(&of_whole, &back).await?,
        channel.add(&back).await?,
        channel.change(&of_channel, &back).await?,
        unprivileged.put_entry(&id, "token", &json!(MASKED)).await?,
    ] {
        drop(answer.expect_status(200));
    }
    assert_eq!(shown(telex, &id, false).await?, [CREDENTIAL; 4]);
    assert_eq!(shown(&unprivileged, &id, true).await?, [MASKED; 5]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_12_the_word_custom_is_never_an_id(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    acme.telex.created(&an_integration("custom")).await?;
    drop(acme.telex.list_custom().await?.expect_status(200).json());
    for telex in acme.below_each_prefix() {
        for (method, below) in [("PATCH", "/custom"), ("DELETE", "/custom"), ("PUT", "/custom/")] {
            let answer = telex.request(method, below).json(&json!({ "name": "x" })).send().await?;
            assert_eq!(answer.header("allow"), "GET, HEAD, POST", "{answer}");
            refused(answer, 405, "Method not allowed");
        }
        let channel = telex.channel("custom", "general").list().await?;
        refused(channel, 404, "Organisation or integration not found");
        // What stands behind the word is the id of a custom one.
        let settings = telex.settings("custom").list().await?;
        assert_eq!(settings.header("allow"), "PUT, DELETE", "{settings}");
        refused(settings, 405, "Method not allowed");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_14_a_key_that_may_only_read_is_answered_403_by_every_write(
    #[case] backend: Backend,
) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let reads = ["integrations:read", "settings:read", "credentials:reveal", "webhooks:read", "audit:read"];
    let reader = routed.acme.tenant.key(&reads).await?.text;
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let answer = routed.request_with(&reader, route).send().await?;
        drop(answer.expect_status(route.done.0));
    }
    let before = stored(&routed.acme)?;
    for route in ROUTES.iter().filter(|route| route.method != "GET") {
        let answer = routed.request_with(&reader, route).json(&routed.body(route)).send().await?;
        let error = refused(answer, 403, "Forbidden");
        assert_eq!(error, format!("missing permission: {}", route.permission), "{}", route.name);
    }
    assert_eq!(stored(&routed.acme)?, before);
    Ok(())
}
