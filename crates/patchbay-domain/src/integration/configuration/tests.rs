use super::*;
use crate::{FieldKind, FieldSource, ProviderField, ProviderId};
use secrecy::ExposeSecret;
use serde_json::json;

fn field(key: &str, kind: FieldKind) -> ProviderField {
    let (source, names) = (FieldSource::User, Vec::new());
    ProviderField {
        key: key.to_owned(),
        kind,
        is_secret: false,
        secret_members: Vec::new(),
        source,
        confined_to: None,
        is_required: false,
        required_on: Vec::new(),
        names,
    }
}

/// A provider with a URL, a confined host, headers, secrets that their names do not tell, and a
/// name that only looks like one.
fn provider() -> Provider {
    let confined = ProviderField {
        confined_to: Some(".shop.example".to_owned()),
        ..field("shop_domain", FieldKind::Host)
    };
    let flagged = ProviderField { is_secret: true, ..field("webhook_url", FieldKind::Url) };
    let half_secret = ProviderField {
        secret_members: vec!["key".to_owned(), "pfx".to_owned()],
        ..field("tls_options", FieldKind::Json)
    };
    let said_by_provider = ProviderField { source: FieldSource::Verify, ..field("shop_id", FieldKind::Text) };
    Provider {
        fields: vec![
            field("base_url", FieldKind::Url),
            confined,
            field("headers", FieldKind::Map),
            field("portal_id", FieldKind::Text),
            flagged,
            half_secret,
            field("api_key_header", FieldKind::Text),
            said_by_provider,
        ],
        ..Provider::unknown(ProviderId::slack())
    }
}

fn sent(value: Value) -> SentConfiguration {
    let Value::Object(members) = value else { panic!("{value}") };
    SentConfiguration::new(members).unwrap()
}

fn configured(value: Value) -> Configured {
    Configured::of(sent(value), &provider()).unwrap()
}

fn shown(configured: &Configured) -> String {
    Value::Object(configured.configuration.members().clone()).to_string()
}

fn secrets(configured: &Configured) -> Vec<(&str, &str)> {
    configured.credentials.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect()
}

fn wrong(value: Value) -> String {
    Configured::of(sent(value), &provider()).unwrap_err().to_string()
}

