//! The route of a consignment: what is declared, and what the offices named give away.

use crate::consignment::Consignment;
use crate::goods::Country;
use crate::reference::Office;

use super::BorderOffices;

/// A route after leaving the Union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The countries declared after leaving the Union, in order; empty where none is declared.
    pub declared: Vec<Country>,
    /// Countries that an office leads into and the declared routing leaves out, each with its office.
    pub implied: Vec<(Office, Country)>,
    /// Whether a routing is declared at all.
    pub is_declared: bool,
}

impl Route {
    /// The route of a consignment.
    pub fn of(consignment: &Consignment, offices: &BorderOffices) -> Self {
        let routing = &consignment.countries_of_routing;
        // Up to the last Member State the goods are still inside: a country before it was crossed, not left for.
        let last_inside = routing.iter().rposition(Country::in_union);
        let outside = last_inside.map_or(0, |position| position.saturating_add(1));
        let declared: Vec<Country> = routing.iter().skip(outside).copied().collect();
        let named = &consignment.offices;
        let at_border =
            named.exit.iter().chain(&named.transit).chain(&named.exit_for_transit).chain(&named.destination);
        let mut implied: Vec<(Office, Country)> = Vec::new();
        for office in at_border.chain(std::iter::once(&consignment.office)) {
            if let Some(country) = offices.leads_into(office)
                && !routing.contains(&country)
                && !implied.iter().any(|(_, known)| *known == country)
            {
                implied.push((office.clone(), country));
            }
        }
        Self { declared, implied, is_declared: !routing.is_empty() }
    }

    /// Whether the route is known at all.
    pub const fn is_known(&self) -> bool {
        self.is_declared || !self.implied.is_empty()
    }

    /// Whether it passes through a country on the way to another: the whole declared routing counts, also a country
    /// between two Member States.
    pub fn passes(&self, consignment: &Consignment, country: Country) -> bool {
        consignment.countries_of_routing.contains(&country) || self.implied.iter().any(|(_, found)| *found == country)
    }
}
