//! T18, T19: settings of custom integrations, in their own spelling.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use actix_web::{get, put};
use patchbay_application::settings::{SettingFilter, SettingTarget, ShownSetting};
use patchbay_application::{AppError, Caller, Entity, Fault, FaultReason, Location};
use patchbay_domain::{Origin, Permission, SettingLabel};
use serde::Deserialize;

use super::{Answer, MASK, disclosing, done};
use crate::HttpState;
use crate::dialects::telex::dto::{CustomSettingBody, CustomSettingsView};
use crate::dialects::telex::{OnIntegration, Telex, Words};
use crate::kernel::{Body, Gate, Operation, Query};

/// Only custom integrations are known here.
fn target(path: &OnIntegration) -> SettingTarget {
    SettingTarget { origin: Some(Origin::Custom), ..SettingTarget::of(path.integration) }
}

static PUT_SETTING: Operation<Telex> = Operation::on::<OnIntegration>(
    "put_custom_setting",
    Permission::SettingsWrite,
    &Words {
        done: "Integrations Settings updated successfully",
        invalid: "Invalid input",
        no_organisation: "Integration not found",
        no_integration: "Integration not found",
        no_setting: "Integration not found",
    },
);

/// T18: puts one entry and touches no other.
#[utoipa::path(tag = "custom", request_body = CustomSettingBody, responses((status = 200)))]
#[put("/{org}/integrations/custom/{integration}/settings", wrap = "Gate::to(&PUT_SETTING)")]
pub async fn put_setting(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    body: Body<Telex, CustomSettingBody>,
) -> Answer {
    let new = body.into_inner().try_into()?;
    path.within.require(&caller)?;
    app.services.put_setting.run(&caller, &target(&path), new, MASK).await?;
    Ok(done(&PUT_SETTING))
}

static GET_SETTING: Operation<Telex> = Operation::on::<OnIntegration>(
    "get_custom_settings",
    Permission::SettingsRead,
    &Words {
        done: "Integrations retrieved successfully.",
        invalid: "Invalid organisation_id or request",
        no_organisation: "Organisation not found",
        no_integration: "Integration not found",
        no_setting: "Integration not found",
    },
);

/// T19: which pair is asked for.
#[derive(Deserialize)]
pub struct PairQuery {
    field_name: Option<String>,
}

impl PairQuery {
    fn filter(&self) -> Result<SettingFilter, AppError> {
        let label = self.field_name.as_deref().map(SettingLabel::parse).transpose().map_err(|why| {
            AppError::Invalid(Fault::of_field(Location::Query, "field_name", FaultReason::Text(why)).into())
        })?;
        Ok(SettingFilter { label, effective: false })
    }
}

/// T19: shows the pair that was changed last, and all of them when there are several; with
/// `?field_name=` just that one.
#[utoipa::path(tag = "custom", responses((status = 200, body = CustomSettingsView)))]
#[get("/{org}/integrations/custom/{integration}/settings", wrap = "Gate::to(&GET_SETTING)")]
pub async fn get_setting(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    query: Query<Telex, PairQuery>,
) -> Answer {
    let filter = query.into_inner().filter()?;
    path.within.require(&caller)?;
    let found = app.services.list_settings.run(&caller, &target(&path), &filter, MASK).await?;
    if filter.label.is_some() && found.is_empty() {
        return Err(AppError::NotFound(Entity::Setting).into());
    }
    let view = CustomSettingsView::from(&found[..]);
    Ok(disclosing(&GET_SETTING, StatusCode::OK, found.iter().any(ShownSetting::is_revealing), view))
}
