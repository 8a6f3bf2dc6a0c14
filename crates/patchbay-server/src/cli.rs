//! The command line.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use patchbay_domain::{
    ApiKeyId, ApiKeyName, EnvironmentId, EnvironmentName, KeyKind, OrganisationId, OrganisationName,
    Permission, Permissions,
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
    /// Make master keys, and look after what is sealed under them.
    #[command(subcommand)]
    Secrets(SecretsCommand),
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

/// The permissions that the clients of one API need.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Preset {
    /// Everything that the Telex API can do.
    Telex,
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
        }
    }
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
        assert_eq!(granted("--all-permissions").len(), Permission::ALL.len());
        let telex = [
            "integrations:read",
            "integrations:write",
            "settings:read",
            "settings:write",
            "oauth:exchange",
            "credentials:reveal",
        ];
        assert_eq!(granted("--preset telex"), telex);
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
        for options in ["--permission integrations:all", "--preset hubster", "--all-permissions --kind telex"]
        {
            assert_eq!(new_key(options).unwrap_err(), ErrorKind::InvalidValue, "{options}");
        }
        assert_eq!(parse("key revoke 7").unwrap_err(), ErrorKind::ValueValidation);
        assert_eq!(parse("environment list --organisation acme").unwrap_err(), ErrorKind::ValueValidation);
        assert_eq!(new_key("--all-permissions --expires-in soon").unwrap_err(), ErrorKind::ValueValidation);
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
