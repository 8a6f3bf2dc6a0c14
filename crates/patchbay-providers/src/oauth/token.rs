//! The requests for tokens (RFC 6749 §4.1.3 and §6).

use std::collections::BTreeMap;

use patchbay_catalogue::{ClientAuth, Pkce, Template};
use patchbay_domain::{AuthorizationCode, ExchangeError};
use secrecy::SecretString;

use super::dealing::{Dealing, token_templates};
use crate::asking::{Unaskable, request};
use crate::{Method, OutboundRequest};

/// The request for what a code stands for.
pub(super) fn for_code(
    dealing: &mut Dealing<'_>,
    code: &AuthorizationCode,
) -> Result<OutboundRequest, ExchangeError> {
    let redirect_uri = code.redirect_uri.as_ref().or(dealing.application()?.redirect_uri.as_ref()).cloned();
    let mut parameters = vec![("grant_type", "authorization_code".into()), ("code", code.code.clone())];
    if let Some(redirect_uri) = redirect_uri {
        parameters.push(("redirect_uri", redirect_uri.as_str().into()));
        dealing.known.remember("redirect_uri", redirect_uri.into());
    }
    if let Some(verifier) = code.verifier.as_ref().filter(|_| dealing.exchange.pkce == Pkce::S256) {
        parameters.push(("code_verifier", verifier.clone()));
    }
    post(dealing, parameters, &dealing.exchange.token_params)
}

/// The request for what follows the tokens of the grant.
pub(super) fn for_refresh(dealing: &Dealing<'_>) -> Result<OutboundRequest, ExchangeError> {
    dealing.application()?;
    let missing = || ExchangeError::Incomplete { what: "refresh_token".to_owned() };
    let refresh_token = dealing.refresh_token().ok_or_else(missing)?.clone();
    let parameters = vec![("grant_type", "refresh_token".into()), ("refresh_token", refresh_token)];
    let none = BTreeMap::new();
    let further = dealing.exchange.refresh.as_ref().map_or(&none, |refresh| &refresh.params);
    post(dealing, parameters, further)
}

fn post<'p>(
    dealing: &Dealing<'_>,
    mut parameters: Vec<(&'p str, SecretString)>,
    further: &'p BTreeMap<String, Template>,
) -> Result<OutboundRequest, ExchangeError> {
    let Dealing { entry, exchange, known, origin, .. } = dealing;
    let application = dealing.application()?;
    dealing.needs(token_templates(exchange).chain(further.values()))?;
    if exchange.client_auth == ClientAuth::Body {
        parameters.push(("client_id", application.id.as_str().into()));
        parameters.push(("client_secret", application.secret.clone()));
    }
    for (name, template) in further {
        let value = template.render_parameter(known).map_err(Unaskable::from)?;
        parameters.push((name, value));
    }
    let url = entry.url(&exchange.token_url, known).map_err(Unaskable::from)?;
    let request = request::to(Method::POST, &url, *origin)?;
    let request = request::with_parameters(request, exchange.body, &parameters)?;
    let request = request::with_headers(request, &exchange.token_headers, known)?;
    Ok(match exchange.client_auth {
        ClientAuth::Basic => request::with_header(request, "authorization", &application.basic())?,
        ClientAuth::Body => request,
    })
}
