//! The command line.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use patchbay_domain::{
    ApiKeyId, ApiKeyName, EnvironmentId, EnvironmentName, KeyKind, OrganisationId, OrganisationName,
    Permission, Permissions, RequestsPerMinute,
};
use patchbay_http::API_NAMES;

/// Patchbay, the self-hosted integrations service.
#[derive(Debug, Parser)]
#[command(name = "patchbay", version)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

/// Where an installation is.
#[derive(Args, Debug)]
pub struct Place {
    /// A configuration file (TOML). What it sets wins over the defaults; variables named
    /// `PATCHBAY__SECTION__KEY` win over it.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder of the default database, and of the master key that `dev` makes.
    #[arg(long, global = true, value_name = "DIR", default_value = "data")]
    pub data_dir: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up all that a first try needs, print how to use it, and serve.
    Dev,
    /// Run the service.
    Serve,
    /// Apply pending migrations.
    Migrate {
        /// Only say which are pending; exit with 1 when there are any.
        #[arg(long)]
        check: bool,
    },
    /// Create and list organisations.
    #[command(subcommand)]
    Organisation(OrganisationCommand),
    /// Create and list the environments of an organisation.
    #[command(subcommand)]
    Environment(EnvironmentCommand),
    /// Create, list and revoke the API keys of an organisation.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Show what was recorded.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Make master keys, and look after what is sealed under them.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Show and check what is known of providers.
    #[command(subcommand)]
    Providers(ProvidersCommand),
    /// Print the OpenAPI document of one API, or those of all by their names.
    Openapi {
        /// The API.
        #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(API_NAMES))]
        api: Option<String>,
    },
    /// Run fake third parties on this machine, to try and to test without a network.
    Sandbox {
        /// The port on 127.0.0.1; 0 takes a free one.
        #[arg(long, default_value_t = patchbay_sandbox::DEFAULT_PORT)]
        port: u16,
    },
}

#[derive(Debug, Subcommand)]
pub enum OrganisationCommand {
    /// Create an organisation and its default environment.
    Create {
        /// What it is called.
        #[arg(long, value_parser = OrganisationName::parse)]
        name: OrganisationName,
        /// The id that it gets instead of a new one.
        #[arg(long, value_name = "UUID")]
        id: Option<OrganisationId>,
    },
    /// List all organisations, oldest first.
    List,
}

#[derive(Debug, Subcommand)]
pub enum EnvironmentCommand {
    /// Create an environment.
    Create {
        /// The organisation that it belongs to.
        #[arg(long, value_name = "ID")]
        organisation: OrganisationId,
        /// What it is called.
        #[arg(long, value_parser = EnvironmentName::parse)]
        name: EnvironmentName,
        /// The id that it gets instead of a new one.
        #[arg(long, value_name = "UUID")]
        id: Option<EnvironmentId>,
    },
    /// List the environments of an organisation, oldest first.
    List {
        /// The organisation.
        #[arg(long, value_name = "ID")]
        organisation: OrganisationId,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Create a key. Its text is printed this once and never stored.
    Create(NewKeyArgs),
    /// List the keys of an organisation, oldest first, revoked and expired ones included.
    List {
        /// The organisation.
        #[arg(long, value_name = "ID")]
        organisation: OrganisationId,
    },
    /// Revoke a key: it is refused at once, by every replica within seconds.
    Revoke {
        /// The id of the key (not its text).
        id: ApiKeyId,
    },
}

#[derive(Args, Debug)]
pub struct NewKeyArgs {
    /// The organisation that it belongs to.
    #[arg(long, value_name = "ID")]
    pub organisation: OrganisationId,
    /// The one environment that it reaches; without it, all of the organisation's.
    #[arg(long, value_name = "ID")]
    pub environment: Option<EnvironmentId>,
    /// What it is called.
    #[arg(long, value_parser = ApiKeyName::parse)]
    pub name: ApiKeyName,
    /// What it is for; decides how its text begins.
    #[arg(long, default_value = KeyKind::Generic.as_str(), value_parser = kind())]
    pub kind: KeyKind,
    #[command(flatten)]
    pub granted: Granted,
    /// How long it lives: a number and `s`, `m`, `h` or `d`, as in 90d. Without it, for ever.
    #[arg(long, value_name = "TIME", value_parser = life_time)]
    pub expires_in: Option<TimeDelta>,
    /// How many requests it may make in a minute, in the place of what
    /// `rate_limit.requests_per_minute` says; at least 1.
    #[arg(long, value_name = "N")]
    pub requests_per_minute: Option<RequestsPerMinute>,
}

/// What a new key may do: said in exactly one way.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct Granted {
    /// Something that it may do; several may follow, or the option may be repeated.
    #[arg(long = "permission", value_name = "PERMISSION", num_args = 1.., value_delimiter = ',', value_parser = permission())]
    permissions: Vec<Permission>,
    /// Let it do everything.
    #[arg(long)]
    all_permissions: bool,
    /// Let it do what the clients of one API need.
    #[arg(long)]
    preset: Option<Preset>,
}

