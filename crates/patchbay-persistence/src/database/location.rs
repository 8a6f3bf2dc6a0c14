//! Where a database is, read from its URL.

use std::path::PathBuf;

use super::ConnectError;
use super::postgres_url::PostgresUrl;

/// A database's place. Shown without any secret.
#[derive(Clone, Debug)]
pub(super) enum Location {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(PostgresUrl),
}

impl Location {
    /// Reads `sqlite://path`, `postgres://…` or `postgresql://…`.
    ///
    /// The scheme alone decides: a mistyped server address must not become the name of a
    /// new SQLite file.
    pub(super) fn parse(url: &str) -> Result<Self, ConnectError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return sqlite_path(path).map(Self::Sqlite);
        }
        match url.split_once("://") {
            Some(("postgres" | "postgresql", _)) => PostgresUrl::parse(url).map(Self::Postgres),
            _ => Err(ConnectError::Url("it must start with sqlite://, postgres:// or postgresql://")),
        }
    }

    /// How messages name it: neither user nor password.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
            Self::Postgres(url) => url.label().to_owned(),
        }
    }
}

fn sqlite_path(rest: &str) -> Result<PathBuf, ConnectError> {
    const IN_MEMORY: &str = "a database in memory would be another one for each connection; name a file";
    match rest.strip_prefix("//") {
        _ if rest.trim_start_matches('/').starts_with(":memory:") => Err(ConnectError::Url(IN_MEMORY)),
        None | Some("") => Err(ConnectError::Url("after sqlite:// comes the path of a file")),
        Some(path) if path.contains('?') => Err(ConnectError::Url("sqlite:// takes no parameters")),
        // Joined to `.`, so that SQLite never takes a name for one of its own URIs.
        Some(path) => Ok(PathBuf::from(".").join(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(url: &str) -> String {
        match Location::parse(url) {
            Ok(Location::Sqlite(path)) => path.display().to_string(),
            other => panic!("{url} is read as {other:?}"),
        }
    }

    #[test]
    fn a_sqlite_path_is_relative_or_absolute() {
        assert_eq!(path("sqlite://data/patchbay.db"), "./data/patchbay.db");
        assert_eq!(path("sqlite:///var/lib/patchbay.db"), "/var/lib/patchbay.db");
        assert_eq!(path("sqlite://file:strange.db"), "./file:strange.db");
    }

    #[test]
    fn what_names_no_file_and_no_server_is_refused() {
        for url in [
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite://",
            "sqlite:patchbay.db",
            "sqlite://patchbay.db?mode=memory",
            "postgre://localhost/patchbay",
            "mysql://localhost/patchbay",
            "patchbay.db",
            "",
        ] {
            assert!(matches!(Location::parse(url), Err(ConnectError::Url(_))), "{url}");
        }
    }
}
