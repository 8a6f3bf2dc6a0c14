//! What servers may answer, and what becomes of it.

use std::time::Duration;

use rstest::rstest;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::*;
use crate::testing::{Manner, head, healthy, says, serve, server};

#[tokio::test]
async fn a_proper_answer_is_read_whole() {
    let server = server(healthy()).await;
    let response = client().send(get_from(server.port)).await.unwrap();
    assert_eq!((response.status(), response.body()), (200, b"ok".as_slice()));
    assert!(response.is_success());
    assert_eq!((response.header("x-from"), response.header("x-none")), (Some("server"), None));
}

#[tokio::test]
async fn the_request_is_what_was_asked_for_and_little_more() {
    let mut server = server(healthy()).await;
    let request = OutboundRequest::new(Method::POST, url(&format!("http://127.1:{}/a%2Fb?c=d", server.port)));
    let request = request.header("X-Key", "v").unwrap().header("User-Agent", "Mine").unwrap().body("hello");
    client().send(request).await.unwrap();
    let mut lines: Vec<_> = server.heard().await.lines().map(str::to_lowercase).collect();
    assert_eq!(lines.remove(0), "post /a%2fb?c=d http/1.1");
    lines.sort();
    let host = format!("host: 127.0.0.1:{}", server.port);
    assert_eq!(lines, ["", "accept: */*", "content-length: 5", &host, "user-agent: mine", "x-key: v"]);
}

#[rstest]
#[case(400)]
#[case(404)]
#[case(500)]
#[case(503)]
#[tokio::test]
async fn a_refusal_of_the_other_side_is_an_answer(#[case] status: u16) {
    let server = server(says(&format!("HTTP/1.1 {status} No\r\nContent-Length: 2\r\n\r\nno"))).await;
    let response = client().send(get_from(server.port)).await.unwrap();
    assert_eq!(
        (response.status(), response.is_success(), response.body()),
        (status, false, b"no".as_slice())
    );
}

#[rstest]
#[case::before_the_head(Manner::Hangs(""))]
#[case::inside_the_head(Manner::Hangs("HTTP/1.1 200 OK\r\nContent-"))]
#[case::inside_the_body(Manner::Hangs("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))]
#[case::inside_a_chunk(Manner::Hangs("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"))]
#[case::trickling_the_head(Manner::Trickles("HTTP/1.1 200 OK\r\nX: ", "x"))]
#[case::trickling_the_body(Manner::Trickles("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "x"))]
#[case::only_ever_continuing(Manner::Trickles(
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n"
))]
#[tokio::test]
async fn one_deadline_covers_the_whole_answer(#[case] manner: Manner) {
    let mut server = server(manner).await;
    let request = get_from(server.port).within(Duration::from_secs(10));
    let pending = tokio::spawn(async move { client().send(request).await });
    server.heard().await;
    // From here on the clock goes on by itself whenever everybody waits.
    tokio::time::pause();
    let outcome = pending.await.unwrap();
    assert!(matches!(outcome, Err(OutboundError::TimedOut)), "{outcome:?}");
}

#[tokio::test]
async fn a_request_can_have_less_time_than_the_policy_gives_and_not_more() {
    let mut server = server(Manner::Hangs("")).await;
    let policy = OutboundPolicy { timeout: Duration::from_secs(60), ..policy() };
    let client = client_with(policy, Arc::new(Ignorant));
    let send = |seconds| {
        let (client, request) = (client.clone(), get_from(server.port).within(Duration::from_secs(seconds)));
        tokio::spawn(async move {
            assert!(matches!(client.send(request).await, Err(OutboundError::TimedOut)));
            seconds
        })
    };
    let [longer, shorter] = [send(3600), send(5)];
    server.heard().await;
    server.heard().await;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    assert_eq!(shorter.await.unwrap(), 5);
    assert!(!longer.is_finished());
    longer.await.unwrap();
    assert!(start.elapsed() <= Duration::from_secs(61), "{:?} on the standing clock", start.elapsed());
}

