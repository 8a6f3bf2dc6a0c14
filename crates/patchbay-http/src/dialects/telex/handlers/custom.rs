//! T14–T19: integrations of apps that were installed by their manifest alone, and their
//! settings in a spelling of their own.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::idempotency::ReceiptFor;
use patchbay_application::settings::{SettingFilter, SettingTarget, ShownSetting};
use patchbay_application::{AppError, Caller, Conflict, Entity, Fault, FaultReason, Location, Reach, Reveal};
use patchbay_domain::{FetchError, Origin, Permission, SettingLabel, UniqueRule};
use serde::Deserialize;
use utoipa::IntoParams;

use super::search::SearchQuery;
use super::{Answer, MASK, disclosing, done, made, success};
use crate::HttpState;
use crate::dialects::telex::dto::{CustomBody, CustomListView, CustomSettingBody, CustomSettingsView};
use crate::dialects::telex::{Absent, InOrganisation, OnIntegration, Telex, Words};
use crate::kernel::{Body, ForVersions, Once, Operation, PageQuery, Query, ValueText, paged};

/// Of operations that read a manifest.
fn unusable_or_taken() -> Vec<AppError> {
    vec![
        AppError::Manifest(FetchError::NotAUrl.into()),
        AppError::Conflict(Conflict::Taken(UniqueRule::CustomManifest)),
    ]
}

pub(super) static INSTALL: Operation<Telex> = Operation::on::<InOrganisation>(
    "install_custom_integration",
    Permission::IntegrationsWrite,
    &Words::new(
        "Integration app created successfully",
        "Invalid JSON URL supplied",
        Absent::any("Organisation not found"),
    ),
)
.refused_with(unusable_or_taken);

/// T14: installs an app by its manifest alone.
#[utoipa::path(
    post,
    path = "/{org}/integrations/custom",
    tag = "custom",
    request_body = CustomBody,
    responses((status = 201))
)]
pub async fn install(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<InOrganisation>,
    once: Once,
    body: Body<Telex, CustomBody>,
) -> Answer {
    let new = body.into_inner().try_into()?;
    path.require(&caller)?;
    let receipt = once.receipt(|_| made(&INSTALL));
    app.services.install_custom.run(&caller, new, &receipt).await?;
    Ok(made(&INSTALL))
}

pub(super) static LIST: Operation<Telex> = Operation::on::<InOrganisation>(
    "list_custom_integrations",
    Permission::IntegrationsRead,
    &Words::new(
        "Integrations retrieved successfully.",
        "Invalid organisation_id or request",
        Absent::any("Organisation not found"),
    ),
)
.paged();

/// T15: lists what was installed through T14, oldest first.
#[utoipa::path(
    get,
    path = "/{org}/integrations/custom",
    tag = "custom",
    params(SearchQuery, PageQuery),
    responses((status = 200, body = Vec<CustomListView>))
)]
pub async fn list(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<InOrganisation>,
    request: HttpRequest,
    search: Query<Telex, SearchQuery>,
    page: Query<Telex, PageQuery>,
) -> Answer {
    let (search, page) = (search.into_inner().search(Some(Origin::Custom))?, page.into_inner().numbered()?);
    path.require(&caller)?;
    let found = app.services.list_integrations.run(&caller, &search, page).await?;
    let views: Vec<_> = found.items.iter().map(CustomListView::from).collect();
    Ok(paged(success(&LIST, StatusCode::OK, views), &request, page, found.total))
}

pub(super) static REPLACE: Operation<Telex> = Operation::on::<OnIntegration>(
    "replace_custom_integration",
    Permission::IntegrationsWrite,
    &Words::new("Integrations updated successfully", "Invalid input", Absent::any("Integration not found")),
)
.refused_with(unusable_or_taken)
.for_versions();

/// T16: reads another manifest, or the present one anew.
#[utoipa::path(
    put,
    path = "/{org}/integrations/custom/{integration}",
    tag = "custom",
    request_body = CustomBody,
    responses((status = 200))
)]
pub async fn replace(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    ForVersions(expected): ForVersions,
    body: Body<Telex, CustomBody>,
) -> Answer {
    let url = body.into_inner().url()?;
    path.within.require(&caller)?;
    app.services.replace_manifest.run(&caller, path.integration, url, &expected).await?;
    Ok(done(&REPLACE))
}

