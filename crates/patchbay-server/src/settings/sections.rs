//! The sections of the settings, apart from the catalogue of apps.

use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use ipnet::IpNet;
use patchbay_crypto::{InvalidKeyRing, KeyRing};
use patchbay_providers::{InvalidOrigin, OutboundUrl, TrustedOrigin};
use secrecy::SecretString;
use serde_json::Value;
use tracing_subscriber::EnvFilter;

use super::key_file::{self, KeyFileError};
use super::parse::{list, milliseconds, networks, path, switch, text, whole_number};
use super::reader::{Reader, Refusal};

/// The longest time that a setting may name.
const AN_HOUR_IN_MS: u64 = 3_600_000;
/// More threads than this would only get into each other's way.
const MANY_THREADS: usize = 1024;
/// No system hands out more.
const MANY_CONNECTIONS: usize = 1_000_000;
/// A larger body would have to be held in memory as a whole.
const A_GIBIBYTE: usize = 1 << 30;
/// Below this, one slow statement stops everything.
const FEWEST_CONNECTIONS: usize = 4;

/// `server.*`: where and how it serves.
#[derive(Debug)]
pub struct ServerSettings {
    /// The name or address to listen on.
    pub host: String,
    /// The port; 0 lets the system choose a free one.
    pub port: u16,
    /// Where browsers find it, without a slash at the end.
    pub public_url: Option<String>,
    /// The file that the bound address is written to.
    pub address_file: Option<PathBuf>,
    /// How many threads answer requests.
    pub workers: usize,
    /// The largest body that is read, in bytes.
    pub body_limit_bytes: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long requests in flight may take to finish once the service is asked to stop.
    pub shutdown_grace: Duration,
    /// The proxies that are believed when they say for whom they speak.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a connection may wait for its next request.
    pub keep_alive: Duration,
    /// How many connections there may be at once.
    pub max_connections: usize,
}

impl ServerSettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let host = reader.required("server.host", host);
        let port = reader.required("server.port", whole_number(0..=u16::MAX));
        let public_url = reader.optional("server.public_url", public_url);
        let address_file = reader.optional("server.address_file", path);
        let workers = reader.optional("server.workers", whole_number(1..=MANY_THREADS));
        let body_limit = reader.required("server.body_limit_bytes", whole_number(1..=A_GIBIBYTE));
        let timeout = reader.required("server.request_timeout_ms", milliseconds(1..=AN_HOUR_IN_MS));
        let grace = reader.required("server.shutdown_grace_ms", milliseconds(0..=AN_HOUR_IN_MS));
        let proxies = reader.required("server.trusted_proxies", networks);
        let keep_alive = reader.required("server.keep_alive_ms", milliseconds(1..=AN_HOUR_IN_MS));
        let max_connections = reader.required("server.max_connections", whole_number(1..=MANY_CONNECTIONS));
        Some(Self {
            host: host?,
            port: port?,
            public_url,
            address_file,
            workers: workers.unwrap_or_else(cores),
            body_limit_bytes: body_limit?,
            request_timeout: timeout?,
            shutdown_grace: grace?,
            trusted_proxies: proxies?,
            keep_alive: keep_alive?,
            max_connections: max_connections?,
        })
    }
}

/// A URL that paths can be added to.
fn public_url(value: &Value) -> Result<String, Refusal> {
    let text = text(value)?.trim_end_matches('/');
    let url = OutboundUrl::parse(text).ok().filter(|_| !text.contains('?'));
    url.map(|_| text.to_owned()).ok_or_else(|| "must be an http(s) URL without a query".to_owned())
}

/// `database.*`: where it stores.
#[derive(Debug)]
pub struct DatabaseSettings {
    /// The URL; it may hold a password.
    pub url: SecretString,
    /// Whether it is the default one, which lies in the folder of `--data-dir`.
    pub in_data_dir: bool,
    /// How many threads, each with a connection, work on the database.
    pub pool_size: usize,
    /// Whether migrations are applied when the database is opened.
    pub auto_migrate: bool,
    /// How long a call may wait for its turn or for one statement: as long as a request may
    /// take.
    pub job_timeout: Duration,
}

impl DatabaseSettings {
    pub(super) fn read(reader: &mut Reader, job_timeout: Duration) -> Option<Self> {
        let in_data_dir = reader.is_default("database.url");
        let url = reader.required("database.url", database_url);
        let pool_size = reader.optional("database.pool_size", whole_number(1..=MANY_THREADS));
        let auto_migrate = reader.optional("database.auto_migrate", switch);
        let (url, on_sqlite) = url?;
        Some(Self {
            url,
            in_data_dir,
            pool_size: pool_size.unwrap_or_else(|| FEWEST_CONNECTIONS.max(2 * cores())),
            auto_migrate: auto_migrate.unwrap_or(on_sqlite),
            job_timeout,
        })
    }
}

