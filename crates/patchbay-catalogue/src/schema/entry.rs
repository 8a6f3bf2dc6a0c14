//! An entry as a whole.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use patchbay_domain::{ChannelKind, FieldKind, Offer, Provider, ProviderId};
use url::Url;

use super::reader::{FromNode, Reading, TableReader, mistyped, one_of, table};
use super::{AuthMethod, Check, DIALECTS, Disconnect, Field, Identity, Limits, Sunset, Wire};
use crate::findings::Rule;
use crate::template::{Base, Found, RenderError, Template, Values, base_of, read_url, render_url};
use crate::tree::{Node, Path, Place};

/// The version of the schema.
const SCHEMA: u64 = 1;

/// The names that every template may have beside those of its entry, and whether they are
/// those of secrets.
pub const BUILT_IN_NAMES: [(&str, bool); 5] = [
    ("client_id", false),
    ("client_secret", true),
    ("redirect_uri", false),
    ("token", true),
    ("refresh_token", true),
];

/// The name of a kind of channel.
struct Channel(ChannelKind);

impl FromNode for Channel {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let all = ChannelKind::ALL.iter().map(|kind| (kind.as_str(), *kind));
        one_of(node, at, reading, all).map(Self)
    }
}

/// The dialect on which of several connections one is used first.
const RANKING: &str = "novu";

/// All that is known of a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Names it.
    pub id: ProviderId,
    /// What people call it.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Where it presents itself.
    pub homepage: Option<String>,
    /// Where its picture is.
    pub logo: Option<String>,
    /// Words to find it by.
    pub categories: Vec<String>,
    /// The channels that it serves.
    pub channels: Vec<ChannelKind>,
    /// Whether it tells what became of each message.
    pub reports_delivery: bool,
    /// The day on which somebody last looked at its facts.
    pub reviewed: NaiveDate,
    /// Whether nothing new may be connected to it.
    pub is_disabled: bool,
    /// Constants for templates.
    pub vars: BTreeMap<String, String>,
    /// The dialects that offer it.
    pub wires: Vec<Wire>,
    /// What a connection has, in the order in which people are asked.
    pub fields: Vec<Field>,
    /// The ways in which a connection can be made.
    pub auth: Vec<AuthMethod>,
    /// The requests that show whether one works.
    pub checks: Vec<Check>,
    /// What tells its accounts apart.
    pub identity: Identity,
    /// Which answers mean "slow down".
    pub limits: Option<Limits>,
    /// How what was granted is given back.
    pub disconnect: Option<Disconnect>,
    /// Changes that it announced.
    pub sunsets: Vec<Sunset>,
    /// Tells this version of it from every other.
    pub revision: String,
    /// Where it says when it was reviewed.
    pub(crate) place: Place,
}

/// What a name in a template stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Named<'e> {
    /// The value of a field.
    Field(&'e Field),
    /// A constant.
    Var(&'e str),
    /// What every template may name; whether it is a secret.
    BuiltIn(bool),
}

impl Named<'_> {
    /// Whether it is a secret.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        match self {
            Self::Field(field) => field.is_secret,
            Self::Var(_) => false,
            Self::BuiltIn(is_secret) => *is_secret,
        }
    }
}

impl Entry {
    /// The field of that key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The check of that id.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// How a dialect offers it.
    #[must_use]
    pub fn wire(&self, dialect: &str) -> Option<&Wire> {
        self.wires.iter().find(|wire| wire.dialect == dialect)
    }

