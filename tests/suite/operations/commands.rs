//! Organisations and environments on the command line, and how commands answer.

use anyhow::Result;
use patchbay_tests::{Backend, CommandLine, Installation, Service, is_uuid};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::UNKNOWN_ID;

const CHOSEN_ID: &str = "0192202e-b6f3-7d23-8025-3f60675cc031";

/// An installation whose database has been migrated, with no service running.
async fn migrated(backend: Backend) -> Result<Installation> {
    let installation = Service::builder(backend).prepare()?;
    drop(installation.command(&["migrate"]).await?.expect_status(0));
    Ok(installation)
}

async fn document(installation: &Installation, command: &[&str]) -> Result<Value> {
    Ok(installation.command(command).await?.expect_status(0).expect_document())
}

/// Asserts that `document` has exactly these members, in this order.
fn expect_members(document: &Value, members: &[&str]) {
    let own: Vec<_> = document.as_object().unwrap().keys().collect();
    assert_eq!(own, members);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn organisations_are_made_and_listed(#[case] backend: Backend) -> Result<()> {
    let installation = migrated(backend).await?;
    assert_eq!(document(&installation, &["organisation", "list"]).await?, json!([]));
    let mut made = Vec::new();
    for name in ["zeta", " alpha ", "zeta"] {
        let organisation = document(&installation, &["organisation", "create", "--name", name]).await?;
        expect_members(&organisation, &["id", "name", "default_environment_id", "created_at"]);
        assert_eq!(organisation["name"], name.trim());
        assert!(is_uuid(organisation["id"].as_str().unwrap(), &['7']));
        made.push(organisation);
    }
    assert_eq!(document(&installation, &["organisation", "list"]).await?, Value::Array(made));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_id_may_be_chosen_once(#[case] backend: Backend) -> Result<()> {
    let installation = migrated(backend).await?;
    let organisation = ["organisation", "create", "--name", "acme", "--id", CHOSEN_ID];
    assert_eq!(document(&installation, &organisation).await?["id"], CHOSEN_ID);
    let said = installation.command(&organisation).await?.expect_refusal();
    assert!(said.contains("organisation") && said.contains("in use"), "{said}");

    let chosen = "0192202e-0000-7000-8000-000000000001";
    let environment =
        ["environment", "create", "--organisation", CHOSEN_ID, "--name", "staging", "--id", chosen];
    assert_eq!(document(&installation, &environment).await?["id"], chosen);
    let said = installation.command(&environment).await?.expect_refusal();
    assert!(said.contains("environment") && said.contains("in use"), "{said}");
    assert_eq!(document(&installation, &["organisation", "list"]).await?.as_array().map(Vec::len), Some(1));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn environments_are_made_and_listed(#[case] backend: Backend) -> Result<()> {
    let installation = migrated(backend).await?;
    let acme = installation.organisation("acme").await?;
    installation.organisation("globex").await?;
    let command = ["environment", "create", "--organisation", &acme.id, "--name", "staging"];
    let made = document(&installation, &command).await?;
    expect_members(&made, &["id", "organisation_id", "name", "created_at"]);
    assert_eq!((&made["organisation_id"], &made["name"]), (&json!(acme.id), &json!("staging")));

    let listed = document(&installation, &["environment", "list", "--organisation", &acme.id]).await?;
    assert_eq!(listed[0]["id"], acme.default_environment.as_str());
    assert_eq!(listed[1], made);
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_does_not_exist_is_said_in_one_line(#[case] backend: Backend) -> Result<()> {
    let installation = migrated(backend).await?;
    let acme = installation.organisation("acme").await?;
    let nowhere = ["--organisation", UNKNOWN_ID];
    for command in [
        vec!["environment", "list"],
        vec!["environment", "create", "--name", "x"],
        vec!["key", "list"],
        vec!["key", "create", "--name", "x", "--all-permissions"],
        vec!["audit", "list"],
    ] {
        let command = [command.as_slice(), &nowhere].concat();
        let said = installation.command(&command).await?.expect_refusal();
        assert!(said.contains("organisation"), "{said}");
    }
    let said = installation.command(&["key", "revoke", UNKNOWN_ID]).await?.expect_refusal();
    assert!(said.contains("key"), "{said}");
    let command = ["key", "create", "--name", "x", "--all-permissions", "--environment", UNKNOWN_ID];
    let command = [command.as_slice(), &["--organisation", &acme.id]].concat();
    let said = installation.command(&command).await?.expect_refusal();
    assert!(said.contains("environment"), "{said}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_unfit_name_is_refused(#[case] backend: Backend) -> Result<()> {
    let installation = migrated(backend).await?;
    for name in ["", "  ", &"x".repeat(256)] {
        let refused = installation.command(&["organisation", "create", "--name", name]).await?;
        assert!(matches!(refused.code(), Some(1 | 2)), "{refused:?}");
        assert_eq!(refused.stdout, "");
    }
    drop(document(&installation, &["organisation", "create", "--name", &"x".repeat(255)]).await?);
    assert_eq!(document(&installation, &["organisation", "list"]).await?.as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn wrong_usage_is_told_apart_from_failure() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let commands = CommandLine::in_folder(folder.path());
    for wrong in [
        vec![],
        vec!["fly"],
        vec!["organisation"],
        vec!["organisation", "create"],
        vec!["organisation", "create", "--name", "x", "--colour", "red"],
        vec!["organisation", "create", "--name", "x", "--id", "no-uuid"],
        vec!["environment", "create", "--name", "x"],
        vec!["key", "create", "--organisation", UNKNOWN_ID, "--name", "x"],
        vec!["key", "create", "--organisation", UNKNOWN_ID, "--name", "x", "--permission", "all"],
        vec![
            "key",
            "create",
            "--organisation",
            UNKNOWN_ID,
            "--name",
            "x",
            "--kind",
            "golden",
            "--all-permissions",
        ],
        vec![
            "key",
            "create",
            "--organisation",
            UNKNOWN_ID,
            "--name",
            "x",
            "--all-permissions",
            "--expires-in",
            "1y",
        ],
        vec!["audit", "list"],
        vec!["audit", "list", "--organisation", "acme"],
        vec!["audit", "list", "--organisation", UNKNOWN_ID, "--limit", "0"],
        vec!["audit", "list", "--organisation", UNKNOWN_ID, "--limit", "10001"],
        vec!["audit", "list", "--organisation", UNKNOWN_ID, "--since", "yesterday"],
        vec!["key", "revoke"],
        vec!["key", "revoke", "no-uuid"],
        vec!["serve", "now"],
    ] {
        let refused = commands.run(&wrong).await?.expect_status(2);
        assert_eq!(refused.stdout, "", "{wrong:?}");
        assert!(!refused.stderr.is_empty(), "{wrong:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 0, "a wrong command left something behind");
    Ok(())
}
