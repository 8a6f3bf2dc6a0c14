//! P as a part of L, and whether that is enough.

use std::fmt;

use serde::Serialize;

use super::figures::{Round, Start, mebibytes, median, milliseconds};
use super::plan::{Backend, Measurement, Side, idle_ceiling_mib, start_ceiling_ms};

/// What a figure must be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Limit {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(floor) => value >= floor,
            Self::AtMost(ceiling) => value <= ceiling,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::AtLeast(floor) => format!(">= {floor}"),
            Self::AtMost(ceiling) => format!("<= {ceiling}"),
        })
    }
}

/// One compared figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Verdict {
    pub what: String,
    pub measure: &'static str,
    /// The median over the rounds or starts.
    pub value: f64,
    pub lowest: f64,
    pub highest: f64,
    pub limit: Option<Limit>,
    /// `None` where there is no limit, or the figure is too weak to be judged by.
    pub met: Option<bool>,
}

/// Compares the rounds of one kind, each of the service's with the reference's beside it.
///
/// The ratio is taken round by round: what slows the machine for a while slows both of a pair.
pub(super) fn of_rounds(measurement: Measurement, rounds: &[Round]) -> Vec<Verdict> {
    let of_side =
        |side| rounds.iter().filter(move |round| round.side == side && round.measurement == measurement);
    let pairs: Vec<(&Round, &Round)> = of_side(Side::Service)
        .filter_map(|own| {
            Some((own, of_side(Side::Reference).find(|reference| reference.number == own.number)?))
        })
        .collect();
    let ratios = |figure: fn(&Round) -> f64| pairs.iter().map(move |(p, l)| figure(p) / figure(l));
    let trusted = pairs.iter().all(|(p, l)| p.outcome.has_trusted_tail() && l.outcome.has_trusted_tail());
    let what = measurement.to_string();
    let floor = measurement.floor().map(Limit::AtLeast);
    let ceiling = measurement.tail_ceiling().map(Limit::AtMost);
    [
        verdict(&what, "requests/s, P/L", ratios(Round::requests_per_second), floor, true),
        verdict(&what, "p99, P/L", ratios(Round::p99_ms), ceiling, trusted),
        verdict(&what, "processor, P/L", ratios(Round::processor_us_per_request), None, true),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Judges the service's starts on one database.
pub(super) fn of_starts(backend: Backend, starts: &[Start]) -> Vec<Verdict> {
    let own = || starts.iter().filter(|start| start.side == Side::Service && start.backend == backend);
    let what = format!("{backend}, start");
    let first_answer = own().map(|start| milliseconds(start.first_answer_us));
    let idle = own().map(|start| mebibytes(start.idle_kib));
    let soon = Some(Limit::AtMost(start_ceiling_ms(backend)));
    let small = idle_ceiling_mib(backend).map(Limit::AtMost);
    [
        verdict(&what, "first answer, ms", first_answer, soon, true),
        verdict(&what, "idle memory, MiB", idle, small, true),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `None` when there is nothing to compare.
fn verdict(
    what: &str,
    measure: &'static str,
    values: impl Iterator<Item = f64>,
    limit: Option<Limit>,
    trusted: bool,
) -> Option<Verdict> {
    let values: Vec<f64> = values.collect();
    let value = median(values.iter().copied())?;
    Some(Verdict {
        what: what.to_owned(),
        measure,
        value,
        lowest: values.iter().copied().fold(f64::INFINITY, f64::min),
        highest: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        limit,
        met: limit.filter(|_| trusted).map(|limit| limit.is_met_by(value)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::plan::Operation;
    use crate::driver::wrk::Outcome;

    const CREATE: Measurement =
        Measurement { backend: Backend::Sqlite, operation: Operation::Create, connections: 64 };

    fn round(side: Side, number: u32, requests: u64, p99_us: u64) -> Round {
        let outcome = Outcome {
            requests,
            duration_us: 5_000_000,
            bytes: requests * 400,
            p50_us: p99_us / 4,
            p99_us,
            socket_errors: 0,
            refused: 0,
            timeouts: 0,
        };
        Round {
            measurement: CREATE,
            side,
            number,
            outcome,
            processor_us: requests * 50,
            idle_kib: 9_000,
            loaded_kib: 20_000,
            first_answer_us: 9_000,
        }
    }

    fn met(verdicts: &[Verdict]) -> Vec<Option<bool>> {
        verdicts.iter().map(|verdict| verdict.met).collect()
    }

    #[test]
    fn the_ratio_is_the_median_of_the_ratios_of_pairs() {
        // The machine halves its speed in round 2: the ratios do not notice.
        let rounds = [
            round(Side::Reference, 1, 100_000, 8_000),
            round(Side::Service, 1, 40_000, 16_000),
            round(Side::Reference, 2, 50_000, 16_000),
            round(Side::Service, 2, 20_000, 32_000),
            round(Side::Reference, 3, 100_000, 8_000),
            round(Side::Service, 3, 50_000, 16_000),
        ];
        let verdicts = of_rounds(CREATE, &rounds);
        let speed = &verdicts[0];
        assert!((speed.value - 0.4).abs() < 1e-9, "{speed:?}");
        assert!((speed.lowest - 0.4).abs() < 1e-9 && (speed.highest - 0.5).abs() < 1e-9, "{speed:?}");
        assert_eq!(met(&verdicts), [Some(true), Some(true), None]);
    }

    #[test]
    fn a_missed_floor_and_a_long_tail_are_told() {
        let rounds = [round(Side::Reference, 1, 100_000, 8_000), round(Side::Service, 1, 34_000, 24_100)];
        assert_eq!(met(&of_rounds(CREATE, &rounds)), [Some(false), Some(false), None]);
    }

    #[test]
    fn a_tail_of_few_answers_is_shown_and_not_judged() {
        let rounds = [round(Side::Reference, 1, 6_000, 8_000), round(Side::Service, 1, 4_000, 80_000)];
        assert_eq!(met(&of_rounds(CREATE, &rounds)), [Some(true), None, None]);
    }

    #[test]
    fn one_side_alone_is_not_compared() {
        assert_eq!(of_rounds(CREATE, &[round(Side::Reference, 1, 6_000, 8_000)]), []);
        let start =
            Start { backend: Backend::Sqlite, side: Side::Reference, first_answer_us: 1, idle_kib: 1 };
        assert_eq!(of_starts(Backend::Sqlite, &[start]), []);
    }

    #[test]
    fn starts_are_judged_by_their_median() {
        let starts = [9_000, 12_000, 90_000].map(|first_answer_us| Start {
            backend: Backend::Sqlite,
            side: Side::Service,
            first_answer_us,
            idle_kib: 21 * 1024,
        });
        assert_eq!(met(&of_starts(Backend::Sqlite, &starts)), [Some(true), Some(false)]);
        assert_eq!(of_starts(Backend::Postgres, &starts), []);
    }
}
