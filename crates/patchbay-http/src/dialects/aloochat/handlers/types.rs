//! A3: what integrations there may be.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::Caller;
use patchbay_domain::Permission;

use super::{Answer, success};
use crate::HttpState;
use crate::dialects::aloochat::AlooChat;
use crate::dialects::aloochat::dto::TypeView;
use crate::kernel::{Dialect, Operation};

pub(super) static LIST: Operation<AlooChat> =
    Operation::on::<()>("list_types", Permission::IntegrationsRead, &());

/// A3: lists the types that an integration may have.
#[utoipa::path(
    get,
    path = "/integrations/types",
    tag = "integrations",
    responses((status = 200, body = Vec<TypeView>))
)]
pub async fn list(app: Data<HttpState>, caller: ReqData<Caller>) -> Answer {
    let offered = app.services.providers.offered(&caller, AlooChat::NAME)?;
    let views: Vec<_> = offered.iter().map(|provider| TypeView::from(&**provider)).collect();
    Ok(success(StatusCode::OK, views))
}
