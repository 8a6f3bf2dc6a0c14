//! Which crate uses which.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::document::{names, table};
use super::repository::{File, files, read};

const OURS: &str = "patchbay-";
const DOCUMENT: &str = "ARCHITECTURE.md";

/// A crate's manifest.
struct Manifest {
    name: String,
    manifest: Table,
}

impl Manifest {
    fn parse(file: &File) -> Result<Self> {
        let manifest: Table = file.text.parse().with_context(|| file.path.clone())?;
        let name = manifest.get("package").and_then(|package| package.get("name")?.as_str());
        let name = name.with_context(|| format!("{} names no package", file.path))?.to_owned();
        Ok(Self { name, manifest })
    }

    /// The names and entries of its dependencies, those for one platform among them.
    fn dependencies(&self, kinds: &'static [&str]) -> Vec<(&str, &Value)> {
        let platforms = self.manifest.get("target").and_then(Value::as_table);
        let platforms = platforms.into_iter().flat_map(Table::values).filter_map(Value::as_table);
        std::iter::once(&self.manifest)
            .chain(platforms)
            .flat_map(|part| kinds.iter().filter_map(|kind| part.get(*kind)?.as_table()))
            .flatten()
            .map(|(key, entry)| (entry.get("package").and_then(Value::as_str).unwrap_or(key), entry))
            .collect()
    }
}

fn manifests() -> Result<Vec<Manifest>> {
    let is_ours = |file: &File| {
        let parts: Vec<_> = file.path.split('/').collect();
        matches!(parts[..], ["crates", _, "Cargo.toml"] | ["tests", "Cargo.toml"])
    };
    files()?.iter().filter(|file| is_ours(file)).map(Manifest::parse).collect()
}

/// Where the crates of the workspace use others than the table of layers says.
fn internal_edges(manifests: &[Manifest], document: &str) -> Vec<String> {
    let layers = table(document, "## Layers");
    let row_of = |name: &str| layers.iter().find(|row| names(row[0]) == [name]);
    let mut violations: Vec<_> = layers
        .iter()
        .map(|row| names(row[0]).concat())
        .filter(|name| manifests.iter().all(|manifest| manifest.name != *name))
        .map(|name| format!("{name} is a layer and no crate"))
        .collect();
    for manifest in manifests {
        let name = &manifest.name;
        let Some(row) = row_of(name) else {
            violations.push(format!("{name} is a crate and no layer"));
            continue;
        };
        let allowed: BTreeSet<_> = row.last().map(|cell| names(cell)).into_iter().flatten().collect();
        let used = manifest.dependencies(&["dependencies", "dev-dependencies", "build-dependencies"]);
        let used = used.iter().map(|(other, _)| *other);
        let used: BTreeSet<_> = used.filter(|other| other.starts_with(OURS) && other != name).collect();
        violations.extend(used.difference(&allowed).map(|other| format!("{name} uses {other}")));
        violations.extend(allowed.difference(&used).map(|other| format!("{name} does not use {other}")));
    }
    violations
}

/// Where an inner layer uses an external crate that the document does not grant it.
fn external_crates(manifests: &[Manifest], document: &str) -> Vec<String> {
    let grants = table(document, "### External crates of the inner layers");
    let mut violations = Vec::new();
    if grants.is_empty() {
        violations.push("no layer is granted anything".to_owned());
    }
    for row in grants {
        let name = names(row[0]).concat();
        let Some(manifest) = manifests.iter().find(|manifest| manifest.name == name) else {
            violations.push(format!("{name} is granted crates and is none"));
            continue;
        };
        for (other, entry) in manifest.dependencies(&["dependencies", "build-dependencies"]) {
            let grant = row[1].split(',').find(|grant| names(grant) == [other]);
            let optional = entry.get("optional").and_then(Value::as_bool) == Some(true);
            match grant {
                None if !other.starts_with(OURS) => violations.push(format!("{name} uses {other}")),
                Some(grant) if grant.ends_with("(optional)") && !optional => {
                    violations.push(format!("{name} uses {other} without being asked to"));
                }
                _ => {}
            }
        }
        violations.extend(default_features(manifest).map(|feature| format!("{name} switches {feature} on")));
    }
    violations
}

fn default_features(manifest: &Manifest) -> impl Iterator<Item = &str> {
    let features = manifest.manifest.get("features").and_then(|features| features.get("default")?.as_array());
    features.into_iter().flatten().filter_map(Value::as_str)
}

