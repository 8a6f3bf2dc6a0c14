//! Where entries come from: those that are compiled in, and a folder beside them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use crate::findings::{Findings, Rule};
use crate::tree::{Path, Place};

/// The entries that every build has: their file names and texts, by name.
pub const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Where the compiled-in files lie in the repository.
const EMBEDDED_FOLDER: &str = "config/providers";

/// The largest file that is read, in bytes: an entry is a page or two.
const MAX_BYTES: u64 = 256 * 1024;

/// A file with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// What findings call it.
    pub shown: Arc<str>,
    /// Its name without folder and ending: the id that its entry must have.
    pub stem: String,
    /// What it says.
    pub text: Cow<'static, str>,
}

impl SourceFile {
    /// A file of that name (`slack.toml`), in a folder of that name where it is in one.
    #[must_use]
    pub fn new(folder: Option<&str>, name: &str, text: impl Into<Cow<'static, str>>) -> Self {
        let shown = folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"));
        let stem = name.strip_suffix(".toml").unwrap_or(name).to_owned();
        Self { shown: shown.into(), stem, text: text.into() }
    }
}

/// All that a catalogue is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The files that others are laid over.
    pub below: Vec<SourceFile>,
    /// Files that replace those of the same id, or extend them.
    pub above: Vec<SourceFile>,
    /// Other values for the constants of entries, by their ids.
    pub vars: Vars,
}

/// Other values for the constants of entries, by the ids of the entries and their own names.
pub type Vars = BTreeMap<String, BTreeMap<String, String>>;

impl Sources {
    /// What is compiled in, alone.
    #[must_use]
    pub fn embedded() -> Self {
        let file = |(name, text): &(&str, &'static str)| SourceFile::new(Some(EMBEDDED_FOLDER), name, *text);
        Self { below: EMBEDDED.iter().map(file).collect(), ..Self::default() }
    }
}

/// Where the entries of an installation are.
#[derive(Clone, Debug, Default)]
pub struct CatalogueFiles {
    /// A folder with entries of its own, over those that are compiled in.
    pub directory: Option<PathBuf>,
    /// Single files, over those of the folder.
    pub files: Vec<PathBuf>,
    /// Other values for the constants of entries.
    pub vars: Vars,
}

impl CatalogueFiles {
    /// Reads them anew.
    ///
    /// # Errors
    /// When the folder, or a file, cannot be read.
    pub fn read(&self) -> Result<Sources, Findings> {
        let mut above = self.directory.as_deref().map(read_folder).transpose()?.unwrap_or_default();
        above.extend(read_files(&self.files)?);
        Ok(Sources { above, vars: self.vars.clone(), ..Sources::embedded() })
    }
}

/// The files in a folder whose names end in `.toml`, in order of name. Folders in it, and
/// files whose names begin with a dot, are left alone.
fn read_folder(folder: &FilePath) -> Result<Vec<SourceFile>, Findings> {
    let mut findings = Findings::none();
    let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut paths: Vec<_> = match listed {
        Ok(listed) => listed.into_iter().map(|file| file.path()).filter(|path| is_entry(path)).collect(),
        Err(error) => {
            note(&mut findings, folder, &format!("the folder cannot be read: {error}"));
            Vec::new()
        }
    };
    if !findings.is_empty() {
        return Err(findings);
    }
    paths.sort();
    read_files(&paths)
}

fn read_files(paths: &[PathBuf]) -> Result<Vec<SourceFile>, Findings> {
    let (mut files, mut findings) = (Vec::new(), Findings::none());
    for path in paths {
        match read_file(path) {
            Ok(file) => files.push(file),
            Err(why) => note(&mut findings, path, &why),
        }
    }
    if findings.is_empty() { Ok(files) } else { Err(findings) }
}

fn is_entry(path: &FilePath) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_toml = path.extension().is_some_and(|extension| extension == "toml");
    is_toml && !name.starts_with('.') && path.is_file()
}

fn read_file(path: &FilePath) -> Result<SourceFile, String> {
    let refused = |error: std::io::Error| format!("the file cannot be read: {error}");
    if fs::metadata(path).map_err(refused)?.len() > MAX_BYTES {
        return Err(format!("the file has more than {MAX_BYTES} bytes"));
    }
    let text = fs::read_to_string(path).map_err(refused)?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map(|folder| folder.display().to_string());
    Ok(SourceFile::new(folder.as_deref(), name, text))
}

fn note(findings: &mut Findings, path: &FilePath, why: &str) {
    let place = Place { file: path.display().to_string().into(), line: 0 };
    let remedy = "give the service a file that it may read, or take it away";
    findings.error(Rule::Unreadable, &place, &Path::root(), why, remedy);
}
