#![cfg(test)]
//! The check, rule by rule (design, section 4): what is declared, what is certified, what must come out.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use endmark_core::certificate::{self, Certificate};
use endmark_core::check::{
    Cited, Evidence, Known, ManufacturerStanding, SealStanding, ShownStatus, StoredStatus, check, cited_numbers,
    shown_status,
};
use endmark_core::consignment;
use endmark_core::digest::Digest;
use endmark_core::manufacturer::Manufacturer;
use endmark_core::moment::Moment;
use endmark_core::number::CertificateNumber;
use endmark_core::regime::{RegimeData, Regimes};
use endmark_core::verdict::{Answer, FindingCode, Requirement, Severity, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::{date, datetime};

use Answer::{CannotBeChecked, Conforms, DoesNotConform};

const MONDAY: Moment = Moment { at: datetime!(2026-03-16 09:00 UTC), day: date!(2026 - 03 - 16) };

static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../regimes");
    let mut files = Vec::new();
    for folder in ["", "lists", "statements"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_some_and(|e| e == "csv" || e == "txt") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
});

fn data() -> RegimeData {
    let files: Vec<(&str, &str)> = FILES.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    RegimeData::parse(&files).unwrap()
}

static REGIMES: LazyLock<Regimes> = LazyLock::new(|| Regimes::built_in(data(), date!(2026 - 04 - 23)));

fn number() -> CertificateNumber {
    CertificateNumber::of(&Digest::of(b"the certificate of these tests"))
}

fn payload() -> Value {
    let mut payload: Value = serde_json::from_str(include_str!("../../src/demo/data/payload.json")).unwrap();
    let set =
        REGIMES.statement_sets().iter().find(|set| set.id() == "LT-2023-07-03" && set.language() == "en").unwrap();
    payload["statements"]["digest"] = json!(set.digest());
    payload
}

fn declared() -> Value {
    let mut consignment: Value = serde_json::from_str(include_str!("../../src/demo/data/consignment.json")).unwrap();
    for item in consignment["goodsItems"].as_array_mut().unwrap() {
        item["citations"][0]["certificate"] = json!(number());
    }
    consignment
}

fn maker() -> Manufacturer {
    serde_json::from_value(
        json!({ "organisation": "muster", "name": "Muster Verpackungsmaschinen GmbH", "active": true,
        "identifiers": [{ "scheme": "NTR", "value": "DE-HRB123456" }], "scope": ["84", "85"] }),
    )
    .unwrap()
}

/// A case: both documents and the standing of the certificate, all good until changed.
struct Case {
    payload: Value,
    declared: Value,
    status: StoredStatus,
    seal: SealStanding,
    manufacturer: ManufacturerStanding,
    moment: Moment,
    regimes: Option<Regimes>,
}

fn case() -> Case {
    Case {
        payload: payload(),
        declared: declared(),
        status: StoredStatus::Valid,
        seal: SealStanding::Trusted,
        manufacturer: ManufacturerStanding::Known(Arc::new(maker())),
        moment: MONDAY,
        regimes: None,
    }
}

impl Case {
    fn certified(mut self, pointer: &str, value: Value) -> Self {
        set(&mut self.payload, pointer, value);
        self
    }

    fn declared(mut self, pointer: &str, value: Value) -> Self {
        set(&mut self.declared, pointer, value);
        self
    }

    fn without(mut self, pointer: &str) -> Self {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        self.declared.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member);
        self
    }

    fn known(&self) -> Known {
        let certificate: Certificate = certificate::parse(self.payload.to_string().as_bytes()).unwrap();
        Known {
            number: number(),
            certificate: Arc::new(certificate),
            accepted_at: datetime!(2026-03-02 10:00 UTC),
            status: self.status.clone(),
            seal: self.seal.clone(),
            manufacturer: self.manufacturer.clone(),
        }
    }

    fn judged_with(&self, cited: Option<Cited>) -> Verdict {
        let consignment = consignment::parse(self.declared.to_string().as_bytes()).unwrap();
        let certificates = cited.map(|cited| BTreeMap::from([(number(), cited)])).unwrap_or_default();
        check(&consignment, &Evidence { certificates }, self.regimes.as_ref().unwrap_or(&REGIMES), self.moment)
    }

    fn judged(&self) -> Verdict {
        self.judged_with(Some(Cited::Known(Arc::new(self.known()))))
    }

    #[track_caller]
    fn comes_out(&self, answer: Answer, code: FindingCode) -> Verdict {
        let verdict = self.judged();
        assert_eq!(verdict.verdict, answer, "{verdict:#?}");
        assert!(verdict.findings.iter().any(|finding| finding.code == code), "no {code:?} in {:#?}", verdict.findings);
        verdict
    }

    #[track_caller]
    fn conforms(&self) -> Verdict {
        let verdict = self.judged();
        assert_eq!(verdict.verdict, Conforms, "{:#?}", verdict.findings);
        verdict
    }
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Array(elements) => elements[member.parse::<usize>().unwrap()] = value,
        object => object[member] = value,
    }
}

