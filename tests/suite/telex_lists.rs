//! Pages and filters of the lists: additions of our own, so that a client that asks for none
//! of them gets what it always got.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Service, Telex};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, an_integration, every, refused};

async fn list(telex: &Telex, query: &str) -> Result<Answer> {
    telex.request("GET", query).send().await
}

fn total(answer: &Answer) -> &str {
    answer.header("x-total-count")
}

/// Integrations named 1, 2, 3 …; every second is paused, every third is for something else.
async fn numbered(acme: &Acme, count: usize) -> Result<()> {
    for number in 1..=count {
        let kind = if number % 3 == 0 { "filter" } else { "" };
        let body = json!({ "name": number.to_string(), "json_url": "x", "integration_type": kind });
        let id = acme.telex.created(&body).await?;
        if number % 2 == 0 {
            drop(acme.telex.update(&id, &json!({ "is_active": false })).await?.expect_status(200));
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_list_is_cut_only_where_a_page_is_asked_for(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    numbered(&acme, 12).await?;
    let whole = list(&acme.telex, "").await?.expect_status(200);
    assert_eq!(every(&whole, "app_name").len(), 12);
    assert!(!whole.headers.contains_key("link") && !whole.headers.contains_key("x-total-count"));

    let first = list(&acme.telex, "?page=1").await?.expect_status(200);
    assert_eq!((every(&first, "app_name").len(), total(&first)), (10, "12"));
    let mut pages = Vec::new();
    for page in 1..=4 {
        let answer = list(&acme.telex, &format!("?page={page}&limit=5")).await?.expect_status(200);
        assert_eq!(total(&answer), "12");
        pages.extend(every(&answer, "app_name"));
    }
    assert_eq!(pages, every(&whole, "app_name"));
    let beyond = list(&acme.telex, "?page=9&limit=5").await?.expect_status(200);
    assert_eq!(beyond.json()["data"], json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_page_says_where_the_others_are_and_they_are_there(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    numbered(&acme, 5).await?;
    let mut path = format!("{}?limit=2&is_active=true", acme.telex.integrations(""));
    let mut names = Vec::new();
    loop {
        let answer = acme.service.http().get(&path).bearer(&acme.key).send().await?.expect_status(200);
        names.extend(every(&answer, "app_name"));
        let next =
            answer.header("link").split(", ").find(|link| link.ends_with("rel=\"next\"")).map(str::to_owned);
        let Some(next) = next else { break };
        path = next.trim_start_matches('<').split('>').next().unwrap().to_owned();
    }
    assert_eq!(names, ["1", "3", "5"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn lists_are_narrowed_with_and_without_pages(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    numbered(&acme, 13).await?;
    for (query, names) in [
        ("is_active=true", &["1", "3", "5", "7", "9", "11", "13"][..]),
        ("is_active=false", &["2", "4", "6", "8", "10", "12"]),
        ("integration_type=filter", &["3", "6", "9", "12"]),
        ("integration_type=filter&is_active=false", &["6", "12"]),
        ("integration_type=nothing", &[]),
        ("q=1", &["1", "10", "11", "12", "13"]),
        ("q=1&is_active=true", &["1", "11", "13"]),
        ("q=", &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"]),
    ] {
        let whole = list(&acme.telex, &format!("?{query}")).await?.expect_status(200);
        assert_eq!(every(&whole, "app_name"), names, "{query}");
        let mut pages = Vec::new();
        for page in 1..=7 {
            let answer =
                list(&acme.telex, &format!("?{query}&page={page}&limit=2")).await?.expect_status(200);
            assert_eq!(total(&answer), names.len().to_string(), "{query}");
            pages.extend(every(&answer, "app_name"));
        }
        assert_eq!(pages, names, "{query} in pages");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn numbers_below_one_are_refused_and_pages_that_are_too_large_cut(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let bad = ["page=0", "limit=0", "page=-1", "limit=x", "page=", "limit=1.5"];
    for (below, message) in [
        (String::new(), "Invalid organisation_id or request"),
        ("/custom".to_owned(), "Invalid organisation_id or request"),
        (format!("/{id}/settings"), "Invalid request"),
        (format!("/{id}/channels/general/settings"), "Invalid request"),
    ] {
        for query in bad {
            let why = refused(list(&acme.telex, &format!("{below}?{query}")).await?, 400, message);
            assert!(why.ends_with("is not a whole number of 1 or more"), "{why}");
        }
        let large = list(&acme.telex, &format!("{below}?limit=101")).await?.expect_status(200);
        assert!(large.header("link").contains("limit=100>"), "{large}");
    }
    for query in ["is_active=maybe", "integration_type=%00", &format!("integration_type={}", "x".repeat(65))]
    {
        refused(list(&acme.telex, &format!("?{query}")).await?, 400, "Invalid organisation_id or request");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn settings_come_in_pages_too_and_what_is_on_none_is_not_shown(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let (whole, general) = (acme.telex.settings(&id), acme.telex.channel(&id, "general"));
    for settings in [&whole, &general] {
        for label in ["a", "b", "token"] {
            settings.put(label, "a-secret-or-not").await?;
        }
        let first = settings.request("GET", "?limit=2").send().await?.expect_status(200);
        assert_eq!((every(&first, "form_field_label"), total(&first)), (vec!["a".into(), "b".into()], "3"));
        assert!(!first.headers.contains_key("cache-control"), "{first}");
        let second = settings.request("GET", "?limit=2&page=2").send().await?.expect_status(200);
        assert_eq!(every(&second, "form_field_label"), ["token"]);
        assert_eq!(second.header("cache-control"), "no-store");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_the_installation_offers_is_on_the_first_page(#[case] backend: Backend) -> Result<()> {
    let offered = r#"[{ name = "Slack", json_url = "https://apps.example/slack.json", provider = "slack" }]"#;
    let acme = Acme::of(Service::builder(backend).config("telex.catalogue", offered).start().await?).await?;
    numbered(&acme, 3).await?;
    let mut pages = Vec::new();
    for page in 1..=3 {
        let answer = list(&acme.telex, &format!("?limit=2&page={page}")).await?.expect_status(200);
        assert_eq!(total(&answer), "4");
        pages.extend(every(&answer, "app_name"));
    }
    assert_eq!(pages, ["Slack", "1", "2", "3"]);
    assert_eq!(every(&list(&acme.telex, "?is_active=true").await?, "app_name"), ["1", "3"]);
    Ok(())
}
