//! Readers of single values. What they say of a value that they refuse never contains it.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use super::reader::Refusal;

/// Text that says something.
pub fn text(value: &Value) -> Result<&str, Refusal> {
    let text = value.as_str().ok_or("must be text")?.trim();
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text) }
}

/// The path of a file.
pub fn path(value: &Value) -> Result<PathBuf, Refusal> {
    text(value).map(PathBuf::from)
}

/// A whole number within `range`; as text too, because the environment knows only text.
pub fn whole_number<T>(range: RangeInclusive<T>) -> impl Fn(&Value) -> Result<T, Refusal>
where
    T: TryFrom<u64> + PartialOrd + std::fmt::Display,
{
    move |value| {
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.and_then(|number| T::try_from(number).ok());
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| format!("must be a whole number from {} to {}", range.start(), range.end()))
    }
}

/// A time in whole milliseconds within `range`.
pub fn milliseconds(range: RangeInclusive<u64>) -> impl Fn(&Value) -> Result<Duration, Refusal> {
    move |value| whole_number(range.clone())(value).map(Duration::from_millis)
}

/// `true` or `false`, as text too.
pub fn switch(value: &Value) -> Result<bool, Refusal> {
    match value {
        Value::Bool(switch) => Some(*switch),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .ok_or_else(|| "must be true or false".to_owned())
}

/// A list; as text a JSON array, or its members with commas between them.
pub fn list(value: &Value) -> Result<Vec<Value>, Refusal> {
    match value {
        Value::Array(members) => Ok(members.clone()),
        // The parser's own words may quote a member.
        Value::String(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str(text).map_err(|_| "is not a valid JSON array".to_owned())
        }
        Value::String(text) => {
            let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
            Ok(members.map(Value::from).collect())
        }
        _ => Err("must be a list".to_owned()),
    }
}

/// Networks, in whatever type is asked for.
pub fn networks<N: FromStr>(value: &Value) -> Result<Vec<N>, Refusal> {
    let members = list(value)?;
    let networks = members.iter().map(|member| member.as_str().and_then(|text| text.trim().parse().ok()));
    networks
        .collect::<Option<_>>()
        .ok_or_else(|| "must be a list of networks ADDRESS/BITS, as in 127.0.0.1/32".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_is_read_from_a_number_or_from_text_and_has_bounds() {
        let port = whole_number(1..=u16::MAX);
        assert_eq!(port(&json!(80)), Ok(80));
        assert_eq!(port(&json!(" 65535 ")), Ok(65535));
        for wrong in [json!(0), json!(65536), json!(-1), json!(80.5), json!("80.0"), json!("x"), json!(true)]
        {
            assert_eq!(port(&wrong), Err("must be a whole number from 1 to 65535".to_owned()), "{wrong}");
        }
    }

    #[test]
    fn a_switch_is_on_or_off_and_nothing_else() {
        assert_eq!(switch(&json!(true)), Ok(true));
        assert_eq!(switch(&json!("false")), Ok(false));
        for wrong in [json!(1), json!("yes"), json!("TRUE"), json!(null)] {
            assert!(switch(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_in_text_is_a_json_array_or_separated_by_commas() {
        let expected = Ok(vec![json!("a"), json!("b")]);
        assert_eq!(list(&json!(["a", "b"])), expected);
        assert_eq!(list(&json!("a, b,")), expected);
        assert_eq!(list(&json!(r#" ["a", "b"]"#)), expected);
        assert_eq!(list(&json!("[secret")), Err("is not a valid JSON array".to_owned()));
        assert_eq!(list(&json!("")), Ok(Vec::new()));
        assert!(list(&json!(7)).is_err());
    }
}
