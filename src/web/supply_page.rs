//! What an officer read from the papers, shown again because a field of it cannot be read. The answer before it is not
//! asked for again: that would be another entry.

use askama::Template;
use endmark_core::consignment::Element;

use super::fields::Fields;
use super::page::Bar;
use super::session::Signed;
use super::supplied;
use crate::words::Language;

/// A field as it was sent.
struct Row {
    place: String,
    element: String,
    item: String,
    text: String,
    /// What is wanted, where this is not it.
    wanted: String,
}

/// The page.
#[derive(Template)]
#[template(path = "supply.html")]
pub(super) struct SupplyPage {
    t: Language,
    bar: Bar,
    entry: String,
    rows: Vec<Row>,
    choices: Vec<(&'static str, String)>,
}

impl SupplyPage {
    pub(super) fn new(t: Language, signed: &Signed, fields: &Fields, wrong: &str) -> Self {
        let row = |(place, text): (&str, &str)| {
            let (name, item) = place.split_once('-').unwrap_or((place, ""));
            // A place that no page of the register has is not shown back.
            let element = Element::ALL.into_iter().find(|element| supplied::name(*element) == name)?;
            Some(Row {
                place: place.to_owned(),
                element: t.say(&format!("element-{name}")),
                item: item.to_owned(),
                text: text.to_owned(),
                wanted: if place == wrong { t.say(wanted(element)) } else { String::new() },
            })
        };
        Self {
            t,
            bar: Bar::of(signed),
            entry: fields.one("entry").to_owned(),
            rows: fields.beginning("element-").filter_map(row).collect(),
            choices: vec![("new", t.say("paper-new")), ("used", t.say("paper-used"))],
        }
    }
}

/// The key of what is wanted for an element.
const fn wanted(element: Element) -> &'static str {
    match element {
        Element::Seller | Element::Buyer | Element::Exporter => "wanted-exporter",
        Element::Consignee => "wanted-consignee",
        Element::CountryOfDestination | Element::CountryOfOrigin => "wanted-destination",
        Element::CountriesOfRouting => "wanted-routing",
        Element::CombinedNomenclatureCode | Element::TaricCode => "wanted-two-digits",
        Element::NetMass => "wanted-net-mass",
        Element::SupplementaryUnits => "wanted-units",
        Element::SerialNumbers => "wanted-serials",
        Element::Transport => "wanted-plates",
        Element::Condition | Element::EndUser | Element::EndUse => "wanted-choice",
    }
}
