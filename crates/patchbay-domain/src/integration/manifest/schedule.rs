//! Crontab expressions, as far as their form goes.

/// One of the five fields: its lowest and highest number, and the names for some of them,
/// from the lowest on.
struct Field {
    lowest: u8,
    highest: u8,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Minute, hour, day of the month, month, day of the week (0 and 7 are Sunday).
const FIELDS: [Field; 5] = [
    Field { lowest: 0, highest: 59, names: &[] },
    Field { lowest: 0, highest: 23, names: &[] },
    Field { lowest: 1, highest: 31, names: &[] },
    Field { lowest: 1, highest: 12, names: &MONTHS },
    Field { lowest: 0, highest: 7, names: &WEEKDAYS },
];

/// Whether a text is a crontab expression: five fields of lists, ranges, steps and names, as
/// POSIX and the usual `cron` have them. `@daily` and the like are none.
pub(super) fn is_crontab(text: &str) -> bool {
    let given: Vec<_> = text.split_whitespace().collect();
    given.len() == FIELDS.len()
        && given.iter().zip(&FIELDS).all(|(list, field)| list.split(',').all(|item| field.takes(item)))
}

impl Field {
    /// `*`, a value or a range of them, each perhaps with `/step`.
    fn takes(&self, item: &str) -> bool {
        let (values, step) = match item.split_once('/') {
            Some((values, step)) => (values, Some(step)),
            None => (item, None),
        };
        let steps =
            step.is_none_or(|step| number(step).is_some_and(|step| (1..=self.highest).contains(&step)));
        steps
            && match values.split_once('-') {
                _ if values == "*" => true,
                Some((from, to)) => {
                    let (from, to) = (self.value(from), self.value(to));
                    from.zip(to).is_some_and(|(from, to)| from <= to)
                }
                None => self.value(values).is_some(),
            }
    }

    fn value(&self, text: &str) -> Option<u8> {
        let named = (self.lowest..).zip(self.names).find(|(_, name)| text.eq_ignore_ascii_case(name));
        let value = named.map(|(value, _)| value).or_else(|| number(text))?;
        (self.lowest..=self.highest).contains(&value).then_some(value)
    }
}

/// A number in digits alone: the standard library would take a sign as well.
fn number(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_form_are_crontab() {
        for text in [
            "* * * * *",
            "*/5 * * * *",
            "0 0 1 1 0",
            "59 23 31 12 7",
            "0,15,30,45 9-17 * * 1-5",
            " 0  12\t* * mon-FRI ",
            "0 0 1-31/2 JAN,jul *",
            "10/20 * * * *",
            "00 08 * * sun",
        ] {
            assert!(is_crontab(text), "{text}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "",
            "*",
            "* * * *",
            "* * * * * *",
            "@daily",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * 0 *",
            "* * * * 8",
            "300 * * * *",
            "5-1 * * * *",
            "1-2-3 * * * *",
            "*-5 * * * *",
            "*/0 * * * *",
            "*/ * * * *",
            "*/5/5 * * * *",
            "/5 * * * *",
            "1, * * * *",
            "-1 * * * *",
            "+1 * * * *",
            "mon * * * *",
            "* * * mon *",
            "* * * * someday",
            "every 5 minutes of day",
            "** * * * *",
            "? * * * *",
        ] {
            assert!(!is_crontab(text), "{text}");
        }
    }
}
