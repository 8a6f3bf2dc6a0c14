//! Settings of an integration for one chat channel. AlooChat itself has no such operations.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::Caller;
use patchbay_domain::Permission;

use super::{Answer, success};
use crate::HttpState;
use crate::dialects::aloochat::dto::{MessageView, channel_view};
use crate::dialects::aloochat::{AlooChat, OnChannel};
use crate::kernel::{Body, Operation, Pairs, TextObject};

pub(super) static GET: Operation<AlooChat> =
    Operation::on::<OnChannel>("get_channel", Permission::SettingsRead, &());

/// Shows what a channel sets, each value under its label. Secrets are left out; a channel that sets
/// nothing is an empty object.
#[utoipa::path(
    get,
    path = "/integrations/{id}/channels/{channel}",
    tag = "channels",
    responses((status = 200, body = TextObject))
)]
pub async fn get(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<OnChannel>) -> Answer {
    let settings = app.services.get_channel.run(&caller, &path.target()).await?;
    Ok(success(StatusCode::OK, channel_view(&settings)))
}

pub(super) static REPLACE: Operation<AlooChat> =
    Operation::on::<OnChannel>("replace_channel", Permission::SettingsWrite, &());

/// Gives a channel other settings. What is not sent goes, but secrets stay until they are sent
/// anew, or as `null`. Numbers and booleans are kept as text.
#[utoipa::path(
    put,
    path = "/integrations/{id}/channels/{channel}",
    tag = "channels",
    request_body = Pairs,
    responses((status = 200, body = TextObject))
)]
pub async fn replace(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnChannel>,
    body: Body<AlooChat, Pairs>,
) -> Answer {
    let sent = body.into_inner().settings()?;
    let settings = app.services.replace_channel.run(&caller, &path.target(), &sent).await?;
    Ok(success(StatusCode::OK, channel_view(&settings)))
}

pub(super) static CLEAR: Operation<AlooChat> =
    Operation::on::<OnChannel>("clear_channel", Permission::SettingsWrite, &());

/// Takes all settings of a channel away, secrets too. A body is ignored.
#[utoipa::path(
    delete,
    path = "/integrations/{id}/channels/{channel}",
    tag = "channels",
    responses((status = 200, body = MessageView))
)]
pub async fn clear(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<OnChannel>) -> Answer {
    app.services.clear_channel.run(&caller, &path.target()).await?;
    Ok(success(StatusCode::OK, MessageView { message: "Channel settings deleted successfully" }))
}
