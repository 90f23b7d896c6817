use serde_json::{Value, json};

use super::*;

const EXAMPLE: &str = include_str!("example.json");

fn example() -> Value {
    serde_json::from_str(EXAMPLE).unwrap()
}

fn read(document: &Value) -> Result<Certificate, CertificateError> {
    parse(&serde_json::to_vec(document).unwrap())
}

/// The example with one place changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = example();
    *document.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    document
}

/// Judges the example with one place changed: the message, or nothing when it is accepted.
fn refusal(pointer: &str, value: Value) -> Option<String> {
    read(&with(pointer, value)).err().map(|error| error.to_string())
}

#[track_caller]
fn refused(pointer: &str, value: Value, because: &str) {
    let found = refusal(pointer, value.clone()).unwrap_or_else(|| panic!("{pointer} = {value} was accepted"));
    assert!(found.contains(because), "{pointer} = {value}: {found}");
}

#[track_caller]
fn accepted(pointer: &str, value: Value) {
    assert_eq!(refusal(pointer, value), None, "{pointer}");
}

fn without(pointer: &str) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let mut document = example();
    document.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member).unwrap();
    document
}

fn with_member(parent: &str, member: &str, value: Value) -> Value {
    let mut document = example();
    document.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(member.to_owned(), value);
    document
}

/// Every object of a document, as a JSON pointer.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    if let Value::Object(members) = value {
        found.push(at.to_owned());
        members.iter().for_each(|(name, value)| objects(value, &format!("{at}/{name}"), found));
    }
    if let Value::Array(elements) = value {
        elements.iter().enumerate().for_each(|(place, value)| objects(value, &format!("{at}/{place}"), found));
    }
}

fn all_objects() -> Vec<String> {
    let mut found = Vec::new();
    objects(&example(), "", &mut found);
    found
}

#[test]
fn the_example_is_read_and_written_alike() {
    let certificate = read(&example()).unwrap();
    assert_eq!(serde_json::to_value(&certificate).unwrap(), example());
    assert_eq!(certificate.lines.len(), 3);
    assert_eq!(certificate.scope, Scope::MultipleMovements);
}

#[test]
fn what_may_be_left_out_is_exactly_this() {
    let optional = [
        "/transport",
        "/scope",
        "/signatory",
        "/mandate",
        "/manufacturer/address",
        "/manufacturer/address/street",
        "/manufacturer/address/postcode",
        "/manufacturer/address/city",
        "/transport/means",
        "/transport/trailers",
        "/transport/containers",
        "/transport/seals",
        "/signatory/position",
        "/lines/0/tradeName",
        "/lines/0/model",
        "/lines/0/serialNumbers",
        "/lines/0/netMass",
        "/lines/0/supplementaryUnits",
        "/lines/1/serialNumbers",
        "/lines/2/serialNumbers",
        "/lines/0/commodityCode/taricCode",
    ];
    let mut left_out = Vec::new();
    for object in all_objects() {
        let members: Vec<_> = example().pointer(&object).unwrap().as_object().unwrap().keys().cloned().collect();
        let pointers = members.iter().map(|member| format!("{object}/{member}"));
        left_out.extend(pointers.filter(|pointer| read(&without(pointer)).is_ok()));
    }
    let mut wanted = optional.map(str::to_owned).to_vec();
    wanted.sort();
    left_out.sort();
    assert_eq!(left_out, wanted);
    assert_eq!(read(&without("/scope")).unwrap().scope, Scope::SingleMovement);
}

#[test]
fn an_unknown_member_is_refused_in_every_object() {
    for object in all_objects() {
        let error = read(&with_member(&object, "surprise", json!("x"))).unwrap_err();
        assert_eq!(error.code(), "payloadMalformed", "{object}");
    }
}

