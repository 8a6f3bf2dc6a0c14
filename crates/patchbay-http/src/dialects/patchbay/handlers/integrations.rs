//! An integration, and whether it works.

use actix_web::HttpResponse;
use actix_web::http::header::EntityTag;
use actix_web::web::{Data, ReqData};
use patchbay_application::verification::Checked;
use patchbay_application::{AppError, Caller};
use patchbay_domain::{Permission, VerificationClass};

use super::Answer;
use crate::HttpState;
use crate::dialects::patchbay::dto::IntegrationView;
use crate::dialects::patchbay::{OnIntegration, Patchbay};
use crate::kernel::{KnownTags, Once, Operation, weak_tag};

pub(super) static GET: Operation<Patchbay> =
    Operation::on::<OnIntegration>("get_integration", Permission::IntegrationsRead, &()).weakly_tagged();

/// Shows an integration, and whether it works as far as is known. Nobody is asked for it.
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
    known: KnownTags,
) -> Answer {
    let checked = app.services.get_checked.run(&caller, path.integration).await?;
    Ok(known.tagged(&tag_of(&checked), || Ok::<_, AppError>(shown(&checked)))?)
}

/// Whether it works changes without another version of the integration.
fn tag_of(Checked { integration, health }: &Checked) -> EntityTag {
    let class = health.class.map(VerificationClass::as_str);
    weak_tag([integration], (health.state.as_str(), class, health.since, health.checked_at))
}

fn shown(checked: &Checked) -> HttpResponse {
    HttpResponse::Ok().json(IntegrationView::from(checked))
}

pub(super) static VERIFY: Operation<Patchbay> =
    Operation::on::<OnIntegration>("verify_integration", Permission::IntegrationsWrite, &());

/// Asks the provider of an integration whether it works, and shows what is known then. Nobody is
/// asked about one that is paused. A body is ignored.
#[utoipa::path(
    post,
    path = "/integrations/{id}/verify",
    tag = "integrations",
    responses((status = 200, body = IntegrationView))
)]
pub async fn verify(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    once: Once,
) -> Answer {
    let verify = &app.services.verify_integration;
    let checked = verify.run(&caller, path.integration, &once.receipt(shown)).await?;
    Ok(shown(&checked))
}
