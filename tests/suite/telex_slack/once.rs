//! One connection, and one exchange at a time: a code that is not needed is not spent.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex, eventually};
use rstest::rstest;
use tokio::task::JoinSet;

use super::{Slacked, TAKEN, connected, expect_retry_after, stored};
use crate::given::refused;

const AT_ONCE: usize = 32;

/// Exchanges as many codes at once as there are; answers what came.
async fn all_at_once(telex: &Telex, codes: impl IntoIterator<Item = String>) -> Result<Vec<Answer>> {
    let mut exchanges = JoinSet::new();
    for code in codes {
        let telex = telex.clone();
        exchanges.spawn(async move { telex.exchange(&code).await });
    }
    exchanges.join_all().await.into_iter().collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_parallel_exchanges_one_succeeds_and_slack_is_asked_once(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let codes = (0..AT_ONCE).map(|number| format!("sandbox-ok-team{number}"));
    let (done, late): (Vec<_>, Vec<_>) =
        all_at_once(&acme.telex, codes).await?.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), late.len()), (1, AT_ONCE - 1), "{late:?}");
    for answer in late {
        expect_retry_after(&answer, "");
        refused(answer, 409, TAKEN);
    }
    assert_eq!(sandbox.exchanges().await?, 1);
    assert_eq!(acme.telex.accessed().await?["access_token"], done[0].access_token()?);
    Ok(())
}

/// The checklist's tenth line, its last part.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_second_exchange_is_409_without_a_provider_call(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    connected(&acme.telex, "sandbox-ok-acme").await?;
    let (before, shown) = (stored(acme.service.database())?, acme.telex.access().await?.text);
    for code in ["sandbox-ok-globex", "sandbox-ok-acme", "sandbox-500", "nonsense"] {
        assert_eq!(refused(acme.telex.exchange(code).await?, 409, TAKEN), "connected already");
    }
    assert_eq!(sandbox.exchanges().await?, 1);
    assert_eq!(acme.telex.access().await?.text, shown);
    let after = stored(acme.service.database())?;
    // Each reading of the token is recorded.
    let own =
        |rows: Vec<String>| rows.into_iter().filter(|row| !row.starts_with("event")).collect::<Vec<_>>();
    assert_eq!(own(after), own(before));
    // What was not spent is good for another organisation.
    let globex = acme.service.organisation("globex").await?;
    let key = globex.full_key().await?;
    connected(&acme.service.telex("", &globex, &key), "sandbox-ok-globex").await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn while_an_exchange_runs_another_is_refused_without_a_provider_call(
    #[case] backend: Backend,
) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let telex = acme.telex.clone();
    let hanging = tokio::spawn(async move { telex.exchange("sandbox-hang").await });
    eventually("Slack is asked", || async { Ok(sandbox.exchanges().await? == 1) }).await?;
    for answer in [acme.telex.exchange("sandbox-ok").await?, acme.telex.replace_slack("sandbox-ok").await?] {
        assert_eq!(refused(answer, 409, TAKEN), "the same is being done right now");
    }
    assert_eq!(sandbox.exchanges().await?, 1);
    // Nobody else has to wait.
    let globex = acme.service.organisation("globex").await?;
    let key = globex.full_key().await?;
    connected(&acme.service.telex("", &globex, &key), "sandbox-ok").await?;
    hanging.abort();
    Ok(())
}
