//! Who is kept out.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;

use super::{Connecting, expect_page};

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
