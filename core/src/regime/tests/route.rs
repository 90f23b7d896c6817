use serde_json::{Value, json};

use super::super::{BorderOffices, Route};
use crate::goods::Country;

fn route(routing: Value, offices: Value) -> Route {
    let mut document: Value = serde_json::from_str(crate::check::tests::CONSIGNMENT).unwrap();
    document["countriesOfRouting"] = routing;
    document["offices"] = offices;
    for item in document["goodsItems"].as_array_mut().unwrap() {
        item["citations"] = json!([]);
    }
    let consignment = crate::consignment::parse(&serde_json::to_vec(&document).unwrap()).unwrap();
    let table = BorderOffices::new([("LTDEMO10".parse().unwrap(), Country::BY)]);
    Route::of(&consignment, &table)
}

fn written(route: &Route) -> String {
    route.declared.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
}

#[test]
fn a_route_begins_after_the_last_member_state() {
    assert_eq!(written(&route(json!(["DE", "CH", "IT", "TR", "KZ"]), json!({}))), "TR-KZ");
    assert_eq!(written(&route(json!(["LT", "BY", "RU", "KZ"]), json!({}))), "BY-RU-KZ");
}

#[test]
fn belarus_and_russia_count_wherever_they_stand() {
    assert_eq!(written(&route(json!(["LT", "BY", "RU", "LV", "KZ"]), json!({}))), "BY-RU-KZ");
}

#[test]
fn an_office_implies_its_neighbour_once_and_only_where_it_is_not_declared() {
    let implied = |routing, offices| route(routing, offices).implied.len();
    let twice = json!({ "exit": "LTDEMO10", "exitForTransit": ["LTDEMO10", "BY112301"] });
    assert_eq!(implied(json!(["LT", "RU", "KZ"]), twice.clone()), 1);
    assert_eq!(implied(json!(["LT", "BY", "RU", "KZ"]), twice), 0);
    assert_eq!(implied(json!(["LT", "RU", "KZ"]), json!({ "export": "LTDEMO10" })), 0);
    assert_eq!(implied(json!(["LT", "RU", "KZ"]), json!({ "exit": "LTVR1000" })), 0);
}

#[test]
fn without_routing_and_office_no_route_is_known() {
    assert!(!route(json!([]), json!({})).is_known());
    assert!(route(json!([]), json!({ "exit": "LTDEMO10" })).is_known());
}