fn code(hs: &str, cn: &str) -> Value {
    json!({ "harmonizedSystemSubheadingCode": hs, "combinedNomenclatureCode": cn })
}

/// One item of goods that nobody lists, on the same road, without a certificate.
fn unlisted() -> Case {
    let item = json!({ "goodsItemNumber": 1, "commodityCode": code("220110", "11"), "netMass": "100" });
    case().declared("/goodsItems", json!([item]))
}

#[test]
fn everything_right_conforms_and_names_what_it_rests_on() {
    let verdict = case().conforms();
    assert!(verdict.items.iter().all(|item| item.requirement == Requirement::CertificateRequired));
    assert!(verdict.lists.iter().any(|list| list.id == "833/2014 Annex XXIII" && list.version == "2025-10-24"));
    assert_eq!(verdict.findings, []);
}

// The verdict table.

#[test]
fn prohibited_goods_do_not_pass_with_a_perfect_certificate_and_a_licence_is_shown_to_the_officer() {
    let goods = code("854231", "90");
    let banned = || {
        case().certified("/lines/0/commodityCode", goods.clone()).declared("/goodsItems/0/commodityCode", goods.clone())
    };
    banned().comes_out(DoesNotConform, FindingCode::Prohibited);
    let licence = json!([{ "type": "X060", "reference": "LT-2026-17" }]);
    banned()
        .declared("/supportingDocuments", licence)
        .comes_out(CannotBeChecked, FindingCode::ProhibitedLicenceDeclared);
}

#[test]
fn a_required_certificate_that_is_not_cited_is_missing() {
    case().declared("/goodsItems/1/citations", json!([])).comes_out(DoesNotConform, FindingCode::CertificateMissing);
}

#[test]
fn goods_that_nobody_lists_need_nothing_once_the_dual_use_question_is_settled() {
    assert_eq!(unlisted().conforms().items[0].requirement, Requirement::NotRequired);
    let open = unlisted().declared("/supportingDocuments", json!([]));
    open.comes_out(CannotBeChecked, FindingCode::DualUseUndeclared);
    unlisted().declared("/supportingDocuments", json!([{ "type": "X060" }])).conforms();
}

#[test]
fn after_the_setting_not_listed_is_unknown_and_listed_still_speaks() {
    let late = Moment { at: datetime!(2026-04-24 09:00 UTC), day: date!(2026 - 04 - 24) };
    Case { moment: late, ..unlisted() }.comes_out(CannotBeChecked, FindingCode::RequirementUnknown);
    let last_day = Moment { at: datetime!(2026-04-23 09:00 UTC), day: date!(2026 - 04 - 23) };
    Case { moment: last_day, ..unlisted() }.conforms();
    let goods = code("854231", "90");
    let banned =
        case().certified("/lines/0/commodityCode", goods.clone()).declared("/goodsItems/0/commodityCode", goods);
    Case { moment: late, ..banned }.comes_out(DoesNotConform, FindingCode::Prohibited);
}

#[test]
fn an_ex_entry_asks_for_its_description() {
    let luxury = unlisted().declared("/goodsItems/0/commodityCode", code("160431", "00"));
    luxury.comes_out(CannotBeChecked, FindingCode::DescriptionDecides);
}