impl Granted {
    /// The permissions that were named, in whichever way.
    pub fn permissions(&self) -> Permissions {
        if self.all_permissions {
            return Permissions::all();
        }
        let preset = self.preset.map(Preset::permissions).unwrap_or_default();
        preset.iter().chain(&self.permissions).copied().collect()
    }
}

/// The permissions that the clients of one API need: everything that the API can do, and
/// the secrets where its documented answers show them.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Preset {
    /// Integrations, their settings and secrets, and connecting Slack.
    Telex,
    /// Integrations; this API never shows a secret.
    Aloochat,
    /// Contacts, deals, agents, REST hooks and integrations.
    Isao,
    /// Integrations, their secrets, and client keys.
    Hubster,
    /// Integrations; secrets stay masked.
    Novu,
}

impl Preset {
    const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Telex => &[
                Permission::IntegrationsRead,
                Permission::IntegrationsWrite,
                Permission::SettingsRead,
                Permission::SettingsWrite,
                Permission::OauthExchange,
                Permission::CredentialsReveal,
            ],
            Self::Aloochat | Self::Novu => &[Permission::IntegrationsRead, Permission::IntegrationsWrite],
            Self::Isao => &[
                Permission::IntegrationsRead,
                Permission::IntegrationsWrite,
                Permission::ContactsRead,
                Permission::ContactsWrite,
                Permission::DealsRead,
                Permission::DealsWrite,
                Permission::AgentsRead,
                Permission::AgentsWrite,
                Permission::WebhooksRead,
                Permission::WebhooksWrite,
            ],
            Self::Hubster => &[
                Permission::IntegrationsRead,
                Permission::IntegrationsWrite,
                Permission::CredentialsReveal,
                Permission::KeysWrite,
            ],
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the recorded changes of an organisation, newest first.
    List {
        /// The organisation.
        #[arg(long, value_name = "ID")]
        organisation: OrganisationId,
        /// Only what was recorded then or later: a time (RFC 3339), or a day in UTC as in
        /// 2026-11-20.
        #[arg(long, value_name = "TIME", value_parser = time)]
        since: Option<DateTime<Utc>>,
        /// How many at the most.
        #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
}

#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// Make a new master key. It is printed and not kept.
    GenerateKey,
    /// Seal every secret anew under the first master key. Can be repeated, also while the
    /// service runs.
    Rotate,
    /// Open every sealed value, and say which do not open.
    Verify,
}