#[test]
fn what_is_secret_is_told_from_all_else_at_any_depth_and_the_order_stays() {
    let made = configured(json!({
        "zebra": 1, "access_token": "t", "apple": {"inner": {"Api-Key": "k", "b": [1, {"secret": "s", "c": 2}]}},
        "webhook_url": "https://hooks.example/x", "credentials": {"a": 1},
        "headers": {"Authorization": "Basic x", "X-Custom": "y"}
    }));
    assert_eq!(shown(&made), r#"{"zebra":1,"apple":{"inner":{"b":[1,{"c":2}]}},"headers":{"X-Custom":"y"}}"#);
    assert_eq!(
        secrets(&made),
        [
            ("access_token", "t"),
            ("apple.inner.Api-Key", "k"),
            ("apple.inner.b.1.secret", "s"),
            ("webhook_url", "https://hooks.example/x"),
            ("credentials", r#"{"a":1}"#),
            ("headers.Authorization", "Basic x"),
        ]
    );
}

#[test]
fn of_an_object_the_members_are_secret_that_its_provider_names_so() {
    let made = configured(json!({
        "tls_options": {"key": "k", "pfx": [{"buf": "b"}], "ca": "c", "deeper": {"key": "plain", "token": "t"}}
    }));
    assert_eq!(shown(&made), r#"{"tls_options":{"ca":"c","deeper":{"key":"plain"}}}"#);
    assert_eq!(
        secrets(&made),
        [
            ("tls_options.key", "k"),
            ("tls_options.pfx", r#"[{"buf":"b"}]"#),
            ("tls_options.deeper.token", "t"),
        ]
    );
}

#[test]
fn what_a_provider_knows_to_be_public_is_whatever_its_name_looks_like() {
    let made = configured(json!({"api_key_header": "x-key", "other_key_header": {"api_key_header": "s"}}));
    assert_eq!(shown(&made), r#"{"api_key_header":"x-key","other_key_header":{}}"#);
    assert_eq!(secrets(&made), [("other_key_header.api_key_header", "s")]);
}

#[test]
fn an_object_that_is_emptied_stays_and_what_is_null_is_not_there() {
    let made =
        configured(json!({"headers": {"Cookie": "c"}, "gone": null, "token": null, "kept": {"x": null}}));
    assert_eq!(shown(&made), r#"{"headers":{},"kept":{"x":null}}"#);
    assert_eq!(secrets(&made), [("headers.Cookie", "c")]);
}

#[test]
fn a_dot_in_a_name_is_no_step_in_a_path() {
    let made = configured(json!({"a.b": {"token": "1"}, "a": {"b": {"token": "2"}}, r"c\.token": "3"}));
    let names: Vec<_> = made.credentials.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [r"a\.b.token", "a.b.token", r"c\\\.token"]);
    let steps: Vec<_> = made.credentials.iter().map(|(name, _)| name.steps().join("|")).collect();
    assert_eq!(steps, ["a.b|token", "a|b|token", r"c\.token"]);
    assert_eq!(CredentialName::of_member(r"c\.token").unwrap().as_str(), names[2]);
    let after = made.merged(sent(json!({"a": null})), &provider()).unwrap();
    assert_eq!(secrets(&after).len(), 2, "the other one has another path");
}

#[test]
fn what_is_merged_overwrites_what_was_sent_and_keeps_the_rest() {
    let before = configured(json!({"a": 1, "b": 2, "token": "t", "password": "p"}));
    let after =
        before.merged(sent(json!({"b": 3, "c": 4, "a": null, "password": null})), &provider()).unwrap();
    assert_eq!((shown(&after), secrets(&after)), (r#"{"b":3,"c":4}"#.to_owned(), vec![("token", "t")]));
    let after = before.merged(sent(json!({})), &provider()).unwrap();
    assert_eq!((shown(&after), secrets(&after)), (shown(&before), secrets(&before)));
}

#[test]
fn an_object_is_replaced_with_its_secrets_unless_it_comes_just_as_it_was_shown() {
    let before = configured(json!({"headers": {"Authorization": "a", "X-One": "1"}}));
    let same = before.merged(sent(json!({"headers": {"X-One": "1"}})), &provider()).unwrap();
    assert_eq!(secrets(&same), [("headers.Authorization", "a")]);
    let other = before.merged(sent(json!({"headers": {"X-One": "2"}})), &provider()).unwrap();
    assert_eq!((shown(&other), secrets(&other).len()), (r#"{"headers":{"X-One":"2"}}"#.to_owned(), 0));
    let new = before.merged(sent(json!({"headers": {"Cookie": "c"}})), &provider()).unwrap();
    assert_eq!((shown(&new), secrets(&new)), (r#"{"headers":{}}"#.to_owned(), vec![("headers.Cookie", "c")]));
}

#[test]
fn a_secret_does_not_travel_to_another_host_unasked() {
    let before = configured(json!({"base_url": "https://api.example/v1", "token": "t"}));
    let refusal = |change: Value| before.merged(sent(change), &provider()).unwrap_err().to_string();
    let said = "base_url cannot change without the secrets: send them again";
    for elsewhere in [
        "https://evil.example/v1",
        "http://api.example/v1",
        "https://api.example:8443/v1",
        "https://api.example.evil.example/",
        "api.example",
    ] {
        assert_eq!(refusal(json!({"base_url": elsewhere})), said, "{elsewhere}");
    }
    assert_eq!(
        refusal(json!({"backup": {"hostname": "evil.example"}})),
        said.replace("base_url", "backup.hostname")
    );
    for fine in [
        json!({"base_url": "HTTPS://API.example:443/v2?x"}),
        json!({"base_url": "https://evil.example", "token": "new"}),
        json!({"base_url": "https://evil.example", "token": null}),
        json!({"base_url": null}),
        json!({"portal_id": "https://not.a.place"}),
    ] {
        before.merged(sent(fine.clone()), &provider()).unwrap_or_else(|why| panic!("{fine}: {why}"));
    }
}

#[test]
fn one_secret_that_stays_is_enough_to_stop_a_change_of_host() {
    let before = configured(json!({"base_url": "https://api.example", "token": "t", "password": "p"}));
    let change = json!({"base_url": "https://evil.example", "token": "new"});
    assert!(before.merged(sent(change), &provider()).is_err());
    let taken_away = before.merged(sent(json!({"base_url": null})), &provider()).unwrap();
    assert!(taken_away.merged(sent(json!({"base_url": "https://evil.example"})), &provider()).is_err());
}

#[test]
fn a_host_that_is_confined_may_change() {
    let before = configured(json!({"shop_domain": "a.shop.example", "token": "t"}));
    let after = before.merged(sent(json!({"shop_domain": "b.shop.example"})), &provider()).unwrap();
    assert_eq!(secrets(&after), [("token", "t")]);
    let elsewhere = before.merged(sent(json!({"shop_domain": "a.shop.example.evil.example"})), &provider());
    assert_eq!(elsewhere.unwrap_err().wrong, Wrong::Elsewhere);
}

#[test]
fn urls_with_a_user_and_headers_of_the_connection_are_refused() {
    let user = "base_url must not contain a user name or password";
    for url in ["https://user:pass@api.example/", "https://user@api.example", r"https://a@b\c"] {
        assert_eq!(wrong(json!({"base_url": url})), user, "{url}");
    }
    configured(json!({"base_url": "https://api.example/@user"}));
    for name in ["Host", "transfer-encoding", " Connection "] {
        let said = format!("headers.{name} is a header that cannot be set");
        assert_eq!(wrong(json!({"headers": {name: "x"}})), said);
    }
}

#[test]
fn a_member_that_the_provider_knows_has_the_type_that_it_says() {
    assert_eq!(wrong(json!({"portal_id": 7})), "portal_id must be text");
    assert_eq!(wrong(json!({"headers": {"a": 1}})), "headers must be an object of texts");
    assert_eq!(wrong(json!({"webhook_url": {"planted": 1}})), "webhook_url must be text");
    configured(json!({"unknown": 7, "portal_id": null}));
}

#[test]
fn what_only_the_provider_can_say_is_left_out() {
    assert_eq!(shown(&configured(json!({"shop_id": "7", "other": 1}))), r#"{"other":1}"#);
}

#[test]
fn what_is_sent_is_bounded_in_size_and_depth_and_has_no_nul() {
    let new = |value: Value| SentConfiguration::new(value.as_object().unwrap().clone());
    let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({"a": inner}));
    assert!(new(nested(8)).is_ok());
    assert_eq!(new(nested(9)).unwrap_err().to_string(), "a must not be nested deeper than 8 levels");
    assert_eq!(new(json!({"a": [[[[[[[[]]]]]]]]})).unwrap_err().wrong, Wrong::TooDeep);
    for nul in [json!({"a": "x\0"}), json!({"a": {"b\0": 1}}), json!({"a": [{"b": "\0"}]}), json!({"a\0": 1})]
    {
        assert_eq!(new(nul).unwrap_err().wrong, Wrong::Nul);
    }
    let fits = "x".repeat(Configuration::MAX_BYTES - r#"{"a":""}"#.len());
    assert!(new(json!({"a": fits})).is_ok());
    assert_eq!(
        new(json!({"a": format!("{fits}x")})).unwrap_err().to_string(),
        "must have at most 65536 bytes"
    );
}

#[test]
fn many_changes_do_not_make_it_larger_than_it_may_be() {
    let part = "x".repeat(40_000);
    let before = configured(json!({"a": part})).merged(sent(json!({"token": part})), &provider()).unwrap();
    assert_eq!(before.merged(sent(json!({"b": part})), &provider()).unwrap_err().wrong, Wrong::TooLarge);
    assert_eq!(before.merged(sent(json!({"secret": part})), &provider()).unwrap_err().wrong, Wrong::TooLarge);
    assert!(before.merged(sent(json!({"b": part, "a": null})), &provider()).is_ok());
}

#[test]
fn of_a_long_value_no_more_is_recorded_than_what_tells_it_from_others() {
    let recorded = |long: String| {
        let made = configured(json!({"short": {"a": 1}, "long": long, "token": "planted"}));
        made.configuration.summary().collect::<Map<_, _>>()
    };
    let (one, other) = (recorded("x".repeat(300)), recorded("y".repeat(300)));
    assert_eq!(one["configuration.short"], json!({"a": 1}));
    assert!(one["configuration.long"].as_str().unwrap().starts_with("302 bytes, "), "{one:?}");
    assert_ne!(one["configuration.long"], other["configuration.long"]);
    assert_eq!(one.len(), 2);
}

#[test]
fn the_name_of_a_secret_has_its_bounds() {
    let name = format!("token{}", "x".repeat(251));
    assert_eq!(
        wrong(json!({ name.clone(): "s" })),
        format!("{name} is a secret whose name must have at most 255 characters")
    );
}

#[test]
fn what_was_sent_shows_nothing_of_itself() {
    let shown = format!("{:?}", sent(json!({"token": "planted-secret"})));
    assert_eq!(shown, "SentConfiguration([REDACTED])");
    let made = format!(
        "{:?}",
        configured(json!({"token": "planted-secret", "headers": {"cookie": "planted-secret"}}))
    );
    assert!(!made.contains("planted-secret"), "{made}");
}

const STARS: &str = "********";

fn from_an_api_that_shows_stars(value: Value) -> SentConfiguration {
    sent(value).masked_as(crate::Mask::Stars)
}

#[test]
fn a_member_that_the_provider_does_not_know_is_as_secret_as_the_api_tells() {
    let told = vec![
        ("service_account".to_owned(), ToldSecrecy::Whole),
        ("authenticate_by_token".to_owned(), ToldSecrecy::Members(Vec::new())),
        ("tls".to_owned(), ToldSecrecy::Members(vec!["pfx".to_owned()])),
        ("webhook_url".to_owned(), ToldSecrecy::Members(Vec::new())),
    ];
    let sent = sent(json!({
        "service_account": "s", "authenticate_by_token": true, "tls": {"pfx": "p", "ca": "c"},
        "webhook_url": "https://hooks.example/x",
    }));
    let made = Configured::of(sent.telling(told), &provider()).unwrap();
    assert_eq!(shown(&made), r#"{"authenticate_by_token":true,"tls":{"ca":"c"}}"#);
    let kept = [("service_account", "s"), ("tls.pfx", "p"), ("webhook_url", "https://hooks.example/x")];
    assert_eq!(secrets(&made), kept, "what the provider knows counts more");
}

#[test]
fn a_mask_leaves_the_secret_behind_it_as_it_is_and_is_none_itself() {
    let before = configured(json!({"token": "t", "tls_options": {"key": "k", "pfx": "p", "ca": "c"}}));
    let sent = json!({"token": STARS, "tls_options": {"key": STARS, "ca": "d"}, "password": STARS});
    let after = before.merged(from_an_api_that_shows_stars(sent), &provider()).unwrap();
    assert_eq!(secrets(&after), [("token", "t"), ("tls_options.key", "k")]);
    assert_eq!(shown(&after), r#"{"tls_options":{"ca":"d"}}"#);
    let verbatim = before.merged(self::sent(json!({"token": STARS})), &provider()).unwrap();
    assert_eq!(secrets(&verbatim)[0], ("tls_options.key", "k"), "{verbatim:?}");
    assert_eq!(verbatim.credentials.iter().last().unwrap().1.expose_secret(), STARS);
}

#[test]
fn what_an_api_does_not_show_is_not_taken_away_by_what_it_replaces() {
    let before =
        configured(json!({"portal_id": "1", "token": "t", "hidden": "h", "hidden_token": "ht", "x": 1}));
    let shows = |member: &str| !member.starts_with("hidden");
    let sent = from_an_api_that_shows_stars(json!({"portal_id": "2"}));
    let after = before.replaced(sent, &provider(), shows).unwrap();
    assert_eq!(shown(&after), r#"{"portal_id":"2","hidden":"h"}"#);
    assert_eq!(secrets(&after), [("hidden_token", "ht")]);
}

#[test]
fn a_mask_does_not_bring_a_secret_to_another_host() {
    let before = configured(json!({"base_url": "https://a.example", "token": "t"}));
    let moved = |token: &str| {
        let sent = json!({"base_url": "https://b.example", "token": token});
        before.replaced(from_an_api_that_shows_stars(sent), &provider(), |_| true)
    };
    assert_eq!(moved(STARS).unwrap_err().wrong, Wrong::Elsewhere);
    assert!(moved("new").is_ok());
}

#[test]
fn what_is_wrong_with_a_member_is_said_of_the_name_that_its_sender_knows() {
    let called = |sent: SentConfiguration| sent.called(vec![("base_url".to_owned(), "apiURL".to_owned())]);
    let wrong = |members: Value| Configured::of(called(sent(members)), &provider()).unwrap_err().at;
    assert_eq!(wrong(json!({"base_url": 7})).as_deref(), Some("apiURL"));
    let before = json!({"base_url": "https://a.example", "token": "t"});
    let before = Configured::of(sent(before), &provider()).unwrap();
    let elsewhere = called(sent(json!({"base_url": "https://b.example"})));
    assert_eq!(before.merged(elsewhere, &provider()).unwrap_err().at.as_deref(), Some("apiURL"));
    let replaced = called(sent(json!({"base_url": "https://b.example"})));
    let replaced = before.replaced(replaced, &provider(), |member| member == "base_url");
    assert_eq!(replaced.unwrap_err().at.as_deref(), Some("apiURL"));
}

#[test]
fn a_secret_that_nobody_knows_decides_the_host_if_it_is_named_so() {
    let told = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), ToldSecrecy::Whole)).collect();
    let all = ["apiKey", "baseUrl", "colour"];
    let before = json!({"apiKey": "a", "baseUrl": "https://a.example/x", "colour": "red"});
    let before = Configured::of(sent(before).telling(told(&all)), &provider()).unwrap();
    let changed = |members: Value| before.merged(sent(members).telling(told(&all)), &provider());
    let elsewhere = changed(json!({"baseUrl": "https://b.example/x"})).unwrap_err();
    assert_eq!((elsewhere.at.as_deref(), elsewhere.wrong), (Some("baseUrl"), Wrong::Elsewhere));
    assert!(changed(json!({"baseUrl": "https://a.example/y"})).is_ok());
    assert!(changed(json!({"colour": "https://b.example/x"})).is_ok());
    assert!(changed(json!({"baseUrl": "https://b.example", "apiKey": "b", "colour": "blue"})).is_ok());
}

#[test]
fn a_host_that_is_itself_a_secret_does_not_change_without_the_others() {
    let before = configured(json!({"webhook_url": "https://a.example/x", "token": "t"}));
    let changed = |sent: Value| before.merged(from_an_api_that_shows_stars(sent), &provider());
    let elsewhere = changed(json!({"webhook_url": "https://b.example/x"})).unwrap_err();
    assert_eq!((elsewhere.at.as_deref(), elsewhere.wrong), (Some("webhook_url"), Wrong::Elsewhere));
    assert!(changed(json!({"webhook_url": "https://a.example/y"})).is_ok(), "the same host");
    assert!(changed(json!({"webhook_url": "https://b.example/x", "token": "u"})).is_ok());
    assert!(changed(json!({"webhook_url": null})).is_ok());
}
