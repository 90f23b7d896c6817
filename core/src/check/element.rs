//! The elements of a declaration as people name them.

use crate::consignment::Element;

/// The name of an element with its place in the EUCDM, for what an officer reads.
pub(super) const fn words(element: Element) -> &'static str {
    match element {
        Element::Seller => "seller (13 08)",
        Element::Buyer => "buyer (13 09)",
        Element::Exporter => "exporter (13 01)",
        Element::Consignee => "consignee (13 03)",
        Element::CountryOfDestination => "country of destination (16 03)",
        Element::CountriesOfRouting => "countries of routing (16 12)",
        Element::CombinedNomenclatureCode => "Combined Nomenclature code (18 09 057)",
        Element::TaricCode => "TARIC code (18 09 058)",
        Element::CountryOfOrigin => "country of origin (16 08)",
        Element::NetMass => "net mass (18 01)",
        Element::SupplementaryUnits => "supplementary units (18 02)",
        Element::Condition => "condition, new or used",
        Element::SerialNumbers => "serial numbers",
        Element::Transport => "means of transport (19 05, 19 07, 19 08)",
        Element::EndUser => "end user",
        Element::EndUse => "end use",
    }
}