#[test]
fn goods_for_russia_itself_are_never_free() {
    let verdict = unlisted()
        .declared("/countryOfDestination", json!("RU"))
        .declared("/countriesOfRouting", json!(["LT", "RU"]))
        .comes_out(CannotBeChecked, FindingCode::RequirementUnknown);
    assert_ne!(verdict.items[0].requirement, Requirement::NotRequired);
    // Russia as the destination is no transit through Russia: the transit bans do not speak of it.
    let processors = unlisted()
        .declared("/goodsItems/0/commodityCode", code("854231", "90"))
        .declared("/countryOfDestination", json!("RU"))
        .declared("/countriesOfRouting", json!(["LT", "RU"]))
        .comes_out(CannotBeChecked, FindingCode::RequirementUnknown);
    assert!(processors.findings.iter().all(|f| f.code != FindingCode::Prohibited), "{:#?}", processors.findings);
}

#[test]
fn a_road_that_avoids_russia_and_belarus_needs_nothing() {
    let road = json!(["LT", "PL", "TR", "GE", "AZ", "KZ"]);
    let elsewhere = case().declared("/countriesOfRouting", road);
    let bare = elsewhere
        .declared("/goodsItems/0/citations", json!([]))
        .declared("/goodsItems/1/citations", json!([]))
        .declared("/goodsItems/2/citations", json!([]))
        .declared("/supportingDocuments", json!([]));
    assert!(bare.conforms().items.iter().all(|item| item.requirement == Requirement::NotRequired));
}

// Absent is not missing.

#[test]
fn what_the_data_set_lacks_is_listed_and_harms_nobody() {
    let verdict = case().without("/parties/consignee").declared("/security", json!(false)).judged();
    // Without security data there is no routing either, and no office tells the road.
    assert!(verdict.findings.iter().all(|f| f.code != FindingCode::PartyMismatch));
    let verdict = case().conforms();
    let names: Vec<String> = verdict.not_compared.iter().map(|n| format!("{:?}", n.element)).collect();
    for element in ["Seller", "Buyer", "Condition", "EndUser", "EndUse"] {
        assert!(names.iter().any(|name| name == element), "{element} is not in {names:?}");
    }
}

#[test]
fn an_element_of_the_set_that_is_empty_cannot_be_checked_until_supplied() {
    case().without("/parties/exporter").comes_out(CannotBeChecked, FindingCode::ElementEmpty);
    case().without("/countryOfDestination").comes_out(CannotBeChecked, FindingCode::ElementEmpty);
}

#[test]
fn a_seller_that_is_declared_although_b1_has_none_is_compared() {
    let wrong = json!({ "identifiers": [{ "scheme": "EORI", "value": "LT999999999" }] });
    case().declared("/parties/seller", wrong).comes_out(DoesNotConform, FindingCode::PartyMismatch);
}

#[test]
fn without_routing_and_without_a_telling_office_the_road_is_unknown() {
    let silent = unlisted().declared("/security", json!(false)).without("/countriesOfRouting");
    silent.comes_out(CannotBeChecked, FindingCode::RoutingUnknown);
}

// The certificate's standing.

#[test]
fn status_counts_and_is_shown_in_the_order_of_the_design() {
    let since = datetime!(2026-03-10 08:00 UTC);
    let reason = || "sold to somebody else".to_owned();
    let with = |status| Case { status, ..case() };
    with(StoredStatus::Revoked { reason: reason(), since }).comes_out(DoesNotConform, FindingCode::CertificateRevoked);
    with(StoredStatus::Suspended { reason: reason(), since })
        .comes_out(DoesNotConform, FindingCode::CertificateSuspended);
    with(StoredStatus::Replaced { by: None, since }).comes_out(DoesNotConform, FindingCode::CertificateReplaced);
    let validity = case().known().certificate.validity;
    let after = date!(2026 - 09 - 01);
    let revoked = StoredStatus::Revoked { reason: reason(), since };
    let suspended = StoredStatus::Suspended { reason: reason(), since };
    assert_eq!(shown_status(&revoked, validity, true, after), ShownStatus::Revoked);
    assert_eq!(shown_status(&suspended, validity, true, after), ShownStatus::Suspended);
    assert_eq!(shown_status(&StoredStatus::Valid, validity, true, after), ShownStatus::Expired);
    assert_eq!(shown_status(&StoredStatus::Valid, validity, true, date!(2026 - 08 - 31)), ShownStatus::Exhausted);
    assert_eq!(shown_status(&StoredStatus::Valid, validity, false, date!(2026 - 02 - 28)), ShownStatus::NotYetValid);
}

