//! What can be asked of the driver.

use std::path::PathBuf;

use crate::driver::plan::Side;

/// Loads the bare reference (L) and the service (P) in turn and prints P as a part of L.
///
/// Exits with 0 whenever it measured, also when a floor was missed; see `--enforce`.
#[derive(Clone, Debug, clap::Parser)]
pub struct Options {
    /// The service's binary.
    #[arg(long, default_value = "target/release/patchbay")]
    pub service: PathBuf,
    /// The reference's binary; unset: the one beside this program.
    #[arg(long)]
    pub reference: Option<PathBuf>,
    /// Measures one side alone; nothing is compared then.
    #[arg(long, value_enum)]
    pub only: Option<Side>,
    /// Rounds of each measurement and side.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Length of a round, in seconds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// Unmeasured load before each round, in seconds.
    #[arg(long, default_value_t = 1)]
    pub warm_up: u32,
    /// Connections of the load generator.
    #[arg(long, value_delimiter = ',', default_values_t = [64, 16], value_parser = clap::value_parser!(u32).range(1..))]
    pub connections: Vec<u32>,
    /// Threads of the load generator.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub load_threads: u32,
    /// Rows in either database before a round.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub rows: u32,
    /// Starts whose time to the first answer and idle memory are measured.
    #[arg(long, default_value_t = 10)]
    pub starts: u32,
    /// Measures on PostgreSQL as well; the role of this URL must be allowed to create databases.
    #[arg(long)]
    pub postgres: Option<String>,
    /// Where databases and logs are put while it runs: a real disk, for `fsync` to cost what it costs.
    #[arg(long, default_value = "target")]
    pub directory: PathBuf,
    /// One more setting of the service, for instance `rate_limit.requests_per_minute=0`.
    #[arg(long = "setting", value_name = "KEY=VALUE", value_parser = parse_setting)]
    pub settings: Vec<(String, String)>,
    /// The load generator's binary.
    #[arg(long, default_value = "wrk")]
    pub wrk: PathBuf,
    /// A file for all figures, as JSON.
    #[arg(long)]
    pub output: Option<PathBuf>,
    /// Exits with 1 when a floor was missed.
    #[arg(long)]
    pub enforce: bool,
}

impl Options {
    /// The sides to measure, the reference first.
    #[must_use]
    pub(super) fn sides(&self) -> Vec<Side> {
        self.only.map_or_else(|| vec![Side::Reference, Side::Service], |side| vec![side])
    }
}

/// Turns `section.key=value` into the environment variable that sets it.
fn parse_setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => {
            Ok((format!("PATCHBAY__{}", key.to_uppercase().replace('.', "__")), value.to_owned()))
        }
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn a_setting_becomes_the_services_environment_variable() {
        let options = Options::parse_from(["bench", "--setting", "rate_limit.requests_per_minute=0"]);
        let expected = ("PATCHBAY__RATE_LIMIT__REQUESTS_PER_MINUTE".to_owned(), "0".to_owned());
        assert_eq!(options.settings, [expected]);
        assert!(Options::try_parse_from(["bench", "--setting", "workers"]).is_err());
    }

    #[test]
    fn both_sides_are_measured_unless_one_is_named() {
        let sides = |arguments: &[&str]| Options::parse_from(arguments).sides();
        assert_eq!(sides(&["bench"]), [Side::Reference, Side::Service]);
        assert_eq!(sides(&["bench", "--only", "reference"]), [Side::Reference]);
    }
}
