use serde_json::{Value, json};

use super::*;
use crate::number::CertificateNumber;

const EXAMPLE: &str = include_str!("example.json");

fn example() -> Value {
    serde_json::from_str(EXAMPLE).unwrap()
}

fn read(document: &Value) -> Result<Consignment, ConsignmentError> {
    parse(&serde_json::to_vec(document).unwrap())
}

fn with(pointer: &str, value: Value) -> Value {
    let mut document = example();
    *document.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    if pointer == "/goodsItems" {
        // The condition that an officer supplied was one of the items.
        document["suppliedFromPapers"] = json!([]);
    }
    document
}

#[track_caller]
fn refused(pointer: &str, value: Value, because: &str) {
    let found = read(&with(pointer, value.clone())).expect_err(pointer).to_string();
    assert!(found.contains(because), "{pointer} = {value}: {found}");
}

#[track_caller]
fn accepted(pointer: &str, value: Value) {
    assert_eq!(read(&with(pointer, value)).err(), None, "{pointer}");
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
    let consignment = read(&example()).unwrap();
    assert_eq!(serde_json::to_value(&consignment).unwrap(), example());
}

#[test]
fn the_least_a_question_says_is_set_office_and_goods() {
    let code = json!({ "harmonizedSystemSubheadingCode": "842230" });
    let least = json!({
        "dataSet": "D1", "office": "LTVR1000", "goodsItems": [{ "goodsItemNumber": 1, "commodityCode": code }],
    });
    let read_least = read(&least).unwrap();
    assert_eq!((read_least.stage, read_least.declaration_version, read_least.security), (Stage::Start, 1, false));
    for member in ["dataSet", "office", "goodsItems"] {
        let mut less = least.clone();
        less.as_object_mut().unwrap().remove(member);
        assert_eq!(read(&less).unwrap_err().code(), "consignmentMalformed", "{member}");
    }
    for member in ["goodsItemNumber", "commodityCode"] {
        let mut less = least.clone();
        less.pointer_mut("/goodsItems/0").unwrap().as_object_mut().unwrap().remove(member);
        assert_eq!(read(&less).unwrap_err().code(), "consignmentMalformed", "{member}");
    }
}

#[test]
fn an_unknown_member_is_refused_in_every_object() {
    for object in all_objects() {
        let mut document = example();
        document.pointer_mut(&object).unwrap().as_object_mut().unwrap().insert("surprise".into(), json!("x"));
        assert_eq!(read(&document).unwrap_err().code(), "consignmentMalformed", "{object}");
    }
}

#[test]
fn a_member_that_stands_twice_is_refused_in_every_object() {
    let text = serde_json::to_string(&example()).unwrap();
    let mut tried = 0;
    for (start, _) in text.match_indices('{') {
        let rest = text.get(start + 1..).unwrap();
        let mut names = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let name = names.next().unwrap().unwrap();
        let rest = rest.get(names.byte_offset() + 1..).unwrap();
        let value = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next().unwrap().unwrap();
        let (head, tail) = text.split_at(start + 1);
        let twice = format!("{head}{name}:{value},{tail}");
        assert!(parse(twice.as_bytes()).is_err(), "{name} stands twice at {start}");
        tried += 1;
    }
    assert_eq!(tried, all_objects().len());
}

#[test]
fn null_says_absent_as_customs_systems_write_it() {
    let read_null = read(&with("/transport", Value::Null)).unwrap();
    assert_eq!(read_null.transport, None);
    assert_eq!(read(&with("/acceptanceDate", Value::Null)).unwrap().acceptance_date, None);
    assert!(read(&with("/office", Value::Null)).is_err());
    assert!(read(&with("/goodsItems", Value::Null)).is_err());
}

#[test]
fn an_object_without_its_names_is_refused() {
    refused("/goodsItems/0/supplementaryUnits", json!(["2", "NAR"]), "found an array, wanted an object");
    refused("/reference", json!(["MRN", "26LTVR1000EX000017"]), "an array");
    refused("/parties", json!([]), "found an array");
    refused("/dataSet", json!({ "B1": null }), "dataSet: found an object, wanted a string");
    refused("/stage", json!({ "border": null }), "stage: found an object, wanted a string");
}

