//! The files of the repository, and what none of them may contain.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A file of the repository.
pub struct File {
    /// Its path below the root, with `/` between the parts.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl File {
    /// A planted file.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The file at `path` below the root.
pub fn read(path: &str) -> io::Result<File> {
    Ok(File::new(path, &fs::read_to_string(root().join(path))?))
}

/// Every text file below the root that may be committed, in order of path.
pub fn files() -> io::Result<Vec<File>> {
    let mut found = Vec::new();
    walk(&root(), "", &mut found)?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Every Rust file.
pub fn sources() -> io::Result<Vec<File>> {
    let mut files = files()?;
    files.retain(|file| Path::new(&file.path).extension().is_some_and(|extension| extension == "rs"));
    Ok(files)
}

fn walk(folder: &Path, below: &str, found: &mut Vec<File>) -> io::Result<()> {
    const NOT_COMMITTED: [&str; 3] = [".git", "target", "data"];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{below}{name}");
        if NOT_COMMITTED.contains(&path.as_str()) {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), found)?;
        } else if kind.is_file() {
            // What is not UTF-8 is no text.
            if let Ok(text) = String::from_utf8(fs::read(entry.path())?) {
                found.push(File { path, text });
            }
        }
    }
    Ok(())
}

/// Paths of one machine, or of a folder beside the repository. Written in two halves, so
/// that this file does not contain them.
const PLACES_ELSEWHERE: [&str; 6] = [
    concat!("/wo", "rk/"),
    concat!("../sha", "red"),
    concat!("/t", "mp/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
];

fn machine_paths(files: &[File]) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files {
        for (number, line) in (1..).zip(file.text.lines()) {
            for place in PLACES_ELSEWHERE.iter().filter(|place| names(line, place)) {
                violations.push(format!("{}:{number}: names a path below {place}", file.path));
            }
        }
    }
    violations
}

/// Whether `line` goes on with a name after `place`: the folder alone is no one's path.
fn names(line: &str, place: &str) -> bool {
    let goes_on = |rest: &str| !place.ends_with('/') || rest.starts_with(|c: char| c.is_alphanumeric());
    line.match_indices(place).any(|(start, _)| goes_on(&line[start + place.len()..]))
}

#[test]
fn no_file_names_a_path_outside_the_repository() -> io::Result<()> {
    assert_eq!(machine_paths(&files()?), [""; 0]);
    Ok(())
}

#[test]
fn a_path_outside_the_repository_would_be_found() {
    for place in PLACES_ELSEWHERE {
        let planted = File::new("docs/x.md", &format!("one\nsee `{place}x`\n"));
        assert_eq!(machine_paths(&[planted]), [format!("docs/x.md:2: names a path below {place}")]);
    }
    let folder = File::new("docs/x.md", &format!("below `{}`", PLACES_ELSEWHERE[2]));
    assert_eq!(machine_paths(&[folder]), [""; 0]);
}

#[test]
fn the_walk_sees_every_crate_and_nothing_that_was_built() -> io::Result<()> {
    let files = files()?;
    let has = |path: &str| files.iter().any(|file| file.path == path);
    for krate in ["domain", "application", "persistence", "crypto", "providers", "http", "server", "bench"] {
        assert!(has(&format!("crates/patchbay-{krate}/Cargo.toml")), "{krate}");
    }
    assert!(has("Cargo.toml") && has("tests/Cargo.toml") && has("tests/suite/architecture.rs"));
    assert!(files.iter().all(|file| !file.path.contains("target/")));
    Ok(())
}
