//! Who is kept out.

use anyhow::Result;
use patchbay_tests::{Backend, InstallationBuilder};
use rstest::rstest;

use super::{Connecting, OVER, expect_page};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_but_get_starts_or_finishes_anything(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let (http, mut browser) = (connecting.acme.service.http(), connecting.browser());
    let refused = async |path: &str, cookie: &str| -> Result<()> {
        for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let answer = http.request(method, path).header("cookie", cookie).send().await?;
            let answer = answer.expect_status(405);
            assert_eq!((answer.header("allow"), answer.header("set-cookie")), ("GET", ""), "{answer}");
        }
        Ok(())
    };
    let below = |address: &str| format!("/oauth/{}", address.split_once("/oauth/").unwrap_or_default().1);
    let link = connecting.link(&connecting.team().await?).await?;
    refused(&below(&link), "a=b").await?;
    let allow = browser.leave(&link).await?.link("allow")?;
    let cookies: Vec<_> = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    refused(&below(&allow), &cookies.join("; ")).await?;
    drop(expect_page(browser.open(&allow).await?, 200, "Connected"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn who_tries_one_link_after_the_other_is_shut_out(#[case] backend: Backend) -> Result<()> {
    let set = |builder: InstallationBuilder| builder.config("rate_limit.failed_auth_per_minute", "3");
    let connecting = Connecting::with(backend, set).await?;
    let link = connecting.link(&connecting.team().await?).await?;
    let mut browser = connecting.browser();
    for address in ["start/a", "callback/slack?state=b", "start/c"] {
        let answer = browser.open(&format!("http://x/oauth/{address}")).await?;
        drop(expect_page(answer, 400, OVER));
    }
    let answer = expect_page(browser.open(&link).await?, 429, "Too many tries");
    assert!((1..=60).contains(&answer.header("retry-after").parse::<u64>()?), "{answer}");
    Ok(())
}
