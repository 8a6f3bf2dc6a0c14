//! Reading what is granted.

use rstest::rstest;

use super::entries::all;
use super::*;

/// What an entry of somebody else's, with more keys of its own, reads of an answer.
async fn read(more: &str, refresh: &str, answer: &Value) -> Result<Granted, ExchangeError> {
    let server = scripted(vec![json_answer(200, answer)]).await;
    let exchanger = foreign(&format!("{FIELDS}{}", way(more, refresh)), server.port);
    exchanger.exchange(&connection("foreign", nothing(), &[]), &code()).await
}

const FIELDS: &str = "[[fields]]\nkey = 'team'\nkind = 'text'\nfrom = 'token'\nmax_len = 10\n\
    [[fields]]\nkey = 'plan'\nkind = 'text'\nfrom = 'token'\n[[fields]]\nkey = 'size'\nkind = 'int'\nfrom = 'token'\n\
    [identity]\naccount = ['team', 'plan']\n";

const PUT: &str = "put = { team = '/team', plan = '/plan', size = '/size' }";

#[tokio::test]
async fn every_good_answer_is_read_to_its_last_member() {
    for way in all() {
        let granted = exchanged(&way.connection, json_answer(200, &way.answer)).await.unwrap();
        let (id, read) = (way.id(), &way.exchange.read);
        let mut tokens = vec![("access_token".to_owned(), "planted-new-access".to_owned())];
        if read.refresh_token.is_some() {
            tokens.push(("refresh_token".to_owned(), "planted-new-refresh".to_owned()));
        }
        for (key, at) in &way.exchange.put {
            let value = at.of(&way.answer).unwrap();
            if way.entry.field(key).unwrap().is_secret {
                tokens.push((key.clone(), text(value)));
            } else {
                assert_eq!(granted.facts.get(key), Some(value), "{id}: {key}");
            }
        }
        let shown: Vec<_> = shown(&granted.tokens)
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        assert_eq!(shown, tokens, "{id}");
        let refresh = way.exchange.refresh.as_ref().unwrap();
        let ttl = |at: bool, said, usual: Option<u64>| {
            if at { Some(seconds(said)) } else { usual.map(seconds) }
        };
        assert_eq!(granted.lifetime, ttl(read.expires_in.is_some(), 1234, refresh.access_ttl_s), "{id}");
        let refresh_lifetime = ttl(read.refresh_expires_in.is_some(), 5678, refresh.refresh_ttl_s);
        assert_eq!(granted.refresh_lifetime, refresh_lifetime, "{id}");
        let mut scopes = way.exchange.scopes.clone();
        scopes.push("more".to_owned());
        let scopes = if read.scope.is_some() { scopes } else { Vec::new() };
        assert_eq!(granted.scopes, scopes, "{id}");
        let known = |key: &String| {
            let configured = way.connection.configuration.members().get(key);
            granted.facts.get(key).or(configured).map(text)
        };
        let account: Option<Vec<_>> = way.entry.identity.account.iter().map(known).collect();
        let account = account.map(|parts| parts.join(" "));
        assert_eq!(granted.account.map(|account| account.as_str().to_owned()), account, "{id}");
    }
}

#[tokio::test]
async fn an_answer_with_nothing_but_a_token_is_enough() {
    let answer = json!({"access_token": "t", "team": null, "expires_in": "soon", "scope": null});
    let granted = read(PUT, "mode = 'stable'\naccess_ttl_s = 60\nrefresh_ttl_s = 60", &answer).await.unwrap();
    assert_eq!(shown(&granted.tokens), [("access_token", "t")]);
    assert_eq!((granted.account, granted.scopes.len(), granted.facts.len()), (None, 0, 0));
    // What cannot be renewed is not said to end unless the provider says so.
    assert_eq!((granted.lifetime, granted.refresh_lifetime), (None, None));
}