#[test]
fn a_member_that_stands_twice_is_refused_in_every_object() {
    // In text, since a value cannot hold a member twice: the first member of each object is written once more.
    let text = serde_json::to_string(&example()).unwrap();
    let mut tried = 0;
    for (start, _) in text.match_indices('{') {
        let mut members = serde_json::Deserializer::from_str(text.get(start + 1..).unwrap()).into_iter::<Value>();
        let name = members.next().unwrap().unwrap();
        let after_name = start + 1 + members.byte_offset();
        let mut value = serde_json::Deserializer::from_str(text.get(after_name + 1..).unwrap()).into_iter::<Value>();
        let value = value.next().unwrap().unwrap();
        let twice = format!("{}{name}:{value},{}", text.get(..=start).unwrap(), text.get(start + 1..).unwrap());
        assert!(parse(twice.as_bytes()).is_err(), "{}", twice.get(start..(start + 60).min(twice.len())).unwrap());
        tried += 1;
    }
    assert_eq!(tried, all_objects().len());
    // The same value said twice is no more acceptable than two values.
    let renamed = text.replacen("\"version\":1", "\"version\":1,\"v\\u0065rsion\":1", 1);
    assert!(parse(renamed.as_bytes()).unwrap_err().to_string().contains("duplicate field"));
}

#[test]
fn null_is_no_way_to_say_absent() {
    for pointer in ["/transport", "/lines/0/netMass", "/manufacturer/address/street", "/lines/0/model"] {
        refused(pointer, Value::Null, "null");
    }
    refused("/scope", Value::Null, "expected value");
    assert!(read(&with_member("", "replaces", Value::Null)).is_err());
}

#[test]
fn an_object_without_its_names_is_refused() {
    refused("/lines/0/quantity", json!(["2", "NAR"]), "lines.0.quantity: found an array, wanted an object");
    refused("/contract", json!(["2026/03-117", "2026-02-11"]), "contract: found an array, wanted an object");
    refused("/seller/identifiers/0", json!(["EORI", "LT1"]), "found an array");
    refused("/lines/0/commodityCode", json!(["842230", null, null]), "found an array");
    refused("/transport", json!([]), "found an array");
    refused("/lines/0/condition", json!({ "new": null }), "lines.0.condition: found an object, wanted a string");
    refused("/lines/2/serialNumbers/digest", json!([1, "e".repeat(64)]), "found an array");
    accepted("/transport", json!({}));
    accepted("/transport/means", json!([]));
}

#[test]
fn a_number_where_a_decimal_string_belongs_is_refused() {
    for value in [json!(2), json!(2.5), json!(true), json!(["2"])] {
        refused("/lines/0/quantity/value", value.clone(), "invalid type");
        refused("/lines/0/netMass", value, "invalid type");
    }
    for text in ["-1", "+1", "1e3", "01", "1.", ".5", "1,5", " 1", "1 ", "١", "1.0000001", "1000000000000"] {
        refused("/lines/0/quantity/value", json!(text), "");
    }
}

#[test]
fn a_float_or_a_string_where_a_count_belongs_is_refused() {
    for pointer in ["/version", "/nomenclatureYear", "/lines/0/line", "/lines/2/serialNumbers/digest/count"] {
        for value in [json!(1.0), json!("1"), json!(-1), json!(1e3), json!(u64::MAX)] {
            refused(pointer, value, "invalid");
        }
    }
}

#[test]
fn another_version_is_refused() {
    for version in [0, 2, 255] {
        refused("/version", json!(version), "reads version 1");
    }
    refused("/version", json!(256), "invalid value");
}

#[test]
fn control_and_reordering_characters_are_refused_in_every_text() {
    for character in ['\0', '\t', '\n', '\u{1b}', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{2069}'] {
        for pointer in ["/reference", "/endUse", "/manufacturer/name", "/lines/0/serialNumbers/list/0", "/register"] {
            refused(pointer, json!(format!("a{character}b")), "control character");
        }
    }
    accepted("/endUser/name", json!("ТОО «Сүт зауыты» — 2"));
}

#[test]
fn a_blank_text_is_refused() {
    for text in ["", " ", "\u{a0}\u{3000}"] {
        refused("/endUse", json!(text), "empty");
    }
}

#[test]
fn a_text_is_counted_in_characters_and_bounded() {
    accepted("/reference", json!("ž".repeat(70)));
    refused("/reference", json!("ž".repeat(71)), "71 characters, at most 70");
    refused("/endUse", json!("a".repeat(513)), "at most 512");
    refused("/register", json!("a".repeat(101)), "at most 100");
    refused("/lines/0/description", json!("a".repeat(513)), "at most 512");
    refused("/transport/containers/0", json!("a".repeat(18)), "at most 17");
}

