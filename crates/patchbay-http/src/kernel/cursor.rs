//! Pages that follow each other: each names the place that the next one begins after.

use actix_web::http::header::{HeaderValue, LINK};
use actix_web::{HttpRequest, HttpResponse};
use chrono::DateTime;
use patchbay_application::{AppError, FaultReason};
use patchbay_domain::{IntegrationId, IntegrationPosition, PageRequest};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::paging::{TOTAL, address, counted};
use super::query::refused;

/// How many items a page has when nothing is said.
const USUAL_SIZE: u32 = 50;
/// How many it has at the most; more is cut.
const MAX_SIZE: u32 = 200;

/// How many hex digits the time of a cursor has; its id has the others.
const TIME_DIGITS: usize = 16;
const DIGITS: usize = 48;

/// The first 16 bits of the latest time: in the year 9997.
const LATEST: i64 = 0x0383;

/// `?limit=` and `?cursor=`. With neither, the whole list is meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CursorQuery {
    /// How many items a page has; 50 when nothing is said, and 200 at the most.
    #[param(value_type = Option<usize>, minimum = 1)]
    limit: Option<String>,
    /// Where the page begins, as the page before it says in its header `Link`.
    #[param(value_type = Option<String>, pattern = "^0([0-2][0-9a-f]{2}|3[0-7][0-9a-f]|38[0-3])[0-9a-f]{44}$")]
    cursor: Option<String>,
}

impl CursorQuery {
    /// The page that is asked for.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a limit that is no whole number of 1 or more, and a cursor that
    /// is none.
    pub fn following(&self) -> Result<Option<PageRequest<IntegrationPosition>>, AppError> {
        if self.limit.is_none() && self.cursor.is_none() {
            return Ok(None);
        }
        let limit = counted("limit", self.limit.as_deref())?.unwrap_or(USUAL_SIZE).min(MAX_SIZE);
        let after = self.cursor.as_deref().map(position_of).transpose()?;
        Ok(Some(PageRequest { after, limit }))
    }
}

/// What stands for a place in a list: its time in microseconds, and its id.
fn cursor_to(place: &IntegrationPosition) -> String {
    format!("{:016x}{}", place.created_at.timestamp_micros(), place.id.as_uuid().simple())
}

fn position_of(cursor: &str) -> Result<IntegrationPosition, AppError> {
    read(cursor).ok_or_else(|| refused("cursor", FaultReason::Syntax { expected: "a cursor of this list" }))
}

/// Only what [`cursor_to`] may have written: a time before 1970, or after the last year of four
/// digits, is none, because not every store puts it in its place.
fn read(cursor: &str) -> Option<IntegrationPosition> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if cursor.len() != DIGITS || !cursor.bytes().all(is_digit) {
        return None;
    }
    let (time, id) = cursor.split_at(TIME_DIGITS);
    let micros = i64::from_str_radix(time, 16).ok().filter(|micros| micros >> 48 <= LATEST)?;
    let created_at = DateTime::from_timestamp_micros(micros)?;
    Some(IntegrationPosition { created_at, id: IntegrationId::from_uuid(Uuid::try_parse(id).ok()?) })
}

/// Adds to the answer with a page how long the whole list is, and where it goes on (RFC 8288).
pub fn continued(
    mut response: HttpResponse,
    request: &HttpRequest,
    limit: u32,
    (next, total): (Option<&IntegrationPosition>, u64),
) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(TOTAL, HeaderValue::from(total));
    if let Some(next) = next {
        let place = [("limit", limit.to_string()), ("cursor", cursor_to(next))];
        let link = format!("<{}>; rel=\"next\"", address(request, &place));
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.insert(LINK, link);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const CURSOR: &str = "000649d59d4b40000192202eb6f37d2380253f60675cc031";

    fn asked(
        limit: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Option<PageRequest<IntegrationPosition>>, String> {
        let query = CursorQuery { limit: limit.map(str::to_owned), cursor: cursor.map(str::to_owned) };
        query.following().map_err(|error| error.to_string())
    }

    #[test]
    fn a_page_is_fifty_items_unless_something_is_said_and_two_hundred_at_the_most() {
        assert_eq!(asked(None, None), Ok(None));
        let limit = |limit, cursor| asked(limit, cursor).unwrap().unwrap().limit;
        assert_eq!(limit(Some("1"), None), 1);
        assert_eq!(limit(Some("200"), None), 200);
        assert_eq!(limit(Some("99999999999999999999"), None), 200);
        assert_eq!(limit(None, Some(CURSOR)), 50);
        for wrong in ["0", "-1", "", "x", "1.5"] {
            assert_eq!(asked(Some(wrong), None).unwrap_err(), "limit is not a whole number of 1 or more");
        }
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let place = asked(None, Some(CURSOR)).unwrap().unwrap().after.unwrap();
        assert_eq!(cursor_to(&place), CURSOR);
        assert_eq!(place.id.to_string(), "0192202e-b6f3-7d23-8025-3f60675cc031");
    }

    #[test]
    fn what_was_never_given_as_a_cursor_is_refused() {
        let (short, long, upper) = (&CURSOR[1..], format!("{CURSOR}0"), CURSOR.to_uppercase());
        // Before the first second of 1970, and in years of which not every store knows.
        let (early, late) = (CURSOR.replacen("00", "ff", 1), CURSOR.replacen("0006", "0384", 1));
        for wrong in ["", "x", short, &long, &upper, &early, &late, &CURSOR.replacen('d', "ä", 1)] {
            let why = asked(None, Some(wrong)).unwrap_err();
            assert_eq!(why, "cursor is not a cursor of this list", "{wrong}");
        }
    }

    fn headers(next: Option<&IntegrationPosition>) -> (String, Option<String>) {
        let request = TestRequest::with_uri(&format!("/a?q=x%20y&cursor={CURSOR}&limit=7")).to_http_request();
        let response = continued(HttpResponse::Ok().finish(), &request, 7, (next, 9));
        let text = |name| Some(response.headers().get(name)?.to_str().unwrap().to_owned());
        (text("x-total-count").unwrap(), text("link"))
    }

    #[test]
    fn an_answer_says_where_the_list_goes_on_while_it_does() {
        let place = read(CURSOR).unwrap();
        let next = format!("</a?q=x%20y&limit=7&cursor={CURSOR}>; rel=\"next\"");
        assert_eq!(headers(Some(&place)), ("9".to_owned(), Some(next)));
        assert_eq!(headers(None), ("9".to_owned(), None));
    }
}
