//! Having a person allow a connection at its provider.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use patchbay_application::integrations::Which;
use patchbay_application::oauth::{Begun, ReturnTo, Wanted};
use patchbay_application::{AppError, Caller, Entity, Fault, FaultReason, Location, Missing};
use patchbay_domain::{ExchangeError, Permission};

use super::{Answer, named_integration, success};
use crate::HttpState;
use crate::dialects::novu::dto::{AuthorizeBody, LinkView};
use crate::dialects::novu::{Novu, Words};
use crate::kernel::{Dialect, Draft, Once, Operation, uncached};

/// The member of `credentials` that says where people go in the end.
const REDIRECT_URL: &str = "redirectUrl";

const WORDS: Words = Words { before: "Integration not found: ", after: "" };

/// What there is beside to refuse.
fn not_ready() -> Vec<AppError> {
    let missing = Missing { provider: "slack".to_owned(), members: vec!["secretKey".to_owned()] };
    let fault = Fault::of_field(Location::Body, "integrationIdentifier", FaultReason::Required);
    vec![
        AppError::NotFound(Entity::Integration),
        AppError::Incomplete(missing),
        ExchangeError::NotConfigured.into(),
        AppError::Invalid(fault.into()),
    ]
}

pub(super) static AUTHORIZE: Operation<Novu> =
    Operation::on::<()>("authorize_connection", Permission::IntegrationsWrite, &WORDS)
        .disclosing()
        .refused_with(not_ready);

/// Makes a link by which a person allows an integration of Slack in a workspace: as the application
/// that its credentials name, or as that of the installation. The link works once, and whoever has
/// it can use it: no cache keeps it. In the end the person goes where `redirectUrl` of the
/// credentials says, if the operator allows that.
#[utoipa::path(
    post,
    path = "/integrations/channel-connections/oauth",
    tag = "channels",
    request_body = AuthorizeBody,
    responses((status = 201, body = LinkView))
)]
pub async fn authorize(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    request: HttpRequest,
    once: Once,
    body: Draft<Novu, AuthorizeBody>,
) -> Answer {
    begun(&app, &caller, &request, &once, body).await
}

pub(super) static AUTHORIZE_CHAT: Operation<Novu> =
    Operation::on::<()>("authorize_chat", Permission::IntegrationsWrite, &WORDS)
        .disclosing()
        .refused_with(not_ready);

/// The same, as its clients called it before.
#[utoipa::path(
    post,
    path = "/integrations/chat/oauth",
    tag = "channels",
    request_body = AuthorizeBody,
    responses((status = 201, body = LinkView))
)]
pub async fn authorize_chat(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    request: HttpRequest,
    once: Once,
    body: Draft<Novu, AuthorizeBody>,
) -> Answer {
    begun(&app, &caller, &request, &once, body).await
}

async fn begun(
    app: &HttpState,
    caller: &Caller,
    request: &HttpRequest,
    once: &Once,
    body: Draft<Novu, AuthorizeBody>,
) -> Answer {
    let (identifier, scopes) = body.judged(AuthorizeBody::faults)?.into_parts()?;
    named_integration(request, &identifier);
    let which = Which::Identifier { dialect: Novu::NAME, identifier };
    let return_to = ReturnTo::Field { dialect: Novu::NAME, name: REDIRECT_URL };
    let wanted = Wanted { return_to, scopes };
    let authorize = &app.services.begin_authorization;
    let begun = authorize.run(caller, which, wanted, &once.receipt(handed_out)).await?;
    Ok(handed_out(&begun))
}

fn handed_out(begun: &Begun) -> HttpResponse {
    uncached(true, success(StatusCode::CREATED, LinkView::from(begun)))
}
