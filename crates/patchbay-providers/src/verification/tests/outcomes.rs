//! What providers may do instead of a good answer, for every connection of [`entries`].

use patchbay_catalogue::{AnswerMatch, BodyTest, Rejection, StatusRule, Test};
use patchbay_domain::VerificationClass as Class;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::entries::{Good, all};
use super::*;

/// What is answered to the check at a place, when all before it pass.
fn up_to(good: &Good, place: usize, last: Manner) -> Vec<Manner> {
    good.manners().into_iter().take(place).chain([last]).collect()
}

/// Has each connection's provider answer each of its requests like that.
async fn every_check(name: &str, last: impl Fn(&Good) -> Manner, expected: impl Fn(&Good, usize) -> Class) {
    for good in all() {
        for place in 0..good.answers.len() {
            let verification = outcome(&good.connection, up_to(good, place, last(good))).await;
            let id = &good.connection.provider;
            assert_eq!(
                verification.class,
                expected(good, place),
                "{name}: {id} {} {place}: {verification:?}",
                good.method
            );
            assert!(verification.facts.is_empty(), "{name}: {id}: {verification:?}");
            assert!(verification.detail.is_some_and(|detail| !detail.is_empty()), "{name}: {id}");
        }
    }
}

#[tokio::test]
async fn wrong_credentials_are_told_in_each_providers_own_way() {
    let rejection = |good: &Good| json_answer(good.rejection.0, &good.rejection.1);
    every_check("rejected", rejection, |_, _| Class::CredentialsRejected).await;
}

/// Answers that mean something else at this provider than they would anywhere.
#[rstest]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "account_inactive"})), Class::AccountInactive)]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "missing_scope"})), Class::PermissionMissing)]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "fatal_error"})), Class::ProviderUnreachable)]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "rate_limited"})), Class::Throttled)]
#[case("shopify", json_answer(423, &json!({})), Class::AccountInactive)]
#[case("shopify", json_answer(402, &json!({})), Class::AccountInactive)]
#[case("shopify", json_answer(200, &json!({"errors": [{"extensions": {"code": "ACCESS_DENIED"}}]})), Class::PermissionMissing)]
#[case("odoo", json_answer(200, &json!({"error": {"data": {"name": "odoo.exceptions.AccessDenied"}}})), Class::CredentialsRejected)]
#[tokio::test]
async fn an_answer_means_what_its_provider_means_by_it(
    #[case] provider: &str,
    #[case] answer: Manner,
    #[case] class: Class,
) {
    // Of several ways to Odoo the last one is by RPC.
    let good = all().iter().rfind(|good| good.connection.provider.as_str() == provider).unwrap();
    assert_eq!(outcome(&good.connection, vec![answer]).await.class, class);
}

#[tokio::test]
async fn credentials_of_another_account_are_found_out() {
    let mut found = 0;
    for good in all() {
        for (member, value, class) in &good.other_account {
            let mut configuration = good.connection.configuration.members().clone();
            configuration.insert(member.clone(), value.clone());
            let configuration = Configuration::from_stored(configuration);
            let connection = OpenConnection { configuration, ..good.connection.clone() };
            let verification = outcome(&connection, good.manners()).await;
            assert_eq!(verification.class, *class, "{} {member}", connection.provider);
            assert_eq!(verification.detail.unwrap(), format!("{member} is another one there"));
            assert_eq!(verification.facts.get(member), None, "its owner's word is not replaced");
            found += 1;
        }
    }
    let same_as = |test: &&BodyTest| matches!(test.test, Test::SameAs(_));
    let catalogue = catalogue().current();
    let checks = catalogue.entries().iter().flat_map(|entry| &entry.checks);
    let declared = checks.flat_map(|check| &check.expect.all).filter(same_as).count();
    assert!(found >= declared, "{found} of {declared} comparisons are tried");
}

#[tokio::test]
async fn scopes_that_a_person_did_not_allow_are_named() {
    let all = all();
    let mail = all.iter().find(|good| good.connection.provider.as_str() == "gmail" && good.method == "oauth");
    let mail = mail.unwrap();
    for (scopes, class) in [
        (&["https://www.googleapis.com/auth/gmail.modify", "openid"][..], Class::Ok),
        (&[], Class::Ok),
        (&["openid"], Class::OkWithWarnings),
    ] {
        let scopes = scopes.iter().map(ToString::to_string).collect();
        let connection = OpenConnection { scopes, ..mail.connection.clone() };
        let verification = outcome(&connection, mail.manners()).await;
        assert_eq!(verification.class, class);
        let missing = "not granted: https://www.googleapis.com/auth/gmail.modify";
        assert_eq!(verification.detail.as_deref(), (class != Class::Ok).then_some(missing));
    }
}

