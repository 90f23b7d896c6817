//! Tables that belong to the law's data: border offices, and which data set carries which element.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::reading::{File, RegimeError};
use crate::consignment::{DataSet, Element, Presence};
use crate::goods::Country;
use crate::reference::Office;

/// Offices at the Union's outer border with the country on the other side.
#[derive(Debug, Clone, Default)]
pub struct BorderOffices(BTreeMap<String, Country>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeRow {
    office: Office,
    neighbour: Country,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "source")]
    _source: String,
}

impl BorderOffices {
    /// From rows of office and neighbour.
    pub fn new(rows: impl IntoIterator<Item = (Office, Country)>) -> Self {
        Self(rows.into_iter().map(|(office, neighbour)| (office.as_str().to_owned(), neighbour)).collect())
    }

    pub(super) fn parse(file: File<'_>) -> Result<Self, RegimeError> {
        let mut offices = BTreeMap::new();
        for (line, row) in file.rows::<OfficeRow>()? {
            if offices.insert(row.office.as_str().to_owned(), row.neighbour).is_some() {
                return Err(file.refused(line, 1, format!("the office {} stands twice", row.office)));
            }
        }
        Ok(Self(offices))
    }

    /// The country that an office leads into: its neighbour, or for an office outside the Union its own country.
    pub fn leads_into(&self, office: &Office) -> Option<Country> {
        let own = office.country().filter(|country| !country.in_union());
        self.0.get(office.as_str()).copied().or(own)
    }

    /// All offices with their neighbours.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Country)> {
        self.0.iter().map(|(office, neighbour)| (office.as_str(), *neighbour))
    }
}

/// Which data set carries which element: absent is not missing. Without a table every element counts as in the set.
#[derive(Debug, Clone, Default)]
pub struct DataSets(BTreeMap<(Element, DataSet), [Presence; 2]>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DataSetRow {
    element: Element,
    #[serde(rename = "B1")]
    b1: Cell,
    #[serde(rename = "B4")]
    b4: Cell,
    #[serde(rename = "C1")]
    c1: Cell,
    #[serde(rename = "D1")]
    d1: Cell,
    #[serde(rename = "TIR")]
    tir: Cell,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Cell {
    In,
    Optional,
    No,
    /// With security data in the set, else not.
    Security,
    /// With security data in the set, else optional.
    SecurityElseOptional,
}

impl Cell {
    /// Without security data, and with it.
    const fn presences(self) -> [Presence; 2] {
        match self {
            Self::In => [Presence::InSet, Presence::InSet],
            Self::Optional => [Presence::Optional, Presence::Optional],
            Self::No => [Presence::NotInSet, Presence::NotInSet],
            Self::Security => [Presence::NotInSet, Presence::InSet],
            Self::SecurityElseOptional => [Presence::Optional, Presence::InSet],
        }
    }
}

impl DataSets {
    pub(super) fn parse(file: File<'_>) -> Result<Self, RegimeError> {
        let mut table = BTreeMap::new();
        for (line, row) in file.rows::<DataSetRow>()? {
            let cells = [
                (DataSet::B1, row.b1),
                (DataSet::B4, row.b4),
                (DataSet::C1, row.c1),
                (DataSet::D1, row.d1),
                (DataSet::Tir, row.tir),
            ];
            for (set, cell) in cells {
                if table.insert((row.element, set), cell.presences()).is_some() {
                    return Err(file.refused(line, 1, "the element stands twice"));
                }
            }
        }
        match Element::ALL.iter().find(|element| !table.contains_key(&(**element, DataSet::B1))) {
            Some(missing) => Err(file.refused(1, 1, format!("the table lacks the element {missing:?}"))),
            None => Ok(Self(table)),
        }
    }

    /// Whether the set, with or without security data, has the element.
    pub fn presence(&self, set: DataSet, element: Element, security: bool) -> Presence {
        let [without, with] = self.0.get(&(element, set)).copied().unwrap_or([Presence::InSet, Presence::InSet]);
        if security { with } else { without }
    }
}
