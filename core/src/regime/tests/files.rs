use super::{data, files, parse};

fn with(name: &str, change: impl Fn(&str) -> String) -> String {
    let mut files = files();
    let file = files.iter_mut().find(|(found, _)| found == name).unwrap();
    file.1 = change(&file.1);
    parse(&files).unwrap_err().to_string()
}

#[test]
fn every_file_of_the_folder_is_read_by_a_row() {
    let named: Vec<String> = files().into_iter().map(|(_, text)| text).collect();
    for (name, _) in files() {
        let stands = |text: &String| text.lines().any(|line| line.contains(&name));
        let folder = name.starts_with("lists/") || name.starts_with("statements/");
        assert!(!folder || named.iter().any(stands), "{name} is named by no row");
    }
    assert_eq!(data().lists.len(), 10);
    assert_eq!(data().statements.len(), 3);
}

#[test]
fn a_refusal_names_file_line_and_column() {
    let list = "lists/833-2014_XXIII.csv";
    let code = with(list, |text| text.replacen("0601,", "06O1,", 1));
    assert!(code.starts_with("regimes/lists/833-2014_XXIII.csv, line 2, column 1: "), "{code}");
    let day = with(list, |text| text.replacen("2025-10-24", "2025-10-32", 1));
    assert!(day.contains("line 2, column 4"), "{day}");
    let office = with("border-offices.csv", |text| text.replacen("LTDEMO10,BY", "LTDEMO10,ZZ", 1));
    assert!(office.contains("border-offices.csv, line 2"), "{office}");
    let state = with("lists.csv", |text| text.replacen("complete", "whole", 1));
    assert!(state.contains("lists.csv, line 2"), "{state}");
}

#[test]
fn an_ex_flag_is_nought_or_one() {
    let flag = with("lists/833-2014_XXIII.csv", |text| text.replacen("0601,0", "0601,2", 1));
    assert!(flag.contains("line 2, column 2"), "{flag}");
}

#[test]
fn a_code_left_out_lies_below_its_entry() {
    let list = "lists/833-2014_XXIII.csv";
    let elsewhere = with(list, |text| text.replacen("74,1,7401,", "74,1,7501,", 1));
    assert!(elsewhere.contains("column 3") && elsewhere.contains("\"7501\" is no code below 74"), "{elsewhere}");
    with(list, |text| text.replacen("74,1,7401,", "74,1,7401;x,", 1));
}

#[test]
fn a_list_stands_once_and_its_version_is_a_day() {
    let twice = with("lists.csv", |text| format!("{text}{}\n", text.lines().nth(1).unwrap()));
    assert!(twice.contains("stands twice"), "{twice}");
    let version = with("lists.csv", |text| text.replacen("2025-10-24", "2025-10-2", 1));
    assert!(version.contains("lists.csv, line 2, column 3"), "{version}");
}

#[test]
fn a_missing_file_or_an_unknown_column_is_refused() {
    let mut fewer = files();
    fewer.retain(|(name, _)| name != "lists/833-2014_XI.csv");
    assert!(parse(&fewer).unwrap_err().to_string().contains("the file is missing"));
    let more = with("statements.csv", |text| text.replacen("id,", "surprise,id,", 1));
    assert!(more.contains("statements.csv"), "{more}");
}

#[test]
fn a_statement_text_is_nfc_with_lf_after_every_line() {
    let name = "statements/LT-2023-07-03.lt.txt";
    assert!(with(name, |text| text.replace('\n', "\r\n")).contains("NFC"));
    assert!(with(name, |text| text.trim_end().to_owned()).contains("NFC"));
    assert!(with(name, |text| text.replacen('ž', "z\u{30c}", 1)).contains("NFC"));
    assert!(with(name, |text| text.replacen("S2:", "S1:", 1)).contains("twice"));
}

#[test]
fn each_accepted_wording_holds_every_statement_demanded() {
    let regimes = super::super::Regimes::built_in(data(), time::macros::date!(2026 - 04 - 23));
    for set in regimes.statement_sets().iter().filter(|set| set.is_accepted()) {
        for demanded in regimes.demanded_statements() {
            assert!(set.statements().contains_key(*demanded), "{} {demanded}", set.id());
        }
    }
}