#[test]
fn a_number_where_a_decimal_string_belongs_is_refused() {
    for pointer in ["/goodsItems/0/netMass", "/goodsItems/0/grossMass", "/goodsItems/0/supplementaryUnits/value"] {
        refused(pointer, json!(2), "invalid type");
        refused(pointer, json!(2.5), "invalid type");
        refused(pointer, json!("2.0000001"), "six decimal places");
    }
    for pointer in ["/declarationVersion", "/goodsItems/0/goodsItemNumber", "/goodsItems/0/citations/0/line"] {
        refused(pointer, json!(1.0), "floating point");
        refused(pointer, json!("1"), "invalid type");
        refused(pointer, json!(-1), "invalid value");
    }
}

#[test]
fn control_and_reordering_characters_are_refused() {
    for pointer in ["/goodsItems/0/description", "/transport/means/0/id", "/goodsItems/0/citations/0/certificate"] {
        for character in ['\n', '\u{0}', '\u{202e}', '\u{2067}'] {
            refused(pointer, json!(format!("a{character}b")), "control character");
        }
        refused(pointer, json!(" "), "empty");
    }
}

#[test]
fn a_body_above_its_bound_is_refused_unread() {
    let mut padded = EXAMPLE.as_bytes().to_vec();
    padded.resize(CONSIGNMENT_BYTES_MAX, b' ');
    assert!(parse(&padded).is_ok());
    padded.push(b' ');
    assert_eq!(parse(&padded), Err(ConsignmentError::TooLarge { found: CONSIGNMENT_BYTES_MAX + 1 }));
}

#[test]
fn an_endless_depth_is_refused_without_overflow() {
    for opening in ["[", "{\"a\":", "{\"reference\":{\"type\":", "{\"reference\":{\"value\":[[[[["] {
        assert_eq!(parse(opening.repeat(100_000).as_bytes()).unwrap_err().code(), "consignmentMalformed");
    }
    let inner = format!("{{\"reference\":{{\"a\":{}", "[".repeat(1_000_000));
    assert_eq!(parse(inner.as_bytes()).unwrap_err().code(), "consignmentMalformed");
}

#[test]
fn the_message_quotes_the_sender_only_in_part_and_without_control_characters() {
    let long = read(&with("/dataSet", json!("y".repeat(1_000_000)))).unwrap_err().to_string();
    assert!(long.chars().count() < 400, "{}", long.len());
    let mut document = example();
    document.as_object_mut().unwrap().insert("a\nERROR b".into(), json!(1));
    assert!(!read(&document).unwrap_err().to_string().contains('\n'));
}

#[test]
fn a_reference_is_an_mrn_or_an_lrn_with_its_declarant() {
    let at = "/reference";
    let declarant = json!({ "scheme": "EORI", "value": "LT123456789" });
    accepted(at, json!({ "type": "LRN", "value": "EX-2026/000417", "declarant": declarant }));
    refused(at, json!({ "type": "LRN", "value": "EX-1" }), "missing field `declarant`");
    refused(at, json!({ "type": "LRN", "value": "", "declarant": declarant }), "is not an LRN");
    refused(at, json!({ "type": "LRN", "value": "a".repeat(23), "declarant": declarant }), "is not an LRN");
    refused(at, json!({ "type": "LRN", "value": "a b", "declarant": declarant }), "is not an LRN");
    refused(at, json!({ "type": "MRN", "value": "26LTVR1000EX000017", "declarant": declarant }), "unknown field");
    refused(at, json!({ "type": "MRN", "value": "26LTVR1000EX000017", "x": 1 }), "unknown field");
    refused(at, json!({ "type": "UCR", "value": "26LTVR1000EX000017" }), "unknown variant");
    refused(at, json!({ "value": "26LTVR1000EX000017" }), "missing field `type`");
    for mrn in [
        "26LTVR1000EX00001",
        "26LTVR1000EX0000171",
        "26ltVR1000EX000017",
        "A6LTVR1000EX000017",
        "26ZZVR1000EX000017",
        "26LTVR1000EX00001ž",
    ] {
        refused(at, json!({ "type": "MRN", "value": mrn }), "is not an MRN");
    }
}

