//! From one master key to the next while the service is written to, by the steps that
//! `docs/operations.md` tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use patchbay_tests::{Answer, Backend, Telex, eventually, master_key};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::given::{Acme, refused};

const WRITERS: usize = 6;

/// How many integrations each writer has before the rotation begins: something to do for it.
const SEEDS: usize = 20;

/// An integration, and what its credential and its two secret settings have as their value.
#[derive(Clone, Debug)]
struct Sealed {
    id: String,
    value: String,
}

impl Sealed {
    async fn create(telex: &Telex, value: String) -> Result<Self> {
        let sent = json!({ "name": value, "json_url": "x", "auth_credential": value });
        let made = fine(telex.create(&sent).await?, 201)?.json();
        let id = made["data"]["id"].as_str().context("no id")?.to_owned();
        let sealed = Self { id, value: String::new() };
        sealed.put_settings(telex, &value).await?;
        Ok(Self { value, ..sealed })
    }

    async fn put_settings(&self, telex: &Telex, value: &str) -> Result<()> {
        for settings in [telex.settings(&self.id), telex.channel(&self.id, "general")] {
            let pair = json!({ "form_field_label": "token", "form_field_value": value });
            fine(settings.add(&pair).await?, 200)?;
        }
        Ok(())
    }

    /// Overwrites the credential and both settings.
    async fn edit(&mut self, telex: &Telex, value: String) -> Result<()> {
        fine(telex.update(&self.id, &json!({ "auth_credential": value })).await?, 200)?;
        self.put_settings(telex, &value).await?;
        self.value = value;
        Ok(())
    }

    /// Asserts that all three show what was written last.
    async fn read(&self, telex: &Telex) -> Result<()> {
        let found = fine(telex.find(&self.id).await?, 200)?.json();
        ensure!(found["data"]["auth_credential"] == self.value.as_str(), "{found}: not {}", self.value);
        for settings in [telex.settings(&self.id), telex.channel(&self.id, "general")] {
            let pairs = fine(settings.list().await?, 200)?.setting_pairs();
            ensure!(pairs == [("token".to_owned(), self.value.clone())], "{pairs:?}: not {}", self.value);
        }
        Ok(())
    }
}

/// A writer that met a fault ends with an error, and does not panic in a task of its own.
fn fine(answer: Answer, status: u16) -> Result<Answer> {
    ensure!(answer.status == status, "{answer}");
    Ok(answer)
}

/// What writers and test tell each other.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    rounds: [AtomicUsize; WRITERS],
}

impl Load {
    fn rounds(&self) -> Vec<usize> {
        self.rounds.iter().map(|rounds| rounds.load(Ordering::SeqCst)).collect()
    }

    /// Waits until every writer has been through one more round.
    async fn goes_on(&self, writers: &mut JoinSet<Result<Vec<Sealed>>>) -> Result<()> {
        let before = self.rounds();
        let went_on = eventually("every writer has done another round", || async {
            Ok(self.rounds().iter().zip(&before).all(|(now, before)| now > before))
        });
        tokio::select! {
            went_on = went_on => went_on,
            ended = writers.join_next() => match ended {
                Some(ended) => Err(ended?.err().context("a writer ended by itself")?),
                None => Err(anyhow::anyhow!("there are no writers")),
            },
        }
    }
}

/// Makes, edits and reads until the load is over; answers what there is to be read.
async fn write(telex: Telex, writer: usize, mut own: Vec<Sealed>, load: Arc<Load>) -> Result<Vec<Sealed>> {
    let seeds = own.len();
    for round in 0.. {
        if load.is_over.load(Ordering::SeqCst) {
            break;
        }
        own.push(Sealed::create(&telex, format!("writer {writer}, made in round {round}")).await?);
        // From the end: the rotation comes from the beginning, and meets them half way.
        let edited = &mut own[seeds - 1 - round % seeds];
        edited.edit(&telex, format!("writer {writer}, edited in round {round}")).await?;
        edited.read(&telex).await?;
        own[round % seeds].read(&telex).await?;
        load.rounds[writer].store(round + 1, Ordering::SeqCst);
    }
    Ok(own)
}

/// Gives the service these master keys, the first of which seals, and restarts it.
async fn restart_with(acme: &mut Acme, keys: &[&str]) -> Result<()> {
    configure(acme, keys)?;
    acme.service.restart().await?;
    acme.telex = acme.service.telex("", &acme.tenant, &acme.key);
    Ok(())
}

/// Gives these to every command and start from now on.
fn configure(acme: &mut Acme, keys: &[&str]) -> Result<()> {
    let keys: Vec<_> = keys.iter().map(|id| format!("'{}'", master_key(id))).collect();
    acme.service.configure("secrets.keys", &format!("[{}]", keys.join(", ")))
}