#[test]
fn validity_is_days_both_inclusive_where_the_register_is() {
    // 2026-08-31 in Vilnius ends at 21:00 UTC: the day decides, not the instant.
    let on = |day| Moment { at: datetime!(2026-08-31 20:59 UTC), day };
    let quiet = || Case { regimes: Some(Regimes::built_in(data(), date!(2026 - 12 - 31))), ..case() };
    Case { moment: on(date!(2026 - 08 - 31)), ..quiet() }.conforms();
    Case { moment: on(date!(2026 - 09 - 01)), ..quiet() }.comes_out(DoesNotConform, FindingCode::CertificateExpired);
    Case { moment: on(date!(2026 - 03 - 01)), ..quiet() }.conforms();
    Case { moment: on(date!(2026 - 02 - 28)), ..quiet() }
        .comes_out(DoesNotConform, FindingCode::CertificateNotYetValid);
}

#[test]
fn every_standing_of_the_seal_has_its_effect() {
    let with = |seal| Case { seal, ..case() };
    let detail = || "detail".to_owned();
    with(SealStanding::Untrusted(detail())).comes_out(DoesNotConform, FindingCode::SealUntrusted);
    with(SealStanding::Revoked { detail: detail() }).comes_out(DoesNotConform, FindingCode::SealRevoked);
    with(SealStanding::RevokedLater { detail: detail() }).comes_out(Conforms, FindingCode::SealRevokedLater);
    with(SealStanding::ListStale { detail: detail() }).comes_out(CannotBeChecked, FindingCode::RevocationListStale);
}

#[test]
fn the_manufacturer_must_still_be_registered_active_and_vetted() {
    let with = |manufacturer| Case { manufacturer, ..case() };
    let known = |maker| ManufacturerStanding::Known(Arc::new(maker));
    with(ManufacturerStanding::Unregistered).comes_out(DoesNotConform, FindingCode::ManufacturerNotActive);
    with(known(Manufacturer { active: false, ..maker() }))
        .comes_out(DoesNotConform, FindingCode::ManufacturerNotActive);
    let cables = Manufacturer { scope: vec!["8544".parse().unwrap()], ..maker() };
    with(known(cables)).comes_out(DoesNotConform, FindingCode::ManufacturerScope);
    with(ManufacturerStanding::Unreadable).comes_out(CannotBeChecked, FindingCode::CertificateCorrupt);
}

#[test]
fn a_fault_never_yields_conforms() {
    for cited in [None, Some(Cited::Unreadable("edited".to_owned()))] {
        let verdict = case().judged_with(cited);
        assert_eq!(verdict.verdict, CannotBeChecked, "{:#?}", verdict.findings);
    }
    assert_eq!(case().judged_with(Some(Cited::Unknown)).verdict, DoesNotConform);
}

#[test]
fn a_number_misread_is_told_from_a_number_that_does_not_exist() {
    let cite = |text: &str| case().declared("/goodsItems/0/citations/0/certificate", json!(text));
    cite("contract 17").comes_out(DoesNotConform, FindingCode::CertificateNumberMalformed);
    let good = number().to_string();
    let last = if good.ends_with('A') { 'B' } else { 'A' };
    let mistyped: String = good.chars().take(good.len() - 1).chain([last]).collect();
    cite(&mistyped).comes_out(DoesNotConform, FindingCode::CertificateNumberMistyped);
    // As a person types it.
    cite(&good.to_lowercase().replace('-', " ")).conforms();
}

// Goods.

#[test]
fn commodity_codes_agree_as_far_as_both_say_them() {
    let declare = |value| case().declared("/goodsItems/0/commodityCode", value);
    declare(code("842240", "00")).comes_out(DoesNotConform, FindingCode::CommodityCodeMismatch);
    declare(code("842230", "10")).comes_out(DoesNotConform, FindingCode::CommodityCodeMismatch);
    let last_year = declare(code("842230", "10")).certified("/nomenclatureYear", json!(2025));
    last_year.comes_out(Conforms, FindingCode::CommodityCodeOtherYear);
    // B1 has the CN code: leaving it out is a gap.
    declare(json!({ "harmonizedSystemSubheadingCode": "842230" }))
        .comes_out(CannotBeChecked, FindingCode::ElementEmpty);
}

