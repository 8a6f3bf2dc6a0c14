//! HEAD: what GET is answered, without the body (RFC 9110 §9.3.2).

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Request, Wire};
use rstest::rstest;

use crate::given::{Acme, an_integration};

/// Headers that are another for each request.
const OF_ITS_OWN: [&str; 4] = ["date", "x-request-id", "ratelimit", "ratelimit-policy"];

fn headers(answer: &Answer) -> Vec<(String, String)> {
    let all = answer.headers.keys().map(|name| (name.to_string(), answer.header(name.as_str()).to_owned()));
    let mut headers: Vec<_> = all.filter(|(name, _)| !OF_ITS_OWN.contains(&name.as_str())).collect();
    headers.sort();
    headers
}

/// Asserts that HEAD is answered with the head of what GET is answered, and answers the status.
async fn expect_head_of_get(asked: impl Fn(&str) -> Request) -> Result<u16> {
    let (get, head) = (asked("GET").send().await?, asked("HEAD").send().await?);
    assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{get}");
    assert_eq!(headers(&head), headers(&get), "{get}");
    if get.status != 304 {
        assert_eq!(head.header("content-length"), get.text.len().to_string(), "{get}");
    }
    Ok(head.status)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn head_is_answered_wherever_get_is_and_like_it(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let tag = acme.telex.find(&id).await?.header("etag").to_owned();
    let http = acme.service.http();
    for (below, status) in
        [("", 200), ("?limit=1", 200), ("/", 200), ("/custom", 200), ("/no-uuid", 404), ("?page=0", 400)]
    {
        let asked = |method: &str| acme.telex.request(method, below);
        assert_eq!(expect_head_of_get(asked).await?, status, "{below}");
    }
    let one = format!("/{id}");
    assert_eq!(expect_head_of_get(|method| acme.telex.request(method, &one)).await?, 200);
    let known = |method: &str| acme.telex.request(method, &one).header("if-none-match", &tag);
    assert_eq!(expect_head_of_get(known).await?, 304);
    assert_eq!(expect_head_of_get(|method| acme.telex.anonymous(method, "")).await?, 401);
    for (path, status) in [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/openapi/telex.json", 200),
        ("/docs", 200),
        ("/organisations/nothing", 404),
        ("/nothing", 404),
    ] {
        assert_eq!(expect_head_of_get(|method| http.request(method, path)).await?, status, "{path}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn head_is_no_way_around_a_route_that_has_no_get(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let answer = acme.telex.request("HEAD", &format!("/{id}/settings/{id}")).send().await?;
    let answer = answer.expect_status(405);
    assert_eq!((answer.header("allow"), answer.text.as_str()), ("PATCH, DELETE", ""));
    Ok(())
}

/// What a connection carries after it is what a client takes for the next answer.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_but_a_head_is_sent_and_the_log_says_that_it_was_asked_for(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let mut wire = Wire::to(acme.service.server().address()).await?;
    wire.send(b"HEAD /healthz HTTP/1.1\r\nhost: x\r\n\r\nHEAD /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    let sent = wire.rest().await?;
    assert_eq!(sent.matches("HTTP/1.1 200 OK\r\n").count(), 2, "{sent}");
    assert_eq!(sent.matches("content-length: 15\r\n").count(), 2, "{sent}");
    assert!(!sent.contains("status") && sent.ends_with("\r\n\r\n"), "{sent}");
    assert!(acme.service.server().logs()?.contains(r#""method":"HEAD""#));
    Ok(())
}
