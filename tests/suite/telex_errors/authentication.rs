//! Who is known, and how one who is not is told so.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Request, TELEX_PREFIXES, eventually};
use rstest::rstest;

use crate::given::{Acme, refused};
use crate::telex_routes::{ROUTES, Routed};

/// The platform's own header for keys.
const AGENT_KEY: &str = "x-agent-api-key";

/// A key that is well formed to its checksum, and that nobody was given.
fn unknown_key() -> String {
    let start = format!("ck_{}", "5eed".repeat(14));
    format!("{start}{:08x}", crc32fast::hash(start.as_bytes()))
}

/// Asserts the 401 of this message, with all that belongs to it.
fn unknown_caller(answer: Answer, message: &str) {
    assert_eq!(
        answer.header("www-authenticate"),
        r#"Bearer realm="patchbay", error="invalid_token""#,
        "{answer}"
    );
    let error = refused(answer, 401, message);
    assert_eq!(error, "Invalid or missing authentication token");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn whoever_presents_no_live_key_is_unknown(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let revoked = acme.tenant.key(&["integrations:read"]).await?;
    acme.tenant.revoke(&revoked).await?;
    let ask = || acme.telex.anonymous("GET", "");
    let (key, unknown) = (&acme.key, unknown_key());
    for (case, request) in [
        ("no header", ask()),
        ("no scheme", ask().header("authorization", key)),
        ("an empty header", ask().header("authorization", "")),
        ("a scheme alone", ask().header("authorization", "Bearer")),
        ("an empty key", ask().header("authorization", "Bearer ")),
        ("another scheme", ask().header("authorization", format!("Basic {key}"))),
        ("two keys", ask().header("authorization", format!("Bearer {key} {key}"))),
        ("no key of ours", ask().bearer("eyJhbGciOiJub25lIn0.e30.")),
        ("a key cut short", ask().bearer(&key[..key.len() - 1])),
        ("a key with more", ask().bearer(&format!("{key}0"))),
        ("a key in upper case", ask().bearer(&key.to_uppercase())),
        ("no UTF-8", ask().header("authorization", b"Bearer \xff\xfe")),
        ("a very long key", ask().bearer(&"c".repeat(4000))),
        ("an unknown key", ask().bearer(&unknown)),
        ("a revoked key", ask().bearer(&revoked.text)),
    ] {
        eprintln!("{case}"); // shown only when the test fails
        unknown_caller(request.send().await?, "Unauthorized");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_mistyped_key_is_refused_like_an_unknown_one(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let unknown = acme.telex.with_key(&unknown_key()).list().await?.text;
    for position in [3, 20, acme.key.len() - 1] {
        let mut mistyped = acme.key.clone();
        let other = if &mistyped[position..=position] == "0" { "1" } else { "0" };
        mistyped.replace_range(position..=position, other);
        let answer = acme.telex.with_key(&mistyped).list().await?;
        assert_eq!(answer.text, unknown);
        unknown_caller(answer, "Unauthorized");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_in_the_platforms_own_header_is_refused_in_its_own_words(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let revoked = acme.tenant.key(&["integrations:read"]).await?;
    acme.tenant.revoke(&revoked).await?;
    let ask = |key: &str| acme.telex.anonymous("GET", "").header(AGENT_KEY, key);
    for key in [unknown_key().as_str(), revoked.text.as_str(), "no key of ours"] {
        unknown_caller(ask(key).send().await?, "invalid API key");
    }
    drop(ask(&acme.key).send().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_two_keys_the_bearer_counts(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let unknown = unknown_key();
    let both = |bearer: &str, agent: &str| {
        acme.telex.anonymous("GET", "").bearer(bearer).header(AGENT_KEY, agent).send()
    };
    drop(both(&acme.key, &unknown).await?.expect_status(200));
    unknown_caller(both(&unknown, &acme.key).await?, "Unauthorized");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_name_of_the_scheme_may_be_in_any_case(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let value = format!("{scheme} {}", acme.key);
        let request: Request = acme.telex.anonymous("GET", "").header("authorization", value);
        drop(request.send().await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_in_use_ends_at_its_hour(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let options = ["--permission", "integrations:read", "--expires-in", "3s"];
    let telex = acme.telex.with_key(&acme.tenant.key_with(&options).await?.text);
    drop(telex.list().await?.expect_status(200));
    let over = || async { Ok(telex.list().await?.status != 200) };
    eventually("the key is over", over).await?;
    unknown_caller(telex.list().await?, "Unauthorized");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_route_wants_a_key(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    for route in ROUTES {
        for prefix in TELEX_PREFIXES {
            let path = format!("{prefix}{}", routed.path(route));
            let request = routed.acme.service.http().request(route.method, &path);
            unknown_caller(request.json(&routed.body(route)).send().await?, "Unauthorized");
        }
    }
    Ok(())
}
