//! Conditional requests (RFC 9110 §13): entity tags are versions as a caller sees them.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ETAG, EntityTag, Header, HeaderName, IF_MATCH, IF_NONE_MATCH, IfMatch, IfNoneMatch,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use patchbay_application::{Expected, Read, VersionSeen};
use patchbay_domain::{Integration, Rank, Version};

/// What stands after the version in the tag of an answer with masks.
const MASKED: &str = "-masked";

/// What stands before where it stands among others, and after that of the first of them.
const RANKED: char = '.';
const PRIMARY: char = 'p';

/// The strong tag of a version as it was seen.
fn tag_of(seen: VersionSeen) -> EntityTag {
    let view = if seen.in_full { "" } else { MASKED };
    EntityTag::new_strong(format!("{}{view}{}", seen.version.number(), place_of(seen.rank)))
}

/// Where it stands, as its tag has it: nothing of one that stands nowhere.
fn place_of(rank: Rank) -> String {
    match rank {
        Rank { priority: 0, .. } => String::new(),
        Rank { is_primary: false, priority } => format!("{RANKED}{priority}"),
        Rank { is_primary: true, priority } => format!("{RANKED}{priority}{PRIMARY}"),
    }
}

/// What [`place_of`] was told.
fn rank_in(place: &str) -> Option<Rank> {
    let (number, is_primary) = place.strip_suffix(PRIMARY).map_or((place, false), |number| (number, true));
    Some(Rank { is_primary, priority: number.parse().ok()? })
}

/// What a tag of ours was made of; `None` for any other.
fn seen_in(tag: &EntityTag) -> Option<VersionSeen> {
    let (text, rank) = match tag.tag().split_once(RANKED) {
        Some((text, place)) => (text, rank_in(place)?),
        None => (tag.tag(), Rank::default()),
    };
    let (number, in_full) = text.strip_suffix(MASKED).map_or((text, true), |number| (number, false));
    let seen = VersionSeen { version: Version::from_number(number.parse().ok()?)?, in_full, rank };
    // One version has one spelling.
    (tag_of(seen).tag() == tag.tag()).then_some(seen)
}

/// `If-Match`: which versions a change is meant for. Weak tags and those of others are none.
pub struct ForVersions(pub Expected);

impl FromRequest for ForVersions {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let expected = match sent::<IfMatch>(request, &IF_MATCH) {
            None | Some(IfMatch::Any) => Expected::Any,
            Some(IfMatch::Items(tags)) => {
                let strong = tags.iter().filter(|tag| !tag.weak);
                Expected::These(strong.filter_map(seen_in).map(|seen| seen.version).collect())
            }
        };
        ready(Ok(Self(expected)))
    }
}

/// `If-None-Match`: what the caller has. Weak tags count here (RFC 9110 §13.1.2).
pub struct Known(pub Vec<VersionSeen>);

impl FromRequest for Known {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = match sent::<IfNoneMatch>(request, &IF_NONE_MATCH) {
            // Whatever it is, the caller does not want it; but then it need not ask.
            None | Some(IfNoneMatch::Any) => Vec::new(),
            Some(IfNoneMatch::Items(tags)) => tags.iter().filter_map(seen_in).collect(),
        };
        ready(Ok(Self(known)))
    }
}

/// `If-None-Match` of what has more than one version: the tags of what the caller has. Weak tags
/// count.
pub struct KnownTags(Vec<EntityTag>);

impl FromRequest for KnownTags {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = match sent::<IfNoneMatch>(request, &IF_NONE_MATCH) {
            None | Some(IfNoneMatch::Any) => Vec::new(),
            Some(IfNoneMatch::Items(tags)) => tags,
        };
        ready(Ok(Self(known)))
    }
}

/// The weak tag of an answer that shows `listed`, of which `shape` is all else that it depends on
/// and that its address does not say.
pub fn weak_tag<'a>(listed: impl IntoIterator<Item = &'a Integration>, shape: impl Hash) -> EntityTag {
    let mut hasher = DefaultHasher::new();
    shape.hash(&mut hasher);
    for integration in listed {
        (integration.id(), integration.version()).hash(&mut hasher);
    }
    EntityTag::new_weak(format!("{:016x}", hasher.finish()))
}

impl KnownTags {
    /// The answer with its tag, or that there is nothing new.
    ///
    /// # Errors
    /// Why there is no answer, when one is needed.
    pub fn tagged<E>(
        &self,
        tag: &EntityTag,
        answer: impl FnOnce() -> Result<HttpResponse, E>,
    ) -> Result<HttpResponse, E> {
        let is_known = self.0.iter().any(|known| known.weak_eq(tag));
        let response = if is_known { HttpResponse::new(StatusCode::NOT_MODIFIED) } else { answer()? };
        Ok(insert(tag, response))
    }
}

