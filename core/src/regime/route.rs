//! The route of a consignment: what is declared, and what the offices named and the map give away.

use std::collections::BTreeSet;

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

/// Countries that are reached by land only through Russia, Belarus, or others that an honest routing then names, each
/// with those it can be reached from: by a border on land, or a ferry for lorries and trains (the Caspian, and over the
/// Black Sea to Georgia). A routing that jumps to one of them from anywhere else hides the way. From Belarus the way to
/// them leads through Russia, which counts then (`leaves_russia_out`).
const BEHIND: [(&str, &[&str]); 11] = [
    ("AF", &["CN", "IR", "PK", "TJ", "TM", "UZ"]),
    ("AM", &["AZ", "GE", "IR", "TR"]),
    ("AZ", &["AM", "BY", "GE", "IR", "KZ", "RU", "TM", "TR"]),
    ("CN", &["AF", "BT", "BY", "HK", "IN", "KG", "KP", "KZ", "LA", "MM", "MN", "MO", "NP", "PK", "RU", "TJ", "VN"]),
    ("GE", &["AM", "AZ", "BG", "BY", "RO", "RU", "TR", "UA"]),
    ("KG", &["CN", "KZ", "TJ", "UZ"]),
    ("KZ", &["AZ", "BY", "CN", "IR", "KG", "RU", "TM", "UZ"]),
    ("MN", &["BY", "CN", "RU"]),
    ("TJ", &["AF", "CN", "KG", "UZ"]),
    ("TM", &["AF", "AZ", "IR", "KZ", "UZ"]),
    ("UZ", &["AF", "KG", "KZ", "TJ", "TM"]),
];

/// Those of them without a coast: no ship ends there.
const LANDLOCKED: [&str; 9] = ["AF", "AM", "AZ", "KG", "KZ", "MN", "TJ", "TM", "UZ"];

/// Countries that count wherever they stand on the way.
const WATCHED: [Country; 2] = [Country::BY, Country::RU];

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
        let left_for = |position: usize, country: Country| position >= outside || WATCHED.contains(&country);
        let places = routing.iter().copied().enumerate();
        let declared: Vec<Country> =
            places.filter(|(position, country)| left_for(*position, *country)).map(|(_, country)| country).collect();
        let destinations = destinations(consignment);
        let all_for = |country: Country| destinations.iter().all(|destination| *destination == Some(country));
        let mut implied: Vec<(Office, Country)> = Vec::new();
        for office in at_the_border(consignment) {
            if let Some(country) = offices.leads_into(office)
                // Named anywhere: a country crossed between two Member States was not left for.
                && !routing.contains(&country)
                && !all_for(country)
                && !implied.iter().any(|(_, known)| *known == country)
            {
                implied.push((office.clone(), country));
            }
        }
        let mut passed: Vec<Country> = routing.clone();
        passed.extend(implied.iter().map(|(_, country)| *country));
        if leaves_russia_out(&destinations, &passed) {
            passed.push(Country::RU);
        }
        let unknown = why_unknown(consignment, &destinations, &declared, &implied);
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

/// Where the goods go, item by item: an item's own destination before that of the whole.
fn destinations(consignment: &Consignment) -> BTreeSet<Option<Country>> {
    let whole = consignment.country_of_destination;
    let items = consignment.goods_items.iter().map(|item| item.country_of_destination.or(whole));
    let all: BTreeSet<Option<Country>> = items.collect();
    if all.is_empty() { BTreeSet::from([whole]) } else { all }
}

