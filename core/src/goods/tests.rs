use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn a_decimal_is_exact_to_the_millionth() {
    for text in ["0", "1", "0.000001", "120", "12.5", "999999999999.999999"] {
        assert_eq!(decimal(text).to_string(), text);
    }
    assert_eq!(decimal("1.500000"), decimal("1.5"));
}

#[test]
fn seven_decimals_signs_exponents_and_leading_zeros_are_refused() {
    for text in ["1.0000001", "-1", "+1", "1e3", "01", "1.", ".5", "", " 1", "1,5", "1.5.2", "１"] {
        assert!(text.parse::<Decimal>().is_err(), "{text}");
    }
}

#[test]
fn a_decimal_beyond_the_stated_bound_is_refused() {
    assert!("1000000000000".parse::<Decimal>().is_err());
    assert!("99999999999999999999999999999999999999999999".parse::<Decimal>().is_err());
    assert_eq!(decimal("999999999999.999999").checked_add(decimal("0.000001")), None);
    assert_eq!(decimal("1").checked_sub(decimal("2")), None);
}

#[test]
fn pieces_are_pieces_however_a_company_writes_them() {
    for code in ["NAR", "H87", "C62", "EA"] {
        let unit: Unit = code.parse().unwrap();
        assert_eq!(unit.convert(decimal("3"), "NAR".parse().unwrap()), Conversion::Exact(decimal("3")));
    }
    let hundreds: Unit = "CEN".parse().unwrap();
    assert_eq!(hundreds.convert(decimal("1.2"), "NAR".parse().unwrap()), Conversion::Exact(decimal("120")));
}

#[test]
fn a_conversion_rounds_up_never_down() {
    let grams: Unit = "GRM".parse().unwrap();
    let tonnes: Unit = "TNE".parse().unwrap();
    assert_eq!(grams.convert(decimal("1"), tonnes), Conversion::Exact(decimal("0.000001")));
    assert_eq!(grams.convert(decimal("1.5"), tonnes), Conversion::RoundedUp(decimal("0.000002")));
    assert_eq!(tonnes.convert(decimal("999999999999"), grams), Conversion::TooLarge);
}

#[test]
fn litres_and_kilograms_cannot_be_compared() {
    let litres: Unit = "LTR".parse().unwrap();
    assert_eq!(litres.convert(decimal("1"), "KGM".parse().unwrap()), Conversion::NotComparable);
    assert!("kgm".parse::<Unit>().is_err());
    assert!("K".parse::<Unit>().is_err());
}

#[test]
fn countries_are_those_of_the_geonomenclature() {
    for code in ["KZ", "BY", "XI", "XK"] {
        assert!(code.parse::<Country>().is_ok(), "{code}");
    }
    for code in ["kz", "ZZ", "KAZ", "", "U1"] {
        assert!(code.parse::<Country>().is_err(), "{code}");
    }
}

#[test]
fn a_taric_code_needs_its_cn_code() {
    let code = |json: &str| serde_json::from_str::<CommodityCode>(json);
    assert!(code(r#"{"harmonizedSystemSubheadingCode":"842230","taricCode":"00"}"#).is_err());
    assert!(code(r#"{"harmonizedSystemSubheadingCode":"8422"}"#).is_err());
    assert!(code(r#"{"harmonizedSystemSubheadingCode":842230}"#).is_err());
    let full = r#"{"harmonizedSystemSubheadingCode":"842230","combinedNomenclatureCode":"00"}"#;
    assert_eq!(code(full).unwrap().digits(), "84223000");
    assert_eq!(serde_json::to_string(&code(full).unwrap()).unwrap(), full);
}
