use super::*;
use crate::Shown;
use crate::testing::{a_connection, a_name, a_sealed_integration, a_url, an_integration, caller, vault};
use futures::executor::block_on;
use patchbay_domain::{
    AppDescription, EnvironmentId, IntegrationKind, MockIntegrationRepository, Page, ProviderId,
    RepositoryError, Status,
};
use uuid::Uuid;

fn slack() -> SystemApp {
    SystemApp {
        name: a_name("Slack"),
        provider: ProviderId::slack(),
        manifest_url: a_url("https://apps.example/slack.json"),
        app: AppDescription { name: "Slack".into(), ..Default::default() },
    }
}

/// A repository of these, in this order, of which one call each reads at most `most`.
fn holding(stored: Vec<Integration>, most: usize) -> MockIntegrationRepository {
    let mut integrations = MockIntegrationRepository::new();
    let all = stored.clone();
    integrations.expect_find().returning(move |_, id| Ok(all.iter().find(|one| one.id() == id).cloned()));
    let all = stored.clone();
    integrations
        .expect_find_holder()
        .returning(move |_, key| Ok(all.iter().find(|one| one.unique_keys().contains(key)).cloned()));
    let all = stored.clone();
    integrations
        .expect_count()
        .returning(move |_, filter| Ok(all.iter().filter(|one| filter.takes(one)).count() as u64));
    let all = stored.clone();
    integrations.expect_position().returning(move |_, filter, nth| {
        let nth = usize::try_from(nth).unwrap();
        Ok(all.iter().filter(|one| filter.takes(one)).nth(nth - 1).map(IntegrationPosition::of))
    });
    integrations.expect_list().returning(move |_, filter, page| {
        let follows = |one: &&Integration| page.after.is_none_or(|after| one.id() > after.id);
        let rest: Vec<_> = stored.iter().filter(|one| filter.takes(one)).filter(follows).cloned().collect();
        let size = most.min(page.limit.try_into().unwrap());
        let items: Vec<_> = rest.iter().take(size).cloned().collect();
        let next = (rest.len() > size).then(|| IntegrationPosition::of(&items[size - 1]));
        Ok(Page { items, next })
    });
    integrations
}

/// The `nth` integration; every third is paused.
fn integration(nth: u128) -> Integration {
    let mut parts = an_integration().parts().clone();
    parts.id = patchbay_domain::IntegrationId::from_uuid(Uuid::from_u128(nth));
    parts.name = a_name(&format!("Shop {nth}"));
    parts.status = Status::of_switch(!nth.is_multiple_of(3));
    Integration::from_parts(parts)
}

fn list(integrations: MockIntegrationRepository, system_apps: Vec<SystemApp>) -> ListIntegrations {
    ListIntegrations {
        integrations: Arc::new(integrations),
        system_apps: system_apps.into(),
        vault: Arc::new(vault()),
    }
}

fn reader() -> Caller {
    caller(&[Permission::IntegrationsRead])
}

fn all_of(list: &ListIntegrations, search: &IntegrationSearch) -> Listed<Integration> {
    block_on(list.run(&reader(), search, None)).unwrap()
}

fn of(origin: Origin) -> IntegrationSearch {
    IntegrationSearch { with_offers: true, ..IntegrationSearch::of(origin) }
}

fn everything() -> IntegrationSearch {
    IntegrationSearch { with_offers: true, ..IntegrationSearch::default() }
}

#[test]
fn a_caller_without_the_permission_sees_nothing() {
    let list = list(MockIntegrationRepository::new(), vec![slack()]);
    let outcome = block_on(list.run(&caller(&[Permission::IntegrationsWrite]), &everything(), None));
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
}

#[test]
fn a_long_list_is_read_in_batches_to_its_end() {
    let list = list(holding((1..=7).map(integration).collect(), 2), Vec::new());
    let listed = all_of(&list, &everything());
    assert_eq!((listed.items.len(), listed.total), (7, 7));
}

#[test]
fn an_offered_app_is_listed_first_until_it_is_connected() {
    let listed = all_of(&list(holding(vec![integration(1)], 9), vec![slack()]), &everything());
    assert_eq!(listed.items.len(), 2);
    let first = &listed.items[0];
    assert_eq!((first.id(), first.parts().origin), (slack().id_for(&reader()), Origin::System));

    let connected = slack().offered_to(&reader());
    let listed = all_of(&list(holding(vec![connected], 9), vec![slack()]), &everything());
    assert_eq!(listed.items.len(), 1);
}

#[test]
fn an_app_whose_provider_is_connected_already_is_not_offered() {
    for (environment, count) in [(reader().home(), 1), (EnvironmentId::from_uuid(Uuid::max()), 2)] {
        let mut parts = a_connection("xoxb-a-long-token").parts().clone();
        parts.environment_id = environment;
        let list = list(holding(vec![Integration::from_parts(parts)], 9), vec![slack()]);
        assert_eq!(all_of(&list, &everything()).items.len(), count, "{environment}");
    }
}