#[test]
fn a_payload_above_its_bound_is_refused_unread() {
    let mut padded = EXAMPLE.as_bytes().to_vec();
    padded.resize(PAYLOAD_BYTES_MAX, b' ');
    assert!(parse(&padded).is_ok());
    padded.push(b' ');
    assert_eq!(parse(&padded), Err(CertificateError::TooLarge { found: PAYLOAD_BYTES_MAX + 1 }));
}

#[test]
fn an_endless_depth_is_refused_without_overflow() {
    for opening in ["[", "{\"a\":", "{\"routing\":[["] {
        let deep = opening.repeat(40_000);
        assert_eq!(
            parse(deep.as_bytes().get(..200_000.min(deep.len())).unwrap()).unwrap_err().code(),
            "payloadMalformed"
        );
    }
    let nested = format!("{}{}", "[".repeat(120), "]".repeat(120));
    assert!(read(&with("/routing", serde_json::from_str(&nested).unwrap())).is_err());
}

#[test]
fn anything_but_one_json_object_is_refused() {
    let comment = format!("{EXAMPLE}//");
    let byte_order_mark = format!("\u{feff}{EXAMPLE}");
    let twice = EXAMPLE.repeat(2);
    let comma = EXAMPLE.replacen("\"version\": 1,", "\"version\": 1,,", 1);
    let array = format!("[{EXAMPLE}]");
    for text in ["", "null", "[]", "\"x\"", &comment, &byte_order_mark, &twice, &comma, &array] {
        assert_eq!(parse(text.as_bytes()).unwrap_err().code(), "payloadMalformed");
    }
    let lone_surrogate = EXAMPLE.replace("Kostanay", "\\ud800");
    assert!(parse(lone_surrogate.as_bytes()).is_err());
    let mut not_utf8 = EXAMPLE.as_bytes().to_vec();
    let place = EXAMPLE.find("Kostanay").unwrap();
    not_utf8[place] = 0xff;
    assert!(parse(&not_utf8).is_err());
}

#[test]
fn the_message_quotes_the_sender_only_in_part_and_without_control_characters() {
    let long = read(&with("/version", json!("y".repeat(200_000)))).unwrap_err().to_string();
    assert!(long.chars().count() < 400, "{}", long.len());
    let forged = read(&with_member("", "a\nERROR b", json!(1))).unwrap_err().to_string();
    assert!(!forged.contains('\n'), "{forged}");
}

#[test]
fn a_party_of_a_certificate_has_name_and_identifiers() {
    for party in ["/manufacturer", "/seller", "/buyer", "/exporter", "/consignee", "/endUser"] {
        let (name, identifiers) = (format!("{party}/name"), format!("{party}/identifiers"));
        assert_eq!(read(&without(&name)).unwrap_err().code(), "payloadRuleBroken", "{party}");
        assert_eq!(read(&without(&identifiers)).unwrap_err().code(), "payloadRuleBroken", "{party}");
        assert_eq!(read(&without(party)).unwrap_err().code(), "payloadMalformed", "{party}");
        refused(&identifiers, json!([]), "1 to 8 identifiers");
        let one = json!({ "scheme": "EORI", "value": "LT1" });
        accepted(&identifiers, json!(vec![one.clone(); 8]));
        refused(&identifiers, json!(vec![one; 9]), "1 to 8 identifiers");
    }
}

#[test]
fn an_identifier_has_the_form_of_its_scheme() {
    let at = "/seller/identifiers/0";
    let good = [("EORI", "LT1"), ("VAT", "EL123456789"), ("NTR", "GB-0.1/2"), ("TCN", "KZ-1")];
    for (scheme, value) in good {
        accepted(at, json!({ "scheme": scheme, "value": value }));
    }
    let bad = [
        ("EORI", "LT"),
        ("EORI", "ZZ1"),
        ("EORI", "lt1"),
        ("EORI", "LT1234567890123456"),
        ("VAT", "LT1"),
        ("NTR", "LT1"),
        ("NTR", "LT-"),
        ("TCN", "KZ-a"),
        ("LEI", "5493001KJTIIGC8Y1R1"),
        ("LEI", "5493001kjtiigc8y1r12"),
    ];
    for (scheme, value) in bad {
        refused(at, json!({ "scheme": scheme, "value": value }), "is not a");
    }
    refused(at, json!({ "scheme": "DUNS", "value": "1" }), "unknown variant");
    refused(at, json!({ "scheme": "EORI" }), "missing field");
}

