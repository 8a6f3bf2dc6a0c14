//! Having a person allow a connection at its provider.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{Data, ReqData};
use patchbay_application::integrations::Which;
use patchbay_application::oauth::{Begun, Wanted};
use patchbay_application::{AppError, Caller};
use patchbay_domain::{ExchangeError, Permission};

use super::Answer;
use crate::HttpState;
use crate::dialects::patchbay::dto::{AuthorizeBody, BegunView};
use crate::dialects::patchbay::{OnIntegration, Patchbay};
use crate::kernel::{Once, Operation, OptionalBody};

/// Why nobody can be sent to a provider.
fn not_ready() -> Vec<AppError> {
    vec![
        ExchangeError::NotConfigured.into(),
        ExchangeError::Incomplete { what: "shop_domain".to_owned() }.into(),
    ]
}

pub(super) static AUTHORIZE: Operation<Patchbay> =
    Operation::on::<OnIntegration>("authorize_integration", Permission::IntegrationsWrite, &())
        .with_optional_body()
        .disclosing()
        .refused_with(not_ready);

/// Makes a link by which a person allows the connection at its provider. The link works once, and
/// whoever has it can use it: no cache keeps it. What was connected before stays until that person
/// is back.
#[utoipa::path(
    post,
    path = "/integrations/{id}/authorize",
    tag = "integrations",
    request_body = AuthorizeBody,
    responses((status = 200, body = BegunView))
)]
pub async fn authorize(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<OnIntegration>,
    once: Once,
    body: OptionalBody<Patchbay, AuthorizeBody>,
) -> Answer {
    let wanted = Wanted { return_to: body.into_inner().return_to(), ..Wanted::default() };
    let which = Which::Id(path.integration);
    let authorize = &app.services.begin_authorization;
    let begun = authorize.run(&caller, which, wanted, &once.receipt(handed_out)).await?;
    Ok(handed_out(&begun))
}

fn handed_out(begun: &Begun) -> HttpResponse {
    let mut response = HttpResponse::Ok().json(BegunView::from(begun));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
