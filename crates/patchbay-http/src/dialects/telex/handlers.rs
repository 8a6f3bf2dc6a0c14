//! The operations: translate in, run, translate out. T numbers are Telex's order of them.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{Data, ReqData};
use actix_web::{HttpResponse, delete, get, patch, post};
use patchbay_application::{Caller, Disclosed, Reveal};
use patchbay_domain::{Mask, Permission};
use serde::Serialize;

use super::dto::{ChangedView, CreateBody, CreatedView, EditBody, ListView, SingleView, Success};
use super::{InOrganisation, OnIntegration, Telex, Words};
use crate::HttpState;
use crate::kernel::{Body, Failure, Gate, Operation};

/// How Telex shows a secret to those who may not see it.
const MASK: Mask = Mask::StarsAndTail;

type Answer = Result<HttpResponse, Failure<Telex>>;

static CREATE: Operation<Telex> = Operation::on::<InOrganisation>(
    "create_integration",
    Permission::IntegrationsWrite,
    &Words {
        done: "Integration app created successfully",
        invalid: "Invalid request",
        no_organisation: "Organization not found",
        no_integration: "Integration not found",
    },
);

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
    Ok(disclosing(&CREATE, StatusCode::CREATED, &made, CreatedView::from(&made)))
}

static LIST: Operation<Telex> = Operation::on::<InOrganisation>(
    "list_integrations",
    Permission::IntegrationsRead,
    &Words {
        done: "Integrations retrieved successfully.",
        invalid: "Invalid organisation_id or request",
        no_organisation: "Organisation not found",
        no_integration: "Integration not found",
    },
);

/// T4: lists the integrations, oldest first.
#[utoipa::path(tag = "integrations", responses((status = 200, body = Vec<ListView>)))]
#[get("/{org}/integrations", wrap = "Gate::to(&LIST)")]
pub async fn list(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<InOrganisation>) -> Answer {
    path.require(&caller)?;
    let found = app.services.list_integrations.run(&caller).await?;
    let views: Vec<_> = found.iter().map(ListView::from).collect();
    Ok(success(&LIST, StatusCode::OK, views))
}

static GET: Operation<Telex> = Operation::on::<OnIntegration>(
    "get_integration",
    Permission::IntegrationsRead,
    &Words {
        done: "Integration retrieved successfully",
        invalid: "Invalid input",
        no_organisation: "Integration not found",
        no_integration: "Integration not found",
    },
);

/// Shows one integration. Telex itself has no such operation.
#[utoipa::path(tag = "integrations", responses((status = 200, body = SingleView)))]
#[get("/{org}/integrations/{integration}", wrap = "Gate::to(&GET)")]
pub async fn get(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<OnIntegration>) -> Answer {
    path.within.require(&caller)?;
    let found = app.services.get_integration.run(&caller, path.integration, Reveal::Permitted(MASK)).await?;
    Ok(disclosing(&GET, StatusCode::OK, &found, SingleView::from(&found)))
}

static EDIT: Operation<Telex> = Operation::on::<OnIntegration>(
    "edit_integration",
    Permission::IntegrationsWrite,
    &Words {
        done: "Integrations updated successfully",
        invalid: "Invalid input",
        no_organisation: "Integration not found",
        no_integration: "Integration not found",
    },
);

/// T5: changes an integration.
#[utoipa::path(tag = "integrations", request_body = EditBody, responses((status = 200, body = ChangedView)))]
#[patch("/{org}/integrations/{integration}", wrap = "Gate::to(&EDIT)")]
pub async fn edit(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    body: Body<Telex, EditBody>,
) -> Answer {
    let change = body.into_inner().try_into()?;
    path.within.require(&caller)?;
    let changed = app.services.edit_integration.run(&caller, path.integration, change, MASK).await?;
    Ok(disclosing(&EDIT, StatusCode::OK, &changed, ChangedView::from(&changed)))
}

static DELETE: Operation<Telex> = Operation::on::<OnIntegration>(
    "delete_integration",
    Permission::IntegrationsWrite,
    &Words {
        done: "Integrations deleted successfully",
        invalid: "Invalid input",
        no_organisation: "Integration not found",
        no_integration: "Integration not found",
    },
);

/// T6: deletes an integration and shows it a last time. A body is ignored.
#[utoipa::path(tag = "integrations", responses((status = 200, body = ChangedView)))]
#[delete("/{org}/integrations/{integration}", wrap = "Gate::to(&DELETE)")]
pub async fn delete(app: Data<HttpState>, caller: ReqData<Caller>, path: ReqData<OnIntegration>) -> Answer {
    path.within.require(&caller)?;
    let gone =
        app.services.delete_integration.run(&caller, path.integration, Reveal::Permitted(MASK)).await?;
    Ok(disclosing(&DELETE, StatusCode::OK, &gone, ChangedView::from(&gone)))
}

fn success<T: Serialize>(operation: &Operation<Telex>, status: StatusCode, data: T) -> HttpResponse {
    HttpResponse::build(status).json(Success::new(status.as_u16(), operation.words.done, data))
}

/// A success that may show secrets: no cache keeps one that does.
fn disclosing<T: Serialize>(
    operation: &Operation<Telex>,
    status: StatusCode,
    shown: &Disclosed,
    data: T,
) -> HttpResponse {
    let mut response = success(operation, status, data);
    if shown.secrets.is_revealing() {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
