//! The entries that every build has.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use patchbay_catalogue::{Catalogue, EMBEDDED, RenderError, SourceFile, Sources};
use patchbay_domain::{FieldKind, FieldSource, Provider, ProviderDirectory, ProviderId, RefreshTerms};
use secrecy::ExposeSecret;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn catalogue() -> Result<Catalogue> {
    Ok(Catalogue::load(&Sources::embedded())?)
}

fn provider(id: &str) -> Result<Arc<Provider>> {
    catalogue()?.get(&ProviderId::parse(id)?).ok_or_else(|| format!("there is no {id}").into())
}

#[test]
fn every_entry_in_the_folder_is_compiled_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/providers");
    let names =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let embedded = EMBEDDED.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(embedded.collect::<BTreeSet<_>>(), names.collect::<BTreeSet<_>>());
}

#[test]
fn every_entry_passes_every_rule() {
    // A set with a fault is none.
    let known = catalogue().unwrap().entries().len();
    let bases = EMBEDDED.iter().filter(|(name, _)| name.starts_with('_')).count();
    assert_eq!(known, EMBEDDED.len() - bases);
}

#[test]
fn aloochat_offers_its_ten_types_in_its_own_order_and_words() {
    let offered = catalogue().unwrap().offered("aloochat");
    let shown: Vec<_> = offered
        .iter()
        .map(|provider| {
            (provider.name_on("aloochat").unwrap(), provider.name.as_str(), provider.description.as_str())
        })
        .collect();
    assert_eq!(
        shown,
        [
            (
                "shopify",
                "Shopify",
                "E-commerce platform integration for product catalog, orders, and inventory"
            ),
            ("zendesk", "Zendesk", "Customer support platform for ticket management and help desk"),
            ("hubspot", "HubSpot", "CRM platform for contacts, deals, and marketing automation"),
            ("google_calendar", "Google Calendar", "Calendar integration for scheduling meetings and events"),
            ("gmail", "Gmail", "Email integration for sending and receiving emails"),
            ("slack", "Slack", "Team messaging platform integration"),
            ("notion", "Notion", "Workspace integration for documents and databases"),
            ("custom_api", "Custom API", "Connect to any REST API with custom configuration"),
            ("whatsapp", "WhatsApp Business", "WhatsApp Business messaging integration"),
            ("odoo", "Odoo", "ERP integration for products, orders and customers"),
        ]
    );
}

/// What configurations of each type have: public keys, then secret ones.
const ALOOCHAT: [(&str, &[&str], &[&str]); 10] = [
    ("shopify", &["shop_domain", "api_version"], &["access_token"]),
    ("zendesk", &["subdomain", "email"], &["api_token"]),
    ("hubspot", &["portal_id"], &["access_token"]),
    ("google_calendar", &["calendar_id", "timezone"], &["credentials"]),
    ("custom_api", &["base_url", "auth_type", "headers"], &["auth_token"]),
    ("slack", &["team_id", "default_channel"], &["bot_token", "signing_secret", "webhook_url"]),
    (
        "whatsapp",
        &["phone_number_id", "business_account_id"],
        &["access_token", "verify_token", "app_secret"],
    ),
    ("notion", &["workspace_id"], &["access_token"]),
    ("odoo", &["url", "database", "username"], &["password", "api_key"]),
    ("gmail", &["email"], &["credentials", "access_token", "refresh_token"]),
];

#[test]
fn aloochats_own_keys_are_fields_that_their_owner_sets_with_their_secrecy() {
    for (id, public, secret) in ALOOCHAT {
        let provider = provider(id).unwrap();
        for (keys, expected) in [(public, false), (secret, true)] {
            for key in keys {
                let field = provider.field_on("aloochat", key).unwrap_or_else(|| panic!("{id} lacks {key}"));
                assert_eq!(field.is_secret, expected, "{id}: {key}");
            }
        }
    }
    let kind = |id: &str, key: &str| provider(id).unwrap().field_on("aloochat", key).unwrap().kind;
    assert_eq!(kind("google_calendar", "credentials"), FieldKind::Json);
    assert_eq!(kind("gmail", "credentials"), FieldKind::Json);
    assert_eq!(kind("hubspot", "portal_id"), FieldKind::Text);
    assert_eq!(kind("custom_api", "headers"), FieldKind::Map);
}

#[test]
fn each_dialect_names_the_providers_that_it_offers() {
    let catalogue = catalogue().unwrap();
    let names = |dialect: &str| -> Vec<_> {
        let offered = catalogue.offered(dialect);
        offered.iter().map(|provider| provider.name_on(dialect).unwrap().to_owned()).collect()
    };
    assert_eq!(names("telex"), ["json_manifest", "slack"]);
    assert_eq!(names("hubster"), ["Direct", "Messenger", "Slack", "System", "TwilioSMS", "WebChat"]);
    assert_eq!(names("isao"), [""; 0]);
    assert_eq!(catalogue.named("novu", "twilio").unwrap().id.as_str(), "twilio_sms");
    assert!(catalogue.named("novu", "TwilioSMS").is_none());
}

#[test]
fn fields_have_the_names_of_the_dialect() {
    let twilio = provider("twilio_sms").unwrap();
    let named = |dialect, name| twilio.field_on(dialect, name).map(|field| field.key.as_str());
    assert_eq!(named("novu", "token"), Some("auth_token"));
    assert_eq!(named("hubster", "authToken"), Some("auth_token"));
    assert_eq!(named("novu", "from"), Some("phone_number"));
    assert_eq!(named("novu", "numberSid"), Some("number_sid"), "camel case where nothing is said");
    let capabilities = twilio.fields.iter().find(|field| field.key == "capabilities").unwrap();
    assert_eq!(capabilities.source, FieldSource::Verify);
}

