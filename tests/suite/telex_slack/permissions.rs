//! Who may connect Slack and who may see the connection; and what belongs to another
//! organisation.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;

use super::{Slacked, connected, expect_nothing_connected};
use crate::given::{UNKNOWN_ID, refused};

/// Every permission that Telex knows, the one that T1 needs apart.
const ALL_BUT_THE_EXCHANGE: [&str; 5] =
    ["integrations:read", "integrations:write", "settings:read", "settings:write", "credentials:reveal"];

/// The checklist's fourteenth line, for T1.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_read_only_key_gets_403_from_the_exchange(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    for permissions in [&["integrations:read", "settings:read"][..], &ALL_BUT_THE_EXCHANGE] {
        let telex = acme.may(permissions).await?;
        for answer in [telex.exchange("sandbox-ok").await?, telex.replace_slack("sandbox-ok").await?] {
            assert_eq!(refused(answer, 403, "Forbidden"), "missing permission: oauth:exchange");
        }
        expect_nothing_connected(&telex).await?;
    }
    assert_eq!(sandbox.calls().await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_needs_its_one_permission_alone(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    let exchanger = acme.may(&["oauth:exchange"]).await?;
    connected(&exchanger, "sandbox-ok").await?;
    drop(exchanger.replace_slack("sandbox-ok-again").await?.expect_status(200));
    refused(exchanger.access().await?, 403, "Forbidden");
    drop(acme.may(&["integrations:read"]).await?.access().await?.expect_status(200));
    let writer = acme.may(&["integrations:write", "settings:read", "credentials:reveal"]).await?;
    assert_eq!(refused(writer.access().await?, 403, "Forbidden"), "missing permission: integrations:read");
    let preset = acme.telex.with_key(&acme.tenant.key_with(&["--preset", "telex"]).await?.text);
    drop(preset.replace_slack("sandbox-ok-preset").await?.expect_status(200));
    assert_eq!(preset.access().await?.expect_status(200).header("cache-control"), "no-store");
    Ok(())
}

/// The checklist's eighth line, for T1 and T2.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_organisation_answers_like_one_that_never_was(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    connected(&acme.telex, "sandbox-ok-acme").await?;
    let globex = acme.service.organisation("globex").await?;
    let key = globex.full_key().await?;
    for telex in acme.below_each_prefix().map(|telex| telex.with_key(&key)) {
        let (other, nobody) = (&telex, &telex.about(UNKNOWN_ID));
        for (of_other, of_nobody) in [
            (other.exchange("sandbox-ok-globex").await?, nobody.exchange("sandbox-ok-globex").await?),
            (
                other.replace_slack("sandbox-ok-globex").await?,
                nobody.replace_slack("sandbox-ok-globex").await?,
            ),
            (other.access().await?, nobody.access().await?),
        ] {
            assert_eq!(of_other.text, of_nobody.text);
            refused(of_other, 404, "Organisation not found");
        }
    }
    assert_eq!(sandbox.exchanges().await?, 1);
    // The same team in two organisations is nobody's affair.
    let own = acme.service.telex("", &globex, &key);
    expect_nothing_connected(&own).await?;
    connected(&own, "sandbox-ok-acme-too").await?;
    assert_eq!(own.accessed().await?["team_id"], acme.telex.accessed().await?["team_id"]);
    Ok(())
}