#[test]
fn a_line_that_the_certificate_has_not_is_unknown() {
    let verdict =
        case().declared("/goodsItems/0/citations/0/line", json!(9)).comes_out(DoesNotConform, FindingCode::LineUnknown);
    assert_eq!(verdict.findings[0].certex_code.as_deref(), Some("07"));
}

#[test]
fn quantities_add_up_over_items_in_every_comparable_unit() {
    let two = |first: &str, second: &str| {
        let citation = |value: &str| json!([{ "certificate": number(), "line": 3, "quantity": { "value": value, "unit": "KGM" } }]);
        case()
            .declared("/goodsItems/2/citations", citation(first))
            .declared("/goodsItems/2/netMass", json!(first))
            .declared("/goodsItems/1/commodityCode", code("854449", "95"))
            .declared("/goodsItems/1/citations", citation(second))
            .declared("/goodsItems/1/netMass", json!(second))
            .without("/goodsItems/1/supplementaryUnits")
    };
    two("1000", "500").conforms();
    let over = two("1000", "500.000001").comes_out(DoesNotConform, FindingCode::QuantityExceeded);
    assert_eq!(over.findings[0].certex_code.as_deref(), Some("05"));
    let pairs = json!({ "value": "3", "unit": "NPR" });
    case()
        .declared("/goodsItems/0/citations/0/quantity", pairs)
        .comes_out(CannotBeChecked, FindingCode::UnitNotComparable);
    let hundreds = json!({ "value": "0.02", "unit": "CEN" });
    case()
        .declared("/goodsItems/0/citations/0/quantity", hundreds)
        .declared("/goodsItems/0/netMass", json!("10400"))
        .conforms();
}

#[test]
fn a_citation_lighter_than_the_goods_leaves_the_rest_uncovered() {
    let light = case().declared("/goodsItems/2/citations/0/quantity/value", json!("400"));
    light.comes_out(DoesNotConform, FindingCode::QuantityNotCovered);
}

#[test]
fn net_mass_origin_and_transport_that_differ_are_warnings() {
    case().declared("/goodsItems/0/netMass", json!("5300")).comes_out(Conforms, FindingCode::NetMassDiffers);
    case().declared("/goodsItems/0/countryOfOrigin", json!("AT")).comes_out(Conforms, FindingCode::OriginDiffers);
    case().declared("/transport/means/0/id", json!("LHK 418")).comes_out(Conforms, FindingCode::TransportDiffers);
    // The same plate with Cyrillic look-alikes and other signs is the same plate.
    assert_eq!(case().declared("/transport/means/0/id", json!("lНК-417")).conforms().findings, []);
}

#[test]
fn used_goods_do_not_travel_on_a_certificate_for_new_ones() {
    let used = case().declared("/goodsItems/1/condition", json!("used"));
    used.comes_out(DoesNotConform, FindingCode::ConditionMismatch);
    case().declared("/goodsItems/1/condition", json!("new")).conforms();
}

#[test]
fn serial_numbers_found_must_be_certified() {
    let found = |serial: &str| case().declared("/goodsItems/0/serialNumbers", json!([serial]));
    found("RF24-02611").conforms();
    found("RF24-02613").comes_out(DoesNotConform, FindingCode::SerialNumberUnknown);
    let ranges = json!({ "ranges": [{ "first": "RF24-02600", "last": "RF24-02699" }] });
    found("RF24-02650").certified("/lines/0/serialNumbers", ranges.clone()).conforms();
    found("RF24-2650")
        .certified("/lines/0/serialNumbers", ranges)
        .comes_out(DoesNotConform, FindingCode::SerialNumberUnknown);
}

// Parties, destination, road, words.

