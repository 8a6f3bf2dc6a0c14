//! `patchbay dev`: everything for a first try.

use std::os::unix::fs::PermissionsExt;

use anyhow::Result;
use patchbay_tests::{Server, demo_key};
use serde_json::json;
use tempfile::TempDir;

#[tokio::test]
async fn the_first_start_prints_a_key_that_works() -> Result<()> {
    let folder = TempDir::new()?;
    let server = Server::dev(folder.path()).await?;
    let said = server.logs()?;
    assert!(said.contains("curl "), "no ready-to-paste lines:\n{said}");
    let demo = demo_key(&said)?;
    let path = format!("/api/v1/organisations/{}/integrations", demo.organisation);
    let made = server.http().request("POST", &path).bearer(&demo.key);
    let made = made.json(&json!({ "name": "first", "json_url": "https://a.example" })).send().await?;
    drop(made.expect_status(201));
    drop(server.http().get(&path).bearer(&demo.key).send().await?.expect_status(200));
    Ok(())
}

#[tokio::test]
async fn a_later_start_keeps_everything_and_prints_no_key() -> Result<()> {
    let folder = TempDir::new()?;
    let mut server = Server::dev(folder.path()).await?;
    let demo = demo_key(&server.logs()?)?;
    assert!(server.terminate().await?.success());
    let before = server.outputs()?;

    let server = Server::dev(folder.path()).await?;
    for (before, after) in before.iter().zip(server.outputs()?) {
        let said = after.text().split_off(before.text().len());
        assert!(!said.contains("ck_"), "a later start shows a key:\n{said}");
    }
    let path = format!("/organisations/{}/integrations", demo.organisation);
    drop(server.http().get(&path).bearer(&demo.key).send().await?.expect_status(200));
    Ok(())
}

#[tokio::test]
async fn what_it_makes_is_for_its_owner_alone() -> Result<()> {
    let folder = TempDir::new()?;
    let _server = Server::dev(folder.path()).await?;
    let key_file = folder.path().join("data").join("master.key");
    let mode = std::fs::metadata(&key_file)?.permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{mode:o}");
    assert!(folder.path().join("data").join("patchbay.db").is_file());
    Ok(())
}
