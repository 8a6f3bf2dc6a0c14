//! The many ways to write a URL.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

async fn judged(text: &str) -> Result<OutboundUrl, Refused> {
    // Whatever is left a name counts as public.
    client_with(OutboundPolicy::default(), Script::new(&[&["8.8.8.8"]])).judge(text).await
}

#[rstest]
#[case::decimal("2130706433")]
#[case::octal("017700000001")]
#[case::octal_part("0177.0.0.1")]
#[case::hexadecimal("0x7f000001")]
#[case::hexadecimal_part("0x7F.0.0.1")]
#[case::two_parts("127.1")]
#[case::three_parts("127.0.1")]
#[case::mixed_parts("0x7f.1")]
#[case::zero("0")]
#[case::hexadecimal_zero("0x")]
#[case::any("0.0.0.0")]
#[case::dot_after_it("127.0.0.1.")]
#[case::percent_encoded("%31%32%37.0.0.1")]
#[case::percent_encoded_dot("127%2e0%2E0%2e1")]
#[case::full_width("１２７.０.０.１")]
#[case::circled("①②⑦.⓪.⓪.①")]
#[case::other_full_stops("127。0．0｡1")]
#[case::loopback_of_v6("[::1]")]
#[case::any_of_v6("[::]")]
#[case::long_loopback_of_v6("[0:0:0:0:0:0:0:1]")]
#[case::mapped("[::ffff:127.0.0.1]")]
#[case::mapped_in_hexadecimal("[::FFFF:7f00:1]")]
#[case::mapped_metadata("[::ffff:a9fe:a9fe]")]
#[case::compatible("[::127.0.0.1]")]
#[case::nat64("[64:ff9b::127.0.0.1]")]
#[case::six_to_four("[2002:7f00:1::]")]
#[case::zone("[fe80::1%25eth0]")]
#[case::zone_of_loopback("[::1%25lo]")]
#[case::future_address("[v1.x]")]
#[case::name("localhost")]
#[case::name_with_a_dot("localhost.")]
#[case::other_name_with_a_dot("hook.example.")]
#[case::name_in_capitals("LocalHost")]
#[case::percent_encoded_name("loc%61lhost")]
#[case::full_width_name("ｌｏｃａｌｈｏｓｔ")]
#[case::circled_name("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ")]
#[case::name_with_a_soft_hyphen("local\u{ad}host")]
#[case::name_below_it("x.y.localhost")]
#[case::too_large_a_number("4294967296")]
#[case::too_many_parts("1.2.3.4.5")]
#[case::number_at_the_end("hook.1")]
#[case::blank_in_it("hook example")]
#[case::percent_in_it("hook%25example")]
#[case::nul_in_it("hook%00.example")]
#[case::slash_in_it("hook%2fexample")]
#[case::tab_in_it("hook\t.example")]
#[case::line_break_in_it("hook\n.example")]
#[case::backslash_after_it("hook.example\\@127.0.0.1")]
#[case::user_before_it("hook.example@127.0.0.1")]
#[case::user_that_looks_like_a_host("127.0.0.1@hook.example")]
#[case::two_users("a@b@hook.example")]
#[case::port_and_user("hook.example:443@127.0.0.1")]
#[tokio::test]
async fn no_spelling_of_a_forbidden_host_gets_through(#[case] host: &str) {
    for text in [format!("https://{host}/"), format!("https://{host}"), format!("https://{host}/path?query")]
    {
        let outcome = judged(&text).await;
        assert!(outcome.is_err(), "{text}: {}", outcome.unwrap().as_str());
    }
}

#[rstest]
#[case::blank_before(" https://hook.example/")]
#[case::line_break_after("https://hook.example/\n")]
#[case::control_before("\u{1}https://hook.example/")]
#[case::line_break_in_the_scheme("ht\ntps://hook.example/")]
#[case::line_break_in_the_path("https://hook.example/a\r\nb")]
#[case::no_slashes("https:hook.example/")]
#[case::one_slash("https:/hook.example/")]
#[case::three_slashes("https:///hook.example/")]
#[case::backslashes("https:\\\\hook.example\\")]
#[case::backslash_in_the_path("https://hook.example/a\\b")]
#[case::no_scheme("//hook.example/")]
#[case::data("data:text/plain,x")]
#[case::script("javascript:alert(1)")]
#[case::blob("blob:https://hook.example/x")]
#[case::port_that_is_none("https://hook.example:70000/")]
#[case::port_with_a_sign("https://hook.example:+443/")]
#[tokio::test]
async fn what_parsers_forgive_is_not_forgiven_here(#[case] text: &str) {
    assert!(judged(text).await.is_err(), "{text}");
}

#[tokio::test]
async fn a_text_of_any_length_is_not_a_url() {
    let long = |length: usize| format!("https://hook.example/{}", "x".repeat(length - 21));
    judged(&long(8192)).await.unwrap();
    judged(&long(8193)).await.unwrap_err();
}

#[rstest]
#[case("HTTPS://Hook.Example:443", "https://hook.example/")]
#[case("https://hook.example/%7Ea/../b?c=%20", "https://hook.example/b?c=%20")]
#[case("https://0x08080808/", "https://8.8.8.8/")]
#[case("https://bücher.example/", "https://xn--bcher-kva.example/")]
// With a Cyrillic letter it is another name, and shown as one.
#[case("https://l\u{43e}calhost/", "https://xn--lcalhost-nbh/")]
#[case("https://hook.example:8443/a@b:c?d@e", "https://hook.example:8443/a@b:c?d@e")]
#[tokio::test]
async fn a_url_has_one_spelling_and_that_is_what_is_requested(#[case] text: &str, #[case] spelled: &str) {
    assert_eq!(judged(text).await.unwrap().as_str(), spelled);
}

#[test]
fn the_debug_output_of_a_url_shows_its_origin_alone() {
    let shown = format!("{0} {0:?}", url("https://hook.example:8443/planted?planted"));
    assert_eq!(shown, "https://hook.example:8443 OutboundUrl(https://hook.example:8443/…)");
}

#[rstest]
#[case("", true)]
#[case("some-very-weird-logo-url", true)]
#[case("ftp://hook.example/", true)]
#[case("https://user@hook.example/", true)]
#[case("https://hook.example/#x", false)]
#[case("https://10.0.0.1/", false)]
#[tokio::test]
async fn a_text_that_is_no_url_is_told_from_one_that_is_refused(#[case] text: &str, #[case] malformed: bool) {
    assert_eq!(judged(text).await.unwrap_err().is_malformed(), malformed);
}

proptest! {
    #[test]
    fn what_was_read_reads_the_same_again(text in "https?://[a-zA-Z0-9.:@%/\\[\\]?#_\\\\ \u{3002}\u{ff10}-]{0,30}") {
        if let Ok(once) = OutboundUrl::parse(&text) {
            prop_assert_eq!(OutboundUrl::parse(once.as_str()), Ok(once));
        }
    }
}
