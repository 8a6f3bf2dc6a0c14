//! What is wrong with the settings.

use std::fmt;

/// Something that is wrong with one setting. Never shows the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    key: String,
    reason: String,
    origin: Option<String>,
}

impl Fault {
    /// `reason` goes on where the full name of the key ends: `must be …`.
    pub fn new(key: impl Into<String>, reason: impl Into<String>, origin: Option<&str>) -> Self {
        Self { key: key.into(), reason: reason.into(), origin: origin.map(str::to_owned) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.reason)?;
        match &self.origin {
            Some(origin) => write!(f, " (set in {origin})"),
            None => Ok(()),
        }
    }
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The configuration file cannot be read.
    #[error("the configuration file {file} cannot be read")]
    Unreadable {
        /// Its path.
        file: String,
        /// Why not.
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("{file} is not valid TOML: {place}")]
    Syntax {
        /// Its path.
        file: String,
        /// Where the parser gave up.
        place: String,
    },
    /// The layers do not go together.
    #[error("the settings cannot be put together")]
    Unmergeable,
    /// Settings are missing, wrong or unknown: these.
    #[error("{}", list(.0))]
    Faults(Vec<Fault>),
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
