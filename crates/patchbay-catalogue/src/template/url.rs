//! Templates of URLs: where a request goes must not depend on more than the entry says.

use patchbay_domain::FieldKind;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::{Part, RenderError, Template, Values};

/// What is left as it is in a segment of a path and in a query: the unreserved characters.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, and what parts the segments of a path.
const WHOLE_PATH: &AsciiSet = &COMPONENT.remove(b'/');

/// What decides which host a URL leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base<'a> {
    /// The entry itself.
    Literal,
    /// A field that holds a host.
    Host(&'a str),
    /// A value that stands before the fixed rest of a host, as in `{subdomain}.zendesk.com`.
    Label {
        /// The value.
        name: &'a str,
        /// The fixed rest, beginning with a dot.
        suffix: &'a str,
    },
    /// A field that holds a URL.
    Url(&'a str),
}

/// Why a template is none of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlFault {
    /// It is not https.
    NotHttps,
    /// Its host is neither fixed, nor a field, nor a value before a fixed rest.
    Host,
    /// It is no URL, or has user-info or a fragment.
    NotAUrl,
}

/// What decides which host a template leads to. Whether its names may do that is another
/// question.
pub fn base_of(template: &Template) -> Result<Base<'_>, UrlFault> {
    let parts = template.parts();
    let base = match parts {
        [Part::Name(name), Part::Text(rest), ..] if rest.starts_with(['/', '?']) => Base::Url(name),
        [Part::Name(name)] | [Part::Name(name), Part::Name(_), ..] => Base::Url(name),
        [Part::Text(text), rest @ ..] => {
            let after = text.strip_prefix("https://").ok_or(UrlFault::NotHttps)?;
            match (after, rest) {
                ("", [Part::Name(name)]) => Base::Host(name),
                ("", [Part::Name(name), Part::Text(next), ..]) if next.starts_with(['/', '?']) => {
                    Base::Host(name)
                }
                ("", [Part::Name(name), Part::Text(next), ..]) => label(name, next, rest.len() > 2)?,
                ("", _) => return Err(UrlFault::Host),
                (host, rest) if rest.is_empty() || host.contains(['/', '?']) => Base::Literal,
                _ => return Err(UrlFault::Host),
            }
        }
        _ => return Err(UrlFault::NotHttps),
    };
    would_be_a_url(template, &base).then_some(base).ok_or(UrlFault::NotAUrl)
}

/// A value before the fixed rest of a host, which has at least two labels and ends before
/// the next name.
fn label<'a>(name: &'a str, next: &'a str, more_follows: bool) -> Result<Base<'a>, UrlFault> {
    let end = next.find(['/', '?']);
    let suffix = &next[..end.unwrap_or(next.len())];
    let labels =
        suffix.strip_prefix('.').map(|rest| rest.split('.').filter(|label| !label.is_empty()).count());
    let is_host = suffix.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    let is_closed = end.is_some() || !more_follows;
    if labels >= Some(2) && is_host && is_closed {
        Ok(Base::Label { name, suffix })
    } else {
        Err(UrlFault::Host)
    }
}

/// Whether the template gives a plain URL when every name has a plain value.
fn would_be_a_url(template: &Template, base: &Base<'_>) -> bool {
    let mut text = String::new();
    for (position, part) in template.parts().iter().enumerate() {
        match part {
            Part::Text(plain) => text.push_str(plain),
            Part::Name(_) if position == 0 && matches!(base, Base::Url(_)) => {
                text.push_str("https://a.example");
            }
            Part::Name(_) => text.push('x'),
        }
    }
    let is_plain = text.chars().all(|c| c.is_ascii_graphic());
    is_plain && Url::parse(&text).is_ok_and(|url| is_clean(&url)) && !text.contains('\\')
}

fn is_clean(url: &Url) -> bool {
    let has_user_info = !url.username().is_empty() || url.password().is_some();
    url.host_str().is_some_and(|host| !host.is_empty()) && !has_user_info && url.fragment().is_none()
}

