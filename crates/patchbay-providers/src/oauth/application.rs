//! As which application a provider is asked.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use patchbay_domain::ExchangeError;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use crate::asking::known::Known;

/// The OAuth application that this installation has at a provider.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    /// Its `client_id`.
    pub id: String,
    /// Its `client_secret`.
    pub secret: SecretString,
    /// The `redirect_uri` that codes are handed out to, where one was named then: an
    /// exchange has to repeat it (RFC 6749 §4.1.3).
    pub redirect_uri: Option<String>,
}

/// The application that a connection is asked for as: its own where it has one, else the
/// installation's. One has nothing of the other but where codes are handed out to.
///
/// # Errors
/// [`ExchangeError::Incomplete`] when its own has a name and no secret.
pub(super) fn application(
    known: &Known<'_>,
    ours: Option<&OAuthClient>,
) -> Result<Option<OAuthClient>, ExchangeError> {
    let Some(id) = known.field("client_id") else { return Ok(ours.cloned()) };
    let missing = || ExchangeError::Incomplete { what: "client_secret".to_owned() };
    let secret = known.field("client_secret").ok_or_else(missing)?;
    let redirect_uri = ours.and_then(|ours| ours.redirect_uri.clone());
    Ok(Some(OAuthClient { id: id.to_owned(), secret: secret.into(), redirect_uri }))
}

impl OAuthClient {
    /// Its name and secret as RFC 6749 §2.3.1 has them in a header.
    pub(super) fn basic(&self) -> SecretString {
        let encoded = |text: &str| Zeroizing::new(byte_serialize(text.as_bytes()).collect::<String>());
        let (id, secret) = (encoded(&self.id), encoded(self.secret.expose_secret()));
        let pair = Zeroizing::new([id.as_str(), ":", secret.as_str()].concat());
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
        SecretString::from(["Basic ", encoded.as_str()].concat())
    }
}
