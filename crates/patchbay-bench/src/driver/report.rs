//! The tables and the file of results.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use super::figures::{Round, Start, mebibytes, median, milliseconds};
use super::plan::{Backend, Measurement, Side};
use super::verdict::{Verdict, of_rounds, of_starts};

/// Everything that was measured.
#[derive(Debug, Default, Serialize)]
pub(super) struct Figures {
    pub rounds: Vec<Round>,
    pub starts: Vec<Start>,
}

/// The figures and what they say.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    #[serde(flatten)]
    figures: Figures,
    medians: Vec<Median>,
    verdicts: Vec<Verdict>,
}

/// The middle of the rounds of one kind and side.
#[derive(Debug, Serialize)]
struct Median {
    #[serde(flatten)]
    measurement: Measurement,
    side: Side,
    requests_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    processor_us_per_request: f64,
    bytes_per_answer: f64,
    idle_mib: f64,
    loaded_mib: f64,
    first_answer_ms: f64,
}

impl Report {
    pub fn of(figures: Figures) -> Self {
        let mut kinds: Vec<Measurement> = Vec::new();
        for round in &figures.rounds {
            if !kinds.contains(&round.measurement) {
                kinds.push(round.measurement);
            }
        }
        let sides = [Side::Reference, Side::Service];
        let medians = kinds
            .iter()
            .flat_map(|&kind| sides.map(|side| middle(kind, side, &figures.rounds)))
            .flatten()
            .collect();
        let compared = kinds.iter().flat_map(|&kind| of_rounds(kind, &figures.rounds));
        let started =
            [Backend::Sqlite, Backend::Postgres].into_iter().flat_map(|one| of_starts(one, &figures.starts));
        let verdicts = compared.chain(started).collect();
        Self { figures, medians, verdicts }
    }

    /// Whether no limit was missed.
    pub fn is_met(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.met != Some(false))
    }

    /// Writes everything as JSON.
    pub fn save(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self).context("writing the results")?;
        fs::write(file, text + "\n").with_context(|| format!("writing {}", file.display()))
    }

    /// The tables, for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write_medians(&mut text).ok(); // a String takes everything
        self.write_verdicts(&mut text).ok();
        text
    }

    fn write_medians(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "Medians (L: the reference, P: the service; absolute figures are this machine's)\n")?;
        writeln!(
            text,
            "{:<28} {:>4} {:>10} {:>8} {:>8} {:>10} {:>9} {:>8} {:>10} {:>8}",
            "",
            "side",
            "requests/s",
            "p50 ms",
            "p99 ms",
            "cpu us/req",
            "idle MiB",
            "loaded",
            "1st ans ms",
            "B/answer"
        )?;
        for row in &self.medians {
            writeln!(
                text,
                "{:<28} {:>4} {:>10.0} {:>8.2} {:>8.2} {:>10.1} {:>9.1} {:>8.1} {:>10.1} {:>8.0}",
                row.measurement.to_string(),
                row.side,
                row.requests_per_second,
                row.p50_ms,
                row.p99_ms,
                row.processor_us_per_request,
                row.idle_mib,
                row.loaded_mib,
                row.first_answer_ms,
                row.bytes_per_answer,
            )?;
        }
        Ok(())
    }

    fn write_verdicts(&self, text: &mut String) -> std::fmt::Result {
        if self.verdicts.is_empty() {
            return Ok(());
        }
        writeln!(text, "\n{:<28} {:<18} {:>8} {:>17} {:>8}  met", "", "", "median", "range", "limit")?;
        for row in &self.verdicts {
            let range = format!("{:.2}-{:.2}", row.lowest, row.highest);
            let limit = row.limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string());
            let met = match (row.met, row.limit) {
                (Some(true), _) => "yes",
                (Some(false), _) => "NO",
                (None, Some(_)) => "too few answers to judge",
                (None, None) => "-",
            };
            writeln!(
                text,
                "{:<28} {:<18} {:>8.2} {range:>17} {limit:>8}  {met}",
                row.what, row.measure, row.value
            )?;
        }
        Ok(())
    }
}

fn middle(measurement: Measurement, side: Side, rounds: &[Round]) -> Option<Median> {
    let own = || rounds.iter().filter(|round| round.side == side && round.measurement == measurement);
    Some(Median {
        measurement,
        side,
        requests_per_second: median(own().map(Round::requests_per_second))?,
        p50_ms: median(own().map(Round::p50_ms))?,
        p99_ms: median(own().map(Round::p99_ms))?,
        processor_us_per_request: median(own().map(Round::processor_us_per_request))?,
        bytes_per_answer: median(own().map(Round::bytes_per_answer))?,
        idle_mib: median(own().map(|round| mebibytes(round.idle_kib)))?,
        loaded_mib: median(own().map(|round| mebibytes(round.loaded_kib)))?,
        first_answer_ms: median(own().map(|round| milliseconds(round.first_answer_us)))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::plan::Operation;
    use crate::driver::wrk::Outcome;
    use serde_json::{Value, json};

    fn figures(own_requests: u64) -> Figures {
        let round = |side, requests| Round {
            measurement: Measurement { backend: Backend::Sqlite, operation: Operation::Get, connections: 16 },
            side,
            number: 1,
            outcome: Outcome {
                requests,
                duration_us: 1_000_000,
                bytes: requests * 500,
                p50_us: 400,
                p99_us: 1_500,
                socket_errors: 0,
                refused: 0,
                timeouts: 0,
            },
            processor_us: requests * 25,
            idle_kib: 10 * 1024,
            loaded_kib: 12 * 1024,
            first_answer_us: 8_000,
        };
        let rounds = vec![round(Side::Reference, 20_000), round(Side::Service, own_requests)];
        Figures { rounds, starts: Vec::new() }
    }

    #[test]
    fn the_tables_show_both_sides_their_ratio_and_the_floor() {
        let text = Report::of(figures(16_000)).text();
        let row = |needles: &[&str]| {
            let found = text.lines().any(|line| needles.iter().all(|needle| line.contains(needle)));
            assert!(found, "{needles:?} in {text}");
        };
        row(&["SQLite, get one, 16", " L ", "20000", "1.50", "25.0", "10.0", "8.0", "500"]);
        row(&["SQLite, get one, 16", " P ", "16000"]);
        row(&["requests/s, P/L", "0.80", "0.80-0.80", ">= 0.65", "yes"]);
    }

    #[test]
    fn a_missed_floor_is_visible_in_every_form() {
        let missed = Report::of(figures(12_000));
        assert!(!missed.is_met() && missed.text().contains("NO"), "{}", missed.text());
        assert!(Report::of(figures(13_000)).is_met());
    }

    #[test]
    fn the_file_holds_rounds_medians_and_verdicts() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("results.json");
        Report::of(figures(16_000)).save(&file).unwrap();
        let saved: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(saved["rounds"][1]["side"], "service");
        assert_eq!(saved["rounds"][0]["requests"], 20_000);
        assert_eq!(saved["medians"][0]["operation"], "get");
        assert_eq!(saved["verdicts"][0]["limit"], json!({"at_least": 0.65}));
        assert_eq!(saved["verdicts"][0]["met"], true);
    }
}
