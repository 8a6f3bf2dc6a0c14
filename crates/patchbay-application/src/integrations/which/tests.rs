use std::sync::Arc;

use futures::executor::block_on;
use patchbay_domain::{
    ChannelKind, IntegrationDraft, MockIntegrationRepository, MockProviderDirectory, Offer, Page, Provider,
    ProviderName, Uncatalogued, UniqueRule,
};
use uuid::Uuid;

use super::*;
use crate::testing::{a_name, an_organisation, at, caller};

/// Knows Slack alone, as `slack-app` on the dialect.
fn providers() -> MockProviderDirectory {
    let slack = |id: &ProviderId| {
        let offer = Offer { dialect: "novu".to_owned(), name: "slack-app".to_owned(), position: None };
        let offers = if *id == ProviderId::slack() { vec![offer] } else { Vec::new() };
        Arc::new(Provider { offers, ..Provider::unknown(id.clone()) })
    };
    let mut providers = MockProviderDirectory::new();
    providers.expect_described().returning(slack);
    let is_slack = |dialect: &str, name: &str| (dialect, name) == ("novu", "slack-app");
    let called =
        move |dialect: &str, name: &str| is_slack(dialect, name).then(|| slack(&ProviderId::slack()));
    providers.expect_called().returning(called);
    providers
}

/// Connects to `provider`; what the catalogue does not know is called `pigeon`.
fn integration(number: u128, provider: ProviderId) -> Integration {
    let pigeon = Uncatalogued { name: ProviderName::parse("pigeon").unwrap(), channel: ChannelKind::Push };
    let uncatalogued = (provider == ProviderId::uncatalogued()).then_some(pigeon);
    let draft = IntegrationDraft { uncatalogued, ..IntegrationDraft::new(provider, a_name("Team")) };
    let organisation = an_organisation();
    let id = IntegrationId::from_uuid(Uuid::from_u128(number));
    Integration::create(id, organisation.id, organisation.default_environment, draft, at(0))
}

/// Which of `all` is meant; `holder` holds the identifier, if anything does.
fn meant(text: &str, holder: Option<Integration>, all: Vec<Integration>) -> Option<IntegrationId> {
    let expected = text.to_owned();
    let mut integrations = MockIntegrationRepository::new();
    integrations.expect_find_holder().returning(move |_, key| {
        assert_eq!((key.rule, key.value.as_str()), (UniqueRule::Identifier, expected.as_str()));
        Ok(holder.clone())
    });
    integrations.expect_list().returning(move |_, filter, _| {
        let items = all.iter().filter(|one| filter.takes(one)).cloned().collect();
        Ok(Page { items, next: None })
    });
    let identifier = Identifier::parse(text).unwrap();
    let which = Which::Identifier { dialect: "novu", identifier };
    let scope = *caller(&[]).scope();
    block_on(which.found(&scope, &integrations, &providers())).unwrap().map(|found| found.id())
}

#[test]
fn what_holds_the_identifier_is_meant() {
    let holder = integration(1, ProviderId::slack());
    assert_eq!(meant("team", Some(holder.clone()), Vec::new()), Some(holder.id()));
}

#[test]
fn what_the_dialect_has_no_name_for_is_not_meant() {
    let other = integration(1, ProviderId::json_manifest());
    assert_eq!(meant("team", Some(other.clone()), vec![other]), None);
}

#[test]
fn one_that_was_given_none_is_known_by_what_is_made_of_its_providers_name_and_its_id() {
    let all = [
        integration(1, ProviderId::slack()),
        integration(2, ProviderId::slack()),
        integration(3, ProviderId::uncatalogued()),
        integration(4, ProviderId::json_manifest()),
    ];
    for (one, name) in [(&all[1], "slack-app"), (&all[2], "pigeon")] {
        let made = Identifier::made_of(name, one.id());
        assert_eq!(meant(made.as_str(), None, all.to_vec()), Some(one.id()));
    }
    let of_another = Identifier::made_of("pigeon", all[0].id());
    for none in ["slack-app", "slack-app-", "team", of_another.as_str()] {
        assert_eq!(meant(none, None, all.to_vec()), None, "{none}");
    }
}
