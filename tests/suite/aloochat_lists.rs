//! A1: which integrations are listed, in pages that follow each other, and to whom they are new.

use anyhow::Result;
use patchbay_tests::{AlooChat, Answer, Backend};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, a_shop, an_integration};

fn names(answer: &Answer) -> Vec<String> {
    let all = answer.json().as_array().unwrap().clone();
    all.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// Five of several types, linked and not, in use and not.
async fn several(aloochat: &AlooChat) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for (name, kind, more) in [
        ("Shop 1", "shopify", json!({})),
        ("Shop 2", "shopify", json!({ "is_active": false })),
        ("Desk", "zendesk", json!({ "agent_id": "agent 7" })),
        ("Chat", "slack", json!({ "visibility": "public", "agent_id": "agent 7" })),
        ("Books", "notion", json!({ "agent_id": "AGENT 7" })),
    ] {
        let mut body = json!({ "name": name, "type": kind });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ids.push(aloochat.created(&body).await?);
    }
    Ok(ids)
}

/// The address of the next page, below the prefix.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link");
    assert_eq!(link.contains("rel="), !link.is_empty(), "{link}");
    let address = link.strip_prefix("</api/public")?.strip_suffix(">; rel=\"next\"")?;
    Some(address.to_owned())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_asked_for_is_listed_oldest_first(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    several(&aloochat).await?;
    for (query, expected) in [
        ("", &["Shop 1", "Shop 2", "Desk", "Chat", "Books"][..]),
        ("?type=shopify", &["Shop 1", "Shop 2"]),
        ("?type=odoo", &[]),
        ("?is_active=false", &["Shop 2"]),
        ("?is_active=true&type=shopify", &["Shop 1"]),
        ("?visibility=public", &["Chat"]),
        ("?visibility=private&type=zendesk", &["Desk"]),
        ("?agent_id=agent%207", &["Desk", "Chat"]),
        ("?q=SHOP", &["Shop 1", "Shop 2"]),
        ("?q=o&agent_id=AGENT+7", &["Books"]),
        ("?q=%25", &[]),
    ] {
        let listed = aloochat.list(query).await?.expect_status(200);
        assert_eq!(names(&listed), expected, "{query}");
        assert!(listed.headers.get("x-total-count").is_none() && listed.header("link").is_empty());
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn pages_follow_each_other_to_the_end_of_the_list(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let ids = several(&aloochat).await?;
    for (query, all) in [
        ("?limit=2", &["Shop 1", "Shop 2", "Desk", "Chat", "Books"][..]),
        ("?limit=1&q=o", &["Shop 1", "Shop 2", "Books"]),
        ("?visibility=private&limit=3&include=timestamps", &["Shop 1", "Shop 2", "Desk", "Books"]),
        ("?limit=200", &["Shop 1", "Shop 2", "Desk", "Chat", "Books"]),
        ("?limit=99999999999999999999", &["Shop 1", "Shop 2", "Desk", "Chat", "Books"]),
    ] {
        let mut page = aloochat.list(query).await?.expect_status(200);
        let mut found = names(&page);
        loop {
            assert_eq!(page.header("x-total-count"), all.len().to_string(), "{query}");
            let Some(address) = next(&page) else { break };
            page = aloochat.at("GET", &address).send().await?.expect_status(200);
            assert_eq!(page.json()[0].get("created_at").is_some(), query.contains("timestamps"));
            found.extend(names(&page));
        }
        assert_eq!(found, all, "{query}");
    }
    // A page stays right while what comes before it goes.
    let first = aloochat.list("?limit=2").await?;
    drop(aloochat.delete(&ids[1]).await?.expect_status(200));
    let address = next(&first).unwrap();
    let second = aloochat.at("GET", &address).send().await?.expect_status(200);
    assert_eq!(names(&second), ["Desk", "Chat"]);
    let cursor = address.split("cursor=").nth(1).unwrap();
    let rest = aloochat.list(&format!("?cursor={cursor}")).await?.expect_status(200);
    assert_eq!(names(&rest), ["Desk", "Chat", "Books"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_cursor_shows_nobody_elses_integrations(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    several(&aloochat).await?;
    let address = next(&aloochat.list("?limit=1").await?).unwrap();
    let globex = acme.service.organisation("globex").await?;
    let stranger = aloochat.with_key(&globex.full_key().await?);
    let page = stranger.at("GET", &address).send().await?.expect_status(200);
    assert_eq!((page.json(), page.header("x-total-count")), (json!([]), "0"));
    // The earliest and the latest that a cursor can say.
    for (place, count) in [("0000000000000000", 5), ("0383ffffffffffff", 0)] {
        let page = aloochat.list(&format!("?cursor={place}{}", "0".repeat(32))).await?.expect_status(200);
        assert_eq!(page.json().as_array().unwrap().len(), count, "{page}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_list_that_is_known_is_not_sent_again(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let known = |query: &str, tag: &str| aloochat.request("GET", query).header("if-none-match", tag);
    let mut tags = Vec::new();
    let id = aloochat.created(&a_shop("shop")).await?;
    let changes: [Option<Value>; 5] = [
        None,
        Some(json!({ "name": "store" })),
        Some(json!({ "is_active": false })),
        // What is not shown may still change what `include` shows.
        Some(json!({ "config": { "access_token": "another" } })),
        Some(json!({ "config": { "access_token": null } })),
    ];
    for change in changes {
        if let Some(change) = change {
            drop(aloochat.update(&id, &change).await?.expect_status(200));
        }
        let listed = aloochat.list("").await?.expect_status(200);
        let tag = listed.header("etag").to_owned();
        assert!(tag.starts_with("W/\"") && !tags.contains(&tag), "{tag}");
        let unchanged = known("", &tag).send().await?.expect_status(304);
        assert_eq!((unchanged.text.as_str(), unchanged.header("etag")), ("", tag.as_str()));
        for old in &tags {
            drop(known("", old).send().await?.expect_status(200));
        }
        tags.push(tag);
    }
    let tag = tags.pop().unwrap();
    drop(known("", &format!("\"x\", {tag}")).send().await?.expect_status(304));
    drop(known("", "*").send().await?.expect_status(200));
    // A change of nothing is none.
    drop(aloochat.update(&id, &json!({ "name": "store" })).await?.expect_status(200));
    drop(known("", &tag).send().await?.expect_status(304));
    drop(aloochat.create(&a_shop("another")).await?.expect_status(201));
    drop(known("", &tag).send().await?.expect_status(200));
    // A page of a list that grew says how long it is.
    let page = aloochat.list("?limit=1").await?;
    drop(known("?limit=1", page.header("etag")).send().await?.expect_status(304));
    drop(aloochat.create(&a_shop("a third")).await?.expect_status(201));
    drop(known("?limit=1", page.header("etag")).send().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_integration_has_a_tag_and_changes_may_be_meant_for_it(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    let below = format!("/{id}");
    let first = aloochat.find(&id).await?.header("etag").to_owned();
    assert!(first.starts_with('"'), "{first}");
    drop(aloochat.request("GET", &below).header("if-none-match", &first).send().await?.expect_status(304));
    let put = |tag: &str, name: &str| {
        aloochat.request("PUT", &below).header("if-match", tag).json(&json!({ "name": name })).send()
    };
    let second = put(&first, "store").await?.expect_status(200).header("etag").to_owned();
    assert_eq!(aloochat.find(&id).await?.header("etag"), second);
    for stale in [first.as_str(), "\"other\"", "nonsense", &format!("W/{second}")] {
        for method in ["PUT", "PATCH", "DELETE"] {
            let late =
                aloochat.request(method, &below).header("if-match", stale).json(&json!({ "name": "late" }));
            crate::given::declined(late.send().await?, 412, "Precondition failed");
        }
    }
    drop(put(&format!("{first}, {second}"), "market").await?.expect_status(200));
    drop(put("*", "stall").await?.expect_status(200));
    assert_eq!(aloochat.listed("name").await?, ["stall"]);
    drop(aloochat.request("DELETE", &below).header("if-match", "*").send().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn head_of_every_get_is_its_head(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    acme.telex.created(&an_integration("other")).await?;
    for below in ["", "?limit=1", "/types", &*format!("/{id}"), &format!("/{id}/channels/a"), "/no-uuid"] {
        let get = aloochat.request("GET", below).send().await?;
        let head = aloochat.request("HEAD", below).send().await?;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{get}");
        for header in ["content-type", "etag", "link", "x-total-count"] {
            assert_eq!(head.header(header), get.header(header), "{header}: {get}");
        }
        assert_eq!(head.header("content-length"), get.text.len().to_string(), "{get}");
    }
    Ok(())
}
