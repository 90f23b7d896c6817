//! Measures the evaluation alone: one goods item against all regimes, with more and more codes loaded.
//!
//! `cargo run --release --package endmark-bench --bin endmark-bench-regimes`; docs/PERFORMANCE.md has the figures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use endmark_core::consignment::{self, Consignment};
use endmark_core::moment::Moment;
use endmark_core::regime::{Document, Question, RegimeData, Regimes};
use serde_json::json;
use time::macros::{date, datetime};

type Failed = Box<dyn std::error::Error>;

/// The target: with this many codes, this long on average.
const CODES: usize = 50_000;
const MEAN_MAX: Duration = Duration::from_micros(5);
const ITEMS: usize = 2_000;
const ROUNDS: u32 = 100;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "endmark-bench-regimes: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Which goods are asked about, by which way.
struct Row {
    name: &'static str,
    road: &'static [&'static str],
    /// Codes that are loaded: of every list in turn, or of one.
    listed: Listed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    /// Any codes: hardly one is listed.
    Any,
    /// Of every list in turn.
    Everywhere,
    /// Of this list.
    In(&'static str),
}

const BY_RU: &[&str] = &["LT", "BY", "RU", "KZ"];
const ROWS: [Row; 4] = [
    Row { name: "by Turkey", road: &["LT", "TR", "KZ"], listed: Listed::Any },
    Row { name: "BY RU", road: BY_RU, listed: Listed::Any },
    Row { name: "BY RU, listed", road: BY_RU, listed: Listed::Everywhere },
    Row { name: "BY RU, banned", road: BY_RU, listed: Listed::In("833/2014 Annex VII Part B") },
];

fn run() -> Result<bool, Failed> {
    let mut out = std::io::stdout().lock();
    write!(out, "{:>9}", "codes")?;
    for row in &ROWS {
        write!(out, "  {:>14}", row.name)?;
    }
    writeln!(out)?;
    let mut met = true;
    for codes in [5_000, CODES, 500_000] {
        let (regimes, listed) = loaded(codes)?;
        let mut line = format!("{codes:>9}");
        for row in &ROWS {
            let mean = mean(&regimes, &asked(row, &listed)?);
            met = met && (codes != CODES || mean <= MEAN_MAX);
            write!(line, "  {:>11.2} µs", mean.as_secs_f64() * 1e6)?;
        }
        writeln!(out, "{line}")?;
    }
    writeln!(
        out,
        "target: at most {} µs on average with {CODES} codes: {}",
        MEAN_MAX.as_micros(),
        if met { "met" } else { "missed" }
    )?;
    Ok(met)
}

/// The codes of each list.
type Codes = BTreeMap<String, Vec<String>>;

/// The law of `regimes/` and the demo's invented list, each list in a newer version with its part of the codes.
fn loaded(codes: usize) -> Result<(Regimes, Codes), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut law, mut invented) = (Vec::new(), Vec::new());
    read(&root.join("regimes"), &mut law)?;
    read(&root.join("src/demo/data/law"), &mut invented)?;
    let data = RegimeData::default().with(law)?.0.with(invented)?.0;
    let ids: BTreeSet<String> = data.documents().filter_map(Document::list).map(|list| list.id().to_string()).collect();
    let mut dice = Dice(1);
    let (mut newer, mut listed) = (Vec::new(), Codes::new());
    for id in &ids {
        let mut text = format!(
            "# list: {id}\n# version: 2026-01-01\n# state: complete\n# valid-until: 2030-01-01\n# source: made up\n\
             code,ex,except,from,added_by,part,label\n"
        );
        for _ in 0..codes.div_euclid(ids.len().max(1)) {
            let code = code(&mut dice, 10);
            writeln!(text, "{code},0,,,,,")?;
            listed.entry(id.clone()).or_default().push(code);
        }
        newer.push(Document::parse(id, &text)?);
    }
    Ok((Regimes::new(data.with(newer)?.0, date!(2026 - 04 - 23)), listed))
}

fn read(folder: &Path, documents: &mut Vec<Document>) -> Result<(), Failed> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, documents)?;
        } else if path.extension().is_some_and(|extension| extension == "csv" || extension == "toml") {
            documents.push(Document::parse(&path.display().to_string(), &std::fs::read_to_string(&path)?)?);
        }
    }
    Ok(())
}

fn asked(row: &Row, listed: &Codes) -> Result<Consignment, Failed> {
    let mut dice = Dice(99);
    let codes: Vec<String> = match row.listed {
        Listed::Any => (0..ITEMS).map(|_| code(&mut dice, 10)).collect(),
        Listed::Everywhere => {
            let of_each = ITEMS.div_euclid(listed.len().max(1));
            listed.values().flat_map(|codes| codes.iter().take(of_each)).cloned().collect()
        }
        Listed::In(id) => listed.get(id).into_iter().flatten().take(ITEMS).cloned().collect(),
    };
    let items: Vec<_> = (1..)
        .zip(&codes)
        .map(|(number, code): (u32, _)| {
            let part = |from: usize, to: usize| code.get(from..to).unwrap_or_default().to_owned();
            json!({ "goodsItemNumber": number, "commodityCode": { "harmonizedSystemSubheadingCode": part(0, 6),
                "combinedNomenclatureCode": part(6, 8), "taricCode": part(8, 10) } })
        })
        .collect();
    let question = json!({ "dataSet": "B1", "security": true, "office": "LTVR1000", "procedure": "10",
        "countryOfDestination": "KZ", "countriesOfRouting": row.road, "transport": { "mode": "3" },
        "supportingDocuments": [{ "type": "Y901" }], "goodsItems": items });
    Ok(consignment::parse(question.to_string().as_bytes())?)
}

fn mean(regimes: &Regimes, consignment: &Consignment) -> Duration {
    let moment = Moment { at: datetime!(2026-03-16 09:00 UTC), day: date!(2026 - 03 - 16) };
    let route = regimes.route(consignment, moment);
    let begun = Instant::now();
    let mut spoke = 0_usize;
    for _ in 0..ROUNDS {
        let mut asking = regimes.asking(Question { consignment, route: &route, moment, contract: None });
        for item in &consignment.goods_items {
            let asked = asking.of(item);
            spoke = spoke.wrapping_add(asked.statements.len());
        }
    }
    let took = begun.elapsed();
    std::hint::black_box(spoke);
    let count = ROUNDS.saturating_mul(u32::try_from(consignment.goods_items.len()).unwrap_or(1));
    took.checked_div(count).unwrap_or_default()
}

/// The same numbers in every run (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Digits of a code: chapters 01 to 97, and the rest as it comes.
fn code(dice: &mut Dice, digits: usize) -> String {
    let chapter = dice.next().checked_rem(97).unwrap_or_default().saturating_add(1);
    let rest = dice.next().checked_rem(100_000_000).unwrap_or_default();
    let mut code = format!("{chapter:02}{rest:08}");
    code.truncate(digits);
    code
}
