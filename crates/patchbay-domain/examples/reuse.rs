//! How another service reuses the domain, with a store of its own:
//! `cargo run -p patchbay-domain --example reuse`.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::executor::block_on;
use patchbay_domain::{
    Actor, Changes, EntityKind, EnvironmentId, Event, EventId, EventType, Integration, IntegrationDraft,
    IntegrationEdit, IntegrationFilter, IntegrationId, IntegrationKind, IntegrationName, IntegrationPosition,
    IntegrationRepository, IntegrationWrite, Manifest, ManifestUrl, OrganisationId, Origin, Page,
    PageRequest, ProviderId, RepositoryError, Scope, Status, Taken, UniqueKey, UniqueRule, UnitOfWork,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

fn main() -> Result<(), Box<dyn Error>> {
    let acme = OrganisationId::from_uuid(Uuid::from_u128(1));
    let live = EnvironmentId::from_uuid(Uuid::from_u128(2));
    let scope = Scope::new(acme, None);
    let store = InMemory::default();
    let now = |second: i64| DateTime::from_timestamp(1_767_225_600 + second, 0).ok_or("no such time");

    println!("Values cannot be invalid:");
    for raw in ["  Orders ", "   ", &"long ".repeat(100)] {
        match IntegrationName::parse(raw) {
            Ok(name) => println!("  {name:?} is a name"),
            Err(fault) => println!("  {:?}… is none: it {fault}", raw.get(..5).unwrap_or(raw)),
        }
    }

    println!("\nAn integration is made from a draft, and saved with what is recorded of it:");
    let first =
        Integration::create(id(10), acme, live, draft("Orders", "https://shop.example/app.json")?, now(0)?);
    let made = Changes::new().insert(&first).event(recorded(&first, EventType::IntegrationCreated, now(0)?));
    show(&made);
    block_on(store.commit(&scope, made))?;

    println!("\nA verb returns the next version, and the changes say what is different:");
    let rename = IntegrationEdit {
        name: Some(IntegrationName::parse("Orders and returns")?),
        status: Some(Status::Paused),
        ..IntegrationEdit::default()
    };
    let second = first.edited(rename.clone(), now(60)?).ok_or("the edit changes nothing")?;
    let edited = Changes::new().update(&first, &second).event(recorded(
        &second,
        EventType::IntegrationUpdated,
        now(60)?,
    ));
    show(&edited);
    block_on(store.commit(&scope, edited.clone()))?;
    println!("  the same edit again changes nothing: {}", second.edited(rename, now(61)?).is_none());

    println!("\nThe store refuses what the model says it must:");
    refused("a change of a version that moved on", block_on(store.commit(&scope, edited)))?;
    let twin = draft("ORDERS AND RETURNS", "HTTPS://shop.example:443/app.json/")?;
    let twin = Integration::create(id(11), acme, live, twin, now(120)?);
    refused("a twin", block_on(store.commit(&scope, Changes::new().insert(&twin))))?;

    println!("\nA scope sees its own organisation and nothing else:");
    let page =
        block_on(store.list(&scope, &IntegrationFilter::default(), PageRequest { after: None, limit: 10 }))?;
    for integration in &page.items {
        println!("  {} at version {}", integration.name(), integration.version().number());
    }
    let elsewhere = Scope::new(OrganisationId::from_uuid(Uuid::from_u128(9)), None);
    println!("  from elsewhere: {:?}", block_on(store.find(&elsewhere, first.id()))?);
    Ok(())
}

fn id(number: u128) -> IntegrationId {
    IntegrationId::from_uuid(Uuid::from_u128(number))
}

fn draft(name: &str, manifest: &str) -> Result<IntegrationDraft, Box<dyn Error>> {
    Ok(IntegrationDraft {
        kind: IntegrationKind::parse("sales")?,
        origin: Origin::Custom,
        manifest: Some(Manifest { url: ManifestUrl::parse(manifest)?, app: None }),
        unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
        ..IntegrationDraft::new(ProviderId::json_manifest(), IntegrationName::parse(name)?)
    })
}

fn recorded(integration: &Integration, event_type: EventType, at: DateTime<Utc>) -> Event {
    Event {
        id: EventId::from_uuid(Uuid::from_u128(integration.version().number().unsigned_abs().into())),
        organisation_id: integration.parts().organisation_id,
        environment_id: Some(integration.parts().environment_id),
        actor: Actor::Operator,
        event_type,
        entity: EntityKind::Integration,
        entity_id: integration.id().as_uuid(),
        digest: Map::from_iter([("after".to_owned(), Value::Object(integration.summary()))]),
        at,
    }
}

fn show(changes: &Changes) {
    for write in &changes.integrations {
        let (verb, integration, released, claimed) = parts(write);
        println!("  {verb} {} as version {}", integration.name(), integration.version().number());
        for (what, keys) in [("gives up", released), ("takes", claimed)] {
            for key in keys {
                println!("    {what} {key} {:?}", key.value);
            }
        }
    }
    for event in &changes.events {
        println!("    records {} {}", event.event_type.as_str(), json!(event.digest));
    }
}

fn refused(what: &str, outcome: Result<(), RepositoryError>) -> Result<(), Box<dyn Error>> {
    let error = outcome.err().ok_or_else(|| format!("{what} was saved"))?;
    println!("  {what}: {error}");
    Ok(())
}

/// The verb, what is written, and the unique keys that it gives up and takes.
fn parts(write: &IntegrationWrite) -> (&str, &Integration, &[UniqueKey], &[UniqueKey]) {
    match write {
        IntegrationWrite::Insert { integration, claimed } => ("inserts", integration, &[], claimed),
        IntegrationWrite::Update { integration, released, claimed, .. } => {
            ("updates", integration, released, claimed)
        }
        IntegrationWrite::Revive { integration, claimed } => ("revives", integration, &[], claimed),
    }
}

/// A store for this service's own tests: two ports of the domain on one list.
#[derive(Default)]
struct InMemory(Mutex<Vec<Integration>>);

impl InMemory {
    fn seen(&self, scope: &Scope) -> Vec<Integration> {
        let stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stored.iter().filter(|one| sees(scope, one)).cloned().collect()
    }

    fn listed(&self, scope: &Scope, filter: &IntegrationFilter) -> Vec<Integration> {
        let mut listed = self.live(scope);
        listed.retain(|one| filter.takes(one));
        listed.sort_by_key(|one| (one.parts().created_at, one.id()));
        listed
    }

    fn live(&self, scope: &Scope) -> Vec<Integration> {
        let seen = self.seen(scope).into_iter();
        seen.filter(|one| one.parts().deleted.is_none()).collect()
    }
}

fn sees(scope: &Scope, integration: &Integration) -> bool {
    scope.sees(integration.parts().organisation_id, integration.parts().environment_id)
}

#[async_trait]
impl UnitOfWork for InMemory {
    async fn commit(&self, scope: &Scope, changes: Changes) -> Result<(), RepositoryError> {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // All or nothing: the writes go to a copy that takes the place of the list at the end.
        let mut next = stored.clone();
        for write in changes.integrations {
            let (_, integration, _, claimed) = parts(&write);
            if !sees(scope, integration) {
                return Err(RepositoryError::Stale);
            }
            let rival = |one: &&Integration| {
                one.id() != integration.id()
                    && one.parts().organisation_id == integration.parts().organisation_id
            };
            let taken: Vec<_> = next.iter().filter(rival).flat_map(Integration::unique_keys).collect();
            if let Some(key) = claimed.iter().find(|key| taken.contains(key)) {
                return Err(RepositoryError::Duplicate(Taken::Key(key.clone())));
            }
            match write {
                IntegrationWrite::Insert { integration, .. } => next.push(integration),
                IntegrationWrite::Update { integration, .. }
                | IntegrationWrite::Revive { integration, .. } => {
                    let replaced = next.iter_mut().find(|one| {
                        one.id() == integration.id() && one.version().next() == integration.version()
                    });
                    *replaced.ok_or(RepositoryError::Stale)? = integration;
                }
            }
        }
        *stored = next;
        Ok(())
    }
}

#[async_trait]
impl IntegrationRepository for InMemory {
    async fn find(&self, scope: &Scope, id: IntegrationId) -> Result<Option<Integration>, RepositoryError> {
        Ok(self.live(scope).into_iter().find(|one| one.id() == id))
    }

    async fn find_holder(
        &self,
        scope: &Scope,
        key: &UniqueKey,
    ) -> Result<Option<Integration>, RepositoryError> {
        Ok(self.live(scope).into_iter().find(|one| one.unique_keys().contains(key)))
    }

    async fn find_deleted(
        &self,
        scope: &Scope,
        id: IntegrationId,
    ) -> Result<Option<Integration>, RepositoryError> {
        Ok(self.seen(scope).into_iter().find(|one| one.id() == id && one.parts().deleted.is_some()))
    }

    async fn list(
        &self,
        scope: &Scope,
        filter: &IntegrationFilter,
        page: PageRequest<IntegrationPosition>,
    ) -> Result<Page<Integration, IntegrationPosition>, RepositoryError> {
        let place = |one: &Integration| (one.parts().created_at, one.id());
        let mut items = self.listed(scope, filter);
        items.retain(|one| page.after.is_none_or(|after| place(one) > (after.created_at, after.id)));
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(IntegrationPosition::of);
        Ok(Page { items, next })
    }

    async fn count(&self, scope: &Scope, filter: &IntegrationFilter) -> Result<u64, RepositoryError> {
        Ok(self.listed(scope, filter).len().try_into().unwrap_or(u64::MAX))
    }

    async fn position(
        &self,
        scope: &Scope,
        filter: &IntegrationFilter,
        nth: u64,
    ) -> Result<Option<IntegrationPosition>, RepositoryError> {
        let index = nth.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        let listed = self.listed(scope, filter);
        Ok(index.and_then(|index| listed.get(index)).map(IntegrationPosition::of))
    }
}
