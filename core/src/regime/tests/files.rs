use super::{data, files, parse};
use crate::consignment::{DataSet, Element, Presence};
use crate::regime::DocumentKind;
use crate::regime::document::Content;

fn with(name: &str, change: impl Fn(&str) -> String) -> String {
    let mut files = files();
    let file = files.iter_mut().find(|(found, _)| found == name).unwrap();
    file.1 = change(&file.1);
    parse(&files).unwrap_err().to_string()
}

const LIST: &str = "lists/833-2014_XXIII.csv";
const RULE: &str = "rules/LT-2023-12-18.toml";
const SET: &str = "statements/LT-2023-07-03.toml";

#[test]
fn every_file_of_the_folder_is_a_document() {
    let count = |kind| data().documents().filter(|document| document.kind == kind).count();
    assert_eq!(files().len(), data().documents().count());
    assert_eq!(count(DocumentKind::Regime), 25);
    assert_eq!(count(DocumentKind::List), 12);
    assert_eq!(count(DocumentKind::Statements), 4);
}

#[test]
fn a_refusal_names_file_line_and_column() {
    let code = with(LIST, |text| text.replacen("0601,", "06O1,", 1));
    assert!(code.starts_with("lists/833-2014_XXIII.csv, line 8, column 1: "), "{code}");
    let day = with(LIST, |text| text.replacen(",2025-10-24,", ",2025-10-32,", 1));
    assert!(day.contains("line 8, column 4"), "{day}");
    let office = with("border-offices.csv", |text| text.replacen("LTDEMO10,BY", "LTDEMO10,ZZ", 1));
    assert!(office.contains("border-offices.csv, line 6"), "{office}");
    let state = with(LIST, |text| text.replacen("complete\n", "whole\n", 1));
    assert!(state.contains("line 5, column 1: state is complete or partial"), "{state}");
    let flag = with(LIST, |text| text.replacen("0601,0", "0601,2", 1));
    assert!(flag.contains("line 8, column 2"), "{flag}");
}

#[test]
fn a_regime_with_an_unknown_key_or_value_is_refused_where_it_stands() {
    let key = with(RULE, |text| text.replacen("[applies]", "[applies]\nvai = [\"RU\"]", 1));
    let line = files().into_iter().find(|(name, _)| name == RULE).unwrap().1.lines().position(|l| l == "[applies]");
    let place = format!("{RULE}, line {}, column 1: ", line.unwrap() + 2);
    assert!(key.starts_with(&place) && key.contains("unknown field `vai`"), "{key}");
    let value = with(RULE, |text| text.replacen("answer = \"certificate\"", "answer = \"certifcate\"", 1));
    assert!(value.contains("column 10") && value.contains("certifcate"), "{value}");
    let country = with(RULE, |text| text.replacen("offices-of = [\"LT\"]", "offices-of = [\"Lt\"]", 1));
    assert!(country.contains("geonomenclature"), "{country}");
    let dates = with(RULE, |text| text.replacen("governing-date", "until = \"2023-12-17\"\ngoverning-date", 1));
    assert!(dates.contains("line 6, column 1: until: the last day lies before the first"), "{dates}");
    let goods = with(RULE, |text| text.replacen("[goods]", "[goods]\nall = true", 1));
    assert!(goods.contains("exactly one of lists"), "{goods}");
}

#[test]
fn a_code_left_out_lies_below_its_entry() {
    let elsewhere = with(LIST, |text| text.replacen("74,1,7401,", "74,1,7501,", 1));
    assert!(elsewhere.contains("column 3") && elsewhere.contains("\"7501\" is no code below 74"), "{elsewhere}");
    with(LIST, |text| text.replacen("74,1,7401,", "74,1,7401;x,", 1));
}

#[test]
fn the_head_of_a_list_is_read_strictly() {
    assert!(with(LIST, |text| text.replacen("# state: complete\n", "", 1)).contains("the head lacks `# state:"));
    assert!(with(LIST, |text| text.replacen("# state", "# sate", 1)).contains("line 5, column 1: no such name"));
    assert!(with(LIST, |text| text.replacen("# version: 2025-10-24", "# version: today", 1)).contains("line 2"));
    let names = with(LIST, |text| text.replacen("code,ex", "kode,ex", 1));
    assert!(names.contains("line 7, column 1: unknown field `kode`"), "{names}");
    let semicolons = with(LIST, |text| text.replace(',', ";"));
    assert!(semicolons.contains("wanted commas"), "{semicolons}");
    let short = with(LIST, |text| text.replacen("74,1,7401,", "74,1,", 1));
    assert!(short.contains("column 1: this line has 6 fields, wanted 7"), "{short}");
}

#[test]
fn an_example_that_is_no_question_or_no_answer_is_refused_in_its_line() {
    let no_code = with(RULE, |text| text.replacen("code = \"84223000\"", "code = \"8422\"", 1));
    assert!(no_code.contains("column 1: this example is no question: a code has at least 6 digits"), "{no_code}");
    let no_office = with(RULE, |text| text.replacen("office = \"LTVR1000\"", "office = \"Vilnius\"", 1));
    assert!(no_office.contains("\"Vilnius\" is not a customs office"), "{no_office}");
    assert!(!no_office.contains("at line"), "{no_office}");
    let no_answer = with(RULE, |text| text.replacen("answer = \"silent\"", "answer = \"quiet\"", 1));
    assert!(no_answer.contains("unknown variant `quiet`"), "{no_answer}");
}

