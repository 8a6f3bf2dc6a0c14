//! The provider, or the person, says no.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;

use super::{Connecting, OVER, expect_page};

/// Asserts that nothing comes of `choice`, that this is said in `words`, and that it cannot be
/// mended afterwards.
async fn expect_refusal(connecting: &Connecting, id: &str, choice: &str, words: &str) -> Result<()> {
    let mut browser = connecting.browser();
    let page = browser.leave(&connecting.link(id).await?).await?;
    let mut kept = browser.clone();
    let shown = expect_page(browser.open(&page.link(choice)?).await?, 200, "Not connected");
    assert!(shown.text.contains(words), "{choice}: {shown}");
    assert!(browser.cookies().is_empty(), "{choice}");
    // What came back is spent: not even the browser as it was can go on with it.
    drop(expect_page(kept.open(&page.link("allow")?).await?, 400, OVER));
    assert_eq!(connecting.recorded("credential.changed").await?, 0, "{choice}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn who_does_not_allow_it_is_not_connected(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let id = connecting.shop().await?;
    expect_refusal(&connecting, &id, "deny", "Access was not allowed.").await?;
    assert_eq!(connecting.recorded("credential.authorization_refused").await?, 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_does_not_come_from_the_provider_connects_nothing(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let id = connecting.shop().await?;
    for choice in ["wrong-shop", "wrong-hmac"] {
        let words = "What came back is not what the provider sends.";
        expect_refusal(&connecting, &id, choice, words).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_that_fails_is_told_in_words_of_our_own(#[case] backend: Backend) -> Result<()> {
    let connecting = Connecting::on(backend).await?;
    let id = connecting.shop().await?;
    for (choice, words) in [
        ("500", "The provider cannot be reached."),
        ("429", "The provider asks to come again later."),
        ("html", "The provider gave an answer that nobody understands."),
    ] {
        expect_refusal(&connecting, &id, choice, words).await?;
    }
    Ok(())
}