#[test]
fn a_member_twice_inside_a_reference_is_refused_in_any_order() {
    let twice = |inner: &str| {
        let document = EXAMPLE.replace("{ \"type\": \"MRN\", \"value\": \"26LTVR1000EX000017\" }", inner);
        assert_ne!(document, EXAMPLE);
        parse(document.as_bytes()).unwrap_err().to_string()
    };
    let mrn = "\"26LTVR1000EX000017\"";
    for inner in [
        format!("{{\"type\":\"MRN\",\"value\":{mrn},\"value\":{mrn}}}"),
        format!("{{\"value\":{mrn},\"type\":\"MRN\",\"value\":{mrn}}}"),
        format!("{{\"type\":\"MRN\",\"type\":\"MRN\",\"value\":{mrn}}}"),
        format!("{{\"type\":\"LRN\",\"value\":{mrn},\"type\":\"MRN\"}}"),
    ] {
        assert!(twice(&inner).contains("duplicate field"), "{inner}: {}", twice(&inner));
    }
}

#[test]
fn an_office_is_a_country_and_six_characters() {
    for office in ["LTVR100", "LTVR10000", "ZZVR1000", "ltvr1000", "LTVR100ž", ""] {
        refused("/office", json!(office), "is not a customs office");
    }
}

#[test]
fn a_party_of_a_declaration_has_a_name_or_an_identifier() {
    for pointer in ["/parties/exporter", "/goodsItems/1/consignee"] {
        refused(pointer, json!({}), "a name or an identifier");
        refused(pointer, json!({ "address": { "country": "KZ" } }), "a name or an identifier");
        let one = json!({ "scheme": "EORI", "value": "LT1" });
        accepted(pointer, json!({ "identifiers": vec![one.clone(); 8] }));
        refused(pointer, json!({ "identifiers": vec![one; 9] }), "at most 8");
    }
}

#[test]
fn every_kind_of_party_is_checked() {
    let kinds = [
        "exporter",
        "consignor",
        "consignee",
        "declarant",
        "holderOfTheTransitProcedure",
        "seller",
        "buyer",
        "carrier",
        "manufacturer",
    ];
    for kind in kinds {
        refused("/parties", json!({ kind: {} }), "a name or an identifier");
        accepted("/parties", json!({ kind: { "name": "A" } }));
    }
}

fn items(count: u32) -> Value {
    let item = |number: u32| json!({ "goodsItemNumber": number, "commodityCode": { "harmonizedSystemSubheadingCode": "842230" } });
    json!((1..=count).map(item).collect::<Vec<_>>())
}

#[test]
fn a_declaration_has_1_to_9999_goods_items() {
    refused("/goodsItems", json!([]), "1 to 9999");
    accepted("/goodsItems", items(9_900));
    refused("/goodsItems", items(10_000), "1 to 9999");
}

#[test]
fn goods_items_are_numbered_once_each() {
    refused("/goodsItems/1/goodsItemNumber", json!(1), "stands twice");
    refused("/goodsItems/1/goodsItemNumber", json!(0), "1 to 99999");
    refused("/goodsItems/1/goodsItemNumber", json!(100_000), "1 to 99999");
    accepted("/goodsItems/1/goodsItemNumber", json!(99_999));
}

