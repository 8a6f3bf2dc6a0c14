//! Requests whose beginning and end can be read in more ways than one, and those that are
//! larger than any request is.

use anyhow::Result;
use patchbay_tests::{Backend, Service, Wire};

use super::{others_are_served, warm};
use crate::given::Acme;

/// What would be answered if what follows a request were taken for another one.
const SMUGGLED: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: smuggled\r\n\r\n";

/// Sends these bytes and answers all that comes until the service closes.
async fn said_to(service: &Service, request: &str) -> Result<String> {
    let mut wire = Wire::to(service.server().address()).await?;
    wire.send(request.as_bytes()).await;
    wire.rest().await
}

/// Asserts that a request is refused and the connection closed, without a look at what comes
/// behind it.
async fn refused_whole(service: &Service, request: &str, status: u16) -> Result<()> {
    let said = said_to(service, &format!("{request}{SMUGGLED}")).await?;
    assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?} was answered {said:?}");
    assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{request:?} was answered {said:?}");
    assert!(!said.contains("smuggled"), "{request:?} was answered {said:?}");
    Ok(())
}

#[tokio::test]
async fn a_head_that_can_be_read_in_two_ways_is_refused() -> Result<()> {
    let service = Service::on(Backend::Sqlite).await?;
    for headers in [
        "Content-Length: 6\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length: ",
        "Content-Length: 99999999999999999999999",
        "Content-Length : 5",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked\u{b}",
        "X-Folded: a\r\n b",
        "X-Folded: a\r\n\tTransfer-Encoding: chunked",
        " Transfer-Encoding: chunked",
        "X-No-Colon",
        ": no name",
        "X-Nul: a\0b",
        "X Y: a",
    ] {
        let request = format!("POST /healthz HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n0\r\n\r\n");
        refused_whole(&service, &request, 400).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_first_line_that_is_none_is_refused() -> Result<()> {
    let service = Service::on(Backend::Sqlite).await?;
    for line in [
        "GET /healthz",
        "GET /healthz HTTP/1.1 HTTP/1.1",
        "GET /a b HTTP/1.1",
        "GET  /healthz HTTP/1.1",
        "GET /healthz HTTP/9.9",
        "GET /healthz http/1.1",
        "G\u{1}T /healthz HTTP/1.1",
        "\u{16}\u{3}\u{1}\u{2}",
    ] {
        refused_whole(&service, &format!("{line}\r\nHost: a\r\n\r\n"), 400).await?;
    }
    Ok(())
}

/// The head of a request that brings a body in chunks.
fn in_chunks(acme: &Acme) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        acme.telex.integrations(""),
        acme.key
    )
}

#[tokio::test]
async fn chunks_of_a_size_that_is_none_are_refused() -> Result<()> {
    let acme = warm().await?;
    for chunk in [
        "zz\r\n{}\r\n",
        "-1\r\n{}\r\n",
        "+2\r\n{}\r\n",
        "0x2\r\n{}\r\n",
        "\r\n{}\r\n",
        "FFFFFFFFFFFFFFFFF\r\n{}\r\n",
        "2\r\n{}garbage\r\n",
        "2\n{}\r\n",
    ] {
        refused_whole(&acme.service, &format!("{}{chunk}0\r\n\r\n", in_chunks(&acme)), 400).await?;
    }
    others_are_served(&acme, "afterwards").await
}

#[tokio::test]
async fn chunks_of_any_size_that_is_one_are_read() -> Result<()> {
    let acme = warm().await?;
    let body = r#"{"name":"chunked","json_url":"x"}"#;
    let chunks: Vec<_> = body.chars().map(|c| format!("1;extension=\"x\"\r\n{c}\r\n")).collect();
    let chunks = chunks.concat();
    let mut wire = Wire::to(acme.service.server().address()).await?;
    wire.send(format!("{}{chunks}0\r\n\r\n{SMUGGLED}", in_chunks(&acme)).as_bytes()).await;
    let answers = wire.answers(2).await?;
    assert!(answers[0].starts_with("HTTP/1.1 201"), "{answers:?}");
    assert!(answers[1].contains("x-request-id: smuggled"), "{answers:?}");
    Ok(())
}

#[tokio::test]
async fn more_headers_than_a_request_has_are_refused() -> Result<()> {
    let acme = warm().await?;
    let before = acme.service.server().memory()?;
    let head = |headers: &str| format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
    let headers = |number, value: &str| {
        let headers: Vec<_> = (0..number).map(|number| format!("X-{number}: {value}\r\n")).collect();
        headers.concat()
    };
    let many = headers(200, "a");
    refused_whole(&acme.service, &head(&many), 431).await?;
    // No end of one header, and no end of headers.
    for flood in [format!("X-Long: {}", "a".repeat(4 << 20)), "X-A: aaaaaaaa\r\n".repeat(1 << 18)] {
        let said = said_to(&acme.service, &head(&flood)).await?;
        assert!(!said.contains("HTTP/1.1 200"), "{said}");
    }
    let fine = headers(90, &"a".repeat(1000));
    let mut wire = Wire::to(acme.service.server().address()).await?;
    wire.send(head(&fine).as_bytes()).await;
    assert!(wire.answers(1).await?[0].starts_with("HTTP/1.1 200"));
    others_are_served(&acme, "afterwards").await?;
    let after = acme.service.server().memory()?;
    assert!(after < before + (48 << 20), "{before} bytes became {after}");
    Ok(())
}
