//! What the environment of the process has to say: nothing.

use std::process::Command;

use super::super::tls::Tls;
use super::*;
use crate::testing::{healthy, server};

/// Runs alone, and below once more in a process of its own with proxies in its environment.
#[tokio::test]
async fn a_request_goes_straight_to_its_host() {
    let mut server = server(healthy()).await;
    let client = client_with(policy(), Script::new(&[&["127.0.0.1"]]));
    client.send(get(&format!("http://hook.example:{}/", server.port))).await.unwrap();
    assert!(server.heard().await.starts_with("GET / HTTP/1.1\r\n"));
}

/// Like the one above.
#[tokio::test]
async fn tls_can_be_set_up() {
    Tls::default().get().await.unwrap();
}

/// Runs a test of this file in a process with another environment.
fn run(test: &str, environment: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("outbound::tests::environment::{test}")]);
    command.env_remove("NO_PROXY").env_remove("no_proxy").envs(environment.iter().copied());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn proxies_of_the_environment_have_no_effect() {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    // Nothing listens on the port for discarding.
    run("a_request_goes_straight_to_its_host", &names.map(|name| (name, "http://127.0.0.1:9")));
}

#[test]
fn a_system_without_certificates_is_no_obstacle() {
    run("tls_can_be_set_up", &["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| (name, "does-not-exist")));
}
