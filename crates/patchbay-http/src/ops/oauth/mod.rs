//! Where browsers start an authorization, and come back from providers.
//!
//! They have no key: the link, and later the state together with a cookie, is what they may do.
//! None of the three is logged, counted or shown. Whatever does not fit is answered with one page
//! that says nothing of why.

mod cookie;
mod pages;
mod parameters;
mod reasons;

use actix_web::guard::fn_guard;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::web::{Data, ServiceConfig, get, resource, to};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use patchbay_application::oauth::{Finished, Returned, Sent};
use patchbay_application::{AppError, Entity};
use patchbay_domain::ProviderId;
use secrecy::SecretString;

use super::{SERVICE, refused_method};
use crate::HttpState;
use crate::head::is_no_head;
use crate::kernel::{Handled, Refusal, caught, sent_texts};
use cookie::BrowserCookie;
use parameters::Parameters;

const STARTING: Handled =
    Handled { api: SERVICE, operation: Some("start_authorization"), template: Some("/oauth/start/{link}") };

const FINISHING: Handled = Handled {
    api: SERVICE,
    operation: Some("finish_authorization"),
    template: Some("/oauth/callback/{provider}"),
};

/// Registers `/oauth/start/{link}` and `/oauth/callback/{provider}`. Both are for GET alone: they
/// have an effect, which HEAD may not have.
pub fn routes(config: &mut ServiceConfig) {
    let guarded = || get().guard(fn_guard(is_no_head));
    config
        .service(resource("/oauth/start/{link}").route(guarded().to(start)).default_service(to(wrong_method)))
        .service(
            resource("/oauth/callback/{provider}")
                .route(guarded().to(callback))
                .default_service(to(wrong_method)),
        );
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    refused_method(&request, HeaderValue::from_static("GET"))
}

/// Sends the browser that follows a link to the provider.
async fn start(request: HttpRequest, app: Data<HttpState>) -> HttpResponse {
    request.extensions_mut().insert(STARTING);
    let link = SecretString::from(request.match_info().get("link").unwrap_or_default());
    let sent = done(&app, &request, app.services.start_authorization.run(&link)).await;
    let departed = sent.and_then(|sent| Ok(departing(&sent, app.addresses.is_secure())?));
    departed.unwrap_or_else(|refusal| pages::refused(&refusal))
}

fn departing(sent: &Sent, is_secure: bool) -> Result<HttpResponse, AppError> {
    let (url, kept) = sent_texts(sent);
    let cookie = BrowserCookie::of(sent.name, is_secure).keeping(kept);
    let address = HeaderValue::from_str(url).ok().zip(cookie);
    let (address, cookie) = address.ok_or_else(|| AppError::Internal("no address to send to".into()))?;
    let mut response = HttpResponse::new(StatusCode::SEE_OTHER);
    let headers = response.headers_mut();
    headers.insert(LOCATION, address);
    headers.insert(SET_COOKIE, cookie);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Takes the browser back. What it has kept is of no use any more, whatever came of it.
async fn callback(request: HttpRequest, app: Data<HttpState>) -> HttpResponse {
    request.extensions_mut().insert(FINISHING);
    let brought = Parameters::read(request.query_string());
    let cookie = brought.as_ref().map(|brought| {
        let name = app.services.finish_authorization.name_of(&brought.state);
        BrowserCookie::of(name, app.addresses.is_secure())
    });
    let finishing = finish(&app, &request, brought.zip(cookie.as_ref()));
    let mut response = match done(&app, &request, finishing).await {
        Ok((finished, provider)) => pages::arrived(&finished, &app.services.providers.title_of(&provider)),
        Err(refusal) => pages::refused(&refusal),
    };
    if let Some(gone) = cookie.and_then(|cookie| cookie.gone()) {
        response.headers_mut().append(SET_COOKIE, gone);
    }
    response
}

/// Finishes what the browser brings, which has to be all there.
async fn finish(
    app: &HttpState,
    request: &HttpRequest,
    brought: Option<(Parameters, &BrowserCookie)>,
) -> Result<(Finished, ProviderId), AppError> {
    let provider = ProviderId::parse(request.match_info().get("provider").unwrap_or_default()).ok();
    let whole = brought.zip(provider).and_then(|((brought, cookie), provider)| {
        let Parameters { state, all: parameters } = brought;
        Some(Returned { provider, state, cookie: cookie.found_in(request.headers())?, parameters })
    });
    let returned = whole.ok_or(AppError::NotFound(Entity::Authorization))?;
    let provider = returned.provider.clone();
    Ok((app.services.finish_authorization.run(returned).await?, provider))
}

/// What comes of `work`, within the time that a request may take.
///
/// Whoever brings what leads nowhere is not counted: 256 bits are not guessed, and a page of
/// somebody else's could have any browser bring such things.
async fn done<T>(
    app: &HttpState,
    request: &HttpRequest,
    work: impl Future<Output = Result<T, AppError>>,
) -> Result<T, Refusal> {
    let outcome = match caught(tokio::time::timeout(app.limits.request_timeout, work)).await {
        Ok(Ok(outcome)) => outcome.map_err(Refusal::from),
        Ok(Err(_)) => Err(Refusal::TimedOut),
        Err(_) => Err(AppError::Internal("panicked".into()).into()),
    };
    outcome.inspect_err(|refusal| refusal.log(request, None))
}
