//! Rows, as they come.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use endmark::cli::Failed;
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::plan::SQLITE;

/// A target is never more than this part of connections ÷ the time of a commit.
const OF_WHAT_COMMITS_ALLOW: f64 = 0.8;

/// On SQLite, a target in parts of another rate is this part of what PostgreSQL should reach.
const OF_POSTGRESQL: f64 = 0.7;

/// What a scenario gave.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50_millis: Option<f64>,
    pub(crate) p99_millis: Option<f64>,
    pub(crate) p999_millis: Option<f64>,
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
    /// How many processors the service kept busy.
    pub(crate) service_cores: Option<f64>,
    /// And this driver: near 1, it is the driver's limit that was measured.
    pub(crate) client_cores: Option<f64>,
    /// The most memory that the service had.
    pub(crate) peak_mebibytes: Option<f64>,
    /// Commands in one transaction.
    pub(crate) mean_batch: Option<f64>,
    /// Written for one answer: by the service itself, or to PostgreSQL's log.
    pub(crate) written_bytes: Option<f64>,
    /// What the database takes on the disk, for one certificate.
    pub(crate) bytes_a_certificate: Option<f64>,
}

impl Measured {
    /// From latencies in microseconds, all of them within a time.
    pub(crate) fn from_latencies(micros: &Histogram<u64>, within: Duration) -> Self {
        let at = |quantile| {
            let micros = Duration::from_micros(micros.value_at_quantile(quantile));
            Some(micros.as_secs_f64() * 1_000.0)
        };
        let rate = Self::from_count(usize::try_from(micros.len()).unwrap_or(usize::MAX), within);
        if micros.is_empty() {
            return rate;
        }
        Self { p50_millis: at(0.5), p99_millis: at(0.99), p999_millis: at(0.999), ..rate }
    }

    /// From a number of things done within a time.
    pub(crate) fn from_count(count: usize, within: Duration) -> Self {
        let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        Self { per_second: count / within.as_secs_f64(), ..Self::default() }
    }
}

/// What a row should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected {
    /// Nothing in particular.
    Anything,
    /// At least this part of another scenario's rate over as many connections, or nearly what commits allow: a closed
    /// loop cannot beat connections ÷ the time of a commit.
    PartOf(&'static str, f64),
    /// A slow answer in a hundred takes at most so many commits and milliseconds.
    Tail { commits: f64, millis: f64 },
    /// A slow answer in a hundred takes at most so many times one of another scenario over as many connections.
    TailOf(&'static str, f64),
    /// A median of at most so many times that of the first size.
    Growth(f64),
    /// Done within so many milliseconds.
    Millis(f64),
    /// At most so much memory, in MiB.
    Memory(f64),
}

/// A target, and whether it was reached.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    of: String,
    wanted: f64,
    found: f64,
    met: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    database: &'static str,
    scenario: &'static str,
    certificates: u32,
    connections: usize,
    #[serde(flatten)]
    measured: Measured,
    ratio_to_ping: Option<f64>,
    target: Option<Target>,
}

/// Prints rows and remembers them, to compare the later ones to.
#[derive(Debug)]
pub(crate) struct Report {
    json: bool,
    database: &'static str,
    certificates: u32,
    rows: Vec<Row>,
}

impl Report {
    pub(crate) fn new(json: bool) -> Self {
        if !json {
            say(&format!(
                "{:<9}{:<19}{:>9}{:>6}{:>11}{:>9}{:>9}{:>9}{:>7}{:>7}{:>8}{:>7}{:>7}{:>8}{:>9}  target",
                "database",
                "scenario",
                "certs",
                "conns",
                "a second",
                "p50 ms",
                "p99 ms",
                "p99.9",
                "errors",
                "÷ ping",
                "service",
                "client",
                "batch",
                "peak MiB",
                "written B"
            ));
        }
        Self { json, database: "", certificates: 0, rows: Vec::new() }
    }

    /// What follows is about this database, with nothing in it.
    pub(crate) const fn begin(&mut self, database: &'static str) {
        self.database = database;
        self.certificates = 0;
    }

    /// What follows is about so many certificates.
    pub(crate) const fn filled(&mut self, certificates: u32) {
        self.certificates = certificates;
    }

    /// All errors so far.
    pub(crate) fn errors(&self) -> u64 {
        self.rows.iter().map(|row| row.measured.errors).sum()
    }