#[derive(Debug, Subcommand)]
pub enum ProvidersCommand {
    /// List all providers, by id.
    List,
    /// Look for what is wrong with their entries, or due; exit with 1 when it has to be mended.
    Check {
        /// A folder with entries over those that are compiled in, in the place of
        /// `catalogue.directory`.
        #[arg(long, value_name = "DIR")]
        directory: Option<PathBuf>,
        /// Files with entries, over those of the folder.
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

fn permission() -> impl TypedValueParser<Value = Permission> {
    let names = Permission::ALL.iter().map(|permission| permission.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

fn kind() -> impl TypedValueParser<Value = KeyKind> {
    let names = KeyKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

/// Reads a number and its unit.
fn life_time(text: &str) -> Result<TimeDelta, String> {
    const SECONDS_IN: [(char, i64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    /// Beyond it, dates run out.
    const LONGEST_IN_DAYS: i64 = 36_500;
    let parts = SECONDS_IN.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(*unit)?, *seconds)));
    let (number, unit) = parts.ok_or("it is not a number followed by s, m, h or d")?;
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
        return Err("it is not a whole number followed by s, m, h or d".to_owned());
    }
    let life_time = number.parse().ok().and_then(|number: i64| number.checked_mul(unit));
    life_time
        .and_then(TimeDelta::try_seconds)
        .filter(|life_time| *life_time <= TimeDelta::days(LONGEST_IN_DAYS))
        .ok_or_else(|| format!("it is more than {LONGEST_IN_DAYS}d"))
}

/// Reads a time, or the beginning of a day.
fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let beginning = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    time.or_else(|_| text.parse().map(beginning))
        .map_err(|_| "it is neither a time as in 2026-11-20T08:30:00Z nor a day as in 2026-11-20".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    const ID: &str = "0192202e-b6f3-7d23-8025-3f60675cc031";

    fn parse(arguments: &str) -> Result<Command, ErrorKind> {
        let arguments = arguments.replace("ID", ID);
        let parsed = Cli::try_parse_from(["patchbay"].into_iter().chain(arguments.split_whitespace()));
        parsed.map(|cli| cli.command).map_err(|error| error.kind())
    }

    fn new_key(options: &str) -> Result<NewKeyArgs, ErrorKind> {
        match parse(&format!("key create --organisation ID --name ci {options}"))? {
            Command::Key(KeyCommand::Create(new)) => Ok(new),
            other => panic!("{other:?}"),
        }
    }

    fn granted(options: &str) -> Vec<&'static str> {
        let permissions = new_key(options).unwrap().granted.permissions();
        permissions.iter().map(Permission::as_str).collect()
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_life_time_is_a_number_and_a_unit() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("5m", 300), ("2h", 7200), ("90d", 7_776_000)] {
            assert_eq!(life_time(text), Ok(TimeDelta::seconds(seconds)), "{text}");
        }
        for text in
            ["", "d", "90", "-1d", "+1d", "1.5h", "1w", "1 d", "9d9", "36501d", "9223372036854775807d"]
        {
            assert!(life_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn permissions_are_repeated_listed_or_separated_by_commas() {
        let both = ["integrations:read", "integrations:write"];
        assert_eq!(granted("--permission integrations:write --permission integrations:read"), both);
        assert_eq!(granted("--permission integrations:read integrations:write"), both);
        assert_eq!(granted("--permission integrations:read,integrations:write"), both);
    }

    #[test]
    fn all_permissions_and_presets_stand_for_their_permissions() {
        const ISAO: [&str; 8] = [
            "contacts:read",
            "contacts:write",
            "deals:read",
            "deals:write",
            "agents:read",
            "agents:write",
            "webhooks:read",
            "webhooks:write",
        ];
        assert_eq!(granted("--all-permissions").len(), Permission::ALL.len());
        for (preset, beside_integrations) in [
            ("telex", ["settings:read", "settings:write", "oauth:exchange", "credentials:reveal"].as_slice()),
            ("aloochat", &[]),
            ("isao", &ISAO),
            ("hubster", &["credentials:reveal", "keys:write"]),
            ("novu", &[]),
        ] {
            let expected = [&["integrations:read", "integrations:write"], beside_integrations].concat();
            assert_eq!(granted(&format!("--preset {preset}")), expected, "{preset}");
        }
    }

    #[test]
    fn a_key_may_have_a_limit_of_its_own_and_it_is_not_nought() {
        let limit = |options: &str| {
            new_key(&format!("--all-permissions {options}")).map(|new| new.requests_per_minute)
        };
        assert_eq!(limit("").unwrap(), None);
        assert_eq!(limit("--requests-per-minute 90").unwrap(), RequestsPerMinute::new(90));
        for wrong in ["0", "-1", "1.5", "60000001", "many"] {
            let refused = limit(&format!("--requests-per-minute={wrong}"));
            assert_eq!(refused.unwrap_err(), ErrorKind::ValueValidation, "{wrong}");
        }
    }

    #[test]
    fn what_a_key_may_do_is_said_in_exactly_one_way() {
        assert_eq!(new_key("").unwrap_err(), ErrorKind::MissingRequiredArgument);
        for options in [
            "--all-permissions --preset telex",
            "--all-permissions --permission audit:read",
            "--preset telex --permission audit:read",
        ] {
            assert_eq!(new_key(options).unwrap_err(), ErrorKind::ArgumentConflict, "{options}");
        }
    }

    #[test]
    fn unknown_permissions_kinds_presets_and_ids_are_wrong_usage() {
        for options in ["--permission integrations:all", "--preset slack", "--all-permissions --kind telex"] {
            assert_eq!(new_key(options).unwrap_err(), ErrorKind::InvalidValue, "{options}");
        }
        assert_eq!(parse("key revoke 7").unwrap_err(), ErrorKind::ValueValidation);
        assert_eq!(parse("environment list --organisation acme").unwrap_err(), ErrorKind::ValueValidation);
        assert_eq!(new_key("--all-permissions --expires-in soon").unwrap_err(), ErrorKind::ValueValidation);
    }

    fn asked_for(options: &str) -> Result<(Option<DateTime<Utc>>, u32), ErrorKind> {
        match parse(&format!("audit list --organisation ID {options}"))? {
            Command::Audit(AuditCommand::List { since, limit, .. }) => Ok((since, limit)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_time_is_one_of_rfc_3339_or_a_day() {
        for (text, expected) in [
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("2026-11-20T08:30:00Z", "2026-11-20T08:30:00Z"),
            ("2026-11-20T08:30:00.123456+02:00", "2026-11-20T06:30:00.123456Z"),
        ] {
            let expected: DateTime<Utc> = expected.parse().unwrap();
            assert_eq!(asked_for(&format!("--since {text}")).unwrap().0, Some(expected), "{text}");
        }
        for text in ["yesterday", "20261120", "2026-13-01", "2026-11-20T08:30:00", "08:30:00Z", "1700000000"]
        {
            assert_eq!(asked_for(&format!("--since {text}")), Err(ErrorKind::ValueValidation), "{text}");
        }
    }

    #[test]
    fn a_limit_lies_within_its_bounds() {
        assert_eq!(asked_for(""), Ok((None, 100)));
        for limit in [1, 100, 10_000] {
            assert_eq!(asked_for(&format!("--limit {limit}")), Ok((None, limit)));
        }
        for limit in ["0", "10001", "-1", "1.5", "all", "99999999999"] {
            assert_eq!(asked_for(&format!("--limit={limit}")), Err(ErrorKind::ValueValidation), "{limit}");
        }
    }

    #[test]
    fn every_command_takes_the_options_that_say_where_the_installation_is() {
        for command in ["dev", "migrate --check", "key list --organisation ID", "secrets generate-key"] {
            let before = format!("--config a.toml --data-dir b {command}");
            let after = format!("{command} --config a.toml --data-dir b");
            assert!(parse(&before).is_ok() && parse(&after).is_ok(), "{command}");
        }
    }
}
