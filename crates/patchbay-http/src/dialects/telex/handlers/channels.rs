//! T10–T13: settings of an integration for one chat channel.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::settings::{SettingFilter, SettingSelector, ShownSetting};
use patchbay_application::{AppError, Caller, Listed};
use patchbay_domain::{NumberedPage, Permission};
use serde::Deserialize;
use utoipa::IntoParams;

use super::settings::{ONE_SETTING, located};
use super::{Answer, MASK, disclosing, done};
use crate::HttpState;
use crate::dialects::telex::dto::{AddSettingBody, ChannelSettingView, EditSettingBody, SettingChanges};
use crate::dialects::telex::{OnChannel, OnChannelSetting, Telex, Words};
use crate::kernel::{Body, Once, Operation, PageQuery, Query, paged, switch};

/// The words of these operations differ in one: what was done.
const fn words(done: &'static str) -> Words {
    Words::new(done, "Invalid request", ONE_SETTING)
}

pub(super) static ADD: Operation<Telex> = Operation::on::<OnChannel>(
    "add_channel_setting",
    Permission::SettingsWrite,
    &words("Channel Integration setting added successfully"),
);

/// T10: puts a value under a label, for one channel.
#[utoipa::path(
    post,
    path = "/{org}/integrations/{integration}/channels/{channel}/settings",
    tag = "channels",
    request_body = AddSettingBody,
    responses((status = 200, headers(("location" = String, description = "The path of the setting"))))
)]
pub async fn add(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnChannel>,
    request: HttpRequest,
    once: Once,
    body: Body<Telex, AddSettingBody>,
) -> Answer {
    let new = body.into_inner().try_into()?;
    path.on.within.require(&caller)?;
    let (target, answer) = (path.target(), located(&ADD, &request));
    let id = app.services.put_setting.run(&caller, &target, new, MASK, &once.receipt(answer.clone())).await?;
    Ok(answer(&id))
}

pub(super) static LIST: Operation<Telex> = Operation::on::<OnChannel>(
    "list_channel_settings",
    Permission::SettingsRead,
    &words("Channel Integration settings retrieved successfully"),
)
.disclosing()
.paged();

/// T11: what is asked beside the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Whether settings of the integration as a whole are listed too, where the channel has none
    /// of that label.
    #[param(value_type = Option<bool>)]
    effective: Option<String>,
}

impl ListQuery {
    fn filter(&self, page: Option<NumberedPage>) -> Result<SettingFilter, AppError> {
        let effective = switch("effective", self.effective.as_deref())?;
        Ok(SettingFilter { effective, page, ..SettingFilter::default() })
    }
}

/// T11: lists what the channel sets, or with `?effective=true` what is in force there.
#[utoipa::path(
    get,
    path = "/{org}/integrations/{integration}/channels/{channel}/settings",
    tag = "channels",
    params(ListQuery),
    responses((status = 200, body = Vec<ChannelSettingView>))
)]
pub async fn list(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnChannel>,
    request: HttpRequest,
    query: Query<Telex, ListQuery>,
    page: Query<Telex, PageQuery>,
) -> Answer {
    let page = page.into_inner().numbered()?;
    let filter = query.into_inner().filter(page)?;
    path.on.within.require(&caller)?;
    let Listed { items, total } =
        app.services.list_settings.run(&caller, &path.target(), &filter, MASK).await?;
    let views: Vec<_> = items.iter().map(|shown| ChannelSettingView::of(&path.channel, shown)).collect();
    let is_revealing = items.iter().any(ShownSetting::is_revealing);
    Ok(paged(disclosing(&LIST, StatusCode::OK, is_revealing, views), &request, page, total))
}

pub(super) static EDIT: Operation<Telex> = Operation::on::<OnChannelSetting>(
    "edit_channel_setting",
    Permission::SettingsWrite,
    &words("Integration setting updated successfully"),
);

/// T12: changes a setting of a channel.
#[utoipa::path(
    patch,
    path = "/{org}/integrations/{integration}/channels/{channel}/settings/{setting}",
    tag = "channels",
    request_body = SettingChanges,
    responses((status = 200))
)]
pub async fn edit(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnChannelSetting>,
    once: Once,
    body: Body<Telex, EditSettingBody>,
) -> Answer {
    let change = body.into_inner().try_into()?;
    path.in_channel.on.within.require(&caller)?;
    let (target, selector) = (path.in_channel.target(), SettingSelector::Id(path.setting));
    let receipt = once.receipt(|()| done(&EDIT));
    app.services.edit_setting.run(&caller, &target, selector, change, MASK, &receipt).await?;
    Ok(done(&EDIT))
}

pub(super) static DELETE: Operation<Telex> = Operation::on::<OnChannelSetting>(
    "delete_channel_setting",
    Permission::SettingsWrite,
    &words("Channel Integration setting deleted successfully"),
);

/// T13: deletes a setting of a channel.
#[utoipa::path(
    delete,
    path = "/{org}/integrations/{integration}/channels/{channel}/settings/{setting}",
    tag = "channels",
    responses((status = 200))
)]
pub async fn delete(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnChannelSetting>,
) -> Answer {
    path.in_channel.on.within.require(&caller)?;
    app.services.delete_setting.run(&caller, &path.in_channel.target(), path.setting).await?;
    Ok(done(&DELETE))
}
