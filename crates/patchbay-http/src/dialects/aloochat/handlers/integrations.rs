//! A1, A2, A4–A6: the integrations of a company.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::integrations::{Created, IntegrationChange, NewIntegration, Ranked};
use patchbay_application::{AppError, Caller, Conflict, Disclosed, Expected, Reach, Reveal, Shown};
use patchbay_domain::{Integration, Permission, ProviderId, UniqueRule, VerificationClass};

use super::search::{IncludeQuery, ModeQuery, SearchQuery, VerifyQuery};
use super::{Answer, success};
use crate::HttpState;
use crate::dialects::aloochat::dto::{CreateBody, EditBody, Include, IntegrationView, MessageView, Showing};
use crate::dialects::aloochat::{AlooChat, OnIntegration};
use crate::kernel::{
    Collection, CursorQuery, Draft, ForVersions, Known, KnownTags, Once, Operation, Query, continued, tagged,
    weak_tag, with_tag,
};

fn showing(app: &HttpState, include: Include) -> Showing {
    Showing { providers: app.services.providers.clone(), include }
}

pub(super) static LIST: Operation<AlooChat> =
    Operation::on::<()>("list_integrations", Permission::IntegrationsRead, &()).continued().weakly_tagged();

/// A1: lists the integrations, oldest first. With neither `limit` nor `cursor` all of them.
#[utoipa::path(
    get,
    path = "/integrations",
    tag = "integrations",
    params(SearchQuery, CursorQuery, IncludeQuery),
    responses((status = 200, body = Vec<IntegrationView>))
)]
pub async fn list(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    request: HttpRequest,
    search: Query<AlooChat, SearchQuery>,
    page: Query<AlooChat, CursorQuery>,
    include: Query<AlooChat, IncludeQuery>,
    known: KnownTags,
) -> Answer {
    let search = search.into_inner().search(&app.services.providers)?;
    let (page, include) = (page.into_inner().following()?, include.into_inner().include()?);
    let list = &app.services.list_integrations;
    let (found, next, total) = match page {
        None => {
            let all = list.run(&caller, &search, None).await?;
            (all.items, None, all.total)
        }
        Some(page) => {
            let (part, total) = list.following(&caller, &search, page).await?;
            (part.items, part.next, total)
        }
    };
    let showing = showing(&app, include);
    let types: Vec<_> = found.iter().map(|one| showing.type_of(one)).collect();
    let tag = weak_tag(&found, (total, &types));
    // Of a list that is known no secret is opened.
    let response = known.tagged(&tag, || {
        let shown = if include.secret_keys {
            list.with_names(&caller, found)?
        } else {
            found.into_iter().map(without_secrets).collect()
        };
        let views: Vec<_> = shown.iter().map(|one| showing.view(one)).collect();
        Ok::<_, AppError>(success(StatusCode::OK, views))
    })?;
    Ok(match page {
        Some(page) => continued(response, &request, page.limit, (next.as_ref(), total)),
        None => response,
    })
}

const fn without_secrets(integration: Integration) -> Disclosed {
    Disclosed { integration, secrets: Shown::Nothing }
}

/// What creating may be refused with beside.
fn rejected() -> Vec<AppError> {
    let provider = ProviderId::slack();
    vec![AppError::NotVerified { provider, class: VerificationClass::CredentialsRejected }]
}

pub(super) static CREATE: Operation<AlooChat> =
    Operation::on::<()>("create_integration", Permission::IntegrationsWrite, &()).refused_with(rejected);

/// A2: adds an integration. Its address is in the header `Location`. Its provider is asked soon
/// after whether it works, and with `verify` before.
#[utoipa::path(
    post,
    path = "/integrations",
    tag = "integrations",
    params(VerifyQuery, IncludeQuery),
    request_body = CreateBody,
    responses((
        status = 201,
        body = IntegrationView,
        headers(("location" = String, description = "The path of the integration"))
    ))
)]
pub async fn create(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    request: HttpRequest,
    (verify, include): (Query<AlooChat, VerifyQuery>, Query<AlooChat, IncludeQuery>),
    once: Once,
    body: Draft<AlooChat, CreateBody>,
) -> Answer {
    let providers = &app.services.providers;
    let (is_verified_first, include) = (verify.into_inner().is_wanted()?, include.into_inner().include()?);
    let new = body.judged(|body| body.faults(providers))?.into_new(providers)?;
    let new = NewIntegration { is_verified_first, ..new };
    let (collection, showing) = (Collection::of(&request), showing(&app, include));
    let created = move |made: &Created| {
        let response = success(StatusCode::CREATED, showing.view(&made.shown));
        collection.locate(&made.shown.integration.id(), response)
    };
    let receipt = once.receipt(created.clone());
    let made = app.services.create_integration.run(&caller, new, include.reveal(), &receipt).await?;
    Ok(created(&made))
}

