//! What a key that may do something else is told, route by route.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, an_integration, refused};

/// Every permission there is.
const ALL: [&str; 16] = [
    "integrations:read",
    "integrations:write",
    "settings:read",
    "settings:write",
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

/// Every route: its method, what stands below the integrations (`{}` is an integration's
/// id), the permission that it needs, and what it answers to a key that has it.
const ROUTES: [(&str, &str, &str, u16); 5] = [
    ("POST", "", "integrations:write", 201),
    ("GET", "", "integrations:read", 200),
    ("GET", "/{}", "integrations:read", 200),
    ("PATCH", "/{}", "integrations:write", 200),
    ("DELETE", "/{}", "integrations:write", 200),
];

fn body_for(method: &str) -> Value {
    if method == "POST" { an_integration("new") } else { json!({ "is_active": true }) }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_with_all_permissions_but_the_one_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let before = acme.telex.list().await?.text;
    for (method, below, needed, _) in ROUTES {
        let others: Vec<_> = ALL.into_iter().filter(|permission| *permission != needed).collect();
        let telex = acme.may(&others).await?;
        let request = telex.request(method, &below.replace("{}", &id)).json(&body_for(method));
        let error = refused(request.send().await?, 403, "Forbidden");
        assert_eq!(error, format!("missing permission: {needed}"), "{method} {below}");
    }
    assert_eq!(acme.telex.list().await?.text, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_with_the_one_permission_is_enough(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    for (method, below, needed, status) in ROUTES {
        let telex = acme.may(&[needed]).await?;
        let request = telex.request(method, &below.replace("{}", &id)).json(&body_for(method));
        drop(request.send().await?.expect_status(status));
    }
    Ok(())
}