#[test]
fn a_route_lists_countries_outside_the_union() {
    accepted("/routing", json!([["XK"], ["XI"]]));
    refused("/routing", json!([["LT", "BY"]]), "after leaving the Union");
    refused("/routing", json!([]), "1 to 16 routes");
    refused("/routing", json!([[]]), "1 to 16 countries");
    refused("/routing", json!(vec![["KZ"]; 17]), "1 to 16 routes");
    refused("/routing", json!([vec!["KZ"; 17]]), "1 to 16 countries");
    refused("/routing", json!(["KZ"]), "invalid type");
    refused("/destinationCountry", json!("QQ"), "is not a country code");
}

#[test]
fn a_validity_runs_forward_for_at_most_five_years() {
    let days = |from: &str, until: &str| json!({ "from": from, "until": until });
    accepted("/validity", days("2026-03-16", "2026-03-16"));
    refused("/validity", days("2026-03-16", "2026-03-15"), "until lies before from");
    accepted("/validity", days("2026-03-16", "2031-03-20"));
    refused("/validity", days("2026-03-16", "2031-03-21"), "at most five years");
}

#[test]
fn a_day_is_a_real_one_in_one_spelling() {
    let wrong =
        ["2026-02-30", "2025-02-29", "2026-13-01", "2026-3-16", "20260316", "16.03.2026", "2026-03-16Z", "+026-03-16"];
    for day in wrong {
        for pointer in ["/validity/from", "/contract/date", "/mandate/date"] {
            refused(pointer, json!(day), "is not a day");
        }
    }
    accepted("/contract/date", json!("2024-02-29"));
}

#[test]
fn the_nomenclature_year_is_plausible() {
    refused("/nomenclatureYear", json!(2016), "from 2017 on");
    refused("/nomenclatureYear", json!(2101), "from 2017 on");
    refused("/nomenclatureYear", json!(26), "from 2017 on");
}

#[test]
fn statements_are_confirmed_once_each_in_a_named_wording() {
    refused("/statements/confirmed", json!([]), "1 to 16");
    refused("/statements/confirmed", json!(["S1", "S1"]), "confirmed once");
    let many = |count: usize| json!((0..count).map(|number| format!("S{number}")).collect::<Vec<_>>());
    accepted("/statements/confirmed", many(16));
    refused("/statements/confirmed", many(17), "1 to 16");
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for wrong in
        ["", &digest.to_uppercase(), digest.get(1..).unwrap(), &format!("{digest}0"), &digest.replace('e', "g")]
    {
        refused("/statements/digest", json!(wrong), "digest");
    }
}

#[test]
fn transport_is_bounded() {
    for member in ["means", "trailers", "containers", "seals"] {
        let pointer = format!("/transport/{member}");
        accepted(&pointer, json!(vec!["A"; 99]));
        refused(&pointer, json!(vec!["A"; 100]), "at most 99");
    }
}

fn lines(count: u32) -> Value {
    let line = example().pointer("/lines/1").unwrap().clone();
    let numbered = |number: u32| {
        let mut line = line.clone();
        *line.pointer_mut("/line").unwrap() = json!(number);
        *line.pointer_mut("/description").unwrap() = json!("x");
        line.as_object_mut().unwrap().remove("serialNumbers");
        line
    };
    json!((1..=count).map(numbered).collect::<Vec<_>>())
}

#[test]
fn lines_are_numbered_once_each_and_bounded() {
    refused("/lines", json!([]), "1 to 1000 lines");
    accepted("/lines", lines(1_000));
    refused("/lines", lines(1_001), "1 to 1000 lines");
    refused("/lines/1/line", json!(1), "stands twice");
    refused("/lines/1/line", json!(0), "between 1 and 99999");
    accepted("/lines/1/line", json!(99_999));
    refused("/lines/1/line", json!(100_000), "between 1 and 99999");
}

#[test]
fn a_line_grants_more_than_nothing() {
    for nothing in ["0", "0.0", "0.000000"] {
        refused("/lines/0/quantity/value", json!(nothing), "more than nothing");
    }
    accepted("/lines/0/quantity/value", json!("0.000001"));
    refused("/lines/0/quantity/unit", json!("nar"), "unit code");
    refused("/lines/0/condition", json!("refurbished"), "unknown variant");
    refused("/lines/0/commodityCode/harmonizedSystemSubheadingCode", json!("84223"), "digits");
    assert!(read(&without("/lines/0/commodityCode/combinedNomenclatureCode")).is_err());
}

