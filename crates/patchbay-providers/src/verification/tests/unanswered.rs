//! Why a provider did not answer, as far as whoever waits for it is told.

use patchbay_domain::{NoAnswer, VerificationClass as Class};
use rstest::rstest;
use tokio::net::TcpListener;

use super::*;

fn odoo(host: &str) -> OpenConnection {
    connection("odoo", json!({"url": format!("https://{host}")}), &[("api_key", "planted")])
}

/// What is said of a connection to a host that nobody's origin exempts.
async fn said_of(host: &str) -> Verification {
    verifier_at("slack", 1).verify(&odoo(host)).await
}

/// No name has a label of more than 63 characters (RFC 1035 §2.3.4): nobody is asked for it.
fn unresolvable() -> String {
    format!("{}.example", "a".repeat(64))
}

#[tokio::test]
async fn whether_a_host_is_unknown_or_forbidden_is_not_told() {
    let unknown = unresolvable();
    let of_unknown = said_of(&unknown).await;
    for forbidden in ["localhost", "127.0.0.1", "10.0.0.1", "[::1]", "169.254.169.254"] {
        let of_forbidden = said_of(forbidden).await;
        assert_eq!(of_forbidden.no_answer, Some(NoAnswer::UnknownHost(forbidden.to_owned())));
        let same_host = Verification { no_answer: of_unknown.no_answer.clone(), ..of_forbidden };
        assert_eq!(same_host, of_unknown, "but for the host that was asked for itself");
    }
    assert_eq!(of_unknown.no_answer, Some(NoAnswer::UnknownHost(unknown)));
}

/// Neither the user, the port nor the path of the URL.
#[tokio::test]
async fn of_a_url_only_the_host_is_named() {
    let connection = connection(
        "custom_api",
        json!({"base_url": "https://LOCALHOST:8443", "verify_path": "/planted"}),
        &[("x", "planted")],
    );
    let said = verifier_at("slack", 1).verify(&connection).await;
    assert_eq!(said.no_answer, Some(NoAnswer::UnknownHost("localhost".to_owned())));
}

#[rstest]
#[case::no_answer(Manner::Hangs(""))]
#[case::slow_body(Manner::Trickles("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{", " "))]
#[tokio::test]
async fn a_provider_that_hangs_took_too_long(#[case] manner: Manner) {
    let server = scripted(vec![manner]).await;
    let verifier = verifier_at("slack", server.port);
    let verifier = HttpCredentialVerifier { within: Duration::from_millis(20), ..verifier };
    assert_eq!(verifier.verify(&slack().0).await.no_answer, Some(NoAnswer::TimedOut));
}

#[tokio::test]
async fn a_closed_port_is_any_other_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let said = verifier_at("slack", port).verify(&slack().0).await;
    assert_eq!((said.class, said.no_answer), (Class::ProviderUnreachable, Some(NoAnswer::Other)));
}

#[rstest]
#[case::breaks_off(says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"))]
#[case::no_http(says("planted\r\n\r\n"))]
#[case::redirect(answers(302, "Location: https://a.example\r\n", ""))]
#[tokio::test]
async fn what_is_no_answer_is_any_other_reason(#[case] manner: Manner) {
    assert_eq!(outcome(&slack().0, vec![manner]).await.no_answer, Some(NoAnswer::Other));
}

#[rstest]
#[case::ok(json_answer(200, &slack().1))]
#[case::refused(answers(401, "", "{}"))]
#[case::throttled(answers(429, "Retry-After: 60\r\n", "{}"))]
#[case::out_of_order(answers(503, "", ""))]
#[tokio::test]
async fn whoever_answered_did(#[case] manner: Manner) {
    assert_eq!(outcome(&slack().0, vec![manner]).await.no_answer, None);
}
