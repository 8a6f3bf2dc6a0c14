//! Templates the other way round: the values that a filled one was filled with.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::{Position, Url};

use super::url::{Base, base_of, base_url, host, host_label, segment, whole_path};
use super::{BodyTemplate, Part, Template};

/// The values that stood in the places of names.
pub type Found = BTreeMap<String, String>;

/// What may stand in the place of a name: the position of the name among the parts, the name,
/// and the text there. Answers the value that this text is written for.
type Takes<'a> = dyn Fn(usize, &str, &str) -> Option<String> + 'a;

impl Template {
    /// The values that give this text when they are filled in; `None` when none do. No value is
    /// empty, and a name has the same one everywhere. Where several would do, earlier ones are
    /// as short as possible.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Found> {
        fitted(self.parts(), text, &|_, _, text| (!text.is_empty()).then(|| text.to_owned()))
    }
}

impl BodyTemplate {
    /// The values that give this document when they are filled in, as in [`Template::read`].
    #[must_use]
    pub fn read(&self, document: &Value) -> Option<Found> {
        let all = match (self, document) {
            (Self::Text(template), Value::String(text)) => return template.read(text),
            (Self::Plain(plain), value) => return (plain == value).then(Found::new),
            (Self::List(templates), Value::Array(items)) if templates.len() == items.len() => {
                templates.iter().zip(items).map(|(template, item)| template.read(item)).collect::<Vec<_>>()
            }
            (Self::Object(members), Value::Object(found)) if members.len() == found.len() => {
                members.iter().map(|(name, template)| template.read(found.get(name)?)).collect()
            }
            _ => return None,
        };
        all.into_iter().try_fold(Found::new(), |found, more| united(found, more?))
    }
}

/// Both together, unless they contradict each other.
pub(crate) fn united(mut found: Found, more: Found) -> Option<Found> {
    for (name, value) in more {
        if found.get(&name).is_some_and(|known| *known != value) {
            return None;
        }
        found.insert(name, value);
    }
    Some(found)
}

/// The values that give this URL when they are filled in; `None` when none do. `is_path` knows
/// which fields are paths, `constants` the names whose values are fixed. The URL may have more
/// in its query than the template.
pub(crate) fn read_url(
    template: &Template,
    is_path: impl Fn(&str) -> bool,
    constant: impl Fn(&str) -> Option<String>,
    url: &Url,
) -> Option<Found> {
    let base = base_of(template).ok()?;
    let (place, query) = halves(template);
    let whole = &url[..Position::AfterPath];
    let takes = |position: usize, name: &str, text: &str| {
        if let Some(constant) = constant(name) {
            return (constant == text).then_some(constant);
        }
        match &base {
            Base::Url(_) if position == 0 => {
                let is_whole = base_url(name, text).is_ok_and(|base| base == text);
                let is_closed = whole[text.len()..].is_empty() || whole[text.len()..].starts_with('/');
                (is_whole && is_closed).then(|| text.to_owned())
            }
            Base::Host(_) if position == 1 => host(name, text).map(str::to_owned).ok(),
            Base::Label { .. } if position == 1 => host_label(name, text).map(str::to_owned).ok(),
            _ => {
                let value = percent_decode_str(text).decode_utf8().ok()?.into_owned();
                let fits = if is_path(name) {
                    whole_path(name, &value, "").is_ok()
                } else {
                    segment(name, &value).is_ok() && !text.contains('/')
                };
                fits.then_some(value)
            }
        }
    };
    let found = fitted(&place, whole, &takes).or_else(|| fitted(&place, whole.strip_suffix('/')?, &takes))?;
    query.iter().try_fold(found, |found, (name, template)| {
        let value = url.query_pairs().find(|(given, _)| given == name)?.1;
        united(found, template.read(&value)?)
    })
}

