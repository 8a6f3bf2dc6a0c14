//! Hosts that do not answer hold up nobody but those who named them.

use anyhow::{Context, Result, ensure};
use patchbay_tests::{Answer, Backend, InstallationBuilder, ManifestHost, Telex, eventually};
use rstest::rstest;
use serde_json::json;
use tokio::task::JoinSet;

use super::{Hosted, an_app, judging};
use crate::given::{Acme, an_integration, refused};

/// Far more than the service has threads of any kind.
const CALLERS: usize = 20;
const HEALTHY: usize = 50;

/// A healthy service answers its healthy requests within one round: what hangs there does so
/// for seconds. A round in which it ended too soon, on a machine that is busy with other
/// things, shows nothing and is done again.
const ROUNDS: usize = 5;

fn with_few_threads(backend: Backend) -> InstallationBuilder {
    judging(backend)
        .config("outbound.allowed_private_networks", "['127.0.0.1/32']")
        .config("server.workers", "2")
        .config("database.pool_size", "2")
}

/// One who names a host, through one of the three operations that ask it.
#[derive(Clone, Debug)]
enum Way {
    /// T3.
    Create,
    /// T14.
    Install,
    /// T16, of this integration.
    Replace(String),
}

impl Way {
    /// All three of them, in turn, for as many callers as there are.
    async fn for_each_caller(acme: &Acme, host: &ManifestHost) -> Result<Vec<Self>> {
        let mut ways = Vec::new();
        for caller in 0..CALLERS {
            ways.push(match caller % 3 {
                0 => Self::Create,
                1 => Self::Install,
                _ => {
                    let url = host.shows(&format!("/good/{caller}.json"), &an_app("Good"));
                    Self::Replace(acme.telex.installed(&url).await?)
                }
            });
        }
        Ok(ways)
    }

    async fn go(&self, telex: &Telex, url: &str, name: &str) -> Result<Answer> {
        match self {
            Self::Create => telex.create(&json!({ "name": name, "json_url": url })).await,
            Self::Install => telex.install(url).await,
            Self::Replace(id) => telex.replace_manifest(id, url).await,
        }
    }

    /// Asserts the answer to one whose host brought nothing.
    fn expect_none(&self, answer: Answer) {
        match self {
            Self::Create => drop(answer.expect_status(201)),
            Self::Install => drop(refused(answer, 400, "Invalid JSON URL supplied")),
            Self::Replace(_) => drop(refused(answer, 400, "Invalid input")),
        }
    }
}

/// Sends healthy requests of every kind at once, and sees that each is answered well.
async fn are_answered(acme: &Acme, id: &str, round: usize) -> Result<()> {
    let mut requests = JoinSet::new();
    for number in 0..HEALTHY {
        let (telex, id) = (acme.telex.clone(), id.to_owned());
        requests.spawn(async move {
            let (answer, status) = match number % 3 {
                0 => (telex.list().await?, 200),
                1 => (telex.find(&id).await?, 200),
                _ => (telex.create(&an_integration(&format!("healthy {round} {number}"))).await?, 201),
            };
            ensure!(answer.status == status, "{answer}");
            Ok(())
        });
    }
    requests.join_all().await.into_iter().collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn healthy_requests_are_answered_while_twenty_others_wait_for_silent_hosts(
    #[case] backend: Backend,
    #[values(ManifestHost::hangs, ManifestHost::drips)] holds: fn(&ManifestHost, &str) -> String,
) -> Result<()> {
    let Hosted { acme, host } = Hosted::of(with_few_threads(backend)).await?;
    let id = acme.telex.created(&an_integration("healthy")).await?;
    let ways = Way::for_each_caller(&acme, &host).await?;
    let url = holds(&host, "/held.json");
    let mut shown = false;
    for round in 0..ROUNDS {
        let mut waiting = JoinSet::new();
        for (caller, way) in ways.iter().cloned().enumerate() {
            let (telex, url, name) = (acme.telex.clone(), url.clone(), format!("waiting {round} {caller}"));
            waiting.spawn(async move { way.go(&telex, &url, &name).await.map(|answer| (way, answer)) });
        }
        eventually("all of them wait", || async { Ok(host.holding() == CALLERS) }).await?;
        are_answered(&acme, &id, round).await?;
        // Each asks once: those who wait now are those who waited all the time.
        shown = host.holding() == CALLERS;
        for ended in waiting.join_all().await {
            let (way, answer) = ended?;
            way.expect_none(answer);
        }
        if shown {
            break;
        }
    }
    assert!(shown, "healthy requests were answered only after those that wait");
    eventually("nothing is held any longer", || async { Ok(host.holding() == 0) }).await
}

/// These end by themselves, so each caller comes again and again.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn healthy_requests_are_answered_beside_hosts_that_flood_or_send_elsewhere_or_are_forbidden(
    #[case] backend: Backend,
) -> Result<()> {
    let Hosted { acme, host } = Hosted::of(with_few_threads(backend)).await?;
    let id = acme.telex.created(&an_integration("healthy")).await?;
    let ways = Way::for_each_caller(&acme, &host).await?;
    let good = host.shows("/good.json", &an_app("Good"));
    let urls = [
        host.floods("/flood.json"),
        host.says("/redirect.json", "302 Found", &format!("Location: {good}\r\n"), ""),
        host.says("/loop.json", "307 Temporary Redirect", "Location: /loop.json\r\n", ""),
        "https://10.0.0.1/app.json".to_owned(),
        // 127.0.0.2, which is not the one that is allowed.
        "http://2130706434:8080/app.json".to_owned(),
    ];
    let mut callers = JoinSet::new();
    for (caller, way) in ways.into_iter().enumerate() {
        let (telex, urls) = (acme.telex.clone(), urls.clone());
        callers.spawn(async move {
            let mut answers = Vec::new();
            for (number, url) in urls.iter().enumerate() {
                answers.push(way.go(&telex, url, &format!("caller {caller} {number}")).await?);
            }
            anyhow::Ok((way, answers))
        });
    }
    for round in 0.. {
        are_answered(&acme, &id, round).await?;
        if callers.is_empty() {
            break;
        }
        while let Some(ended) = callers.try_join_next() {
            let (way, answers) = ended.context("a caller")??;
            assert_eq!(answers.len(), urls.len());
            for answer in answers {
                way.expect_none(answer);
            }
        }
    }
    assert!(!host.asked().contains(&"/good.json".to_owned()), "a redirect was followed");
    Ok(())
}

/// Where a request may take less time than its host is given.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up_and_stores_nothing(
    #[case] backend: Backend,
) -> Result<()> {
    let builder = with_few_threads(backend).config("server.request_timeout_ms", "1000");
    let Hosted { acme, host } = Hosted::of(builder).await?;
    let url = host.hangs("/app.json");
    for way in [Way::Create, Way::Install] {
        let why = refused(way.go(&acme.telex, &url, "waiting").await?, 504, "Request timed out");
        assert_eq!(why, "the request took too long");
    }
    assert_eq!(host.asked().len(), 2);
    eventually("nothing is held any longer", || async { Ok(host.holding() == 0) }).await?;
    assert_eq!(acme.telex.list().await?.expect_status(200).json()["data"], json!([]));
    Ok(())
}
