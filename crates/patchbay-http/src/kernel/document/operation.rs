//! One operation of a document.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use utoipa::ToSchema;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, Header, Ref, RefOr, Required, Response};

use super::{Documented, prose, refusals, schemas};
use crate::kernel::routes::Described;
use crate::kernel::{Dialect, Operation, PathParameter, RequestId};

/// Says of an operation what its handler's attributes do not: whatever follows from the
/// dialect, from the path, and from what the kernel knows of it.
pub fn complete<D: Documented>(route: &mut Described<D>, keys: &[(&'static str, SecurityScheme)]) {
    let operation = route.operation;
    let description = &mut route.description;
    description.operation_id = Some(operation.name.to_owned());
    prose::arrange(description, operation.permission);
    description.parameters = Some(parameters(operation, description.parameters.take().unwrap_or_default()));
    if let Some(RefOr::T(body)) = &mut description.request_body {
        body.required = Some(Required::True);
    }
    description.security =
        Some(keys.iter().map(|(name, _)| SecurityRequirement::new(*name, [""; 0])).collect());
    description.extensions = Some(Extensions::from_iter([("x-permission", operation.permission.as_str())]));
    for (status, response) in &mut description.responses.responses {
        if let (Ok(status), RefOr::T(response)) = (status.parse(), response) {
            succeed::<D>(operation, status, response);
        }
    }
    let error = RefOr::Ref(Ref::from_schema_name(D::ErrorBody::name()));
    let refusals = refusals::refusals(route, &error);
    let responses = &mut route.description.responses.responses;
    responses.extend(refusals.into_iter().map(|(status, response)| (status, RefOr::T(response))));
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            let header = Ref::new(format!("#/components/headers/{}", RequestId::HEADER));
            response.headers.insert(RequestId::HEADER.to_owned(), RefOr::Ref(header));
        }
    }
}

/// The ids in the path as the operation reads them, then what the attributes say of the
/// query.
fn parameters<D: Dialect>(operation: &Operation<D>, told: Vec<RefOr<Parameter>>) -> Vec<RefOr<Parameter>> {
    let of_path =
        |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Path);
    let ids = operation.parameters.iter().map(|one| RefOr::T(path_parameter(one)));
    ids.chain(told.into_iter().filter(|one| !of_path(one))).collect()
}

/// Puts what a success shows into the dialect's envelope.
fn succeed<D: Documented>(operation: &Operation<D>, status: u16, response: &mut Response) {
    let data = response.content.values().find_map(|content| match content {
        RefOr::T(content) => content.schema.clone(),
        RefOr::Ref(_) => None,
    });
    let body = Content::new(Some(D::success(operation, status, data)));
    response.content.clear();
    response.content.insert("application/json".to_owned(), RefOr::T(body));
    if response.description.is_empty() {
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        reason.unwrap_or_default().clone_into(&mut response.description);
    }
    if operation.is_disclosing {
        let about = "`no-store`, when the answer shows a secret in full";
        response.headers.insert(CACHE_CONTROL.as_str().to_owned(), RefOr::T(header(about)));
    }
}

/// A header that is text.
pub fn header(about: &str) -> Header {
    let mut header = Header::default();
    header.description = Some(about.to_owned());
    header
}

fn path_parameter(parameter: &PathParameter) -> Parameter {
    let schema = parameter.max_chars.map_or_else(schemas::id, schemas::part_of_path);
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Path)
        .description(Some(parameter.about))
        .required(Required::True)
        .schema(Some(schema))
        .build()
}
