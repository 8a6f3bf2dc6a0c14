//! T3–T6: the integrations of an organisation.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use actix_web::{delete, get, patch, post};
use patchbay_application::{AppError, Caller, Conflict, Reveal};
use patchbay_domain::{Permission, UniqueRule};

use super::{Answer, MASK, disclosing, is_no_literal, success};
use crate::HttpState;
use crate::dialects::telex::dto::{
    ChangedView, Changes, CreateBody, CreatedView, EditBody, ListView, SingleView,
};
use crate::dialects::telex::{Absent, InOrganisation, OnIntegration, Telex, Words};
use crate::kernel::{Body, Gate, Operation};

pub(super) static CREATE: Operation<Telex> = Operation::on::<InOrganisation>(
    "create_integration",
    Permission::IntegrationsWrite,
    &Words::new(
        "Integration app created successfully",
        "Invalid request",
        Absent::any("Organization not found"),
    ),
)
.disclosing()
.refused_with(|| vec![AppError::Conflict(Conflict::Taken(UniqueRule::NameAndManifest))]);

/// T3: adds an integration.
#[utoipa::path(tag = "integrations", request_body = CreateBody, responses((status = 201, body = CreatedView)))]
#[post("/{org}/integrations", wrap = "Gate::to(&CREATE)")]
pub async fn create(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<InOrganisation>,
    body: Body<Telex, CreateBody>,
) -> Answer {
    let new = body.into_inner().try_into()?;
    path.require(&caller)?;
    let made = app.services.create_integration.run(&caller, new, Reveal::Echo).await?;
    let is_revealing = made.shown.secrets.is_revealing();
    Ok(disclosing(&CREATE, StatusCode::CREATED, is_revealing, CreatedView::from(&made)))
}

pub(super) static LIST: Operation<Telex> = Operation::on::<InOrganisation>(
    "list_integrations",
    Permission::IntegrationsRead,
    &Words::new(
        "Integrations retrieved successfully.",
        "Invalid organisation_id or request",
        Absent::any("Organisation not found"),
    ),
);

/// T4: lists the integrations, oldest first.
#[utoipa::path(tag = "integrations", responses((status = 200, body = Vec<ListView>)))]
#[get("/{org}/integrations", wrap = "Gate::to(&LIST)")]
pub async fn list(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<InOrganisation>) -> Answer {
    path.require(&caller)?;
    let found = app.services.list_integrations.run(&caller, None).await?;
    let views: Vec<_> = found.iter().map(ListView::from).collect();
    Ok(success(&LIST, StatusCode::OK, views))
}

pub(super) static GET: Operation<Telex> = Operation::on::<OnIntegration>(
    "get_integration",
    Permission::IntegrationsRead,
    &Words::new("Integration retrieved successfully", "Invalid input", Absent::any("Integration not found")),
)
.disclosing();

/// Shows one integration. Telex itself has no such operation.
#[utoipa::path(tag = "integrations", responses((status = 200, body = SingleView)))]
#[get("/{org}/integrations/{integration}", wrap = "Gate::to(&GET)")]
pub async fn get(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<OnIntegration>) -> Answer {
    path.within.require(&caller)?;
    let found = app.services.get_integration.run(&caller, path.integration, Reveal::Permitted(MASK)).await?;
    Ok(disclosing(&GET, StatusCode::OK, found.secrets.is_revealing(), SingleView::from(&found)))
}

pub(super) static EDIT: Operation<Telex> = Operation::on::<OnIntegration>(
    "edit_integration",
    Permission::IntegrationsWrite,
    &Words::new("Integrations updated successfully", "Invalid input", Absent::any("Integration not found")),
)
.disclosing()
.refused_with(|| vec![AppError::Conflict(Conflict::Taken(UniqueRule::NameAndManifest))]);

/// T5: changes an integration.
#[utoipa::path(tag = "integrations", request_body = Changes, responses((status = 200, body = ChangedView)))]
#[patch("/{org}/integrations/{integration}", guard = "is_no_literal", wrap = "Gate::to(&EDIT)")]
pub async fn edit(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    body: Body<Telex, EditBody>,
) -> Answer {
    let change = body.into_inner().try_into()?;
    path.within.require(&caller)?;
    let changed = app.services.edit_integration.run(&caller, path.integration, change, MASK).await?;
    Ok(disclosing(&EDIT, StatusCode::OK, changed.secrets.is_revealing(), ChangedView::from(&changed)))
}

pub(super) static DELETE: Operation<Telex> = Operation::on::<OnIntegration>(
    "delete_integration",
    Permission::IntegrationsWrite,
    &Words::new("Integrations deleted successfully", "Invalid input", Absent::any("Integration not found")),
)
.disclosing();

/// T6: deletes an integration and shows it a last time. A body is ignored.
#[utoipa::path(tag = "integrations", responses((status = 200, body = ChangedView)))]
#[delete("/{org}/integrations/{integration}", guard = "is_no_literal", wrap = "Gate::to(&DELETE)")]
pub async fn delete(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<OnIntegration>) -> Answer {
    path.within.require(&caller)?;
    let reveal = Reveal::Permitted(MASK);
    let gone = app.services.delete_integration.run(&caller, path.integration, None, reveal).await?;
    Ok(disclosing(&DELETE, StatusCode::OK, gone.secrets.is_revealing(), ChangedView::from(&gone)))
}
