//! How many requests Telex's routes let through, and what they say of it.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, InstallationBuilder, Request, Service, eventually};
use rstest::rstest;

use crate::given::{Acme, UNKNOWN_ID, an_integration, refused};

/// So slow that no test sees a request come back.
fn three_at_once(backend: Backend) -> InstallationBuilder {
    Service::builder(backend).config("rate_limit.requests_per_minute", "1").config("rate_limit.burst", "3")
}

fn two_wrong_keys(backend: Backend) -> InstallationBuilder {
    Service::builder(backend).config("rate_limit.failed_auth_per_minute", "2")
}

/// Asserts the refusal of one request too many, and that it says when to come again.
fn too_many(answer: Answer) {
    let seconds: u64 = answer.header("retry-after").parse().unwrap_or_default();
    assert!((1..=60).contains(&seconds), "{answer}: {:?}", answer.headers);
    assert_eq!(refused(answer, 429, "Too many requests"), "rate limit exceeded");
}

/// The two headers: policy and standing.
fn said(answer: &Answer) -> [&str; 2] {
    ["ratelimit-policy", "ratelimit"].map(|name| answer.header(name))
}

/// How many requests are left.
fn left(answer: &Answer) -> &str {
    let standing = answer.header("ratelimit");
    standing.strip_prefix("\"default\";r=").and_then(|rest| rest.split(';').next()).unwrap_or_default()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_key_has_its_own_requests_and_every_answer_says_how_many(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::of(three_at_once(backend).start().await?).await?;
    let reader = acme.may(&["integrations:read"]).await?;
    let answers = [
        reader.list().await?.expect_status(200),
        reader.find(UNKNOWN_ID).await?.expect_status(404),
        reader.create(&an_integration("shop")).await?.expect_status(403),
    ];
    assert_eq!(answers.each_ref().map(left), ["2", "1", "0"]);
    assert_eq!(said(&answers[0]), [r#""default";q=3;w=180"#, r#""default";r=2;t=60"#]);
    let refusal = reader.list().await?;
    assert_eq!(said(&refusal), [r#""default";q=3;w=180"#, r#""default";r=0;t=180"#]);
    too_many(refusal);
    // Before the permission, and before what is wrong with the path and the body.
    too_many(reader.request("PATCH", "/nonsense").body("{broken").send().await?);
    drop(acme.telex.list().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_may_have_a_limit_of_its_own(#[case] backend: Backend) -> Result<()> {
    // The usual service has none.
    let acme = Acme::on(backend).await?;
    let options = ["--all-permissions", "--requests-per-minute", "2"];
    let limited = acme.telex.with_key(&acme.tenant.key_with(&options).await?.text);
    assert_eq!(said(&limited.list().await?)[0], r#""default";q=2;w=60"#);
    drop(limited.list().await?.expect_status(200));
    too_many(limited.list().await?);
    for _ in 0..5 {
        assert_eq!(said(&acme.telex.list().await?.expect_status(200)), ["", ""]);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_limits_are_on_unless_they_are_switched_off(#[case] backend: Backend) -> Result<()> {
    let usual = Service::builder(backend).without("rate_limit.requests_per_minute").start().await?;
    let acme = Acme::of(usual).await?;
    let answer = acme.telex.list().await?.expect_status(200);
    assert_eq!(said(&answer), [r#""default";q=200;w=2"#, r#""default";r=199;t=1"#]);
    // The default allows sixty wrong keys a minute.
    for _ in 0..60 {
        refused(acme.telex.with_key("wrong").list().await?, 401, "Unauthorized");
    }
    too_many(acme.telex.with_key("wrong").list().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn too_many_wrong_keys_shut_their_address_out_with_good_ones_too(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::of(two_wrong_keys(backend).start().await?).await?;
    let revoked = acme.tenant.key(&["integrations:read"]).await?;
    acme.tenant.revoke(&revoked).await?;
    for _ in 0..5 {
        drop(acme.telex.anonymous("GET", "").send().await?.expect_status(401));
    }
    refused(acme.telex.with_key(&revoked.text).list().await?, 401, "Unauthorized");
    drop(acme.telex.list().await?.expect_status(200));
    let wrong = acme.telex.anonymous("GET", "").header("x-agent-api-key", "wrong");
    refused(wrong.send().await?, 401, "invalid API key");
    too_many(acme.telex.list().await?);
    too_many(acme.telex.anonymous("GET", "").send().await?);
    drop(acme.service.http().get("/healthz").send().await?.expect_status(200));
    let refused_so = || async { Ok(acme.service.server().logs()?.contains("\"status\":429")) };
    eventually("the refusals are logged", refused_so).await?;
    assert!(!acme.service.server().logs()?.contains("\"level\":\"ERROR\""));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn clients_behind_a_trusted_proxy_are_told_apart(#[case] backend: Backend) -> Result<()> {
    let service = two_wrong_keys(backend).config("server.trusted_proxies", "['127.0.0.0/8']").start().await?;
    let acme = Acme::of(service).await?;
    let behind = |key: &str, forwarded: &str| -> Request {
        acme.telex.anonymous("GET", "").bearer(key).header("x-forwarded-for", forwarded)
    };
    // What stands before the last address the client may have made up.
    for made_up in ["203.0.113.1", "203.0.113.2"] {
        let request = behind("wrong", &format!("{made_up}, 198.51.100.1"));
        refused(request.send().await?, 401, "Unauthorized");
    }
    too_many(behind(&acme.key, "198.51.100.1").send().await?);
    too_many(behind(&acme.key, "203.0.113.3, 198.51.100.1, 127.0.0.2").send().await?);
    drop(behind(&acme.key, "198.51.100.1, 198.51.100.2").send().await?.expect_status(200));
    drop(acme.telex.list().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nobody_else_is_believed_who_a_request_comes_from(#[case] backend: Backend) -> Result<()> {
    let service = two_wrong_keys(backend).config("server.trusted_proxies", "['10.0.0.0/8']").start().await?;
    let acme = Acme::of(service).await?;
    for client in ["198.51.100.1", "198.51.100.2"] {
        let request = acme.telex.anonymous("GET", "").bearer("wrong").header("x-forwarded-for", client);
        refused(request.send().await?, 401, "Unauthorized");
    }
    too_many(acme.telex.request("GET", "").header("x-forwarded-for", "198.51.100.3").send().await?);
    Ok(())
}