pub(super) static DELETE: Operation<Telex> = Operation::on::<OnIntegration>(
    "delete_custom_integration",
    Permission::IntegrationsWrite,
    &Words::new("Integrations deleted successfully", "Invalid input", Absent::any("Integration not found")),
)
.for_versions();

/// T17: deletes one, its settings with it. A body is ignored.
#[utoipa::path(
    delete,
    path = "/{org}/integrations/custom/{integration}",
    tag = "custom",
    responses((status = 200))
)]
pub async fn delete(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    ForVersions(expected): ForVersions,
) -> Answer {
    path.within.require(&caller)?;
    let custom = Reach::Origin(Origin::Custom);
    let delete = &app.services.delete_integration;
    delete.run(&caller, path.integration, custom, &expected, Reveal::Never).await?;
    Ok(done(&DELETE))
}

/// Only custom integrations are known here.
fn target(path: &OnIntegration) -> SettingTarget {
    SettingTarget { origin: Some(Origin::Custom), ..SettingTarget::of(path.integration) }
}

pub(super) static PUT_SETTING: Operation<Telex> = Operation::on::<OnIntegration>(
    "put_custom_setting",
    Permission::SettingsWrite,
    &Words::new(
        "Integrations Settings updated successfully",
        "Invalid input",
        Absent::any("Integration not found"),
    ),
);

/// T18: puts one entry and touches no other.
#[utoipa::path(
    put,
    path = "/{org}/integrations/custom/{integration}/settings",
    tag = "custom",
    request_body = CustomSettingBody,
    responses((status = 200))
)]
pub async fn put_setting(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    body: Body<Telex, CustomSettingBody>,
) -> Answer {
    let new = body.into_inner().try_into()?;
    path.within.require(&caller)?;
    // PUT has its effect once by itself.
    app.services.put_setting.run(&caller, &target(&path), new, MASK, &ReceiptFor::none()).await?;
    Ok(done(&PUT_SETTING))
}

pub(super) static GET_SETTING: Operation<Telex> = Operation::on::<OnIntegration>(
    "get_custom_settings",
    Permission::SettingsRead,
    &Words::new(
        "Integrations retrieved successfully.",
        "Invalid organisation_id or request",
        Absent { organisation: "Organisation not found", ..Absent::any("Integration not found") },
    ),
)
.disclosing();

/// T19: which pair is asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PairQuery {
    /// The label of the one pair that is asked for.
    #[param(schema_with = ValueText::<SettingLabel>::sent, required = false)]
    field_name: Option<String>,
}

impl PairQuery {
    fn filter(&self) -> Result<SettingFilter, AppError> {
        let label = self.field_name.as_deref().map(SettingLabel::parse).transpose().map_err(|why| {
            AppError::Invalid(Fault::of_field(Location::Query, "field_name", FaultReason::Text(why)).into())
        })?;
        Ok(SettingFilter { label, ..SettingFilter::default() })
    }
}

/// T19: shows the pair that was changed last, and all of them when there are several; with
/// `?field_name=` just that one.
#[utoipa::path(
    get,
    path = "/{org}/integrations/custom/{integration}/settings",
    tag = "custom",
    params(PairQuery),
    responses((status = 200, body = CustomSettingsView))
)]
pub async fn get_setting(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    query: Query<Telex, PairQuery>,
) -> Answer {
    let filter = query.into_inner().filter()?;
    path.within.require(&caller)?;
    let found = app.services.list_settings.run(&caller, &target(&path), &filter, MASK).await?.items;
    if filter.label.is_some() && found.is_empty() {
        return Err(AppError::NotFound(Entity::Setting).into());
    }
    let view = CustomSettingsView::from(&found[..]);
    Ok(disclosing(&GET_SETTING, StatusCode::OK, found.iter().any(ShownSetting::is_revealing), view))
}
