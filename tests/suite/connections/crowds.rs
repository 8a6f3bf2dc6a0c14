//! Many connections that keep the service waiting.

use anyhow::Result;
use patchbay_tests::{Wire, eventually};

use super::{others_are_served, warm};
use crate::given::Acme;

/// What a crowd may cost the service in memory, in bytes: far more than was ever seen, far
/// less than a service would take that keeps what it is sent. A connection has buffers of some
/// 16 KiB, and the largest body is 256 KiB.
const FOR_A_CROWD: usize = 64 << 20;

/// What may be left of it in the hands of the allocator once the crowd has gone.
const LEFT_BEHIND: usize = 48 << 20;

/// How many connections a crowd has.
const CROWD: usize = 200;

/// Has others served while a crowd stands there, and looks at what that costs.
async fn bears(acme: &Acme, crowd: Vec<Wire>, before: usize) -> Result<()> {
    others_are_served(acme, "meanwhile").await?;
    let with_the_crowd = acme.service.server().memory()?;
    assert!(with_the_crowd < before + FOR_A_CROWD, "{before} bytes became {with_the_crowd}");
    drop(crowd);
    others_are_served(acme, "afterwards").await?;
    let gone = || async { Ok(acme.service.server().memory()? < before + LEFT_BEHIND) };
    eventually("the memory comes back", gone).await?;
    let calm = "patchbay_http_requests_in_flight 1";
    let in_flight = || async { Ok(acme.service.http().get("/metrics").send().await?.text.contains(calm)) };
    eventually("none of their requests is in flight", in_flight).await
}

#[tokio::test]
async fn a_thousand_idle_connections_hold_nobody_up() -> Result<()> {
    let acme = warm().await?;
    let before = acme.service.server().memory()?;
    let request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut crowd = Wire::many(acme.service.server().address(), 1000, request).await?;
    for wire in &mut crowd {
        // Each was served, and may ask again.
        assert!(wire.answers(1).await?[0].starts_with("HTTP/1.1 200"));
    }
    bears(&acme, crowd, before).await
}

#[tokio::test]
async fn half_a_head_holds_nobody_up() -> Result<()> {
    let acme = warm().await?;
    let before = acme.service.server().memory()?;
    let half = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Half: ";
    let crowd = Wire::many(acme.service.server().address(), CROWD, half).await?;
    bears(&acme, crowd, before).await
}

#[tokio::test]
async fn half_a_body_holds_nobody_up() -> Result<()> {
    let acme = warm().await?;
    let before = acme.service.server().memory()?;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Length: 200000\r\n\r\n",
        acme.telex.integrations(""),
        acme.key
    );
    let half = [head.as_bytes(), " ".repeat(100_000).as_bytes()].concat();
    let crowd = Wire::many(acme.service.server().address(), CROWD, &half).await?;
    bears(&acme, crowd, before).await
}

#[tokio::test]
async fn a_body_that_nobody_wants_holds_nobody_up() -> Result<()> {
    let acme = warm().await?;
    let before = acme.service.server().memory()?;
    let head = b"POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n";
    let half = [head.as_slice(), " ".repeat(100_000).as_bytes()].concat();
    let crowd = Wire::many(acme.service.server().address(), CROWD, &half).await?;
    bears(&acme, crowd, before).await
}

/// The server reads up to sixteen requests of a connection ahead, and each keeps the buffer that
/// it was read from: some megabytes for a client that sends without end and reads nothing. It
/// is the most that a connection can cost, and who comes next costs nothing more.
const FOR_WHO_SENDS_AHEAD: usize = 8 << 20;

#[tokio::test]
async fn clients_that_do_not_read_their_answers_hold_nobody_up() -> Result<()> {
    let acme = warm().await?;
    let before = acme.service.server().memory()?;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
        acme.telex.integrations(""),
        acme.key
    );
    // More answers than fit into the buffers on the way.
    let requests = request.repeat(2000).into_bytes();
    let mut first = 0;
    for round in 0..3 {
        let mut crowd = Wire::many(acme.service.server().address(), 20, b"").await?;
        for wire in &mut crowd {
            wire.send_what_fits(&requests);
        }
        others_are_served(&acme, &format!("meanwhile-{round}")).await?;
        drop(crowd);
        others_are_served(&acme, &format!("afterwards-{round}")).await?;
        let memory = acme.service.server().memory()?;
        assert!(memory < before + 20 * FOR_WHO_SENDS_AHEAD, "{before} bytes became {memory}");
        if round == 0 {
            first = memory;
        }
        assert!(memory < first.max(before) + FOR_A_CROWD, "{first} bytes became {memory}");
    }
    Ok(())
}

#[tokio::test]
async fn requests_in_one_go_are_answered_in_their_order() -> Result<()> {
    let acme = warm().await?;
    let request = |number: usize| {
        let path = if number.is_multiple_of(2) { acme.telex.integrations("") } else { "/healthz".to_owned() };
        let key = &acme.key;
        format!(
            "GET {path} HTTP/1.1\r\nHost: a\r\nX-Request-Id: {number}\r\nAuthorization: Bearer {key}\r\n\r\n"
        )
    };
    let all: String = (0..100).map(request).collect();
    let mut wire = Wire::to(acme.service.server().address()).await?;
    wire.send(all.as_bytes()).await;
    for (number, answer) in wire.answers(100).await?.iter().enumerate() {
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains(&format!("x-request-id: {number}\r\n")), "{number}: {answer}");
    }
    Ok(())
}
