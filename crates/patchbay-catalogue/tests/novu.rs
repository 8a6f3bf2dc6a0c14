//! What Novu offers, held against the table of its providers.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use patchbay_catalogue::{Catalogue, Entry, Field, Sources};
use patchbay_domain::{FieldKind, FieldSource, ProviderDirectory};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The table: channel, id, name, what is required to be active, what to send, what else there
/// is. A star marks a secret; after a colon stand the kind of a member, or its values.
const TABLE: &str = include_str!("novu.tsv");

/// The entries that other dialects offer too, and that have fields of theirs.
const SHARED: [&str; 3] = ["slack", "twilio", "whatsapp-business"];

/// A row of the table.
struct Row {
    channel: &'static str,
    id: &'static str,
    name: &'static str,
    required: Vec<Member>,
    sending: Vec<Member>,
    optional: Vec<Member>,
}

/// A member of the credentials of a provider.
struct Member {
    name: &'static str,
    is_secret: bool,
    /// Its kind, or its values; text where nothing is said.
    takes: Option<&'static str>,
}

fn member(text: &'static str) -> Member {
    let (name, takes) = text.split_once(':').map_or((text, None), |(name, takes)| (name, Some(takes)));
    Member { name: name.trim_end_matches('*'), is_secret: name.ends_with('*'), takes }
}

fn rows() -> Vec<Row> {
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let (channel, id, name) = (next(), next(), next());
        let mut members = || next().split(' ').filter(|text| *text != "-").map(member).collect();
        Row { channel, id, name, required: members(), sending: members(), optional: members() }
    };
    TABLE.lines().map(row).collect()
}

impl Row {
    fn members(&self) -> impl Iterator<Item = &Member> {
        self.required.iter().chain(&self.sending).chain(&self.optional)
    }
}

fn names(members: &[Member]) -> BTreeSet<&str> {
    members.iter().map(|member| member.name).collect()
}

fn catalogue() -> Result<Catalogue> {
    Ok(Catalogue::load(&Sources::embedded())?)
}

fn entry<'c>(catalogue: &'c Catalogue, row: &Row) -> Result<&'c Entry> {
    let provider = catalogue.named("novu", row.id);
    let entry = provider.and_then(|provider| catalogue.entry(&provider.id));
    Ok(entry.ok_or_else(|| format!("there is no {}", row.id))?.as_ref())
}

/// The fields that an owner sets there, by their names there.
fn fields(entry: &Entry) -> BTreeMap<String, &Field> {
    let own = entry.fields.iter().filter(|field| field.source == FieldSource::User);
    own.map(|field| (field.name_on("novu"), field)).collect()
}

#[test]
fn novu_offers_the_providers_of_its_table_and_no_others() {
    let offered = catalogue().unwrap().offered("novu");
    let offered: BTreeSet<_> = offered.iter().filter_map(|provider| provider.name_on("novu")).collect();
    assert_eq!(offered, rows().iter().map(|row| row.id).collect());
}

#[test]
fn a_provider_has_its_name_and_its_one_channel() {
    let catalogue = catalogue().unwrap();
    for row in rows() {
        let entry = entry(&catalogue, &row).unwrap();
        let channels: Vec<_> = entry.channels.iter().map(|channel| channel.as_str()).collect();
        assert_eq!((entry.name.as_str(), channels), (row.name, vec![row.channel]), "{}", row.id);
    }
}

#[test]
fn what_is_required_to_be_active_and_to_send_is_told_apart() {
    let catalogue = catalogue().unwrap();
    for row in rows() {
        let fields = fields(entry(&catalogue, &row).unwrap());
        let those = |is_one: fn(&Field) -> bool| -> BTreeSet<&str> {
            fields.iter().filter(|(_, field)| is_one(field)).map(|(name, _)| name.as_str()).collect()
        };
        let required = those(|field| field.is_required || field.required_on.contains(&"novu".to_owned()));
        assert_eq!(required, names(&row.required), "{}", row.id);
        let sending = those(|field| field.send_required_on.contains(&"novu".to_owned()));
        assert_eq!(sending, names(&row.sending), "{}", row.id);
    }
}

#[test]
fn every_member_is_there_and_secret_where_it_is_marked() {
    let catalogue = catalogue().unwrap();
    for row in rows() {
        let fields = fields(entry(&catalogue, &row).unwrap());
        for member in row.members() {
            let field = fields.get(member.name).unwrap_or_else(|| panic!("{} lacks {}", row.id, member.name));
            assert_eq!(field.is_secret, member.is_secret, "{} {}", row.id, member.name);
        }
        let known: BTreeSet<_> = row.members().map(|member| member.name).collect();
        let more: Vec<_> = fields.keys().filter(|name| !known.contains(name.as_str())).collect();
        assert!(more.is_empty() || SHARED.contains(&row.id), "{} has {more:?} too", row.id);
    }
}

#[test]
fn a_member_takes_what_the_table_says() {
    let catalogue = catalogue().unwrap();
    for row in rows() {
        let fields = fields(entry(&catalogue, &row).unwrap());
        for member in row.members() {
            let field = fields[member.name];
            let kinds = [FieldKind::Bool, FieldKind::Int, FieldKind::Json];
            let said = kinds.into_iter().find(|kind| Some(kind.as_str()) == member.takes);
            match (member.takes, said) {
                (None, _) => assert!(!kinds.contains(&field.kind), "{} {}", row.id, member.name),
                (Some(_), Some(kind)) => assert_eq!(field.kind, kind, "{} {}", row.id, member.name),
                (Some(values), None) => {
                    assert_eq!(field.values.join("|"), values, "{} {}", row.id, member.name);
                }
            }
        }
    }
}

/// A member is kept under its name by every provider that does not ask for it: nothing else of a
/// provider may be there.
#[test]
fn no_field_has_the_name_of_a_member_as_its_key_and_another_one_on_novu() {
    let catalogue = catalogue().unwrap();
    let rows = rows();
    let members: BTreeSet<_> = rows.iter().flat_map(Row::members).map(|member| member.name).collect();
    for row in &rows {
        let fields = &entry(&catalogue, row).unwrap().fields;
        for field in fields.iter().filter(|field| members.contains(field.key.as_str())) {
            let is_own = field.source == FieldSource::User;
            assert_eq!((field.name_on("novu"), is_own), (field.key.clone(), true), "{}", row.id);
        }
    }
}

#[test]
fn of_tls_options_the_keys_are_secret() {
    let catalogue = catalogue().unwrap();
    let smtp = catalogue.named("novu", "nodemailer").unwrap();
    let options = smtp.field_on("novu", "tlsOptions").unwrap();
    assert_eq!((options.is_secret, options.kind), (false, FieldKind::Json));
    assert_eq!(options.secret_members, ["key", "pfx", "passphrase"]);
}
