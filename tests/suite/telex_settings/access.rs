//! Who may do what: the key first, then its permissions, then everything else.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::{a_shop, pair};
use crate::given::{UNKNOWN_ID, refused};

/// Every permission there is but those of settings.
const OTHERS: [&str; 14] = [
    "integrations:read",
    "integrations:write",
    "oauth:exchange",
    "credentials:reveal",
    "contacts:read",
    "contacts:write",
    "deals:read",
    "deals:write",
    "agents:read",
    "agents:write",
    "webhooks:read",
    "webhooks:write",
    "keys:write",
    "audit:read",
];

const READ: &str = "settings:read";
const WRITE: &str = "settings:write";

/// Every route: its method, what stands below the integrations (`{i}` is an integration,
/// `{s}` a setting of it and `{c}` one of its channel), the permission that it needs, and what
/// it answers to a key that has it. Custom routes do not know the integration.
const ROUTES: [(&str, &str, &str, u16); 11] = [
    ("POST", "/{i}/settings", WRITE, 200),
    ("GET", "/{i}/settings", READ, 200),
    ("PATCH", "/{i}/settings?setting_id={s}", WRITE, 200),
    ("PATCH", "/{i}/settings/{s}", WRITE, 200),
    ("DELETE", "/{i}/settings/{s}", WRITE, 200),
    ("POST", "/{i}/channels/general/settings", WRITE, 200),
    ("GET", "/{i}/channels/general/settings", READ, 200),
    ("PATCH", "/{i}/channels/general/settings/{c}", WRITE, 200),
    ("DELETE", "/{i}/channels/general/settings/{c}", WRITE, 200),
    ("PUT", "/custom/{i}/settings", WRITE, 404),
    ("GET", "/custom/{i}/settings", READ, 404),
];

/// A body that every writing route takes.
fn body() -> Value {
    let mut body = pair("colour", "blue");
    body["setting_entry"] = json!({ "field_name": "colour", "value": "blue" });
    body
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_preset_for_telex_clients_is_enough_for_every_route(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let key = acme.tenant.key_with(&["--preset", "telex"]).await?;
    let telex = acme.telex.with_key(&key.text);
    for (method, below, _, status) in ROUTES {
        let id = acme.telex.settings(&shop).put("colour", "red").await?;
        let of_channel = acme.telex.channel(&shop, "general").put("colour", "red").await?;
        let below = below.replace("{i}", &shop).replace("{s}", &id).replace("{c}", &of_channel);
        drop(telex.request(method, &below).json(&body()).send().await?.expect_status(status));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_route_wants_a_key_before_anything_else(#[case] backend: Backend) -> Result<()> {
    let (acme, _) = a_shop(backend).await?;
    for telex in acme.below_each_prefix() {
        for (method, below, _, _) in ROUTES {
            let below = below.replace("{i}", "no-uuid").replace("general", "%ff");
            let answer = telex.about("no-uuid").anonymous(method, &below).body("{ broken").send().await?;
            refused(answer, 401, "Unauthorized");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_missing_permission_comes_before_ids_and_body(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let other = acme.may(&OTHERS).await?;
    for (method, below, _, _) in ROUTES {
        for (telex, integration) in [(&other, &shop), (&other.about("no-uuid"), &"no-uuid".to_owned())] {
            let below = below.replace("{i}", integration).replace("general", "%ff");
            refused(telex.request(method, &below).body("{ broken").send().await?, 403, "Forbidden");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_broken_body_comes_before_what_is_not_there(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for (method, below, _, _) in ROUTES.into_iter().filter(|(method, ..)| !["GET", "DELETE"].contains(method))
    {
        for (telex, integration) in [(&acme.telex, UNKNOWN_ID), (&acme.telex.about(UNKNOWN_ID), &shop)] {
            let below =
                below.replace("{i}", integration).replace("{s}", UNKNOWN_ID).replace("{c}", UNKNOWN_ID);
            let answer = telex.request(method, &below).body("{ broken").send().await?;
            let message = if below.starts_with("/custom") { "Invalid input" } else { "Invalid request" };
            let error = refused(answer, 400, message);
            assert!(error.contains("line 1"), "{error}");
        }
    }
    Ok(())
}