/// What an entry says that a status means, whatever else is in the answer.
fn by_status_alone(good: &Good, place: usize, status: u16) -> Option<Class> {
    let entry = entry(good.connection.provider.as_str());
    let is_alone = |rejection: &&Rejection| {
        let AnswerMatch { status: rules, body } = &rejection.answer;
        body.is_none() && rules.iter().any(|rule| rule.holds_for(status))
    };
    let rejection = good.check_at(&entry, place)?.reject.iter().find(is_alone)?;
    Class::from_code(rejection.reason.as_str())
}

#[rstest]
#[case(400, Class::UnexpectedAnswer)]
#[case(405, Class::UnexpectedAnswer)]
#[case(403, Class::PermissionMissing)]
#[case(404, Class::NotFound)]
#[case(408, Class::Throttled)]
#[case(418, Class::UnexpectedAnswer)]
#[case(425, Class::Throttled)]
#[case(429, Class::Throttled)]
#[case(500, Class::ProviderUnreachable)]
#[case(502, Class::ProviderUnreachable)]
#[case(599, Class::ProviderUnreachable)]
#[tokio::test]
async fn a_status_means_the_same_everywhere_but_where_an_entry_knows_better(
    #[case] status: u16,
    #[case] class: Class,
) {
    // As text rather than JSON: what a proxy answers in a provider's stead.
    let last = |_: &Good| answers(status, "", "<html>planted</html>");
    every_check("status", last, |good, place| by_status_alone(good, place, status).unwrap_or(class)).await;
}

#[tokio::test]
async fn what_is_no_json_says_nothing_of_the_credentials() {
    let html = |_: &Good| answers(200, "Content-Type: text/html\r\n", "<html>planted</html>");
    let catalogue = catalogue().current();
    // To a first check that takes this status and looks into the body, or to getting a token.
    let is_read = |good: &&Good| {
        let entry = catalogue.entry(&good.connection.provider).unwrap();
        good.check_at(entry, 0).is_none_or(|check| {
            let is_taken = check.expect.status.iter().any(|rule| rule.holds_for(200));
            is_taken && !check.expect.all.is_empty()
        })
    };
    for good in all().iter().filter(is_read) {
        let verification = outcome(&good.connection, vec![html(good)]).await;
        assert_eq!(verification.class, Class::UnexpectedAnswer, "{}", good.connection.provider);
        assert_eq!(verification.detail.unwrap(), "the answer is no JSON");
    }
}

#[rstest]
#[case::too_large(
    answers(200, "", &" ".repeat(2 << 20)),
    Class::UnexpectedAnswer
)]
#[case::too_large_unannounced(
    Manner::Floods("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "planted planted planted planted"),
    Class::UnexpectedAnswer
)]
#[case::redirect(
    answers(302, "Location: http://169.254.169.254/latest/meta-data\r\n", ""),
    Class::UnexpectedAnswer
)]
#[case::permanent_redirect(answers(308, "Location: http://127.0.0.1:1/\r\n", ""), Class::UnexpectedAnswer)]
#[case::no_http(says("planted\r\n\r\n"), Class::ProviderUnreachable)]
#[case::breaks_off(says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), Class::ProviderUnreachable)]
#[tokio::test]
async fn what_is_no_answer_is_an_outcome_like_any_other(#[case] manner: Manner, #[case] class: Class) {
    every_check("no answer", |_| manner.clone(), |_, _| class).await;
}

#[tokio::test]
async fn an_answer_of_the_largest_size_is_read() {
    let (connection, answer) = slack();
    let padded = |bytes: usize| {
        let answer = answer.to_string();
        answers(200, "", &format!("{answer}{}", " ".repeat(bytes - answer.len())))
    };
    assert_eq!(outcome(&connection, vec![padded(64 << 10)]).await.class, Class::Ok);
    let verification = outcome(&connection, vec![padded((64 << 10) + 1)]).await;
    assert_eq!(verification.class, Class::UnexpectedAnswer);
    assert_eq!(verification.detail.unwrap(), "the answer has more than 65536 bytes");
}

