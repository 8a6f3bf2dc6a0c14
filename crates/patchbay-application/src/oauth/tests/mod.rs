//! Tests of the way to a provider and back, and of keeping fresh what was granted.

mod authorizing;
mod finishing;
mod refreshing;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::testing::FixedClock;
use patchbay_domain::{
    Actor, ApiKeyId, AskedScopes, Authorization, AuthorizationId, Browser, Changes, Clock, FieldKind,
    FieldSource, Integration, MockIntegrationRepository, MockProviderDirectory, MockUnitOfWork, Offer,
    Provider, ProviderField, ProviderId, RefreshTerms, RepositoryError,
};
use uuid::Uuid;

use crate::testing::{a_connection, an_organisation, digest_of};

/// When the clock of these tests stands.
fn now() -> DateTime<Utc> {
    FixedClock::default().now()
}

fn terms() -> RefreshTerms {
    RefreshTerms {
        is_rotating: true,
        is_on_rejection: false,
        early: Duration::from_secs(300),
        idle: None,
        retry_old: Some(Duration::from_secs(600)),
    }
}

/// Knows that people can be sent to Slack, and how its tokens are refreshed.
fn providers() -> MockProviderDirectory {
    let mut providers = MockProviderDirectory::new();
    providers.expect_described().returning(|id: &ProviderId| {
        let is_slack = *id == ProviderId::slack();
        let refresh = is_slack.then(terms);
        let fields = vec![redirect_url()];
        let offer = Offer { dialect: "novu".to_owned(), name: id.to_string(), position: None };
        Arc::new(Provider {
            is_authorizable: is_slack,
            refresh,
            fields,
            offers: vec![offer],
            ..Provider::unknown(id.clone())
        })
    });
    providers
}

/// Where the owner says that people go in the end.
fn redirect_url() -> ProviderField {
    ProviderField {
        key: "back".to_owned(),
        kind: FieldKind::Url,
        is_secret: false,
        secret_members: Vec::new(),
        source: FieldSource::User,
        confined_to: None,
        is_required: false,
        required_on: Vec::new(),
        names: vec![("novu".to_owned(), "redirectUrl".to_owned())],
    }
}

fn finding(found: Option<Integration>) -> MockIntegrationRepository {
    let mut integrations = MockIntegrationRepository::new();
    let holder = found.clone();
    integrations.expect_find().returning(move |_, _| Ok(found.clone()));
    integrations.expect_find_holder().returning(move |_, _| Ok(holder.clone()));
    integrations
}

/// A store that answers each commit with `answer`, and what was committed.
fn committing(
    answer: fn(&Changes) -> Result<(), RepositoryError>,
) -> (MockUnitOfWork, Arc<Mutex<Vec<Changes>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (log, mut work) = (seen.clone(), MockUnitOfWork::new());
    work.expect_commit().returning(move |_, changes| {
        let outcome = answer(&changes);
        log.lock().unwrap_or_else(PoisonError::into_inner).push(changes);
        outcome
    });
    (work, seen)
}

fn all(seen: &Mutex<Vec<Changes>>) -> Vec<Changes> {
    seen.lock().unwrap().clone()
}

/// An authorization of Slack whose link is `link`, begun just now.
fn begun() -> Authorization {
    let (integration, organisation) = (a_connection("old"), an_organisation());
    Authorization {
        id: AuthorizationId::from_uuid(Uuid::from_u128(7)),
        organisation_id: organisation.id,
        environment_id: organisation.default_environment,
        integration_id: integration.id(),
        provider: ProviderId::slack(),
        begun_by: Actor::Key(ApiKeyId::from_uuid(Uuid::from_u128(0xC))),
        redirect_uri: "https://patchbay.example/oauth/callback/slack".to_owned(),
        scopes: AskedScopes::usual(),
        return_to: None,
        link: digest_of("link"),
        browser: None,
        used_at: None,
        expires_at: now() + TimeDelta::minutes(10),
    }
}

/// The same, started by a browser that keeps `cookie`.
fn started() -> Authorization {
    let browser = Browser { state: digest_of("state"), cookie: digest_of("cookie") };
    Authorization { browser: Some(browser), ..begun() }
}
