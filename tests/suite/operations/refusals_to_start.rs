//! What the service refuses to start on, each time with one clear line.

use anyhow::Result;
use patchbay_tests::{Backend, InstallationBuilder, Service, master_key};
use rstest::rstest;

use crate::given::{Acme, an_integration};

/// The line with which `patchbay serve` refuses.
async fn refusal(builder: InstallationBuilder) -> Result<String> {
    let refused = builder.prepare()?.command(&["serve"]).await?;
    Ok(refused.expect_refusal())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_does_not_start_without_a_master_key(#[case] backend: Backend) -> Result<()> {
    for builder in [
        Service::builder(backend).without("secrets.keys"),
        Service::builder(backend).config("secrets.keys", "[]"),
    ] {
        let said = refusal(builder).await?;
        assert!(said.contains("secrets.key"), "{said}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_does_not_start_with_a_master_key_that_opens_nothing(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    assert!(acme.service.server_mut().terminate().await?.success());

    let other = master_key("other");
    let same_name = other.replace("other:", "k1:");
    for keys in [other, same_name] {
        acme.service.configure("secrets.keys", &format!("['{keys}']"))?;
        let said = acme.service.command(&["serve"]).await?.expect_refusal();
        assert!(said.contains("master key"), "{said}");
    }
    acme.service.configure("secrets.keys", &format!("['{}']", master_key("k1")))?;
    acme.service.restart().await?;
    drop(acme.service.telex("", &acme.tenant, &acme.key).find(&id).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_installation_without_secrets_knows_its_master_key_too(#[case] backend: Backend) -> Result<()> {
    let mut service = Service::on(backend).await?;
    assert!(service.server_mut().terminate().await?.success());
    service.configure("secrets.keys", &format!("['{}']", master_key("other")))?;
    let said = service.command(&["serve"]).await?.expect_refusal();
    assert!(said.contains("master key"), "{said}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_does_not_start_on_a_database_that_is_not_migrated(#[case] backend: Backend) -> Result<()> {
    let said = refusal(Service::builder(backend).config("database.auto_migrate", "false")).await?;
    assert!(said.contains("migrat"), "{said}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn bad_settings_are_reported_all_together_by_their_full_names(#[case] backend: Backend) -> Result<()> {
    let builder = Service::builder(backend)
        .config("server.host", "'no host at all'")
        .config("server.workers", "0")
        .config("telemetry.log_format", "'xml'")
        .config("secrets.keys", "['planted-no-master-key']")
        .config("database.pool_sise", "3")
        .env("PATCHBAY__SERVER__BODY_LIMIT_BYTES", "many")
        .env("PATCHBAY__SERVER__PROT", "80");
    let said = refusal(builder).await?;
    for key in [
        "server.host",
        "server.workers",
        "telemetry.log_format",
        "secrets.keys",
        "database.pool_sise",
        "server.body_limit_bytes",
        "server.prot",
    ] {
        assert!(said.contains(key), "{key} is not named: {said}");
    }
    assert!(!said.contains("planted"), "a refusal shows a secret setting: {said}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_unknown_setting_is_named(#[case] backend: Backend) -> Result<()> {
    let in_the_file = Service::builder(backend).config("telemetry.colour", "'red'");
    assert!(refusal(in_the_file).await?.contains("telemetry.colour"));
    let in_the_environment = Service::builder(backend).env("PATCHBAY__TELEMETRY__COLOUR", "red");
    assert!(refusal(in_the_environment).await?.contains("telemetry.colour"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_configuration_file_that_cannot_be_read_is_named(#[case] backend: Backend) -> Result<()> {
    let installation = Service::builder(backend).config("server.broken", "[").prepare()?;
    let said = installation.command(&["serve"]).await?.expect_refusal();
    assert!(said.contains("patchbay.toml"), "{said}");

    std::fs::remove_file(installation.commands().folder().join("patchbay.toml"))?;
    let said = installation.command(&["serve"]).await?.expect_refusal();
    assert!(said.contains("patchbay.toml"), "{said}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn settings_of_providers_that_make_no_sense_are_named(#[case] backend: Backend) -> Result<()> {
    let builder = Service::builder(backend)
        .config("providers.acme_2000.base_url", "'http://127.0.0.1:1'")
        .config("providers.twilio_sms.client_id", "'planted'")
        .config("providers.twilio_sms.client_secret", "'planted'");
    let said = refusal(builder).await?;
    for fault in [
        "providers.acme_2000.base_url: there is no provider of that id",
        "providers.twilio_sms.client_id: this provider has no OAuth",
    ] {
        assert!(said.contains(fault) && !said.contains("planted"), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_said_without_its_password() -> Result<()> {
    let mut installation = Service::builder(Backend::Sqlite).prepare()?;
    installation.configure("database.url", "'postgres://someone:planted-password@127.0.0.1:1/none'")?;
    let said = installation.command(&["serve"]).await?.expect_refusal();
    assert!(said.contains("database"), "{said}");
    assert!(!said.contains("planted"), "a refusal shows a password: {said}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_address_in_use_is_said(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    let port = service.server().address().port().to_string();
    let said = refusal(Service::builder(backend).config("server.port", &port)).await?;
    assert!(said.contains(&port), "{said}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_environment_overrules_the_configuration_file(#[case] backend: Backend) -> Result<()> {
    let builder = Service::builder(backend).config("server.body_limit_bytes", "1000");
    let acme = Acme::of(builder.env("PATCHBAY__SERVER__BODY_LIMIT_BYTES", "20").start().await?).await?;
    drop(acme.telex.create(&an_integration("shop")).await?.expect_status(413));
    Ok(())
}
