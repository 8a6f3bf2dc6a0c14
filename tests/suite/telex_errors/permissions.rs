//! What a key that may do something else is told, route by route.

use std::collections::BTreeMap;

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;

use crate::given::refused;
use crate::telex_routes::{ROUTES, Routed};

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

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_with_all_permissions_but_the_one_is_refused(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let mut keys = BTreeMap::new();
    for needed in ["integrations:read", "integrations:write", "settings:read", "settings:write"] {
        let others: Vec<_> = ALL.into_iter().filter(|permission| *permission != needed).collect();
        keys.insert(needed, routed.acme.tenant.key(&others).await?.text);
    }
    for route in ROUTES {
        let key = &keys[route.permission];
        let answer = routed.request_with(key, route).json(&routed.body(route)).send().await?;
        let error = refused(answer, 403, "Forbidden");
        assert_eq!(error, format!("missing permission: {}", route.permission), "{}", route.name);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_with_the_one_permission_is_enough(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    for route in ROUTES {
        let key = routed.acme.tenant.key(&[route.permission]).await?.text;
        let answer = routed.request_with(&key, route).json(&routed.body(route)).send().await?;
        drop(answer.expect_status(route.done.0));
    }
    Ok(())
}
