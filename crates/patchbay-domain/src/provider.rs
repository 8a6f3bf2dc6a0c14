//! What is known of a third party before anything is connected to it.

use std::sync::Arc;

use serde_json::Value;

use crate::event::codes;
use crate::{ProviderId, RefreshTerms};

codes! {
    /// What carries messages to people.
    ChannelKind {
        /// The owner's own product.
        InApp = "in_app",
        /// Mail.
        Email = "email",
        /// Text messages to phones.
        Sms = "sms",
        /// Chats.
        Chat = "chat",
        /// Notifications to apps.
        Push = "push",
    }
}

impl ChannelKind {
    /// Whether of several integrations for it one is used first: there is one address of mail and
    /// one phone of each person.
    #[must_use]
    pub const fn is_ranked(self) -> bool {
        matches!(self, Self::Email | Self::Sms)
    }
}

codes! {
    /// What a field of a provider takes.
    FieldKind {
        /// Text.
        Text = "text",
        /// A whole number.
        Int = "int",
        /// Yes or no.
        Bool = "bool",
        /// An address of mail.
        Email = "email",
        /// An http(s) URL.
        Url = "url",
        /// The name of a host.
        Host = "host",
        /// The path of a URL.
        Path = "path",
        /// One of a few texts.
        Enum = "enum",
        /// An object whose members are texts.
        Map = "map",
        /// An object of any members.
        Json = "json",
        /// A list of any members.
        List = "list",
    }
}

impl FieldKind {
    /// Whether `value` has the JSON type of this kind. Of text only that it is text: what it
    /// says is another question.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        match self {
            Self::Text | Self::Email | Self::Url | Self::Host | Self::Path | Self::Enum => value.is_string(),
            Self::Int => value.is_i64() || value.is_u64(),
            Self::Bool => value.is_boolean(),
            Self::Map => value.as_object().is_some_and(|map| map.values().all(Value::is_string)),
            Self::Json => value.is_object(),
            Self::List => value.is_array(),
        }
    }

    /// What it takes, in words that complete "must be".
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Text | Self::Email | Self::Url | Self::Host | Self::Path | Self::Enum => "text",
            Self::Int => "a whole number",
            Self::Bool => "true or false",
            Self::Map => "an object of texts",
            Self::Json => "an object",
            Self::List => "a list",
        }
    }
}

codes! {
    /// Where the value of a field comes from.
    FieldSource {
        /// Its owner says it.
        User = "user",
        /// An exchange gives it.
        Token = "token",
        /// The provider sends it back with the browser.
        Callback = "callback",
        /// The provider says it when the connection is verified.
        Verify = "verify",
        /// The operator of the installation says it.
        Operator = "operator",
    }
}

/// One field of a provider: something that a connection to it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderField {
    /// Its name inside this service.
    pub key: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it is a secret, whatever its name says.
    pub is_secret: bool,
    /// The members of its object that are secret, whatever their names say.
    pub secret_members: Vec<String>,
    /// Where its value comes from.
    pub source: FieldSource,
    /// What every host that it names ends with, when that is fixed.
    pub confined_to: Option<String>,
    /// Whether a connection needs it, whatever the dialect.
    pub is_required: bool,
    /// The dialects on which a connection needs it beside.
    pub required_on: Vec<String>,
    /// What dialects call it that do not use its key, by their names.
    pub names: Vec<(String, String)>,
}

impl ProviderField {
    /// What a dialect calls it.
    #[must_use]
    pub fn name_on(&self, dialect: &str) -> &str {
        self.names.iter().find(|(of, _)| of == dialect).map_or(&self.key, |(_, name)| name)
    }

    /// Whether a connection needs it on a dialect.
    #[must_use]
    pub fn is_required_on(&self, dialect: &str) -> bool {
        self.is_required || self.required_on.iter().any(|on| on == dialect)
    }

