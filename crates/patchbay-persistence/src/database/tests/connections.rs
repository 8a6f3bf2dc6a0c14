//! How connections are set up, and what the operator is told when they cannot be.

use diesel::sql_types::{BigInt, Text};
use rstest::rstest;

use super::*;
use crate::database::ConnectError;
use crate::database::location::Location;
use crate::database::manager::{Manager, libpq_knows_tls};

fn connect(url: &str) -> Result<Database, ConnectError> {
    Database::connect(&options(url, 1, Duration::from_secs(5)))
}

/// The error, checked to be one line without the password.
fn refusal(url: &str) -> String {
    let error = connect(url).unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    assert!(!error.contains("s3cret"), "{error}");
    error
}

#[rstest]
#[case("synchronous", 2)]
#[case("foreign_keys", 1)]
#[case("busy_timeout", 30_000)]
#[case("secure_delete", 1)]
#[case("temp_store", 2)]
#[tokio::test]
async fn every_sqlite_connection_is_durable_and_strict(#[case] pragma: &'static str, #[case] expected: i64) {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = BigInt)]
        value: i64,
    }
    let Opened { db, place: _place } = open(Backend::Sqlite);
    let ask = move |conn: &mut AnyConnection| {
        let column = if pragma == "busy_timeout" { "timeout" } else { pragma };
        let query = format!("SELECT {column} AS value FROM pragma_{pragma}");
        diesel::sql_query(query).get_result::<Setting>(conn).map(|row| row.value).map_err(unavailable)
    };
    assert_eq!(db.read(ask).await.unwrap(), expected);
    assert_eq!(db.write(ask).await.unwrap(), expected);
}

#[test]
fn a_new_file_can_be_opened_by_several_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..200 {
        let path = folder.path().join(format!("{round}.db"));
        let (begin, all) = (std::sync::Barrier::new(8), std::sync::atomic::AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let manager = Manager {
                        location: Location::Sqlite(path.clone()),
                        patience: Duration::from_secs(30),
                    };
                    begin.wait();
                    r2d2::ManageConnection::connect(&manager).unwrap();
                    all.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                });
            }
        });
        assert_eq!(all.into_inner(), 8);
    }
}

#[tokio::test]
async fn every_postgresql_connection_speaks_utc_and_has_a_deadline() {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let Opened { db, place: _place } = open(Backend::Postgres);
    for (name, expected) in [
        ("TimeZone", "UTC"),
        ("client_encoding", "UTF8"),
        ("statement_timeout", "30s"),
        ("application_name", "patchbay"),
    ] {
        let query = format!("SELECT current_setting('{name}') AS value");
        let ask = move |conn: &mut AnyConnection| {
            let row = diesel::sql_query(query.clone()).get_result::<Setting>(conn);
            row.map(|row| row.value).map_err(unavailable)
        };
        assert_eq!(db.read(ask).await.unwrap(), expected, "{name}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_sqlite_file_is_readable_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = TestDatabase::new(Backend::Sqlite);
    let db = connect(&place.url).unwrap();
    db.write(|conn| conn.run_sql("CREATE TABLE items (id INTEGER)").map_err(unavailable)).await.unwrap();
    let mut seen = Vec::new();
    for entry in place.directory().read_dir().unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        seen.push(entry.file_name());
    }
    assert!(seen.len() >= 2, "the file and its log: {seen:?}");
}

#[test]
fn a_sqlite_file_that_cannot_be_is_refused_in_one_line() {
    let error = refusal("sqlite:///no/such/directory/patchbay.db");
    assert!(error.contains("sqlite:///no/such/directory/patchbay.db"), "{error}");
    assert!(error.contains("No such file or directory"), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let place = TestDatabase::new(Backend::Sqlite);
    std::fs::write(place.directory().join("patchbay.db"), "not a database, but long enough for a header")
        .unwrap();
    assert!(refusal(&place.url).contains("not a database"));
}

#[test]
fn a_server_that_is_not_there_is_refused_in_one_line_without_the_password() {
    let error = refusal("postgres://ann:s3cret@127.0.0.1:1/patchbay");
    assert!(error.contains("postgres://127.0.0.1/patchbay"), "{error}");
    refusal("postgres://ann@%2Fno%2Fsuch%2Fsocket/patchbay?password=s3cret");
}

#[test]
fn a_server_on_a_network_is_refused_without_tls_unless_that_is_meant() {
    let silent = connect("postgres://ann:s3cret@host.invalid/patchbay").unwrap_err();
    let refused = matches!(silent, ConnectError::Plaintext(_));
    assert_eq!(refused, !libpq_knows_tls(), "{silent}");
    let meant = refusal("postgres://ann:s3cret@host.invalid/patchbay?sslmode=disable");
    assert!(meant.contains("cannot open the database postgres://host.invalid/patchbay"), "{meant}");
}