/// The URL with values in the place of their names: each percent-encoded by where it stands.
/// `kind_of` knows the kinds of fields.
///
/// The values can neither change the scheme or the host that the entry fixes, nor leave the
/// path that it names. A field that is itself a URL or a host decides where the request goes,
/// and whoever sends it has to judge that address.
///
/// # Errors
/// When a value is missing, or cannot stand where it would.
pub fn render_url(
    template: &Template,
    kind_of: impl Fn(&str) -> Option<FieldKind>,
    values: &impl Values,
) -> Result<Url, RenderError> {
    let base = base_of(template).map_err(|_| RenderError::Url)?;
    let mut text = String::new();
    for (position, part) in template.parts().iter().enumerate() {
        let name = match part {
            Part::Text(plain) => {
                text.push_str(plain);
                continue;
            }
            Part::Name(name) => name,
        };
        let value = values.value(name).ok_or_else(|| RenderError::Missing(name.clone()))?;
        let in_query = text.contains('?');
        match &base {
            Base::Url(_) if position == 0 => text.push_str(base_url(name, value)?),
            Base::Host(_) if position == 1 => text.push_str(host(name, value)?),
            Base::Label { .. } if position == 1 => text.push_str(host_label(name, value)?),
            // Right after a base, what is no path would go on with its host.
            Base::Url(_) if position == 1 && kind_of(name) != Some(FieldKind::Path) => {
                return Err(RenderError::Url);
            }
            _ if in_query => text.extend(utf8_percent_encode(value, COMPONENT)),
            _ if kind_of(name) == Some(FieldKind::Path) => text.push_str(&whole_path(name, value, &text)?),
            _ => text.extend(utf8_percent_encode(segment(name, value)?, COMPONENT)),
        }
    }
    let url = Url::parse(&text).map_err(|_| RenderError::Url)?;
    let ends_right = match &base {
        Base::Label { suffix, .. } => url.host_str().is_some_and(|host| host.ends_with(suffix)),
        _ => true,
    };
    if is_clean(&url) && ends_right { Ok(url) } else { Err(RenderError::Url) }
}

/// A URL of which only scheme, host and path are taken, without the slash at its end.
pub(super) fn base_url<'v>(name: &str, value: &'v str) -> Result<&'v str, RenderError> {
    let refused = || RenderError::Host(name.to_owned());
    let url = Url::parse(value).map_err(|_| refused())?;
    let is_plain = !value.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\');
    let is_http = matches!(url.scheme(), "http" | "https");
    if is_plain && is_http && is_clean(&url) && url.query().is_none() {
        Ok(value.trim_end_matches('/'))
    } else {
        Err(refused())
    }
}

/// A host, perhaps with a port.
pub(super) fn host<'v>(name: &str, value: &'v str) -> Result<&'v str, RenderError> {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
    let is_host = !value.is_empty() && value.chars().all(fine);
    if is_host { Ok(value) } else { Err(RenderError::Host(name.to_owned())) }
}

/// One label of a host.
pub(super) fn host_label<'v>(name: &str, value: &'v str) -> Result<&'v str, RenderError> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_label = !value.is_empty() && value.chars().all(fine);
    if is_label { Ok(value) } else { Err(RenderError::Host(name.to_owned())) }
}

/// One segment of a path. Encoding does not help against dots: URLs drop such segments.
pub(super) fn segment<'v>(name: &str, value: &'v str) -> Result<&'v str, RenderError> {
    if value.is_empty() || is_dots(value) { Err(RenderError::Path(name.to_owned())) } else { Ok(value) }
}

