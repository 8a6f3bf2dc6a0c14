//! One connection for each environment: the key's own, or the default one.

use anyhow::Result;
use patchbay_tests::{Backend, Telex};
use rstest::rstest;

use super::{Slacked, TAKEN, connected, expect_nothing_connected, stored};
use crate::given::{Acme, every, refused};

const MAY: [&str; 3] = ["oauth:exchange", "integrations:read", "credentials:reveal"];

/// A client with a key of one environment.
async fn within(acme: &Acme, environment: &str) -> Result<Telex> {
    Ok(acme.telex.with_key(&acme.tenant.key_in_environment(environment, &MAY).await?.text))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_environment_has_its_own_connection(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let test = within(&acme, &acme.tenant.environment("test").await?).await?;
    let default = within(&acme, &acme.tenant.default_environment).await?;
    let empty = within(&acme, &acme.tenant.environment("empty").await?).await?;

    let of_default = connected(&acme.telex, "sandbox-ok-one").await?;
    expect_nothing_connected(&test).await?;
    let of_test = connected(&test, "sandbox-ok-two").await?;
    for (telex, token) in [(&acme.telex, &of_default), (&default, &of_default), (&test, &of_test)] {
        assert_eq!(telex.accessed().await?["access_token"], token.as_str());
    }
    expect_nothing_connected(&empty).await?;
    for telex in [&acme.telex, &default, &test] {
        refused(telex.exchange("sandbox-ok-three").await?, 409, TAKEN);
    }
    assert_eq!(sandbox.exchanges().await?, 2);

    let (bound, unbound) = (every(&test.list().await?, "id"), every(&acme.telex.list().await?, "id"));
    assert_eq!((bound.len(), unbound.len(), every(&empty.list().await?, "id").len()), (1, 2, 0));
    assert_eq!(test.accessed().await?["id"], bound[0].as_str());
    // Replacing it in one leaves the other alone.
    drop(test.replace_slack("sandbox-ok-four").await?.expect_status(200));
    assert_eq!(acme.telex.accessed().await?["access_token"], of_default);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_team_in_a_second_environment_is_409(#[case] backend: Backend) -> Result<()> {
    let mut slacked = Slacked::on(backend).await?;
    let test = slacked.acme.tenant.environment("test").await?;
    let token = connected(&slacked.acme.telex, "sandbox-ok-one").await?;
    let within_test = within(&slacked.acme, &test).await?;
    let before = stored(slacked.acme.service.database())?;
    for answer in [
        within_test.exchange("sandbox-ok-one-2").await?,
        within_test.replace_slack("sandbox-ok-one-3").await?,
    ] {
        assert_eq!(answer.header("retry-after"), "");
        assert_eq!(refused(answer, 409, TAKEN), "connected already");
    }
    assert_eq!(stored(slacked.acme.service.database())?, before);
    expect_nothing_connected(&within_test).await?;

    // Another team is welcome, and may not become the same by being replaced.
    let second = connected(&within_test, "sandbox-ok-two").await?;
    refused(within_test.replace_slack("sandbox-ok-one-4").await?, 409, TAKEN);
    assert_eq!(within_test.accessed().await?["access_token"], second);
    // A team that was replaced is free for another environment.
    drop(slacked.acme.telex.replace_slack("sandbox-ok-three").await?.expect_status(200));
    drop(within_test.replace_slack("sandbox-ok-one-5").await?.expect_status(200));

    slacked.restart().await?;
    assert_eq!(slacked.acme.telex.accessed().await?["team_name"], "three");
    assert!(!slacked.sandbox.takes(&token).await?, "what was replaced is revoked");
    assert!(!slacked.sandbox.takes(&second).await?, "what was replaced is revoked");
    Ok(())
}
