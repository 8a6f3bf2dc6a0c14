//! The file of master keys.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use patchbay_crypto::{InvalidKeyRing, KeyRing};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

/// The permission bits that let others than the owner read a file.
const READABLE_BY_OTHERS: u32 = 0o044;

/// Why a file gives no master keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read.
    #[error("secrets.key_file {} cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// It holds no master keys; positions are lines.
    #[error("secrets.key_file {} cannot be used", .0.display())]
    Invalid(PathBuf, #[source] InvalidKeyRing),
}

/// Reads a file with one `ID:BASE64` a line; blank lines and those that start with `#` do
/// not count. Says also whether others than its owner can read it.
pub fn read(path: &Path) -> Result<(KeyRing, bool), KeyFileError> {
    let unreadable = |error| KeyFileError::Unreadable(path.to_owned(), error);
    let mut file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(unreadable)?;
    let ring = KeyRing::parse_lines(&without_comments(&text));
    let ring = ring.map_err(|invalid| KeyFileError::Invalid(path.to_owned(), invalid))?;
    Ok((ring, mode & READABLE_BY_OTHERS != 0))
}

/// The same lines, those of comments blank, so that every line keeps its number.
fn without_comments(text: &str) -> SecretString {
    let mut kept = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in text.lines() {
        if !line.trim_start().starts_with('#') {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    SecretString::from(kept.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions, write};

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    fn read_text(text: &str) -> Result<(KeyRing, bool), KeyFileError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn blank_lines_and_comments_do_not_count() {
        let (ring, _) = read_text(&format!("# ours\n\n  # older:{ONE}\nnew:{ONE}\r\n")).unwrap();
        assert_eq!(ring.iter().map(|key| key.id().as_str()).collect::<Vec<_>>(), ["new"]);
    }

    #[test]
    fn a_bad_line_is_named_by_its_number_and_not_shown() {
        let error = read_text(&format!("# ours\nnew:{ONE}\n{ONE}\n")).unwrap_err();
        let KeyFileError::Invalid(_, why) = &error else { panic!("{error:?}") };
        assert_eq!(why.to_string(), "master key 3: not of the form ID:BASE64");
        assert!(!format!("{error:?}").contains("AQEB"));
    }

    #[test]
    fn a_file_without_a_key_and_a_missing_file_say_so() {
        assert!(matches!(read_text("# nothing\n"), Err(KeyFileError::Invalid(_, InvalidKeyRing::Empty))));
        let missing = read(Path::new("/nonexistent/master.key"));
        assert!(matches!(missing, Err(KeyFileError::Unreadable(..))), "{missing:?}");
    }

    #[test]
    fn it_is_told_whether_others_can_read_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        write(&path, format!("new:{ONE}")).unwrap();
        for (mode, others) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path).unwrap().1, others, "{mode:o}");
        }
    }
}
