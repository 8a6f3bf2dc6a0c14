//! Asking the provider of an integration. AlooChat itself has no such operation.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::Caller;
use patchbay_application::verification::Checked;
use patchbay_domain::Permission;

use super::{Answer, success};
use crate::HttpState;
use crate::dialects::aloochat::dto::HealthView;
use crate::dialects::aloochat::{AlooChat, OnIntegration};
use crate::kernel::{Once, Operation};

pub(super) static VERIFY: Operation<AlooChat> =
    Operation::on::<OnIntegration>("verify_integration", Permission::IntegrationsWrite, &());

/// Asks the provider of an integration whether it works, and tells what is known then. A body is
/// ignored.
#[utoipa::path(
    post,
    path = "/integrations/{id}/verify",
    tag = "integrations",
    responses((status = 200, body = HealthView))
)]
pub async fn verify(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    once: Once,
) -> Answer {
    let verify = &app.services.verify_integration;
    let checked = verify.run(&caller, path.integration, &once.receipt(verified)).await?;
    Ok(verified(&checked))
}

fn verified(checked: &Checked) -> HttpResponse {
    success(StatusCode::OK, HealthView::from(&checked.health))
}