#[test]
fn a_file_that_is_nothing_of_ours_says_what_it_should_be() {
    let nothing = parse(&[("x.csv".to_owned(), "code,ex\n84,0\n".to_owned())]).unwrap_err().to_string();
    assert!(nothing.contains("# list: NAME"), "{nothing}");
}

#[test]
fn a_version_never_changes_and_a_version_of_the_same_day_is_a_mistake() {
    let changed = |text: &str| crate::regime::Document::parse("again.toml", text).unwrap();
    let old = files().into_iter().find(|(name, _)| name == RULE).unwrap().1;
    let same = data().with(vec![changed(&old)]).unwrap();
    assert!(same.1.is_empty());
    let refused = data().with(vec![changed(&old.replace("not released", "stopped"))]).unwrap_err().to_string();
    assert!(
        refused.starts_with("regime LT-2023-12-18, version 2023-12-18: this version is there already"),
        "{refused}"
    );
    let two = ["2", "3"].map(|v| changed(&old.replacen("version = \"2023-12-18\"", &format!("version = \"{v}\""), 1)));
    let refused = data().with(two.to_vec()).unwrap_err().to_string();
    assert!(refused.contains("version 2 of the same load counts from the same day"), "{refused}");
}

#[test]
fn a_statement_text_is_one_composed_line_a_statement_and_never_changes() {
    assert!(with(SET, |text| text.replacen('ž', "z\u{30c}", 1)).contains("NFC"));
    assert!(with(SET, |text| text.replacen("S2 = \"", "S2 = \" ", 1)).contains("blanks at the ends"));
    let set = files().into_iter().find(|(name, _)| name == SET).unwrap().1;
    let next = set.replacen("version = \"1\"", "version = \"2\"", 1).replacen("no doubt", "no great doubt", 1);
    let next = crate::regime::Document::parse("next.toml", &next).unwrap();
    let refused = data().with(vec![next]).unwrap_err().to_string();
    assert!(refused.contains("manufacturers have sealed it"), "{refused}");
}

#[test]
fn the_bytes_of_a_text_are_what_manufacturers_have_sealed() {
    // SHA-256 of the text files that this set was before it was a TOML file: certificates hold them.
    let wanted = [("en", include_str!("sealed.en.txt")), ("lt", include_str!("sealed.lt.txt"))];
    for (language, text) in wanted {
        let sets = data().statement_sets();
        let set = sets.iter().find(|set| set.id() == "LT-2023-07-03" && set.language() == language).unwrap();
        assert_eq!(set.text(), text);
        assert_eq!(set.digest(), crate::digest::Digest::of(text.as_bytes()));
    }
}

#[test]
fn a_regime_accepts_only_wordings_that_are_there_and_say_all_it_demands() {
    let gone = with(RULE, |text| text.replacen("accepts = [\"LT-2023-07-03\"]", "accepts = [\"LT-2024\"]", 1));
    assert!(gone.contains("accepts the statement set \"LT-2024\", which is not there"), "{gone}");
    let poor = with(RULE, |text| text.replacen("accepts = [\"LT-2023-07-03\"]", "accepts = [\"AT-2023-07\"]", 1));
    assert!(poor.contains("has not every statement of S1, S2, S3"), "{poor}");
}

#[test]
fn a_table_of_data_sets_has_every_element() {
    let lacks = with("data-sets.csv", |text| text.replacen("seller,no,no,no,no,no\n", "", 1));
    assert!(lacks.contains("the table lacks the element Seller"), "{lacks}");
}

#[test]
fn seller_and_buyer_are_in_no_export_declaration() {
    let data = data();
    let table = data.documents().find_map(|document| match &document.content {
        Content::DataSets(table) => Some(table),
        Content::Regime(_) | Content::List(_) | Content::Statements(_) | Content::BorderOffices(_) => None,
    });
    let presence = |set, element, security| table.unwrap().presence(set, element, security);
    for set in [DataSet::B1, DataSet::B4, DataSet::C1, DataSet::D1, DataSet::Tir] {
        for security in [false, true] {
            for element in [Element::Seller, Element::Buyer, Element::TaricCode, Element::EndUser, Element::Condition] {
                assert_eq!(presence(set, element, security), Presence::NotInSet, "{set:?} {element:?}");
            }
        }
    }
    assert_eq!(presence(DataSet::D1, Element::Exporter, true), Presence::NotInSet);
    assert_eq!(presence(DataSet::B1, Element::Consignee, true), Presence::InSet);
    assert_eq!(presence(DataSet::B1, Element::Consignee, false), Presence::Optional);
    assert_eq!(presence(DataSet::B1, Element::CountriesOfRouting, true), Presence::InSet);
    assert_eq!(presence(DataSet::B1, Element::CountriesOfRouting, false), Presence::NotInSet);
}
