//! Statements whose text never changes.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::methods::ExecuteDsl;

/// A statement that is known by `Name` alone, so that the prepared one is found without its
/// text: Diesel writes that of an INSERT with `ON CONFLICT` and of an UPDATE anew each time,
/// because it cannot know that it stays the same.
///
/// All that one `Name` is given to must have the same text on the same database. What is
/// inserted always has, for rows that never leave a column to its default.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constant<Name, Q> {
    statement: Q,
    name: PhantomData<fn() -> Name>,
}

/// Names a statement; `Name` may be any type that stands for no other one.
pub(crate) const fn constant<Name, Q>(statement: Q) -> Constant<Name, Q> {
    Constant { statement, name: PhantomData }
}

impl<Name, Q> Constant<Name, Q> {
    /// Runs it; answers how many rows it changed.
    pub(crate) fn execute<C: diesel::Connection>(self, conn: &mut C) -> QueryResult<usize>
    where
        Self: ExecuteDsl<C>,
    {
        ExecuteDsl::execute(self, conn)
    }
}

impl<Name: 'static, Q> QueryId for Constant<Name, Q> {
    type QueryId = Constant<Name, ()>;
}

impl<Name, Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Constant<Name, Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.statement.walk_ast(out)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::{Connection, InstrumentationEvent};
    use diesel::prelude::*;

    use super::*;

    diesel::table! {
        items (id) {
            id -> Integer,
            name -> Text,
        }
    }

    struct Item;

    #[test]
    fn a_constant_statement_is_prepared_once_and_takes_its_own_values() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        diesel::sql_query("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)")
            .execute(&mut conn)
            .unwrap();
        let prepared = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&prepared);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::CacheQuery { sql, .. } = event {
                record.lock().unwrap().push(sql.to_owned());
            }
        });
        let changed = [(1, "one"), (2, "two"), (1, "taken")].map(|(id, name)| {
            let values = (items::id.eq(id), items::name.eq(name));
            let statement = diesel::insert_into(items::table).values(values).on_conflict_do_nothing();
            constant::<Item, _>(statement).execute(&mut conn).unwrap()
        });
        assert_eq!(changed, [1, 1, 0]);
        let prepared = std::mem::take(&mut *prepared.lock().unwrap());
        assert!(matches!(&prepared[..], [sql] if sql.contains("ON CONFLICT")), "{prepared:?}");
        let names = items::table.order(items::id).select(items::name).load::<String>(&mut conn);
        assert_eq!(names.unwrap(), ["one", "two"]);
    }
}
