//! T10–T13: settings of an integration for one chat channel.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use actix_web::{HttpRequest, delete, get, patch, post};
use patchbay_application::settings::{SettingFilter, SettingSelector, ShownSetting};
use patchbay_application::{AppError, Caller};
use patchbay_domain::Permission;
use serde::Deserialize;
use utoipa::IntoParams;

use super::settings::{ONE_SETTING, located};
use super::{Answer, MASK, disclosing, done};
use crate::HttpState;
use crate::dialects::telex::dto::{AddSettingBody, ChannelSettingView, EditSettingBody, SettingChanges};
use crate::dialects::telex::{OnChannel, OnChannelSetting, Telex, Words};
use crate::kernel::{Body, Gate, Operation, Query, switch};

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
    tag = "channels",
    request_body = AddSettingBody,
    responses((status = 200, headers(("location" = String, description = "The path of the setting"))))
)]
#[post("/{org}/integrations/{integration}/channels/{channel}/settings", wrap = "Gate::to(&ADD)")]
pub async fn add(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnChannel>,
    request: HttpRequest,
    body: Body<Telex, AddSettingBody>,
) -> Answer {
    let new = body.into_inner().try_into()?;
    path.on.within.require(&caller)?;
    let id = app.services.put_setting.run(&caller, &path.target(), new, MASK).await?;
    Ok(located(done(&ADD), &request, id))
}

pub(super) static LIST: Operation<Telex> = Operation::on::<OnChannel>(
    "list_channel_settings",
    Permission::SettingsRead,
    &words("Channel Integration settings retrieved successfully"),
)
.disclosing();

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
    fn filter(&self) -> Result<SettingFilter, AppError> {
        Ok(SettingFilter { label: None, effective: switch("effective", self.effective.as_deref())? })
    }
}

/// T11: lists what the channel sets, or with `?effective=true` what is in force there.
#[utoipa::path(
    tag = "channels",
    params(ListQuery),
    responses((status = 200, body = Vec<ChannelSettingView>))
)]
#[get("/{org}/integrations/{integration}/channels/{channel}/settings", wrap = "Gate::to(&LIST)")]
pub async fn list(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnChannel>,
    query: Query<Telex, ListQuery>,
) -> Answer {
    let filter = query.into_inner().filter()?;
    path.on.within.require(&caller)?;
    let found = app.services.list_settings.run(&caller, &path.target(), &filter, MASK).await?;
    let views: Vec<_> = found.iter().map(|shown| ChannelSettingView::of(&path.channel, shown)).collect();
    Ok(disclosing(&LIST, StatusCode::OK, found.iter().any(ShownSetting::is_revealing), views))
}

pub(super) static EDIT: Operation<Telex> = Operation::on::<OnChannelSetting>(
    "edit_channel_setting",
    Permission::SettingsWrite,
    &words("Integration setting updated successfully"),
);

/// T12: changes a setting of a channel.
#[utoipa::path(tag = "channels", request_body = SettingChanges, responses((status = 200)))]
#[patch("/{org}/integrations/{integration}/channels/{channel}/settings/{setting}", wrap = "Gate::to(&EDIT)")]
pub async fn edit(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnChannelSetting>,
    body: Body<Telex, EditSettingBody>,
) -> Answer {
    let change = body.into_inner().try_into()?;
    path.in_channel.on.within.require(&caller)?;
    let (target, selector) = (path.in_channel.target(), SettingSelector::Id(path.setting));
    app.services.edit_setting.run(&caller, &target, selector, change, MASK).await?;
    Ok(done(&EDIT))
}

pub(super) static DELETE: Operation<Telex> = Operation::on::<OnChannelSetting>(
    "delete_channel_setting",
    Permission::SettingsWrite,
    &words("Channel Integration setting deleted successfully"),
);

/// T13: deletes a setting of a channel.
#[utoipa::path(tag = "channels", responses((status = 200)))]
#[delete(
    "/{org}/integrations/{integration}/channels/{channel}/settings/{setting}",
    wrap = "Gate::to(&DELETE)"
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