#[rstest]
#[case::number(json!(60), seconds(60))]
#[case::text(json!("60"), seconds(60))]
#[case::blanks(json!(" 60 "), seconds(60))]
#[case::fraction(json!(60.9), seconds(60))]
#[case::absent(json!(null), seconds(7))]
#[case::words(json!("soon"), seconds(7))]
#[case::empty(json!(""), seconds(7))]
#[case::none(json!(0), seconds(7))]
#[case::negative(json!(-60), seconds(7))]
#[case::a_century(json!(3_162_240_000_u64), seconds(3_162_240_000))]
#[case::more(json!(3_162_240_001_u64), seconds(7))]
#[case::most(json!(u64::MAX), seconds(7))]
#[case::infinite(json!("inf"), seconds(7))]
#[case::no_number(json!("NaN"), seconds(7))]
#[case::list(json!([60]), seconds(7))]
#[tokio::test]
async fn lifetimes_are_numbers_or_texts_of_them(#[case] said: Value, #[case] lifetime: Duration) {
    let terms = "mode = 'rotating'\naccess_ttl_s = 7\nrefresh_ttl_s = 7";
    let answer = json!({
        "access_token": "t", "refresh_token": "r", "expires_in": said, "refresh_expires_in": said,
    });
    let granted = read("", terms, &answer).await.unwrap();
    assert_eq!((granted.lifetime, granted.refresh_lifetime), (Some(lifetime), Some(lifetime)));
}

#[tokio::test]
async fn what_is_never_refreshed_ends_when_the_provider_says_so_alone() {
    let terms = "mode = 'none'\naccess_ttl_s = 7\nrefresh_ttl_s = 7";
    let answer = json!({"access_token": "t", "refresh_token": "r"});
    let granted = read("", terms, &answer).await.unwrap();
    assert_eq!((granted.lifetime, granted.refresh_lifetime), (None, None));
    let answer = json!({"access_token": "t", "expires_in": 60});
    assert_eq!(read("", terms, &answer).await.unwrap().lifetime, Some(seconds(60)));
}

#[rstest]
#[case::several(json!("b a c"), &["b", "a", "c"])]
#[case::blanks(json!(" a "), &["a"])]
#[case::not_said(json!(null), &[])]
#[case::list(json!(["b", "c d"]), &["b", "c d"])]
#[tokio::test]
async fn scopes_are_kept_in_the_providers_own_words(#[case] said: Value, #[case] scopes: &[&str]) {
    let granted =
        read("scopes = ['a', 'b']", STABLE, &json!({"access_token": "t", "scope": said})).await.unwrap();
    assert_eq!(granted.scopes, scopes);
}

#[tokio::test]
async fn scopes_are_separated_as_the_entry_says() {
    let answer = json!({"access_token": "t", "scope": "a, b,,"});
    let granted = read("scope_separator = ','", STABLE, &answer).await.unwrap();
    assert_eq!(granted.scopes, ["a", "b"]);
}

#[tokio::test]
async fn no_more_scopes_are_kept_than_anybody_asks_for() {
    let scopes = (0..300).map(|number| format!("s{number}")).collect::<Vec<_>>().join(" ");
    let granted = read("", STABLE, &json!({"access_token": "t", "scope": scopes})).await.unwrap();
    assert_eq!(granted.scopes.len(), 256);
}

#[tokio::test]
async fn what_does_not_fit_its_field_is_left_out() {
    let answer = json!({"access_token": "t", "team": "eleven char", "plan": 7, "size": "12"});
    let granted = read(PUT, STABLE, &answer).await.unwrap();
    assert_eq!(Value::Object(granted.facts), json!({"plan": "7", "size": 12}));
    assert_eq!(granted.account, None, "a part of it is missing");
}

#[tokio::test]
async fn an_account_of_several_parts_has_blanks_between() {
    let answer = json!({"access_token": "t", "team": "T1", "plan": "free"});
    assert_eq!(read(PUT, STABLE, &answer).await.unwrap().account.unwrap().as_str(), "T1 free");
}

