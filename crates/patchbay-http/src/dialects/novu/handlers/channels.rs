//! N7 to N9: what there is of a channel, and what its provider can do.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::integrations::{Ranked, RankedSearch};
use patchbay_application::{AppError, Caller, Entity, Location};
use patchbay_domain::{ChannelKind, Permission};

use super::{Answer, showing, success};
use crate::HttpState;
use crate::dialects::novu::dto::{ChannelStatusView, LimitView, Showing, has_credentials};
use crate::dialects::novu::{Novu, OnChannel, OnProvider, REACH, Words, broken};
use crate::kernel::{Dialect, Operation};

const WEBHOOK: Words = Words { before: "Integration for ", after: " was not found" };

fn without_webhook() -> Vec<AppError> {
    let rule = "Webhook for slack-chat is not supported yet";
    vec![AppError::NotFound(Entity::Integration), broken(Location::Path, rule)]
}

pub(super) static WEBHOOK_STATUS: Operation<Novu> =
    Operation::on::<OnProvider>("get_webhook_status", Permission::IntegrationsRead, &WEBHOOK)
        .refused_with(without_webhook);

/// N7: tells whether the provider of an integration reports what became of each message. Of several
/// integrations of the provider that is named, the oldest one is meant.
#[utoipa::path(
    get,
    path = "/integrations/webhook/provider/{providerIdOrId}/status",
    tag = "channels",
    responses((status = 200, body = bool))
)]
pub async fn webhook_status(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnProvider>,
) -> Answer {
    status_of(&app, &caller, &path).await
}

pub(super) static WEBHOOKS_STATUS: Operation<Novu> =
    Operation::on::<OnProvider>("get_webhooks_status", Permission::IntegrationsRead, &WEBHOOK)
        .refused_with(without_webhook);

/// The same as N7, as some of its clients spell it.
#[utoipa::path(
    get,
    path = "/integrations/webhooks/provider/{providerIdOrId}/status",
    tag = "channels",
    responses((status = 200, body = bool))
)]
pub async fn webhooks_status(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnProvider>,
) -> Answer {
    status_of(&app, &caller, &path).await
}

async fn status_of(app: &HttpState, caller: &Caller, path: &OnProvider) -> Answer {
    let search = RankedSearch { reach: REACH, ..RankedSearch::default() };
    let listed = app.services.list_ranked.run(caller, search).await?;
    let reports = reports_delivery(&showing(app), &listed, path.named.as_str())?;
    Ok(success(StatusCode::OK, reports))
}

/// Whether the provider of the first of `listed` that is `named` reports what became of messages.
fn reports_delivery(showing: &Showing, listed: &[Ranked], named: &str) -> Result<bool, AppError> {
    let is_named = |one: &&Ranked| {
        let integration = &one.shown.integration;
        integration.id().to_string() == named || showing.providers.name_of(Novu::NAME, integration) == named
    };
    let found = listed.iter().find(is_named).ok_or(AppError::NotFound(Entity::Integration))?;
    let integration = &found.shown.integration;
    let provider = showing.provider_of(integration);
    if !has_credentials(integration, &found.shown.secrets, &provider) {
        let rule = format!("Integration {} doesn't have credentials set up", integration.id());
        return Err(broken(Location::Path, rule));
    }
    let channel = integration.channel(&provider);
    if !matches!(channel, Some(ChannelKind::Email | ChannelKind::Sms)) {
        let name = showing.providers.name_of(Novu::NAME, integration);
        let channel = channel.map_or("", ChannelKind::as_str);
        return Err(broken(Location::Path, format!("Webhook for {name}-{channel} is not supported yet")));
    }
    Ok(provider.reports_delivery)
}

pub(super) static LIMIT: Operation<Novu> =
    Operation::on::<OnChannel>("get_channel_limit", Permission::IntegrationsRead, &Words::ENTITY);

/// N8: tells how many messages of a channel Novu itself would pay for: none.
#[utoipa::path(
    get,
    path = "/integrations/{channel}/limit",
    tag = "channels",
    responses((status = 200, body = LimitView))
)]
pub async fn limit(_: ReqData<OnChannel>) -> Answer {
    Ok(success(StatusCode::OK, LimitView::NONE))
}

pub(super) static IN_APP_STATUS: Operation<Novu> =
    Operation::on::<()>("get_in_app_status", Permission::IntegrationsRead, &Words::ENTITY);

/// N9: tells whether an integration shows messages inside an app, and is active.
#[utoipa::path(
    get,
    path = "/integrations/in-app/status",
    tag = "channels",
    responses((status = 200, body = ChannelStatusView))
)]
pub async fn in_app_status(app: Data<HttpState>, caller: ReqData<Caller>) -> Answer {
    let search = RankedSearch { reach: REACH, only_active: true, environment: None };
    let listed = app.services.list_ranked.run(&caller, search).await?;
    let showing = showing(&app);
    let is_in_app = |one: &Ranked| {
        let integration = &one.shown.integration;
        integration.channel(&showing.provider_of(integration)) == Some(ChannelKind::InApp)
    };
    Ok(success(StatusCode::OK, ChannelStatusView { active: listed.iter().any(is_in_app) }))
}