/// A header that is sent, as far as it can be read.
fn sent<H: Header>(request: &HttpRequest, name: &HeaderName) -> Option<H> {
    if request.headers().contains_key(name) { H::parse(request).ok() } else { None }
}

/// The answer with its tag, or that there is nothing new.
pub fn tagged<T>(read: Read<T>, answer: impl FnOnce(T) -> HttpResponse) -> HttpResponse {
    match read {
        Read::Unchanged(seen) => with_tag(seen, HttpResponse::new(StatusCode::NOT_MODIFIED)),
        Read::Now(found, seen) => with_tag(seen, answer(found)),
    }
}

/// The answer that shows this version, with its tag.
pub fn with_tag(seen: VersionSeen, response: HttpResponse) -> HttpResponse {
    insert(&tag_of(seen), response)
}

fn insert(tag: &EntityTag, mut response: HttpResponse) -> HttpResponse {
    if let Ok(tag) = tag.to_string().parse() {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn seen(number: i32, in_full: bool) -> VersionSeen {
        VersionSeen { version: Version::from_number(number).unwrap(), in_full, rank: Rank::default() }
    }

    fn ranked(number: i32, is_primary: bool, priority: u32) -> VersionSeen {
        VersionSeen { rank: Rank { is_primary, priority }, ..seen(number, false) }
    }

    fn expected(header: &str) -> Expected {
        let request = TestRequest::get().insert_header(("if-match", header)).to_http_request();
        ForVersions::from_request(&request, &mut Payload::None).into_inner().unwrap().0
    }

    fn known(header: &str) -> Vec<VersionSeen> {
        let request = TestRequest::get().insert_header(("if-none-match", header)).to_http_request();
        Known::from_request(&request, &mut Payload::None).into_inner().unwrap().0
    }

    #[test]
    fn a_tag_is_read_as_it_was_written() {
        let all =
            [seen(1, true), seen(7, false), seen(i32::MAX, true), ranked(7, false, 1), ranked(7, true, 21)];
        for one in all {
            assert_eq!(seen_in(&tag_of(one)), Some(one));
            assert!(!tag_of(one).weak);
        }
        assert_eq!(
            (tag_of(seen(3, true)).to_string(), tag_of(seen(3, false)).to_string()),
            ("\"3\"".into(), "\"3-masked\"".into())
        );
        assert_eq!(tag_of(ranked(3, true, 2)).to_string(), "\"3-masked.2p\"");
        let others = [
            "",
            "0",
            "-1",
            "+3",
            "03",
            "3-full",
            "x",
            "99999999999",
            "3.0",
            "3.",
            "3.p",
            "3.01",
            "3.1-masked",
        ];
        for other in others {
            assert_eq!(seen_in(&EntityTag::new_strong(other.to_owned())), None, "{other}");
        }
    }

    #[test]
    fn a_change_is_meant_for_the_strong_tags_that_are_ours() {
        let these = |numbers: &[i32]| {
            Expected::These(numbers.iter().map(|number| Version::from_number(*number).unwrap()).collect())
        };
        for (header, expected_versions) in [
            ("*", Expected::Any),
            ("\"3\"", these(&[3])),
            ("\"3\", \"4-masked\", \"6-masked.2p\"", these(&[3, 4, 6])),
            ("W/\"3\", \"5\"", these(&[5])),
            ("\"another\"", these(&[])),
            ("3", these(&[])),
            ("", these(&[])),
        ] {
            assert_eq!(expected(header), expected_versions, "{header}");
        }
        let none = TestRequest::get().to_http_request();
        let any = ForVersions::from_request(&none, &mut Payload::None).into_inner().unwrap().0;
        assert_eq!(any, Expected::Any);
    }

    #[test]
    fn a_list_is_sent_unless_its_tag_is_known() {
        let tag = weak_tag([], "shape");
        assert!(tag.weak && tag != weak_tag([], "another shape"));
        let text = tag.tag().to_owned();
        for (header, status) in [
            (format!("W/\"{text}\""), 304),
            (format!("\"x\", \"{text}\""), 304),
            ("*".to_owned(), 200),
            ("\"x\"".to_owned(), 200),
            (text.clone(), 200),
        ] {
            let request = TestRequest::get().insert_header(("if-none-match", header)).to_http_request();
            let known = KnownTags::from_request(&request, &mut Payload::None).into_inner().unwrap();
            let response = known.tagged(&tag, || Ok::<_, Infallible>(HttpResponse::Ok().finish())).unwrap();
            assert_eq!(response.status().as_u16(), status, "{request:?}");
            assert_eq!(response.headers().get(ETAG).unwrap(), &format!("W/\"{text}\""));
        }
    }

    #[test]
    fn what_a_caller_has_may_be_a_weak_tag() {
        assert_eq!(known("W/\"3\", \"4-masked\""), [seen(3, true), seen(4, false)]);
        assert_eq!(known("*"), []);
        assert_eq!(known("nonsense"), []);
    }
}
