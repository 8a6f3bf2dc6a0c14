//! Of several things that are wrong, the first of these is named: the key, the permission,
//! the organisation's id, the body, whether the organisation exists, whether it is connected.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex};
use rstest::rstest;

use super::{BAD_KEY, BAD_REQUEST, Slacked, connected};
use crate::given::{UNKNOWN_ID, refused};

const BROKEN: &str = "{ broken";

async fn broken(telex: &Telex) -> Result<Answer> {
    telex.exchanging("?replace=banana").body(BROKEN).send().await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_bad_key_is_told_from_a_bad_body_by_the_challenge(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let error = "Invalid or missing authentication token";
    let stranger = acme.telex.with_key("nobody's");
    for telex in [&stranger, &stranger.about("no-uuid"), &stranger.about(UNKNOWN_ID)] {
        for answer in [broken(telex).await?, telex.access().await?] {
            assert_eq!(answer.header("www-authenticate"), BAD_KEY, "{answer}");
            assert_eq!(refused(answer, 401, "Unauthorized"), error);
        }
    }
    let http = acme.service.http();
    for (method, path) in [("POST", acme.telex.slack("/token-exchg")), ("GET", acme.telex.slack(""))] {
        let nameless = http.request(method, &path).body(BROKEN).send().await?;
        assert_eq!(nameless.header("www-authenticate"), BAD_KEY, "{nameless}");
        assert_eq!(refused(nameless, 401, "Unauthorized"), error);
        let of_an_app = http.request(method, &path).header("x-agent-api-key", "nobody's").body(BROKEN);
        let of_an_app = of_an_app.send().await?;
        assert_eq!(of_an_app.header("www-authenticate"), BAD_KEY, "{of_an_app}");
        assert_eq!(refused(of_an_app, 401, "invalid API key"), error);
    }
    let bad_body = broken(&acme.telex).await?;
    assert_eq!(bad_body.header("www-authenticate"), BAD_REQUEST, "{bad_body}");
    refused(bad_body, 401, "Invalid request body");
    assert_eq!(sandbox.calls().await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_missing_permission_comes_before_id_and_body(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    let reader = acme.may(&["integrations:read"]).await?;
    let exchanger = acme.may(&["oauth:exchange"]).await?;
    for organisation in [acme.tenant.id.as_str(), "no-uuid", UNKNOWN_ID] {
        let error = refused(broken(&reader.about(organisation)).await?, 403, "Forbidden");
        assert_eq!(error, "missing permission: oauth:exchange");
        let error = refused(exchanger.about(organisation).access().await?, 403, "Forbidden");
        assert_eq!(error, "missing permission: integrations:read");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_id_that_is_no_uuid_is_404_before_the_body(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let id = &acme.tenant.id;
    for malformed in ["not-a-uuid", "7", &id[1..], &format!("{id}0"), &id.replace('-', "%2d%2d"), "%00"] {
        let nowhere = acme.telex.about(malformed);
        for answer in
            [broken(&nowhere).await?, nowhere.exchange("sandbox-ok").await?, nowhere.access().await?]
        {
            assert_eq!(answer.header("www-authenticate"), "", "{answer}");
            refused(answer, 404, "Organisation not found");
        }
    }
    assert_eq!(sandbox.calls().await?, []);
    connected(&acme.telex.about(&id.to_uppercase()), "sandbox-ok").await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_body_comes_before_the_organisation_and_the_connection(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    connected(&acme.telex, "sandbox-ok").await?;
    for telex in [&acme.telex, &acme.telex.about(UNKNOWN_ID)] {
        refused(broken(telex).await?, 401, "Invalid request body");
    }
    refused(acme.telex.about(UNKNOWN_ID).exchange("sandbox-ok").await?, 404, "Organisation not found");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn other_methods_and_paths_beside_them_are_refused(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    for telex in acme.below_each_prefix() {
        for (method, below, allow) in
            [("GET", "/token-exchg", "POST"), ("POST", "", "GET, HEAD"), ("DELETE", "", "GET, HEAD")]
        {
            let answer = telex.at(method, &telex.slack(below)).send().await?;
            assert_eq!(answer.header("allow"), allow, "{answer}");
            refused(answer, 405, "Method not allowed");
        }
        refused(telex.at("POST", &telex.slack("/token-exchange")).send().await?, 404, "Not found");
        refused(telex.at("GET", &telex.path("/slack")).send().await?, 404, "Not found");
        // One slash at the end is tolerated.
        drop(telex.at("GET", &telex.slack("/")).send().await?.expect_status(404));
        let slashed =
            telex.at("POST", &telex.slack("/token-exchg/")).body(r#"{"oauth_code":"sandbox-used"}"#);
        assert_eq!(refused(slashed.send().await?, 401, "Invalid request body"), "code_already_used");
    }
    assert_eq!(sandbox.exchanges().await?, 2);
    Ok(())
}