#[test]
fn serial_numbers_are_distinct_and_bounded() {
    let at = "/lines/0/serialNumbers";
    let list = |count: usize| json!({ "list": (0..count).map(|number| format!("S{number}")).collect::<Vec<_>>() });
    accepted(at, list(5_000));
    refused(at, list(5_001), "serialNumbers");
    refused(at, list(0), "serialNumbers");
    refused(at, json!({ "list": ["A", "A"] }), "serialNumbers");
    refused(at, json!({ "digest": { "count": 0, "sha256": "e".repeat(64) } }), "serialNumbers");
    refused(at, json!({ "digest": { "count": 1 } }), "missing field");
    refused(at, json!({ "digest": { "count": 1, "sha256": "e".repeat(64), "salt": "x" } }), "unknown field");
    for neither in [json!({}), json!({ "list": ["A"], "ranges": [] }), json!("list"), json!({ "List": ["A"] })] {
        refused(at, neither, "payload is not a certificate");
    }
    let twice = EXAMPLE.replacen("{ \"list\": [", "{ \"list\": [\"A\"], \"list\": [", 1);
    assert!(parse(twice.as_bytes()).is_err());
}

#[test]
fn a_range_of_serial_numbers_has_one_prefix_and_as_many_digits() {
    let at = "/lines/1/serialNumbers";
    let range = |first: &str, last: &str| json!({ "ranges": [{ "first": first, "last": last }] });
    accepted(at, range("A001", "A001"));
    accepted(at, range("0001", "9999"));
    for (first, last) in [
        ("A002", "A001"),
        ("A1", "A10"),
        ("A001", "B002"),
        ("A", "B"),
        ("A001", "A1x"),
        ("1".repeat(19).as_str(), &"2".repeat(19)),
    ] {
        refused(at, range(first, last), "serialNumbers");
    }
    let ranges = |count: usize| json!({ "ranges": vec![json!({ "first": "A1", "last": "A2" }); count] });
    accepted(at, ranges(500));
    refused(at, ranges(501), "serialNumbers");
    refused(at, ranges(0), "serialNumbers");
}

#[test]
fn a_serial_number_lies_in_a_range_by_prefix_length_and_value() {
    let range: SerialRange = serde_json::from_value(json!({ "first": "FL0010", "last": "FL0019" })).unwrap();
    for inside in ["FL0010", "FL0015", "FL0019"] {
        assert!(range.contains(inside), "{inside}");
    }
    for outside in ["FL0009", "FL0020", "FL015", "FL00015", "XL0015", "FL", "0015", ""] {
        assert!(!range.contains(outside), "{outside}");
    }
}

#[test]
fn a_replaced_certificate_is_named_in_the_written_form() {
    let number = CertificateNumber::of(&Digest::of(b"x")).to_string();
    let named = |text: &str| read(&with_member("", "replaces", json!(text)));
    assert_eq!(named(&number).unwrap().replaces.unwrap().to_string(), number);
    assert!(named(&number.to_lowercase()).unwrap_err().to_string().contains(&number));
    assert!(named(&number.replace('-', "")).is_err());
    assert!(named("EDC-0000-0000-0000-0000-Z").is_err());
}

#[test]
fn a_run_of_serial_numbers_is_counted_with_its_zeros() {
    let range = |first: &str, last: &str| SerialRange { first: first.parse().unwrap(), last: last.parse().unwrap() };
    assert_eq!(range("FT-0098", "FT-0101").numbers().collect::<Vec<_>>(), ["FT-0098", "FT-0099", "FT-0100", "FT-0101"]);
    assert_eq!(range("7", "9").numbers().count(), 3);
    assert_eq!(
        range("A-000000000000000000", "A-999999999999999999").numbers().nth(12).unwrap(),
        "A-000000000000000012"
    );
    assert_eq!(range("A", "B").numbers().count(), 0);
    for number in range("FT-0098", "FT-0101").numbers() {
        assert!(range("FT-0098", "FT-0101").contains(&number));
    }
}
