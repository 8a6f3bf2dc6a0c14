//! The settings as a whole.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::time::Duration;

use patchbay_catalogue::{Catalogue, Sources};
use patchbay_domain::{ProviderId, RequestsPerMinute};
use patchbay_providers::OutboundPolicy;
use secrecy::ExposeSecret;

use super::{Layers, LogFormat, MasterKeySource, RateLimitSettings, Settings, SettingsError, Variables};

const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

fn load(file: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("patchbay.toml");
    std::fs::write(&path, file).unwrap();
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let variables = Variables::among(variables);
    Settings::load(Layers { data_dir: Path::new("data"), file: Some(&path), variables })
}

/// The faults, each without the path of the file.
fn faults(file: &str, variables: &[(&str, &str)]) -> Vec<String> {
    match load(file, variables).err() {
        Some(SettingsError::Faults(faults)) => faults
            .iter()
            .map(ToString::to_string)
            .map(|fault| match fault.split_once(" (set in /") {
                Some((fault, _)) => format!("{fault} (file)"),
                None => fault.replace(" (set in the environment)", " (environment)"),
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_defaults_stand_alone() {
    let settings = load("", &[]).unwrap();
    assert_eq!((settings.server.host.as_str(), settings.server.port), ("127.0.0.1", 8080));
    assert_eq!(settings.server.body_limit_bytes, 256 * 1024);
    assert_eq!(settings.server.request_timeout, Duration::from_secs(30));
    assert_eq!(settings.server.shutdown_grace, Duration::from_secs(10));
    assert_eq!(settings.server.keep_alive, Duration::from_secs(75));
    assert_eq!((settings.server.max_connections, settings.metrics.token.is_some()), (10_000, false));
    assert_eq!(settings.database.url.expose_secret(), "sqlite://data/patchbay.db");
    assert!(settings.database.auto_migrate && settings.database.pool_size >= 4);
    assert!(matches!(settings.master_keys, MasterKeySource::Missing));
    assert!(settings.server.trusted_proxies.is_empty());
    let RateLimitSettings { requests_per_minute, burst, failed_auth_per_minute } = settings.rate_limit;
    assert_eq!((requests_per_minute, burst.get()), (RequestsPerMinute::new(6000), 200));
    assert_eq!(failed_auth_per_minute.map(NonZeroU32::get), Some(60));
    assert_eq!(settings.outbound.policy, OutboundPolicy::default());
    assert_eq!((settings.providers.manifests_from, settings.providers.manifests_also_from), (None, None));
    assert!(settings.telemetry.log_format.is_none() && settings.system_apps.is_empty());
}

#[test]
fn nought_switches_a_limit_off() {
    let file = "[rate_limit]\nrequests_per_minute = 0\nfailed_auth_per_minute = 0";
    let limits = load(file, &[]).unwrap().rate_limit;
    assert_eq!((limits.requests_per_minute, limits.failed_auth_per_minute), (None, None));
}

#[test]
fn limits_and_proxies_are_checked() {
    let file = "[rate_limit]\nrequests_per_minute = 60000001\nburst = 0\nfailed_auth_per_minute = -1\n\
                [server]\ntrusted_proxies = ['10.0.0.0/8', '10.0.0.1']";
    assert_eq!(
        faults(file, &[]),
        [
            "server.trusted_proxies must be a list of networks ADDRESS/BITS, as in 127.0.0.1/32 (file)",
            "rate_limit.requests_per_minute must be a whole number from 0 to 60000000 (file)",
            "rate_limit.burst must be a whole number from 1 to 1000000 (file)",
            "rate_limit.failed_auth_per_minute must be a whole number from 0 to 1000000 (file)",
        ]
    );
    let variable = [("PATCHBAY__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8")];
    assert_eq!(load("", &variable).unwrap().server.trusted_proxies.len(), 2);
}

#[test]
fn the_default_database_lies_in_the_data_folder_and_a_given_one_where_it_says() {
    let layers = |variables| Layers { data_dir: Path::new("/var/lib/p"), file: None, variables };
    let settings = Settings::load(layers(Variables::default())).unwrap();
    assert_eq!(settings.database.url.expose_secret(), "sqlite:///var/lib/p/patchbay.db");
    let given = Variables::among([("PATCHBAY__DATABASE__URL".into(), "sqlite://x.db".into())]);
    let settings = Settings::load(layers(given)).unwrap();
    assert_eq!(settings.database.url.expose_secret(), "sqlite://x.db");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "[server]\nport = 1\nworkers = 3\n[telemetry]\nlog_format = 'json'";
    let settings = load(file, &[("PATCHBAY__SERVER__PORT", "2")]).unwrap();
    assert_eq!((settings.server.port, settings.server.workers), (2, 3));
    assert_eq!(settings.telemetry.log_format, Some(LogFormat::Json));
}

#[test]
fn an_empty_variable_and_one_of_another_program_set_nothing() {
    let variables = [("PATCHBAY__SERVER__PORT", ""), ("PATCHBAY_BIN", "x"), ("OTHER__SERVER__PORT", "x")];
    assert_eq!(load("", &variables).unwrap().server.port, 8080);
}

#[test]
fn migrations_are_automatic_on_sqlite_alone_unless_it_is_said() {
    let url = ("PATCHBAY__DATABASE__URL", "postgres://ann@localhost/x");
    assert!(!load("", &[url]).unwrap().database.auto_migrate);
    assert!(load("database.auto_migrate = true", &[url]).unwrap().database.auto_migrate);
    assert!(!load("database.auto_migrate = false", &[]).unwrap().database.auto_migrate);
}

#[test]
fn every_fault_is_reported_at_once_by_the_full_name_of_its_key() {
    let file = "
        typo = 1
        [server]
        port = 70000
        body_limit_bytes = 0
        prot = 1
        [database]
        url = 'mysql://x'
        auto_migrate = 'perhaps'
        [telemetry]
        log_format = 'xml'
        [nowhere]
        to_be = { found = 1 }";
    let variables = [("PATCHBAY__SERVER__WORKERS", "many"), ("PATCHBAY__TELEMETRY__LEVLE", "info")];
    assert_eq!(
        faults(file, &variables),
        [
            "server.port must be a whole number from 0 to 65535 (file)",
            "server.workers must be a whole number from 1 to 1024 (environment)",
            "server.body_limit_bytes must be a whole number from 1 to 1073741824 (file)",
            "database.url must start with sqlite://, postgres:// or postgresql:// (file)",
            "database.auto_migrate must be true or false (file)",
            "telemetry.log_format must be pretty or json (file)",
            "nowhere.to_be.found is not a setting that this version knows (file)",
            "server.prot is not a setting that this version knows (file)",
            "telemetry.levle is not a setting that this version knows (environment)",
            "typo is not a setting that this version knows (file)",
        ]
    );
}

#[test]
fn a_section_must_be_a_table_and_may_be_an_empty_one() {
    assert!(load("[secrets]\n[telemetry]\n[server]", &[]).is_ok());
    assert_eq!(faults("server = 5", &[]), ["server must be a table (file)"]);
    assert_eq!(faults("[nothing]", &[]), ["nothing is not a setting that this version knows"]);
    let below_a_value = [("PATCHBAY__SERVER__PORT__X", "1")];
    assert!(load("", &below_a_value).is_err());
}

#[test]
fn a_log_level_is_a_filter() {
    assert!(load("telemetry.level = 'warn,patchbay_http=debug'", &[]).is_ok());
    let expected =
        "telemetry.level must be a level or a list of TARGET=LEVEL, as in info,patchbay_http=debug (file)";
    assert_eq!(faults("telemetry.level = 'patchbay=loud'", &[]), [expected]);
}

#[test]
fn master_keys_come_from_a_list_in_any_of_its_forms() {
    let ids = |file: &str, variables: &[(&str, &str)]| match load(file, variables).unwrap().master_keys {
        MasterKeySource::Given(ring) => ring.iter().map(|key| key.id().to_string()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let (new, old) = (format!("new:{ONE}"), format!("old:{TWO}"));
    assert_eq!(ids(&format!("secrets.keys = ['{new}', '{old}']"), &[]), ["new", "old"]);
    assert_eq!(ids("", &[("PATCHBAY__SECRETS__KEYS", &format!("{new},{old}"))]), ["new", "old"]);
    assert_eq!(ids("", &[("PATCHBAY__SECRETS__KEYS", &format!(r#"["{new}","{old}"]"#))]), ["new", "old"]);
    assert!(matches!(load("secrets.keys = []", &[]).unwrap().master_keys, MasterKeySource::Missing));
}

#[test]
fn bad_master_keys_are_named_by_their_place_in_the_list() {
    let file = format!("secrets.keys = ['new:{ONE}', '{TWO}', 'old:AQE=', 'new:{TWO}']");
    assert_eq!(
        faults(&file, &[]),
        [
            "secrets.keys[1] is no master key: not of the form ID:BASE64",
            "secrets.keys[2] is no master key: its key has 2 bytes instead of 32",
            "secrets.keys[3] is no master key: entry 1 has the same id",
        ]
    );
    assert_eq!(faults("secrets.keys = [7]", &[]), ["secrets.keys must be a list of texts ID:BASE64 (file)"]);
}

#[test]
fn master_keys_are_given_in_one_place_only() {
    let file = format!("[secrets]\nkeys = ['new:{ONE}']\nkey_file = 'master.key'");
    let expected = "secrets.key_file must not be set beside secrets.keys: give only one of them";
    assert_eq!(faults(&file, &[]), [expected]);
    assert!(matches!(
        load("secrets.key_file = 'master.key'", &[]).unwrap().master_keys,
        MasterKeySource::File(path) if path == Path::new("master.key")
    ));
}

#[test]
fn no_complaint_shows_a_secret() {
    let planted = "planted-s3cret";
    let shown = |file: &str, variables: &[(&str, &str)]| {
        let error = load(file, variables).err().expect("a fault");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("planted"), "{shown}");
        shown
    };
    shown(&format!("database.url = 'mysql://ann:{planted}@db/x'"), &[]);
    shown(&format!("secrets.keys = ['{planted}']"), &[]);
    shown(&format!("secrets.keys = [{{ key = '{planted}' }}]"), &[]);
    shown(&format!("[secrets]\nkey = '{planted}'"), &[]);
    shown("", &[("PATCHBAY__SECRETS__KEYS", &format!("[{planted}"))]);
    shown("", &[("PATCHBAY__DATABASE__URL", &format!("//{planted}"))]);
    shown("", &[("PATCHBAY__DATABASE__URL__PASSWORD", planted)]);
    shown("", &[("PATCHBAY__TELEX__CATALOGUE", planted)]);
    let syntax = shown(&format!("[secrets]\nkeys = ['{planted}"), &[]);
    assert!(syntax.contains("at line 2"), "{syntax}");
}

#[test]
fn a_variable_that_is_no_text_is_a_fault_without_its_value() {
    let variables = [("PATCHBAY__DATABASE__URL".into(), OsString::from_vec(b"planted\xff".to_vec()))];
    let layers = Layers { data_dir: Path::new("data"), file: None, variables: Variables::among(variables) };
    let error = Settings::load(layers).err().expect("a fault");
    assert_eq!(error.to_string(), "database.url is not valid Unicode (set in the environment)");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let file = Some(Path::new("/nonexistent/patchbay.toml"));
    let error = Settings::load(Layers { data_dir: Path::new("data"), file, variables: Variables::default() });
    let error = error.err().expect("a fault");
    assert_eq!(error.to_string(), "the configuration file /nonexistent/patchbay.toml cannot be read");
}

#[test]
fn apps_are_offered_as_the_catalogue_says() {
    let file = "
        [[telex.catalogue]]
        name = 'Slack'
        json_url = 'https://apps.example/slack.json'
        app_url = 'https://slack.com'
        app_logo = 'https://apps.example/slack.png'
        app_description = 'Chat.'
        provider = 'slack'
        [[telex.catalogue]]
        name = 'Plain'
        json_url = 'https://apps.example/plain.json'";
    let in_environment = r#"[{"name": "Other", "json_url": "x"}]"#;
    let apps = load(file, &[]).unwrap().system_apps;
    assert_eq!(apps.len(), 2);
    assert_eq!((apps[0].name.as_str(), apps[0].provider.as_str()), ("Slack", "slack"));
    assert_eq!((apps[0].app.name.as_str(), apps[0].app.url.as_str()), ("Slack", "https://slack.com"));
    assert_eq!(apps[0].app.description, "Chat.");
    assert_eq!((apps[1].provider.as_str(), apps[1].app.logo.as_str()), ("json_manifest", ""));
    let apps = load(file, &[("PATCHBAY__TELEX__CATALOGUE", in_environment)]).unwrap().system_apps;
    assert_eq!(apps.iter().map(|app| app.name.as_str()).collect::<Vec<_>>(), ["Other"]);
}

#[test]
fn faults_of_the_catalogue_are_named_by_entry_and_member() {
    let file = "telex.catalogue = [
        { name = '', json_url = 'x', nmae = 'y' },
        { json_url = 7, provider = 'No Such' },
        { name = 'a', json_url = 'x' },
        { name = ' a ', json_url = 'y' },
        'text',
    ]";
    assert_eq!(
        faults(file, &[]),
        [
            "telex.catalogue[4] must be a table (file)",
            "telex.catalogue[0].name must not be empty (file)",
            "telex.catalogue[1].name is missing",
            "telex.catalogue[1].json_url must be text (file)",
            "telex.catalogue[1].provider may contain only lower-case letters, digits and _ (file)",
            "telex.catalogue[3].name is the name of another entry too",
            "telex.catalogue[0].nmae is not a setting that this version knows (file)",
        ]
    );
}

#[test]
fn what_may_be_reached_is_read_from_a_file_or_from_the_environment() {
    let file = "[outbound]\ntimeout_ms = 1\nallow_http = true\nallowed_ports = [443]\n\
                allowed_private_networks = ['127.0.0.1/32', 'fd00::/8']\nmax_response_bytes = 2\n\
                [providers.json_manifest]\nbase_url = 'http://127.0.0.1:9'\n";
    let variables = [
        ("PATCHBAY__OUTBOUND__TIMEOUT_MS", "1"),
        ("PATCHBAY__OUTBOUND__ALLOW_HTTP", "true"),
        ("PATCHBAY__OUTBOUND__ALLOWED_PORTS", "443"),
        ("PATCHBAY__OUTBOUND__ALLOWED_PRIVATE_NETWORKS", "127.0.0.1/32, fd00::/8"),
        ("PATCHBAY__OUTBOUND__MAX_RESPONSE_BYTES", "2"),
        ("PATCHBAY__PROVIDERS__JSON_MANIFEST__BASE_URL", "http://127.0.0.1:9"),
    ];
    for settings in [load(file, &[]).unwrap(), load("", &variables).unwrap()] {
        let expected = OutboundPolicy {
            allow_http: true,
            allowed_private_networks: ["127.0.0.1/32", "fd00::/8"].map(|text| text.parse().unwrap()).into(),
            allowed_ports: vec![443],
            timeout: Duration::from_millis(1),
            max_response_bytes: 2,
        };
        assert_eq!(settings.outbound.policy, expected);
        assert_eq!(settings.providers.manifests_from.unwrap().to_string(), "http://127.0.0.1:9");
    }
}

#[test]
fn what_may_be_reached_is_checked_without_showing_it() {
    let file = "[outbound]\ntimeout_ms = 0\nallowed_ports = [0]\nallowed_private_networks = ['planted']\n\
                [providers.json_manifest]\nbase_url = 'http://planted/path/'\n[providers.planted]\nbase_url = 'x'";
    assert_eq!(
        faults(file, &[]),
        [
            "outbound.timeout_ms must be a whole number from 1 to 3600000 (file)",
            "outbound.allowed_private_networks must be a list of networks ADDRESS/BITS, as in 127.0.0.1/32 (file)",
            "outbound.allowed_ports must be a list of ports from 1 to 65535 (file)",
            "providers.json_manifest.base_url must be http(s)://HOST or http(s)://HOST:PORT, perhaps with a path that ends in no slash (file)",
            "providers.planted.base_url must be http(s)://HOST or http(s)://HOST:PORT, perhaps with a path that ends in no slash (file)",
        ]
    );
}

#[test]
fn an_oauth_application_is_a_name_and_a_secret() {
    let file = "[providers.slack]\nclient_id = 'an id'\nclient_secret = 'planted'\n\
                redirect_uri = 'https://app.example/back?x=1'\nbase_url = 'http://127.0.0.1:9'";
    let settings = load(file, &[]).unwrap();
    let client = &settings.providers.oauth_clients[&ProviderId::slack()];
    assert_eq!((client.id.as_str(), client.secret.expose_secret()), ("an id", "planted"));
    assert_eq!(client.redirect_uri.as_deref(), Some("https://app.example/back?x=1"));
    let redirect_uris = settings.providers.redirect_uris();
    assert_eq!(redirect_uris[&ProviderId::slack()], "https://app.example/back?x=1");
    assert!(!format!("{:?}", settings.providers).contains("planted"));
    assert!(load("[providers.slack]\nbase_url = 'http://127.0.0.1:9'", &[]).is_ok());
}

#[test]
fn a_stand_in_is_for_those_that_have_no_place_of_their_own() {
    let file = "[providers.hubspot]\nbase_url = 'http://127.0.0.1:9'\n\
                [providers.slack]\nclient_id = 'an id'\nclient_secret = 'planted'";
    let mut providers = load(file, &[]).unwrap().providers;
    let known = ["hubspot", "odoo", "slack"].map(|id| ProviderId::parse(id).unwrap());
    assert_eq!(providers.origins_of(&known).len(), 1, "the others have their own hosts");
    providers.stand_in = Some("http://127.0.0.1:8090".parse().unwrap());
    let origins = providers.origins_of(&known);
    assert_eq!(origins[&known[0]].to_string(), "http://127.0.0.1:9");
    assert_eq!(origins[&known[1]].to_string(), "http://127.0.0.1:8090/odoo");
    assert_eq!(origins.get(&known[2]), None, "the operator has an application at Slack itself");
}

#[test]
fn every_provider_can_be_asked_elsewhere() {
    let file = "[providers.hubspot]\nbase_url = 'http://127.0.0.1:9'\n[providers.slack]\nbase_url = 'https://a.example'";
    let variables = [("PATCHBAY__PROVIDERS__ODOO__BASE_URL", "http://127.0.0.1:7")];
    let origins = load(file, &variables).unwrap().providers.origins;
    let named = |id: &str| origins[&ProviderId::parse(id).unwrap()].to_string();
    assert_eq!(
        ["hubspot", "odoo", "slack"].map(named),
        ["http://127.0.0.1:9", "http://127.0.0.1:7", "https://a.example"]
    );
    assert_eq!(
        faults("[providers.Hub-Spot]\nbase_url = 'http://127.0.0.1:9'\n[providers.odoo]\nbase = 'x'", &[]),
        [
            "providers.Hub-Spot.base_url is not a setting that this version knows (file)",
            "providers.odoo.base is not a setting that this version knows (file)",
        ]
    );
}

/// What is wrong with settings in view of the providers that every build has.
fn faults_beside_the_catalogue(file: &str) -> Vec<String> {
    let catalogue = Catalogue::load(&Sources::embedded()).unwrap();
    load(file, &[]).unwrap().providers.faults(&catalogue)
}

#[test]
fn every_provider_with_oauth_can_have_an_application() {
    let application =
        |id: &str| format!("[providers.{id}]\nclient_id = 'an id'\nclient_secret = 'planted'\n");
    let file = ["hubspot", "shopify"].map(application).concat();
    let clients = load(&file, &[]).unwrap().providers.oauth_clients;
    assert_eq!(clients.len(), 2);
    assert_eq!(faults_beside_the_catalogue(&file), [""; 0]);
    let file = [
        application("twilio_sms"),
        application("acme_2000"),
        "[providers.acme]\nbase_url = 'http://a.example'".to_owned(),
    ];
    assert_eq!(
        faults_beside_the_catalogue(&file.concat()),
        [
            "providers.acme.base_url: there is no provider of that id",
            "providers.acme_2000.client_id: there is no provider of that id",
            "providers.twilio_sms.client_id: this provider has no OAuth",
        ]
    );
    let lonely = "[providers.json_manifest]\nredirect_uri = 'https://app.example/back'";
    assert_eq!(
        faults_beside_the_catalogue(lonely),
        ["providers.json_manifest.redirect_uri: this provider has no OAuth"]
    );
}

#[test]
fn a_sandbox_stands_in_where_the_operator_says_nothing_else() {
    let file = "[providers.hubspot]\nbase_url = 'http://127.0.0.1:9'\n\
                [providers.slack]\nclient_id = 'an id'\nclient_secret = 'planted'";
    let mut providers = load(file, &[]).unwrap().providers;
    let catalogue = Catalogue::load(&Sources::embedded()).unwrap();
    let sandbox = "http://127.0.0.1:8090".parse().unwrap();
    providers.stand_in_for_all(&sandbox, &catalogue, ("its id", "its secret"));
    let known = ["shopify", "hubspot", "slack"].map(|id| ProviderId::parse(id).unwrap());
    let origins = providers.origins_of(&known);
    let played = known.each_ref().map(|id| {
        let origin = origins.get(id).map(ToString::to_string).unwrap_or_default();
        (providers.oauth_clients[id].id.as_str(), origin)
    });
    let origin = |text: &str| text.to_owned();
    assert_eq!(
        played,
        [
            ("its id", origin("http://127.0.0.1:8090/shopify")),
            ("its id", origin("http://127.0.0.1:9")),
            ("an id", origin("")),
        ]
    );
    assert!(!providers.oauth_clients.contains_key(&ProviderId::parse("twilio_sms").unwrap()));
    assert_eq!(providers.manifests_also_from.unwrap().to_string(), "http://127.0.0.1:8090");
}

#[test]
fn half_an_oauth_application_is_none() {
    assert_eq!(
        faults("[providers.slack]\nclient_id = 'a'\nredirect_uri = 'planted'", &[]),
        [
            "providers.slack.redirect_uri must be an absolute http(s) URL (file)",
            "providers.slack.client_secret is missing beside client_id",
        ]
    );
    assert_eq!(
        faults("[providers.slack]\nclient_secret = 'planted'", &[]),
        ["providers.slack.client_id is missing beside client_secret"]
    );
}

#[test]
fn the_token_of_the_counts_is_what_a_header_can_carry() {
    let token = |token: &str| load("", &[("PATCHBAY__METRICS__TOKEN", token)]);
    let read = token("a-Token/1+2=").unwrap().metrics.token.unwrap();
    assert_eq!(read.expose_secret(), "a-Token/1+2=");
    for wrong in ["two words", "\u{e4}", "a\tb"] {
        let faults = faults("", &[("PATCHBAY__METRICS__TOKEN", wrong)]);
        let expected = "metrics.token must be visible ASCII characters without blanks (environment)";
        assert_eq!(faults, [expected], "{wrong:?}");
    }
}

#[test]
fn entries_of_providers_come_from_a_folder_with_constants_from_anywhere() {
    let file = "[catalogue]\ndirectory = '/etc/entries'\n[catalogue.vars.whatsapp]\ngraph = 'v25.0'\n";
    let variables = [
        ("PATCHBAY__CATALOGUE__VARS__WHATSAPP__GRAPH", "v26.0"),
        ("PATCHBAY__CATALOGUE__VARS__NOTION__NOTION_VERSION", "2026-03-11"),
    ];
    let catalogue = load(file, &variables).unwrap().catalogue;
    assert_eq!(catalogue.directory.as_deref(), Some(Path::new("/etc/entries")));
    let set: Vec<_> =
        catalogue.vars.iter().flat_map(|(id, vars)| vars.iter().map(move |var| (id, var))).collect();
    let set: Vec<_> = set.iter().map(|(id, (name, value))| [id.as_str(), name, value].join(" ")).collect();
    assert_eq!(set, ["notion notion_version 2026-03-11", "whatsapp graph v26.0"]);
    assert!(load("[catalogue]\n[catalogue.vars]\n", &[]).unwrap().catalogue.vars.is_empty());
}

#[test]
fn constants_of_entries_are_named_by_provider_and_name() {
    let file = "[catalogue]\nfolder = 'x'\n[catalogue.vars]\nwhatsapp = 'v1'\nnotion.notion_version = 7\n\
                slack.a.b = 'c'\n";
    assert_eq!(
        faults(file, &[]),
        [
            "catalogue.vars.notion.notion_version must be text (file)",
            "catalogue.vars.slack.a.b must be named catalogue.vars.PROVIDER.NAME",
            "catalogue.vars.whatsapp must be named catalogue.vars.PROVIDER.NAME",
            "catalogue.folder is not a setting that this version knows (file)",
        ]
    );
}
