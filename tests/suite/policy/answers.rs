//! Every row of the table, asked with every kind of key.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use patchbay_tests::{Backend, Sandbox, Service, Tenant};
use rstest::rstest;

use super::given::{Place, service};
use super::table::{APIS, KEYS, OPEN, Row};

/// The keys of [`KEYS`], for each permission that a row may need.
struct Keys {
    /// Those that do not depend on the row; `None` is no key.
    fixed: [Option<String>; 6],
    /// For each permission: all others, and it alone.
    by_permission: BTreeMap<&'static str, [String; 2]>,
}

impl Keys {
    async fn of(service: &Service, tenant: &Tenant, other: &Tenant) -> Result<Self> {
        let revoked = tenant.key_with(&["--all-permissions"]).await?;
        tenant.revoke(&revoked).await?;
        let fixed = [
            None,
            Some("no key of ours".to_owned()),
            Some(unknown_key()),
            Some(revoked.text),
            Some(tenant.key_with(&["--all-permissions", "--expires-in", "0s"]).await?.text),
            Some(other.full_key().await?),
        ];
        let all = every_permission(service, tenant).await?;
        let mut by_permission = BTreeMap::new();
        for needed in APIS.iter().flat_map(|api| api.rows).map(|row| row.permission) {
            let others: Vec<_> = all.iter().map(String::as_str).filter(|one| *one != needed).collect();
            assert_eq!(others.len() + 1, all.len(), "{needed} is no permission");
            if !by_permission.contains_key(needed) {
                let keys = [tenant.key(&others).await?.text, tenant.key(&[needed]).await?.text];
                by_permission.insert(needed, keys);
            }
        }
        Ok(Self { fixed, by_permission })
    }

    fn for_row(&self, row: &Row) -> Vec<Option<&str>> {
        let own = &self.by_permission[row.permission];
        self.fixed.iter().map(Option::as_deref).chain(own.iter().map(|key| Some(key.as_str()))).collect()
    }
}

/// A key that is well formed to its checksum, and that nobody was given.
fn unknown_key() -> String {
    let start = format!("ck_{}", "5eed".repeat(14));
    format!("{start}{:08x}", crc32fast::hash(start.as_bytes()))
}

/// Every permission there is, as the service knows them.
async fn every_permission(service: &Service, tenant: &Tenant) -> Result<Vec<String>> {
    tenant.full_key().await?;
    let listed = service.command(&["key", "list", "--organisation", &tenant.id]).await?.expect_status(0);
    let permissions = listed.expect_document()[0]["permissions"].clone();
    let permissions = permissions.as_array().context("no permissions")?.clone();
    permissions.iter().map(|one| Ok(one.as_str().context("no text")?.to_owned())).collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_route_answers_every_kind_of_key_as_the_table_says(#[case] backend: Backend) -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let service = service(backend, &sandbox).await?;
    let other = service.organisation("another").await?;
    let mut wrong = Vec::new();
    for (api, prefix) in APIS.iter().flat_map(|api| api.prefixes.iter().map(move |prefix| (api, prefix))) {
        let tenant = service.organisation("acme").await?;
        let full = tenant.full_key().await?;
        let keys = Keys::of(&service, &tenant, &other).await?;
        let place = Place { http: service.http(), prefix, tenant: &tenant, key: &full, sandbox: &sandbox };
        for row in api.rows {
            let (path, body) = place.prepare(row.given, row.path, row.body).await?;
            for ((key, kind), expected) in keys.for_row(row).into_iter().zip(KEYS).zip(row.statuses) {
                let request = service.http().request(row.method, &path).body(body.as_bytes());
                let request = if let Some(key) = key { (api.present)(request, key) } else { request };
                let answer = request.send().await?;
                if answer.status != expected {
                    wrong.push(format!("{kind}: expected {expected}, but {answer}"));
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_belongs_to_no_api_asks_nobody_for_a_key(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for (path, status) in OPEN {
        for key in [None, Some(unknown_key())] {
            let request = service.http().get(path);
            let request = if let Some(key) = &key { request.bearer(key) } else { request };
            drop(request.send().await?.expect_status(status));
        }
    }
    Ok(())
}