#[rstest]
#[case::no_answer(Manner::Hangs(""))]
#[case::slow_body(Manner::Trickles("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{", " "))]
#[tokio::test]
async fn a_provider_that_takes_too_long_is_not_waited_for(#[case] manner: Manner) {
    for good in all() {
        let server = scripted(vec![manner.clone()]).await;
        let verifier = verifier_at(good.connection.provider.as_str(), server.port);
        let verifier = HttpCredentialVerifier { within: Duration::from_millis(20), ..verifier };
        let verification = verifier.verify(&good.connection).await;
        assert_eq!(verification.class, Class::ProviderUnreachable, "{}", good.connection.provider);
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_costs_ten_seconds_at_the_most() {
    let server = scripted(vec![Manner::Hangs("")]).await;
    let begun = tokio::time::Instant::now();
    let verification = verifier_at("slack", server.port).verify(&slack().0).await;
    assert_eq!(verification.class, Class::ProviderUnreachable);
    assert_eq!(verification.detail.unwrap(), "no answer came in time");
    assert_eq!(begun.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn a_provider_that_refuses_connections_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for good in all() {
        let verifier = verifier_at(good.connection.provider.as_str(), port);
        let verification = verifier.verify(&good.connection).await;
        assert_eq!(verification.class, Class::ProviderUnreachable, "{}", good.connection.provider);
        assert_eq!(verification.detail.unwrap(), "the host cannot be reached");
    }
}

/// The owner of a connection to any host cannot have the service ask its neighbours.
#[rstest]
#[case("odoo", json!({"url": "http://127.0.0.1:1"}), ("api_key", "planted"))]
#[case("odoo", json!({"url": "https://[::ffff:169.254.169.254]"}), ("api_key", "planted"))]
#[case("odoo", json!({"url": "https://localhost"}), ("api_key", "planted"))]
#[case("custom_api", json!({"base_url": "https://10.0.0.1", "verify_path": "/"}), ("x", "planted"))]
#[tokio::test]
async fn a_private_host_is_not_asked(
    #[case] id: &str,
    #[case] configuration: Value,
    #[case] secret: (&str, &str),
) {
    // The origin of another provider exempts nothing here.
    let verifier = verifier_at("slack", 1);
    let verification = verifier.verify(&connection(id, configuration, &[secret])).await;
    assert_eq!(verification.class, Class::ProviderUnreachable);
    assert_eq!(verification.detail.unwrap(), "the address is not allowed or cannot be resolved");
}

/// Answers that a rule of an entry is about: each of its statuses with each of its values.
fn answers_like(rule: &AnswerMatch) -> Vec<(u16, Value)> {
    let statuses = rule.status.iter().map(|status| match status {
        StatusRule::Exactly(status) => *status,
        StatusRule::Class(digit) => digit * 100,
    });
    let statuses: Vec<_> = if rule.status.is_empty() { vec![200, 400] } else { statuses.collect() };
    let bodies = match &rule.body {
        None => vec![json!({})],
        Some(BodyTest { at, test, .. }) => {
            let values = match test {
                Test::Is(value) => vec![value.clone()],
                Test::Any(values) => values.clone(),
                Test::Present => vec![json!("something")],
                Test::SameAs(_) | Test::Integer | Test::Object => panic!("no entry rejects by {test:?} yet"),
            };
            values.into_iter().map(|value| placed(at.as_str(), value)).collect()
        }
    };
    statuses.iter().flat_map(|status| bodies.iter().map(|body| (*status, body.clone()))).collect()
}

/// A document with a value at a place.
fn placed(at: &str, value: Value) -> Value {
    at.rsplit('/').filter(|name| !name.is_empty()).fold(value, |value, name| match name {
        "0" => json!([value]),
        name => json!({ name: value }),
    })
}

#[tokio::test]
async fn every_answer_that_an_entry_calls_throttled_is() {
    for good in all() {
        let entry = entry(good.connection.provider.as_str());
        for rule in entry.limits.iter().flat_map(|limits| &limits.throttled) {
            for (status, body) in answers_like(rule) {
                for place in 0..good.answers.len() {
                    let verification =
                        outcome(&good.connection, up_to(good, place, json_answer(status, &body))).await;
                    assert_eq!(verification.class, Class::Throttled, "{} {status} {body}", entry.id);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_answer_that_an_entry_rejects_is_rejected_for_its_reason() {
    for good in all() {
        let entry = entry(good.connection.provider.as_str());
        for place in 0..good.answers.len() {
            let check = good.check_at(&entry, place);
            for rejection in check.iter().flat_map(|check| &check.reject) {
                for (status, body) in answers_like(&rejection.answer) {
                    let verification =
                        outcome(&good.connection, up_to(good, place, json_answer(status, &body))).await;
                    let class = verification.class.as_str();
                    assert_eq!(class, rejection.reason.as_str(), "{} {status} {body}", entry.id);
                }
            }
        }
    }
}
