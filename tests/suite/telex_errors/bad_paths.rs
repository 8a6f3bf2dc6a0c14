//! Paths, queries and methods that are wrong, on every route.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use patchbay_tests::{Backend, TELEX_PREFIXES};
use rstest::rstest;

use super::{still_answers, tolerated};
use crate::given::{UNKNOWN_ID, refused};
use crate::telex_routes::{ROUTES, Route, Routed};

/// What is the id of nothing, nor the name of a channel that anything was ever put for.
fn bad_texts() -> Vec<String> {
    let plain = [
        "no-uuid",
        "0",
        "-1",
        "null",
        "%20",
        "%00",
        "a%00b",
        "%ff",
        "%c3%28",
        "%ed%a0%80",
        "%F0%9F%A6%80",
        "%E2%80%AEabc",
        "%",
        "%2",
        "%zz",
        "%2f",
        "a%2Fb",
        "%5c",
        "%7B%7D",
        "%25ff",
        "*",
        "a;b=c",
        "a+b",
        "~",
    ];
    let mut texts: Vec<_> = plain.map(str::to_owned).into();
    texts.extend(["x".repeat(254), "x".repeat(255), "x".repeat(256), "x".repeat(8000), "%41".repeat(2000)]);
    texts.push("00000000-0000-7000-8000-00000000000g".to_owned());
    texts
}

