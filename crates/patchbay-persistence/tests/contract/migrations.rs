//! The schema: the same on both sides, and made once however many start at once.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Text;
use rstest::rstest;

use crate::fixtures::{Store, connect};
use crate::support::{Backend, TestDatabase};

#[rstest]
#[tokio::test]
async fn many_that_start_at_once_make_the_schema_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    let starting: Vec<_> = (0..8)
        .map(|_| {
            let db = connect(&place);
            tokio::spawn(async move { db.migrate().await.map(|applied| applied.len()) })
        })
        .collect();
    let mut applied = 0;
    for one in starting {
        applied += one.await.unwrap().unwrap();
    }
    let db = connect(&place);
    assert!(applied > 0);
    assert!(db.pending_migrations().await.unwrap().is_empty());
    assert!(db.migrate().await.unwrap().is_empty());
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What a query says of the schema.
fn lines(store: &Store, backend: Backend, sql: &str) -> BTreeSet<String> {
    let rows = match backend {
        Backend::Sqlite => {
            let path = store.place.directory().join("patchbay.db");
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            diesel::sql_query(sql).load::<Line>(&mut conn).unwrap()
        }
        Backend::Postgres => {
            let mut conn = PgConnection::establish(&store.place.url).unwrap();
            diesel::sql_query(sql).load::<Line>(&mut conn).unwrap()
        }
    };
    rows.into_iter().map(|row| row.line).collect()
}

const SQLITE_COLUMNS: &str = "
    SELECT t.name || '.' || c.name || ' ' || replace(c.type, 'BLOB', 'BYTEA')
        || CASE c.\"notnull\" WHEN 1 THEN ' NOT NULL' ELSE '' END AS line
    FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

const POSTGRES_COLUMNS: &str = "
    SELECT table_name || '.' || column_name || ' '
        || upper(replace(data_type, ' without time zone', ''))
        || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END AS line
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let sqlite = Store::open(Backend::Sqlite).await;
    let postgres = Store::open(Backend::Postgres).await;
    let sqlite = lines(&sqlite, Backend::Sqlite, SQLITE_COLUMNS);
    assert_eq!(sqlite, lines(&postgres, Backend::Postgres, POSTGRES_COLUMNS));
    assert!(sqlite.contains("integrations.credentials BYTEA"), "{sqlite:#?}");
}

const SQLITE_INDEXES: &str = "
    SELECT t.name || ' ' || i.\"unique\" || i.partial || ' '
        || (SELECT group_concat(coalesce(name, '(expression)'), ',')
            FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS line
    FROM sqlite_master t, pragma_index_list(t.name) i
    WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

const POSTGRES_INDEXES: &str = "
    SELECT t.relname || ' ' || i.indisunique::int || (i.indpred IS NOT NULL)::int || ' '
        || (SELECT string_agg(coalesce(a.attname, '(expression)'), ',' ORDER BY k.place)
            FROM unnest(i.indkey) WITH ORDINALITY k (number, place)
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number AND k.number <> 0) AS line
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE n.nspname = 'public' AND t.relname NOT LIKE '\\_\\_%'";

/// A violation of an index over an expression is named by no database alike; and every
/// index begins with the organisation, but for those that find one, and those that serve all of
/// them in the background.
#[rstest]
#[tokio::test]
async fn indexes_lead_with_the_organisation_and_hold_no_expressions(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let sql = if backend == Backend::Sqlite { SQLITE_INDEXES } else { POSTGRES_INDEXES };
    let indexes = lines(&store, backend, sql);
    assert!(indexes.contains("integrations 01 organisation_id,created_at,id"), "{indexes:#?}");
    assert!(indexes.contains("unique_keys 10 organisation_id,key"), "{indexes:#?}");
    for index in indexes {
        assert!(!index.contains("(expression)"), "{index}");
        let finds_an_organisation = index == "organisations 10 id"
            || index == "installation 10 id"
            || index == "api_keys 10 hash"
            || index == "api_keys 10 id"
            || index == "authorizations 10 link"
            || index == "authorizations 11 state";
        let serves_all = index == "receipts 00 created_at"
            || index == "health 01 due_at"
            || index == "authorizations 00 expires_at"
            || index == "token_refreshes 01 due_at";
        let columns = index.rsplit(' ').next().unwrap();
        assert!(
            finds_an_organisation || serves_all || columns.split(',').next() == Some("organisation_id"),
            "{index}"
        );
    }
}

/// A deferred constraint would fail a whole group of commits for one row of one of them.
#[tokio::test]
async fn no_constraint_is_deferred() {
    let sqlite = Store::open(Backend::Sqlite).await;
    let deferred = "SELECT name AS line FROM sqlite_master WHERE sql LIKE '%DEFERR%'";
    assert!(lines(&sqlite, Backend::Sqlite, deferred).is_empty());
    let postgres = Store::open(Backend::Postgres).await;
    let deferred = "SELECT conname::text AS line FROM pg_constraint WHERE condeferrable";
    assert!(lines(&postgres, Backend::Postgres, deferred).is_empty());
}
