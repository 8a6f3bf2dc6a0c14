//! Pages by number: what is asked for, and what the answer says of the whole list.

use actix_web::http::header::{HeaderName, HeaderValue, LINK};
use actix_web::{HttpRequest, HttpResponse};
use patchbay_application::{AppError, FaultReason};
use patchbay_domain::NumberedPage;
use serde::Deserialize;
use utoipa::IntoParams;

use super::query::refused;

/// How many items a page has when nothing is said.
const USUAL_SIZE: u32 = 10;
/// How many it has at the most; more is cut.
const MAX_SIZE: u32 = 100;

pub(super) const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// `?page=` (from 1) and `?limit=`. With neither, the whole list is meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Which page is wanted. With neither this nor `limit`, the whole list is.
    #[param(value_type = Option<usize>, minimum = 1)]
    page: Option<String>,
    /// How many items a page has; 10 when nothing is said, and 100 at the most.
    #[param(value_type = Option<usize>, minimum = 1)]
    limit: Option<String>,
}

impl PageQuery {
    /// The page that is asked for.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is no whole number of 1 or more.
    pub fn numbered(&self) -> Result<Option<NumberedPage>, AppError> {
        if self.page.is_none() && self.limit.is_none() {
            return Ok(None);
        }
        let number = counted("page", self.page.as_deref())?.unwrap_or(1);
        let size = counted("limit", self.limit.as_deref())?.unwrap_or(USUAL_SIZE);
        Ok(Some(NumberedPage { number, size: size.min(MAX_SIZE) }))
    }
}

/// A whole number of 1 or more. One that is larger than any that counts is the largest.
pub(super) fn counted(name: &'static str, sent: Option<&str>) -> Result<Option<u32>, AppError> {
    let Some(sent) = sent else { return Ok(None) };
    let is_number = !sent.is_empty() && sent.bytes().all(|byte| byte.is_ascii_digit());
    match is_number.then(|| sent.parse().unwrap_or(u32::MAX)) {
        Some(number) if number >= 1 => Ok(Some(number)),
        _ => Err(refused(name, FaultReason::Syntax { expected: "a whole number of 1 or more" })),
    }
}

/// Adds to the answer with a page how long the whole list is, and where its other pages are
/// (RFC 8288). An answer with the whole list stays as it is.
pub fn paged(
    mut response: HttpResponse,
    request: &HttpRequest,
    page: Option<NumberedPage>,
    total: u64,
) -> HttpResponse {
    let Some(page) = page else { return response };
    let headers = response.headers_mut();
    headers.insert(TOTAL, HeaderValue::from(total));
    let links: Vec<_> = neighbours(page, total)
        .into_iter()
        .map(|(relation, number)| {
            let place = [("page", number.to_string()), ("limit", page.size.to_string())];
            format!("<{}>; rel=\"{relation}\"", address(request, &place))
        })
        .collect();
    if let Ok(links) = HeaderValue::from_str(&links.join(", ")) {
        headers.insert(LINK, links);
    }
    response
}

/// The first and the last page, and those beside this one.
fn neighbours(page: NumberedPage, total: u64) -> Vec<(&'static str, u64)> {
    let (number, last) = (u64::from(page.number), total.div_ceil(u64::from(page.size)).max(1));
    let mut pages = vec![("first", 1)];
    if number > 1 {
        pages.push(("prev", last.min(number - 1)));
    }
    if number < last {
        pages.push(("next", number + 1));
    }
    pages.push(("last", last));
    pages
}

/// The address of another page, which these parameters name: all else that was asked stays.
pub(super) fn address(request: &HttpRequest, place: &[(&str, String)]) -> String {
    let is_other = |pair: &&str| place.iter().all(|(name, _)| pair.split('=').next() != Some(name));
    let asked = request.query_string().split('&').filter(|pair| !pair.is_empty()).filter(is_other);
    let query: Vec<_> =
        asked.map(str::to_owned).chain(place.iter().map(|(name, value)| format!("{name}={value}"))).collect();
    format!("{}?{}", request.path(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn asked(page: Option<&str>, limit: Option<&str>) -> Result<Option<(u32, u32)>, String> {
        let query = PageQuery { page: page.map(str::to_owned), limit: limit.map(str::to_owned) };
        let page = query.numbered().map_err(|error| error.to_string())?;
        Ok(page.map(|page| (page.number, page.size)))
    }

    #[test]
    fn a_page_is_ten_items_unless_something_is_said() {
        assert_eq!(asked(None, None), Ok(None));
        assert_eq!(asked(Some("2"), None), Ok(Some((2, 10))));
        assert_eq!(asked(None, Some("3")), Ok(Some((1, 3))));
        assert_eq!(asked(Some("1"), Some("100")), Ok(Some((1, 100))));
    }

    #[test]
    fn too_large_a_page_is_cut_and_too_small_a_number_refused() {
        assert_eq!(asked(None, Some("101")), Ok(Some((1, 100))));
        assert_eq!(asked(Some("99999999999999999999"), Some("7")), Ok(Some((u32::MAX, 7))));
        for wrong in ["0", "-1", "", "1.5", "x", "+1", "00"] {
            let why = asked(Some(wrong), None).unwrap_err();
            assert_eq!(why, "page is not a whole number of 1 or more", "{wrong}");
            assert!(asked(None, Some(wrong)).is_err(), "{wrong}");
        }
    }

    fn links(uri: &str, number: u32, total: u64) -> String {
        let request = TestRequest::with_uri(uri).to_http_request();
        let page = Some(NumberedPage { number, size: 10 });
        let response = paged(HttpResponse::Ok().finish(), &request, page, total);
        assert_eq!(response.headers().get("x-total-count").unwrap().to_str().unwrap(), total.to_string());
        response.headers().get("link").unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn an_answer_says_where_the_other_pages_are() {
        assert_eq!(
            links("/a?q=x%20y&page=2&limit=10", 2, 25),
            "</a?q=x%20y&page=1&limit=10>; rel=\"first\", </a?q=x%20y&page=1&limit=10>; rel=\"prev\", \
             </a?q=x%20y&page=3&limit=10>; rel=\"next\", </a?q=x%20y&page=3&limit=10>; rel=\"last\""
        );
        let only = "</a?page=1&limit=10>; rel=\"first\", </a?page=1&limit=10>; rel=\"last\"";
        assert_eq!((links("/a", 1, 0), links("/a?page=1", 1, 10)), (only.to_owned(), only.to_owned()));
        assert!(links("/a", 9, 25).contains("</a?page=3&limit=10>; rel=\"prev\""), "back into the list");
    }

    #[test]
    fn an_answer_with_the_whole_list_says_nothing_of_pages() {
        let request = TestRequest::with_uri("/a").to_http_request();
        assert!(paged(HttpResponse::Ok().finish(), &request, None, 7).headers().is_empty());
    }
}
