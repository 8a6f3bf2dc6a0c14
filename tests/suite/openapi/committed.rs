//! The documents in `docs/openapi`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use patchbay_tests::CommandLine;

/// Where the documents are, a file for each API.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi")
}

/// Says in which line the committed document of `api` is another than the code's.
fn difference(api: &str, committed: &str, made: &str) -> Option<String> {
    if committed == made {
        return None;
    }
    let same = committed.lines().zip(made.lines()).take_while(|(one, other)| one == other).count();
    let line = same + 1;
    let made = made.lines().nth(same).unwrap_or("nothing more");
    Some(format!("docs/openapi/{api}.json:{line}: the code says {}: run `make openapi`", made.trim()))
}

#[tokio::test]
async fn the_committed_documents_are_byte_for_byte_those_of_the_code() -> Result<()> {
    let commands = CommandLine::in_folder(Path::new("."));
    let all = commands.json(&["openapi"]).await?;
    let apis: BTreeSet<_> =
        all.as_object().context("no object")?.keys().map(|api| format!("{api}.json")).collect();
    let files =
        std::fs::read_dir(folder())?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    assert_eq!(
        files.collect::<Result<BTreeSet<_>>>()?,
        apis,
        "docs/openapi has other files than there are APIs"
    );
    for file in apis {
        let api = file.trim_end_matches(".json");
        let made = commands.run(&["openapi", "--api", api]).await?.expect_status(0).stdout;
        let committed = std::fs::read_to_string(folder().join(&file))?;
        assert_eq!(difference(api, &committed, &made), None);
    }
    Ok(())
}

#[test]
fn a_document_that_was_not_renewed_would_be_found() {
    let (old, new) = ("{\n  \"a\": 1\n}\n", "{\n  \"a\": 2\n}\n");
    let said = difference("x", old, new).unwrap();
    assert_eq!(said, "docs/openapi/x.json:2: the code says \"a\": 2: run `make openapi`");
    assert_eq!(difference("x", new, new), None);
    assert!(difference("x", new, &format!("{new}\n")).is_some());
}