/// A path of several segments, after what is there already.
pub(super) fn whole_path(name: &str, value: &str, before: &str) -> Result<String, RenderError> {
    if value.split('/').any(is_dots) || value.contains('\\') {
        return Err(RenderError::Path(name.to_owned()));
    }
    let encoded = utf8_percent_encode(value, WHOLE_PATH).to_string();
    Ok(match (before.ends_with('/'), encoded.strip_prefix('/')) {
        (true, Some(rest)) => rest.to_owned(),
        (false, None) if !encoded.is_empty() => format!("/{encoded}"),
        _ => encoded,
    })
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn parsed(text: &str) -> Template {
        Template::parse(text).unwrap()
    }

    fn rendered(template: &str, values: &[(&'static str, &'static str)]) -> Result<String, RenderError> {
        let kinds = HashMap::from([("path", FieldKind::Path), ("base", FieldKind::Url)]);
        let values: HashMap<_, _> = values.iter().copied().collect();
        render_url(&parsed(template), |name| kinds.get(name).copied(), &values).map(String::from)
    }

    #[test]
    fn a_template_says_what_decides_its_host() {
        for (text, expected) in [
            ("https://slack.com/api/auth.test", Ok(Base::Literal)),
            ("https://slack.com", Ok(Base::Literal)),
            ("https://graph.example/{v}/{id}?a={b}", Ok(Base::Literal)),
            ("https://{host}/jsonrpc", Ok(Base::Host("host"))),
            ("https://{host}", Ok(Base::Host("host"))),
            ("https://{sub}.zendesk.com/x", Ok(Base::Label { name: "sub", suffix: ".zendesk.com" })),
            ("{base}{path}", Ok(Base::Url("base"))),
            ("{base}/json/2", Ok(Base::Url("base"))),
            ("http://slack.com/", Err(UrlFault::NotHttps)),
            ("{base}.evil.example", Err(UrlFault::NotHttps)),
            ("{scheme}://slack.com", Err(UrlFault::NotHttps)),
            ("slack.com", Err(UrlFault::NotHttps)),
            ("", Err(UrlFault::NotHttps)),
            ("https://", Err(UrlFault::Host)),
            ("https://{a}{b}/", Err(UrlFault::Host)),
            ("https://{sub}.com/", Err(UrlFault::Host)),
            ("https://{sub}.zendesk.com{rest}", Err(UrlFault::Host)),
            ("https://{sub}@zendesk.com/", Err(UrlFault::Host)),
            ("https://{sub}zendesk.com/", Err(UrlFault::Host)),
            ("https://api.{region}.example.com/", Err(UrlFault::Host)),
            ("https://slack.com{path}", Err(UrlFault::Host)),
            ("https://user:pass@slack.com/", Err(UrlFault::NotAUrl)),
            ("https://slack.com/#x", Err(UrlFault::NotAUrl)),
            ("https://slack.com/a b", Err(UrlFault::NotAUrl)),
        ] {
            assert_eq!(base_of(&parsed(text)), expected, "{text}");
        }
    }

    #[test]
    fn values_are_encoded_by_where_they_stand() {
        assert_eq!(
            rendered("https://a.example/v/{id}/x?q={id}", &[("id", "a/b ?c&d=é@")]).unwrap(),
            "https://a.example/v/a%2Fb%20%3Fc%26d%3D%C3%A9%40/x?q=a%2Fb%20%3Fc%26d%3D%C3%A9%40"
        );
        assert_eq!(
            rendered("{base}{path}", &[("base", "https://x.example/api/"), ("path", "v 1/me?x")]).unwrap(),
            "https://x.example/api/v%201/me%3Fx"
        );
    }

    #[test]
    fn no_value_leads_to_another_host_or_out_of_its_path() {
        for value in ["evil.example/", "a.b", "a@b", "", "a:1", "a#", "é"] {
            let refused = rendered("https://{sub}.zendesk.com/x", &[("sub", value)]);
            assert_eq!(refused, Err(RenderError::Host("sub".to_owned())), "{value}");
        }
        for value in ["a@b", "a/b", "a?b", "a#b", "a\\b", "", "a b"] {
            let refused = rendered("https://{host}/x", &[("host", value)]);
            assert_eq!(refused, Err(RenderError::Host("host".to_owned())), "{value}");
        }
        for value in
            ["https://u:p@x.example", "ftp://x.example", "x.example", "https://x.example?a", "https://x\\y"]
        {
            let refused = rendered("{base}/x", &[("base", value)]);
            assert_eq!(refused, Err(RenderError::Host("base".to_owned())), "{value}");
        }
        for value in [".", "..", ""] {
            let refused = rendered("https://a.example/{id}/x", &[("id", value)]);
            assert_eq!(refused, Err(RenderError::Path("id".to_owned())), "{value}");
        }
        let climbing = rendered("{base}{path}", &[("base", "https://x.example"), ("path", "/a/../b")]);
        assert_eq!(climbing, Err(RenderError::Path("path".to_owned())));
    }

    #[test]
    fn nothing_but_a_path_follows_a_base_at_once() {
        let values = [("base", "https://x.example"), ("id", ".evil.example")];
        assert_eq!(rendered("{base}{id}", &values), Err(RenderError::Url));
    }

    #[test]
    fn a_host_may_have_a_port() {
        let url = rendered("https://{host}/x", &[("host", "odoo.example:8443")]);
        assert_eq!(url.unwrap(), "https://odoo.example:8443/x");
    }
}
