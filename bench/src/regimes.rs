//! Measures the evaluation alone: one goods item against all regimes, with more and more codes loaded.
//!
//! `cargo run --release --package endmark-bench --bin endmark-bench-regimes`; docs/PERFORMANCE.md has the figures.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use endmark_core::consignment::{self, Consignment};
use endmark_core::moment::Moment;
use endmark_core::regime::{Document, RegimeData, Regimes};
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

fn run() -> Result<bool, Failed> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:>9}  {:>14}  {:>14}  {:>14}", "codes", "LT BY RU KZ", "LT TR KZ", "listed, BY RU")?;
    let mut met = true;
    for codes in [5_000, CODES, 500_000] {
        let regimes = loaded(codes)?;
        let mut row = format!("{codes:>9}");
        for (road, listed) in
            [(&["LT", "BY", "RU", "KZ"][..], false), (&["LT", "TR", "KZ"], false), (&["LT", "BY", "RU", "KZ"], true)]
        {
            let mean = mean(&regimes, &asked(road, listed, codes)?);
            met = met && (codes != CODES || mean <= MEAN_MAX);
            write!(row, "  {:>11.2} µs", mean.as_secs_f64() * 1e6)?;
        }
        writeln!(out, "{row}")?;
    }
    writeln!(
        out,
        "target: at most {} µs on average with {CODES} codes: {}",
        MEAN_MAX.as_micros(),
        if met { "met" } else { "missed" }
    )?;
    Ok(met)
}

/// The law of `regimes/`, each list in a newer version with its part of the codes.
fn loaded(codes: usize) -> Result<Regimes, Failed> {
    let mut documents = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../regimes"), &mut documents)?;
    let (data, _) = RegimeData::default().with(documents)?;
    let ids: Vec<String> = data.documents().filter_map(Document::list).map(|list| list.id().to_string()).collect();
    let mut dice = Dice(1);
    let mut newer = Vec::new();
    for id in &ids {
        let mut text = format!(
            "# list: {id}\n# version: 2026-01-01\n# state: complete\n# valid-until: 2030-01-01\n# source: made up\n\
             code,ex,except,from,added_by,part,label\n"
        );
        for _ in 0..codes.div_euclid(ids.len().max(1)) {
            writeln!(text, "{},0,,,,,", code(&mut dice, 10))?;
        }
        newer.push(Document::parse(id, &text)?);
    }
    Ok(Regimes::new(data.with(newer)?.0, date!(2026 - 04 - 23)))
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

/// Goods items of any code, or of the very codes that are loaded.
fn asked(road: &[&str], listed: bool, codes: usize) -> Result<Consignment, Failed> {
    let mut dice = Dice(if listed { 1 } else { u64::try_from(codes)? });
    let items: Vec<_> = (1..=ITEMS)
        .map(|number| {
            let code = code(&mut dice, 10);
            let part = |from: usize, to: usize| code.get(from..to).unwrap_or_default().to_owned();
            json!({ "goodsItemNumber": number, "commodityCode": { "harmonizedSystemSubheadingCode": part(0, 6),
                "combinedNomenclatureCode": part(6, 8), "taricCode": part(8, 10) } })
        })
        .collect();
    let question = json!({ "dataSet": "B1", "security": true, "office": "LTVR1000", "procedure": "10",
        "countryOfDestination": "KZ", "countriesOfRouting": road, "transport": { "mode": "3" },
        "supportingDocuments": [{ "type": "Y901" }], "goodsItems": items });
    Ok(consignment::parse(question.to_string().as_bytes())?)
}

fn mean(regimes: &Regimes, consignment: &Consignment) -> Duration {
    let moment = Moment { at: datetime!(2026-03-16 09:00 UTC), day: date!(2026 - 03 - 16) };
    let route = regimes.route(consignment, moment);
    let begun = Instant::now();
    let mut spoke = 0_usize;
    for _ in 0..ROUNDS {
        for item in &consignment.goods_items {
            let asked = regimes.evaluate(consignment, &route, item, moment);
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
