//! What an officer reads from the papers, written into the declaration as asked about: elements that the data set lacks,
//! or that stand empty in it.

use endmark_core::consignment::{Consignment, Element, GoodsItem, MeansOfTransport};
use endmark_core::goods::{Condition, Country, Quantity};
use endmark_core::party::{Identifier, Party, Scheme};
use endmark_core::text::Text;

/// How an element is called in forms and locales.
pub(super) const fn name(element: Element) -> &'static str {
    match element {
        Element::Seller => "seller",
        Element::Buyer => "buyer",
        Element::Exporter => "exporter",
        Element::Consignee => "consignee",
        Element::CountryOfDestination => "countryOfDestination",
        Element::CountriesOfRouting => "countriesOfRouting",
        Element::CombinedNomenclatureCode => "combinedNomenclatureCode",
        Element::TaricCode => "taricCode",
        Element::CountryOfOrigin => "countryOfOrigin",
        Element::NetMass => "netMass",
        Element::SupplementaryUnits => "supplementaryUnits",
        Element::Condition => "condition",
        Element::SerialNumbers => "serialNumbers",
        Element::Transport => "transport",
        Element::EndUser => "endUser",
        Element::EndUse => "endUse",
    }
}

/// Whether it can be written into a declaration: plates that are declared are not written over.
pub(super) fn can_be_supplied(consignment: &Consignment, element: Element) -> bool {
    match element {
        Element::EndUser | Element::EndUse => false,
        Element::Transport => consignment.transport.as_ref().is_none_or(|transport| transport.means.is_empty()),
        _ => true,
    }
}

/// Writes what was read of an element; a place is `netMass` or `netMass-2` for a goods item. `None`: it cannot be read.
pub(super) fn supply(consignment: &mut Consignment, place: &str, text: &str) -> Option<()> {
    let (wanted, item) = match place.split_once('-') {
        Some((wanted, item)) => (wanted, Some(item.parse::<u32>().ok()?)),
        None => (place, None),
    };
    let element = Element::ALL.into_iter().find(|element| name(*element) == wanted)?;
    if !can_be_supplied(consignment, element) {
        return None;
    }
    match item {
        None => of_the_whole(consignment, element, text)?,
        Some(number) => {
            let mut items = consignment.goods_items.iter_mut();
            of_an_item(items.find(|item| item.goods_item_number == number)?, element, text)?;
        }
    }
    if !consignment.supplied_from_papers.contains(&element) {
        consignment.supplied_from_papers.push(element);
    }
    Some(())
}

fn of_the_whole(consignment: &mut Consignment, element: Element, text: &str) -> Option<()> {
    let parties = &mut consignment.parties;
    match element {
        Element::Seller => parties.seller = Some(party(text)?),
        Element::Buyer => parties.buyer = Some(party(text)?),
        Element::Exporter => parties.exporter = Some(party(text)?),
        Element::Consignee => parties.consignee = Some(party(text)?),
        Element::CountryOfDestination => consignment.country_of_destination = Some(country(text)?),
        Element::CountriesOfRouting => {
            consignment.countries_of_routing = countries(text).filter(|found| !found.is_empty())?;
        }
        Element::Transport => {
            let transport = consignment.transport.get_or_insert_default();
            transport.means = plates(text).filter(|found| !found.is_empty())?;
        }
        _ => return None,
    }
    Some(())
}

fn of_an_item(item: &mut GoodsItem, element: Element, text: &str) -> Option<()> {
    match element {
        Element::Consignee => item.consignee = Some(party(text)?),
        Element::CountryOfDestination => item.country_of_destination = Some(country(text)?),
        Element::CombinedNomenclatureCode => {
            item.commodity_code.combined_nomenclature_code = Some(last_two(text)?.parse().ok()?);
        }
        Element::TaricCode => {
            item.commodity_code.combined_nomenclature_code?;
            item.commodity_code.taric_code = Some(last_two(text)?.parse().ok()?);
        }
        Element::CountryOfOrigin => item.country_of_origin = Some(country(text)?),
        Element::NetMass => item.net_mass = Some(text.replace(',', ".").parse().ok()?),
        Element::SupplementaryUnits => item.supplementary_units = Some(quantity(text)?),
        Element::Condition => {
            item.condition = Some(match text {
                "new" => Condition::New,
                "used" => Condition::Used,
                _ => return None,
            });
        }
        Element::SerialNumbers => {
            let numbers: Option<Vec<Text<70>>> = text.split([',', ';', '\n']).map(|n| n.trim().parse().ok()).collect();
            item.serial_numbers = numbers?;
        }
        _ => return None,
    }
    Some(())
}

