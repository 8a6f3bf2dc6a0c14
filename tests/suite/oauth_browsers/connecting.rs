//! All is well.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{Connecting, DONE, OVER, expect_page};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_person_connects_an_integration_in_a_browser(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let (id, mut browser) = (connecting.team().await?, connecting.browser());
    let link = connecting.link(&id).await?;
    let shown = browser.choose(&link, "allow").await?;
    let shown = expect_page(shown, 200, "Connected");
    assert!(shown.text.contains("Slack is connected."), "{shown}");
    assert!(browser.cookies().is_empty(), "{:?}", browser.cookies());
    // It works, and that is known at once.
    assert_eq!(connecting.health(&id).await?["state"], "valid");
    assert_eq!(connecting.recorded("credential.changed").await?, 1);
    let shown = connecting.acme.patchbay().find(&id).await?.json();
    assert_ne!(shown["facts"], json!({}), "{shown}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_browser_on_its_way_keeps_one_cookie_that_scripts_cannot_read(
    #[case] backend: Backend,
) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let link = connecting.link(&connecting.team().await?).await?;
    let mut browser = connecting.browser();
    let sent = browser.open(&link).await?.expect_status(303);
    let cookie = sent.header("set-cookie");
    let (name, rest) = cookie.split_once('=').unwrap_or_default();
    let digits = name.strip_prefix("patchbay-oauth-").unwrap_or_default();
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    assert!(digits.len() == 8 && digits.chars().all(is_hex), "{cookie}");
    let (value, attributes) = rest.split_once("; ").unwrap_or_default();
    assert_eq!((value.len(), attributes), (43, "HttpOnly; SameSite=Lax; Path=/; Max-Age=600"));
    let location = sent.header("location");
    assert!(!location.contains(value), "the provider learns what the browser keeps: {location}");
    assert_eq!((sent.header("cache-control"), sent.header("referrer-policy")), ("no-store", "no-referrer"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn under_a_public_url_of_https_the_cookie_is_for_this_host_alone(
    #[case] backend: Backend,
) -> Result<()> {
    let set = |builder: patchbay_tests::InstallationBuilder| {
        builder.config("server.public_url", "'https://patchbay.example'")
    };
    let connecting = Connecting::with(backend, set).await?;
    let link = connecting.link(&connecting.team().await?).await?;
    assert!(link.starts_with("https://patchbay.example/oauth/start/"), "{link}");
    let mut browser = connecting.browser();
    let page = browser.leave(&link).await?;
    assert!(browser.cookies().keys().all(|name| name.starts_with("__Host-patchbay-oauth-")));
    let back = page.link("allow")?;
    assert!(back.starts_with("https://patchbay.example/oauth/callback/slack?"), "{back}");
    drop(expect_page(browser.open(&back).await?, 200, "Connected"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn who_is_to_return_is_sent_there(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let (id, mut browser) = (connecting.team().await?, connecting.browser());
    let link = connecting.link_to_done(&id).await?;
    let sent = browser.choose(&link, "allow").await?.expect_status(303);
    assert_eq!(sent.header("location"), format!("{DONE}&status=connected&integration={id}"));
    let link = connecting.link_to_done(&id).await?;
    let sent = browser.choose(&link, "deny").await?.expect_status(303);
    let expected = format!("{DONE}&status=failed&reason=refused_by_person&integration={id}");
    assert_eq!(sent.header("location"), expected);
    assert_eq!(connecting.health(&id).await?["state"], "valid", "what was connected before is as it was");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_link_works_once(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let link = connecting.link(&connecting.team().await?).await?;
    let (mut first, mut second) = (connecting.browser(), connecting.browser());
    let page = first.leave(&link).await?;
    drop(expect_page(second.open(&link).await?, 400, OVER));
    drop(expect_page(first.open(&link).await?, 400, OVER));
    // That does not disturb who followed it.
    drop(expect_page(first.open(&page.link("allow")?).await?, 200, "Connected"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn several_may_be_under_way_in_one_browser(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let (team, shop) = (connecting.team().await?, connecting.shop().await?);
    let mut browser = connecting.browser();
    let first = browser.leave(&connecting.link(&team).await?).await?;
    let second = browser.leave(&connecting.link(&shop).await?).await?;
    assert_eq!(browser.cookies().len(), 2);
    drop(expect_page(browser.open(&second.link("allow")?).await?, 200, "Connected"));
    assert_eq!(browser.cookies().len(), 1);
    drop(expect_page(browser.open(&first.link("allow")?).await?, 200, "Connected"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_connected_already_is_connected_anew(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let (id, mut browser) = (connecting.team().await?, connecting.browser());
    for times in 1..=2 {
        let link = connecting.link(&id).await?;
        drop(expect_page(browser.choose(&link, "allow").await?, 200, "Connected"));
        assert_eq!(connecting.recorded("credential.changed").await?, times);
    }
    assert_eq!(connecting.health(&id).await?["state"], "valid");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_team_is_the_same_whichever_way_it_was_connected(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let (aloochat, patchbay) = (connecting.acme.aloochat(), connecting.acme.patchbay());
    // By a person, by a token, and by a code that Telex was handed.
    let by_person = connecting.team().await?;
    drop(connecting.browser().choose(&connecting.link(&by_person).await?, "allow").await?);
    let config = json!({ "bot_token": "xoxb-sandbox-sandbox-0123456789" });
    let by_token =
        aloochat.created(&json!({ "name": "By token", "type": "slack", "config": config })).await?;
    drop(connecting.acme.telex.exchange("sandbox-ok-sandbox").await?.expect_status(200));
    let all = aloochat.list("?type=slack").await?.expect_status(200).json();
    let ids: Vec<_> = all.as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect();
    assert!(ids.len() == 3 && ids.contains(&by_person.as_str()) && ids.contains(&by_token.as_str()), "{all}");
    let mut found = Vec::new();
    for id in ids {
        let shown = patchbay.verifying(id).send().await?.expect_status(200).json();
        let facts = ["team_id", "team_name", "bot_name"].map(|fact| shown["facts"][fact].clone());
        assert!(facts.iter().all(serde_json::Value::is_string), "{shown}");
        found.push((shown["health"]["class"].clone(), facts));
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:?}");
    assert_eq!(found[0].0, "ok");
    Ok(())
}