#[test]
fn what_is_offered_is_looked_for_like_everything_else() {
    let list = list(holding(vec![integration(1)], 9), vec![slack()]);
    let kind = Some(IntegrationKind::parse("filter").unwrap());
    for (search, names) in [
        (of(Origin::Custom), &[][..]),
        (of(Origin::System), &["Slack"]),
        (IntegrationSearch { text: Some("sLA".into()), ..everything() }, &["Slack"]),
        (IntegrationSearch { text: Some("shop".into()), ..everything() }, &["Shop 1"]),
        (IntegrationSearch { text: Some("nothing".into()), ..everything() }, &[]),
        (
            IntegrationSearch { filter: IntegrationFilter { kind, ..Default::default() }, ..everything() },
            &["Shop 1"],
        ),
    ] {
        let listed = all_of(&list, &search);
        let found: Vec<_> = listed.items.iter().map(|one| one.name().as_str()).collect();
        assert_eq!(found, names, "{search:?}");
        assert_eq!(listed.total, names.len() as u64);
    }
}

#[test]
fn the_pages_of_a_list_are_the_list() {
    let paused = IntegrationFilter { status: Some(Status::Paused), ..Default::default() };
    for search in [
        everything(),
        IntegrationSearch { filter: paused, ..everything() },
        IntegrationSearch { text: Some("shop 1".into()), ..everything() },
    ] {
        for stored in [0, 1, 7, 13] {
            let list = list(holding((1..=stored).map(integration).collect(), 500), vec![slack()]);
            let whole = all_of(&list, &search);
            for size in [1, 2, 3, 5, 100] {
                let mut pages = Vec::new();
                for number in 1..=20 {
                    let page = Some(NumberedPage { number, size });
                    let listed = block_on(list.run(&reader(), &search, page)).unwrap();
                    assert_eq!(listed.total, whole.total);
                    pages.extend(listed.items);
                }
                assert_eq!(pages, whole.items, "{search:?} of {stored} in pages of {size}");
            }
        }
    }
}

#[test]
fn a_page_far_beyond_the_end_is_empty() {
    let list = list(holding(vec![integration(1)], 9), Vec::new());
    let page = Some(NumberedPage { number: u32::MAX, size: 100 });
    let listed = block_on(list.run(&reader(), &everything(), page)).unwrap();
    assert_eq!((listed.items.len(), listed.total), (0, 1));
}

#[test]
fn a_list_that_breaks_off_is_an_error_not_a_shorter_list() {
    let mut integrations = MockIntegrationRepository::new();
    integrations.expect_list().once().return_once(|_, _, _| {
        let item = an_integration();
        Ok(Page { next: Some(IntegrationPosition::of(&item)), items: vec![item] })
    });
    integrations.expect_list().return_once(|_, _, _| Err(RepositoryError::Busy));
    let outcome = block_on(list(integrations, Vec::new()).run(&reader(), &everything(), None));
    assert!(matches!(outcome, Err(AppError::Busy(_))), "{outcome:?}");
}

#[test]
fn what_follows_in_a_list_is_the_rest_of_it_without_offers() {
    let searches = [
        everything(),
        IntegrationSearch { text: Some("shop 1".into()), ..everything() },
        IntegrationSearch {
            filter: IntegrationFilter { status: Some(Status::Active), ..Default::default() },
            ..everything()
        },
    ];
    for search in searches {
        let list = list(holding((1..=13).map(integration).collect(), 500), vec![slack()]);
        let whole = all_of(&list, &IntegrationSearch { with_offers: false, ..search.clone() }).items;
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let request = PageRequest { after, limit: 2 };
            let (page, total) = block_on(list.following(&reader(), &search, request)).unwrap();
            assert_eq!((total, page.items.is_empty()), (whole.len() as u64, false), "{search:?}");
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, whole, "{search:?}");
    }
}

#[test]
fn secrets_of_a_list_are_named_and_not_shown_even_to_those_who_may_see_them() {
    let list = list(MockIntegrationRepository::new(), Vec::new());
    let all = caller(&[Permission::IntegrationsRead, Permission::CredentialsReveal]);
    let found = vec![a_sealed_integration("planted-secret"), an_integration()];
    let disclosed = list.with_names(&all, found.clone()).unwrap();
    let names = |one: &Disclosed| match &one.secrets {
        Shown::Named(names) => names.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(disclosed.iter().map(names).collect::<Vec<_>>(), [vec!["auth_credential"], vec![]]);
    let outcome = list.with_names(&caller(&[Permission::IntegrationsWrite]), found);
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
}