/// An identifier with its register, such as `EORI LT304567891`; or a name.
pub(super) fn party(text: &str) -> Option<Party> {
    let mut party = Party { name: None, identifiers: Vec::new(), address: None };
    let schemes = [Scheme::Eori, Scheme::Vat, Scheme::Ntr, Scheme::Lei, Scheme::Tcn];
    let named = text.split_once(' ').and_then(|(first, value)| {
        let scheme = schemes.into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(first))?;
        Some((scheme, value.replace(' ', "").to_ascii_uppercase()))
    });
    match named {
        Some((scheme, value)) => party.identifiers.push(Identifier::new(scheme, &value).ok()?),
        None => party.name = Some(text.parse().ok()?),
    }
    Some(party)
}

fn country(text: &str) -> Option<Country> {
    text.to_ascii_uppercase().parse().ok()
}

/// Countries in order, however they are separated.
pub(super) fn countries(text: &str) -> Option<Vec<Country>> {
    text.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty()).map(country).collect()
}

/// The tractor's plate, then those of trailers, separated by commas.
pub(super) fn plates(text: &str) -> Option<Vec<MeansOfTransport>> {
    let plates = text.split(',').map(str::trim).filter(|plate| !plate.is_empty());
    let means = plates.enumerate().map(|(place, plate)| {
        let kind = if place == 0 { "30" } else { "31" };
        Some(MeansOfTransport { kind: kind.parse().ok()?, id: plate.parse().ok()?, nationality: None })
    });
    means.collect()
}

fn quantity(text: &str) -> Option<Quantity> {
    let (value, unit) = text.split_once(' ')?;
    Some(Quantity {
        value: value.replace(',', ".").parse().ok()?,
        unit: unit.trim().to_ascii_uppercase().parse().ok()?,
    })
}

fn last_two(text: &str) -> Option<&str> {
    text.len().checked_sub(2).and_then(|at| text.get(at..))
}

#[cfg(test)]
mod tests {
    use endmark_core::consignment::{self, Consignment, Element};

    use super::{name, supply};

    fn declared() -> Consignment {
        let text =
            include_str!("../demo/data/consignment.json").replace("\"certificate\": \"\"", "\"certificate\": \"x\"");
        consignment::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn every_element_is_written_where_the_check_reads_it_and_marked() {
        let of_items = ["consignee", "combinedNomenclatureCode", "taricCode", "countryOfOrigin", "netMass"];
        let places = of_items.map(|name| format!("{name}-2")).into_iter().chain(
            ["seller", "buyer", "exporter", "countryOfDestination", "countriesOfRouting", "transport"]
                .map(str::to_owned),
        );
        let places = places.chain(["supplementaryUnits-2", "condition-2", "serialNumbers-2"].map(str::to_owned));
        let text = |place: &str| match place.split('-').next().unwrap() {
            "consignee" | "seller" | "buyer" | "exporter" => "TCN KZ-140240012345",
            "combinedNomenclatureCode" => "84272019",
            "taricCode" => "10",
            "countryOfOrigin" | "countryOfDestination" => "de",
            "countriesOfRouting" => "LT, BY – RU kz",
            "transport" => "LHK 417, KB 903",
            "netMass" => "11400,5",
            "supplementaryUnits" => "3 nar",
            "condition" => "used",
            _ => "SN-1; SN-2",
        };
        let mut consignment = declared();
        consignment.transport = None;
        for place in places {
            supply(&mut consignment, &place, text(&place)).unwrap_or_else(|| panic!("{place}"));
        }
        assert_eq!(consignment.supplied_from_papers.len(), 14);
        assert_eq!(consignment.goods_items[1].net_mass.unwrap().to_string(), "11400.5");
        assert_eq!(consignment.countries_of_routing.len(), 4);
        let written = serde_json::to_vec(&consignment).unwrap();
        assert_eq!(consignment::parse(&written).unwrap(), consignment, "what is asked again can be read again");
    }

    #[test]
    fn what_cannot_be_read_is_not_supplied() {
        for (place, text) in [
            ("endUser", "somebody"),
            ("netMass", "5"),
            ("netMass-9", "5"),
            ("netMass-1", "-5"),
            ("countryOfDestination", "Kazakhstan"),
            ("exporter", "EORI 1"),
            ("condition-1", "old"),
            ("supplementaryUnits-1", "3"),
            ("serialNumbers-1", "A,,B"),
            ("transport", "LHK 999"),
            ("nothing", "1"),
        ] {
            let mut consignment = declared();
            assert_eq!(supply(&mut consignment, place, text), None, "{place}");
            assert_eq!(consignment.supplied_from_papers, []);
        }
        assert_eq!(Element::ALL.map(name).iter().collect::<std::collections::BTreeSet<_>>().len(), 16);
    }
}