#[test]
fn what_google_offers_has_googles_authorisation_and_scopes_of_its_own() {
    let catalogue = catalogue().unwrap();
    for (id, scope) in [
        ("gmail", "https://www.googleapis.com/auth/gmail.modify"),
        ("google_calendar", "https://www.googleapis.com/auth/calendar"),
    ] {
        let entry = catalogue.entry(&ProviderId::parse(id).unwrap()).unwrap();
        let method = entry.auth.iter().find(|method| method.id == "oauth").unwrap();
        let exchange = method.exchange.as_ref().unwrap();
        assert_eq!(exchange.scopes, [scope]);
        assert_eq!(exchange.token_url.to_string(), "https://oauth2.googleapis.com/token");
    }
}

#[test]
fn the_model_knows_to_which_providers_people_can_be_sent_and_how_grants_are_kept_fresh() {
    let seconds = Duration::from_secs;
    let gmail = provider("gmail").unwrap();
    let terms = RefreshTerms {
        is_rotating: false,
        is_on_rejection: false,
        early: seconds(300),
        idle: Some(seconds(15_552_000)),
        retry_old: None,
    };
    assert!(gmail.is_authorizable);
    assert_eq!(gmail.refresh, Some(terms));
    let shopify = provider("shopify").unwrap().refresh.unwrap();
    assert!(shopify.is_rotating);
    assert_eq!(shopify.retry_old, Some(seconds(2_592_000)));
    let notion = provider("notion").unwrap().refresh.unwrap();
    assert!(notion.is_on_rejection);
    assert_eq!(notion.early, seconds(300), "where nothing is said");
    for id in ["messenger", "json_manifest"] {
        let provider = provider(id).unwrap();
        assert!(!provider.is_authorizable && provider.refresh.is_none(), "{id}");
    }
}

#[test]
fn what_has_no_refresh_token_is_not_refreshed() {
    let sound = include_str!("broken/_sound.toml").replace("\"_sound\"", "\"sound\"");
    let file = SourceFile::new(None, "sound.toml", sound);
    let catalogue = Catalogue::load(&Sources { below: vec![file], ..Sources::default() }).unwrap();
    let sound = catalogue.get(&ProviderId::parse("sound").unwrap()).unwrap();
    assert!(sound.is_authorizable && sound.refresh.is_none());
}

#[test]
fn templates_are_filled_with_constants_values_and_defaults() {
    let catalogue = catalogue().unwrap();
    let url = |id: &str, check: &str, given: &[(&'static str, &'static str)]| {
        let entry = catalogue.entry(&ProviderId::parse(id).unwrap()).unwrap();
        let given: HashMap<_, _> = given.iter().copied().collect();
        entry.url(&entry.check(check).unwrap().url, &given).map(String::from)
    };
    let shop = ("shop_domain", "acme.myshopify.com");
    let versioned = |version| format!("https://acme.myshopify.com/admin/api/{version}/graphql.json");
    assert_eq!(url("shopify", "shop", &[shop]).unwrap(), versioned("2026-10"));
    assert_eq!(url("shopify", "shop", &[shop, ("api_version", "unstable")]).unwrap(), versioned("unstable"));
    assert_eq!(
        url("google_calendar", "calendar", &[("calendar_id", "a@b.example")]).unwrap(),
        "https://www.googleapis.com/calendar/v3/users/me/calendarList/a%40b.example"
    );
    assert_eq!(
        url("whatsapp", "number", &[("phone_number_id", "7")]).unwrap(),
        "https://graph.facebook.com/v25.0/7"
    );
    assert_eq!(url("zendesk", "me", &[]), Err(RenderError::Missing("subdomain".to_owned())));
    assert_eq!(
        url("odoo", "json2", &[("url", "https://odoo.example/")]).unwrap(),
        "https://odoo.example/json/2/res.users/context_get"
    );

    let notion = catalogue.entry(&ProviderId::parse("notion").unwrap()).unwrap();
    let none = HashMap::<&str, &str>::new();
    let header =
        notion.check("bot").unwrap().headers.0["notion-version"].render_header(&notion.values(&none));
    assert_eq!(header.unwrap().expose_secret(), "2026-03-11");
}

#[test]
fn no_two_entries_have_one_revision() {
    let catalogue = catalogue().unwrap();
    let revisions: BTreeSet<_> = catalogue.entries().iter().map(|entry| entry.revision.clone()).collect();
    assert_eq!(revisions.len(), catalogue.entries().len());
    assert!(revisions.iter().all(|revision| revision.len() == 32));
}

#[test]
fn a_host_that_is_confined_leads_nowhere_else() -> Result<()> {
    let catalogue = catalogue()?;
    let shopify = catalogue.entry(&ProviderId::parse("shopify")?).ok_or("there is no shopify")?;
    let check = shopify.check("shop").ok_or("there is no check")?;
    let url = |shop| {
        let values = HashMap::from([("shop_domain", shop), ("api_version", "2026-10")]);
        shopify.url(&check.url, &values).map(String::from)
    };
    let expected = "https://acme.myshopify.com/admin/api/2026-10/graphql.json";
    assert_eq!(url("Acme.myshopify.com").as_deref(), Ok(expected));
    for shop in
        ["evil.example", "acme.myshopify.com.evil.example", "evilmyshopify.com", "myshopify.com", "10.0.0.1"]
    {
        assert_eq!(url(shop), Err(RenderError::Host("shop_domain".to_owned())), "{shop}");
    }
    Ok(())
}
