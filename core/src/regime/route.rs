//! The route of a consignment: what is declared, and what the offices named give away.

use crate::consignment::Consignment;
use crate::goods::Country;
use crate::reference::Office;

use super::BorderOffices;

/// Countries with no border with the Union that are reached by land through Russia or Belarus, or through countries
/// that an honest routing then names. A routing that jumps straight to one of them hides the way.
const BEHIND: [&str; 10] = ["AM", "AZ", "CN", "GE", "KG", "KZ", "MN", "TJ", "TM", "UZ"];

/// Modes of transport at the border that pass no country on the way (19 03): sea, air, post.
const OVER_NO_LAND: [&str; 3] = ["1", "4", "5"];

/// A route after leaving the Union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The countries declared after leaving the Union, in order; empty where none is declared.
    pub declared: Vec<Country>,
    /// Countries that an office leads into and the declared routing leaves out, each with its office.
    pub implied: Vec<(Office, Country)>,
    /// Whether a routing is declared at all.
    pub is_declared: bool,
    /// Whether the routing says how the goods get from the Union to the first country named after it.
    reaches: bool,
}

impl Route {
    /// The route of a consignment.
    pub fn of(consignment: &Consignment, offices: &BorderOffices) -> Self {
        let routing = &consignment.countries_of_routing;
        // Up to the last Member State the goods are still inside: a country before it was crossed, not left for.
        let last_inside = routing.iter().rposition(Country::in_union);
        let outside = last_inside.map_or(0, |position| position.saturating_add(1));
        // Belarus and Russia were left for wherever they stand, or a Member State named last would hide them.
        let declared: Vec<Country> = routing
            .iter()
            .enumerate()
            .filter(|(position, country)| *position >= outside || [Country::BY, Country::RU].contains(country))
            .map(|(_, country)| *country)
            .collect();
        let destination = consignment.country_of_destination;
        let mode = consignment.transport.as_ref().and_then(|transport| transport.mode.as_ref());
        let by_land = mode.is_none_or(|mode| !OVER_NO_LAND.contains(&mode.as_str()));
        let first = declared.first().copied().or(destination);
        let reaches = !by_land || first.is_none_or(|country| !BEHIND.contains(&country.as_str()));
        let named = &consignment.offices;
        let at_border =
            named.exit.iter().chain(&named.transit).chain(&named.exit_for_transit).chain(&named.destination);
        let mut implied: Vec<(Office, Country)> = Vec::new();
        for office in at_border.chain(std::iter::once(&consignment.office)) {
            if let Some(country) = offices.leads_into(office)
                && !routing.contains(&country)
                && destination != Some(country)
                && !implied.iter().any(|(_, known)| *known == country)
            {
                implied.push((office.clone(), country));
            }
        }
        Self { declared, implied, is_declared: !routing.is_empty(), reaches }
    }

    /// Whether the route is known at all.
    pub const fn is_known(&self) -> bool {
        (self.is_declared && self.reaches) || !self.implied.is_empty()
    }

    /// Whether it passes through a country on the way to another: the whole declared routing counts, also a country
    /// between two Member States.
    pub fn passes(&self, consignment: &Consignment, country: Country) -> bool {
        consignment.countries_of_routing.contains(&country) || self.implied.iter().any(|(_, found)| *found == country)
    }
}