/// Where the page on dependencies lacks a crate that is used, or has one that is not.
fn unexplained(manifests: &[Manifest], page: &str) -> Vec<String> {
    let used = manifests.iter().flat_map(|manifest| {
        manifest.dependencies(&["dependencies", "dev-dependencies", "build-dependencies"])
    });
    let used: BTreeSet<_> = used.map(|(name, _)| name).filter(|name| !name.starts_with(OURS)).collect();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let explained: BTreeSet<_> = rows.collect();
    let missing = used.difference(&explained).map(|name| format!("{name} is not explained"));
    missing.chain(explained.difference(&used).map(|name| format!("{name} is not used"))).collect()
}

#[test]
fn the_crates_use_each_other_as_the_table_of_layers_says() -> Result<()> {
    assert_eq!(internal_edges(&manifests()?, &read(DOCUMENT)?.text), [""; 0]);
    Ok(())
}

#[test]
fn the_inner_layers_use_only_the_external_crates_that_the_document_grants() -> Result<()> {
    assert_eq!(external_crates(&manifests()?, &read(DOCUMENT)?.text), [""; 0]);
    Ok(())
}

#[test]
fn every_external_crate_is_explained() -> Result<()> {
    assert_eq!(unexplained(&manifests()?, &read("docs/dependencies.md")?.text), [""; 0]);
    Ok(())
}

/// Whether the workspace's manifest has Swagger UI carried along: without this feature its
/// build downloads.
fn is_swagger_ui_vendored(workspace: &str) -> Result<bool> {
    let workspace: Table = workspace.parse()?;
    let dependencies = workspace.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let swagger_ui = dependencies.and_then(|dependencies| dependencies.get("utoipa-swagger-ui"));
    let features = swagger_ui.and_then(|entry| entry.get("features")?.as_array());
    Ok(features.into_iter().flatten().any(|feature| feature.as_str() == Some("vendored")))
}

#[test]
fn no_build_downloads_swagger_ui() -> Result<()> {
    assert!(is_swagger_ui_vendored(&read("Cargo.toml")?.text)?);
    let planted =
        "[workspace.dependencies]\nutoipa-swagger-ui = { version = \"10\", features = [\"minified\"] }";
    assert!(!is_swagger_ui_vendored(planted)?);
    Ok(())
}

fn planted(name: &str, rest: &str) -> Result<Manifest> {
    Manifest::parse(&File::new("Cargo.toml", &format!("[package]\nname = \"{name}\"\n{rest}")))
}

#[test]
fn an_edge_that_the_table_does_not_name_would_be_found() -> Result<()> {
    let document = "## Layers\n| crate | holds | may use |\n|-|-|-|\n| `patchbay-a` | x | – |\n\
                    | `patchbay-b` | x | `patchbay-a` |\n| `patchbay-c` | x | – |\n";
    let manifests = [
        planted("patchbay-a", "[dev-dependencies]\npatchbay-b.workspace = true\nserde = \"1\"\n")?,
        planted("patchbay-b", "[target.'cfg(unix)'.dependencies]\nx = { package = \"patchbay-d\" }\n")?,
        planted("patchbay-d", "")?,
    ];
    assert_eq!(
        internal_edges(&manifests, document),
        [
            "patchbay-c is a layer and no crate",
            "patchbay-a uses patchbay-b",
            "patchbay-b uses patchbay-d",
            "patchbay-b does not use patchbay-a",
            "patchbay-d is a crate and no layer",
        ]
    );
    Ok(())
}

#[test]
fn an_external_crate_that_is_not_granted_would_be_found() -> Result<()> {
    let document = "### External crates of the inner layers\n| crate | may use |\n|-|-|\n\
                    | `patchbay-a` | `uuid`, `mockall` (optional), `x` (optional) |\n| `patchbay-z` | – |\n";
    let a = "[features]\ndefault = [\"testing\"]\n[dependencies]\nuuid = \"1\"\ntokio.workspace = true\n\
             mockall = { version = \"1\", optional = true }\nx.workspace = true\n\
             [dev-dependencies]\nproptest = \"1\"\n";
    assert_eq!(
        external_crates(&[planted("patchbay-a", a)?], document),
        [
            "patchbay-a uses tokio",
            "patchbay-a uses x without being asked to",
            "patchbay-a switches testing on",
            "patchbay-z is granted crates and is none",
        ]
    );
    Ok(())
}

#[test]
fn an_unexplained_crate_would_be_found() -> Result<()> {
    let manifest = planted("patchbay-a", "[dev-dependencies]\nx = \"1\"\ny = \"1\"\npatchbay-b = \"1\"\n")?;
    let page = "| crate | for what |\n| --- | --- |\n| `y` | `serde` |\n| `z` | – |\n";
    assert_eq!(unexplained(&[manifest], page), ["x is not explained", "z is not used"]);
    Ok(())
}
