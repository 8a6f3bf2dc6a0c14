//! Files that must never be seen half written.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Only the owner reads and writes.
const PRIVATE_FILE: u32 = 0o600;
/// Only the owner enters.
const PRIVATE_FOLDER: u32 = 0o700;
/// Everybody reads.
const PUBLIC_FILE: u32 = 0o644;

/// Makes a folder that only its owner can enter, unless it is there.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(PRIVATE_FOLDER).create(path)
}

/// Makes a file that only its owner can read, whole and safe from a crash, unless one is
/// there; says whether it did.
pub fn create_private_file(path: &Path, content: &[u8]) -> io::Result<bool> {
    let draft = written_beside(path, content, PRIVATE_FILE)?;
    fs::File::open(&draft)?.sync_all()?;
    // A link never replaces what is there, even where two of us try.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => {
            sync_folder(path)?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Puts a file in the place of one that may be there: who looks sees the old or the new.
pub fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = written_beside(path, content, PUBLIC_FILE)?;
    fs::rename(&draft, path).inspect_err(|_| {
        fs::remove_file(&draft).ok();
    })
}

/// Writes the content to a file in the same folder.
fn written_beside(path: &Path, content: &[u8], mode: u32) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?.to_string_lossy().into_owned();
    let draft = path.with_file_name(format!(".{name}.{}", std::process::id()));
    // One of a process that had our id and died in between.
    fs::remove_file(&draft).or_else(|error| match error.kind() {
        ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft)?;
    file.write_all(content).inspect_err(|_| {
        fs::remove_file(&draft).ok();
    })?;
    Ok(draft)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_private_file_is_made_once_and_left_alone_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join("master.key");
        create_private_folder(path.parent().unwrap()).unwrap();
        assert!(create_private_file(&path, b"first").unwrap());
        assert!(!create_private_file(&path, b"second").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(names(path.parent().unwrap()), ["master.key"]);
    }

    #[test]
    fn a_replaced_file_has_the_new_content_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("address");
        replace_file(&path, b"old").unwrap();
        replace_file(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["address"]);
    }
}
