//! The document that describes an app.

mod document;
mod fetcher;
mod schedule;
mod setting;

pub use document::{AppKind, ManifestDocument, NotAManifest, NotInstallable};
#[cfg(feature = "testing")]
pub use fetcher::MockManifestFetcher;
pub use fetcher::{FetchError, ManifestFetcher};
pub use setting::{SettingDefinition, SettingFault, SettingType};

use crate::text::text_value;

text_value!(
    /// Where a manifest is: 1 to 2048 characters, kept as they came.
    ///
    /// Not always a URL: existing clients store other text here. What is not an absolute
    /// http(s) URL is never fetched.
    ManifestUrl,
    verbatim,
    1..=2048
);

impl ManifestUrl {
    /// The same address for every spelling of it: trimmed, scheme and host in lower case,
    /// the scheme's own port and one slash at the end dropped.
    #[must_use]
    pub fn canonical(&self) -> String {
        let text = self.as_str().trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return without_final_slash(text).to_owned();
        };
        let scheme = scheme.to_lowercase();
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (user_info, host) = match authority.rsplit_once('@') {
            Some((user_info, host)) => (format!("{user_info}@"), host),
            None => (String::new(), authority),
        };
        let host = host.to_lowercase();
        let own_port = match scheme.as_str() {
            "http" => ":80",
            "https" => ":443",
            _ => "",
        };
        let host = host.strip_suffix(own_port).unwrap_or(&host);
        format!("{scheme}://{user_info}{host}{}", without_final_slash(path))
    }
}

fn without_final_slash(text: &str) -> &str {
    text.strip_suffix('/').unwrap_or(text)
}

/// How an app presents itself; each text may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppDescription {
    /// What it calls itself.
    pub name: String,
    /// Its home page.
    pub url: String,
    /// The address of its logo.
    pub logo: String,
    /// What it is.
    pub description: String,
}

/// The document behind an integration of an app that is known by its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Where it is.
    pub url: ManifestUrl,
    /// What it said of the app, when it was read.
    pub app: Option<AppDescription>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_canonical_spelling() {
        for (spelling, canonical) in [
            ("https://www.telex.im", "https://www.telex.im"),
            (" HTTPS://WWW.Telex.IM:443/ ", "https://www.telex.im"),
            ("http://Host:80/Path/", "http://host/Path"),
            ("http://host:8080/", "http://host:8080"),
            ("https://host:80/x", "https://host:80/x"),
            ("https://User@HOST/x?Q=/", "https://User@host/x?Q="),
            ("https://host?Q#F", "https://host?Q#F"),
            ("some-very-weird-logo-url", "some-very-weird-logo-url"),
            ("Weird/", "Weird"),
        ] {
            assert_eq!(ManifestUrl::parse(spelling).unwrap().canonical(), canonical, "{spelling}");
        }
    }
}