/// What stands before the query, and the parameters of that.
fn halves(template: &Template) -> (Vec<Part>, Vec<(String, Template)>) {
    let mut place = Vec::new();
    let mut query = String::new();
    let mut in_query = false;
    for part in template.parts() {
        match part {
            part if in_query => query.push_str(&Template(vec![part.clone()]).to_string()),
            Part::Text(text) => match text.split_once('?') {
                Some((before, after)) => {
                    in_query = true;
                    place.extend((!before.is_empty()).then(|| Part::Text(before.to_owned())));
                    query.push_str(after);
                }
                None => place.push(part.clone()),
            },
            Part::Name(_) => place.push(part.clone()),
        }
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let pairs = pairs.map(|(name, value)| (name.to_owned(), Template::parse_among_braces(value)));
    (place, pairs.collect())
}

/// The values with which these parts give this text.
fn fitted(parts: &[Part], text: &str, takes: &Takes<'_>) -> Option<Found> {
    let mut found = Found::new();
    fits(0, parts, text, takes, &mut found).then_some(found)
}

fn fits(position: usize, parts: &[Part], text: &str, takes: &Takes<'_>, found: &mut Found) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Text(plain), rest @ ..] => {
            text.strip_prefix(plain.as_str()).is_some_and(|text| fits(position + 1, rest, text, takes, found))
        }
        [Part::Name(name), rest @ ..] => {
            // The last one takes all that is left; the others as little as goes.
            let first = if rest.is_empty() { text.len() } else { 0 };
            let ends = (first..=text.len()).filter(|end| text.is_char_boundary(*end));
            ends.into_iter().any(|end| {
                let Some(value) = takes(position, name, &text[..end]) else { return false };
                let known = found.get(name).cloned();
                if known.as_ref().is_some_and(|known| *known != value) {
                    return false;
                }
                found.insert(name.clone(), value);
                let goes_on = fits(position + 1, rest, &text[end..], takes, found);
                if !goes_on && known.is_none() {
                    found.remove(name);
                }
                goes_on
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(pairs: &[(&str, &str)]) -> Found {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn read(template: &str, text: &str) -> Option<Found> {
        Template::parse(template).unwrap().read(text)
    }

    fn of_url(template: &str, url: &str) -> Option<Found> {
        let template = Template::parse(template).unwrap();
        let constant = |name: &str| (name == "version").then(|| "v2".to_owned());
        read_url(&template, |name| name == "path", constant, &Url::parse(url).unwrap())
    }

    #[test]
    fn a_text_is_read_by_what_stands_around_the_names() {
        assert_eq!(read("bearer {key}", "bearer a b"), Some(found(&[("key", "a b")])));
        assert_eq!(read("{email}/token", "ann@x.example/token"), Some(found(&[("email", "ann@x.example")])));
        assert_eq!(read("{a}-{b}", "1-2-3"), Some(found(&[("a", "1"), ("b", "2-3")])));
        assert_eq!(read("{a}-{a}", "1-2-1-2"), Some(found(&[("a", "1-2")])));
        assert_eq!(read("plain", "plain"), Some(found(&[])));
        for (template, text) in
            [("bearer {key}", "Basic a"), ("bearer {key}", "bearer "), ("{a}{a}", "abc"), ("a", "ab")]
        {
            assert_eq!(read(template, text), None, "{template}");
        }
    }

    #[test]
    fn a_document_is_read_as_a_whole() {
        let template = BodyTemplate::of(json!({"args": ["{db}", 1, {}], "query": "{ shop { id } }"}));
        let sent = |db: &str, one: u8| json!({"args": [db, one, {}], "query": "{ shop { id } }"});
        assert_eq!(template.read(&sent("acme", 1)), Some(found(&[("db", "acme")])));
        for other in
            [sent("acme", 2), json!({"args": ["acme", 1, {}]}), json!([]), json!({"args": [], "query": ""})]
        {
            assert_eq!(template.read(&other), None, "{other}");
        }
    }

    #[test]
    fn an_address_is_read_by_where_its_names_stand() {
        for (template, url, expected) in [
            ("https://{sub}.zendesk.com/me", "https://acme.zendesk.com/me", Some(found(&[("sub", "acme")]))),
            ("https://{sub}.zendesk.com/me", "https://a.b.zendesk.com/me", None),
            ("https://{sub}.zendesk.com/me", "http://acme.zendesk.com/me", None),
            (
                "https://{host}/x",
                "https://odoo.example:8443/x",
                Some(found(&[("host", "odoo.example:8443")])),
            ),
            (
                "https://x.example/{version}/{id}",
                "https://x.example/v2/a%2Fb",
                Some(found(&[("id", "a/b"), ("version", "v2")])),
            ),
            ("https://x.example/{version}/{id}", "https://x.example/v3/a", None),
            ("https://x.example/{id}", "https://x.example/a/b", None),
            ("https://x.example/{id}", "https://x.example/a?b=c", Some(found(&[("id", "a")]))),
            (
                "https://x.example/{id}.json",
                "https://x.example/a.json.json",
                Some(found(&[("id", "a.json")])),
            ),
            ("https://x.example", "https://x.example/", Some(found(&[]))),
            (
                "https://x.example/a?b={c}&d=e",
                "https://x.example/a?d=e&b=1%202&f=g",
                Some(found(&[("c", "1 2")])),
            ),
            ("https://x.example/a?b={c}", "https://x.example/a", None),
            (
                "{url}/jsonrpc",
                "http://odoo.example:8069/erp/jsonrpc",
                Some(found(&[("url", "http://odoo.example:8069/erp")])),
            ),
            (
                "{url}{path}",
                "https://x.example/a/b%20c",
                Some(found(&[("path", "/a/b c"), ("url", "https://x.example")])),
            ),
        ] {
            assert_eq!(of_url(template, url), expected, "{template} {url}");
        }
    }
}