#[rstest]
#[case::long_token(json!({"access_token": "x".repeat(8193)}))]
#[case::long_refresh_token(json!({"access_token": "t", "refresh_token": "x".repeat(8193)}))]
#[case::long_fact(json!({"access_token": "t", "team": "x".repeat(8193)}))]
#[case::long_account(json!({"access_token": "t", "team": "T1", "plan": "x".repeat(300)}))]
#[case::long_scope(json!({"access_token": "t", "scope": "x".repeat(8193)}))]
#[case::nul_in_a_token(json!({"access_token": "planted\0"}))]
#[case::nul_in_a_fact(json!({"access_token": "t", "team": "planted\0"}))]
#[case::a_token_that_is_none(json!({"access_token": ["planted"]}))]
#[case::a_refresh_token_that_is_none(json!({"access_token": "t", "refresh_token": 7}))]
#[case::scopes_that_are_none(json!({"access_token": "t", "scope": [7]}))]
#[case::scopes_that_are_an_object(json!({"access_token": "t", "scope": {}}))]
#[tokio::test]
async fn what_nobody_would_keep_is_unexpected(#[case] answer: Value) {
    assert_eq!(kind_of(&read(PUT, STABLE, &answer).await.unwrap_err()), "Unexpected");
}

#[tokio::test]
async fn what_the_owner_says_is_left_to_the_owner() {
    let answer = json!({
        "ok": true, "access_token": "t", "team": {"id": "T2", "name": "Other"},
        "incoming_webhook": {"url": "https://hooks.slack.com/2"},
    });
    let said = connection("slack", json!({"team_id": "T1"}), &[("webhook_url", "https://hooks.slack.com/1")]);
    let granted = exchanged(&said, json_answer(200, &answer)).await.unwrap();
    assert_eq!(Value::Object(granted.facts), json!({"team_name": "Other"}));
    assert_eq!(granted.account.unwrap().as_str(), "T1", "the check will say that it is another one");
    assert_eq!(shown(&granted.tokens), [("access_token", "t")]);
    let same = connection("slack", json!({"team_id": "T2"}), &[("webhook_url", "https://hooks.slack.com/2")]);
    let granted = exchanged(&same, json_answer(200, &answer)).await.unwrap();
    assert_eq!(granted.facts["team_id"], "T2");
    assert_eq!(granted.tokens.iter().count(), 2);
}

#[tokio::test]
async fn a_field_never_takes_the_place_of_a_token() {
    let fields = "[[fields]]\nkey = 'access_token'\nkind = 'text'\nsecret = true\nfrom = 'token'\n";
    let server = scripted(vec![json_answer(200, &json!({"access_token": "t", "other": "o"}))]).await;
    let text = format!("{fields}{}", way("put = { access_token = '/other' }", STABLE));
    let granted =
        foreign(&text, server.port).exchange(&connection("foreign", nothing(), &[]), &code()).await.unwrap();
    assert_eq!(shown(&granted.tokens), [("access_token", "t")]);
}

#[tokio::test]
async fn another_account_than_the_one_that_was_meant_is_none() {
    let answer = json!({"access_token": "planted", "workspace_id": "w2", "bot_id": "b"});
    let meant = connection("notion", json!({"workspace_id": "w1"}), &[]);
    let error = exchanged(&meant, json_answer(200, &answer)).await.unwrap_err();
    assert!(matches!(&error, ExchangeError::CodeRefused { reason } if reason == "mismatch"), "{error:?}");
    let error = exchanged(&meant, json_answer(200, &json!({"workspace_id": "w2"}))).await.unwrap_err();
    assert_eq!(kind_of(&error), "Unexpected", "nothing was granted");
    let any = exchanged(&connection("notion", nothing(), &[]), json_answer(200, &answer)).await.unwrap();
    assert_eq!(any.account.unwrap().as_str(), "w2 b");
}
