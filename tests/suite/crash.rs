//! What was answered 201 survives a kill at any moment; what was not is there whole or not
//! at all.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, bail, ensure};
use patchbay_tests::{Backend, Database, Telex};
use rstest::rstest;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::given::{Acme, an_integration, every};

const ROUNDS: usize = 20;
const WRITERS: usize = 8;

/// Counts acknowledgements and rings when there are enough of them.
struct Acknowledged {
    still_wanted: AtomicUsize,
    enough: Notify,
}

impl Acknowledged {
    /// Kills come at another moment in each round: after 1 to 200 acknowledgements, with as
    /// many requests in flight as there are writers.
    fn for_round(round: usize) -> Arc<Self> {
        let wanted = 1 + round * 73 % 200;
        Arc::new(Self { still_wanted: AtomicUsize::new(wanted), enough: Notify::new() })
    }

    fn one_more(&self) {
        if self.still_wanted.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.enough.notify_one();
        }
    }
}

/// Creates integrations until the service is gone; answers the ids that were acknowledged.
async fn write(telex: Telex, writer: String, acknowledged: Arc<Acknowledged>) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for number in 0.. {
        let Ok(answer) = telex.create(&an_integration(&format!("{writer}-{number}"))).await else { break };
        ensure!(answer.status == 201, "a creation was refused: {answer}");
        ids.push(answer.json()["data"]["id"].as_str().unwrap().to_owned());
        acknowledged.one_more();
    }
    Ok(ids)
}

/// Kills the service in the middle of writes, and answers the ids that were acknowledged.
async fn killed_while_writing(acme: &mut Acme, round: usize) -> Result<Vec<String>> {
    let acknowledged = Acknowledged::for_round(round);
    let telex = acme.service.telex("", &acme.tenant, &acme.key);
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let writer = format!("{round}-{writer}");
        writers.spawn(write(telex.clone(), writer, Arc::clone(&acknowledged)));
    }
    tokio::select! {
        () = acknowledged.enough.notified() => {}
        ended = writers.join_next() => bail!("a writer ended by itself: {ended:?}"),
    }
    acme.service.server_mut().kill9().await?;
    let ids = writers.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(ids.concat())
}

/// Asserts that integrations, their events and their unique keys belong together one to one,
/// and answers the ids of the integrations.
///
/// One statement reads them all: PostgreSQL may still be finishing what it was asked to
/// commit by the process that was killed.
fn expect_whole(database: &Database) -> Result<BTreeSet<String>> {
    database.expect_intact()?;
    let rows = database.texts(
        "SELECT 'integration ' || id AS text FROM integrations \
         UNION ALL SELECT 'event ' || entity_id FROM events WHERE event_type = 'integration.created' \
         UNION ALL SELECT 'unique key ' || integration_id FROM unique_keys ORDER BY 1",
    )?;
    let ids = |kind: &str| rows.iter().filter_map(|row| row.strip_prefix(kind)).collect::<Vec<_>>();
    let integrations = ids("integration ");
    assert_eq!(integrations, ids("event "), "integrations and their events differ");
    assert_eq!(integrations, ids("unique key "), "integrations and their unique keys differ");
    Ok(integrations.into_iter().map(str::to_owned).collect())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_was_acknowledged_survives_every_kill(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        acknowledged.extend(killed_while_writing(&mut acme, round).await?);
        acme.service.restart().await?;

        let telex = acme.service.telex("", &acme.tenant, &acme.key);
        let listed: BTreeSet<_> = every(&telex.list().await?.expect_status(200), "id").into_iter().collect();
        let lost: Vec<_> = acknowledged.difference(&listed).collect();
        assert!(lost.is_empty(), "acknowledged and lost in round {round}: {lost:?}");
        let stored = expect_whole(acme.service.database())?;
        assert!(listed.is_subset(&stored), "listed and not stored in round {round}");
    }
    let verified = acme.service.command(&["secrets", "verify"]).await?.expect_status(0).expect_document();
    assert_eq!(verified["failed"].as_array().map(Vec::len), Some(0), "{verified}");
    Ok(())
}
