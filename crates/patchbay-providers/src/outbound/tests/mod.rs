//! The client against servers that behave, and servers that do not.

mod answers;
mod environment;
mod judging;
mod load;
mod pinning;
mod spellings;
mod tls;

use std::error::Error;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use std::{future, io, iter};

use async_trait::async_trait;
use rustls::ClientConfig;

use super::resolver::Resolver;
use super::*;

/// Answers the first question with the first of its answers, and so on; the last one is
/// given for ever. Says how often it was asked.
struct Script {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Script {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let addresses = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self { answers: answers.iter().map(addresses).collect(), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Resolver for Script {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let position = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[position].clone())
    }
}

/// Knows no name.
struct Ignorant;

#[async_trait]
impl Resolver for Ignorant {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Err(io::Error::other("no such name"))
    }
}

/// Never answers.
struct Silent;

#[async_trait]
impl Resolver for Silent {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        future::pending().await
    }
}

/// Reaches 127.0.0.1, where the servers of the tests are, and no other private address. Has
/// time enough for a busy machine; tests of deadlines have a clock that runs by itself.
fn policy() -> OutboundPolicy {
    OutboundPolicy {
        allowed_private_networks: vec!["127.0.0.1/32".parse().unwrap()],
        max_response_bytes: 1000,
        timeout: Duration::from_secs(3600),
        ..OutboundPolicy::default()
    }
}

/// Reading the system's certificates takes longer than most of the tests.
static TLS: LazyLock<ClientConfig> = LazyLock::new(|| super::tls::configuration().unwrap());

fn client_with(policy: OutboundPolicy, resolver: Arc<dyn Resolver>) -> GuardedClient {
    GuardedClient::with(policy, resolver, TLS.clone().into())
}

fn client() -> GuardedClient {
    client_with(policy(), Arc::new(Ignorant))
}

fn url(text: &str) -> OutboundUrl {
    OutboundUrl::parse(text).unwrap()
}

fn get(text: &str) -> OutboundRequest {
    OutboundRequest::new(Method::GET, url(text))
}

/// A request to that port of this machine.
fn get_from(port: u16) -> OutboundRequest {
    get(&format!("http://127.0.0.1:{port}/"))
}

/// All that an error could put into a log.
fn shown(error: &OutboundError) -> String {
    let first: &dyn Error = error;
    let chain = iter::successors(Some(first), |error| Error::source(*error));
    chain.map(|error| format!("{error} {error:?}")).collect::<Vec<_>>().join("\n")
}