    /// What a name in one of its templates stands for. A field that is called like something
    /// built in hands that over itself.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Named<'_>> {
        let field = self.field(name).map(Named::Field);
        let var = || self.vars.get(name).map(|value| Named::Var(value));
        let built_in = || BUILT_IN_NAMES.iter().find(|(known, _)| *known == name);
        field.or_else(var).or_else(|| built_in().map(|(_, is_secret)| Named::BuiltIn(*is_secret)))
    }

    /// Whether somebody outside is asked for it.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        self.auth.iter().any(|method| method.auth_type.is_outside())
    }

    /// Whether its connections can be verified: by a request, or by getting a token.
    #[must_use]
    pub fn is_verifiable(&self) -> bool {
        !self.checks.is_empty() || self.auth.iter().any(|method| method.auth_type.gets_tokens_alone())
    }

    /// What its templates are filled with: its constants, what a connection has, and for fields
    /// that have nothing there their defaults.
    pub const fn values<'a, V: Values>(&'a self, given: &'a V) -> EntryValues<'a, V> {
        EntryValues { entry: self, given }
    }

    /// The URL of one of its templates, filled with [`values`](Self::values). Where a field
    /// decides the host, that ends as the field has to, whoever let its value in.
    ///
    /// # Errors
    /// When a value is missing, or cannot stand where it would.
    pub fn url(&self, template: &Template, given: &impl Values) -> Result<Url, RenderError> {
        let kind_of = |name: &str| -> Option<FieldKind> { self.field(name).map(|field| field.kind) };
        let url = render_url(template, kind_of, &self.values(given))?;
        let decides = match base_of(template) {
            Ok(Base::Host(name) | Base::Url(name)) => self.field(name),
            _ => None,
        };
        let leads_away = |field: &&Field| {
            let host = url.host_str().unwrap_or_default();
            field.host_suffix.as_ref().is_some_and(|suffix| !host.ends_with(suffix.as_str()))
        };
        match decides.filter(leads_away) {
            Some(field) => Err(RenderError::Host(field.key.clone())),
            None => Ok(url),
        }
    }

    /// The values that [`url`](Self::url) makes this URL of, its constants apart; `None` when the
    /// template is one of another URL. The URL may have more in its query.
    #[must_use]
    pub fn read_url(&self, template: &Template, url: &Url) -> Option<Found> {
        let is_path = |name: &str| self.field(name).is_some_and(|field| field.kind == FieldKind::Path);
        let constant = |name: &str| self.vars.get(name).cloned();
        read_url(template, is_path, constant, url).map(|found| self.without_constants(found))
    }

    /// The values that this text is made of, its constants apart; `None` when the template is
    /// one of another text.
    #[must_use]
    pub fn read_text(&self, template: &Template, text: &str) -> Option<Found> {
        let found = template.read(text)?;
        let is_right = |(name, value): (&String, &String)| self.vars.get(name).is_none_or(|own| own == value);
        found.iter().all(is_right).then(|| self.without_constants(found))
    }

    fn without_constants(&self, mut found: Found) -> Found {
        found.retain(|name, _| !self.vars.contains_key(name));
        found
    }

    /// What it carries, when it carries messages.
    fn channel(&self) -> Option<ChannelKind> {
        self.channels.first().copied()
    }

    fn is_on(&self, dialect: &str) -> bool {
        self.wires.iter().any(|wire| wire.dialect == dialect)
    }

    /// What the model knows of it.
    pub(crate) fn to_domain(&self) -> Provider {
        let dialects = || self.wires.iter().map(|wire| wire.dialect.as_str());
        let offer = |wire: &Wire| Offer {
            dialect: wire.dialect.clone(),
            name: wire.name.clone(),
            position: wire.position,
        };
        let mut with_person = self.auth.iter().filter_map(AuthMethod::with_person).peekable();
        Provider {
            id: self.id.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            homepage: self.homepage.clone(),
            logo: self.logo.clone(),
            is_disabled: self.is_disabled,
            channel: self.channel(),
            ranked_in: self.channel().filter(|channel| channel.is_ranked() && self.is_on(RANKING)),
            reports_delivery: self.reports_delivery,
            is_verifiable: self.is_verifiable(),
            is_authorizable: with_person.peek().is_some(),
            refresh: with_person.next().and_then(|exchange| exchange.refresh.as_ref()?.to_domain()),
            offers: self.wires.iter().map(offer).collect(),
            fields: self.fields.iter().map(|field| field.to_domain(dialects())).collect(),
            revision: self.revision.clone(),
        }
    }
}

/// What the templates of an entry are filled with.
#[derive(Clone, Copy, Debug)]
pub struct EntryValues<'a, V> {
    entry: &'a Entry,
    given: &'a V,
}

impl<V: Values> Values for EntryValues<'_, V> {
    fn value(&self, name: &str) -> Option<&str> {
        let constant = self.entry.vars.get(name).map(String::as_str);
        let default = || self.entry.field(name)?.default.as_ref()?.as_str();
        constant.or_else(|| self.given.value(name)).or_else(default)
    }
}

/// An https URL that is meant for people.
struct Link(String);

impl FromNode for Link {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(text) = node.as_text() else { return mistyped(node, at, reading, "an https URL") };
        let is_link = |url: &Url| url.scheme() == "https" && url.username().is_empty();
        if Url::parse(text).is_ok_and(|url| is_link(&url)) {
            return Some(Self(text.to_owned()));
        }
        reading.findings.error(Rule::Address, &node.place, at, "is no https URL", "give one, or take it out");
        None
    }
}

/// `[wire]` as a whole.
struct Wires(Vec<Wire>);

impl FromNode for Wires {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let offered = DIALECTS.into_iter().filter_map(|dialect| {
                let wire: Wire = table.optional(dialect)?;
                Some(Wire { dialect: dialect.to_owned(), ..wire })
            });
            let mut wires: Vec<_> = offered.collect();
            wires.shrink_to_fit();
            Some(Self(wires))
        })
    }
}

/// Reads a merged entry; `None` where too little of it can be read to go on.
pub fn read_entry(node: &Node, id: &ProviderId, reading: &mut Reading<'_>) -> Option<Entry> {
    table(node, &Path::root(), reading, |table| {
        // These were read before the files were merged.
        for key in ["id", "extends"] {
            table.node(key);
        }
        check_schema(table);
        let name = table.required("name");
        let description = table.required("description");
        let reviewed = table.required("reviewed");
        let channels: Vec<Channel> = table.or_none("channels");
        let place = table.node("reviewed").unwrap_or(node).place.clone();
        let entry = Entry {
            id: id.clone(),
            name: name.unwrap_or_default(),
            description: description.unwrap_or_default(),
            homepage: table.optional("homepage").map(|Link(link)| link),
            logo: table.optional("logo").map(|Link(link)| link),
            categories: table.or_none("categories"),
            channels: channels.into_iter().map(|Channel(channel)| channel).collect(),
            reports_delivery: table.or_none("reports_delivery"),
            reviewed: NaiveDate::MAX,
            is_disabled: table.or_none("disabled"),
            vars: table.or_none("vars"),
            wires: table.optional("wire").map(|Wires(wires)| wires).unwrap_or_default(),
            fields: table.or_none("fields"),
            auth: table.or_none("auth"),
            checks: table.or_none("verify"),
            identity: table.or_none("identity"),
            limits: table.optional("limits"),
            disconnect: table.optional("disconnect"),
            sunsets: table.or_none("sunset"),
            revision: String::new(),
            place,
        };
        Some(Entry { reviewed: reviewed.unwrap_or(NaiveDate::MAX), ..entry })
    })
}

fn check_schema(table: &mut TableReader<'_, '_, '_>) {
    if let Some(schema) = table.required::<u64>("schema")
        && schema != SCHEMA
    {
        table.wrong("is written for another version of the schema", "write it for `schema = 1`");
    }
}
