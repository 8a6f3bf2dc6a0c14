//! The catalogue of providers: its commands, a start with a bad one, reading it again.

use std::fs;
use std::path::Path;

use anyhow::Result;
use patchbay_tests::{Backend, CommandLine, Service, eventually};
use rstest::rstest;
use serde_json::{Value, json};

/// An entry that talks to nobody outside; `rest` stands on its sixth line.
fn entry(id: &str, rest: &str) -> String {
    format!(
        "schema = 1\nid = \"{id}\"\nname = \"Ours\"\ndescription = \"Our own\"\nreviewed = 2026-11-20\n{rest}\n\
         [wire]\naloochat = {{ name = \"{id}\" }}\n[[auth]]\nid = \"none\"\ntype = \"none\"\n"
    )
}

/// How many entries every build has: all but the bases.
fn compiled_in() -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/providers");
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with('_')).count()
}

#[tokio::test]
async fn providers_are_listed_without_an_installation() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let listed = CommandLine::in_folder(folder.path()).json(&["providers", "list"]).await?;
    let ids: Vec<_> = listed.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted() && ids.len() == compiled_in(), "{ids:?}");
    let twilio = &listed.as_array().unwrap()[ids.iter().position(|id| *id == "twilio_sms").unwrap()];
    let members: Vec<_> = twilio.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "name", "dialects", "reviewed", "disabled"]);
    assert_eq!(twilio["dialects"], json!({"hubster": "TwilioSMS", "novu": "twilio"}));
    assert_eq!(twilio["disabled"], false);
    assert_eq!(fs::read_dir(folder.path())?.count(), 0, "it left something behind");
    Ok(())
}

#[tokio::test]
async fn a_folder_of_ones_own_is_laid_over_what_is_compiled_in() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("our_crm.toml"), entry("our_crm", ""))?;
    let slack = "schema = 1\nid = \"slack\"\nextends = \"slack\"\ndisabled = true\n";
    fs::write(folder.path().join("slack.toml"), slack)?;
    let commands = CommandLine::in_folder(folder.path());
    let commands = commands.with_variable("PATCHBAY__CATALOGUE__DIRECTORY", ".");
    let listed = commands.json(&["providers", "list"]).await?;
    let found = |id: &str| listed.as_array().unwrap().iter().find(|entry| entry["id"] == id).cloned();
    assert_eq!(found("our_crm").unwrap()["dialects"], json!({"aloochat": "our_crm"}));
    assert_eq!(found("slack").unwrap()["disabled"], true);
    Ok(())
}

/// That none of what is compiled in stops working on a day that has come: this fails from that
/// day on, until somebody has looked after the entry.
#[tokio::test]
async fn nothing_that_is_compiled_in_has_passed_its_date() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let checked = CommandLine::in_folder(folder.path()).json(&["providers", "check"]).await?;
    assert_eq!((&checked["entries"], &checked["errors"]), (&json!(compiled_in()), &json!([])));
    Ok(())
}

#[tokio::test]
async fn a_check_says_everything_that_is_wrong_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let entries = folder.path().join("entries");
    fs::create_dir(&entries)?;
    fs::write(entries.join("our_crm.toml"), entry("our_crm", "colour = \"blue\""))?;
    fs::write(entries.join("other.toml"), "id = ")?;
    let commands = CommandLine::in_folder(folder.path());
    let checked = commands.run(&["providers", "check", "--directory", "entries"]).await?.expect_status(1);
    let document = checked.expect_document();
    let found: Vec<_> = document["errors"].as_array().unwrap().iter().map(place).collect();
    assert_eq!(found, [("entries/other.toml", 1, "PC15", ""), ("entries/our_crm.toml", 6, "PC01", "colour")]);
    assert_eq!((&document["entries"], &document["warnings"]), (&json!(0), &json!([])));
    assert_eq!(checked.stderr.trim(), "patchbay: errors in the catalogue of providers: 2");

    let listed = commands.with_variable("PATCHBAY__CATALOGUE__DIRECTORY", "entries");
    let said = listed.run(&["providers", "list"]).await?.expect_refusal();
    assert!(said.contains("entries/our_crm.toml:6: PC01 colour"), "{said}");
    Ok(())
}

#[tokio::test]
async fn single_files_can_be_checked_before_they_are_put_anywhere() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("our_crm.toml"), entry("our_crm", "colour = \"blue\""))?;
    fs::write(folder.path().join("fine.toml"), entry("fine", ""))?;
    let commands = CommandLine::in_folder(folder.path());
    let checked = commands.json(&["providers", "check", "fine.toml"]).await?;
    assert_eq!((&checked["entries"], &checked["errors"]), (&json!(compiled_in() + 1), &json!([])));
    let checked = commands.run(&["providers", "check", "fine.toml", "our_crm.toml", "absent.toml"]).await?;
    let document = checked.expect_status(1).expect_document();
    assert_eq!(place(&document["errors"][0]), ("absent.toml", 0, "PC15", ""));
    let checked = commands.run(&["providers", "check", "fine.toml", "our_crm.toml"]).await?.expect_status(1);
    let document = checked.expect_document();
    let found: Vec<_> = document["errors"].as_array().unwrap().iter().map(place).collect();
    assert_eq!(found, [("our_crm.toml", 6, "PC01", "colour")]);
    Ok(())
}