#[test]
fn lists_are_bounded() {
    let document = json!({ "type": "N830" });
    accepted("/previousDocuments", json!(vec![document.clone(); 9_999]));
    refused("/previousDocuments", json!(vec![document.clone(); 10_000]), "at most 9999");
    for pointer in ["/supportingDocuments", "/goodsItems/1/previousDocuments", "/goodsItems/1/supportingDocuments"] {
        accepted(pointer, json!(vec![document.clone(); 99]));
        refused(pointer, json!(vec![document.clone(); 100]), "at most 99");
    }
    refused("/countriesOfRouting", json!(vec!["KZ"; 100]), "at most 99");
    refused("/offices/transit", json!(vec!["BY000001"; 10]), "at most 9");
    refused("/offices", json!({ "exitForTransit": vec!["BY000001"; 10] }), "at most 9");
    refused("/transport/containers", json!(vec!["A"; 1_000]), "at most 999");
    refused("/transport/seals", json!(vec!["A"; 1_000]), "at most 999");
    refused("/transport/means", json!(vec![json!({ "type": "30", "id": "A" }); 1_000]), "at most 999");
    refused("/goodsItems/0/serialNumbers", json!(vec!["A"; 5_001]), "at most 5000");
    refused("/suppliedFromPapers", json!(vec!["condition"; 17]), "name each once");
}

#[test]
fn what_is_said_to_be_supplied_from_the_papers_is_given() {
    let mut bare = example();
    for member in ["countriesOfRouting", "transport", "countryOfDestination", "parties"] {
        bare.as_object_mut().unwrap().remove(member);
    }
    for item in bare["goodsItems"].as_array_mut().unwrap() {
        let item = item.as_object_mut().unwrap();
        item.retain(|member, _| matches!(member.as_str(), "goodsItemNumber" | "commodityCode"));
        item["commodityCode"] = json!({ "harmonizedSystemSubheadingCode": "842230" });
    }
    for element in Element::ALL {
        bare["suppliedFromPapers"] = json!([element]);
        let why = read(&bare).unwrap_err().to_string();
        assert!(why.contains("suppliedFromPapers[0]: what was read from the papers"), "{element:?}: {why}");
        // Evidence from before this was asked is read as it was.
        assert!(parse_again(&serde_json::to_vec(&bare).unwrap()).is_ok(), "{element:?}");
    }
    let given = read(&example()).unwrap();
    let lacking: Vec<Element> = Element::ALL.into_iter().filter(|element| !given.gives(*element)).collect();
    assert_eq!(lacking, [Element::Seller, Element::Buyer, Element::TaricCode, Element::EndUser, Element::EndUse]);
}

fn citation(certificate: &str, line: u32, value: &str, unit: &str) -> Value {
    json!({ "certificate": certificate, "line": line, "quantity": { "value": value, "unit": unit } })
}

