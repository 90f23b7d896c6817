//! Plates, trailers, containers, seals: worth a look, no refusal.

use serde_json::json;

use super::*;

#[test]
fn another_tractor_is_a_warning() {
    let found = good().declared("/transport/means/0/id", json!("LHK 418")).warned(FindingCode::TransportDiffers);
    assert_eq!((found.declared.unwrap().as_str(), found.certified.unwrap().as_str()), ("LHK 418", "LHK 417"));
}

#[test]
fn another_trailer_is_a_warning() {
    good().declared("/transport/means/1/id", json!("KB 904")).warned(FindingCode::TransportDiffers);
}

#[test]
fn a_plate_in_cyrillic_look_alikes_is_the_same_plate() {
    // Н, К, В in Cyrillic; spaces, hyphens and case as people write them.
    let case = good().declared("/transport/means/0/id", json!("lНК-417"));
    let verdict = case.declared("/transport/means/1/id", json!("КВ903")).conforms();
    assert_eq!(effective(&verdict), []);
}

#[test]
fn every_look_alike_is_folded() {
    let certified = good().certified("/transport/means", json!(["ABEIKMHOPCTYX"]));
    let verdict = certified.declared("/transport/means/0/id", json!("АВЕІКМНОРСТУХ")).conforms();
    assert_eq!(effective(&verdict), []);
    certified_ukrainian_and_latin_differ_where_letters_do();
}

fn certified_ukrainian_and_latin_differ_where_letters_do() {
    let certified = good().certified("/transport/means", json!(["R1"]));
    certified.declared("/transport/means/0/id", json!("Я1")).warned(FindingCode::TransportDiffers);
}

#[test]
fn another_seal_or_container_is_a_warning() {
    let sealed = good().certified("/transport/seals", json!(["LT0098124"]));
    sealed.warned(FindingCode::TransportDiffers);
    let boxed = good().certified("/transport/containers", json!(["MSKU1234565"]));
    boxed.declared("/transport/containers", json!(["MSKU1234566"])).warned(FindingCode::TransportDiffers);
}

#[test]
fn a_container_is_compared_also_where_no_vehicle_is_declared() {
    let boxed = good().certified("/transport/containers", json!(["MSKU1234565"]));
    let boxed = boxed.declared("/transport/containers", json!(["MSKU1234566"]));
    boxed.declared("/transport/means", json!([])).warned(FindingCode::TransportDiffers);
}

#[test]
fn transport_left_out_is_not_compared() {
    let verdict = good().declared("/transport", json!({ "mode": "3" })).conforms();
    let plates = verdict.not_compared.iter().find(|n| n.element == crate::consignment::Element::Transport).unwrap();
    assert_eq!(plates.certified, "LHK 417, KB 903");
}
