//! N11: the environments of the organisation.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::Caller;
use patchbay_domain::Permission;

use super::{Answer, success};
use crate::HttpState;
use crate::dialects::novu::dto::EnvironmentView;
use crate::dialects::novu::{Novu, Words};
use crate::kernel::Operation;

pub(super) static ME: Operation<Novu> =
    Operation::on::<()>("get_own_environment", Permission::IntegrationsRead, &Words::ENTITY);

/// N11: shows the environment of the key, or the default one.
#[utoipa::path(
    get,
    path = "/environments/me",
    tag = "environments",
    responses((status = 200, body = EnvironmentView))
)]
pub async fn me(app: Data<HttpState>, caller: ReqData<Caller>) -> Answer {
    let home = app.services.environments.home(&caller).await?;
    Ok(success(StatusCode::OK, EnvironmentView::from(&home)))
}

pub(super) static LIST: Operation<Novu> =
    Operation::on::<()>("list_environments", Permission::IntegrationsRead, &Words::ENTITY);

/// N11: lists the environments that the key may see, oldest first.
#[utoipa::path(
    get,
    path = "/environments",
    tag = "environments",
    responses((status = 200, body = Vec<EnvironmentView>))
)]
pub async fn list(app: Data<HttpState>, caller: ReqData<Caller>) -> Answer {
    let all = app.services.environments.list(&caller).await?;
    let views: Vec<_> = all.iter().map(EnvironmentView::from).collect();
    Ok(success(StatusCode::OK, views))
}
