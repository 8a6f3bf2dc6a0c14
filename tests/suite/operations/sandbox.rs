//! `patchbay sandbox`: the fake third parties alone.

use anyhow::{Context, Result};
use patchbay_tests::{CommandLine, Sandbox, SandboxCall};
use serde_json::json;
use tempfile::TempDir;

/// The head of a request that the sandbox never answers.
const HANGS: &[u8] = b"GET /manifests/hang.json HTTP/1.1\r\nhost: sandbox\r\n\r\n";

#[tokio::test]
async fn it_prints_where_it_is_and_whom_it_knows_and_ends_when_it_is_told_to() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    assert!(sandbox.origin().starts_with("http://127.0.0.1:"), "{}", sandbox.origin());
    assert_eq!((sandbox.client_id(), sandbox.client_secret()), ("sandbox-client", "sandbox-secret"));
    let offers = sandbox.http()?.get("/").send().await?.expect_status(200).json();
    assert_eq!(offers["offers"]["slack"]["base_url"], sandbox.url("/slack"));
    let (status, rest) = sandbox.stop().await?;
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""));
    Ok(())
}

#[tokio::test]
async fn it_ends_although_an_answer_is_due() -> Result<()> {
    use tokio::io::AsyncWriteExt;
    let sandbox = Sandbox::start().await?;
    let address = sandbox.origin().strip_prefix("http://").context("no plain http")?;
    let mut waiting = tokio::net::TcpStream::connect(address).await?;
    waiting.write_all(HANGS).await?;
    patchbay_tests::eventually("it is asked", || async {
        Ok(sandbox.count("/manifests/hang.json").await? == 1)
    })
    .await?;
    assert_eq!(sandbox.stop().await?.0.code(), Some(0));
    drop(waiting);
    Ok(())
}

#[tokio::test]
async fn it_tells_what_it_was_asked_for() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let manifest = sandbox.http()?.get("/manifests/output.json").send().await?.expect_status(200).json();
    assert_eq!(manifest["data"]["descriptions"]["app_name"], "Error Tracker");
    assert_eq!(sandbox.manifest("output"), sandbox.url("/manifests/output.json"));
    let call = SandboxCall {
        method: "GET".to_owned(),
        path: "/manifests/output.json".to_owned(),
        step: None,
        code: Some("output".to_owned()),
        answer: "ok".to_owned(),
        count: 1,
    };
    assert_eq!(sandbox.calls().await?, [call]);
    sandbox.forget_calls().await?;
    assert_eq!((sandbox.calls().await?, sandbox.count("/manifests/output.json").await?), (vec![], 0));
    Ok(())
}

#[tokio::test]
async fn its_slack_exchanges_a_code() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let form = format!(
        "client_id={}&client_secret={}&code=your_oauth_code_here",
        sandbox.client_id(),
        sandbox.client_secret()
    );
    let asked = sandbox.http()?.request("POST", "/slack/api/oauth.v2.access");
    let asked = asked.header("content-type", "application/x-www-form-urlencoded").nameless_body(form);
    let given = asked.send().await?.expect_status(200).json();
    assert_eq!((&given["ok"], &given["access_token"]), (&json!(true), &json!("your_access_token")));
    Ok(())
}

/// The entry of a provider whose check is at this path.
fn entry(id: &str, path: &str) -> String {
    format!(
        "schema = 1\nid = '{id}'\nname = 'Ours'\ndescription = 'Our own'\nreviewed = 2026-11-20\n\
         [[fields]]\nkey = 'api_key'\nkind = 'text'\nsecret = true\n\
         [[auth]]\nid = 'key'\ntype = 'static'\nneeds = ['api_key']\nsign = {{ bearer = '{{api_key}}' }}\n\
         [[verify]]\nid = 'me'\nmethod = 'GET'\nurl = 'https://api.ours.example{path}'\n\
         expect = {{ status = [200], all = [{{ at = '/me', test = 'object' }}] }}\n"
    )
}

#[tokio::test]
async fn it_plays_every_provider_that_has_an_entry_at_each_moment() -> Result<()> {
    let folder = TempDir::new()?;
    std::fs::write(folder.path().join("our_crm.toml"), entry("our_crm", "/v1/me"))?;
    let sandbox = Sandbox::with_providers(folder.path()).await?;
    let asked = async |path: &str, key: &str| sandbox.http()?.get(path).bearer(key).send().await;
    let good = asked("/our_crm/v1/me", "a-key").await?.expect_status(200);
    assert_eq!(good.json(), json!({ "me": {} }));
    drop(asked("/our_crm/v1/me", "a-rejected-key").await?.expect_status(401));
    drop(asked("/other_crm/v2/me", "a-key").await?.expect_status(501));

    std::fs::write(folder.path().join("other_crm.toml"), entry("other_crm", "/v2/me"))?;
    sandbox.hang_up().await?;
    let played = || async { Ok(asked("/other_crm/v2/me", "a-key").await?.status == 200) };
    patchbay_tests::eventually("the new one is played", played).await?;
    assert_eq!(sandbox.steps("our_crm", "check me").await?, 2);
    Ok(())
}

#[tokio::test]
async fn a_port_that_is_taken_is_refused_with_a_way_out() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let port = sandbox.origin().rsplit(':').next().context("no port")?;
    let folder = TempDir::new()?;
    let refused = CommandLine::in_folder(folder.path()).run(&["sandbox", "--port", port]).await?;
    let said = refused.expect_refusal();
    assert!(said.contains(port) && said.contains("--port"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 0, "the sandbox left something behind");
    Ok(())
}
