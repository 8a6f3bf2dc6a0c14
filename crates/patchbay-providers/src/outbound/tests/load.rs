//! Many requests at once.

use super::*;
use crate::testing::{Manner, healthy, server};

#[tokio::test]
async fn requests_that_hang_cost_their_own_deadline_and_no_one_elses() {
    let (mut hung, healthy) = (server(Manner::Hangs("HTTP/1.1 200 OK\r\n")).await, server(healthy()).await);
    let client = client_with(policy(), Arc::new(Ignorant));
    let send = |port| {
        let client = client.clone();
        tokio::spawn(async move { client.send(get_from(port)).await })
    };
    let waiting: Vec<_> = (0..20).map(|_| send(hung.port)).collect();
    for _ in 0..waiting.len() {
        hung.heard().await;
    }
    let answered: Vec<_> = (0..50).map(|_| send(healthy.port)).collect();
    for request in answered {
        assert_eq!(request.await.unwrap().unwrap().body(), b"ok");
    }
    assert!(waiting.iter().all(|request| !request.is_finished()));
    tokio::time::pause();
    for request in waiting {
        let outcome = request.await.unwrap();
        assert!(matches!(outcome, Err(OutboundError::TimedOut)), "{outcome:?}");
    }
}
