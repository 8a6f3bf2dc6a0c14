//! How the service ends when it is asked to.

use anyhow::Result;
use patchbay_tests::{Backend, Service, eventually};
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::given::{Acme, an_integration};

/// Sends the head of a creation whose body is still to come, and waits until the service
/// says that it has read it.
async fn begin_creation(acme: &Acme, length: usize) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(acme.service.server().address()).await?;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: patchbay\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\nexpect: 100-continue\r\n\r\n",
        acme.telex.integrations(""),
        acme.key
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await?;
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 100");
    Ok(stream)
}

/// Waits until the service takes no new connections.
async fn closed_to_others(acme: &Acme) -> Result<()> {
    let address = acme.service.server().address();
    let refused = || async { Ok(TcpStream::connect(address).await.is_err()) };
    eventually("it takes no new connections", refused).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_request_in_flight_is_finished_and_new_ones_are_refused(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let body = an_integration("shop").to_string();
    let mut in_flight = begin_creation(&acme, body.len()).await?;
    acme.service.server().ask_to_end().await?;
    closed_to_others(&acme).await?;

    in_flight.write_all(body.as_bytes()).await?;
    let mut answer = String::new();
    in_flight.read_to_string(&mut answer).await?;
    assert!(answer.contains("HTTP/1.1 201"), "{answer}");
    let status = acme.service.server_mut().ended().await?;
    assert!(status.success(), "it ended with {status}");

    acme.service.restart().await?;
    let listed = acme.service.telex("", &acme.tenant, &acme.key).list().await?.json();
    assert_eq!(listed["data"][0]["app_name"], "shop");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_idle_service_ends_with_status_0(#[case] backend: Backend) -> Result<()> {
    let mut service = Service::on(backend).await?;
    let idle = TcpStream::connect(service.server().address()).await?;
    let status = service.server_mut().terminate().await?;
    assert_eq!(status.code(), Some(0));
    drop(idle);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_it_up(#[case] backend: Backend) -> Result<()> {
    let builder = Service::builder(backend).config("server.shutdown_grace_ms", "200");
    let mut acme = Acme::of(builder.start().await?).await?;
    let stuck = begin_creation(&acme, 1000).await?;
    let status = acme.service.server_mut().terminate().await?;
    assert_eq!(status.code(), Some(0));
    drop(stuck);
    Ok(())
}
