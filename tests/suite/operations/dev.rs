//! `patchbay dev`: everything for a first try.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use anyhow::{Context, Result};
use patchbay_tests::{Http, ManifestHost, Server, Telex, eventually};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn the_first_start_prints_a_key_that_works() -> Result<()> {
    let folder = TempDir::new()?;
    let server = Server::dev(folder.path()).await?;
    let demo = server.demo().await?;
    let path = format!("/api/v1/organisations/{}/integrations", demo.organisation);
    let made = server.http().request("POST", &path).bearer(&demo.key);
    let made = made.json(&json!({ "name": "first", "json_url": "https://a.example" })).send().await?;
    drop(made.expect_status(201));
    drop(server.http().get(&path).bearer(&demo.key).send().await?.expect_status(200));
    Ok(())
}

#[tokio::test]
async fn the_lines_that_it_prints_can_be_pasted_into_a_shell() -> Result<()> {
    let folder = TempDir::new()?;
    let server = Server::dev(folder.path()).await?;
    server.demo().await?;
    let said = server.logs()?;
    let answers = pasted(&said, "# create")?;
    assert!(answers.contains(r#""message":"Integration app created successfully""#), "{answers}");
    assert!(answers.contains(r#""message":"Integrations deleted successfully""#), "{answers}");
    assert!(answers.contains(r#""app_name":"Uptime Watch""#), "{answers}");
    assert!(answers.contains(r#""message":"Slack OAuth token exchange successful""#), "{answers}");
    assert!(answers.contains(r#""team_name":"acme""#), "{answers}");
    assert!(!answers.contains(r#""status":"error""#), "{answers}");
    let answers = pasted(&said, "# which types")?;
    assert!(answers.contains(r#"{"type":"shopify","name":"Shopify""#), "{answers}");
    assert!(answers.contains(r#""name":"Desk","type":"zendesk","config":{"subdomain":"acme"}"#), "{answers}");
    // What the lines before have connected is there too.
    assert!(answers.contains(r#""type":"slack""#) && !answers.contains("detail"), "{answers}");
    Ok(())
}

/// What the lines print that begin with this one, up to the next empty one.
fn pasted(said: &str, first: &str) -> Result<String> {
    let from = said.find(first).with_context(|| format!("no line begins {first}"))?;
    let until = said[from..].find("\n\n").context("the lines have no end")?;
    let pasted = Command::new("sh").args(["-ec", &said[from..from + until]]).output()?;
    let answers = String::from_utf8(pasted.stdout)?;
    assert!(pasted.status.success(), "{answers}{}", String::from_utf8_lossy(&pasted.stderr));
    Ok(answers)
}

#[tokio::test]
async fn manifests_of_the_sandbox_can_be_installed_and_nothing_else_on_this_machine() -> Result<()> {
    let folder = TempDir::new()?;
    let server = Server::dev(folder.path()).await?;
    let demo = server.demo().await?;
    let telex = Telex::new(server.http(), "", &demo.organisation, &demo.key);
    for name in ["output", "modifier", "interval", "plain"] {
        telex.installed(&format!("{}/manifests/{name}.json", demo.sandbox)).await?;
    }
    for name in ["no-name", "not-an-object", "rubbish", "status-500", "redirect", "flood"] {
        let refused = telex.install(&format!("{}/manifests/{name}.json", demo.sandbox)).await?;
        assert_eq!(refused.expect_status(400).json()["message"], "Invalid JSON URL supplied", "{name}");
    }
    let neighbour = ManifestHost::start().await?;
    let elsewhere = neighbour.shows("/app.json", &json!({ "descriptions": { "app_name": "Neighbour" } }));
    drop(telex.install(&elsewhere).await?.expect_status(400));
    assert_eq!(neighbour.asked(), [""; 0]);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_the_sandbox_never_gives_does_not_hold_up_the_end() -> Result<()> {
    let folder = TempDir::new()?;
    let mut server = Server::dev(folder.path()).await?;
    let sandbox: SocketAddr = server.demo().await?.sandbox.trim_start_matches("http://").parse()?;
    let mut waiting = TcpStream::connect(sandbox).await?;
    waiting.write_all(b"GET /manifests/hang.json HTTP/1.1\r\nhost: sandbox\r\n\r\n").await?;
    eventually("the sandbox is asked", || async {
        Ok(Http::to(sandbox).get("/sandbox/requests").send().await?.text.contains("hang"))
    })
    .await?;
    assert!(server.terminate().await?.success());
    Ok(())
}

#[tokio::test]
async fn a_later_start_keeps_everything_and_prints_no_key() -> Result<()> {
    let folder = TempDir::new()?;
    let mut server = Server::dev(folder.path()).await?;
    let demo = server.demo().await?;
    assert!(server.terminate().await?.success());
    let before = server.outputs()?;

    let mut server = Server::dev(folder.path()).await?;
    let path = format!("/organisations/{}/integrations", demo.organisation);
    drop(server.http().get(&path).bearer(&demo.key).send().await?.expect_status(200));
    assert!(server.terminate().await?.success());
    for (before, after) in before.iter().zip(server.outputs()?) {
        let said = after.text().split_off(before.text().len());
        assert!(!said.contains("ck_"), "a later start shows a key:\n{said}");
    }
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
