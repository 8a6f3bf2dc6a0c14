//! Databases of the driver's own on a PostgreSQL server, dropped when it ends.

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// A database in use and the one it is copied from.
pub(super) struct Databases {
    /// A URL of the server, of a database that is not touched.
    server: String,
    name: String,
}

impl Databases {
    /// Makes an empty database of that name, replacing an older one.
    pub fn create(server: &str, name: &str) -> anyhow::Result<Self> {
        let own = Self { server: server.to_owned(), name: name.to_owned() };
        own.on_server(&[own.drop_current(), format!("CREATE DATABASE {name}")])?;
        Ok(own)
    }

    /// The URL of the database in use.
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// Makes what is stored now what [`Self::restore`] goes back to. Nobody may be connected.
    pub fn keep(&self) -> anyhow::Result<()> {
        connect(&self.url())?.batch_execute("VACUUM ANALYZE").context("gathering statistics")?;
        let copy = format!("CREATE DATABASE {0}_seeded TEMPLATE {0}", self.name);
        self.on_server(&[self.drop_seeded(), copy])
    }

    /// Goes back to what was kept. Nobody may be connected.
    pub fn restore(&self) -> anyhow::Result<()> {
        let copy = format!("CREATE DATABASE {0} TEMPLATE {0}_seeded", self.name);
        self.on_server(&[self.drop_current(), copy])?;
        // The copy is written out now, not in the middle of a round, where the role may ask for that.
        self.on_server(&["CHECKPOINT".to_owned()]).ok();
        Ok(())
    }

    fn drop_current(&self) -> String {
        format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)
    }

    fn drop_seeded(&self) -> String {
        format!("DROP DATABASE IF EXISTS {}_seeded WITH (FORCE)", self.name)
    }

    /// One statement at a time: none of these may be part of a transaction.
    fn on_server(&self, statements: &[String]) -> anyhow::Result<()> {
        let mut connection = connect(&self.server)?;
        statements
            .iter()
            .try_for_each(|statement| connection.batch_execute(statement).with_context(|| statement.clone()))
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        self.on_server(&[self.drop_current(), self.drop_seeded()]).ok(); // the server may be gone itself
    }
}

fn connect(url: &str) -> anyhow::Result<PgConnection> {
    // The error is not shown: it may quote the URL, and a URL may hold a password.
    PgConnection::establish(url).ok().context("PostgreSQL cannot be reached under the URL of --postgres")
}

/// The same server and parameters, another database.
fn with_database(url: &str, name: &str) -> String {
    let (before_query, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let authority = before_query.find("://").map_or(0, |scheme| scheme + "://".len());
    let path = before_query[authority..].find('/').map_or(before_query.len(), |slash| authority + slash);
    format!("{}/{name}{query}", &before_query[..path])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_a_url_is_replaced() {
        for (url, expected) in [
            ("postgres://u:p@h:5432/postgres", "postgres://u:p@h:5432/mine"),
            ("postgres://h", "postgres://h/mine"),
            ("postgres:///postgres?host=/run/pg", "postgres:///mine?host=/run/pg"),
            ("postgres://u@h?sslmode=disable", "postgres://u@h/mine?sslmode=disable"),
        ] {
            assert_eq!(with_database(url, "mine"), expected);
        }
    }
}