fn places(route: &Route) -> BTreeSet<&str> {
    let path = route.path.split('?').next().unwrap_or_default();
    let named = path.split('/').filter(|segment| segment.starts_with('{'));
    named.collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn any_text_in_the_place_of_an_id_is_answered_in_the_dialects_shape(
    #[case] backend: Backend,
) -> Result<()> {
    let routed = Routed::on(backend).await?;
    for route in ROUTES {
        for place in places(route) {
            for text in bad_texts() {
                let answer = routed.send_to(route, &routed.path_but(route, (place, &text))).await?;
                tolerated(&answer);
                // Any text may be the name of a channel.
                let is_taken = (200..300).contains(&answer.status);
                assert!(!is_taken || place == "{channel}", "{}: {answer}", route.name);
            }
        }
    }
    still_answers(&routed.acme).await
}

/// What there is not, or cannot be, is answered in the words of each route.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_route_has_its_words_for_an_id_that_is_malformed_or_unknown(
    #[case] backend: Backend,
) -> Result<()> {
    const NO_SETTING: &str = "Integration setting not found";
    let routed = Routed::on(backend).await?;
    for route in ROUTES {
        for place in places(route) {
            let (malformed, unknown) = match place {
                "{org}" => (route.bad_organisation, route.no_organisation),
                "{integration}" | "{custom}" => ((404, route.no_integration), route.no_integration),
                "{setting}" | "{channel_setting}" => ((404, NO_SETTING), NO_SETTING),
                _ => continue,
            };
            let (status, message) = malformed;
            let path = routed.path_but(route, (place, "no-uuid"));
            refused(routed.send_to(route, &path).await?, status, message);
            let path = routed.path_but(route, (place, UNKNOWN_ID));
            refused(routed.send_to(route, &path).await?, 404, unknown);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn any_query_is_answered_in_the_dialects_shape(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let long = format!("effective={}", "x".repeat(8000));
    // What deletes would take away what the others need.
    for route in ROUTES.iter().filter(|route| route.method != "DELETE") {
        let path = routed.path(route);
        let path = path.split('?').next().unwrap_or_default();
        for query in [
            "",
            "&",
            "=",
            "&&&=&=",
            "%",
            "%ff",
            "%00",
            "a=%ff&%ff=a",
            "effective=%ff",
            "effective=TRUE",
            "effective=true&effective=true",
            "effective",
            "setting_id=%ff",
            "setting_id=no-uuid",
            "setting_id=&setting_id=",
            "setting_id=%00",
            "field_name=%ff",
            "field_name=%00",
            "field_name=",
            "field_name=%F0%9F%A6%80",
            "field_name=%E2%80%AEabc",
            "field_name=a&field_name=b",
            "page=-1",
            "limit=99999999999999999999",
            "a[]=1&a[b]=2",
            "?",
            "#",
            &long,
        ] {
            tolerated(&routed.send_to(route, &format!("{path}?{query}")).await?);
        }
    }
    still_answers(&routed.acme).await
}

/// Sent as they are: a client that knows URLs would not let them out. What is no HTTP at all
/// reaches no dialect, and may be refused without a body.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn bytes_that_are_no_url_are_refused_and_harm_nothing(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let http = routed.acme.service.http();
    for route in ROUTES {
        let path = routed.path(route);
        let path = path.split('?').next().unwrap_or_default();
        let targets: [Vec<u8>; 10] = [
            [path.as_bytes(), b"/\xff\xfe"].concat(),
            [path.as_bytes(), b"/\xf0\x9f\xa6\x80"].concat(),
            [path.as_bytes(), b"?a=\xff\xfe"].concat(),
            [path.as_bytes(), b"?setting_id=\xf0\x9f\xa6\x80"].concat(),
            [path.as_bytes(), b"/%2e%2e/.."].concat(),
            [path.as_bytes(), b"/../../x"].concat(),
            [path.as_bytes(), b"/{}|\\^`<>\""].concat(),
            [path.as_bytes(), b"#fragment"].concat(),
            [b"http://elsewhere.example", path.as_bytes(), b"/x"].concat(),
            [b"/", path.as_bytes()].concat(),
        ];
        for target in targets {
            let head = [route.method.as_bytes(), b" ", &target, b" HTTP/1.1\r\nHost: x\r\n"].concat();
            let rest = format!("Authorization: Bearer {}\r\nContent-Length: 2\r\n\r\n{{}}", routed.acme.key);
            let answer = http.raw([head, rest.into_bytes()].concat()).await?;
            assert!(answer.status < 500, "{}: {answer}", route.name);
            if !answer.text.is_empty() {
                assert_eq!(answer.header("content-type"), "application/json", "{answer}");
                assert!(answer.json().is_object(), "{answer}");
            }
        }
    }
    still_answers(&routed.acme).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_method_that_a_route_has_not_is_405_with_those_it_has(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let mut methods: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for route in ROUTES {
        let path = routed.path(route).split('?').next().unwrap_or_default().to_owned();
        let known = methods.entry(path).or_default();
        known.insert(route.method);
        if route.method == "GET" {
            known.insert("HEAD");
        }
    }
    for (path, known) in methods {
        for (prefix, slash) in TELEX_PREFIXES.into_iter().zip(["", "/"]) {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "Get"] {
                if known.contains(method) {
                    continue;
                }
                // Nobody has to be known for it.
                let request = routed.acme.service.http().request(method, &format!("{prefix}{path}{slash}"));
                let answer = request.body("{ broken").send().await?;
                let allowed: BTreeSet<_> = answer.header("allow").split(", ").collect();
                assert_eq!(allowed, known, "{answer}");
                let error = refused(answer, 405, "Method not allowed");
                assert_eq!(error, format!("{method} is not supported here"));
            }
        }
    }
    still_answers(&routed.acme).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_path_that_goes_on_or_breaks_off_is_no_route(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let http = routed.acme.service.http();
    for route in ROUTES {
        let path = routed.path(route);
        let path = path.split('?').next().unwrap_or_default();
        for wrong in [
            format!("{path}/x/y/z/nothing"),
            format!("{path}//"),
            path.replacen("/integrations", "//integrations", 1),
            path.replacen("/integrations", "/Integrations", 1),
            path.replacen("/integrations", "/integrations.json", 1),
        ] {
            for prefix in TELEX_PREFIXES {
                let request =
                    http.request(route.method, &format!("{prefix}{wrong}")).bearer(&routed.acme.key);
                let answer = request.body("{ broken").send().await?;
                assert_eq!(refused(answer, 404, "Not found"), "no such route");
            }
        }
    }
    still_answers(&routed.acme).await
}
