//! T7–T9: settings of an integration as a whole, and their addressable form.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use patchbay_application::settings::{SettingFilter, SettingSelector, SettingTarget, ShownSetting};
use patchbay_application::{AppError, Caller, Entity, Listed};
use patchbay_domain::{Permission, SettingId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Answer, MASK, disclosing, done};
use crate::HttpState;
use crate::dialects::telex::dto::{
    AddSettingBody, EditSettingBody, EditSomeSettingBody, SettingChanges, SettingView, SomeSettingChanges,
};
use crate::dialects::telex::{Absent, OnIntegration, OnSetting, Telex, Words};
use crate::kernel::{Body, Collection, Once, Operation, PageQuery, Query, Unlisted, paged};

/// Of operations on a setting that the path names.
pub(super) const ONE_SETTING: Absent = Absent {
    setting: "Integration setting not found",
    ..Absent::any("Organisation or integration not found")
};

pub(super) static ADD: Operation<Telex> = Operation::on::<OnIntegration>(
    "add_setting",
    Permission::SettingsWrite,
    &Words::new(
        "Integration setting added successfully",
        "Invalid request",
        Absent::any("Organisation or integration not found"),
    ),
);

/// T7: puts a value under a label. Its address is in the header `Location`.
#[utoipa::path(
    post,
    path = "/{org}/integrations/{integration}/settings",
    tag = "settings",
    request_body = AddSettingBody,
    responses((status = 200, headers(("location" = String, description = "The path of the setting"))))
)]
pub async fn add(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    request: HttpRequest,
    once: Once,
    body: Body<Telex, AddSettingBody>,
) -> Answer {
    let new = body.into_inner().try_into()?;
    path.within.require(&caller)?;
    let target = SettingTarget::of(path.integration);
    let answer = located(&ADD, &request);
    let id = app.services.put_setting.run(&caller, &target, new, MASK, &once.receipt(answer.clone())).await?;
    Ok(answer(&id))
}

/// Answers that a setting was put at `request`, and where it is.
pub(super) fn located(
    operation: &'static Operation<Telex>,
    request: &HttpRequest,
) -> impl Fn(&SettingId) -> HttpResponse + Clone + Send + Sync + 'static {
    let collection = Collection::of(request);
    move |id| collection.locate(id, done(operation))
}

pub(super) static LIST: Operation<Telex> = Operation::on::<Unlisted<OnIntegration>>(
    "list_settings",
    Permission::SettingsRead,
    &Words::new(
        "Integration setting retrieved successfully",
        "Invalid request",
        Absent::any("Organisation or integration not found"),
    ),
)
.disclosing()
.paged();

/// T8: lists the settings.
#[utoipa::path(
    get,
    path = "/{org}/integrations/{integration}/settings",
    tag = "settings",
    params(PageQuery),
    responses((status = 200, body = Vec<SettingView>))
)]
pub async fn list(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<Unlisted<OnIntegration>>,
    request: HttpRequest,
    page: Query<Telex, PageQuery>,
) -> Answer {
    let page = page.into_inner().numbered()?;
    let Unlisted(path) = *path;
    path.within.require(&caller)?;
    let target = SettingTarget::of(path.integration);
    let filter = SettingFilter { page, ..SettingFilter::default() };
    let Listed { items, total } = app.services.list_settings.run(&caller, &target, &filter, MASK).await?;
    let views: Vec<_> = items.iter().map(SettingView::from).collect();
    let is_revealing = items.iter().any(ShownSetting::is_revealing);
    Ok(paged(disclosing(&LIST, StatusCode::OK, is_revealing, views), &request, page, total))
}

pub(super) static EDIT: Operation<Telex> = Operation::on::<OnIntegration>(
    "edit_setting",
    Permission::SettingsWrite,
    &Words::new(
        "Integration setting updated successfully",
        "Invalid request",
        Absent::any("Organisation or integration not found"),
    ),
);

/// T9: where the setting's id may also be said.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EditQuery {
    /// The id of the setting that is meant. One in the body wins.
    #[param(value_type = Option<String>, format = "uuid")]
    setting_id: Option<String>,
}

/// T9: changes a setting whose id is not in the path: the one that the body or the query
/// names, else the one with the label, else the only one.
#[utoipa::path(
    patch,
    path = "/{org}/integrations/{integration}/settings",
    tag = "settings",
    params(EditQuery),
    request_body = SomeSettingChanges,
    responses((status = 200))
)]
pub async fn edit(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    query: Query<Telex, EditQuery>,
    once: Once,
    body: Body<Telex, EditSomeSettingBody>,
) -> Answer {
    let (change, named) = body.into_inner().into_parts()?;
    path.within.require(&caller)?;
    let selector = match named.or(query.into_inner().setting_id) {
        Some(id) => SettingSelector::Id(id.parse().map_err(|_| AppError::NotFound(Entity::Setting))?),
        None => SettingSelector::Likely,
    };
    let target = SettingTarget::of(path.integration);
    let receipt = once.receipt(|()| done(&EDIT));
    app.services.edit_setting.run(&caller, &target, selector, change, MASK, &receipt).await?;
    Ok(done(&EDIT))
}

pub(super) static EDIT_ONE: Operation<Telex> = Operation::on::<OnSetting>(
    "edit_one_setting",
    Permission::SettingsWrite,
    &Words::new("Integration setting updated successfully", "Invalid request", ONE_SETTING),
);

/// Changes the setting of an id. Telex itself has no such operation.
#[utoipa::path(
    patch,
    path = "/{org}/integrations/{integration}/settings/{setting}",
    tag = "settings",
    request_body = SettingChanges,
    responses((status = 200))
)]
pub async fn edit_one(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnSetting>,
    once: Once,
    body: Body<Telex, EditSettingBody>,
) -> Answer {
    let change = body.into_inner().try_into()?;
    path.on.within.require(&caller)?;
    let (target, selector) = (SettingTarget::of(path.on.integration), SettingSelector::Id(path.setting));
    let receipt = once.receipt(|()| done(&EDIT_ONE));
    app.services.edit_setting.run(&caller, &target, selector, change, MASK, &receipt).await?;
    Ok(done(&EDIT_ONE))
}

pub(super) static DELETE_ONE: Operation<Telex> = Operation::on::<OnSetting>(
    "delete_setting",
    Permission::SettingsWrite,
    &Words::new("Integration setting deleted successfully", "Invalid request", ONE_SETTING),
);

/// Deletes the setting of an id. Telex itself has no such operation.
#[utoipa::path(
    delete,
    path = "/{org}/integrations/{integration}/settings/{setting}",
    tag = "settings",
    responses((status = 200))
)]
pub async fn delete_one(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<OnSetting>) -> Answer {
    path.on.within.require(&caller)?;
    let target = SettingTarget::of(path.on.integration);
    app.services.delete_setting.run(&caller, &target, path.setting).await?;
    Ok(done(&DELETE_ONE))
}
