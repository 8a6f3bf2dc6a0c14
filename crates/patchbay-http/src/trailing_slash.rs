//! One slash at the end of a path is tolerated.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Path, ServiceRequest, ServiceResponse, Url};
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;

/// Routes `/a/b/` like `/a/b`. The request keeps the path that it came with, which is what
/// an error reports.
pub async fn tolerate_trailing_slash<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let Some(uri) = without_slash(request.uri()) {
        *request.match_info_mut() = Path::new(Url::new(uri));
    }
    next.call(request).await
}

fn without_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    let routed = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(routed).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_slash_is_dropped_and_the_query_kept() {
        let routed = |uri: &str| without_slash(&uri.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(routed("/a/b/?q=/").as_deref(), Some("/a/b?q=/"));
        assert_eq!(routed("/a//").as_deref(), Some("/a/"));
        assert_eq!(routed("/a"), None);
        assert_eq!(routed("/"), None);
    }
}
