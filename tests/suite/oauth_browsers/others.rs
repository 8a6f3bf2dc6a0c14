//! Somebody else, or something else, than what is awaited: one page, whatever it is.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;

use super::{Connecting, OVER, expect_page};

fn over(answer: Answer) -> String {
    let text = expect_page(answer, 400, OVER).text;
    assert!(!text.contains("slack") && !text.contains("Slack"), "{text}");
    text
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_other_way_back_is_answered_alike(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let id = connecting.team().await?;
    let mut browser = connecting.browser();
    let page = browser.leave(&connecting.link(&id).await?).await?;
    let allow = page.link("allow")?;
    let mut stranger = connecting.browser();
    let mut said = vec![
        over(stranger.open(&allow).await?),
        over(stranger.open("http://x/oauth/start/never-handed-out").await?),
        over(browser.clone().open("http://x/oauth/callback/slack").await?),
        over(browser.clone().open(&page.link("no-state")?).await?),
        over(browser.clone().open(&page.link("wrong-state")?).await?),
        over(browser.clone().open(&format!("{allow}&state=again")).await?),
        over(browser.clone().open(&format!("{allow}&more=%zz")).await?),
        over(browser.clone().open(&format!("{allow}&more={}", "x".repeat(16_384))).await?),
        over(browser.clone().open(&allow.replace("/callback/slack", "/callback/shopify")).await?),
        over(browser.clone().open(&allow.replace("/callback/slack", "/callback/nothing")).await?),
    ];
    // None of them has spent it.
    drop(expect_page(browser.clone().open(&allow).await?, 200, "Connected"));
    said.push(over(browser.clone().open(&allow).await?));
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(connecting.recorded("credential.changed").await?, 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nobody_finishes_what_another_tenant_has_begun(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let own = connecting.link(&connecting.team().await?).await?;
    let stranger = connecting.acme.service.organisation("stranger").await?.full_key().await?;
    let theirs = connecting.acme.service.aloochat(&stranger).created(&crate::given::a_team("Theirs")).await?;
    let their_link = connecting.acme.service.patchbay(&stranger).link(&theirs).await?;
    let (mut browser, mut attacker) = (connecting.browser(), connecting.browser());
    let page = browser.leave(&own).await?;
    let their_page = attacker.leave(&their_link).await?;
    // The one's code and state in the other's browser, and the other way round.
    over(attacker.open(&page.link("allow")?).await?);
    over(browser.open(&their_page.link("allow")?).await?);
    drop(expect_page(attacker.open(&their_page.link("allow")?).await?, 200, "Connected"));
    assert_eq!(connecting.recorded("credential.changed").await?, 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_is_connected_that_is_gone_meanwhile(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let (before, meanwhile) = (connecting.team().await?, connecting.shop().await?);
    let unused = connecting.link(&before).await?;
    let mut browser = connecting.browser();
    let page = browser.leave(&connecting.link(&meanwhile).await?).await?;
    for id in [&before, &meanwhile] {
        drop(connecting.acme.aloochat().delete(id).await?.expect_status(200));
    }
    over(browser.open(&unused).await?);
    over(browser.open(&page.link("allow")?).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_many_browsers_at_once_one_is_sent_to_the_provider(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let link = connecting.link(&connecting.team().await?).await?;
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (mut browser, link) = (connecting.browser(), link.clone());
        all.spawn(async move { browser.open(&link).await });
    }
    let mut sent = 0;
    for answer in all.join_all().await {
        let answer = answer?;
        if answer.status == 303 { sent += 1 } else { drop(over(answer)) }
    }
    assert_eq!(sent, 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_the_same_way_back_many_times_at_once_one_connects(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let id = connecting.team().await?;
    let mut browser = connecting.browser();
    let allow = browser.leave(&connecting.link(&id).await?).await?.link("allow")?;
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (mut browser, allow) = (browser.clone(), allow.clone());
        all.spawn(async move { browser.open(&allow).await });
    }
    let mut connected = 0;
    for answer in all.join_all().await {
        let answer = answer?;
        if answer.status == 200 { connected += 1 } else { drop(over(answer)) }
    }
    assert_eq!((connected, connecting.recorded("credential.changed").await?), (1, 1));
    Ok(())
}
