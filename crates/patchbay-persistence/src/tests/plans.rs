//! Every statement that is asked for often is answered from an index, whatever the size of
//! the table.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::DateTime;
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use diesel::sql_types::Text;
use patchbay_domain::{
    ApiKeyId, ChannelKind, EnvironmentId, EventId, Integration, IntegrationDraft, IntegrationFilter,
    IntegrationId, IntegrationName, OrganisationId, Origin, PageRequest, ProviderId, ReceiptId, Scope,
    Status,
};
use rstest::rstest;
use uuid::Uuid;

use crate::database::{AnyConnection, Database, DatabaseOptions, unavailable};
use crate::test_support::{Backend, TestDatabase};
use crate::{
    api_keys, authorizations, environments, events, health, integrations, key_lookup, key_uses, manifests,
    rankings, receipts, sealed_store, settings, token_refreshes, unit_of_work,
};

type Statement = fn(&mut AnyConnection) -> QueryResult<()>;

fn whole() -> Scope {
    Scope::new(OrganisationId::from_uuid(Uuid::nil()), None)
}

fn bound() -> Scope {
    Scope::new(OrganisationId::from_uuid(Uuid::nil()), Some(EnvironmentId::from_uuid(Uuid::nil())))
}

const PAGE: PageRequest<patchbay_domain::IntegrationPosition> = PageRequest { after: None, limit: 50 };

fn all() -> IntegrationFilter {
    IntegrationFilter::default()
}

fn custom() -> IntegrationFilter {
    IntegrationFilter::of(Origin::Custom)
}

fn paused() -> IntegrationFilter {
    IntegrationFilter { status: Some(Status::Paused), ..IntegrationFilter::default() }
}