/// Judges an item that declares so much and cites these.
fn cited(declared: (&str, &str), citations: &[Value]) -> Result<(), String> {
    let mut document = with("/goodsItems/0/citations", json!(citations));
    *document.pointer_mut("/goodsItems/0/supplementaryUnits").unwrap() =
        json!({ "value": declared.0, "unit": declared.1 });
    read(&document).map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn the_same_line_is_cited_once_in_an_item() {
    let twice = [citation("A", 1, "1", "NAR"), citation("A", 1, "1", "NAR")];
    assert!(cited(("2", "NAR"), &twice).unwrap_err().contains("stands twice"));
    assert_eq!(cited(("2", "NAR"), &[citation("A", 1, "1", "NAR"), citation("B", 1, "1", "NAR")]), Ok(()));
    let many = |count: u32| (1..=count).map(|line| citation("A", line, "1", "NAR")).collect::<Vec<_>>();
    assert_eq!(cited(("99", "NAR"), &many(99)), Ok(()));
    assert!(cited(("100", "NAR"), &many(100)).unwrap_err().contains("at most 99"));
}

#[test]
fn a_citation_draws_more_than_nothing() {
    let nothing = [citation("A", 1, "0", "NAR"), citation("A", 2, "2", "NAR")];
    assert!(cited(("2", "NAR"), &nothing).unwrap_err().contains("more than nothing"));
}

#[test]
fn citations_sum_to_what_the_item_declares() {
    let pieces = |value: &str| vec![citation("A", 1, value, "H87")];
    assert_eq!(cited(("2", "NAR"), &pieces("2")), Ok(()));
    for value in ["1.999999", "2.000001", "200"] {
        assert!(cited(("2", "NAR"), &pieces(value)).unwrap_err().contains("the item declares 2 NAR"), "{value}");
    }
    let mixed = [citation("A", 1, "1", "CEN"), citation("A", 2, "0.2", "MIL"), citation("B", 1, "7", "EA")];
    assert_eq!(cited(("307", "NAR"), &mixed), Ok(()));
}

#[test]
fn a_rounded_unit_does_not_open_the_sum() {
    // A gram and a half is no whole millionth of a tonne: it must not let a hundred tonnes travel uncovered.
    let crumbs = [citation("A", 1, "1.5", "GRM")];
    assert!(cited(("100", "TNE"), &crumbs).unwrap_err().contains("the item declares 100 TNE"));
    let halves = [citation("A", 1, "1.5", "GRM"), citation("A", 2, "1.5", "GRM")];
    assert_eq!(cited(("0.000003", "TNE"), &halves), Ok(()));
    assert!(cited(("0.000002", "TNE"), &halves).is_err());
    let beyond = [citation("A", 1, "999999999999", "TNE")];
    assert!(cited(("1", "GRM"), &beyond).unwrap_err().contains("more than a quantity can hold"));
}

#[test]
fn units_that_cannot_be_compared_are_left_to_the_check() {
    assert_eq!(cited(("2", "NAR"), &[citation("A", 1, "500", "LTR")]), Ok(()));
    // Nor is there a sum where the declaration has no supplementary units.
    let mut document = example();
    document.pointer_mut("/goodsItems/0").unwrap().as_object_mut().unwrap().remove("supplementaryUnits");
    assert!(read(&document).is_ok());
}

#[test]
fn a_mistyped_certificate_is_a_question_and_not_a_malformed_one() {
    accepted("/goodsItems/0/citations/0/certificate", json!("EDC-0000-typo"));
    refused("/goodsItems/0/citations/0/certificate", json!("x".repeat(71)), "at most 70");
}

#[test]
fn an_acceptance_date_is_a_real_day() {
    refused("/acceptanceDate", json!("2026-02-30"), "is not a day");
}

#[test]
fn one_certificate_in_two_spellings_is_cited_twice() {
    let number = CertificateNumber::of(&crate::digest::Digest::of(b"a")).to_string();
    let spelled = number.to_lowercase().replace('-', " ");
    let citation = |certificate: &str| json!({ "certificate": certificate, "line": 1, "quantity": { "value": "1", "unit": "NAR" } });
    let citations = json!([citation(&number), citation(&spelled)]);
    refused("/goodsItems/0/citations", citations, "stands twice");
}

#[test]
fn more_than_a_thousand_different_certificates_are_refused() {
    let item = |number: u32| {
        let citation = |i: u32| {
            let of = crate::digest::Digest::of(format!("{number}/{i}").as_bytes());
            json!({ "certificate": CertificateNumber::of(&of).to_string(), "line": 1, "quantity": { "value": "1", "unit": "LTR" } })
        };
        json!({ "goodsItemNumber": number, "commodityCode": { "harmonizedSystemSubheadingCode": "842230" },
                "citations": (0..91).map(citation).collect::<Vec<_>>() })
    };
    accepted("/goodsItems", json!((1..=10).map(item).collect::<Vec<_>>()));
    refused("/goodsItems", json!((1..=11).map(item).collect::<Vec<_>>()), "different certificates");
}

#[test]
fn more_than_9999_different_previous_documents_are_refused() {
    let items = |different: u32| {
        let document = |number: u32| json!({ "type": "N830", "reference": format!("{:08}", number % different) });
        let item = |item: u32| {
            json!({ "goodsItemNumber": item, "commodityCode": { "harmonizedSystemSubheadingCode": "842230" },
                    "previousDocuments": (0..99).map(|of| document(item * 99 + of)).collect::<Vec<_>>() })
        };
        json!((1..=102).map(item).collect::<Vec<_>>())
    };
    accepted("/goodsItems", items(9_900));
    refused("/goodsItems", items(10_000), "different previous documents");
}
