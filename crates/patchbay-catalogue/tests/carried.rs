//! What providers carry, which of their connections comes first, and what they tell of messages.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use patchbay_catalogue::{Catalogue, SourceFile, Sources};
use patchbay_domain::{ChannelKind, Provider, ProviderDirectory, ProviderId};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn catalogue() -> Result<Catalogue> {
    Ok(Catalogue::load(&Sources::embedded())?)
}

/// Those that tell what became of a message, by their ids.
const REPORTING: [&str; 34] = [
    "africas_talking",
    "bandwidth",
    "brevo_sms",
    "bulk_sms",
    "burst_sms",
    "clickatell",
    "clicksend",
    "cm_telecom",
    "firetext",
    "forty_six_elks",
    "infobip_email",
    "infobip_sms",
    "kannel",
    "mailersend",
    "mailgun",
    "mailjet",
    "mailtrap",
    "mandrill",
    "messagebird",
    "netcore",
    "nexmo",
    "plivo",
    "postmark",
    "resend",
    "sendgrid",
    "sendinblue",
    "ses",
    "sinch",
    "smsmode",
    "sms77",
    "sparkpost",
    "telnyx",
    "termii",
    "twilio_sms",
];

#[test]
fn those_that_tell_what_became_of_messages_carry_mail_or_texts() {
    let catalogue = catalogue().unwrap();
    let providers = catalogue.entries().iter().filter_map(|entry| catalogue.get(&entry.id));
    let reporting: Vec<_> = providers.filter(|provider| provider.reports_delivery).collect();
    for provider in &reporting {
        assert!(provider.channel.is_some_and(ChannelKind::is_ranked), "{}", provider.id);
    }
    let ids: BTreeSet<_> = reporting.iter().map(|provider| provider.id.as_str()).collect();
    assert_eq!(ids, BTreeSet::from(REPORTING));
}

#[test]
fn one_comes_first_of_the_mail_and_of_the_texts_that_novu_offers() {
    let catalogue = catalogue().unwrap();
    for entry in catalogue.entries() {
        let provider = catalogue.get(&entry.id).unwrap();
        assert_eq!(provider.channel, entry.channels.first().copied(), "{}", entry.id);
        let is_there = provider.name_on("novu").is_some();
        let ranked = provider.channel.filter(|channel| is_there && channel.is_ranked());
        assert_eq!(provider.ranked_in, ranked, "{}", entry.id);
    }
    let ranked_in = |id| catalogue.get(&ProviderId::parse(id).unwrap()).unwrap().ranked_in;
    assert_eq!(ranked_in("sendgrid"), Some(ChannelKind::Email));
    assert_eq!(ranked_in("slack"), None, "chat");
    assert_eq!(ranked_in("gmail"), None, "it is not offered there");
}

/// An entry of somebody else's, with these lines.
fn foreign(lines: &str) -> Result<Arc<Provider>> {
    let head = "schema = 1\nid = 'foreign'\nname = 'F'\ndescription = 'F'\nreviewed = 2026-11-20\n";
    let tail = "[[auth]]\nid = 'none'\ntype = 'none'\n";
    let file = SourceFile::new(None, "foreign.toml", format!("{head}{lines}\n{tail}"));
    let catalogue = Catalogue::load(&Sources { below: vec![file], ..Sources::default() })?;
    catalogue.get(&ProviderId::parse("foreign")?).ok_or_else(|| "there is none".into())
}

#[test]
fn an_entry_says_itself_whether_its_provider_tells_what_became_of_messages() {
    assert!(!foreign("").unwrap().reports_delivery);
    assert!(foreign("reports_delivery = true").unwrap().reports_delivery);
    assert!(!foreign("reports_delivery = false").unwrap().reports_delivery);
    assert!(foreign("reports_delivery = 'yes'").is_err());
}

#[test]
fn the_first_channel_of_an_entry_is_what_its_connections_carry() {
    let channel = |lines: &str| foreign(lines).unwrap().channel;
    assert_eq!(channel("channels = ['sms', 'email']"), Some(ChannelKind::Sms));
    assert_eq!(channel("channels = []"), None);
    assert_eq!(channel(""), None);
}