pub(super) static GET: Operation<AlooChat> =
    Operation::on::<OnIntegration>("get_integration", Permission::IntegrationsRead, &()).tagged();

/// A4: shows one integration.
#[utoipa::path(
    get,
    path = "/integrations/{id}",
    tag = "integrations",
    params(IncludeQuery),
    responses((status = 200, body = IntegrationView))
)]
pub async fn get(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    include: Query<AlooChat, IncludeQuery>,
    Known(known): Known,
) -> Answer {
    let include = include.into_inner().include()?;
    let read = app.services.get_integration.run(&caller, path.integration, include.reveal(), &known).await?;
    let showing = showing(&app, include);
    Ok(tagged(read, |found| success(StatusCode::OK, showing.view(&found))))
}

/// What a change may run into when the integration was made where names are unique.
fn name_taken() -> Vec<AppError> {
    vec![AppError::Conflict(Conflict::Taken(UniqueRule::NameAndManifest)), AppError::ProviderFixed]
}

pub(super) static EDIT: Operation<AlooChat> =
    Operation::on::<OnIntegration>("edit_integration", Permission::IntegrationsWrite, &())
        .refused_with(name_taken)
        .for_versions();

/// A5: changes an integration. What is not sent stays.
#[utoipa::path(
    put,
    path = "/integrations/{id}",
    tag = "integrations",
    params(ModeQuery, IncludeQuery),
    request_body = EditBody,
    responses((
        status = 200,
        body = IntegrationView,
        headers(("etag" = String, description = "The tag of the integration after the change"))
    ))
)]
pub async fn edit(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    (mode, include): (Query<AlooChat, ModeQuery>, Query<AlooChat, IncludeQuery>),
    ForVersions(expected): ForVersions,
    once: Once,
    body: Draft<AlooChat, EditBody>,
) -> Answer {
    changed(&app, &caller, &path, (mode, include), &expected, &once, body).await
}

pub(super) static PATCH: Operation<AlooChat> =
    Operation::on::<OnIntegration>("patch_integration", Permission::IntegrationsWrite, &())
        .refused_with(name_taken)
        .for_versions();

/// The same as A5, under the verb that says so.
#[utoipa::path(
    patch,
    path = "/integrations/{id}",
    tag = "integrations",
    params(ModeQuery, IncludeQuery),
    request_body = EditBody,
    responses((
        status = 200,
        body = IntegrationView,
        headers(("etag" = String, description = "The tag of the integration after the change"))
    ))
)]
pub async fn patch(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    (mode, include): (Query<AlooChat, ModeQuery>, Query<AlooChat, IncludeQuery>),
    ForVersions(expected): ForVersions,
    once: Once,
    body: Draft<AlooChat, EditBody>,
) -> Answer {
    changed(&app, &caller, &path, (mode, include), &expected, &once, body).await
}

async fn changed(
    app: &HttpState,
    caller: &Caller,
    path: &OnIntegration,
    (mode, include): (Query<AlooChat, ModeQuery>, Query<AlooChat, IncludeQuery>),
    expected: &Expected,
    once: &Once,
    body: Draft<AlooChat, EditBody>,
) -> Answer {
    let (mode, include) = (mode.into_inner().mode()?, include.into_inner().include()?);
    let change: IntegrationChange = body.judged(EditBody::faults)?.into_change(mode)?;
    let showing = showing(app, include);
    let answer = move |Ranked { shown, .. }: &Ranked| {
        with_tag(shown.seen(), success(StatusCode::OK, showing.view(shown)))
    };
    let receipt = once.receipt(answer.clone());
    let change_it = &app.services.edit_integration;
    let after = change_it.run(caller, path.integration, change, expected, include.reveal(), &receipt).await?;
    Ok(answer(&after))
}

pub(super) static DELETE: Operation<AlooChat> =
    Operation::on::<OnIntegration>("delete_integration", Permission::IntegrationsWrite, &()).for_versions();

/// A6: deletes an integration with all that belongs to it. A body is ignored.
#[utoipa::path(
    delete,
    path = "/integrations/{id}",
    tag = "integrations",
    responses((status = 200, body = MessageView))
)]
pub async fn delete(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    ForVersions(expected): ForVersions,
) -> Answer {
    app.services
        .delete_integration
        .run(&caller, path.integration, Reach::All, &expected, Reveal::Never)
        .await?;
    Ok(success(StatusCode::OK, MessageView { message: "Integration deleted successfully" }))
}
