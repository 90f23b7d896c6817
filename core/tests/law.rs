#![cfg(test)]
//! The law, row by row: `law/cases.csv` reads like law, and every regime file's own examples come out.
//!
//! A row: the day, the data set and procedure, the offices, the road, the goods and what is declared, and then what
//! one regime says (`regime` filled in) or all of them together ask; with its source. `loaded` is empty for the law as
//! it is delivered; with `invented` the demo's invented list stands in for the Lithuanian Government's, which no
//! register has from us.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use endmark_core::regime::{Document, Example, RegimeData, Regimes};
use proptest::prelude::*;
use time::macros::date;

fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regimes");
    let mut files = Vec::new();
    for folder in ["", "lists", "rules", "statements"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_some_and(|e| e == "csv" || e == "toml") {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn parsed(files: &[(String, String)]) -> RegimeData {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    RegimeData::parse(&files).unwrap()
}

const UNTIL: time::Date = date!(2026 - 04 - 23);

/// The law as it is delivered.
fn delivered() -> Regimes {
    Regimes::new(parsed(&files()), UNTIL)
}

/// With the demo's invented list; read once.
fn law() -> Regimes {
    static LAW: LazyLock<Regimes> = LazyLock::new(|| with_invented(&files()));
    LAW.clone()
}

fn with_invented(files: &[(String, String)]) -> Regimes {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/demo/data/law");
    let read = |name: &str| Document::parse(name, &std::fs::read_to_string(folder.join(name)).unwrap()).unwrap();
    let invented = vec![read("INVENTED.csv"), read("LT-GOV-LIST.toml")];
    Regimes::new(parsed(files).with(invented).unwrap().0, UNTIL)
}

#[derive(serde::Deserialize)]
struct Row {
    #[serde(rename = "case")]
    says: String,
    on: String,
    data_set: String,
    procedure: String,
    office: String,
    exit: String,
    stage: String,
    routing: String,
    destination: String,
    mode: String,
    code: String,
    condition: String,
    documents: String,
    accepted: String,
    contract: String,
    loaded: String,
    regime: String,
    answer: String,
    source: String,
}

/// As the TOML of an example, so that there is one way to read a question.
fn example(row: &Row) -> Example {
    let list = |text: &str| text.split_whitespace().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    let mut toml = format!(
        "says = {:?}\non = {:?}\noffice = {:?}\nrouting = [{}]\ncode = {:?}\ndocuments = [{}]\nanswer = {:?}\n\
         source = {:?}\nat-the-border = {}\n",
        row.says,
        row.on,
        row.office,
        list(&row.routing),
        row.code,
        list(&row.documents),
        row.answer,
        row.source,
        row.stage == "border"
    );
    for (key, value) in [
        ("data-set", &row.data_set),
        ("procedure", &row.procedure),
        ("exit", &row.exit),
        ("destination", &row.destination),
        ("condition", &row.condition),
        ("accepted", &row.accepted),
        ("contract", &row.contract),
    ] {
        if !value.is_empty() {
            writeln!(toml, "{key} = {value:?}").unwrap();
        }
    }
    if !row.mode.is_empty() {
        writeln!(toml, "transport-mode = {}", row.mode).unwrap();
    }
    toml::from_str(&toml).unwrap_or_else(|error| panic!("{}: {error}", row.says))
}

fn rows() -> Vec<Row> {
    let text = include_str!("law/cases.csv");
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn the_law_row_by_row() {
    let (delivered, invented, rows) = (delivered(), law(), rows());
    assert!(rows.len() >= 150, "{} cases", rows.len());
    let mut wrong = Vec::new();
    for row in &rows {
        assert!(!row.source.is_empty(), "{}: without a source", row.says);
        let law = match row.loaded.as_str() {
            "" => &delivered,
            "invented" => &invented,
            other => panic!("{}: loaded {other:?}", row.says),
        };
        let regime = Some(row.regime.as_str()).filter(|regime| !regime.is_empty());
        let tried = example(row).try_on(law, regime).unwrap_or_else(|why| panic!("{}: {why}", row.says));
        if !tried.is_good() {
            wrong.push(format!(
                "{} {} {}: wanted {}, found {}",
                row.says, row.on, row.regime, tried.wanted, tried.found
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn every_regime_has_examples_and_they_come_out() {
    // Each on the law that it is delivered with; the invented version on the invented list.
    let (delivered, invented) = (delivered(), law());
    let id_and_version = |regime: &endmark_core::regime::Regime| (regime.id.clone(), regime.version.clone());
    let known: Vec<_> = delivered.data().documents().filter_map(Document::regime).map(id_and_version).collect();
    for regime in invented.data().documents().filter_map(Document::regime) {
        assert!(!regime.examples.is_empty(), "{} has no example", regime.id);
        for example in &regime.examples {
            let law = if known.contains(&id_and_version(regime)) { &delivered } else { &invented };
            let tried = example.try_on(law, Some(&regime.id)).unwrap();
            assert!(tried.is_good(), "{}, {}: wanted {}, found {}", regime.id, example.says, tried.wanted, tried.found);
        }
    }
}

/// How strong an answer is; silence is the weakest.
fn strength(answer: &str) -> usize {
    ["silent", "not-required", "other-document", "unknown", "certificate", "prohibited"]
        .iter()
        .position(|there| *there == answer)
        .unwrap()
}

fn overall(row: &Row, law: &Regimes) -> String {
    example(row).try_on(law, None).unwrap().found
}

/// Every list taken away in turn, and every row asked without it: nothing is freed.
#[test]
fn removing_a_list_never_yields_not_required() {
    let rows = rows();
    for law in [delivered(), law()] {
        let whole: Vec<String> = rows.iter().map(|row| overall(row, &law)).collect();
        let lists: Vec<String> = law.lists(date!(2026 - 03 - 16)).map(|list| list.id().to_string()).collect();
        for gone in &lists {
            let fewer = Regimes::new(law.data().clone().without_list(gone), UNTIL);
            for (row, with) in rows.iter().zip(&whole) {
                let without = overall(row, &fewer);
                assert!(
                    with == "not-required" || without != "not-required",
                    "{} without {gone}: {with} {without}",
                    row.says
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The order in which files are read changes no answer and not the edition.
    #[test]
    fn the_order_of_files_does_not_matter(files in Just(files()).prop_shuffle(), picks in prop::collection::vec(any::<prop::sample::Index>(), 8)) {
        let (law, shuffled) = (law(), with_invented(&files));
        prop_assert_eq!(law.edition(), shuffled.edition());
        let rows = rows();
        for row in picks.iter().map(|pick| pick.get(&rows)) {
            prop_assert_eq!(overall(row, &law), overall(row, &shuffled), "{}", row.says);
        }
    }

    /// More data never turns a ban into anything less, whichever lists were there before.
    #[test]
    fn more_loaded_data_never_lifts_a_ban(gone in prop::collection::vec(any::<prop::sample::Index>(), 1..8), picks in prop::collection::vec(any::<prop::sample::Index>(), 24)) {
        let law = law();
        let lists: Vec<String> = law.lists(date!(2026 - 03 - 16)).map(|list| list.id().to_string()).collect();
        let fewer = gone.iter().fold(law.data().clone(), |data, gone| data.without_list(gone.get::<String>(&lists)));
        let fewer = Regimes::new(fewer, UNTIL);
        let rows = rows();
        for row in picks.iter().map(|pick| pick.get(&rows)) {
            if overall(row, &fewer) == "prohibited" {
                prop_assert_eq!(overall(row, &law), "prohibited", "{}", row.says);
            }
        }
    }

    /// Leaving a country outside the Union out of the routing never softens the answer where the border office of
    /// Lithuania or Belarus tells the road.
    #[test]
    fn leaving_a_country_out_never_softens_the_answer(picks in prop::collection::vec(any::<prop::sample::Index>(), 24), kept in prop::collection::vec(any::<bool>(), 8)) {
        let (law, rows) = (law(), rows());
        let exits = ["LTDEMO10", "LTDEMO20"];
        for mut row in picks.iter().map(|pick| pick.index(rows.len())).map(|place| self::rows().remove(place)) {
            let next = if row.routing.contains("BY") { exits[0] } else { exits[1] };
            if !row.routing.contains("BY") && !row.routing.contains("RU") || row.destination == "BY" || row.destination == "RU" {
                continue;
            }
            row.exit = next.to_owned();
            let whole = overall(&row, &law);
            let countries: Vec<String> = row.routing.split_whitespace().map(str::to_owned).collect();
            let inside = ["LT", "LV", "PL", "DE", "EE", "FI"];
            let stay = countries.iter().zip(&kept).filter(|(country, kept)| inside.contains(&country.as_str()) || **kept);
            row.routing = stay.map(|(country, _)| country.as_str()).collect::<Vec<_>>().join(" ");
            let part = overall(&row, &law);
            prop_assert!(strength(&part) >= strength(&whole), "{} by {:?}: {whole} became {part}", row.says, row.routing);
        }
    }
}