fn place(finding: &Value) -> (&str, u64, &str, &str) {
    let text = |member: &str| finding[member].as_str().unwrap_or_default();
    (text("file"), finding["line"].as_u64().unwrap_or_default(), text("rule"), text("field"))
}

#[tokio::test]
async fn a_changed_entry_with_a_stop_that_has_come_fails_a_check_and_no_start() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let stopped = "[[sunset]]\non = 2020-01-01\nwhat = \"it stopped\"\naffects = \"all of it\"";
    fs::write(folder.path().join("our_crm.toml"), entry("our_crm", stopped))?;
    let directory = folder.path().display().to_string();
    let commands = CommandLine::in_folder(folder.path());
    let checked = commands.run(&["providers", "check", "--directory", &directory]).await?.expect_status(1);
    assert_eq!(checked.expect_document()["errors"][0]["rule"], "PC11");

    let builder = Service::builder(Backend::Sqlite).config("catalogue.directory", &format!("'{directory}'"));
    let service = builder.start().await?;
    eventually("it warns", || async {
        let logs = service.server().logs()?;
        Ok(logs.lines().any(|line| line.contains("WARN") && line.contains("our_crm.toml")))
    })
    .await
}

/// A service whose catalogue has a folder of its own, with one entry in it.
async fn service_over(folder: &Path, backend: Backend) -> Result<Service> {
    fs::write(folder.join("our_crm.toml"), entry("our_crm", ""))?;
    let directory = format!("'{}'", folder.display());
    Service::builder(backend).config("catalogue.directory", &directory).start().await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_does_not_start_with_a_bad_entry(#[case] backend: Backend) -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("our_crm.toml"), entry("our_crm", "colour = \"blue\"\nlogo = 7"))?;
    for (key, value, said) in [
        ("catalogue.directory", folder.path().display().to_string(), "our_crm.toml:6: PC01 colour"),
        ("catalogue.directory", folder.path().display().to_string(), "our_crm.toml:7: PC16 logo"),
        ("catalogue.directory", folder.path().join("none").display().to_string(), "PC15"),
        ("catalogue.vars.whatsapp.grahp", "v1".to_owned(), "catalogue.vars.whatsapp.grahp: PC19"),
        ("catalogue.vars.whatsapp", "v1".to_owned(), "catalogue.vars.whatsapp"),
    ] {
        let installation = Service::builder(backend).config(key, &format!("'{value}'")).prepare()?;
        let refusal = installation.command(&["serve"]).await?.expect_refusal();
        assert!(refusal.contains(said), "{refusal}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn entries_are_read_again_when_it_is_told_to(#[case] backend: Backend) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut service = service_over(folder.path(), backend).await?;
    let lines = |service: &Service, text: &str| -> Result<Vec<String>> {
        let logs = service.server().logs()?;
        Ok(logs.lines().filter(|line| line.contains(text)).map(str::to_owned).collect())
    };

    fs::write(folder.path().join("our_crm.toml"), entry("our_crm", "colour = \"blue\"\nlogo = 7"))?;
    service.server().hang_up().await?;
    eventually("it says that the old ones stay", || {
        let stays = lines(&service, "the one that was there stays");
        async { Ok(stays?.len() == 1) }
    })
    .await?;
    for (rule, line) in [("PC01", 6), ("PC16", 7)] {
        let said = lines(&service, rule)?;
        assert_eq!(said.len(), 1, "{said:?}");
        let said: Value = serde_json::from_str(&said[0])?;
        assert_eq!((&said["level"], &said["line"]), (&json!("ERROR"), &json!(line)), "{said}");
        assert!(said["file"].as_str().unwrap_or_default().ends_with("our_crm.toml"), "{said}");
    }
    drop(service.http().get("/healthz").send().await?.expect_status(200));

    fs::write(folder.path().join("another.toml"), entry("another", ""))?;
    fs::write(folder.path().join("our_crm.toml"), entry("our_crm", ""))?;
    service.server().hang_up().await?;
    eventually("it says that they were read again", || {
        let read = lines(&service, "was read again");
        async { Ok(read?.len() == 1) }
    })
    .await?;
    let said: Value = serde_json::from_str(&lines(&service, "was read again")?[0])?;
    assert_eq!(said["entries"], compiled_in() + 2, "{said}");
    assert!(service.server_mut().terminate().await?.success());
    Ok(())
}
