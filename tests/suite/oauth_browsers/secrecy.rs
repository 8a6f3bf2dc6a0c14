//! What browsers bring and keep is found nowhere else.

use anyhow::{Context, Result};
use patchbay_tests::{Backend, InstallationBuilder, Marker, Place};
use rstest::rstest;

use super::{Connecting, expect_page};

/// The value of a parameter of an address.
fn parameter<'a>(address: &'a str, name: &str) -> Result<&'a str> {
    let (_, query) = address.split_once('?').context("no query")?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Ok(pairs.find(|(own, _)| *own == name).with_context(|| format!("no {name} in {address}"))?.1)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn neither_link_nor_state_nor_cookie_nor_code_is_stored_or_logged(
    #[case] backend: Backend,
) -> Result<()> {
    let set = |builder: InstallationBuilder| builder.config("telemetry.level", "'trace'");
    let mut connecting = Connecting::with(backend, set).await?;
    let id = connecting.team().await?;
    let link = connecting.link(&id).await?;
    let mut browser = connecting.browser();
    let page = browser.leave(&link).await?;
    let (allow, cookies) = (page.link("allow")?, browser.cookies().clone());
    let kept = cookies.values().next().context("no cookie")?;
    let secrets = [
        ("the link", link.rsplit('/').next().unwrap_or_default()),
        ("the state", parameter(&allow, "state")?),
        ("the cookie", kept),
        ("the code", parameter(&allow, "code")?),
    ];
    let markers = secrets.map(|(name, secret)| Marker::of_bytes(name, secret.as_bytes()));
    let expect_none = |places: &[Place]| {
        let found: Vec<_> = markers.iter().flat_map(|marker| marker.found_in(places)).collect();
        assert!(found.is_empty(), "{found:#?}");
    };
    expect_none(&connecting.acme.service.database().bytes()?);
    drop(expect_page(browser.open(&allow).await?, 200, "Connected"));
    expect_none(&connecting.acme.service.database().bytes()?);
    let metrics = connecting.acme.service.http().get("/metrics").send().await?.text;
    for operation in ["start_authorization", "finish_authorization"] {
        assert!(metrics.contains(&format!(r#"operation="{operation}""#)), "{metrics}");
    }
    expect_none(&[Place::new("the metrics", metrics)]);
    assert!(connecting.acme.service.server_mut().terminate().await?.success());
    let logs = connecting.acme.service.server().outputs()?;
    let templates = ["/oauth/start/{link}", "/oauth/callback/{provider}"];
    assert!(templates.iter().all(|template| logs.iter().any(|log| log.text().contains(template))));
    expect_none(&logs);
    Ok(())
}
