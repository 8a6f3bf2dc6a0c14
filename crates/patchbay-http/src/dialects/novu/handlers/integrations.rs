//! N1 to N4, N6 and N10: the integrations of an environment.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::web::{Data, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use patchbay_application::idempotency::ReceiptFor;
use patchbay_application::integrations::{Created, Ranked, RankedSearch};
use patchbay_application::{
    AppError, Caller, Conflict, Disclosed, Entity, Expected, Fault, FaultReason, Missing, Reveal,
};
use patchbay_domain::{NoAnswer, Permission, ProviderId, UniqueRule, VerificationClass};

use super::{Answer, REVEAL, environment, showing, success};
use crate::HttpState;
use crate::dialects::novu::dto::{CreateBody, EditBody, IntegrationView, Mode, Showing};
use crate::dialects::novu::{Novu, OnIntegration, REACH, Words};
use crate::kernel::{
    CREDENTIALS_VERIFIED, Collection, Draft, ForVersions, Known, Once, Operation, tagged, uncached, with_tag,
};

/// What creating and changing may be refused with beside.
fn refusals() -> Vec<AppError> {
    let provider = ProviderId::slack();
    let missing = Missing { provider: "twilio".to_owned(), members: vec!["token".to_owned()] };
    vec![
        AppError::OtherEnvironment,
        AppError::NotFound(Entity::Environment),
        AppError::Invalid(
            Fault::of_field(patchbay_application::Location::Body, "channel", FaultReason::Required).into(),
        ),
        AppError::Incomplete(missing),
        AppError::NotVerified { provider, class: VerificationClass::CredentialsRejected },
        AppError::NotAnswered(NoAnswer::UnknownHost("mail.invalid".to_owned())),
        AppError::NotAnswered(NoAnswer::TimedOut),
        AppError::NotAnswered(NoAnswer::Other),
        AppError::Conflict(Conflict::Taken(UniqueRule::Identifier)),
        AppError::Conflict(Conflict::Taken(UniqueRule::InApp)),
    ]
}

/// The same, and of changing alone.
fn refusals_of_change() -> Vec<AppError> {
    let mut all = refusals();
    all.push(nothing_to_change());
    all
}

fn nothing_to_change() -> AppError {
    AppError::Invalid(Fault::of_body(FaultReason::NothingToChange).into())
}

/// The answer that shows an integration, with whether its provider was asked where that was wanted.
fn shown(
    showing: &Showing,
    (status, view): (StatusCode, IntegrationView),
    (disclosed, is_checked): (&Disclosed, bool),
) -> HttpResponse {
    let mut response = uncached(disclosed.secrets.is_revealing(), success(status, view));
    if is_checked {
        let was_asked = showing.provider_of(&disclosed.integration).is_verifiable;
        let said = HeaderValue::from_static(if was_asked { "verified" } else { "skipped" });
        response.headers_mut().insert(CREDENTIALS_VERIFIED, said);
    }
    response
}

pub(super) static CREATE: Operation<Novu> =
    Operation::on::<()>("create_integration", Permission::IntegrationsWrite, &Words::ENTITY)
        .disclosing()
        .refused_with(refusals);

/// N1: adds an integration. Its address is in the header `Location`. With `check` its provider is
/// asked before.
#[utoipa::path(
    post,
    path = "/integrations",
    tag = "integrations",
    request_body = CreateBody,
    responses((
        status = 201,
        body = IntegrationView,
        headers(
            ("location" = String, description = "The path of the integration"),
            ("x-credentials-verified" = String, description = "With `check`: `verified`, or `skipped` where the provider cannot be asked")
        )
    ))
)]
pub async fn create(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    request: HttpRequest,
    once: Once,
    body: Draft<Novu, CreateBody>,
) -> Answer {
    let providers = &app.services.providers;
    let body = body.judged(|body| body.faults(providers))?;
    let is_checked = body.is_checked();
    let environment = environment(&request, body.environment())?;
    let new = body.into_new(providers, environment)?;
    let (collection, showing) = (Collection::of(&request), showing(&app));
    let created = move |Created { shown: made, rank, .. }: &Created| {
        let view = (StatusCode::CREATED, showing.standing(made, *rank));
        collection.locate(&made.integration.id(), shown(&showing, view, (made, is_checked)))
    };
    let receipt = once.receipt(created.clone());
    let made = app.services.create_integration.run(&caller, new, REVEAL, &receipt).await?;
    Ok(created(&made))
}

pub(super) static LIST: Operation<Novu> =
    Operation::on::<()>("list_integrations", Permission::IntegrationsRead, &Words::ENTITY);

/// N2: lists the integrations of the key's environment, or of the default one, oldest first.
#[utoipa::path(
    get,
    path = "/integrations",
    tag = "integrations",
    responses((status = 200, body = Vec<IntegrationView>))
)]
pub async fn list(app: Data<HttpState>, caller: ReqData<Caller>) -> Answer {
    listed(&app, &caller, false).await
}

pub(super) static LIST_ACTIVE: Operation<Novu> =
    Operation::on::<()>("list_active_integrations", Permission::IntegrationsRead, &Words::ENTITY);

/// N3: lists those of them that are active.
#[utoipa::path(
    get,
    path = "/integrations/active",
    tag = "integrations",
    responses((status = 200, body = Vec<IntegrationView>))
)]
pub async fn list_active(app: Data<HttpState>, caller: ReqData<Caller>) -> Answer {
    listed(&app, &caller, true).await
}