#[test]
fn parties_are_compared_by_identifier_and_names_only_warn() {
    let consignee = |value| case().declared("/parties/consignee", value);
    let other = json!({ "identifiers": [{ "scheme": "TCN", "value": "KZ-990140009999" }] });
    consignee(other.clone()).comes_out(DoesNotConform, FindingCode::PartyMismatch);
    let renamed = json!({ "name": "Somebody", "identifiers": [{ "scheme": "TCN", "value": "KZ-140240012345" }] });
    consignee(renamed).comes_out(Conforms, FindingCode::PartyNameDiffers);
    // A consignee in a third country often has a name only: as written, or in Cyrillic letters.
    consignee(json!({ "name": "TOO \"Almaty Food Machinery\"" })).comes_out(Conforms, FindingCode::PartyNotIdentified);
    consignee(json!({ "name": "ТОО Шымкент" })).comes_out(CannotBeChecked, FindingCode::PartyNotIdentified);
    // An item's own consignee counts for that item.
    let own = case().declared("/goodsItems/1/consignee", other).comes_out(DoesNotConform, FindingCode::PartyMismatch);
    let answers: Vec<Answer> = own.items.iter().map(|item| item.answer).collect();
    assert_eq!(answers, [Conforms, DoesNotConform, Conforms]);
    let maker = json!({ "identifiers": [{ "scheme": "EORI", "value": "DE7654321" }] });
    case().declared("/parties/manufacturer", maker).comes_out(DoesNotConform, FindingCode::ManufacturerMismatch);
}

#[test]
fn another_destination_does_not_conform_also_for_one_item() {
    let all = case()
        .declared("/countryOfDestination", json!("KG"))
        .declared("/countriesOfRouting", json!(["LT", "BY", "RU", "KZ", "KG"]));
    let verdict = all.comes_out(DoesNotConform, FindingCode::DestinationMismatch);
    assert!(verdict.findings.iter().any(|f| f.certex_code.as_deref() == Some("08")));
    case()
        .declared("/goodsItems/2/countryOfDestination", json!("KG"))
        .comes_out(DoesNotConform, FindingCode::DestinationMismatch);
}

#[test]
fn only_the_road_after_leaving_the_union_counts_and_it_must_be_the_certified_one() {
    let road = |countries: Value| case().declared("/countriesOfRouting", countries);
    road(json!(["DE", "PL", "LT", "BY", "RU", "KZ"])).conforms();
    road(json!(["LT", "BY", "RU"])).conforms();
    road(json!(["LT", "BY", "RU", "UZ", "KZ"])).comes_out(DoesNotConform, FindingCode::RoutingCountryNotCertified);
    road(json!(["LT", "RU", "KZ"])).comes_out(DoesNotConform, FindingCode::RoutingCountryOmitted);
    road(json!(["LT", "RU", "BY", "KZ"])).comes_out(Conforms, FindingCode::RoutingOrderDiffers);
    let other = json!([["BY", "RU", "KZ"], ["RU", "KZ"]]);
    road(json!(["LT", "RU", "KZ"])).certified("/routing", other).conforms();
}

#[test]
fn a_border_office_counts_as_routing_through_its_neighbour() {
    let road = |office: &str| {
        case().declared("/countriesOfRouting", json!(["LT", "RU", "KZ"])).declared("/offices/exit", json!(office))
    };
    let verdict = road("LTDEMO10").comes_out(DoesNotConform, FindingCode::RoutingOfficeContradicts);
    // The road is then judged with Belarus on it, as the office says: nothing is missing from it.
    assert!(verdict.findings.iter().all(|f| f.code != FindingCode::RoutingCountryOmitted), "{:#?}", verdict.findings);
    let undeclared = unlisted()
        .declared("/security", json!(false))
        .without("/countriesOfRouting")
        .declared("/supportingDocuments", json!([]));
    undeclared.declared("/offices/exit", json!("LTDEMO20")).comes_out(CannotBeChecked, FindingCode::DualUseUndeclared);
}

#[test]
fn every_statement_is_confirmed_in_a_wording_that_is_accepted() {
    case()
        .certified("/statements/confirmed", json!(["S1", "S3"]))
        .comes_out(DoesNotConform, FindingCode::StatementMissing);
    let austrian = REGIMES.statement_sets().iter().find(|set| set.id().starts_with("AT-")).unwrap();
    let verdict = case()
        .certified("/statements/set", json!(austrian.id()))
        .certified("/statements/digest", json!(austrian.digest()))
        .comes_out(DoesNotConform, FindingCode::StatementWordingNotAccepted);
    let finding = verdict.findings.iter().find(|f| f.code == FindingCode::StatementWordingNotAccepted).unwrap();
    assert!(finding.certified.as_ref().unwrap().contains("AT-") && finding.declared.as_ref().unwrap().contains("LT-"));
    let lithuanian = REGIMES.statement_sets().iter().find(|set| set.language() == "lt").unwrap();
    case()
        .certified("/statements/language", json!("lt"))
        .certified("/statements/digest", json!(lithuanian.digest()))
        .conforms();
}

