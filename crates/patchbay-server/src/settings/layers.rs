//! The three layers of settings, merged into one tree.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use config::{Config, ConfigError, Environment, FileFormat, Format, Map, Source, Value};

use super::fault::{Fault, SettingsError};

/// Every setting, documented; compiled in, so that the program runs alone.
const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// What the name of a variable that sets something starts with.
const PREFIX: &str = "PATCHBAY";
/// What stands between the prefix, the section and the key in such a name.
const SEPARATOR: &str = "__";

/// The variables that set something.
#[derive(Default)]
pub struct Variables {
    readable: HashMap<String, String>,
    faults: Vec<Fault>,
}

impl Variables {
    /// Takes those of `variables` that set something; an empty one sets nothing.
    pub fn among(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut among = Self::default();
        let start = [PREFIX, SEPARATOR].concat();
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with(&start)) else { continue };
            if let Ok(value) = value.into_string() {
                among.readable.insert(name.to_owned(), value);
            } else {
                let key = name[start.len()..].to_lowercase().replace(SEPARATOR, ".");
                among.faults.push(Fault::new(key, "is not valid Unicode", Some("the environment")));
            }
        }
        among
    }
}

/// Where settings come from beside the defaults.
pub struct Layers<'a> {
    /// The folder that the default database lies in.
    pub data_dir: &'a Path,
    /// The configuration file.
    pub file: Option<&'a Path>,
    /// The environment.
    pub variables: Variables,
}

impl Layers<'_> {
    /// One tree of them all, where the later layer wins: defaults, file, environment. And
    /// what could not even be read.
    ///
    /// # Errors
    /// When the file cannot be read or is not TOML.
    pub fn merge(self) -> Result<(Value, Vec<Fault>), SettingsError> {
        let url = format!("sqlite://{}/patchbay.db", self.data_dir.display());
        let placed = Config::builder().set_override("database.url", url).map_err(unmergeable)?;
        let mut merged = Config::builder()
            .add_source(Layer::parse(None, DEFAULTS)?)
            .add_source(placed.build().map_err(unmergeable)?);
        if let Some(path) = self.file {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|source| SettingsError::Unreadable { file: name.clone(), source })?;
            merged = merged.add_source(Layer::parse(Some(name), &text)?);
        }
        let variables = Environment::with_prefix(PREFIX)
            .prefix_separator(SEPARATOR)
            .separator(SEPARATOR)
            .ignore_empty(true)
            .source(Some(self.variables.readable));
        let merged = merged.add_source(variables).build().map_err(unmergeable)?;
        Ok((merged.cache, self.variables.faults))
    }
}

/// No layer can fail to merge once it is read. What `config` would say of it is not shown:
/// it may quote a value.
fn unmergeable(_: ConfigError) -> SettingsError {
    SettingsError::Unmergeable
}

/// One layer, read.
#[derive(Clone)]
struct Layer(Map<String, Value>);

impl Layer {
    /// The layer of the file that is called `name`, or of the defaults.
    fn parse(name: Option<String>, toml: &str) -> Result<Self, SettingsError> {
        let parsed = FileFormat::Toml.parse(name.as_ref(), toml);
        parsed.map(Self).map_err(|why| {
            // The first line says where; those below it quote the text, secrets included.
            let why = why.to_string();
            let place = why.lines().next().unwrap_or_default();
            let place = place.trim_start_matches("TOML parse error ").to_owned();
            SettingsError::Syntax { file: name.unwrap_or_default(), place }
        })
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Layer(…)")
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}