    /// Adds a row and prints it.
    pub(crate) fn add(
        &mut self,
        scenario: &'static str,
        connections: usize,
        measured: Measured,
        expected: Expected,
    ) -> Result<(), Failed> {
        let ratio_to = |other| {
            // What was measured without a register holds for every size.
            let of_now = |row: &&Row| row.certificates == self.certificates || row.certificates == 0;
            let other = self.like(other, connections).find(of_now)?;
            quotient(measured.per_second, other.measured.per_second)
        };
        let commit = self.commit_millis();
        let (of, wanted, found, at_most) = match expected {
            Expected::Anything => (String::new(), 0.0, None, false),
            // Nothing of nothing is short as well.
            Expected::PartOf(other, least) => {
                let other_rate = ratio_to(other).and_then(|ratio| quotient(measured.per_second, ratio));
                let connections = u32::try_from(connections).map_or(f64::MAX, f64::from);
                let allowed = commit.map(|millis| OF_WHAT_COMMITS_ALLOW * connections * 1_000.0 / millis);
                let part = quotient(allowed.unwrap_or(f64::MAX), other_rate.unwrap_or(f64::MAX)).unwrap_or(least);
                let least = if self.database == SQLITE { OF_POSTGRESQL * least } else { least };
                (format!("{other} a second"), least.min(part), ratio_to(other).or(Some(0.0)), false)
            }
            Expected::Tail { commits, millis } => {
                let most = commits * commit.unwrap_or_default() + millis;
                ("p99 in ms".to_owned(), most, measured.p99_millis.or(Some(f64::MAX)), true)
            }
            Expected::TailOf(other, most) => {
                let of_now = |row: &&Row| row.certificates == self.certificates;
                let row = self.like(other, connections).filter(of_now).last();
                let found = row.and_then(|row| quotient(measured.p99_millis?, row.measured.p99_millis?));
                (format!("{other}'s p99"), most, found.or(Some(f64::MAX)), true)
            }
            Expected::Millis(most) => ("ms".to_owned(), most, measured.p50_millis, true),
            Expected::Memory(most) => ("MiB".to_owned(), most, measured.peak_mebibytes, true),
            Expected::Growth(most) => {
                let first = self.like(scenario, connections).next();
                let growth = first.and_then(|row| quotient(measured.p50_millis?, row.measured.p50_millis?));
                let size = first.map_or(0, |row| row.certificates);
                (format!("p50 at {size}"), most, growth, true)
            }
        };
        let target = found.map(|found| {
            let met = if at_most { found <= wanted } else { found >= wanted } && measured.errors == 0;
            Target { of, wanted, found, met }
        });
        let ratio_to_ping = ratio_to("ping");
        let (database, certificates) = (self.database, self.certificates);
        let row = Row { database, scenario, certificates, connections, measured, ratio_to_ping, target };
        say(&if self.json { serde_json::to_string(&row)? } else { row.text() });
        self.rows.push(row);
        Ok(())
    }

    /// The rate of a scenario on this database, over as many connections.
    pub(crate) fn rate(&self, scenario: &'static str, connections: usize) -> Option<f64> {
        self.like(scenario, connections).last().map(|row| row.measured.per_second)
    }

    /// How long one durable commit takes here.
    fn commit_millis(&self) -> Option<f64> {
        self.like("commit", 1).last()?.measured.p50_millis
    }

    /// The rows of a scenario on this database over as many connections.
    fn like<'a>(&'a self, scenario: &'a str, connections: usize) -> impl Iterator<Item = &'a Row> {
        let database = self.database;
        self.rows
            .iter()
            .filter(move |row| row.database == database && row.scenario == scenario && row.connections == connections)
    }
}

impl Row {
    fn text(&self) -> String {
        let measured = &self.measured;
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
        let whole = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.0}"));
        let mut text = format!(
            "{:<9}{:<19}{:>9}{:>6}{:>11.0}{:>9}{:>9}{:>9}{:>7}{:>7}{:>8}{:>7}{:>7}{:>8}{:>9}",
            self.database,
            self.scenario,
            self.certificates,
            self.connections,
            measured.per_second,
            number(measured.p50_millis),
            number(measured.p99_millis),
            number(measured.p999_millis),
            measured.errors,
            number(self.ratio_to_ping),
            number(measured.service_cores),
            number(measured.client_cores),
            whole(measured.mean_batch),
            whole(measured.peak_mebibytes),
            whole(measured.written_bytes),
        );
        if let Some(bytes) = measured.bytes_a_certificate {
            let _ = write!(text, "  {bytes:.0} bytes a certificate");
        }
        if let Some(Target { of, wanted, found, met }) = &self.target {
            let mark = if *met { "ok" } else { "short" };
            let _ = write!(text, "  {mark}: {found:.2} of {of}, wanted {wanted:.2}");
        }
        if let Some(error) = &measured.first_error {
            let _ = write!(text, "\n    first error: {error}");
        }
        text
    }
}

fn quotient(of: f64, by: f64) -> Option<f64> {
    (by > 0.0).then(|| of / by)
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
