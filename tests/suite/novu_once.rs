//! Requests that Novu's clients have named (`Idempotency-Key`): they have their effect once.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Novu};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{API_KEY, MASK, fault, faulted, mail, unused_mail, with};
use crate::twins::of_64_at_once_one_counts;

async fn named(novu: &Novu, name: &str, method: &str, below: &str, body: &Value) -> Result<Answer> {
    novu.request(method, below).header("Idempotency-Key", name).json(body).send().await
}

fn is_replay(answer: &Answer) -> bool {
    let (ours, theirs) = (answer.header("idempotent-replayed"), answer.header("idempotency-replay"));
    assert_eq!(ours, theirs, "{answer}");
    theirs == "true"
}

/// Asserts that `again` is `first`, given once more.
fn expect_replay(first: &Answer, again: &Answer) {
    assert!(!is_replay(first) && is_replay(again), "{again}");
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(first.header("idempotency-key"), again.header("idempotency-key"));
}

/// Asserts that a name was taken for something else.
fn expect_reused(answer: &Answer, name: &str) {
    let message = format!("Request with key \"{name}\" is being reused for a different body");
    faulted(answer, 422, &message);
    assert_eq!(answer.json()["errors"], json!({}), "{answer}");
    assert!(!answer.header("link").is_empty(), "{answer}");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_named_request_says_its_name_back_and_the_same_again_is_a_replay(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let first = named(&novu, "k-1", "POST", "", &mail("a")).await?.expect_status(201);
    assert_eq!(first.header("idempotency-key"), "k-1");
    let again = named(&novu, "k-1", "POST", "", &mail("a")).await?;
    expect_replay(&first, &again);
    assert_eq!(novu.listed("name").await?, ["a"]);
    let bare = novu.create(&mail("b")).await?.expect_status(201);
    assert_eq!((bare.header("idempotency-key"), is_replay(&bare)), ("", false));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_name_for_another_body_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    drop(named(&novu, "k-1", "POST", "", &mail("a")).await?.expect_status(201));
    for other in
        [mail("b"), json!({ "providerId": "twilio", "channel": "sms" }), with(mail("a"), json!({ "x": 1 }))]
    {
        expect_reused(&named(&novu, "k-1", "POST", "", &other).await?, "k-1");
    }
    assert_eq!(novu.listed("name").await?, ["a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_order_of_members_and_the_space_between_them_make_no_other_body(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let named =
        |body: &'static str| novu.request("POST", "").header("idempotency-key", "k-1").body(body).send();
    let first =
        named(r#"{"providerId":"sendgrid","channel":"email","credentials":{"apiKey":"a","from":"b"}}"#)
            .await?;
    let again = named(
        r#" { "credentials": {"from": "b", "apiKey": "\u0061"},
            "channel": "email", "providerId": "sendgrid" } "#,
    );
    expect_replay(&first.expect_status(201), &again.await?);
    assert_eq!(novu.listed("_id").await?.len(), 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_name_counts_for_one_key_method_and_path(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, other) = (acme.novu().await?, acme.novu().await?);
    let first = named(&novu, "k-1", "POST", "", &mail("a")).await?.expect_status(201);
    let second = named(&other, "k-1", "POST", "", &mail("a")).await?.expect_status(201);
    assert!(!is_replay(&second));
    let [one, two] = [first, second].map(|made| format!("/{}", made.data()["_id"].as_str().unwrap()));
    for path in [format!("{one}/set-primary"), format!("{two}/set-primary")] {
        assert!(!is_replay(&named(&novu, "k-1", "POST", &path, &json!({})).await?.expect_status(200)));
    }
    for path in [one, two] {
        let patched = named(&novu, "k-1", "PATCH", &path, &json!({ "name": "b" })).await?.expect_status(200);
        assert!(!is_replay(&patched));
    }
    assert_eq!(novu.order("email").await?, ["b 2*", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn set_primary_has_its_effect_once_without_a_body_too(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let [one, two] = [novu.created(&mail("a")).await?, novu.created(&mail("b")).await?];
    let set =
        |id: &str| novu.request("POST", &format!("/{id}/set-primary")).header("idempotency-key", "k").send();
    let first = set(&two).await?.expect_status(200);
    drop(novu.set_primary(&one).await?.expect_status(200));
    expect_replay(&first, &set(&two).await?);
    assert_eq!(novu.order("email").await?, ["a 2*", "b 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_patch_has_its_effect_once(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let path = format!("/{}", novu.created(&mail("a")).await?);
    let first = named(&novu, "k-1", "PATCH", &path, &json!({ "name": "b" })).await?.expect_status(200);
    assert_eq!(first.header("idempotency-key"), "k-1");
    drop(novu.request("PUT", &path).json(&json!({ "name": "c" })).send().await?.expect_status(200));
    expect_replay(&first, &named(&novu, "k-1", "PATCH", &path, &json!({ "name": "b" })).await?);
    assert_eq!(novu.listed("name").await?, ["c"]);
    expect_reused(&named(&novu, "k-1", "PATCH", &path, &json!({ "name": "d" })).await?, "k-1");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn other_methods_take_no_notice_of_a_name(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let path = format!("/{}", novu.created(&mail("a")).await?);
    let long = "x".repeat(300);
    for (number, name) in ["k-1", "k-1", &long, "two words"].into_iter().enumerate() {
        for (method, below) in [("GET", ""), ("GET", path.as_str()), ("PUT", &path)] {
            let request = novu.request(method, below).header("idempotency-key", name);
            let request =
                if method == "PUT" { request.json(&json!({ "name": number.to_string() })) } else { request };
            let answer = request.send().await?.expect_status(200);
            assert!(!is_replay(&answer) && answer.header("idempotency-key").is_empty(), "{answer}");
        }
        assert_eq!(novu.listed("name").await?, [number.to_string()]);
    }
    let delete = || novu.request("DELETE", &path).header("idempotency-key", "k-1").send();
    drop(delete().await?.expect_status(200));
    drop(delete().await?.expect_status(404));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_name_has_at_most_255_characters(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let (fits, too_long) = ("k".repeat(255), "k".repeat(256));
    drop(named(&novu, &fits, "POST", "", &mail("a")).await?.expect_status(201));
    let answer = named(&novu, &too_long, "POST", "", &mail("b")).await?;
    let message =
        format!("idempotencyKey \"{too_long}\" has exceeded the maximum allowed length of 255 characters");
    faulted(&answer, 400, &message);
    assert_eq!(novu.listed("name").await?, ["a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_64_at_once_one_has_its_effect_and_others_are_served_meanwhile(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let create = |name: &str| novu.request("POST", "").json(&mail(name));
    of_64_at_once_one_counts(
        201,
        || create("a"),
        |number| create(&format!("other {number}")),
        |answer| {
            let message =
                "Request with key \"once\" is currently being processed. Please retry after 1 second";
            faulted(answer, 409, message);
            assert!(!answer.header("link").is_empty(), "{answer}");
            answer.header("retry-after") == "1"
        },
    )
    .await?;
    let names = novu.listed("name").await?;
    assert_eq!(names.iter().filter(|name| **name == "a").count(), 1, "{names:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_32_at_once_with_one_identifier_and_one_name_all_are_told_of_the_one(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let body = with(mail("a"), json!({ "identifier": "mail-main" }));
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..32 {
        racing.spawn(novu.request("POST", "").header("idempotency-key", "k-1").json(&body).send());
    }
    let mut firsts = 0;
    for answer in racing.join_all().await {
        let answer = answer?;
        if answer.status == 201 {
            firsts += usize::from(!is_replay(&answer));
        } else {
            assert!(fault(&answer, 409).contains("is currently being processed"), "{answer}");
        }
    }
    assert_eq!((firsts, novu.listed("identifier").await?), (1, vec![json!("mail-main")]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_refused_effect_stays_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let taken = with(mail("a"), json!({ "identifier": "taken" }));
    let id = novu.created(&taken).await?;
    let conflict = named(&novu, "k-1", "POST", "", &taken).await?;
    faulted(&conflict, 409, "Integration with identifier already exists");
    drop(novu.delete(&id).await?.expect_status(200));
    expect_replay(&conflict, &named(&novu, "k-1", "POST", "", &taken).await?);
    let path = format!("/{UNKNOWN_ID}/set-primary");
    let missing = named(&novu, "k-1", "POST", &path, &json!({})).await?.expect_status(404);
    expect_replay(&missing, &named(&novu, "k-1", "POST", &path, &json!({})).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_had_no_effect_to_begin_with_leaves_nothing(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    drop(named(&novu, "k-1", "POST", "", &json!({ "name": 7 })).await?.expect_status(422));
    let reader = novu.with_key(&acme.tenant.key(&["integrations:read"]).await?.text);
    drop(named(&reader, "k-1", "POST", "", &mail("a")).await?.expect_status(403));
    drop(named(&novu.with_key("nope"), "k-1", "POST", "", &mail("a")).await?.expect_status(401));
    let request = || novu.request("POST", "").header("idempotency-key", "k-1");
    drop(request().body("{broken").send().await?.expect_status(400));
    drop(request().body(" ".repeat(300_000)).send().await?.expect_status(413));
    drop(request().nameless_body(mail("a").to_string()).send().await?.expect_status(415));
    let made = named(&novu, "k-1", "POST", "", &mail("a")).await?.expect_status(201);
    assert!(!is_replay(&made));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_replay_after_a_restart_is_the_first_answer_byte_for_byte(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let key = acme.tenant.key(&["integrations:read", "integrations:write"]).await?.text;
    let first = named(&acme.service.novu(&key), "k-1", "POST", "", &mail("a")).await?.expect_status(201);
    acme.service.server_mut().kill9().await?;
    acme.service.restart().await?;
    expect_replay(&first, &named(&acme.service.novu(&key), "k-1", "POST", "", &mail("a")).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_replay_shows_what_its_first_answer_showed(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (novu, shown) in [(acme.revealing_novu(), API_KEY), (acme.novu().await?, MASK)] {
        let first = named(&novu, "k-1", "POST", "", &mail("a")).await?.expect_status(201);
        let again = named(&novu, "k-1", "POST", "", &mail("a")).await?;
        expect_replay(&first, &again);
        assert_eq!(again.data()["credentials"]["apiKey"], shown);
        assert_eq!(first.header("cache-control"), again.header("cache-control"));
        assert_eq!(again.header("cache-control") == "no-store", shown == API_KEY, "{again}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_was_deleted_is_not_answered_for_any_more(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.revealing_novu();
    let first = named(&novu, "k-1", "POST", "", &unused_mail("a")).await?.expect_status(201);
    let id = first.data()["_id"].as_str().unwrap().to_owned();
    drop(novu.delete(&id).await?.expect_status(200));
    let again = named(&novu, "k-1", "POST", "", &unused_mail("a")).await?;
    assert!(!is_replay(&again) && !again.text.contains(&id), "its record dies with it: {again}");
    drop(again.expect_status(201));
    Ok(())
}
