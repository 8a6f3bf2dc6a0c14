//! What Telex's T1 answers when a provider grants nothing for a caller's code.

use patchbay_domain::ExchangeError;

use super::*;

async fn exchanged(why: fn() -> ExchangeError) -> (StatusCode, bool, Value) {
    let mut integrations = MockIntegrationRepository::new();
    integrations.expect_find_holder().returning(|_, _| Ok(None));
    let mut work = MockUnitOfWork::new();
    work.expect_commit().returning(|_, _| Ok(()));
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_exchange().once().returning(move |_, _| Err(why()));
    let ports = Ports { exchanger: Arc::new(exchanger), ..ports(integrations, work) };
    let request = TestRequest::post()
        .uri(&format!("/slack/organisations/{ORGANISATION}/token-exchg"))
        .insert_header(("authorization", "Bearer key"))
        .set_payload(r#"{"oauth_code":"a-code"}"#);
    answer(over(&ports), request).await
}

#[actix_web::test]
async fn a_code_that_is_refused_or_over_is_the_callers_affair() {
    for why in [(|| ExchangeError::CodeRefused { reason: "invalid_grant".to_owned() }) as fn() -> _, || {
        ExchangeError::Ended { reason: "invalid_grant".to_owned() }
    }] {
        let (status, retry, body) = exchanged(why).await;
        let expected = refusal(401, "Invalid request body", "invalid_grant");
        assert_eq!((status.as_u16(), retry, body), (401, false, expected));
    }
}

#[actix_web::test]
async fn what_is_not_set_up_is_not_and_what_may_pass_says_when_to_come_again() {
    for (why, error, passes) in [
        (
            (|| ExchangeError::NotConfigured) as fn() -> ExchangeError,
            "this provider is not configured",
            false,
        ),
        (|| ExchangeError::Incomplete { what: "shop_domain".to_owned() }, "shop_domain is missing", false),
        (|| ExchangeError::Throttled { wait: None }, "the provider asks for fewer requests", true),
        (|| ExchangeError::TimedOut, "the provider did not answer in time", true),
    ] {
        let (status, retry, body) = exchanged(why).await;
        let expected = refusal(500, "Internal server error", error);
        assert_eq!((status.as_u16(), retry, body), (500, passes, expected));
    }
}
