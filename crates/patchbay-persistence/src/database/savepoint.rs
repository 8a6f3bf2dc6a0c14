//! The savepoint of one job, by statements that stay prepared.
//!
//! Diesel's own savepoints are written and parsed anew each time, which shows where a group
//! has many small jobs. This one stands below all that a job may open through Diesel, and
//! Diesel does not count it.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::{Sqlite, SqliteConnection};

/// A savepoint can be set. There is none unless a transaction is open: there, it would begin
/// one of its own.
pub(super) fn set(conn: &mut SqliteConnection) -> QueryResult<()> {
    Set.execute(conn).map(drop)
}

/// Keeps what was done since.
pub(super) fn keep(conn: &mut SqliteConnection) -> QueryResult<()> {
    Release.execute(conn).map(drop)
}

/// Undoes what was done since.
pub(super) fn undo(conn: &mut SqliteConnection) -> QueryResult<()> {
    RollBack.execute(conn)?;
    keep(conn)
}

/// A statement without values.
macro_rules! statement {
    ($name:ident, $sql:literal) => {
        #[derive(Clone, Copy, QueryId)]
        struct $name;

        impl QueryFragment<Sqlite> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql($sql);
                Ok(())
            }
        }

        impl RunQueryDsl<SqliteConnection> for $name {}
    };
}

statement!(Set, "SAVEPOINT job");
statement!(Release, "RELEASE job");
statement!(RollBack, "ROLLBACK TO job");
