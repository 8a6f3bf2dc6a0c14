//! What every request to Novu has in common, whatever it is for.

use anyhow::Result;
use patchbay_tests::{Backend, Service};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{fault, faulted, inbox, mail, refused_members, unused_mail, with};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_slash_at_the_end_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.request("POST", "/").json(&mail("a")).send().await?.expect_status(201).data();
    let id = made["_id"].as_str().unwrap();
    for (method, below) in [
        ("GET", "/".to_owned()),
        ("GET", "/active/".to_owned()),
        ("GET", format!("/{id}/")),
        ("POST", format!("/{id}/set-primary/")),
        ("GET", "/in-app/status/".to_owned()),
        ("GET", "/email/limit/".to_owned()),
        ("GET", format!("/webhook/provider/{id}/status/")),
        ("DELETE", format!("/{id}/")),
    ] {
        drop(novu.request(method, &below).send().await?.expect_status(200));
    }
    // A refusal says what was asked for, with the slash.
    let refused = novu.request("DELETE", &format!("/{id}/?a=b")).send().await?;
    faulted(&refused, 404, &format!("Entity with id {id} not found"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn set_primary_needs_no_body_and_takes_an_empty_object(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let (first, second) = (novu.created(&mail("a")).await?, novu.created(&mail("b")).await?);
    for id in [&second, &first] {
        let bare = novu.request("POST", &format!("/{id}/set-primary")).send().await?;
        assert_eq!(bare.expect_status(200).data()["primary"], true);
    }
    for id in [&second, &first] {
        let empty = novu.request("POST", &format!("/{id}/set-primary")).json(&json!({})).send().await?;
        assert_eq!(empty.expect_status(200).data()["primary"], true);
    }
    let typed = novu.request("POST", &format!("/{second}/set-primary")).body("").send().await?;
    assert_eq!(typed.expect_status(200).data()["primary"], true);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_empty_cookie_and_a_name_on_every_request_do_no_harm(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let asked = |method: &str, below: &str| {
        let request = novu.request(method, below).header("cookie", "");
        request.header("idempotency-key", "1732000000000abc123xyz")
    };
    let made = asked("POST", "").json(&mail("a")).send().await?.expect_status(201).data();
    let one = format!("/{}", made["_id"].as_str().unwrap());
    for name in ["b", "c"] {
        let changed = asked("PUT", &one).json(&json!({ "name": name })).send().await?.expect_status(200);
        assert_eq!(changed.data()["name"], name);
        let listed = asked("GET", "").send().await?.expect_status(200);
        assert_eq!(listed.of_each("name"), [name]);
        assert_eq!(asked("GET", &one).send().await?.expect_status(200).data()["name"], name);
    }
    drop(asked("DELETE", &one).send().await?.expect_status(200));
    drop(asked("DELETE", &one).send().await?.expect_status(404));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn members_that_nobody_knows_are_ignored(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let more = json!({ "extra": { "deep": [1, null] }, "configurations": 7, "removeNovuBranding": "yes" });
    let made = novu.made(&with(mail("a"), more.clone())).await?;
    let members: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(!members.contains(&"extra") && !members.contains(&"configurations"), "{made}");
    let id = made["_id"].as_str().unwrap();
    assert_eq!(novu.updated(id, &with(json!({ "name": "b" }), more)).await?["name"], "b");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn provider_and_channel_are_ignored_when_an_integration_is_changed(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    for (provider, channel) in [
        (json!("mailgun"), json!("sms")),
        (json!(""), json!("fax")),
        (json!(7), json!({ "a": "b" })),
        (json!(null), json!(null)),
    ] {
        let change = json!({ "name": "b", "providerId": provider, "channel": channel });
        let changed = novu.updated(&id, &change).await?;
        assert_eq!((&changed["providerId"], &changed["channel"]), (&json!("sendgrid"), &json!("email")));
    }
    let nothing = novu.update(&id, &json!({ "providerId": "mailgun", "channel": "email" })).await?;
    faulted(&nothing, 400, "No properties found for update");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_kind_other_than_delivery_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&with(mail("a"), json!({ "kind": "delivery" }))).await?;
    drop(novu.update(&id, &json!({ "name": "b", "kind": "delivery" })).await?.expect_status(200));
    for kind in [json!("agent"), json!("Delivery"), json!(""), json!(7)] {
        refused_members(&novu.create(&with(mail("c"), json!({ "kind": kind }))).await?, &["kind"]);
        let change = json!({ "name": "c", "kind": kind });
        refused_members(&novu.update(&id, &change).await?, &["kind"]);
    }
    assert_eq!(novu.listed("name").await?, ["b"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_has_to_be_called_json_with_parameters_or_without(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let body = |name: &str| mail(name).to_string();
    let called = |kind: &str, name: &str| {
        novu.request("POST", "").header("content-type", kind).nameless_body(body(name)).send()
    };
    for kind in ["application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8"] {
        drop(called(kind, kind).await?.expect_status(201));
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"] {
        fault(&called(kind, "refused").await?, 415);
    }
    fault(&novu.request("POST", "").nameless_body(body("nameless")).send().await?, 415);
    assert_eq!(novu.listed("name").await?.len(), 3);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_that_is_too_large_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let large = |bytes: usize| {
        let frame = json!({ "providerId": "sendgrid", "channel": "email", "more": "" }).to_string();
        let more = "x".repeat(bytes - frame.len());
        json!({ "providerId": "sendgrid", "channel": "email", "more": more })
    };
    fault(&novu.create(&large(262_145)).await?, 413);
    drop(novu.create(&large(262_144)).await?.expect_status(201));
    let id = novu.created(&unused_mail("a")).await?;
    fault(&novu.update(&id, &large(262_145)).await?, 413);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_no_json_is_refused_as_a_whole(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&unused_mail("a")).await?;
    for body in ["{", "{\"name\":", "nonsense", "{}}", "{'a': 1}", "\"a", ""] {
        for (method, below) in
            [("POST", String::new()), ("PUT", format!("/{id}")), ("PATCH", format!("/{id}"))]
        {
            // Nothing at all is read as an object that says nothing.
            let status = if body.is_empty() && method == "POST" { 422 } else { 400 };
            fault(&novu.request(method, &below).body(body).send().await?, status);
        }
    }
    for body in ["[]", "7", "\"a\"", "null", "[{}]"] {
        let answer = novu.request("POST", "").body(body).send().await?;
        fault(&answer, if answer.status == 422 { 422 } else { 400 });
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_that_it_has(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (method, below, allowed) in [
        ("PUT", String::new(), ["GET", "POST"].as_slice()),
        ("DELETE", String::new(), &["GET", "POST"]),
        ("POST", format!("/{UNKNOWN_ID}"), &["GET", "PUT", "PATCH", "DELETE"]),
        ("PUT", format!("/{UNKNOWN_ID}/set-primary"), &["POST"]),
        ("GET", format!("/{UNKNOWN_ID}/set-primary"), &["POST"]),
        ("DELETE", "/in-app/status".to_owned(), &["GET"]),
        ("POST", "/email/limit".to_owned(), &["GET"]),
        ("POST", "/webhook/provider/sendgrid/status".to_owned(), &["GET"]),
    ] {
        let answer = novu.request(method, &below).send().await?;
        fault(&answer, 405);
        let said: Vec<_> = answer.header("allow").split(", ").filter(|method| *method != "HEAD").collect();
        assert_eq!(said, allowed, "{answer}");
    }
    for below in ["/environments", "/environments/me"] {
        let answer = novu.at("POST", below).send().await?;
        fault(&answer, 405);
        assert!(answer.header("allow").contains("GET"), "{answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_path_that_nobody_knows_is_named(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (method, below) in [
        ("GET", "/nope"),
        ("POST", "/nope"),
        ("DELETE", "/integrations/a/b/c"),
        ("PATCH", "/integrationsx"),
        ("GET", "/subscribers"),
    ] {
        let message = format!("Cannot {method} /v1{below}");
        faulted(&novu.at(method, below).send().await?, 404, &message);
        faulted(&novu.anonymous(method, below).send().await?, 404, &message);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn fixed_words_win_over_ids(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    novu.created(&inbox()).await?;
    assert_eq!(novu.request("GET", "/active").send().await?.expect_status(200).elements().len(), 1);
    let status = novu.request("GET", "/in-app/status").send().await?.expect_status(200);
    assert_eq!(status.data(), json!({ "active": true }));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_answer_to_a_known_key_says_where_it_stands(#[case] backend: Backend) -> Result<()> {
    let service = Service::builder(backend)
        .config("rate_limit.requests_per_minute", "60")
        .config("rate_limit.burst", "5");
    let acme = Acme::of(service.start().await?).await?;
    let novu = acme.novu().await?;
    let unknown = format!("/integrations/{UNKNOWN_ID}");
    let mut left = Vec::new();
    for (method, below, status) in
        [("GET", "/integrations", 200), ("GET", &unknown, 404), ("POST", "/integrations", 422)]
    {
        let request = novu.at(method, below);
        let request = if method == "POST" { request.json(&json!({})) } else { request };
        let answer = request.send().await?.expect_status(status);
        assert_eq!(answer.header("ratelimit-limit"), "60", "{answer}");
        let policy = r#"60;w=60;burst=5;comment="token bucket""#;
        assert_eq!(answer.header("ratelimit-policy"), policy, "{answer}");
        assert!(answer.header("ratelimit-reset").parse::<u32>().is_ok(), "{answer}");
        left.push(answer.header("ratelimit-remaining").parse::<u32>()?);
    }
    assert!(left[0] <= 4 && left[2] <= left[0], "{left:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_again(#[case] backend: Backend) -> Result<()> {
    let service = Service::builder(backend)
        .config("rate_limit.requests_per_minute", "1")
        .config("rate_limit.burst", "2");
    let acme = Acme::of(service.start().await?).await?;
    let novu = acme.novu().await?;
    for _ in 0..2 {
        drop(novu.list().await?.expect_status(200));
    }
    let answer = novu.request("POST", "").body("{broken").send().await?;
    faulted(&answer, 429, "API rate limit exceeded");
    assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>()?), "{answer}");
    assert_eq!(answer.header("ratelimit-remaining"), "0", "{answer}");
    // Other keys have buckets of their own.
    drop(acme.revealing_novu().list().await?.expect_status(200));
    Ok(())
}

#[tokio::test]
async fn a_store_that_is_away_is_said_to_be_with_a_time_to_come_again() -> Result<()> {
    let acme = Acme::on(Backend::Postgres).await?;
    let novu = acme.novu().await?;
    drop(novu.list().await?.expect_status(200));
    acme.service.database().cut_off()?;
    let answer = novu.list().await?;
    fault(&answer, 503);
    assert!(answer.header("retry-after").parse::<u32>()? > 0, "{answer}");
    acme.service.database().let_in()?;
    Ok(())
}