#[rstest]
#[case::page(|conn: &mut AnyConnection| integrations::list(conn, &whole(), &all(), PAGE).map(drop))]
#[case::page_bound(|conn: &mut AnyConnection| integrations::list(conn, &bound(), &all(), PAGE).map(drop))]
#[case::custom(|conn: &mut AnyConnection| integrations::list(conn, &whole(), &custom(), PAGE).map(drop))]
#[case::custom_bound(|conn: &mut AnyConnection| integrations::list(conn, &bound(), &custom(), PAGE).map(drop))]
#[case::paused(|conn: &mut AnyConnection| integrations::list(conn, &bound(), &paused(), PAGE).map(drop))]
#[case::counted(|conn: &mut AnyConnection| integrations::count(conn, &whole(), &all()).map(drop))]
#[case::counted_bound(|conn: &mut AnyConnection| integrations::count(conn, &bound(), &all()).map(drop))]
#[case::counted_custom(|conn: &mut AnyConnection| integrations::count(conn, &whole(), &custom()).map(drop))]
#[case::health(|conn: &mut AnyConnection| health::find(conn, &whole(), IntegrationId::from_uuid(Uuid::nil())).map(drop))]
#[case::health_bound(|conn: &mut AnyConnection| health::find(conn, &bound(), IntegrationId::from_uuid(Uuid::nil())).map(drop))]
#[case::health_due(|conn: &mut AnyConnection| health::due(conn, chrono::NaiveDateTime::MAX, 32).map(drop))]
#[case::refresh(|conn: &mut AnyConnection| token_refreshes::find(conn, &whole(), IntegrationId::from_uuid(Uuid::nil())).map(drop))]
#[case::refresh_bound(|conn: &mut AnyConnection| token_refreshes::find(conn, &bound(), IntegrationId::from_uuid(Uuid::nil())).map(drop))]
#[case::refresh_due(|conn: &mut AnyConnection| token_refreshes::due(conn, chrono::NaiveDateTime::MAX, 32).map(drop))]
#[case::authorization_by_link(|conn: &mut AnyConnection| authorizations::by_link(conn, &[0; 32]).map(drop))]
#[case::authorization_by_state(|conn: &mut AnyConnection| authorizations::by_state(conn, &[0; 32]).map(drop))]
#[case::authorizations_over(|conn: &mut AnyConnection| authorizations::over(conn, chrono::NaiveDateTime::MAX, 50).map(drop))]
#[case::authorizations_of_integration(|conn: &mut AnyConnection| { delete_authorizations(conn); Ok(()) })]
#[case::manifest(|conn: &mut AnyConnection| manifests::find(conn, &whole(), IntegrationId::from_uuid(Uuid::nil())).map(drop))]
#[case::manifest_bound(|conn: &mut AnyConnection| manifests::find(conn, &bound(), IntegrationId::from_uuid(Uuid::nil())).map(drop))]
#[case::environment(|conn: &mut AnyConnection| environments::find(conn, &whole(), EnvironmentId::from_uuid(Uuid::nil())).map(drop))]
#[case::environments(|conn: &mut AnyConnection| environments::list(conn, &whole()).map(drop))]
#[case::keys(|conn: &mut AnyConnection| api_keys::list(conn, &whole()).map(drop))]
#[case::key_by_hash(|conn: &mut AnyConnection| key_lookup::by_hash(conn, &[0; 32]).map(drop))]
#[case::key_by_id(|conn: &mut AnyConnection| key_lookup::by_id(conn, ApiKeyId::from_uuid(Uuid::nil())).map(drop))]
#[case::key_use(|conn: &mut AnyConnection| key_uses::save(conn, ApiKeyId::from_uuid(Uuid::nil()), DateTime::UNIX_EPOCH))]
#[case::settings(|conn: &mut AnyConnection| settings::list(conn, &whole(), IntegrationId::from_uuid(Uuid::nil()), "").map(drop))]
#[case::settings_bound(|conn: &mut AnyConnection| settings::list(conn, &bound(), IntegrationId::from_uuid(Uuid::nil()), "x").map(drop))]
#[case::sealed_credentials(|conn: &mut AnyConnection| sealed_store::credentials(conn, ("", ""), 50).map(drop))]
#[case::sealed_grants(|conn: &mut AnyConnection| sealed_store::grants(conn, ("", ""), 50).map(drop))]
#[case::sealed_previous_refreshes(|conn: &mut AnyConnection| sealed_store::previous_refreshes(conn, ("", ""), 50).map(drop))]
#[case::holder(|conn: &mut AnyConnection| integrations::find_holder(conn, &whole(), "x").map(drop))]
#[case::holder_bound(|conn: &mut AnyConnection| integrations::find_holder(conn, &bound(), "x").map(drop))]
#[case::deleted(|conn: &mut AnyConnection| integrations::find_deleted(conn, &whole(), IntegrationId::from_uuid(Uuid::nil())).map(drop))]
#[case::ranking(|conn: &mut AnyConnection| rankings::find(conn, &whole(), EnvironmentId::from_uuid(Uuid::nil()), ChannelKind::Email).map(drop))]
#[case::sealed_receipts(|conn: &mut AnyConnection| sealed_store::receipt_contents(conn, ("", ""), 50).map(drop))]
#[case::receipt(|conn: &mut AnyConnection| receipts::find(conn, &whole(), ReceiptId::from_uuid(Uuid::nil())).map(drop))]
#[case::old_receipts(|conn: &mut AnyConnection| receipts::old(conn, chrono::NaiveDateTime::default(), 50).map(drop))]
#[case::sealed_settings(|conn: &mut AnyConnection| sealed_store::setting_values(conn, ("", ""), 50).map(drop))]
#[tokio::test]
async fn no_read_walks_over_a_whole_table(
    #[case] statement: Statement,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    let (sql, plan) = plan_of(&place, statement).await;
    let table_scan = match backend {
        Backend::Sqlite => plan.iter().any(|step| step.starts_with("SCAN ") && !step.contains("USING")),
        Backend::Postgres => plan.iter().any(|step| step.contains("Seq Scan")),
    };
    assert!(!table_scan, "{plan:#?}");
    // A value bound to LIMIT would have SQLite prepare the statement anew each time.
    assert!(backend == Backend::Postgres || !sql.contains("LIMIT"), "{sql}");
}

fn delete_authorizations(conn: &mut AnyConnection) {
    authorizations::delete_all(conn, &whole(), IntegrationId::from_uuid(Uuid::nil())).unwrap();
}