async fn secrets(acme: &Acme, command: &str) -> Result<Value> {
    Ok(acme.service.command(&["secrets", command]).await?.expect_status(0).expect_document())
}

/// The master keys that anything is sealed under.
fn keys_in_use(acme: &Acme) -> Result<Vec<String>> {
    acme.service.database().texts(
        "SELECT credentials_key AS text FROM integrations WHERE credentials_key IS NOT NULL \
         UNION SELECT sealed_key FROM settings WHERE sealed_key IS NOT NULL \
         UNION SELECT canary_key FROM installation ORDER BY 1",
    )
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_fails_and_nothing_stays_under_the_old_key_while_the_service_is_written_to(
    #[case] backend: Backend,
) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let mut seeds: Vec<Vec<Sealed>> = vec![Vec::new(); WRITERS];
    for (writer, own) in seeds.iter_mut().enumerate() {
        for number in 0..SEEDS {
            own.push(Sealed::create(&acme.telex, format!("writer {writer}, seed {number}")).await?);
        }
    }
    assert_eq!(keys_in_use(&acme)?, ["k1"]);

    // Steps 1 and 2: every process can open what the new key seals, then seals under it.
    restart_with(&mut acme, &["k1", "k2"]).await?;
    restart_with(&mut acme, &["k2", "k1"]).await?;
    let load = Arc::<Load>::default();
    let mut writers = JoinSet::new();
    for (writer, own) in seeds.into_iter().enumerate() {
        writers.spawn(write(acme.telex.clone(), writer, own, Arc::clone(&load)));
    }
    load.goes_on(&mut writers).await?;
    assert_eq!(keys_in_use(&acme)?, ["k1", "k2"]);

    // Step 3.
    let before: usize = load.rounds().iter().sum();
    let rotated = secrets(&acme, "rotate").await?;
    let meanwhile = load.rounds().iter().sum::<usize>() - before;
    assert!(rotated["resealed"].as_u64() > Some(0), "{rotated}");
    assert!(meanwhile > 0, "nothing was written meanwhile: the test shows nothing");
    assert_eq!(keys_in_use(&acme)?, ["k2"]);
    load.goes_on(&mut writers).await?;
    load.is_over.store(true, Ordering::SeqCst);
    let written = writers.join_all().await.into_iter().collect::<Result<Vec<_>>>()?.concat();
    assert_eq!(secrets(&acme, "rotate").await?["resealed"], 0);

    // Step 4.
    configure(&mut acme, &["k2"])?;
    let verified = secrets(&acme, "verify").await?;
    assert_eq!(verified["failed"], json!([]));
    assert_eq!(verified["opened"], 3 * written.len() + 1);
    restart_with(&mut acme, &["k2"]).await?;
    for sealed in &written {
        sealed.read(&acme.telex).await?;
    }
    Ok(())
}

/// What the second `rotate` of the documented steps is for.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_a_process_seals_that_was_not_restarted_is_found_before_the_old_key_is_gone(
    #[case] backend: Backend,
) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    restart_with(&mut acme, &["k1", "k2"]).await?;
    let before = Sealed::create(&acme.telex, "sealed before".to_owned()).await?;

    // Step 2 is forgotten: the commands know the new order, the process does not.
    configure(&mut acme, &["k2", "k1"])?;
    assert_eq!(secrets(&acme, "rotate").await?["resealed"], 4);
    before.read(&acme.telex).await?;
    let late = Sealed::create(&acme.telex, "sealed too late".to_owned()).await?;
    assert_eq!(keys_in_use(&acme)?, ["k1", "k2"]);

    configure(&mut acme, &["k2"])?;
    let verified = acme.service.command(&["secrets", "verify"]).await?.expect_status(1).expect_document();
    assert_eq!(verified["failed"].as_array().map(Vec::len), Some(3), "{verified}");
    assert!(verified["failed"].to_string().contains(&late.id), "{verified}");

    configure(&mut acme, &["k2", "k1"])?;
    assert_eq!(secrets(&acme, "rotate").await?["resealed"], 3);
    restart_with(&mut acme, &["k2"]).await?;
    for sealed in [before, late] {
        sealed.read(&acme.telex).await?;
    }
    Ok(())
}

/// What step 1 is for, where there are several processes.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_process_without_the_new_key_shows_no_secret_until_it_is_given_it(
    #[case] backend: Backend,
) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let sealed = Sealed::create(&acme.telex, "a secret".to_owned()).await?;
    configure(&mut acme, &["k2", "k1"])?;
    assert_eq!(secrets(&acme, "rotate").await?["resealed"], 4);

    let error = refused(acme.telex.find(&sealed.id).await?, 500, "Internal server error");
    assert_eq!(error, "internal error");
    drop(acme.telex.list().await?.expect_status(200));

    restart_with(&mut acme, &["k2", "k1"]).await?;
    sealed.read(&acme.telex).await
}
