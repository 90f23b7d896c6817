//! Border offices: which neighbour a road through them leads into.

use std::collections::BTreeMap;

use crate::goods::Country;
use crate::reference::Office;

/// Offices at the Union's outer border with the country on the other side.
#[derive(Debug, Clone, Default)]
pub struct BorderOffices(BTreeMap<String, Country>);

impl BorderOffices {
    /// From rows of office and neighbour.
    pub fn new(rows: impl IntoIterator<Item = (Office, Country)>) -> Self {
        Self(rows.into_iter().map(|(office, neighbour)| (office.as_str().to_owned(), neighbour)).collect())
    }

    /// The country that an office leads into: its neighbour, or for an office outside the Union its own country.
    pub fn leads_into(&self, office: &Office) -> Option<Country> {
        let own = office.country().filter(|country| !country.in_union());
        self.0.get(office.as_str()).copied().or(own)
    }
}