/// Each from the index that was made for it: at no time is more than the answer read.
#[rstest]
#[case::by_link(|conn: &mut AnyConnection| authorizations::by_link(conn, &[0; 32]).map(drop), "authorizations_link")]
#[case::by_state(|conn: &mut AnyConnection| authorizations::by_state(conn, &[0; 32]).map(drop), "authorizations_state")]
#[case::over(|conn: &mut AnyConnection| authorizations::over(conn, chrono::NaiveDateTime::MAX, 50).map(drop), "authorizations_by_end")]
#[case::of_integration(|conn: &mut AnyConnection| { delete_authorizations(conn); Ok(()) }, "authorizations_of_integration")]
#[case::refresh_due(|conn: &mut AnyConnection| token_refreshes::due(conn, chrono::NaiveDateTime::MAX, 32).map(drop), "token_refreshes_due")]
#[tokio::test]
async fn authorizations_and_refreshes_are_found_by_their_own_index(
    #[case] statement: Statement,
    #[case] index: &str,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    let plan = plan_of(&place, statement).await.1.join("\n");
    assert!(plan.contains(&format!("{index} ")), "{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
}

/// Not from an index of the lists, although it would hold the answer too: there, one is
/// looked for among all of the organisation's.
#[rstest]
#[case::found(|conn: &mut AnyConnection| find(conn, &whole()))]
#[case::found_bound(|conn: &mut AnyConnection| find(conn, &bound()))]
#[case::updated(|conn: &mut AnyConnection| { update(conn, &whole()); Ok(()) })]
#[case::updated_bound(|conn: &mut AnyConnection| { update(conn, &bound()); Ok(()) })]
#[tokio::test]
async fn one_integration_is_found_by_its_primary_key(
    #[case] statement: Statement,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    let (_, plan) = plan_of(&place, statement).await;
    let plan = plan.join("\n");
    let primary_key = match backend {
        Backend::Sqlite => "USING PRIMARY KEY (organisation_id=? AND id=?)",
        Backend::Postgres => "integrations_pkey",
    };
    assert!(plan.contains(primary_key), "{plan}");
}

fn find(conn: &mut AnyConnection, scope: &Scope) -> QueryResult<()> {
    integrations::find(conn, scope, IntegrationId::from_uuid(Uuid::nil())).map(drop)
}

fn update(conn: &mut AnyConnection, scope: &Scope) {
    let name = IntegrationName::parse("any").unwrap();
    let draft = IntegrationDraft::new(ProviderId::json_manifest(), name);
    let [id, organisation, environment] = [Uuid::nil(); 3];
    let any = Integration::create(
        IntegrationId::from_uuid(id),
        OrganisationId::from_uuid(organisation),
        EnvironmentId::from_uuid(environment),
        draft,
        chrono::DateTime::UNIX_EPOCH,
    );
    // There is none to update.
    unit_of_work::update(conn, scope, &(&any).into()).unwrap_err();
}

/// The range of the index begins at the position, and the rows come in order: a page deep in
/// the list costs what the first one costs.
#[rstest]
#[case::page(|conn: &mut AnyConnection| integrations::list(conn, &whole(), &all(), PAGE).map(drop), "integrations_listed")]
#[case::page_bound(|conn: &mut AnyConnection| integrations::list(conn, &bound(), &all(), PAGE).map(drop), "integrations_listed_by_environment")]
#[case::custom(|conn: &mut AnyConnection| integrations::list(conn, &whole(), &custom(), PAGE).map(drop), "integrations_custom_listed")]
#[tokio::test]
async fn a_page_is_one_range_of_its_index(
    #[case] statement: Statement,
    #[case] index: &str,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    let (_, plan) = plan_of(&place, statement).await;
    let plan = plan.join("\n");
    assert!(plan.contains(&format!("{index} ")), "{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
    let range = match backend {
        Backend::Sqlite => plan.contains("(created_at,id)>(?,?)"),
        Backend::Postgres => plan
            .lines()
            .any(|line| line.contains("Index Cond") && line.contains("ROW(created_at, id) > ROW(")),
    };
    assert!(range, "{plan}");
}

/// The settings that are asked for stand together in the index, in order.
#[rstest]
#[case::whole(|conn: &mut AnyConnection| settings::list(conn, &whole(), IntegrationId::from_uuid(Uuid::nil()), "").map(drop))]
#[case::bound(|conn: &mut AnyConnection| settings::list(conn, &bound(), IntegrationId::from_uuid(Uuid::nil()), "").map(drop))]
#[tokio::test]
async fn the_settings_of_one_place_are_one_range_of_their_index(
    #[case] statement: Statement,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    let plan = plan_of(&place, statement).await.1.join("\n");
    assert!(plan.contains("settings_listed "), "{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
    let columns: &[&str] = match backend {
        Backend::Sqlite => &["(organisation_id=? AND integration_id=? AND channel=?)"],
        Backend::Postgres => &["(organisation_id = $1)", "(integration_id = $2)", "(channel = $3)"],
    };
    let range = plan.lines().find(|line| columns.iter().all(|column| line.contains(column)));
    assert!(range.is_some_and(|line| backend == Backend::Sqlite || line.contains("Index Cond")), "{plan}");
}

const NEWEST: PageRequest<EventId> = PageRequest { after: None, limit: 50 };

/// Neither is anything sorted nor is what happened before the time walked over: only the
/// primary key is there to ask.
#[rstest]
#[case::all(|conn: &mut AnyConnection| events::list(conn, &whole(), None, NEWEST).map(drop))]
#[case::since(|conn: &mut AnyConnection| events::list(conn, &whole(), Some(chrono::DateTime::UNIX_EPOCH), NEWEST).map(drop))]
#[case::bound(|conn: &mut AnyConnection| events::list(conn, &bound(), None, NEWEST).map(drop))]
#[tokio::test]
async fn the_newest_events_are_one_range_of_their_primary_key(
    #[case] statement: Statement,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    let (sql, plan) = plan_of(&place, statement).await;
    let plan = plan.join("\n");
    assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
    assert!(backend == Backend::Postgres || !sql.contains("LIMIT"), "{sql}");
    let range = match backend {
        Backend::Sqlite => plan.contains("USING PRIMARY KEY (organisation_id=? AND id>? AND id<?)"),
        Backend::Postgres => {
            plan.contains("Backward using events_pkey")
                && plan.lines().any(|line| {
                    ["Index Cond", "(organisation_id = $1)", "(id < $2)", "(id >= $3)"]
                        .iter()
                        .all(|part| line.contains(part))
                })
        }
    };
    assert!(range, "{plan}");
}

#[derive(QueryableByName)]
struct SqliteStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresStep {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    step: String,
}

/// The text of the one statement that `statement` runs, and its plan for any values.
async fn plan_of(place: &TestDatabase, statement: Statement) -> (String, Vec<String>) {
    let job_timeout = Duration::from_secs(60);
    let options = DatabaseOptions { url: place.url.as_str().into(), pool_size: 1, job_timeout };
    let db = Database::connect(&options).unwrap();
    db.migrate().await.unwrap();
    let plan = db.write(move |conn| {
        let sql = sql_of(conn, statement);
        let plan = explain(conn, &sql).map_err(unavailable)?;
        Ok((sql, plan))
    });
    plan.await.unwrap()
}

fn sql_of(conn: &mut AnyConnection, statement: Statement) -> String {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            record.lock().unwrap().push(query.to_string());
        }
    });
    statement(conn).unwrap();
    conn.set_instrumentation(None::<Box<dyn diesel::connection::Instrumentation>>);
    let seen = seen.lock().unwrap();
    let [one] = seen.as_slice() else { panic!("one statement is expected: {seen:?}") };
    one.split(" -- binds").next().unwrap().to_owned()
}

fn explain(conn: &mut AnyConnection, sql: &str) -> QueryResult<Vec<String>> {
    match conn {
        AnyConnection::Sqlite(conn) => {
            let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load::<SqliteStep>(conn)?;
            Ok(steps.into_iter().map(|step| step.detail).collect())
        }
        AnyConnection::Postgres(conn) => {
            use diesel::connection::SimpleConnection;
            // The tables are empty: without these a walk over them would be the cheapest.
            conn.batch_execute(
                "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off",
            )?;
            conn.batch_execute(&format!(
                "SET plan_cache_mode = force_generic_plan; PREPARE explained AS {sql}"
            ))?;
            let values = vec!["NULL"; sql.matches('$').count()].join(", ");
            let explain = format!("EXPLAIN EXECUTE explained ({values})");
            let steps = diesel::sql_query(explain).load::<PostgresStep>(conn)?;
            Ok(steps.into_iter().map(|step| step.step).collect())
        }
    }
}