async fn listed(app: &HttpState, caller: &Caller, only_active: bool) -> Answer {
    let search = RankedSearch { environment: None, reach: REACH, only_active };
    let found = app.services.list_ranked.run(caller, search).await?;
    Ok(all(&showing(app), &found))
}

fn all(showing: &Showing, listed: &[Ranked]) -> HttpResponse {
    let views: Vec<_> = listed.iter().map(|one| showing.view(one)).collect();
    success(StatusCode::OK, views)
}

pub(super) static GET: Operation<Novu> =
    Operation::on::<OnIntegration>("get_integration", Permission::IntegrationsRead, &Words::ENTITY)
        .disclosing()
        .tagged();

/// N10: shows one integration.
#[utoipa::path(
    get,
    path = "/integrations/{id}",
    tag = "integrations",
    responses((status = 200, body = IntegrationView))
)]
pub async fn get(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    Known(known): Known,
) -> Answer {
    let read = app.services.get_ranked.run(&caller, path.integration, REACH, REVEAL, &known).await?;
    let showing = showing(&app);
    Ok(tagged(read, |found: Ranked| {
        shown(&showing, (StatusCode::OK, showing.view(&found)), (&found.shown, false))
    }))
}

pub(super) static EDIT: Operation<Novu> =
    Operation::on::<OnIntegration>("edit_integration", Permission::IntegrationsWrite, &Words::ENTITY)
        .disclosing()
        .refused_with(refusals_of_change)
        .for_versions();

/// N4: changes an integration. What is not sent stays; credentials that are sent go in the place of
/// all that there are.
#[utoipa::path(
    put,
    path = "/integrations/{id}",
    tag = "integrations",
    request_body = EditBody,
    responses((
        status = 200,
        body = IntegrationView,
        headers(
            ("etag" = String, description = "The tag of the integration after the change"),
            ("x-credentials-verified" = String, description = "With `check`: `verified`, or `skipped` where the provider cannot be asked")
        )
    ))
)]
pub async fn edit(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    request: HttpRequest,
    path: ReqData<OnIntegration>,
    ForVersions(expected): ForVersions,
    once: Once,
    body: Draft<Novu, EditBody>,
) -> Answer {
    let asked = (&request, &*path, &expected, Mode::Replace);
    changed(&app, &caller, asked, &once, body).await
}

pub(super) static PATCH: Operation<Novu> =
    Operation::on::<OnIntegration>("patch_integration", Permission::IntegrationsWrite, &Words::ENTITY)
        .disclosing()
        .refused_with(refusals_of_change)
        .for_versions();

/// The same as N4, but of credentials, too, what is not sent stays.
#[utoipa::path(
    patch,
    path = "/integrations/{id}",
    tag = "integrations",
    request_body = EditBody,
    responses((
        status = 200,
        body = IntegrationView,
        headers(
            ("etag" = String, description = "The tag of the integration after the change"),
            ("x-credentials-verified" = String, description = "With `check`: `verified`, or `skipped` where the provider cannot be asked")
        )
    ))
)]
pub async fn patch(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    request: HttpRequest,
    path: ReqData<OnIntegration>,
    ForVersions(expected): ForVersions,
    once: Once,
    body: Draft<Novu, EditBody>,
) -> Answer {
    let asked = (&request, &*path, &expected, Mode::Merge);
    changed(&app, &caller, asked, &once, body).await
}

async fn changed(
    app: &HttpState,
    caller: &Caller,
    (request, path, expected, mode): (&HttpRequest, &OnIntegration, &Expected, Mode),
    once: &Once,
    body: Draft<Novu, EditBody>,
) -> Answer {
    let body = body.judged(EditBody::faults)?;
    let (has_changes, is_checked) = (body.has_changes(), body.is_checked());
    let environment = environment(request, body.environment())?;
    let change = body.into_change(environment, mode)?;
    let change_it = &app.services.edit_integration;
    if !has_changes {
        // What is there is looked at all the same, where that was wanted.
        if is_checked {
            let (reveal, receipt) = (Reveal::Never, ReceiptFor::none());
            change_it.run(caller, path.integration, change, expected, reveal, &receipt).await?;
        }
        return Err(nothing_to_change().into());
    }
    let showing = showing(app);
    let answer = move |after: &Ranked| {
        let view = (StatusCode::OK, showing.view(after));
        with_tag(after.seen(), shown(&showing, view, (&after.shown, is_checked)))
    };
    let receipt = once.receipt(answer.clone());
    let after = change_it.run(caller, path.integration, change, expected, REVEAL, &receipt).await?;
    Ok(answer(&after))
}

pub(super) static DELETE: Operation<Novu> =
    Operation::on::<OnIntegration>("delete_integration", Permission::IntegrationsWrite, &Words::ENTITY)
        .for_versions();

/// N6: deletes an integration with all that belongs to it, and lists those that are left in its
/// environment. A body is ignored.
#[utoipa::path(
    delete,
    path = "/integrations/{id}",
    tag = "integrations",
    responses((status = 200, body = Vec<IntegrationView>))
)]
pub async fn delete(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    ForVersions(expected): ForVersions,
) -> Answer {
    let left = app.services.delete_ranked.run(&caller, path.integration, REACH, &expected).await?;
    Ok(all(&showing(&app), &left))
}
