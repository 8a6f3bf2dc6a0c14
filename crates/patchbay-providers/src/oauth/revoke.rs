//! Giving back what was granted (RFC 7009, or what a provider has in its place).

use chrono::{DateTime, Utc};
use patchbay_catalogue::{Body, BodyTemplate, ClientAuth, Disconnect, Template};
use patchbay_domain::ExchangeError;

use super::dealing::Dealing;
use super::refused::{Asked, by_word, heard, unknown};
use crate::asking::answer::{Answer, holds};
use crate::asking::request;
use crate::asking::sign::{Signed, signed};
use crate::{OutboundRequest, OutboundResponse};

/// The request that gives it back. One that has the token in its own place is not signed with it:
/// an access token may have ended where a refresh token has not.
pub(super) fn request(
    dealing: &Dealing<'_>,
    disconnect: &Disconnect,
) -> Result<OutboundRequest, ExchangeError> {
    let Dealing { entry, method, known, origin, .. } = dealing;
    let signed = match disconnect.client_auth {
        Some(ClientAuth::Basic) => {
            let basic = ("authorization".to_owned(), dealing.application()?.basic());
            Signed { headers: vec![basic], ..Signed::default() }
        }
        Some(ClientAuth::Body) => Signed::default(),
        None if disconnect.names_token() => Signed::default(),
        None => signed(&method.sign, known)?,
    };
    let body = match disconnect.client_auth {
        Some(ClientAuth::Body) => with_client(&disconnect.body),
        _ => disconnect.body.clone(),
    };
    let disconnect = Disconnect { body, ..disconnect.clone() };
    Ok(request::of(&(&disconnect).into(), entry, known, &signed, *origin)?)
}

/// The same body, with who the application says that it is.
fn with_client(body: &Body) -> Body {
    let client = ["client_id", "client_secret"];
    let client = client.map(|name| (name.to_owned(), Template::parse_among_braces(&format!("{{{name}}}"))));
    match body.clone() {
        Body::Json(BodyTemplate::Object(mut members)) => {
            members.extend(client.map(|(name, value)| (name, BodyTemplate::Text(value))));
            Body::Json(BodyTemplate::Object(members))
        }
        Body::Form(mut parameters) => {
            parameters.extend(client);
            Body::Form(parameters)
        }
        Body::None => Body::Form(client.into_iter().collect()),
        list @ Body::Json(_) => list,
    }
}

/// Whether it is over, now or before.
pub(super) fn judged(
    dealing: &Dealing<'_>,
    disconnect: &Disconnect,
    response: &OutboundResponse,
    now: DateTime<Utc>,
) -> Result<(), ExchangeError> {
    let known = &dealing.known;
    let answer = Answer::of(response);
    if disconnect.ended.iter().any(|ended| answer.is_like(ended, known)) {
        return Ok(());
    }
    let answer = heard(dealing, Asked::End, response, now)?;
    let mut tests = disconnect.ok.iter().filter(|test| !test.is_warning);
    let passes =
        tests.all(|test| answer.body.as_ref().is_some_and(|body| holds(test, body, known) != Some(false)));
    if response.is_success() && passes {
        return Ok(());
    }
    Err(by_word(dealing, Asked::End, &answer).unwrap_or_else(unknown))
}
