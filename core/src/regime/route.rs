//! The route of a consignment: what is declared, and what the offices named and the map give away.

use crate::consignment::Consignment;
use crate::goods::Country;
use crate::reference::Office;

use super::BorderOffices;

/// Where a lorry or a train that leaves the Union can be first: the countries with a land border to a Member State,
/// Gibraltar, the Channel Tunnel's United Kingdom and Northern Ireland, Ceuta and Melilla's Morocco included.
const LAND_NEIGHBOURS: [&str; 23] = [
    "AD", "AL", "BA", "BY", "CH", "GB", "GI", "LI", "MA", "MC", "MD", "ME", "MK", "NO", "RS", "RU", "SM", "TR", "UA",
    "VA", "XI", "XK", "XS",
];

/// Countries that are reached by land only through Russia, Belarus, or others that an honest routing then names. Where
/// the mode of transport is not declared, a routing that jumps straight to one of them hides the way.
const BEHIND: [&str; 11] = ["AF", "AM", "AZ", "CN", "GE", "KG", "KZ", "MN", "TJ", "TM", "UZ"];

/// A route after leaving the Union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The countries declared after leaving the Union, in order; empty where none is declared.
    pub declared: Vec<Country>,
    /// Countries that an office leads into and the declared routing leaves out, each with its office.
    pub implied: Vec<(Office, Country)>,
    /// Whether a routing is declared at all.
    pub is_declared: bool,
    /// Why the road is not known, and what would settle it.
    pub unknown: Option<&'static str>,
    /// The countries of the offices named and of the routing: an exit office that is not named yet lies where the
    /// road leaves.
    taking_part: Vec<Country>,
    /// Every country on the way, wherever the declaration says it, and what must lie between.
    passed: Vec<Country>,
}

impl Route {
    /// The route of a consignment.
    pub fn of(consignment: &Consignment, offices: &BorderOffices) -> Self {
        let routing = &consignment.countries_of_routing;
        // Up to the last Member State the goods are still inside: a country before it was crossed, not left for.
        let last_inside = routing.iter().rposition(Country::in_union);
        let outside = last_inside.map_or(0, |position| position.saturating_add(1));
        // Belarus and Russia were left for wherever they stand, or a Member State named last would hide them.
        let left_for =
            |position: usize, country: Country| position >= outside || [Country::BY, Country::RU].contains(&country);
        let places = routing.iter().copied().enumerate();
        let declared: Vec<Country> =
            places.filter(|(position, country)| left_for(*position, *country)).map(|(_, country)| country).collect();
        let destination = consignment.country_of_destination;
        let mut implied: Vec<(Office, Country)> = Vec::new();
        for office in at_the_border(consignment) {
            if let Some(country) = offices.leads_into(office)
                && !declared.contains(&country)
                && destination != Some(country)
                && !implied.iter().any(|(_, known)| *known == country)
            {
                implied.push((office.clone(), country));
            }
        }
        let mut passed: Vec<Country> = routing.clone();
        passed.extend(implied.iter().map(|(_, country)| *country));
        if leaves_russia_out(consignment, &passed) {
            passed.push(Country::RU);
        }
        let unknown = why_unknown(consignment, &declared, &implied);
        let taking_part = taking_part(consignment);
        Self { declared, implied, is_declared: !routing.is_empty(), unknown, taking_part, passed }
    }

    /// Whether the road is known at all.
    pub const fn is_known(&self) -> bool {
        self.unknown.is_none()
    }

    /// Whether an office of a country takes part.
    pub fn takes_part(&self, country: Country) -> bool {
        self.taking_part.contains(&country)
    }

    /// Whether it passes through a country on the way to another: the whole declared routing counts, also a country
    /// between two Member States.
    pub fn passes(&self, country: Country) -> bool {
        self.passed.contains(&country)
    }
}

/// The offices that tell where the road crosses a border, the asking one among them.
fn at_the_border(consignment: &Consignment) -> impl Iterator<Item = &Office> {
    let named = &consignment.offices;
    let border = named.exit.iter().chain(&named.transit).chain(&named.exit_for_transit).chain(&named.destination);
    border.chain(std::iter::once(&consignment.office))
}

/// Belarus has no coast, and the only ways on from it lead back into the Union, to Ukraine, or to Russia: a road
/// through it to anywhere else leads through Russia, also when the declaration does not say so.
fn leaves_russia_out(consignment: &Consignment, passed: &[Country]) -> bool {
    let Some(position) = passed.iter().position(|country| *country == Country::BY) else { return false };
    let ends_there = match consignment.country_of_destination {
        Some(destination) => destination == Country::BY,
        None => passed.last() == Some(&Country::BY),
    };
    let another_way = |country: &Country| country.in_union() || country.as_str() == "UA";
    !ends_there && !passed.iter().skip(position).any(another_way)
}

fn why_unknown(consignment: &Consignment, declared: &[Country], implied: &[(Office, Country)]) -> Option<&'static str> {
    let Some(first) = declared.first() else {
        // A road that stays inside the Union, to a destination inside it, is a known one.
        let stays_inside = !consignment.countries_of_routing.is_empty()
            && consignment.country_of_destination.is_some_and(|country| country.in_union());
        let known = stays_inside || !implied.is_empty();
        return (!known).then_some("declare the countries of routing, or the border office");
    };
    // EUCDM 19 03: 1 sea, 2 rail, 3 road, 4 air.
    let jumps = match consignment.transport.as_ref().and_then(|transport| transport.mode.as_ref()) {
        Some(mode) if matches!(mode.as_str(), "2" | "3") => !LAND_NEIGHBOURS.contains(&first.as_str()),
        Some(_) => false,
        None => BEHIND.contains(&first.as_str()),
    };
    let hole = jumps && implied.is_empty();
    hole.then_some("the declared routing has a hole between the Union and its first country: declare every country")
}

/// The countries whose offices take part. An exit office that is not named yet lies where the road leaves.
fn taking_part(consignment: &Consignment) -> Vec<Country> {
    let named = &consignment.offices;
    let offices = std::iter::once(&consignment.office)
        .chain(&named.export)
        .chain(&named.exit)
        .chain(&named.departure)
        .chain(&named.transit)
        .chain(&named.exit_for_transit)
        .chain(&named.destination);
    let mut countries: Vec<Country> =
        offices.filter_map(Office::country).chain(consignment.countries_of_routing.iter().copied()).collect();
    countries.sort_unstable();
    countries.dedup();
    countries
}
