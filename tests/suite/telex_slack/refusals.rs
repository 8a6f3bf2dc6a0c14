//! An exchange that gives nothing: what is said of it, and that it leaves nothing behind.

use anyhow::Result;
use patchbay_tests::{Backend, InstallationBuilder};
use rstest::rstest;

use super::{BAD_REQUEST, Slacked, connected, expect_nothing_connected, expect_retry_after, stored};
use crate::given::refused;

/// Codes that are at fault themselves, and Slack's word for it.
const BAD_CODES: [(&str, &str); 6] = [
    ("sandbox-used", "code_already_used"),
    ("sandbox-expired", "invalid_code"),
    ("sandbox-bad-redirect", "bad_redirect_uri"),
    ("nonsense", "invalid_code"),
    ("a code & two=more", "invalid_code"),
    ("ünïcödé 🦀", "invalid_code"),
];

/// Codes that show how Slack fails, what is said of it, and when to come again.
const FAILURES: [(&str, &str, &str); 9] = [
    ("sandbox-internal-error", "the provider cannot be reached", "30"),
    ("sandbox-500", "the provider cannot be reached", "30"),
    ("sandbox-503", "the provider cannot be reached", "30"),
    ("sandbox-429", "the provider asks for fewer requests", "30"),
    ("sandbox-rubbish", "the provider gave an unexpected answer", ""),
    ("sandbox-broken-json", "the provider gave an unexpected answer", ""),
    ("sandbox-no-token", "the provider gave an unexpected answer", ""),
    ("sandbox-redirect", "the provider gave an unexpected answer", ""),
    ("sandbox-flood", "the provider gave an unexpected answer", ""),
];

/// The checklist's tenth line, its first part.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_bad_code_is_401_with_slacks_word_for_it(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let before = stored(acme.service.database())?;
    for (code, word) in BAD_CODES {
        let answer = acme.telex.exchange(code).await?;
        assert_eq!(answer.header("www-authenticate"), BAD_REQUEST, "{code}");
        expect_retry_after(&answer, "");
        assert_eq!(refused(answer, 401, "Invalid request body"), word, "{code}");
        expect_nothing_connected(&acme.telex).await?;
    }
    assert_eq!(stored(acme.service.database())?, before);
    assert_eq!(sandbox.exchanges().await?, u64::try_from(BAD_CODES.len())?);
    connected(&acme.telex, "sandbox-ok").await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_slack_that_fails_is_500_and_asked_once_for_each_code(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let before = stored(acme.service.database())?;
    for (code, said, retry_after) in FAILURES {
        let answer = acme.telex.exchange(code).await?;
        assert_eq!(answer.header("www-authenticate"), "", "{code}");
        expect_retry_after(&answer, retry_after);
        assert_eq!(refused(answer, 500, "Internal server error"), said, "{code}");
        expect_nothing_connected(&acme.telex).await?;
    }
    assert_eq!(stored(acme.service.database())?, before);
    assert_eq!(sandbox.exchanges().await?, u64::try_from(FAILURES.len())?);
    connected(&acme.telex, "sandbox-ok").await?;
    Ok(())
}

/// The checklist's tenth line, its second part.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_timeout_is_500_and_says_when_to_come_again(#[case] backend: Backend) -> Result<()> {
    let slow = |builder: InstallationBuilder| builder.config("outbound.timeout_ms", "2000");
    let Slacked { acme, sandbox } = Slacked::with(backend, slow).await?;
    let before = stored(acme.service.database())?;
    let answer = acme.telex.exchange("sandbox-hang").await?;
    expect_retry_after(&answer, "30");
    assert_eq!(refused(answer, 500, "Internal server error"), "the provider did not answer in time");
    expect_nothing_connected(&acme.telex).await?;
    assert_eq!(stored(acme.service.database())?, before);
    assert_eq!(sandbox.exchanges().await?, 1);
    connected(&acme.telex, "sandbox-ok").await?;
    Ok(())
}

/// A service that is set up like this refuses every exchange like this, again and again.
async fn expect_never(
    backend: Backend,
    set: impl FnOnce(InstallationBuilder) -> InstallationBuilder,
    said: &str,
    retry_after: &str,
) -> Result<Slacked> {
    let slacked = Slacked::with(backend, set).await?;
    let before = stored(slacked.acme.service.database())?;
    for code in ["sandbox-ok", "sandbox-ok", "nonsense"] {
        let answer = slacked.acme.telex.exchange(code).await?;
        expect_retry_after(&answer, retry_after);
        assert_eq!(answer.header("www-authenticate"), "");
        assert_eq!(refused(answer, 500, "Internal server error"), said);
    }
    expect_nothing_connected(&slacked.acme.telex).await?;
    assert_eq!(stored(slacked.acme.service.database())?, before);
    Ok(slacked)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn without_an_application_nothing_is_asked(#[case] backend: Backend) -> Result<()> {
    let nobody = |builder: InstallationBuilder| {
        builder.without("providers.slack.client_id").without("providers.slack.client_secret")
    };
    let slacked = expect_never(backend, nobody, "this provider is not configured", "").await?;
    assert_eq!(slacked.sandbox.calls().await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_client_that_slack_refuses_is_the_services_fault(#[case] backend: Backend) -> Result<()> {
    let said = "the provider refuses this service's client";
    let wrong = |name: &'static str| move |builder: InstallationBuilder| builder.config(name, "'wrong-7f3a'");
    for (name, word) in [
        ("providers.slack.client_secret", "bad_client_secret"),
        ("providers.slack.client_id", "invalid_client_id"),
    ] {
        let slacked = expect_never(backend, wrong(name), said, "").await?;
        assert_eq!(slacked.sandbox.exchanges().await?, 3);
        let logs = slacked.acme.service.server().logs()?;
        assert!(logs.contains(word), "the operator is not told why:\n{logs}");
        assert!(!logs.contains("wrong-7f3a"), "the log shows what was configured");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn where_nothing_listens_a_retry_may_help(#[case] backend: Backend) -> Result<()> {
    // Nobody offers the discard service any more: connections are refused.
    let nowhere =
        |builder: InstallationBuilder| builder.config("providers.slack.base_url", "'http://127.0.0.1:9'");
    expect_never(backend, nowhere, "the provider cannot be reached", "30").await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_redirect_uri_is_repeated_to_the_letter(#[case] backend: Backend) -> Result<()> {
    let uri = "https://App.example/slack/connected?a=1&b=%20";
    let set =
        |builder: InstallationBuilder| builder.config("providers.slack.redirect_uri", &format!("'{uri}'"));
    let Slacked { acme, sandbox } = Slacked::with(backend, set).await?;
    let elsewhere = sandbox.issue("https://elsewhere.example/").await?;
    assert_eq!(
        refused(acme.telex.exchange(&elsewhere).await?, 401, "Invalid request body"),
        "bad_redirect_uri"
    );
    connected(&acme.telex, &sandbox.issue(uri).await?).await?;
    Ok(())
}