#[rstest]
#[case::announced("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "")]
#[case::announced_beyond_all_memory("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", "")]
#[case::in_chunks("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nabcde\r\n")]
#[case::until_the_end("HTTP/1.1 200 OK\r\n\r\n", "abcdefghijklmnopqrstuvwxyz")]
#[case::on_a_refusal("HTTP/1.1 500 No\r\n\r\n", "abcdefghijklmnopqrstuvwxyz")]
#[tokio::test]
async fn a_body_is_read_up_to_the_limit(#[case] first: &'static str, #[case] piece: &'static str) {
    let manner = if piece.is_empty() { Manner::Hangs(first) } else { Manner::Floods(first, piece) };
    let server = server(manner).await;
    let outcome = client().send(get_from(server.port)).await;
    assert!(matches!(outcome, Err(OutboundError::TooLarge { limit: 1000 })), "{outcome:?}");
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_read_and_a_request_can_lower_the_limit_only() {
    let body = "x".repeat(1000);
    let server = server(says(&format!("HTTP/1.1 200 OK\r\n\r\n{body}"))).await;
    for (limit, fits) in [(1000, true), (usize::MAX, true), (999, false), (0, false)] {
        let outcome = client().send(get_from(server.port).at_most(limit)).await;
        assert_eq!(outcome.is_ok_and(|response| response.body().len() == 1000), fits, "{limit}");
    }
}

#[tokio::test]
async fn nothing_asks_for_compression_and_nothing_undoes_it() {
    let bomb = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x0b\x08\x00";
    let mut server = server(says(bomb)).await;
    let response = client().send(get_from(server.port)).await.unwrap();
    assert_eq!(response.body(), b"\x1f\x0b\x08\x00");
    assert!(!server.heard().await.to_lowercase().contains("accept-encoding"));
}

#[rstest]
#[case::one_endless_header(Manner::Floods(
    "HTTP/1.1 200 OK\r\nX: ",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
))]
#[case::endless_headers(Manner::Floods("HTTP/1.1 200 OK\r\n", "X-Same: and the same again\r\n"))]
#[case::an_endless_reason(Manner::Floods("HTTP/1.1 200 ", "because and because and because and "))]
#[case::too_many_headers(says(&format!("HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n", "X: y\r\n".repeat(100))))]
#[case::another_protocol(says("SSH-2.0-OpenSSH_9.6\r\n"))]
#[case::another_version(says("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"))]
#[case::no_status(says("HTTP/1.1 abc\r\n\r\n"))]
#[case::two_lengths(says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"))]
#[case::no_chunk(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nplanted\r\n"))]
#[case::nothing_at_all(says(""))]
#[case::half_a_head(says("HTTP/1.1 200 OK\r\nContent-"))]
#[case::half_a_body(says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))]
#[case::half_a_chunk(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabc"))]
#[tokio::test]
async fn what_is_no_whole_answer_is_broken(#[case] manner: Manner) {
    let server = server(manner).await;
    let outcome = client().send(get_from(server.port)).await;
    assert!(matches!(outcome, Err(OutboundError::Broken(_))), "{outcome:?}");
}

#[rstest]
#[tokio::test]
async fn a_redirect_is_never_followed(#[values(300, 301, 302, 303, 304, 307, 308)] status: u16) {
    let elsewhere = server(healthy()).await;
    let location = format!("http://127.0.0.1:{}/", elsewhere.port);
    let answer = format!("HTTP/1.1 {status} Gone\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let server = server(says(&answer)).await;
    let outcome = client().send(get_from(server.port)).await;
    assert!(matches!(outcome, Err(OutboundError::Redirected(seen)) if seen == status), "{outcome:?}");
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_reached() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let outcome = client().send(get_from(free)).await;
    assert!(matches!(outcome, Err(OutboundError::Unreachable(_))), "{outcome:?}");
}

#[tokio::test]
async fn each_request_has_a_connection_of_its_own() {
    let server = server(healthy()).await;
    for _ in 0..3 {
        client().send(get_from(server.port)).await.unwrap();
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_any_more_is_dropped() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut server = serve(listener, |mut stream, heads| async move {
        let _ = heads.send(head(&mut stream).await);
        let rest = stream.read_to_end(&mut Vec::new()).await;
        let _ = heads.send(format!("closed {}", rest.is_ok()));
    });
    let request = get_from(server.port);
    let pending = tokio::spawn(async move { client().send(request).await });
    server.heard().await;
    pending.abort();
    assert_eq!(server.heard().await, "closed true");
}

#[rstest]
#[case(Manner::Hangs(""))]
#[case(says("planted\r\nplanted: planted\r\n\r\n"))]
#[case(says("HTTP/1.1 302 planted\r\nLocation: http://planted/\r\n\r\n"))]
#[case(says("HTTP/1.1 200 planted\r\nX: planted\r\nContent-Length: 2000\r\n\r\nplanted"))]
#[case(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nplanted"))]
#[tokio::test]
async fn an_error_shows_nothing_of_what_was_sent_or_received(#[case] manner: Manner) {
    let mut server = server(manner).await;
    let request =
        OutboundRequest::new(Method::POST, url(&format!("http://127.0.0.1:{}/planted?planted", server.port)));
    let request = request.header("Authorization", "planted").unwrap().body("planted");
    let pending = tokio::spawn(async move { client().send(request).await });
    server.heard().await;
    tokio::time::pause();
    let shown = shown(&pending.await.unwrap().unwrap_err());
    assert!(!shown.contains("planted"), "{shown}");
}
