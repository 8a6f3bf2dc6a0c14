//! The README's five-minute tour does what it says; its format is that of
//! [`five_minute_tour`].

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use patchbay_tests::{Demo, Server, Step, five_minute_tour, shows};
use tempfile::TempDir;

/// Where the README says that the service listens; the test's own is on a free port.
const ADDRESS_IN_README: &str = "127.0.0.1:8080";

/// Where the README says that the sandbox is; the test's own is where it found a port.
const SANDBOX_IN_README: &str = "http://127.0.0.1:8090";

/// One shell script of all steps, so that a variable stays set. What step `n` prints goes to
/// the file `n`, and its status behind it.
fn script(steps: &[Step], demo: &Demo, address: &str) -> String {
    let lines = steps.iter().enumerate().map(|(number, step)| {
        let command = filled_in(&step.command, demo).replace(ADDRESS_IN_README, address);
        format!("{{\n{command}\n}} >'{number}'\necho $? >'{number}.status'\n")
    });
    lines.collect::<Vec<_>>().concat()
}

/// The blanks that a reader would fill in.
fn filled_in(command: &str, demo: &Demo) -> String {
    match command.split_once("=paste-").map(|(name, _)| name) {
        Some("KEY") => format!("KEY={}", demo.key),
        Some("SANDBOX") => format!("SANDBOX={}", demo.sandbox),
        Some("ORGANISATION") => format!("ORGANISATION={}", demo.organisation),
        _ => command.to_owned(),
    }
}

#[tokio::test]
async fn the_five_minute_tour_does_what_it_says() -> Result<()> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));
    let steps = five_minute_tour(&readme.context("README.md")?);
    let shown = steps.iter().filter(|step| step.shows.is_some()).count();
    assert!(shown > 0, "the section `## Five-minute tour` shows no answer");

    let folder = TempDir::new()?;
    let server = Server::dev(folder.path()).await?;
    let demo = server.demo().await?;
    let address = server.address().to_string();
    let tour = TempDir::new_in(folder.path())?;
    let run = Command::new("sh")
        .args(["-c", &script(&steps, &demo, &address)])
        .current_dir(tour.path())
        .output()
        .context("sh")?;
    let said = String::from_utf8_lossy(&run.stderr);
    for (number, step) in steps.iter().enumerate() {
        let addresses = [(address.as_str(), ADDRESS_IN_README), (&demo.sandbox, SANDBOX_IN_README)];
        check(step, tour.path(), number, &said, &addresses)?;
    }
    Ok(())
}

fn check(step: &Step, folder: &Path, number: usize, said: &str, addresses: &[(&str, &str)]) -> Result<()> {
    let read = |name: String| std::fs::read_to_string(folder.join(name));
    let Step { command, shows: shown } = step;
    let status = read(format!("{number}.status"))
        .with_context(|| format!("`{command}` never ended; the shell said:\n{said}"))?;
    let printed = read(number.to_string())?;
    let printed = addresses.iter().fold(printed, |text, (own, shown)| text.replace(own, shown));
    assert_eq!(status.trim(), "0", "`{command}` failed; it printed:\n{printed}\nand the shell said:\n{said}");
    if let Some(shown) = shown {
        assert!(shows(shown, &printed), "`{command}` shows\n{shown}\nbut it printed\n{printed}");
    }
    Ok(())
}