#[test]
fn all_findings_are_reported_gravest_first() {
    let verdict = case()
        .declared("/countryOfDestination", json!("KG"))
        .declared("/goodsItems/0/countryOfOrigin", json!("AT"))
        .declared("/goodsItems/2/citations/0/quantity/unit", json!("LTR"))
        .judged();
    let severities: Vec<Severity> = verdict.findings.iter().map(|finding| finding.severity).collect();
    assert!(severities.is_sorted_by(|a, b| a >= b) && severities.contains(&Severity::Hard), "{severities:?}");
    for code in [FindingCode::DestinationMismatch, FindingCode::UnitNotComparable, FindingCode::OriginDiffers] {
        assert!(verdict.findings.iter().any(|finding| finding.code == code), "{code:?}");
    }
}

#[test]
fn the_numbers_to_look_up_are_those_cited() {
    let consignment = consignment::parse(declared().to_string().as_bytes()).unwrap();
    assert_eq!(cited_numbers(&consignment).into_iter().collect::<Vec<_>>(), [number()]);
}

proptest! {
    /// Taking a list away may make a thing unknown; it never makes it free.
    #[test]
    fn removing_a_list_never_frees_goods(list in 0_usize..10, hs in prop::sample::select(vec![
        "842230", "842720", "854449", "854231", "381190", "840710", "271019", "060110", "880310", "160431", "220110",
    ])) {
        let whole = REGIMES.sources().1[list].id.clone();
        let item = json!({ "goodsItemNumber": 1, "commodityCode": { "harmonizedSystemSubheadingCode": hs } });
        let bare = case().declared("/goodsItems", json!([item]));
        let with = bare.judged().items[0].requirement;
        let fewer = Regimes::built_in(data().without_list(&whole), date!(2026 - 04 - 23));
        let without = Case { regimes: Some(fewer), ..bare }.judged().items[0].requirement;
        prop_assert!(with == Requirement::NotRequired || without != Requirement::NotRequired, "{with:?} {without:?}");
    }

    /// Leaving countries out of the routing never turns a no into a yes.
    #[test]
    fn leaving_a_country_out_never_softens_the_answer(kept in prop::collection::vec(any::<bool>(), 4)) {
        let all = ["LT", "BY", "RU", "KZ"];
        let some: Vec<&str> = all.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(country, _)| *country).collect();
        let full = case().declared("/countriesOfRouting", json!(["LT", "BY", "RU", "UZ", "KZ"]));
        prop_assert_eq!(full.judged().verdict, DoesNotConform);
        let goods = case().declared("/countriesOfRouting", json!(some)).judged();
        let omits = !(kept[1] && kept[2]);
        prop_assert!(!omits || goods.verdict != Conforms, "{some:?} conforms");
    }

    /// The order of goods items changes neither answer nor findings.
    #[test]
    fn the_order_of_items_does_not_matter(order in Just(vec![0_usize, 1, 2]).prop_shuffle(), quantity in 1_u32..9) {
        let mut one = case().declared("/goodsItems/0/citations/0/quantity/value", json!(quantity.to_string()));
        let first = one.judged();
        let items = one.declared["goodsItems"].clone();
        one.declared["goodsItems"] = order.iter().map(|i| items[*i].clone()).collect();
        let second = one.judged();
        prop_assert_eq!(first.verdict, second.verdict);
        prop_assert_eq!(first.findings, second.findings);
    }

    /// The same question at the same moment has the same answer, byte for byte.
    #[test]
    fn a_verdict_is_deterministic(pointer in prop::sample::select(vec!["/goodsItems/0/netMass", "/goodsItems/2/netMass"]), mass in 1_u32..9_000) {
        let asked = case().declared(pointer, json!(mass.to_string()));
        let text = || serde_json::to_string(&asked.judged()).unwrap();
        prop_assert_eq!(text(), text());
    }
}