    /// Whether `value` decides by itself which host requests go to: one that ends as the field
    /// has to leads to its provider, wherever there.
    #[must_use]
    pub fn leads_anywhere(&self, value: &Value) -> bool {
        let is_confined = |suffix: &String| value.as_str().is_some_and(|text| text.ends_with(suffix));
        matches!(self.kind, FieldKind::Url | FieldKind::Host)
            && !self.confined_to.as_ref().is_some_and(is_confined)
    }
}

/// That a dialect offers a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The dialect's name.
    pub dialect: String,
    /// What the provider is called there.
    pub name: String,
    /// Its place in the dialect's list; those without one come last, by name.
    pub position: Option<u32>,
}

/// What is known of a provider: an entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Provider {
    /// Names it.
    pub id: ProviderId,
    /// What people call it.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Where it presents itself, as a URL.
    pub homepage: Option<String>,
    /// Where its picture is, as a URL.
    pub logo: Option<String>,
    /// Whether nothing new may be connected to it. What is connected already stays.
    pub is_disabled: bool,
    /// The dialects that offer it; no two offers of one dialect.
    pub offers: Vec<Offer>,
    /// What it carries, when it carries messages.
    pub channel: Option<ChannelKind>,
    /// The channel in whose ranking its active connections stand, where they do.
    pub ranked_in: Option<ChannelKind>,
    /// Whether it tells what became of each message.
    pub reports_delivery: bool,
    /// Whether it can be asked if a connection works.
    pub is_verifiable: bool,
    /// Whether people can be sent to it to allow a connection.
    pub is_authorizable: bool,
    /// How its tokens are refreshed; `None` where they are not.
    pub refresh: Option<RefreshTerms>,
    /// Its fields, in the order in which people are asked for them.
    pub fields: Vec<ProviderField>,
    /// Tells this entry from every other version of it.
    pub revision: String,
}

impl Provider {
    /// A provider of which nothing is known.
    #[must_use]
    pub fn unknown(id: ProviderId) -> Self {
        let name = id.as_str().to_owned();
        Self {
            id,
            name,
            description: String::new(),
            homepage: None,
            logo: None,
            is_disabled: true,
            offers: Vec::new(),
            channel: None,
            ranked_in: None,
            reports_delivery: false,
            is_verifiable: false,
            is_authorizable: false,
            refresh: None,
            fields: Vec::new(),
            revision: String::new(),
        }
    }

    /// What a dialect calls it, whether or not anything new may be connected to it; `None`
    /// where the dialect has no name for it.
    #[must_use]
    pub fn name_on(&self, dialect: &str) -> Option<&str> {
        self.offer(dialect).map(|offer| offer.name.as_str())
    }

    /// How a dialect offers it.
    #[must_use]
    pub fn offer(&self, dialect: &str) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.dialect == dialect)
    }

    /// The field that a dialect calls `name` and that its owner may set.
    #[must_use]
    pub fn field_on(&self, dialect: &str, name: &str) -> Option<&ProviderField> {
        let is_meant =
            |field: &&ProviderField| field.source == FieldSource::User && field.name_on(dialect) == name;
        self.fields.iter().find(is_meant)
    }
}

