//! Destination and route.

use serde_json::json;

use super::*;

#[test]
fn another_destination_is_refused() {
    let case = good().declared("/countryOfDestination", json!("KG"));
    let case = case.declared("/countriesOfRouting", json!(["LT", "BY", "RU", "KZ", "KG"]));
    let findings = effective(&case.verdict());
    let codes: Vec<FindingCode> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [FindingCode::DestinationMismatch, FindingCode::RoutingCountryNotCertified]);
    assert_eq!(findings[0].certex_code.as_deref(), Some("08"));
}

#[test]
fn a_destination_of_one_item_stands_for_that_item() {
    let found = good().declared("/goodsItems/1/countryOfDestination", json!("UZ"));
    assert_eq!(found.refused(FindingCode::DestinationMismatch).goods_item, Some(2));
    let case = good().only(0).declared("/goodsItems/0/countryOfDestination", json!("KZ"));
    case.conforms();
}

#[test]
fn only_the_countries_after_leaving_the_union_count() {
    good().declared("/countriesOfRouting", json!(["DE", "PL", "LT", "BY", "RU", "KZ"])).conforms();
    good().declared("/countriesOfRouting", json!(["DE", "CH", "AT", "PL", "LT", "BY", "RU", "KZ"])).conforms();
    good().declared("/countriesOfRouting", json!(["LT", "BY", "RU"])).conforms();
}

#[test]
fn a_route_certified_without_its_destination_ends_there_all_the_same() {
    good().certified("/routing", json!([["BY", "RU"]])).conforms();
}

#[test]
fn a_country_that_is_not_certified_is_refused_and_an_omitted_one_too() {
    let found = good()
        .declared("/countriesOfRouting", json!(["LT", "BY", "RU", "UZ", "KZ"]))
        .refused(FindingCode::RoutingCountryNotCertified);
    assert!(found.declared.unwrap().starts_with("UZ: "));
    let found =
        good().declared("/countriesOfRouting", json!(["LT", "BY", "KZ"])).refused(FindingCode::RoutingCountryOmitted);
    assert!(found.declared.unwrap().starts_with("RU: "));
}

#[test]
fn one_of_the_certified_alternatives_is_enough() {
    let case = good().certified("/routing", json!([["BY", "RU", "KZ"], ["RU", "KZ"]]));
    case.clone().declared("/countriesOfRouting", json!(["LT", "LV", "RU", "KZ"])).conforms();
    let other = case.declared("/countriesOfRouting", json!(["PL", "UA", "RU", "KZ"]));
    other.refused(FindingCode::RoutingCountryNotCertified);
}

#[test]
fn another_order_of_the_same_countries_is_a_warning() {
    good().declared("/countriesOfRouting", json!(["LT", "RU", "BY", "KZ"])).warned(FindingCode::RoutingOrderDiffers);
}

#[test]
fn leaving_belarus_out_does_not_help_where_an_office_leads_there() {
    let hidden = || good().declared("/countriesOfRouting", json!(["LT", "LV", "RU", "KZ"]));
    let through = |case: Case| {
        assert!(case.refused(FindingCode::RoutingOfficeContradicts).declared.unwrap().starts_with("BY: "));
    };
    // By the table of border offices.
    through(hidden().declared("/offices/exit", json!("LTDEMO10")));
    through(hidden().declared("/offices/exitForTransit", json!(["LTDEMO10"])));
    through(hidden().declared("/offices/transit", json!(["LTDEMO10"])));
    through(hidden().declared("/office", json!("LTDEMO10")).declared("/stage", json!("border")));
    // By the office's own country.
    through(hidden().declared("/offices/transit", json!(["BY112301"])));
    through(hidden().declared("/offices/exitForTransit", json!(["BY112301"])));
}

#[test]
fn leaving_belarus_out_does_not_help_on_a_certificate_without_belarus_either() {
    let case = good()
        .certified("/routing", json!([["RU", "KZ"]]))
        .declared("/countriesOfRouting", json!(["LT", "LV", "RU", "KZ"]))
        .declared("/offices/exit", json!("LTDEMO10"));
    let codes: Vec<FindingCode> = case.verdict().findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&FindingCode::RoutingOfficeContradicts), "{codes:?}");
    assert!(codes.contains(&FindingCode::RoutingCountryNotCertified), "{codes:?}");
}

#[test]
fn an_office_that_leads_where_the_routing_goes_is_no_finding() {
    assert_eq!(effective(&good().declared("/offices/exit", json!("LTDEMO10")).conforms()), []);
}

