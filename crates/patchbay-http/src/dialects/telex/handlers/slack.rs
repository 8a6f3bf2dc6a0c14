//! T1 and T2: the connection of Slack.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use patchbay_application::integrations::NewConnection;
use patchbay_application::{AppError, Caller, Conflict, Disclosed, Fault, FaultReason, Reveal};
use patchbay_domain::{ExchangeError, IntegrationName, Permission, ProviderId, UniqueRule};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Answer, MASK, disclosing};
use crate::HttpState;
use crate::dialects::telex::dto::{AccessView, CodeBody, ExchangedView};
use crate::dialects::telex::{Absent, InOrganisation, Telex, Words};
use crate::kernel::{Body, Known, Once, Operation, Query, Unlisted, switch, tagged};

/// What connecting may be refused with beside.
fn not_connected() -> Vec<AppError> {
    vec![
        AppError::Conflict(Conflict::Taken(UniqueRule::Connection)),
        AppError::Conflict(Conflict::InProgress),
        AppError::Exchange(ExchangeError::CodeRefused { reason: "invalid_code".to_owned() }),
        AppError::Exchange(ExchangeError::TimedOut),
    ]
}

/// Telex documents 401 for a bad body of this operation, and no 400.
pub(super) static EXCHANGE: Operation<Telex> = Operation::on::<Unlisted<InOrganisation>>(
    "exchange_slack_code",
    Permission::OauthExchange,
    &Words {
        invalid_status: StatusCode::UNAUTHORIZED,
        ..Words::new(
            "Slack OAuth token exchange successful",
            "Invalid request body",
            Absent::any("Organisation not found"),
        )
    },
)
.disclosing()
.refused_with(not_connected);

/// T1: what is asked beside the body.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExchangeQuery {
    /// Whether a connection that there is already is replaced.
    #[param(value_type = Option<bool>)]
    replace: Option<String>,
}

/// T1: connects Slack by the code that it handed out.
#[utoipa::path(
    post,
    path = "/organisations/{org}/token-exchg",
    tag = "slack",
    params(ExchangeQuery),
    request_body = CodeBody,
    responses((status = 200, body = ExchangedView))
)]
pub async fn exchange(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<Unlisted<InOrganisation>>,
    query: Query<Telex, ExchangeQuery>,
    once: Once,
    body: Body<Telex, CodeBody>,
) -> Answer {
    let new = NewConnection {
        provider: ProviderId::slack(),
        name: IntegrationName::parse(&app.services.providers.title_of(&ProviderId::slack()))
            .map_err(|why| AppError::Invalid(Fault::of_body(FaultReason::Text(why)).into()))?,
        code: body.into_inner().code()?,
        replace: switch("replace", query.into_inner().replace.as_deref())?,
    };
    path.0.require(&caller)?;
    let exchanged = app.services.connect_provider.run(&caller, new, &once.receipt(connected)).await?;
    Ok(connected(&exchanged))
}

fn connected(exchanged: &Disclosed) -> HttpResponse {
    disclosing(&EXCHANGE, StatusCode::OK, exchanged.secrets.is_revealing(), ExchangedView::from(exchanged))
}

pub(super) static ACCESS: Operation<Telex> = Operation::on::<Unlisted<InOrganisation>>(
    "get_slack_access",
    Permission::IntegrationsRead,
    &Words::new(
        "Slack access info fetched successfully",
        "Invalid request",
        Absent { integration: "Slack access info not found", ..Absent::any("Organisation not found") },
    ),
)
.disclosing()
.tagged();

/// T2: shows the connection of Slack.
#[utoipa::path(
    get,
    path = "/organisations/{org}",
    tag = "slack",
    responses((status = 200, body = AccessView))
)]
pub async fn access(
    app: Data<HttpState>,
    caller: ReqData<Caller>,
    path: ReqData<Unlisted<InOrganisation>>,
    Known(known): Known,
) -> Answer {
    path.0.require(&caller)?;
    let reveal = Reveal::Permitted(MASK);
    let read = app.services.get_connection.run(&caller, &ProviderId::slack(), reveal, &known).await?;
    let answer = |found: Disclosed| {
        disclosing(&ACCESS, StatusCode::OK, found.secrets.is_revealing(), AccessView::from(&found))
    };
    Ok(tagged(read, answer))
}
