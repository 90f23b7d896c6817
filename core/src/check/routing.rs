//! Routing: only the countries after leaving the Union; an omitted one is a finding, an extra one does not conform.

use std::collections::BTreeSet;

use super::{Check, Known};
use crate::consignment::{Element, GoodsItem};
use crate::goods::Country;
use crate::verdict::{Finding, FindingCode};

impl Check<'_> {
    pub(super) fn routing(&mut self, known: &Known) {
        let alternatives: Vec<Vec<Country>> = known
            .certificate
            .routing
            .iter()
            .map(|route| ending_at(route, known.certificate.destination_country))
            .collect();
        let certified = alternatives.iter().map(|route| written(route)).collect::<Vec<_>>().join("; ");
        let implied = self.route.implied.clone();
        if !self.route.is_declared {
            self.absent(Element::CountriesOfRouting, None, known.number, certified.clone());
            for (office, country) in implied {
                if !alternatives.iter().any(|route| route.contains(&country)) {
                    let complete = |finding: Finding| finding.sides(format!("{country}: {office}"), &certified);
                    self.find(known, FindingCode::RoutingCountryNotCertified, complete);
                }
            }
            return;
        }
        for (office, country) in &implied {
            let remedy = "the office leads into a country that the declared routing leaves out; have it corrected";
            let declared = format!("{country}: {office}, {}", written(&self.route.declared));
            let complete = |finding: Finding| finding.sides(declared, &certified).remedy(remedy);
            self.find(known, FindingCode::RoutingOfficeContradicts, complete);
        }
        // Leaving a country out does not help: what the offices give away counts as declared.
        let mut declared = self.route.declared.clone();
        declared.extend(implied.iter().map(|(_, country)| *country));
        let destination = self.consignment.country_of_destination;
        let certified_end = known.certificate.destination_country;
        // Another destination than the certified one is a finding of its own.
        let own = |item: &GoodsItem| item.country_of_destination.filter(|own| *own == certified_end);
        let own: BTreeSet<Option<Country>> = self.citing(known).into_iter().map(own).collect();
        for own in own {
            let road = match (own, destination) {
                // Goods that stay behind on the way do not travel its rest.
                (Some(own), _) => ending_at(up_to(&declared, own), own),
                (None, Some(destination)) => ending_at(&declared, destination),
                (None, None) => declared.clone(),
            };
            self.against_alternatives(known, &road, &alternatives, &certified, implied.is_empty());
        }
    }

    fn against_alternatives(
        &mut self,
        known: &Known,
        declared: &[Country],
        alternatives: &[Vec<Country>],
        certified: &str,
        in_order: bool,
    ) {
        let differences = |route: &&Vec<Country>| {
            let extra = declared.iter().filter(|country| !route.contains(country)).count();
            let omitted = route.iter().filter(|country| !declared.contains(country)).count();
            extra.saturating_add(omitted)
        };
        let Some(nearest) = alternatives.iter().min_by_key(differences) else { return };
        let shown = written(declared);
        for extra in declared.iter().filter(|country| !nearest.contains(country)) {
            let complete = |finding: Finding| finding.sides(format!("{extra}: {shown}"), certified);
            self.find(known, FindingCode::RoutingCountryNotCertified, complete);
        }
        for omitted in nearest.iter().filter(|country| !declared.contains(country)) {
            let complete = |finding: Finding| finding.sides(format!("{omitted}: {shown}"), certified);
            self.find(known, FindingCode::RoutingCountryOmitted, complete);
        }
        let same = alternatives.iter().any(|route| differences(&route) == 0);
        if same && in_order && !alternatives.iter().any(|route| route == declared) {
            self.warn(known, FindingCode::RoutingOrderDiffers, shown, certified);
        }
    }
}

/// A route up to the last time it reaches a country; the whole of it where it does not.
fn up_to(route: &[Country], end: Country) -> &[Country] {
    let reached = route.iter().rposition(|country| *country == end);
    reached.and_then(|position| route.get(..=position)).unwrap_or(route)
}

/// A route that ends at its destination, whether it says so or not.
fn ending_at(route: &[Country], destination: Country) -> Vec<Country> {
    let mut whole = route.to_vec();
    if whole.last() != Some(&destination) {
        whole.push(destination);
    }
    whole
}

fn written(route: &[Country]) -> String {
    route.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
}
