//! The database of a measured server, set back before each start.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::plan::{Backend, Side};
use super::postgres::Databases;

/// A database that can be kept and restored while its server is down.
///
/// Every start finds the same rows, so that a round is not slowed by the rows of those before it.
pub(super) enum Store {
    Sqlite { file: PathBuf },
    Postgres(Databases),
}

impl Store {
    /// An empty one. `server` is the PostgreSQL URL that was given, if one was.
    pub fn create(
        backend: Backend,
        side: Side,
        directory: &Path,
        server: Option<&str>,
    ) -> anyhow::Result<Self> {
        match backend {
            Backend::Sqlite => Ok(Self::Sqlite { file: directory.join("rows.db") }),
            Backend::Postgres => {
                let server = server.context("no PostgreSQL URL was given")?;
                let side = match side {
                    Side::Reference => "reference",
                    Side::Service => "service",
                };
                let name = format!("patchbay_bench_{side}_{}", std::process::id());
                Ok(Self::Postgres(Databases::create(server, &name)?))
            }
        }
    }

    /// Its URL, the same for as long as it exists.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { file } => format!("sqlite://{}", file.display()),
            Self::Postgres(databases) => databases.url(),
        }
    }

    /// Makes what is stored now what [`Self::restore`] goes back to.
    pub fn keep(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite { file } => keep_sqlite(file),
            Self::Postgres(databases) => databases.keep(),
        }
    }

    /// Goes back to what was kept.
    pub fn restore(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite { file } => restore_sqlite(file),
            Self::Postgres(databases) => databases.restore(),
        }
    }
}

fn seeded(file: &Path) -> PathBuf {
    file.with_extension("seeded")
}

/// Moves the write-ahead log into the file, which then is the whole database.
fn keep_sqlite(file: &Path) -> anyhow::Result<()> {
    let path = file.to_str().context("a path that is no text")?;
    let mut connection = SqliteConnection::establish(path).context("opening the seeded database")?;
    connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").context("emptying the write-ahead log")?;
    drop(connection);
    fs::copy(file, seeded(file)).context("keeping the seeded database")?;
    Ok(())
}

fn restore_sqlite(file: &Path) -> anyhow::Result<()> {
    for suffix in ["-wal", "-shm"] {
        let mut beside = file.as_os_str().to_owned();
        beside.push(suffix);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    fs::copy(seeded(file), file).context("restoring the seeded database")?;
    // The copy is written out now, not in the middle of a round.
    File::open(file).and_then(|copy| copy.sync_all()).context("restoring the seeded database")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{Database, FIRST_SEQUENCE, Row, row_id};

    #[test]
    fn a_restored_database_holds_what_was_kept_and_nothing_later() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::create(Backend::Sqlite, Side::Reference, directory.path(), None).unwrap();
        let database: Database = store.url().parse().unwrap();
        database.open().unwrap().seed(3).unwrap();
        store.keep().unwrap();
        let mut open = database.open().unwrap();
        open.insert(&Row::seeded(FIRST_SEQUENCE + 3)).unwrap();
        let [log, aside] = ["rows.db-wal", "aside"].map(|name| directory.path().join(name));
        fs::copy(&log, &aside).unwrap();
        drop(open);
        fs::rename(&aside, &log).unwrap(); // as after a server that was killed
        store.restore().unwrap();
        let mut restored = database.open().unwrap();
        assert!(restored.find(&row_id(FIRST_SEQUENCE + 2)).unwrap().is_some());
        assert_eq!(restored.find(&row_id(FIRST_SEQUENCE + 3)).unwrap(), None);
    }

    #[test]
    fn postgresql_needs_its_url() {
        let directory = tempfile::tempdir().unwrap();
        assert!(Store::create(Backend::Postgres, Side::Service, directory.path(), None).is_err());
    }
}
