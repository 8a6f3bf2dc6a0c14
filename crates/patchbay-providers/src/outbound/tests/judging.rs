//! What is judged when a URL is saved, and again when it is used.

use std::time::Duration;

use rstest::rstest;

use super::*;
use crate::testing::{healthy, server};

/// Reaches the public internet alone, where every name is at home.
fn public_client() -> GuardedClient {
    client_with(OutboundPolicy::default(), Script::new(&[&["8.8.8.8"]]))
}

#[rstest]
#[case("https://hook.example")]
#[case("https://hook.example:8443/path?query")]
#[case("https://8.8.8.8/")]
#[case("https://[2606:4700::1111]:443/")]
#[tokio::test]
async fn a_public_url_may_be_saved(#[case] text: &str) {
    public_client().judge(text).await.unwrap();
}

#[rstest]
#[case::plain_http("http://hook.example/")]
#[case::another_port("https://hook.example:22/")]
#[case::user("https://user@hook.example/")]
#[case::password("https://:secret@hook.example/")]
#[case::no_user_before_the_sign("https://@hook.example/")]
#[case::fragment("https://hook.example/#x")]
#[case::empty_fragment("https://hook.example/#")]
#[case::scheme("ftp://hook.example/")]
#[case::file("file:///etc/passwd")]
#[case::relative("/path")]
#[case::no_host("https://")]
#[case::host_of_a_port("https://:443/")]
#[case::nothing("")]
#[case::private_address("https://10.0.0.1/")]
#[case::metadata("https://169.254.169.254/latest/meta-data")]
#[tokio::test]
async fn what_may_never_be_requested_cannot_be_saved(#[case] text: &str) {
    let refused = public_client().judge(text).await.unwrap_err();
    assert_eq!(refused.to_string(), "the address is not allowed or cannot be resolved");
}

#[tokio::test]
async fn plain_http_can_be_allowed() {
    let policy = OutboundPolicy { allow_http: true, ..OutboundPolicy::default() };
    let client = client_with(policy, Script::new(&[&["8.8.8.8"]]));
    client.judge("http://hook.example/").await.unwrap();
    client.judge("http://hook.example:81/").await.unwrap_err();
    client.judge("http://127.0.0.1/").await.unwrap_err();
}

#[tokio::test]
async fn a_name_is_refused_only_when_all_of_its_addresses_are() {
    let judge = async |addresses: &[&str]| {
        let client = client_with(OutboundPolicy::default(), Script::new(&[addresses]));
        client.judge("https://hook.example/").await.is_ok()
    };
    assert!(judge(&["10.0.0.1", "8.8.8.8"]).await);
    assert!(!judge(&["10.0.0.1", "::1"]).await);
    assert!(!judge(&["::ffff:127.0.0.1"]).await);
    assert!(judge(&[]).await);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_does_not_resolve_may_be_saved_and_not_used() {
    let resolvers: [Arc<dyn Resolver>; 3] = [Arc::new(Ignorant), Arc::new(Silent), Script::new(&[&[]])];
    for resolver in resolvers {
        let client = client_with(OutboundPolicy::default(), resolver);
        client.judge("https://hook.example/").await.unwrap();
        let outcome = client.send(get("https://hook.example/")).await;
        assert!(matches!(outcome, Err(OutboundError::Refused(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_forbidden_name_and_an_unknown_one_read_the_same() {
    let resolvers: [Arc<dyn Resolver>; 2] = [Arc::new(Ignorant), Script::new(&[&["10.0.0.1"]])];
    let mut texts = Vec::new();
    for resolver in resolvers {
        let client = client_with(OutboundPolicy::default(), resolver);
        texts.push(client.send(get("https://hook.example/")).await.unwrap_err().to_string());
    }
    assert_eq!(texts[0], texts[1]);
    assert_eq!(texts[0], public_client().judge("https://10.0.0.1/").await.unwrap_err().to_string());
}

#[tokio::test(start_paused = true)]
async fn a_slow_resolver_costs_no_more_than_the_deadline_of_the_request() {
    let client = client_with(OutboundPolicy::default(), Arc::new(Silent));
    let outcome = client.send(get("https://hook.example/").within(Duration::from_secs(1))).await;
    assert!(matches!(outcome, Err(OutboundError::TimedOut)), "{outcome:?}");
}

#[tokio::test]
async fn localhost_is_this_machine_whatever_the_resolver_says() {
    let resolver = Script::new(&[&["8.8.8.8"]]);
    let client = client_with(OutboundPolicy::default(), resolver.clone());
    for name in ["localhost", "LOCALHOST", "a.localhost"] {
        client.judge(&format!("https://{name}/")).await.unwrap_err();
    }
    assert_eq!(resolver.asked(), 0);
    let server = server(healthy()).await;
    let allowed = client_with(policy(), resolver);
    allowed.send(get(&format!("http://localhost:{}/", server.port))).await.unwrap();
}

#[tokio::test]
async fn the_system_knows_this_machine_by_name() {
    let found = super::super::resolver::SystemResolver.addresses("localhost").await.unwrap();
    assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
}

#[tokio::test]
async fn everything_is_judged_again_when_it_is_used() {
    let server = server(healthy()).await;
    let client = client_with(OutboundPolicy::default(), Arc::new(Ignorant));
    for forbidden in [
        format!("https://127.0.0.1:{}/", server.port),
        format!("http://127.0.0.1:{}/", server.port),
        "https://127.0.0.1/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "http://8.8.8.8/".to_owned(),
        "https://8.8.8.8:22/".to_owned(),
    ] {
        let outcome = client.send(get(&forbidden)).await;
        assert!(matches!(outcome, Err(OutboundError::Refused(_))), "{forbidden}: {outcome:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_trusted_origin_is_exempt_and_nothing_beside_it() {
    let (trusted, other) = (server(healthy()).await, server(healthy()).await);
    let origin: TrustedOrigin = format!("http://127.0.0.1:{}", trusted.port).parse().unwrap();
    let client = client_with(OutboundPolicy::default(), Arc::new(Ignorant));
    client.send(get_from(trusted.port).trusting(&origin)).await.unwrap();
    for request in [
        get_from(trusted.port),
        get_from(other.port).trusting(&origin),
        get(&format!("https://127.0.0.1:{}/", trusted.port)).trusting(&origin),
        get(&format!("http://localhost:{}/", trusted.port)).trusting(&origin),
    ] {
        let outcome = client.send(request).await;
        assert!(matches!(outcome, Err(OutboundError::Refused(_))), "{outcome:?}");
    }
    assert_eq!((trusted.connections(), other.connections()), (1, 0));
}
