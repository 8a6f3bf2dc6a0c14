//! A PostgreSQL URL: what must be known of it before libpq sees it.

use std::fmt;
use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::ConnectError;

/// What is added to a URL that does not say it itself: a lost peer is noticed within
/// seconds instead of the system's hours.
const DEFAULTS: [(&str, &str); 6] = [
    ("fallback_application_name", "patchbay"),
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "15000"),
];

/// A PostgreSQL URL as libpq reads it, with what must be known beforehand.
#[derive(Clone)]
pub(super) struct PostgresUrl {
    conninfo: SecretString,
    password: Option<SecretString>,
    label: String,
    may_be_overheard: bool,
}

impl PostgresUrl {
    /// Reads a URL whose scheme was looked at already.
    ///
    /// An unescaped character in a password makes libpq read its rest as host, port or
    /// database, and quote it in an error: such URLs are refused here, without quoting.
    pub(super) fn parse(url: &str) -> Result<Self, ConnectError> {
        const ESCAPE: &str = "percent-encode @, :, / and ? in user name and password";
        let refused = |reason| Err(ConnectError::Url(reason));
        let (_, rest) = url.split_once("://").unwrap_or_default();
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = place.split_once('/').unwrap_or((place, ""));
        let (user_info, hosts) = authority.split_once('@').unwrap_or(("", authority));
        let parameters: Vec<(&str, &str)> =
            query.split('&').filter(|one| !one.is_empty()).filter_map(|one| one.split_once('=')).collect();
        if [hosts, database, query].iter().any(|part| part.contains('@')) {
            return refused(ESCAPE);
        }
        if parameters.len() != query.split('&').filter(|one| !one.is_empty()).count() {
            return refused("every parameter after ? has the form name=value");
        }
        if !hosts.split(',').all(has_plain_port) {
            return refused(ESCAPE);
        }
        let named = named_hosts(hosts, &parameters);
        if named.is_empty() {
            return refused("name the host, or the socket's directory as ?host=/run/postgresql");
        }
        let unprotected = parameters.contains(&("sslmode", "disable"));
        Ok(Self {
            conninfo: with_defaults(url, &parameters),
            password: password(user_info, &parameters),
            label: format!("postgres://{}/{database}", named.join(",")),
            may_be_overheard: !unprotected && !named.iter().all(|host| is_local(host)),
        })
    }

    /// What libpq is given.
    pub(super) const fn conninfo(&self) -> &SecretString {
        &self.conninfo
    }

    /// How messages name it: hosts and database, neither user nor password.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Whether it leads over a network to which nobody said that TLS may be missing.
    pub(super) const fn may_be_overheard(&self) -> bool {
        self.may_be_overheard
    }