/// `secrets.*`: where the master keys are.
#[derive(Debug)]
pub enum MasterKeySource {
    /// Nowhere.
    Missing,
    /// In the settings themselves.
    Given(KeyRing),
    /// In a file.
    File(PathBuf),
}

impl MasterKeySource {
    /// `secrets.*`.
    pub(super) fn read(reader: &mut Reader) -> Self {
        let entries = reader.optional("secrets.keys", secret_texts).filter(|entries| !entries.is_empty());
        let file = reader.optional("secrets.key_file", path);
        match (entries, file) {
            (Some(_), Some(_)) => {
                let reason = "must not be set beside secrets.keys: give only one of them";
                reader.fault("secrets.key_file", reason);
                Self::Missing
            }
            (Some(entries), None) => match KeyRing::parse(&entries) {
                Ok(ring) => Self::Given(ring),
                Err(invalid) => {
                    note_bad_entries(reader, invalid);
                    Self::Missing
                }
            },
            (None, Some(file)) => Self::File(file),
            (None, None) => Self::Missing,
        }
    }

    /// The master keys, and what the operator should be warned of.
    ///
    /// # Errors
    /// When there are none to be had.
    pub fn open(self) -> Result<(KeyRing, Option<String>), NoMasterKeys> {
        match self {
            Self::Missing => Err(NoMasterKeys::NotSet),
            Self::Given(ring) => Ok((ring, None)),
            Self::File(path) => {
                let (ring, others_can_read) = key_file::read(&path)?;
                let warning =
                    || format!("secrets.key_file {} can be read by others than its owner", path.display());
                Ok((ring, others_can_read.then(warning)))
            }
        }
    }
}

/// Why there are no master keys.
#[derive(Debug, thiserror::Error)]
pub enum NoMasterKeys {
    /// Nobody gave one.
    #[error(
        "no master key: set secrets.keys or secrets.key_file (`patchbay secrets generate-key` makes a key)"
    )]
    NotSet,
    /// The file is of no use.
    #[error(transparent)]
    File(#[from] KeyFileError),
}

fn note_bad_entries(reader: &mut Reader, invalid: InvalidKeyRing) {
    match invalid {
        InvalidKeyRing::Empty => reader.fault("secrets.keys", "is empty"),
        InvalidKeyRing::Entries(bad) => {
            for entry in bad {
                let key = format!("secrets.keys[{}]", entry.position.saturating_sub(1));
                reader.fault(&key, &format!("is no master key: {}", entry.fault));
            }
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// `telemetry.*`: what it says of itself.
#[derive(Debug)]
pub struct TelemetrySettings {
    /// How log lines look; `None` leaves it to whether a person watches.
    pub log_format: Option<LogFormat>,
    /// What is logged: a filter that was checked.
    pub level: String,
    /// The collector that spans are sent to.
    pub otlp_endpoint: Option<TrustedOrigin>,
}

impl TelemetrySettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let log_format = reader.optional("telemetry.log_format", log_format);
        let level = reader.required("telemetry.level", level);
        let otlp_endpoint = reader.optional("telemetry.otlp_endpoint", collector);
        Some(Self { log_format, level: level?, otlp_endpoint })
    }
}

/// How many cores there are for this process.
fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn host(value: &Value) -> Result<String, Refusal> {
    let host = text(value)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
    if host.chars().all(plain) {
        Ok(host.to_owned())
    } else {
        Err("must be an IP address or a host name".to_owned())
    }
}

/// The URL, and whether it is SQLite's.
fn database_url(value: &Value) -> Result<(SecretString, bool), Refusal> {
    let url = text(value)?;
    let on_sqlite = match url.split_once("://") {
        Some(("sqlite", _)) => true,
        Some(("postgres" | "postgresql", _)) => false,
        _ => return Err("must start with sqlite://, postgres:// or postgresql://".to_owned()),
    };
    Ok((SecretString::from(url), on_sqlite))
}

fn secret_texts(value: &Value) -> Result<Vec<SecretString>, Refusal> {
    let members = list(value)?;
    let texts = members.iter().map(|member| member.as_str().map(SecretString::from));
    texts.collect::<Option<_>>().ok_or_else(|| "must be a list of texts ID:BASE64".to_owned())
}

fn log_format(value: &Value) -> Result<LogFormat, Refusal> {
    match text(value)? {
        "pretty" => Ok(LogFormat::Pretty),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be pretty or json".to_owned()),
    }
}

fn level(value: &Value) -> Result<String, Refusal> {
    let level = text(value)?;
    match EnvFilter::builder().parse(level) {
        Ok(_) => Ok(level.to_owned()),
        Err(_) => Err("must be a level or a list of TARGET=LEVEL, as in info,patchbay_http=debug".to_owned()),
    }
}

fn collector(value: &Value) -> Result<TrustedOrigin, Refusal> {
    let origin = text(value)?.parse().map_err(|invalid: InvalidOrigin| invalid.to_string())?;
    if cfg!(feature = "otlp") { Ok(origin) } else { Err("needs a build with the feature otlp".to_owned()) }
}