/// The offices that tell where the road crosses a border, the asking one among them. Without a routing, offices of
/// transit before the last one inside the Union lie on a way that came back into it, but for those into Belarus and
/// Russia.
fn at_the_border(consignment: &Consignment) -> impl Iterator<Item = &Office> {
    let named = &consignment.offices;
    let inside = |office: &Office| office.country().is_some_and(|country| country.in_union());
    let came_back = match named.transit.iter().rposition(inside) {
        Some(position) if consignment.countries_of_routing.is_empty() => position,
        _ => 0,
    };
    let left_for = |office: &Office| office.country().is_some_and(|country| WATCHED.contains(&country));
    let transit = named.transit.iter().enumerate();
    let transit =
        transit.filter(move |(position, office)| *position >= came_back || inside(office) || left_for(office));
    let transit = transit.map(|(_, office)| office);
    let border = named.exit.iter().chain(transit).chain(&named.exit_for_transit).chain(&named.destination);
    border.chain(std::iter::once(&consignment.office))
}

/// Belarus has no coast, and the only ways on from it lead back into the Union, to Ukraine, or to Russia: a road
/// through it to anywhere else leads through Russia, also when the declaration does not say so.
fn leaves_russia_out(destinations: &BTreeSet<Option<Country>>, passed: &[Country]) -> bool {
    let Some(position) = passed.iter().position(|country| *country == Country::BY) else { return false };
    let ends_there = destinations.iter().all(|destination| match destination {
        Some(destination) => *destination == Country::BY,
        None => passed.last() == Some(&Country::BY),
    });
    // The next country tells which way it went: one named at the end would hide it.
    let next = passed.iter().skip(position).find(|country| **country != Country::BY);
    let another_way = next.is_some_and(|country| country.in_union() || country.as_str() == "UA");
    !ends_there && !another_way
}

fn why_unknown(
    consignment: &Consignment,
    destinations: &BTreeSet<Option<Country>>,
    declared: &[Country],
    implied: &[(Office, Country)],
) -> Option<&'static str> {
    let Some(first) = declared.first() else {
        // A road that stays inside the Union, to destinations inside it, is a known one.
        let stays_inside = !consignment.countries_of_routing.is_empty()
            && destinations.iter().all(|destination| destination.is_some_and(|country| country.in_union()));
        let known = stays_inside || !implied.is_empty();
        return (!known).then_some("declare the countries of routing, or the border office");
    };
    // EUCDM 19 03: 1 sea, 2 rail, 3 road, 4 air, 5 mail. Any other tells nothing of the way.
    let mode = consignment.transport.as_ref().and_then(|transport| transport.mode.as_ref());
    let mode = mode.map(crate::text::Text::as_str);
    let jumps = match mode {
        Some("2" | "3") => !LAND_NEIGHBOURS.contains(&first.as_str()),
        Some("1") => LANDLOCKED.contains(&first.as_str()),
        Some("4" | "5") => false,
        Some(_) | None => ways_to(*first).is_some(),
    };
    if jumps && implied.is_empty() {
        return Some("the declared routing has a hole between the Union and its first country: declare every country");
    }
    // Only a way that does not say that it passes through Russia can hide that.
    let hides = !matches!(mode, Some("1" | "4" | "5")) && !declared.contains(&Country::RU) && implied.is_empty();
    let ends = destinations.iter().flatten().filter(|destination| !declared.contains(destination));
    let last = declared.last().copied();
    let ends = ends.filter_map(|destination| Some((last?, *destination)));
    let mut hops = declared.iter().copied().zip(declared.iter().copied().skip(1)).chain(ends);
    let hole = hides && hops.any(|(from, to)| !can_reach(from, to));
    hole.then_some(
        "the declared routing has a hole: no road leads from one of its countries to the next; declare every one",
    )
}

/// From where a country behind others can be reached; `None` for all others.
fn ways_to(country: Country) -> Option<&'static [&'static str]> {
    BEHIND.iter().find(|(behind, _)| *behind == country.as_str()).map(|(_, ways)| *ways)
}

/// Whether a lorry or train can come from one country straight into another, as far as that matters.
fn can_reach(from: Country, to: Country) -> bool {
    ways_to(to).is_none_or(|ways| ways.contains(&from.as_str()))
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