/// Knows the providers. What it answers may be newer from one call to the next: whoever needs
/// two answers that fit keeps the first.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait ProviderDirectory: Send + Sync {
    /// The provider of that id, whether or not anything new may be connected to it.
    fn get(&self, id: &ProviderId) -> Option<Arc<Provider>>;

    /// The same; of a provider that is not known, that nothing is.
    fn described(&self, id: &ProviderId) -> Arc<Provider> {
        self.get(id).unwrap_or_else(|| Arc::new(Provider::unknown(id.clone())))
    }

    /// The provider that a dialect offers under `name`; one that is disabled is not offered.
    fn named(&self, dialect: &str, name: &str) -> Option<Arc<Provider>>;

    /// The provider that a dialect calls `name`, whether or not anything new may be connected to it.
    fn called(&self, dialect: &str, name: &str) -> Option<Arc<Provider>>;

    /// What a dialect offers, in the dialect's order.
    fn offered(&self, dialect: &str) -> Vec<Arc<Provider>>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field(key: &str, kind: FieldKind) -> ProviderField {
        ProviderField {
            key: key.to_owned(),
            kind,
            is_secret: false,
            secret_members: Vec::new(),
            source: FieldSource::User,
            confined_to: None,
            is_required: false,
            required_on: vec!["alpha".to_owned()],
            names: vec![("novu".to_owned(), "from".to_owned())],
        }
    }

    #[test]
    fn a_kind_takes_values_of_its_json_type() {
        let values =
            [json!("x"), json!(7), json!(true), json!({"a": "x"}), json!({"a": 1}), json!([]), json!(null)];
        let taken = |kind: FieldKind| values.iter().map(|value| kind.takes(value)).collect::<Vec<_>>();
        for kind in [FieldKind::Text, FieldKind::Email, FieldKind::Url, FieldKind::Enum] {
            assert_eq!(taken(kind), [true, false, false, false, false, false, false], "{kind:?}");
        }
        assert_eq!(taken(FieldKind::Int), [false, true, false, false, false, false, false]);
        assert_eq!(taken(FieldKind::Bool), [false, false, true, false, false, false, false]);
        assert_eq!(taken(FieldKind::Map), [false, false, false, true, false, false, false]);
        assert_eq!(taken(FieldKind::Json), [false, false, false, true, true, false, false]);
        assert_eq!(taken(FieldKind::List), [false, false, false, false, false, true, false]);
        assert!(!FieldKind::Int.takes(&json!(7.5)));
    }

    #[test]
    fn a_field_has_its_key_where_a_dialect_has_no_name_of_its_own() {
        let field = field("phone_number", FieldKind::Text);
        assert_eq!((field.name_on("novu"), field.name_on("aloochat")), ("from", "phone_number"));
    }

    #[test]
    fn a_field_is_required_everywhere_or_where_it_is_said() {
        let some = field("a", FieldKind::Text);
        assert_eq!((some.is_required_on("alpha"), some.is_required_on("beta")), (true, false));
        let everywhere = ProviderField { is_required: true, ..some };
        assert!(everywhere.is_required_on("beta"));
    }

    #[test]
    fn a_host_is_decided_by_urls_and_hosts_that_are_not_confined() {
        let any = json!("https://any.example");
        assert!(field("a", FieldKind::Url).leads_anywhere(&any));
        assert!(field("a", FieldKind::Host).leads_anywhere(&any));
        assert!(!field("a", FieldKind::Text).leads_anywhere(&any));
        let confined =
            ProviderField { confined_to: Some(".zendesk.com".to_owned()), ..field("a", FieldKind::Host) };
        assert!(!confined.leads_anywhere(&json!("acme.zendesk.com")));
        for elsewhere in ["evil.example", "acme.zendesk.com.evil.example", "acme.zendesk.com/"] {
            assert!(confined.leads_anywhere(&json!(elsewhere)), "{elsewhere}");
        }
    }

    #[test]
    fn a_dialect_knows_the_fields_that_an_owner_sets_by_its_own_names() {
        let given = ProviderField { source: FieldSource::Verify, ..field("seen", FieldKind::Text) };
        let provider = Provider {
            offers: vec![Offer { dialect: "novu".to_owned(), name: "slack".to_owned(), position: None }],
            fields: vec![
                ProviderField { names: Vec::new(), ..given },
                field("phone_number", FieldKind::Text),
            ],
            ..Provider::unknown(ProviderId::slack())
        };
        assert_eq!(provider.field_on("novu", "from").unwrap().key, "phone_number");
        assert_eq!(provider.field_on("aloochat", "from"), None);
        assert_eq!(provider.field_on("novu", "seen"), None, "the provider says it, not the owner");
        assert_eq!((provider.name_on("novu"), provider.name_on("telex")), (Some("slack"), None));
    }
}