    /// A driver's message as one line that never holds the password.
    pub(super) fn scrub(&self, message: &str) -> String {
        let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
        match &self.password {
            Some(password) if line.contains(password.expose_secret()) => {
                "refused; the reason names the password and is not shown".to_owned()
            }
            _ => line,
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// Whether what follows the host is a number, or nothing.
fn has_plain_port(host: &str) -> bool {
    let after_address = host.rsplit_once(']').map_or(host, |(_, rest)| rest);
    match after_address.split_once(':') {
        None => true,
        Some((_, port)) => port.chars().all(|c| c.is_ascii_digit()),
    }
}

/// Every host that the connection may go to, without port.
fn named_hosts(authority: &str, parameters: &[(&str, &str)]) -> Vec<String> {
    let without_port = |host: &str| match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address.to_owned(),
        None => decoded(host.split(':').next().unwrap_or_default()),
    };
    let given = parameters.iter().filter(|(name, _)| matches!(*name, "host" | "hostaddr"));
    let given = given.flat_map(|(_, hosts)| hosts.split(',')).map(decoded);
    authority.split(',').map(without_port).chain(given).filter(|host| !host.is_empty()).collect()
}

/// Whether what is sent there stays on this machine.
fn is_local(host: &str) -> bool {
    let socket = host.starts_with('/') || host.starts_with('@');
    socket || host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn password(user_info: &str, parameters: &[(&str, &str)]) -> Option<SecretString> {
    let given = parameters.iter().find(|(name, _)| *name == "password").map(|(_, password)| *password);
    let password = given.or_else(|| user_info.split_once(':').map(|(_, password)| password))?;
    (!password.is_empty()).then(|| SecretString::from(decoded(password)))
}

fn with_defaults(url: &str, parameters: &[(&str, &str)]) -> SecretString {
    let mut conninfo = url.to_owned();
    for (name, value) in DEFAULTS {
        if parameters.iter().all(|(given, _)| *given != name) {
            conninfo.push(if conninfo.contains('?') { '&' } else { '?' });
            conninfo.extend([name, "=", value]);
        }
    }
    SecretString::from(conninfo)
}

/// Undoes percent-encoding; in these URLs a plus sign is itself.
fn decoded(text: &str) -> String {
    let pair = format!("={}", text.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> PostgresUrl {
        PostgresUrl::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[test]
    fn only_hosts_and_database_are_shown() {
        let url = parse("postgres://ann:s%40cret%2B1@db1:5433,db2/patchbay?application_name=x");
        assert_eq!(url.label(), "postgres://db1,db2/patchbay");
        assert_eq!(format!("{url:?}"), "postgres://db1,db2/patchbay");
        assert_eq!(parse("postgres://ann@%2Frun%2Fpg/db").label(), "postgres:///run/pg/db");
    }

    #[test]
    fn a_message_that_holds_the_password_is_not_shown() {
        for url in ["postgres://ann:s%40c+ret@db/x", "postgres://ann@db/x?password=s%40c%2Bret"] {
            let url = parse(url);
            assert!(!url.scrub("no host \"s@c+ret\"").contains("s@c+ret"));
            assert_eq!(url.scrub("no route\n\tto host\n"), "no route to host");
        }
    }

    #[test]
    fn only_networks_can_be_overheard() {
        for url in [
            "postgres://ann@localhost/x",
            "postgres://ann@127.0.0.2:5432/x",
            "postgres://ann@[::1]:5432/x",
            "postgres://ann@%2Frun%2Fpostgresql/x",
            "postgres:///x?host=/run/postgresql",
            "postgres://db.example/x?sslmode=disable",
        ] {
            assert!(!parse(url).may_be_overheard(), "{url}");
        }
        for url in [
            "postgres://ann@db.example/x",
            "postgres://localhost,10.0.0.7/x",
            "postgres://localhost/x?hostaddr=10.0.0.7",
            "postgres://[2001:db8::1]/x?sslmode=prefer",
            "postgres://localhost.example/x",
        ] {
            assert!(parse(url).may_be_overheard(), "{url}");
        }
    }

    #[test]
    fn what_libpq_would_misread_is_refused_unquoted() {
        for url in [
            "postgres://ann:s3cret/x@db/patchbay",
            "postgres://ann:12/s3cret@db/patchbay",
            "postgres://ann:s3cret@x@db/patchbay",
            "postgres://ann:12?s3cret@db/patchbay",
            "postgres://ann:s3cret?x@db/patchbay",
            "postgres://db/patchbay?s3cret",
            "postgres:///patchbay",
        ] {
            let error = PostgresUrl::parse(url).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{url}: {error}");
        }
    }

    #[test]
    fn what_the_url_says_itself_is_not_overridden() {
        let url = parse("postgres://db/x?sslmode=disable&connect_timeout=60");
        let conninfo = url.conninfo().expose_secret();
        assert!(conninfo.contains("connect_timeout=60") && !conninfo.contains("connect_timeout=5"));
        assert!(conninfo.contains("&tcp_user_timeout=15000"), "{conninfo}");
    }
}
