//! T3–T6: the integrations of an organisation.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use patchbay_application::integrations::{Created, Ranked};
use patchbay_application::{AppError, Caller, Conflict, Disclosed, Reach, Reveal};
use patchbay_domain::{Integration, Permission, Provider, ProviderId, UniqueRule};

use super::search::SearchQuery;
use super::{Answer, MASK, disclosing, success};
use crate::HttpState;
use crate::dialects::telex::dto::{
    ChangedView, Changes, CreateBody, CreatedView, EditBody, ListView, SingleView,
};
use crate::dialects::telex::{Absent, InOrganisation, OnIntegration, Telex, Words};
use crate::kernel::{Body, ForVersions, Known, Once, Operation, PageQuery, Query, paged, tagged};

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
#[utoipa::path(
    post,
    path = "/{org}/integrations",
    tag = "integrations",
    request_body = CreateBody,
    responses((status = 201, body = CreatedView))
)]
pub async fn create(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<InOrganisation>,
    once: Once,
    body: Body<Telex, CreateBody>,
) -> Answer {
    let new = body.into_inner().try_into()?;
    path.require(&caller)?;
    let made =
        app.services.create_integration.run(&caller, new, Reveal::Echo, &once.receipt(created)).await?;
    Ok(created(&made))
}

fn created(made: &Created) -> HttpResponse {
    disclosing(&CREATE, StatusCode::CREATED, made.shown.secrets.is_revealing(), CreatedView::from(made))
}

pub(super) static LIST: Operation<Telex> = Operation::on::<InOrganisation>(
    "list_integrations",
    Permission::IntegrationsRead,
    &Words::new(
        "Integrations retrieved successfully.",
        "Invalid organisation_id or request",
        Absent::any("Organisation not found"),
    ),
)
.paged();

/// T4: lists the integrations, oldest first.
#[utoipa::path(
    get,
    path = "/{org}/integrations",
    tag = "integrations",
    params(SearchQuery, PageQuery),
    responses((status = 200, body = Vec<ListView>))
)]
pub async fn list(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<InOrganisation>,
    request: HttpRequest,
    search: Query<Telex, SearchQuery>,
    page: Query<Telex, PageQuery>,
) -> Answer {
    let (search, page) = (search.into_inner().search(None)?, page.into_inner().numbered()?);
    path.require(&caller)?;
    let found = app.services.list_integrations.run(&caller, &search, page).await?;
    let providers: Vec<_> = found.items.iter().map(|one| provider_of(&app, one)).collect();
    let views = found.items.iter().zip(&providers);
    let views: Vec<_> = views.map(|(one, provider)| ListView::of(one, provider.as_deref())).collect();
    Ok(paged(success(&LIST, StatusCode::OK, views), &request, page, found.total))
}

/// What is known of the provider of an integration; of an app, only its manifest knows.
fn provider_of(app: &HttpState, integration: &Integration) -> Option<Arc<Provider>> {
    let provider = &integration.parts().provider;
    if *provider == ProviderId::json_manifest() { None } else { app.services.providers.known(provider) }
}

pub(super) static GET: Operation<Telex> = Operation::on::<OnIntegration>(
    "get_integration",
    Permission::IntegrationsRead,
    &Words::new("Integration retrieved successfully", "Invalid input", Absent::any("Integration not found")),
)
.disclosing()
.tagged();

/// Shows one integration. Telex itself has no such operation.
#[utoipa::path(
    get,
    path = "/{org}/integrations/{integration}",
    tag = "integrations",
    responses((status = 200, body = SingleView))
)]
pub async fn get(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    Known(known): Known,
) -> Answer {
    path.within.require(&caller)?;
    let reveal = Reveal::Permitted(MASK);
    let read = app.services.get_integration.run(&caller, path.integration, reveal, &known).await?;
    let answer = |found: Disclosed| {
        let provider = provider_of(&app, &found.integration);
        let view = SingleView::of(&found, provider.as_deref());
        disclosing(&GET, StatusCode::OK, found.secrets.is_revealing(), view)
    };
    Ok(tagged(read, answer))
}

pub(super) static EDIT: Operation<Telex> = Operation::on::<OnIntegration>(
    "edit_integration",
    Permission::IntegrationsWrite,
    &Words::new("Integrations updated successfully", "Invalid input", Absent::any("Integration not found")),
)
.disclosing()
.refused_with(|| vec![AppError::Conflict(Conflict::Taken(UniqueRule::NameAndManifest))])
.for_versions();

/// T5: changes an integration.
#[utoipa::path(
    patch,
    path = "/{org}/integrations/{integration}",
    tag = "integrations",
    request_body = Changes,
    responses((status = 200, body = ChangedView))
)]
pub async fn edit(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    ForVersions(expected): ForVersions,
    once: Once,
    body: Body<Telex, EditBody>,
) -> Answer {
    let change = body.into_inner().try_into()?;
    path.within.require(&caller)?;
    let receipt = once.receipt(changed);
    let (edit, reveal) = (&app.services.edit_integration, Reveal::Permitted(MASK));
    let after = edit.run(&caller, path.integration, change, &expected, reveal, &receipt).await?;
    Ok(changed(&after))
}

fn changed(Ranked { shown: after, .. }: &Ranked) -> HttpResponse {
    disclosing(&EDIT, StatusCode::OK, after.secrets.is_revealing(), ChangedView::from(after))
}

pub(super) static DELETE: Operation<Telex> = Operation::on::<OnIntegration>(
    "delete_integration",
    Permission::IntegrationsWrite,
    &Words::new("Integrations deleted successfully", "Invalid input", Absent::any("Integration not found")),
)
.disclosing()
.for_versions();

/// T6: deletes an integration and shows it a last time. A body is ignored.
#[utoipa::path(
    delete,
    path = "/{org}/integrations/{integration}",
    tag = "integrations",
    responses((status = 200, body = ChangedView))
)]
pub async fn delete(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    ForVersions(expected): ForVersions,
) -> Answer {
    path.within.require(&caller)?;
    let reveal = Reveal::Permitted(MASK);
    let delete = &app.services.delete_integration;
    let gone = delete.run(&caller, path.integration, Reach::All, &expected, reveal).await?;
    Ok(disclosing(&DELETE, StatusCode::OK, gone.secrets.is_revealing(), ChangedView::from(&gone)))
}