#[test]
fn an_office_in_the_country_of_destination_contradicts_nothing() {
    let case = good().declared("/countriesOfRouting", json!(["LT", "BY", "RU"]));
    assert_eq!(effective(&case.declared("/offices/destination", json!("KZ555555")).conforms()), []);
}

#[test]
fn naming_a_member_state_last_does_not_hide_what_was_crossed() {
    let case = good()
        .certified("/routing", json!([["KZ"]]))
        .declared("/countriesOfRouting", json!(["LT", "BY", "RU", "KZ", "PL"]));
    case.refused(FindingCode::RoutingCountryNotCertified);
}

#[test]
fn without_a_routing_the_border_office_tells_the_way() {
    let case = || good().declared("/security", json!(false)).declared("/countriesOfRouting", json!([]));
    case().open(FindingCode::RoutingUnknown);
    case().declared("/offices/exit", json!("LTDEMO10")).conforms();
    let elsewhere = case().declared("/offices/exit", json!("LTDEMO10")).certified("/routing", json!([["RU", "KZ"]]));
    elsewhere.refused(FindingCode::RoutingCountryNotCertified);
}

#[test]
fn a_road_from_the_union_straight_to_kazakhstan_is_not_known() {
    let straight = || good().uncited().declared("/countriesOfRouting", json!(["LT", "KZ"]));
    straight().open(FindingCode::RoutingUnknown);
    straight().declared("/countriesOfRouting", json!(["LT"])).open(FindingCode::RoutingUnknown);
    straight().declared("/transport/mode", json!("2")).open(FindingCode::RoutingUnknown);
    straight().declared("/transport", json!(null)).open(FindingCode::RoutingUnknown);
    // By air there is nothing between, and by Turkey there is a road.
    straight().declared("/transport/mode", json!("4")).conforms();
    straight().declared("/countriesOfRouting", json!(["LT", "BG", "TR", "GE", "AZ", "KZ"])).conforms();
}

#[test]
fn a_mode_that_tells_nothing_of_the_way_does_not_close_a_hole_in_it() {
    let straight = || good().uncited().declared("/countriesOfRouting", json!(["LT", "KZ"]));
    for mode in ["9", "7", "8", "x", "З"] {
        straight().declared("/transport/mode", json!(mode)).open(FindingCode::RoutingUnknown);
    }
    // A ship does not reach a country without a coast.
    straight().declared("/transport/mode", json!("1")).open(FindingCode::RoutingUnknown);
}

#[test]
fn a_road_with_a_hole_further_on_is_not_known() {
    let road = |countries: serde_json::Value| good().uncited().declared("/countriesOfRouting", countries);
    road(json!(["DE", "CH", "KZ"])).open(FindingCode::RoutingUnknown);
    road(json!(["LT", "PL", "UA"])).open(FindingCode::RoutingUnknown);
    road(json!(["LT", "BG", "TR", "KZ"])).open(FindingCode::RoutingUnknown);
    road(json!(["LT", "BG", "TR", "IR", "TM", "KZ"])).conforms();
}

#[test]
fn the_destination_of_each_item_tells_whether_the_road_ends() {
    // Nobody says where the whole goes, and an item goes on through Russia.
    let exit = || good().declared("/security", json!(false)).declared("/countriesOfRouting", json!([]));
    let on = exit().declared("/offices/exit", json!("LTDEMO10")).declared("/countryOfDestination", json!(null));
    let on = on.only(0).declared("/goodsItems/0/countryOfDestination", json!("KZ"));
    let seen = on.of_code("841111", None).verdict();
    assert_ne!(seen.verdict, Answer::Conforms, "turbojets through Russia: {seen:#?}");
    let inside = good().uncited().only(0).declared("/countryOfDestination", json!("PL"));
    let inside = inside.declared("/countriesOfRouting", json!(["LT", "PL"]));
    inside.clone().declared("/goodsItems/0/countryOfDestination", json!("KZ")).open(FindingCode::RoutingUnknown);
    inside.conforms();
}

#[test]
fn a_country_crossed_between_member_states_with_an_office_of_transit_is_no_finding() {
    let road = json!(["GR", "MK", "RS", "HU", "SK", "PL", "LT", "BY", "RU", "KZ"]);
    let offices = json!(["MK001015", "RS011011", "HU411030"]);
    good().declared("/countriesOfRouting", road).declared("/offices/transit", offices.clone()).conforms();
    // Without a routing the offices tell that the goods came back into the Union.
    let silent = good().declared("/security", json!(false)).declared("/countriesOfRouting", json!([]));
    silent.declared("/offices/transit", offices).declared("/offices/exit", json!("LTDEMO10")).conforms();
}
