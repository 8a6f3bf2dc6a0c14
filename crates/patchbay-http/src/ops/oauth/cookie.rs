//! What a browser keeps while its person is at a provider (RFC 6265).

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use patchbay_application::oauth::BrowserName;
use patchbay_domain::Authorization;
use secrecy::SecretString;

/// The cookie of one authorization: several may be under way in one browser. Scripts cannot read
/// it, and it comes back when somebody else's page leads here, but not with what such a page
/// loads or sends.
pub struct BrowserCookie {
    name: String,
    is_secure: bool,
}

impl BrowserCookie {
    /// The cookie of `name`. Where browsers come by https, its prefix has them take it from this
    /// host alone, and send it to no other (RFC 6265bis §4.1.3.2).
    pub fn of(name: BrowserName, is_secure: bool) -> Self {
        let prefix = if is_secure { "__Host-" } else { "" };
        Self { name: format!("{prefix}patchbay-oauth-{name}"), is_secure }
    }

    /// Has the browser keep `value` for as long as the authorization lasts.
    pub fn keeping(&self, value: &str) -> Option<HeaderValue> {
        self.header(value, Authorization::LASTS.num_seconds())
    }

    /// Has the browser forget it.
    pub fn gone(&self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    fn header(&self, value: &str, max_age: i64) -> Option<HeaderValue> {
        let Self { name, is_secure } = self;
        let secure = if *is_secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age}{secure}");
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// What the browser has kept; `None` when it sends none, or more than one.
    pub fn found_in(&self, headers: &HeaderMap) -> Option<SecretString> {
        let lines = headers.get_all(COOKIE).filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == self.name).map(|(_, value)| value);
        let value = values.next().filter(|value| !value.is_empty())?;
        values.next().is_none().then(|| value.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn cookie() -> BrowserCookie {
        BrowserCookie { name: "patchbay-oauth-00000000".to_owned(), is_secure: false }
    }

    fn found(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_str(line).unwrap());
        }
        cookie().found_in(&headers).map(|value| value.expose_secret().to_owned())
    }

    #[test]
    fn a_cookie_is_found_by_its_name_among_others() {
        for lines in [
            &["patchbay-oauth-00000000=kept"][..],
            &["a=b; patchbay-oauth-00000000=kept; patchbay-oauth-00000001=other"],
            &["a=b", "c; patchbay-oauth-00000000=kept"],
        ] {
            assert_eq!(found(lines).as_deref(), Some("kept"), "{lines:?}");
        }
        for lines in [
            &[][..],
            &["patchbay-oauth-00000001=kept"],
            &["__Host-patchbay-oauth-00000000=kept"],
            &["patchbay-oauth-00000000="],
            &["patchbay-oauth-00000000"],
            &["patchbay-oauth-00000000=kept; patchbay-oauth-00000000=other"],
            &["patchbay-oauth-00000000=kept", "patchbay-oauth-00000000=kept"],
        ] {
            assert_eq!(found(lines), None, "{lines:?}");
        }
    }

    #[test]
    fn a_cookie_does_not_show_itself() {
        let header = cookie().keeping("planted").unwrap();
        assert!(header.to_str().unwrap().contains("planted") && !format!("{header:?}").contains("planted"));
    }
}
