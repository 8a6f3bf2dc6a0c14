//! N5: which of several integrations is used first.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::integrations::Ranked;
use patchbay_application::{AppError, Caller};
use patchbay_domain::{ChannelKind, Permission};

use super::{Answer, REVEAL, showing, success};
use crate::HttpState;
use crate::dialects::novu::dto::IntegrationView;
use crate::dialects::novu::{Novu, OnPrimary, REACH, Words};
use crate::kernel::{Once, Operation, uncached};

fn unranked() -> Vec<AppError> {
    vec![AppError::Unranked(ChannelKind::Push)]
}

pub(super) static SET_PRIMARY: Operation<Novu> = Operation::on::<OnPrimary>(
    "set_primary_integration",
    Permission::IntegrationsWrite,
    &Words { before: "Integration with id ", after: " not found" },
)
.disclosing()
.refused_with(unranked);

/// N5: makes an integration the one of its channel that is used, active and without conditions. A
/// body is ignored.
#[utoipa::path(
    post,
    path = "/integrations/{id}/set-primary",
    tag = "integrations",
    responses((status = 200, body = IntegrationView))
)]
pub async fn set_primary(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnPrimary>,
    once: Once,
) -> Answer {
    let showing = showing(&app);
    let answer = move |after: &Ranked| {
        uncached(after.shown.secrets.is_revealing(), success(StatusCode::OK, showing.view(after)))
    };
    let receipt = once.receipt(answer.clone());
    let after = app.services.make_primary.run(&caller, path.integration, REACH, REVEAL, &receipt).await?;
    Ok(answer(&after))
}
