//! The address that a person is sent to (RFC 6749 §4.1.1).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use patchbay_catalogue::{Exchange, Pkce};
use patchbay_domain::{AskedScopes, AuthorizationRequest, ExchangeError};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::dealing::{Dealing, token_templates};
use crate::asking::{Unaskable, request};

/// The address, with all that the entry wants to be said there. Nobody is sent on their way while
/// something is missing that the exchange will need.
pub(super) fn url(
    mut dealing: Dealing<'_>,
    asked: &AuthorizationRequest,
) -> Result<SecretString, ExchangeError> {
    let client_id = dealing.application()?.id.clone();
    dealing.known.remember("redirect_uri", asked.redirect_uri.as_str().into());
    let Dealing { entry, exchange, known, origin, .. } = &dealing;
    let template = exchange.authorize_url.as_ref().ok_or(ExchangeError::NotConfigured)?;
    let of_both = [template].into_iter().chain(exchange.authorize_params.values());
    dealing.needs(of_both.chain(token_templates(exchange)).chain(exchange.token_params.values()))?;

    let mut url = entry.url(template, known).map_err(Unaskable::from)?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &client_id)
        .append_pair("redirect_uri", &asked.redirect_uri)
        .append_pair("state", asked.state.expose_secret())
        .extend_pairs(scopes(exchange, &asked.scopes));
    if exchange.pkce == Pkce::S256 {
        url.query_pairs_mut()
            .append_pair("code_challenge", &challenge(&asked.verifier))
            .append_pair("code_challenge_method", "S256");
    }
    for (name, template) in &exchange.authorize_params {
        let value = template.render_parameter(known).map_err(Unaskable::from)?;
        url.query_pairs_mut().append_pair(name, value.expose_secret());
    }
    Ok(request::for_browser(&url, *origin)?.as_str().into())
}

/// Each list of scopes under its parameter; one that is empty is not sent. What is asked for in
/// the place of what the entry has is its first list: further ones are about other people.
fn scopes<'a>(exchange: &'a Exchange, asked: &'a AskedScopes) -> impl Iterator<Item = (&'a str, String)> {
    let first = if asked.are_usual() {
        exchange.scopes.iter().map(String::as_str).collect()
    } else {
        asked.iter().collect()
    };
    let further = exchange.scope_params.iter();
    let further = further.map(|(name, scopes)| (name.as_str(), scopes.iter().map(String::as_str).collect()));
    let lists = [("scope", first)].into_iter().chain(further);
    let lists = lists.filter(|(_, scopes): &(_, Vec<_>)| !scopes.is_empty());
    lists.map(|(name, scopes)| (name, scopes.join(&exchange.scope_separator)))
}

/// What tells the provider how to know the verifier again (RFC 7636 §4.2).
fn challenge(verifier: &SecretString) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_the_one_of_the_specification() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
