//! Connections go to the addresses that were judged.

use super::*;
use crate::testing::{healthy, says, server, server_at};

#[tokio::test]
async fn a_name_is_resolved_once_for_each_request() {
    let server = server(healthy()).await;
    let resolver = Script::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = client_with(policy(), resolver.clone());
    let request = get(&format!("http://hook.example:{}/", server.port));
    client.send(request.clone()).await.unwrap();
    assert_eq!(resolver.asked(), 1);
    // By now the name means another machine, and no connection outlived its judgement.
    let outcome = client.send(request).await;
    assert!(matches!(outcome, Err(OutboundError::Refused(_))), "{outcome:?}");
    assert_eq!((resolver.asked(), server.connections()), (2, 1));
}

#[tokio::test]
async fn a_name_that_turns_private_after_it_was_saved_is_not_requested() {
    let server = server(healthy()).await;
    let resolver = Script::new(&[&["8.8.8.8"], &["127.0.0.2"]]);
    let client = client_with(policy(), resolver);
    client.judge("https://hook.example/").await.unwrap();
    let outcome = client.send(get(&format!("http://hook.example:{}/", server.port))).await;
    assert!(matches!(outcome, Err(OutboundError::Refused(_))), "{outcome:?}");
}

#[tokio::test]
async fn forbidden_addresses_are_dropped_before_anyone_connects() {
    let allowed = server(says("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nallowed")).await;
    let forbidden = server_at(([127, 0, 0, 2], allowed.port).into(), healthy()).await;
    let client = client_with(policy(), Script::new(&[&["127.0.0.2", "::1", "127.0.0.1", "10.0.0.1"]]));
    let response = client.send(get(&format!("http://hook.example:{}/", allowed.port))).await.unwrap();
    assert_eq!(response.body(), b"allowed");
    assert_eq!(forbidden.connections(), 0);
}

#[tokio::test]
async fn the_other_side_is_told_the_name_and_not_the_address() {
    let mut server = server(healthy()).await;
    let client = client_with(policy(), Script::new(&[&["127.0.0.1"]]));
    client.send(get(&format!("http://Hook.Example:{}/", server.port))).await.unwrap();
    let head = server.heard().await;
    assert!(head.contains(&format!("host: hook.example:{}\r\n", server.port)), "{head}");
}

#[tokio::test]
async fn plain_http_to_a_name_reaches_the_allowed_private_networks_alone() {
    let client = client_with(policy(), Script::new(&[&["8.8.8.8"]]));
    let outcome = client.send(get("http://hook.example/")).await;
    assert!(matches!(outcome, Err(OutboundError::Refused(_))), "{outcome:?}");
}
